"""Requests, queries, cancelling and errors, as raw clients see them."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    ANNOUNCE,
    SCHEDULING,
    S,
    Stage,
    X,
    fresh,
    job,
    meta,
    names,
    payload,
    refusal,
    said,
    to_list,
    to_people,
)
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e
RSM = "{http://jabber.org/protocol/rsm}"


def test_result(stage: Stage) -> None:
    """Id, status, moment, expiry where there is one, and the quota; in that order."""
    client_id = fresh()
    plain = payload(stage.create(job(client_id, delay=1000)))
    assert names(plain) == ["id", "status", "deliver-at", "metadata"]
    assert plain.findtext(f"{S}id") == client_id
    assert plain.findtext(f"{S}status") == "scheduled"
    quota = plain.find(f"{S}metadata/{X}quota")
    assert quota is not None
    assert quota.get("limit") == "10000"
    ends = "<expires>2099-01-01T01:00:00+01:00</expires>"
    ending = payload(stage.create(job(fresh(), delay=1000, more=ends)))
    assert names(ending) == ["id", "status", "deliver-at", "expires", "metadata"]
    assert ending.findtext(f"{S}expires") == "2099-01-01T00:00:00Z"


def test_query(stage: Stage) -> None:
    """One job: what was given comes back, metadata verbatim; no more."""
    client_id = fresh()
    tag = (
        "<p:tag xmlns:p='urn:example:p' p:weight='2' xml:lang='de'>a &lt;b&gt;"
        "<c xmlns=''/> tail</p:tag>"
    )
    stage.create(
        "<body>hello</body><deliver-at>2026-12-01T09:00:00.5+01:00</deliver-at>"
        f"<id>{client_id}</id>{meta(to_list() + tag)}",
        who=stage.publisher,
    )
    answer = payload(stage.query(f"<id>{client_id}</id>", who=stage.publisher))
    assert answer.tag == f"{S}schedule-query"
    assert names(answer) == ["id", "status", "deliver-at", "created", "metadata"]
    assert answer.findtext(f"{S}deliver-at") == "2026-12-01T08:00:01Z"
    metadata = answer.find(f"{S}metadata")
    assert metadata is not None
    assert [child.tag for child in metadata] == [f"{X}list", "{urn:example:p}tag"]
    given = ET.fromstring(tag)
    assert ET.canonicalize(ET.tostring(metadata[1])) == ET.canonicalize(
        ET.tostring(given)
    )


def test_query_of_a_recurring_job(stage: Stage) -> None:
    """Zone, rule and expiry are told where they were given."""
    client_id = fresh()
    first = "2026-12-01T09:00:00Z"
    stage.create(
        f"<body>hello</body><deliver-at>{first}</deliver-at>"
        "<timezone>Europe/Warsaw</timezone>"
        "<recurrence>bymonthday=1;freq=monthly;COUNT=12</recurrence>"
        f"<expires>2027-12-31T00:00:00Z</expires><id>{client_id}</id>"
        f"{meta(to_list())}"
    )
    answer = payload(stage.query(f"<id>{client_id}</id>"))
    told = {name: answer.findtext(f"{S}{name}") for name in names(answer)}
    assert told["deliver-at"] == first
    assert told["timezone"] == "Europe/Warsaw"
    assert set((told["recurrence"] or "").split(";")) == {
        "FREQ=MONTHLY",
        "BYMONTHDAY=1",
        "COUNT=12",
    }
    assert told["expires"] == "2027-12-31T00:00:00Z"


def test_zone_is_utc(stage: Stage) -> None:
    """Without a zone a rule is read in UTC, whatever the list's own zone."""
    client_id = fresh()
    # 20:00 UTC on Monday is Tuesday in Tokyo, the list's zone
    stage.create(
        "<body>hello</body><deliver-at>2026-11-30T20:00:00Z</deliver-at>"
        f"<recurrence>FREQ=WEEKLY;BYDAY=MO</recurrence><id>{client_id}</id>"
        f"{meta(to_list())}"
    )
    answer = payload(stage.query(f"<id>{client_id}</id>"))
    assert answer.findtext(f"{S}deliver-at") == "2026-11-30T20:00:00Z"
    assert answer.find(f"{S}timezone") is None


def test_repeat(stage: Stage) -> None:
    """The same content in other clothes is the same job; another is a conflict."""
    client_id = fresh()
    tags = "<a xmlns='urn:example:a' x='1' y='2'/>", "<b xmlns='urn:example:b'/>"
    first = (
        "<subject>S</subject><body>hello</body><body xml:lang='de'>hallo</body>"
        f"<delay-seconds>900</delay-seconds><id>{client_id}</id>"
        f"{meta(to_list() + tags[0] + tags[1])}"
    )
    again = (
        f"\n <metadata>\n  <q:b xmlns:q='urn:example:b'></q:b>\n{to_list()}"
        "<a y='2' x='1' xmlns='urn:example:a'/>\n</metadata>\n"
        f"<id>{client_id}</id> <delay-seconds>900</delay-seconds>"
        "<body xml:lang='de'>hallo</body><body>hello</body><subject>S</subject>"
    )
    moment = payload(stage.create(first)).findtext(f"{S}deliver-at")
    repeat = payload(stage.create(again, attributes="xml:lang='fr'"))
    assert repeat.findtext(f"{S}deliver-at") == moment
    assert repeat.findtext(f"{S}status") == "scheduled"
    other = first.replace("hello", "goodbye")
    assert refusal(stage.create(other)) == ("conflict", "cancel")
    assert refusal(stage.create(first.replace("900", "901"))) == ("conflict", "cancel")


def test_repeat_when_it_is_over(stage: Stage) -> None:
    """A repeat long after the moment still tells the state of the same job."""
    client_id = fresh()
    moment = datetime.now(UTC) - timedelta(seconds=59)  # noqa: TID251 - a client's
    request = (
        f"<body>hello</body><deliver-at>{moment:%Y-%m-%dT%H:%M:%SZ}</deliver-at>"
        f"<id>{client_id}</id>{meta(to_list())}"
    )
    assert payload(stage.create(request)).findtext(f"{S}id") == client_id
    wait_for(stage, client_id, "sent")

    def too_late() -> bool:
        return stage.create(request.replace(client_id, fresh())).get("type") == "error"

    stage.service.until(too_late, seconds=30)
    again = payload(stage.create(request))
    assert again.findtext(f"{S}status") == "sent"


def wait_for(stage: Stage, client_id: str, state: str) -> ET.Element:
    """The answer about a job once it is in that state."""
    found: list[ET.Element] = []

    def reached() -> bool:
        found[:] = [payload(stage.query(f"<id>{client_id}</id>"))]
        return found[0].findtext(f"{S}status") == state

    stage.service.until(reached, seconds=30)
    return found[0]


def test_cancel(stage: Stage) -> None:
    """Cancelled, again without error, and told when asked."""
    client_id = fresh()
    stage.create(job(client_id, delay=900))
    for _ in range(2):
        answer = payload(stage.create(f"<cancel>{client_id}</cancel>"))
        assert names(answer) == ["id", "status"]
        assert answer.findtext(f"{S}status") == "cancelled"
    told = payload(stage.query(f"<id>{client_id}</id>"))
    assert told.findtext(f"{S}status") == "cancelled"


def test_cancel_what_is_over(stage: Stage) -> None:
    """What is sent cannot be cancelled; the text says what it is."""
    client_id = fresh()
    stage.create(job(client_id))
    told = wait_for(stage, client_id, "sent")
    assert told.find(f"{S}metadata/{X}progress") is not None
    answer = stage.create(f"<cancel>{client_id}</cancel>")
    assert refusal(answer) == ("unexpected-request", "wait")
    assert "sent" in said(answer)


def test_anothers_job(stage: Stage) -> None:
    """To others it looks like none; an admin who names the owner finds it."""
    client_id, none = fresh(), fresh()
    stage.create(job(client_id, delay=900), who=stage.publisher)
    for who in (stage.reader, stage.admin):
        for ask in (stage.create, stage.query):
            name = "cancel" if ask == stage.create else "id"
            there = ask(f"<{name}>{client_id}</{name}>", who=who)
            nowhere = ask(f"<{name}>{none}</{name}>", who=who)
            assert refusal(there) == refusal(nowhere) == ("item-not-found", "cancel")
            assert said(there).replace(client_id, none) == said(nowhere)
    owner = meta(f"<owner xmlns='{ANNOUNCE}'>{stage.publisher.bare.upper()}</owner>")
    answer = payload(stage.query(f"<id>{client_id}</id>{owner}"))
    assert answer.findtext(f"{S}metadata/{X}owner") == stage.publisher.bare
    other = stage.query(f"<id>{client_id}</id>{owner}", who=stage.reader)
    assert refusal(other) == ("item-not-found", "cancel")
    cancelled = payload(stage.create(f"<cancel>{client_id}</cancel>{owner}"))
    assert cancelled.findtext(f"{S}status") == "cancelled"
    update = stage.publisher.message(
        lambda one: one.findtext(f"{S}schedule/{S}id") == client_id
    )
    assert update.get("type") == "headline"
    assert update.findtext(f"{S}schedule/{S}status") == "cancelled"
    assert update.find(f"{S}scheduled-by") is None
    stage.publisher.settle()
    assert not [
        one for one in stage.publisher.waiting if one.find(f"{C}body") is not None
    ]


def test_pages(stage: Stage) -> None:
    """Forwards, backwards, none, only the count; each item with its id (XEP-0059)."""
    mine = [fresh() for _ in range(3)]
    for client_id in mine:
        stage.create(job(client_id, delay=5000), who=stage.publisher)

    def page(wish: str, status: str = "") -> ET.Element:
        rsm = f"<set xmlns='{RSM[1:-1]}'>{wish}</set>"
        return payload(stage.query(f"{status}{rsm}", who=stage.publisher))

    def ids(answer: ET.Element) -> list[str | None]:
        return [one.findtext(f"{S}id") for one in answer.findall(f"{S}schedule")]

    last = page("<max>2</max><before/>")
    assert ids(last) == mine[1:]
    first_of_it = last.findtext(f"{RSM}set/{RSM}first")
    before = page(f"<max>1</max><before>{first_of_it}</before>")
    assert ids(before) == mine[:1]
    after = page(f"<max>9</max><after>{first_of_it}</after>")
    assert ids(after) == mine[2:]
    none = page("<max>0</max>")
    assert [child.tag for child in none[0]] == [f"{RSM}count"]
    beyond = page(f"<after>{after.findtext(f'{RSM}set/{RSM}last')}</after>")
    assert [child.tag for child in beyond] == [f"{RSM}set"]
    assert int(beyond.findtext(f"{RSM}set/{RSM}count") or 0) >= 3
    sent = page("", "<status>failed</status>")
    assert sent.findtext(f"{RSM}set/{RSM}count") == "0"
    item = last.find(f"{S}schedule")
    assert item is not None
    told = ["id", "status", "deliver-at", "created"]
    assert names(item)[:4] == told
    for client_id in mine:
        stage.create(f"<cancel>{client_id}</cancel>", who=stage.publisher)


def test_private_jobs(stage: Stage) -> None:
    """An admin's page shows another admin's personal job without its content."""
    stage.service.announce(
        list_name=None,
        people=(stage.reader.bare,),
        delay_seconds="4000",
        client_id=(client_id := fresh()),
        metadata=f"<metadata xmlns='{SCHEDULING}'><t xmlns='urn:secret'/></metadata>",
    )
    rsm = f"<set xmlns='{RSM[1:-1]}'><before/></set>"
    page = payload(stage.query(rsm))
    [item] = [
        one
        for one in page.findall(f"{S}schedule")
        if one.findtext(f"{S}id") == client_id
    ]
    assert names(item) == ["id", "status", "deliver-at", "created", "metadata"]
    metadata = item.find(f"{S}metadata")
    assert metadata is not None
    assert sorted(child.tag for child in metadata) == [f"{X}audience", f"{X}owner"]


BODY, SOON = "<body>x</body>", "<delay-seconds>900</delay-seconds>"
NEWS = meta(to_list())
BAD, LIMIT = ("bad-request", "modify"), ("policy-violation", "modify")
REFUSED = {
    "no time": (f"{BODY}{NEWS}", BAD),
    "two times": (
        f"{BODY}{SOON}<deliver-at>2026-12-01T09:00:00Z</deliver-at>{NEWS}",
        BAD,
    ),
    "time twice": (f"{BODY}{SOON}{SOON}{NEWS}", BAD),
    "no offset": (f"{BODY}<deliver-at>2026-12-01T09:00:00</deliver-at>{NEWS}", BAD),
    "no date": (f"{BODY}<deliver-at>2026-02-30T09:00:00Z</deliver-at>{NEWS}", BAD),
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
    """Each fault has its condition and type, and leaves nothing behind."""
    content, expected = REFUSED[case]
    client_id = fresh()
    if "<id>" not in content:
        content += f"<id>{client_id}</id>"
    answer = stage.create(content)
    assert refusal(answer) == expected, said(answer)
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


def test_rights(stage: Stage) -> None:
    """Not to that list: not-allowed; one that is hidden looks like none."""

    def told(name: str) -> ET.Element:
        return stage.create(f"{BODY}{SOON}{meta(to_list(name))}", who=stage.reader)

    assert refusal(told("news")) == ("not-allowed", "cancel")
    hidden, nowhere = told("staff"), told("nixxx")
    assert refusal(hidden) == refusal(nowhere) == ("item-not-found", "cancel")
    assert said(hidden).replace("staff", "nixxx") == said(nowhere)
    people = f"{BODY}{SOON}{meta(to_people(stage.reader.bare))}"
    assert refusal(stage.create(people, who=stage.publisher)) == (
        "not-allowed",
        "cancel",
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
    sender = stage.reader
    sender.settle()
    sender.waiting.clear()
    for kind in ("result", "error"):
        sender.send(
            f"<iq to='{stage.address}' type='{kind}' id='odd-{kind}'>"
            f"<schedule xmlns='{SCHEDULING}'/></iq>"
        )
    ping = "<ping xmlns='urn:xmpp:ping'/>"
    assert sender.ask(stage.address, "get", ping).get("type") == "result"
    assert not [one for one in sender.waiting if one.tag == f"{C}iq"]
