"""Stanzas that mean harm, as a client's bytes.

`{to}` is the service, `{id}` an id, `{admin}` somebody else's bare JID and
`{schedule}` a request with nothing wrong in it, `{deep}` elements in elements.
"""

from tests.e2e.speaking import (
    ANNOUNCE,
    BODY,
    RSM,
    SCHEDULING,
    SOON,
    meta,
    to_list,
    to_people,
)

NEWS = meta(to_list())
#: bytes; both servers take stanzas of up to 256 KiB from a client
LARGE, TOO_LARGE = 250_000, 300_000
#: how deep the servers let elements nest; ejabberd 23.01 itself dies of 5,000
DEPTHS = {"prosody": 20_000, "ejabberd": 2_000}
ATTRIBUTES = " ".join(f"a{number}=''" for number in range(9_000))


def schedule(content: str, attributes: str = "") -> str:
    return f"<schedule xmlns='{SCHEDULING}' {attributes}>{content}</schedule>"


def query(content: str) -> str:
    return f"<schedule-query xmlns='{SCHEDULING}'>{content}</schedule-query>"


def rsm(content: str) -> str:
    return query(f"<set xmlns='{RSM[1:-1]}'>{content}</set>")


def nested(depth: int) -> str:
    return f"<e xmlns='urn:e'>{'<a>' * depth}{'</a>' * depth}</e>"


def owned(jid: str) -> str:
    return meta(f"<owner xmlns='{ANNOUNCE}'>{jid}</owner>")


#: payload of a set or get -> conditions, one of which is the answer
BAD, LIMIT = {"bad-request"}, {"policy-violation"}
UNKNOWN, NONE = {"feature-not-implemented"}, {"item-not-found"}
SIZES = {
    "a large body": ("set", schedule(f"<body>{'x' * LARGE}</body>{SOON}{NEWS}")),
    "a large id": ("set", schedule(f"<id>{'x' * LARGE}</id>{BODY}{SOON}{NEWS}")),
    "a large time": ("set", schedule(f"{BODY}<deliver-at>{'1' * LARGE}</deliver-at>")),
    "a large rule": (
        "set",
        schedule(f"{BODY}{SOON}{NEWS}<recurrence>{'A=B;' * 50_000}</recurrence>"),
    ),
    "many elements": ("set", schedule("<a/>" * 60_000)),
    "many in metadata": ("set", schedule(BODY + SOON + meta("<a/>" * 30_000))),
    "many bodies": ("set", schedule("<body xml:lang='de'>x</body>" * 8_000)),
    "many people": (
        "set",
        schedule(
            BODY + SOON + meta(to_people(*(f"u{n}@example.org" for n in range(6_000))))
        ),
    ),
    "many children": ("set", "<a xmlns='urn:a'/>" * 10_000),
    "many attributes": (
        "set",
        schedule(f"{BODY}<e xmlns='urn:e' {ATTRIBUTES}/>"),
    ),
    "deep in the request": ("set", schedule(BODY + SOON + NEWS + "{deep}")),
    "deep in metadata": (
        "set",
        schedule(BODY + SOON + meta(to_list() + "{deep}")),
    ),
    "deep elsewhere": ("get", "{deep}"),
    "a namespace that grows": (
        "set",
        schedule(BODY + SOON + meta("<p:a/>" * 1_000), f"xmlns:p='urn:{'p' * 1_000}'"),
    ),
    "a language that never ends": (
        "set",
        schedule(f"<body xml:lang='{'a-' * 100_000}'>x</body>{SOON}{NEWS}"),
    ),
}
SHAPES = {
    "controls in an id": (
        "set",
        schedule("<cancel>\u009b2J\u202e&#13;&#10;forged\u2066\x7f</cancel>"),
        NONE,
    ),
    "controls in a list": (
        "set",
        schedule(BODY + SOON + meta(to_list("\u009b31m\u202e&#10;x"))),
        NONE,
    ),
    "controls in an address": (
        "set",
        schedule(BODY + SOON + "<to>\u009b\u202e@x&#10;.example</to>"),
        BAD,
    ),
    "controls in a template": (
        "set",
        schedule(
            SOON
            + meta(f"{to_list()}<announce xmlns='{ANNOUNCE}' template='\u009b&#10;'/>")
        ),
        {"bad-request", "not-allowed"},
    ),
    "another version": ("set", f"<schedule xmlns='{SCHEDULING[:-1]}1'/>", UNKNOWN),
    "no namespace": ("set", "<schedule xmlns=''/>", UNKNOWN | {"bad-request"}),
    "the stream's namespace": (
        "set",
        schedule(f"<body xmlns='jabber:client'>x</body>{SOON}{NEWS}"),
        BAD,
    ),
    "a get": ("get", schedule(BODY + SOON + NEWS), BAD),
    "a query that sets": ("set", query(""), BAD),
    "two requests": ("set", schedule(BODY) + schedule(BODY), BAD),
    "two that are answered": ("get", query("") + "<ping xmlns='urn:xmpp:ping'/>", BAD),
    "none": ("set", "", BAD),
    "an error as a request": ("get", "<error type='cancel'/>", BAD | UNKNOWN),
    "an element twice": ("set", schedule(BODY + SOON + SOON + NEWS), BAD),
    "metadata twice": ("set", schedule(BODY + SOON + NEWS + NEWS), BAD),
    "ourselves": (
        "set",
        schedule(BODY + SOON + meta(to_people("{to}"))),
        {"not-allowed"},
    ),
    "a page of -1": ("get", rsm("<max>-1</max>"), BAD),
    "a page after <>": ("get", rsm("<after>&lt;&gt;&#10;\u009b</after>"), NONE),
    "a page by index": ("get", rsm("<index>1</index>"), UNKNOWN),
    "both ways": ("get", rsm("<after>1</after><before>2</before>"), BAD),
    "a page after all": ("get", rsm(f"<after>{'9' * 18}</after>"), NONE),
    "a page beyond numbers": ("get", rsm(f"<after>{'9' * 1_000}</after>"), NONE),
    "another's job": ("set", schedule("<cancel>treasure</cancel>"), NONE),
    "by name of its owner": (
        "set",
        schedule(f"<cancel>treasure</cancel>{owned('{admin}')}"),
        NONE,
    ),
    "a question for it": ("get", query(f"<id>treasure</id>{owned('{admin}')}"), NONE),
    "as its owner": (
        "set",
        schedule(BODY + SOON + meta(to_list() + owned("{admin}")[10:-11])),
        {"not-allowed"},
    ),
}
#: whole stanzas that are never answered
SILENT = {
    "a result": "<iq type='result' id='{id}' to='{to}'>{schedule}</iq>",
    "an error": "<iq type='error' id='{id}' to='{to}'>{schedule}</iq>",
    "an error of its own": "<iq type='error' id='{id}' to='{to}'>{schedule}"
    "<error type='cancel'><never-heard xmlns='urn:x'/></error></iq>",
    "an error message": "<message type='error' id='{id}' to='{to}'><body>x</body>"
    "{schedule}</message>",
    "one with everything": "<message type='error' id='x.y' to='{to}'><error/><error/>"
    "<error xmlns='urn:x'/></message>",
    "a headline": "<message type='headline' id='{id}' to='{to}'><body>x</body>"
    "</message>",
    "an overfull message": "<message id='{id}' to='{to}'>"
    + "<a/>" * 50_000
    + "</message>",
    "an overfull presence": "<presence to='{to}'>" + "<a/>" * 50_000 + "</presence>",
    "a deep message": "<message id='{id}' to='{to}'>" + "{deep}" + "</message>",
}
#: what no server lets through: it ends the stream, or refuses it by itself
ENDING = {
    "beyond the server's limit": f"<iq type='set' id='x' to='{{to}}'>"
    f"{schedule('<body>' + 'x' * TOO_LARGE + '</body>')}</iq>",
    "U+0000": "<message to='{to}'><body>&#0;</body></message>",
    "an escape by reference": "<message to='{to}'><body>&#x1b;[2J</body></message>",
    "an escape": "<message to='{to}'><body>\x1b[2J</body></message>",
    "U+FFFE": "<message to='{to}'><body>&#xFFFE;</body></message>",
    "a surrogate by reference": "<message to='{to}'><body>&#xD800;</body></message>",
    "a surrogate": "<message to='{to}'><body>\udced\udca0\udc80</body></message>",
    "no UTF-8": "<message to='{to}'><body>\udcff</body></message>",
    "an entity": "<message to='{to}'><body>&bomb;</body></message>",
    "a declaration": "<!DOCTYPE a [<!ENTITY b 'c'>]><message to='{to}'/>",
    "an attribute twice": "<message to='{to}' to='{to}'><body>x</body></message>",
    "an unknown prefix": "<message to='{to}'><x:a/></message>",
    "a wrong end": "<message to='{to}'><body>x</message>",
    "a comment": "<message to='{to}'><!-- x --></message>",
    "an instruction": "<message to='{to}'><?x y?></message>",
    "another's name": "<iq type='set' id='x' from='{admin}/raw' to='{to}'>"
    f"{schedule('<cancel>treasure</cancel>')}</iq>",
}
