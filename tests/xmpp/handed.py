"""What servers hand over, and what means harm among it, as bytes of the stream.

HOME is a server that may speak for its people.
"""

from collections.abc import Mapping

from bot.xmpp.stanzas.delegation import NAMESPACES
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.stanzas.scheduling import NS
from tests.e2e.hostile import ATTRIBUTES, nested
from tests.world import SERVICE, USER

HOME = "example.org"
WHEN = "<delay-seconds>900</delay-seconds>"
SCHEDULE = f"<schedule xmlns='{NS}'>{WHEN}<id>job</id></schedule>"
HELLO = f"<body>Hello</body>{SCHEDULE}"
RETURNED = (
    "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
)
FORBIDDEN, BAD = "auth forbidden", "modify bad-request"
TOO_MUCH, ABSENT = "modify policy-violation", "cancel feature-not-implemented"
NOT_ALLOWED = "cancel not-allowed"


def message(
    content: str = HELLO, namespace: str = "jabber:client", **changes: str
) -> str:
    """A person's, to another; an attribute that is '' is left out."""
    given = {"from_": f"{USER}/x", "to": f"rhea@{HOME}", "type": "chat", "id": "m"}
    said = " ".join(
        f"{name.removesuffix('_').replace('__', ':')}='{value}'"
        for name, value in (given | changes).items()
        if value
    )
    return f"<message xmlns='{namespace}' {said}>{content}</message>"


def back(content: str = RETURNED, **changes: str) -> str:
    """One that came back."""
    given = {"from_": f"rhea@{HOME}", "to": USER, "type": "error"}
    return message(content, **given | changes)


def wrapped(
    name: str,
    content: str,
    *,
    namespace: str = ANNOUNCE,
    forward: str = "urn:xmpp:forward:0",
) -> str:
    return (
        f"<{name} xmlns='{namespace}'><forwarded xmlns='{forward}'>"
        f"{content}</forwarded></{name}>"
    )


def divert(content: str = "", **changes: str) -> str:
    return wrapped("divert", message(content or HELLO, **changes))


def bounce(content: str = "", **changes: str) -> str:
    return wrapped("bounce", back(content or RETURNED, **changes))


def delegation(payload: str, number: int = 0, **changes: str) -> str:
    given = {"from_": f"{USER}/x", "to": USER, "type": "set", "id": "i"} | changes
    said = " ".join(
        f"{name.removesuffix('_')}='{value}'" for name, value in given.items()
    )
    iq = f"<iq xmlns='jabber:client' {said}>{payload}</iq>"
    return wrapped("delegation", iq, namespace=NAMESPACES[number])


def iq(payload: str, sender: str = HOME, kind: str = "set") -> bytes:
    return (
        f"<iq type='{kind}' id='outer' from='{sender}' to='{SERVICE}'>{payload}</iq>"
    ).encode()


#: what only a server may say, with nothing else wrong in it
RIGHT: Mapping[str, str] = {
    "divert": divert(),
    "bounce": bounce(),
    "delegation 2": delegation(SCHEDULE),
    "delegation 1": delegation(SCHEDULE, 1),
}
#: who may not: people, components, another server, one that is named alike
OTHERS = (
    USER,
    f"{USER}/x",
    "eve@evil.example/x",
    "evil.example",
    f"sub.{HOME}",
    f"{HOME}/x",
    f"x@{HOME}",
    HOME.upper(),
    f"{HOME}.",
    f"other.{SERVICE}",
)
#: nobody of the server's
FORGED = (
    "",
    "@",
    "a@b@c",
    f"@{HOME}",
    HOME,
    f"{HOME}/x",
    "eve@evil.example/x",
    f"user@sub.{HOME}",
    f"user@{HOME}.evil.example",
    f"eve@evil.example/{HOME}",
    SERVICE,
    f"{SERVICE}/x",
    f"news@{SERVICE}",
    "role:admin",
    "&#x202e;",
)
#: name -> (payload of the server's IQ, its type, what it is told)
SHAPES: Mapping[str, tuple[str, str, str]] = {
    f"{name}, {what}": (content.replace("NAME", name), kind, BAD)
    for name, inner in (("divert", message()), ("bounce", back()))
    for what, (content, kind) in {
        "to look": (wrapped("NAME", inner), "get"),
        "empty": (f"<NAME xmlns='{ANNOUNCE}'/>", "set"),
        "nothing forwarded": (wrapped("NAME", ""), "set"),
        "two messages": (wrapped("NAME", inner * 2), "set"),
        "forwarded twice": (
            wrapped("NAME", inner).replace(
                "</forwarded>", "</forwarded><forwarded xmlns='urn:xmpp:forward:0'/>"
            ),
            "set",
        ),
        "not forwarded": (f"<NAME xmlns='{ANNOUNCE}'>{inner}</NAME>", "set"),
        "beside a delay": (
            wrapped("NAME", f"<delay xmlns='urn:xmpp:delay'/>{inner}"),
            "set",
        ),
        "of another forward": (
            wrapped("NAME", inner, forward="urn:xmpp:forward:1"),
            "set",
        ),
        "of a server's namespace": (
            wrapped("NAME", inner.replace("jabber:client", "jabber:server")),
            "set",
        ),
        "of no namespace": (wrapped("NAME", inner.replace("jabber:client", "")), "set"),
        "a presence": (wrapped("NAME", inner.replace("message", "presence")), "set"),
        "within itself": (wrapped("NAME", wrapped("NAME", inner)), "set"),
        "within a delegation": (
            wrapped("NAME", delegation(SCHEDULE)),
            "set",
        ),
    }.items()
}
LONG = "x" * 10_240
MESSAGES: Mapping[str, tuple[str, str]] = {
    "to a room": (divert(type="groupchat"), NOT_ALLOWED),
    "to somebody in a room": (
        divert(f"{HELLO}<x xmlns='http://jabber.org/protocol/muc#user'/>"),
        NOT_ALLOWED,
    ),
    "an error": (divert(type="error"), BAD),
    "of no known type": (divert(type="x"), BAD),
    "to nobody": (divert(to=""), BAD),
    "to no JID": (divert(to="a@@b"), BAD),
    "to a server": (divert(to=HOME), BAD),
    "to the service": (divert(to=SERVICE), ABSENT),
    "to a list": (divert(to=f"news@{SERVICE}/x"), ABSENT),
    "no schedule": (divert("<body>Hello</body>"), BAD),
    "two schedules": (divert(HELLO + SCHEDULE), BAD),
    "of another namespace": (divert(HELLO.replace(NS, "urn:xmpp:scheduling:1")), BAD),
    "of no namespace": (divert(HELLO.replace(NS, "")), BAD),
    "a cancel": (divert(HELLO.replace(WHEN, "<cancel>job</cancel>")), BAD),
    "to another within": (divert(HELLO.replace(WHEN, f"<to>{USER}</to>{WHEN}")), BAD),
    "a body within": (divert(HELLO.replace(WHEN, f"<body>x</body>{WHEN}")), BAD),
    "nothing said": (divert(SCHEDULE), BAD),
    "a long id": (divert(id=LONG), BAD),
    "a long origin": (
        divert(f"{HELLO}<origin-id xmlns='urn:xmpp:sid:0' id='{LONG}'/>"),
        BAD,
    ),
    "a long id within": (divert(HELLO.replace(">job<", f">{LONG}<")), BAD),
    "a long body": (divert(HELLO.replace("Hello", "x" * 65_536)), TOO_MUCH),
    "64 KiB beside it": (
        divert(f"{HELLO}<e xmlns='urn:e'>{'x' * 65_536}</e>"),
        TOO_MUCH,
    ),
    "10,000 elements": (
        divert(f"{HELLO}<e xmlns='urn:e'>{'<a/>' * 2_900}</e>"),
        TOO_MUCH,
    ),
    "many attributes": (divert(f"{HELLO}<e xmlns='urn:e' {ATTRIBUTES}/>"), TOO_MUCH),
    "deep": (divert(HELLO + nested(900)), TOO_MUCH),
    "many schedules": (divert(HELLO + SCHEDULE * 500), BAD),
    "two bodies of one language": (divert(f"{HELLO}<body>x</body>"), BAD),
    "a body of no language": (
        divert(HELLO.replace("<body>", "<body xml:lang='-'>")),
        BAD,
    ),
    "to a room, returned": (bounce(type="groupchat"), BAD),
    "not returned": (bounce(type="chat"), BAD),
    "returned by nobody": (bounce(from_=""), BAD),
    "returned by no JID": (bounce(from_="a@@b"), BAD),
}
#: what is taken, and means what it says
TAKEN: Mapping[str, str] = {
    "in capitals": divert(from_=f"{USER.upper()}/x"),
    "of a bare JID": divert(from_=USER),
    "to a full JID": divert(to=f"rhea@{HOME}/x"),
    "a headline": divert(type="headline"),
    "of no type": divert(type=""),
    "no id": divert(HELLO.replace("<id>job</id>", ""), id=""),
    "CDATA and entities": divert(
        HELLO.replace("Hello", "<![CDATA[<b>&]]>&#x48;&amp;&quot;")
    ),
    "a language that is none": divert(xml__lang="x" * 5_000),
    "forged": divert(f"{HELLO}<scheduled-by xmlns='{NS}'/>"),
}
