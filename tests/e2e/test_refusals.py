"""What the real service refuses, and in which words, by raw XML clients."""

import re

import pytest

from tests.e2e.speaking import (
    ANNOUNCE,
    BODY,
    RSM,
    SCHEDULING,
    SOON,
    S,
    Stage,
    X,
    fresh,
    meta,
    payload,
    refusal,
    said,
    to_list,
    to_people,
)
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e

NEWS = meta(to_list())
BAD, LIMIT = ("bad-request", "modify"), ("policy-violation", "modify")
REFUSED = {
    "no time": (f"{BODY}{NEWS}", BAD),
    "two times": (
        f"{BODY}{SOON}<deliver-at>2099-12-01T09:00:00Z</deliver-at>{NEWS}",
        BAD,
    ),
    "time twice": (f"{BODY}{SOON}{SOON}{NEWS}", BAD),
    "no offset": (f"{BODY}<deliver-at>2099-12-01T09:00:00</deliver-at>{NEWS}", BAD),
    "no date": (f"{BODY}<deliver-at>2099-02-30T09:00:00Z</deliver-at>{NEWS}", BAD),
    "past": (f"{BODY}<deliver-at>2020-12-01T09:00:00Z</deliver-at>{NEWS}", BAD),
    "at once": (f"{BODY}<delay-seconds>0</delay-seconds>{NEWS}", BAD),
    "no number": (f"{BODY}<delay-seconds>1.5</delay-seconds>{NEWS}", BAD),
    "beyond": (f"{BODY}<delay-seconds>99999999999999</delay-seconds>{NEWS}", LIMIT),
    "far": (f"{BODY}<deliver-at>2099-12-01T09:00:00Z</deliver-at>{NEWS}", LIMIT),
    "zone": (f"{BODY}{SOON}<timezone>Mars/Olympus</timezone>{NEWS}", BAD),
    "rule": (f"{BODY}{SOON}<recurrence>FREQ=HOURLY</recurrence>{NEWS}", BAD),
    "never": (
        f"{BODY}{SOON}<recurrence>FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30</recurrence>{NEWS}",
        BAD,
    ),
    "expired": (f"{BODY}{SOON}<expires>2020-12-01T09:00:00Z</expires>{NEWS}", BAD),
    "nothing to say": (f"{SOON}{NEWS}", BAD),
    "subject alone": (f"<subject>s</subject>{SOON}{NEWS}", BAD),
    "empty": (f"<body> </body>{SOON}{NEWS}", BAD),
    "one language twice": (
        f"<body xml:lang='en'>a</body><body xml:lang='en'>b</body>{SOON}{NEWS}",
        BAD,
    ),
    "no language": (f"<body xml:lang='xx'>a</body>{SOON}{NEWS}", BAD),
    "a language's name": (f"<body xml:lang='German'>a</body>{SOON}{NEWS}", BAD),
    "large": (f"<body>{'x' * 16_001}</body>{SOON}{NEWS}", LIMIT),
    "large subject": (f"<subject>{'x' * 1_025}</subject>{BODY}{SOON}{NEWS}", LIMIT),
    "long id": (f"<id>{'x' * 256}</id>{BODY}{SOON}{NEWS}", BAD),
    "no target": (f"{BODY}{SOON}", BAD),
    "no template": (
        SOON + meta(f"{to_list()}<announce xmlns='{ANNOUNCE}' template='nix'/>"),
        BAD,
    ),
    "no field": (
        SOON
        + meta(
            f"{to_list()}<announce xmlns='{ANNOUNCE}' template='maintenance'>"
            "<field var='nix'><value>x</value></field></announce>"
        ),
        BAD,
    ),
    "no moment": (
        SOON
        + meta(
            f"{to_list()}<announce xmlns='{ANNOUNCE}' template='maintenance'>"
            "<field var='summary'><value>x</value></field>"
            "<field var='start'><value>+28</value></field></announce>"
        ),
        BAD,
    ),
    "too far a moment": (
        SOON
        + meta(
            f"{to_list()}<announce xmlns='{ANNOUNCE}' template='maintenance'>"
            "<field var='summary'><value>x</value></field>"
            "<field var='start'><value>+P99999W</value></field></announce>"
        ),
        BAD,
    ),
    "two targets": (
        f"{BODY}{SOON}{meta(to_list() + to_people('a@example.org'))}",
        BAD,
    ),
    "no such list": (
        f"{BODY}{SOON}{meta(to_list('nix'))}",
        ("item-not-found", "cancel"),
    ),
    "user to user": (
        f"<to>someone@example.org</to>{BODY}{SOON}",
        ("not-allowed", "cancel"),
    ),
    "another service": (
        f"<to>news@announce.example.org</to>{BODY}{SOON}",
        ("not-allowed", "cancel"),
    ),
    "no address": (f"<to>a@b@c/</to>{BODY}{SOON}", BAD),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(stage: Stage, case: str) -> None:
    """Each fault has its condition and type, one culprit, and leaves nothing."""
    content, expected = REFUSED[case]
    client_id = fresh()
    if "<id>" not in content:
        content += f"<id>{client_id}</id>"
    answer = stage.create(content)
    assert refusal(answer) == expected, said(answer)
    assert not re.match(r"([\w-]+): \1\b", said(answer)), "the culprit is named twice"
    limit = answer.find(f"{C}error/{X}limit")
    assert (limit is not None) == (expected == LIMIT)
    left = stage.query(f"<id>{client_id}</id>")
    assert refusal(left) == ("item-not-found", "cancel")


def test_signed(stage: Stage) -> None:
    """Signed requests are not offered, and the form says so."""
    request = (
        f"<schedule xmlns='{SCHEDULING}' signed='true'>{BODY}{SOON}{NEWS}</schedule>"
    )
    answer = stage.request(request, "set")
    assert refusal(answer) == ("feature-not-implemented", "cancel")


#: a request to the list `list` and the refusal of it
NOT_THERE = """
    reader sends:
      <iq type='set' id='ask' to='{service}'>
        <schedule xmlns='{scheduling}'>
          <body>hello</body><delay-seconds>900</delay-seconds>
          <metadata><list xmlns='{announce}'>{list}</list></metadata>
        </schedule>
      </iq>
    reader receives:
      <iq type='error' id='ask'>
        <error type='cancel'><{condition} xmlns='{stanzas}'/></error>
      </iq>
"""


def test_rights(stage: Stage) -> None:
    """Not to that list: not-allowed; one that is hidden looks like none."""
    stage.play(NOT_THERE, list="news", condition="not-allowed")
    [hidden] = stage.play(NOT_THERE, list="staff", condition="item-not-found")
    [nowhere] = stage.play(NOT_THERE, list="nixxx", condition="item-not-found")
    assert said(hidden).replace("staff", "nixxx") == said(nowhere)
    stage.play(
        """
        publisher sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <body>hello</body><delay-seconds>900</delay-seconds>
              <metadata>
                <audience xmlns='{announce}'><jid>{reader}</jid></audience>
              </metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='error' id='ask'>
            <error type='cancel'><not-allowed xmlns='{stanzas}'/></error>
          </iq>
        """
    )


def test_strangers(stage: Stage) -> None:
    """Another domain's users are forbidden to ask, whatever the question."""
    with XmlClient(stage.server, domain=stage.server.spares[1]) as stranger:
        for answer in (
            stage.create(f"{BODY}{SOON}{NEWS}", who=stranger),
            stage.query("", who=stranger),
            stage.query("<id>x</id>", who=stranger),
            stage.create("<cancel>x</cancel>", who=stranger),
        ):
            assert refusal(answer) == ("forbidden", "auth")


def test_targets(stage: Stage) -> None:
    """A list by element, by address in any case, and the default one."""
    forms = [meta(to_list("news"))]
    if stage.mode == "component":
        forms += [
            f"<to>News@{stage.address.upper()}</to>",
            f"<to> news@{stage.address} </to>{meta(to_list('news'))}",
            f"<to>{stage.address}</to>",
        ]
    else:
        forms.append(f"<to>{stage.contact}</to>")
    for form in forms:
        client_id = fresh()
        answer = payload(stage.create(f"{BODY}{SOON}<id>{client_id}</id>{form}"))
        assert answer.findtext(f"{S}status") == "scheduled"
        rsm = f"<set xmlns='{RSM[1:-1]}'><max>1</max><before/></set>"
        [item] = payload(stage.query(rsm)).findall(f"{S}schedule")
        where = item.findtext(f"{S}metadata/{X}list") or item.findtext(f"{S}to")
        assert where in {"news", f"news@{stage.address}"}
    disagree = f"<to>{stage.contact}</to>{meta(to_list('weather'))}"
    assert refusal(stage.create(f"{BODY}{SOON}{disagree}")) == BAD


def test_unknown_elements_are_ignored(stage: Stage) -> None:
    """What the draft or we do not name is no reason to refuse (§7.1)."""
    extra = "<colour>red</colour>" + meta(
        f"{to_list()}<colour xmlns='{ANNOUNCE}'/><tag xmlns='urn:example:t'/>"
    )
    assert payload(stage.create(f"{BODY}{SOON}{extra}")).tag == f"{S}schedule"


@pytest.mark.parametrize(
    ("kind", "request_xml", "expected"),
    [
        ("get", f"<schedule xmlns='{SCHEDULING}'/>", BAD),
        ("set", f"<schedule-query xmlns='{SCHEDULING}'/>", BAD),
        ("get", "<x xmlns='urn:x'/>", ("feature-not-implemented", "cancel")),
        ("set", "<x xmlns='urn:x'/>", ("feature-not-implemented", "cancel")),
        (
            "set",
            "<query xmlns='http://jabber.org/protocol/disco#info'/>",
            ("feature-not-implemented", "cancel"),
        ),
        (
            "set",
            "<query xmlns='http://jabber.org/protocol/disco#items'/>",
            ("feature-not-implemented", "cancel"),
        ),
        (
            "get",
            "<query xmlns='http://jabber.org/protocol/disco#info' node='nix'/>",
            ("item-not-found", "cancel"),
        ),
    ],
)
def test_every_request_is_answered(
    stage: Stage, kind: str, request_xml: str, expected: tuple[str, str]
) -> None:
    """With an error and a text where nothing better can be said (RFC 6120 §8.2.3)."""
    assert refusal(stage.request(request_xml, kind)) == expected


def test_results_and_errors_are_not_answered(stage: Stage) -> None:
    """An unexpected result or error stays without answer."""
    stage.play(
        """
        reader sends:
          <iq to='{service}' type='result' id='odd-1'>
            <schedule xmlns='{scheduling}'/>
          </iq>
        reader sends:
          <iq to='{service}' type='error' id='odd-2'>
            <schedule xmlns='{scheduling}'/>
          </iq>

        reader sends:
          <iq to='{service}' type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>
        reader receives:
          <iq type='result' id='ping'/>
        reader receives no:
          <iq id='odd-1'/>
        reader receives no:
          <iq id='odd-2'/>
        """
    )
