"""Requests, queries and cancelling, by raw XML clients."""

from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    RSM,
    SCHEDULING,
    S,
    Stage,
    X,
    ahead,
    fresh,
    job,
    meta,
    names,
    now,
    payload,
    refusal,
    said,
    to_list,
    written,
)

pytestmark = pytest.mark.e2e


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


def test_assigned_id(stage: Stage) -> None:
    """Without an id the service assigns one, which the result tells."""
    content = job("none", delay=1000).replace("<id>none</id>", "")
    told = [payload(stage.create(content)).findtext(f"{S}id") for _ in range(2)]
    assert len(set(told)) == 2
    for client_id in told:
        answer = payload(stage.query(f"<id>{client_id}</id>"))
        assert answer.findtext(f"{S}id") == client_id
        assert answer.findtext(f"{S}status") == "scheduled"


def test_delay(stage: Stage) -> None:
    """A relative delay is counted from the request; the moment is told in UTC."""
    before = now()
    answer = payload(stage.create(job(fresh(), delay=1000)))
    after = now()
    moment = datetime.fromisoformat(answer.findtext(f"{S}deliver-at") or "")
    delay, rounding = timedelta(seconds=1000), timedelta(seconds=1)
    assert before + delay <= moment < after + delay + rounding


def test_query(stage: Stage) -> None:
    """One job: what was given comes back, metadata verbatim; no more."""
    client_id, first = fresh(), ahead()
    tag = (
        "<p:tag xmlns:p='urn:example:p' p:weight='2' xml:lang='de'>a &lt;b&gt;"
        "<c xmlns=''/> tail</p:tag>"
    )
    stage.create(
        f"<body>hello</body><deliver-at>{first:%Y-%m-%dT%H:%M:%S}.5+01:00</deliver-at>"
        f"<id>{client_id}</id>{meta(to_list() + tag)}",
        who=stage.publisher,
    )
    answer = payload(stage.query(f"<id>{client_id}</id>", who=stage.publisher))
    assert answer.tag == f"{S}schedule-query"
    assert names(answer) == ["id", "status", "deliver-at", "created", "metadata"]
    assert answer.findtext(f"{S}deliver-at") == written(
        first - timedelta(hours=1) + timedelta(seconds=1)
    )
    metadata = answer.find(f"{S}metadata")
    assert metadata is not None
    assert [child.tag for child in metadata] == [
        f"{X}list",
        "{urn:example:p}tag",
        f"{X}revision",
    ]
    given = ET.fromstring(tag)
    assert ET.canonicalize(ET.tostring(metadata[1])) == ET.canonicalize(
        ET.tostring(given)
    )


def test_query_of_a_recurring_job(stage: Stage) -> None:
    """Zone, rule and expiry are told where they were given."""
    client_id = fresh()
    first = written(ahead())
    expires = written(ahead() + timedelta(days=400))
    stage.create(
        f"<body>hello</body><deliver-at>{first}</deliver-at>"
        "<timezone>Europe/Warsaw</timezone>"
        "<recurrence>bymonthday=1;freq=monthly;COUNT=12</recurrence>"
        f"<expires>{expires}</expires><id>{client_id}</id>"
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
    assert told["expires"] == expires


def test_zone_is_utc(stage: Stage) -> None:
    """Without a zone a rule is read in UTC, whatever the list's own zone."""
    client_id, first = fresh(), ahead().replace(hour=20)
    # 20:00 UTC on Monday is Tuesday in Tokyo, the list's zone
    monday = written(first - timedelta(days=first.weekday()))
    stage.create(
        f"<body>hello</body><deliver-at>{monday}</deliver-at>"
        f"<recurrence>FREQ=WEEKLY;BYDAY=MO</recurrence><id>{client_id}</id>"
        f"{meta(to_list())}"
    )
    answer = payload(stage.query(f"<id>{client_id}</id>"))
    assert answer.findtext(f"{S}deliver-at") == monday
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
    moment = written(now() - timedelta(seconds=59))
    request = (
        f"<body>hello</body><deliver-at>{moment}</deliver-at>"
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
    answers = stage.play(
        """
        admin sends:
          <iq type='set' id='stop' to='{service}'>
            <schedule xmlns='{scheduling}'><cancel>{client_id}</cancel></schedule>
          </iq>
        admin receives:
          <iq type='result' id='stop'>
            <schedule xmlns='{scheduling}'>
              <id>{client_id}</id><status>cancelled</status>
            </schedule>
          </iq>
        admin sends:
          <iq type='set' id='again' to='{service}'>
            <schedule xmlns='{scheduling}'><cancel>{client_id}</cancel></schedule>
          </iq>
        admin receives:
          <iq type='result' id='again'>
            <schedule xmlns='{scheduling}'>
              <id>{client_id}</id><status>cancelled</status>
            </schedule>
          </iq>
        admin sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'><id>{client_id}</id></schedule-query>
          </iq>
        admin receives:
          <iq type='result' id='look'>
            <schedule-query xmlns='{scheduling}'>
              <status>cancelled</status>
            </schedule-query>
          </iq>
        """,
        client_id=client_id,
    )
    for answer in answers[:2]:
        assert names(payload(answer)) == ["id", "status"]


def test_paused(stage: Stage) -> None:
    """A job that an admin paused is still scheduled, as far as the draft goes."""
    client_id = fresh()
    stage.create(job(client_id, delay=900))
    owner = ("--owner", stage.admin.bare)
    stage.service.command("schedules", "pause", client_id, *owner)
    stage.play(
        """
        admin sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'><id>{client_id}</id></schedule-query>
          </iq>
        admin receives:
          <iq type='result' id='look'>
            <schedule-query xmlns='{scheduling}'>
              <status>scheduled</status>
            </schedule-query>
          </iq>
        """,
        client_id=client_id,
    )


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
    stage.play(
        """
        admin sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'>
              <id>{client_id}</id>
              <metadata><owner xmlns='{announce}'>{shouted}</owner></metadata>
            </schedule-query>
          </iq>
        admin receives:
          <iq type='result' id='look'>
            <schedule-query xmlns='{scheduling}'>
              <metadata><owner xmlns='{announce}'>{publisher}</owner></metadata>
            </schedule-query>
          </iq>

        reader sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'>
              <id>{client_id}</id>
              <metadata><owner xmlns='{announce}'>{shouted}</owner></metadata>
            </schedule-query>
          </iq>
        reader receives:
          <iq type='error' id='look'>
            <error type='cancel'><item-not-found xmlns='{stanzas}'/></error>
          </iq>

        admin sends:
          <iq type='set' id='stop' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <cancel>{client_id}</cancel>
              <metadata><owner xmlns='{announce}'>{shouted}</owner></metadata>
            </schedule>
          </iq>
        admin receives:
          <iq type='result' id='stop'>
            <schedule xmlns='{scheduling}'><status>cancelled</status></schedule>
          </iq>
        publisher receives:
          <message type='headline'>
            <schedule xmlns='{scheduling}'>
              <id>{client_id}</id><status>cancelled</status>
            </schedule>
          </message>
        publisher receives no:
          <message><body>...</body></message>
        publisher receives no:
          <message><scheduled-by xmlns='{scheduling}'/></message>
        """,
        client_id=client_id,
        shouted=stage.publisher.bare.upper(),
    )


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
