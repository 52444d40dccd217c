"""Jobs in each of their states: asked for again, cancelled, corrected, withdrawn."""

import secrets
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from bot.domain.schedule import (
    ScheduleState,
)
from bot.service.ports.unit_of_work import UnitOfWork
from tests.e2e.conftest import PLACES
from tests.e2e.managing import asked, shown, store, unlimited, wait_for
from tests.e2e.sink import Sink
from tests.e2e.speaking import (
    RSM,
    SCHEDULING,
    S,
    Stage,
    X,
    fresh,
    job,
    payload,
    refusal,
    said,
)
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e
#: a second, so that there is half a minute to stop the sending
RATE = 20
READERS = 600

NOT_FOUND = ("item-not-found", "cancel")


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    yield from unlimited(request, tmp_path_factory, rate=RATE)


# --- again, in each state ------------------------------------------------------------


def state_of(answer: ET.Element) -> str | None:
    return payload(answer).findtext(f"{S}status")


def jobs_called(stage: Stage, client_id: str) -> int:
    page = payload(
        stage.query(f"<set xmlns='{RSM[1:-1]}'><before/><max>100</max></set>")
    )
    ids = [one.findtext(f"{S}id") for one in page.findall(f"{S}schedule")]
    return ids.count(client_id)


def check_again(stage: Stage, request: str, state: str) -> str | None:
    """Repeated, it is the same job as it stands, over or not; with another content a
    conflict as long as it is not over.

    The moment that it tells.
    """
    again, *_ = stage.play(
        """
        admin sends:
          <iq type='set' id='again' to='{service}'>
            <schedule xmlns='{scheduling}'>{request}</schedule>
          </iq>
        admin receives:
          <iq type='result' id='again'>
            <schedule xmlns='{scheduling}'><status>{state}</status></schedule>
          </iq>
        """
        + ("" if state in OVER else IN_CONFLICT),
        request=request,
        other=request.replace("hello", "goodbye"),
        state=state,
    )
    return payload(again).findtext(f"{S}deliver-at")


OVER = ("sent", "failed", "cancelled")
IN_CONFLICT = """
        admin sends:
          <iq type='set' id='other' to='{service}'>
            <schedule xmlns='{scheduling}'>{other}</schedule>
          </iq>
        admin receives:
          <iq type='error' id='other'>
            <error type='cancel'><conflict xmlns='{stanzas}'/></error>
          </iq>
"""


@pytest.mark.parametrize("delay", [0, 1], ids=["deliver-at", "delay-seconds"])
def test_while_it_is_sent(stage: Stage, delay: int) -> None:
    """Asked for again under way: the same job, queued. Cancelled: it stops, those told
    stay told, and the answers say so from then on.
    """
    client_id = fresh()
    request = job(client_id, delay=delay)
    with Sink(stage.server, stage.server.spares[0]) as sink:
        stage.service.subscribe(sink.jids(READERS))
        moment = payload(stage.create(request)).findtext(f"{S}deliver-at")
        sink.wait(10)
        assert check_again(stage, request, "queued") == moment
        cancel = f"<cancel>{client_id}</cancel>"
        answers = [stage.create(cancel) for _ in range(3)]
        assert [state_of(one) for one in answers] == ["cancelled"] * 3
        told = shown(stage, client_id)
        assert told.findtext(f"{S}status") == "cancelled"
        assert check_again(stage, request, "cancelled") == moment
        progress = recorded(stage, client_id, sink)
        assert 10 <= len(sink.arrived) < READERS
        assert progress["total"] == str(READERS)
        assert len(set(sink.arrived)) == len(sink.arrived)
    assert jobs_called(stage, client_id) == 1
    people = sink.jids(READERS)
    stage.service.uses.database.call(gone, stage, people)


def recorded(stage: Stage, client_id: str, sink: Sink) -> dict[str, str]:
    """Progress once all that was written is acknowledged and counted."""
    stage.service.until_stopped(asked(stage, client_id))
    found: list[dict[str, str]] = []

    def all_are() -> bool:
        element = shown(stage, client_id).find(f"{S}metadata/{X}progress")
        assert element is not None
        found.append(element.attrib)
        return int(found[-1]["sent"]) == len(sink.arrived)

    stage.service.until(all_are, seconds=20)
    return found[-1]


def gone(uow: UnitOfWork, stage: Stage, people: list[str]) -> None:
    for jid in people:
        stage.service.uses.enrolling.remove(uow, stage.service.operator, "news", jid)


@pytest.mark.parametrize("delay", [0, 1], ids=["deliver-at", "delay-seconds"])
def test_when_it_is_sent(stage: Stage, delay: int) -> None:
    """Long after: the same moment, sent, and no second announcement."""
    client_id = fresh()
    request = job(client_id, delay=delay)
    moment = payload(stage.create(request)).findtext(f"{S}deliver-at")
    wait_for(stage, client_id, "sent")
    assert check_again(stage, request, "sent") == moment
    assert shown(stage, client_id).findtext(f"{S}deliver-at") == moment
    assert jobs_called(stage, client_id) == 1


@pytest.mark.parametrize("delay", [900, 901])
def test_when_it_is_cancelled(stage: Stage, delay: int) -> None:
    """A repeat revives nothing."""
    client_id = fresh()
    request = job(client_id, delay=delay)
    moment = payload(stage.create(request)).findtext(f"{S}deliver-at")
    assert check_again(stage, request, "scheduled") == moment
    stage.create(f"<cancel>{client_id}</cancel>")
    assert check_again(stage, request, "cancelled") == moment
    assert shown(stage, client_id).findtext(f"{S}status") == "cancelled"
    assert jobs_called(stage, client_id) == 1


def test_an_id_used_again(stage: Stage) -> None:
    """Other content under the id of a job that is over is a new job, which queries and
    cancels mean from then on; of two that want the id at once one gets it.
    """
    client_id = fresh()
    stage.create(job(client_id, delay=900))
    stage.create(f"<cancel>{client_id}</cancel>")
    again = job(client_id, delay=900).replace("hello", "goodbye")
    assert payload(stage.create(again)).findtext(f"{S}status") == "scheduled"
    assert jobs_called(stage, client_id) == 2
    assert shown(stage, client_id).findtext(f"{S}status") == "scheduled"
    assert refusal(stage.create(job(client_id, delay=900))) == ("conflict", "cancel")
    assert state_of(stage.create(f"<cancel>{client_id}</cancel>")) == "cancelled"
    assert shown(stage, client_id).findtext(f"{S}status") == "cancelled"
    with XmlClient(stage.server, user=user_of(stage.admin), resource="other") as other:
        several = [again.replace("goodbye", f"Number {n}") for n in range(2)]
        found = together(stage, (stage.admin, other), several)
        kinds = sorted(one.get("type", "") for one in found)
        assert kinds == ["error", "result"]
    assert jobs_called(stage, client_id) == 3


def test_two_at_once(stage: Stage) -> None:
    """Of equal requests that two resources make at once one job comes, of different
    ones with one id the first; of two cancels both are content.
    """
    with XmlClient(stage.server, user=user_of(stage.admin), resource="second") as other:
        both = (stage.admin, other)
        for number in range(10):
            client_id = fresh()
            same = job(client_id, delay=900)
            found = together(stage, both, [same, same])
            moments = {payload(one).findtext(f"{S}deliver-at") for one in found}
            assert [state_of(one) for one in found] == ["scheduled"] * 2
            assert len(moments) == 1, number
            assert jobs_called(stage, client_id) == 1
            cancel = f"<cancel>{client_id}</cancel>"
            found = together(stage, both, [cancel, cancel])
            assert [state_of(one) for one in found] == ["cancelled"] * 2
            unlike = job(fresh(), delay=900)
            second = unlike.replace("hello", "goodbye")
            found = together(stage, both, [unlike, second])
            kinds = sorted(one.get("type", "") for one in found)
            assert kinds == ["error", "result"]
            [error] = [one for one in found if one.get("type") == "error"]
            assert refusal(error) == ("conflict", "cancel")


def user_of(client: XmlClient) -> str:
    return client.bare.partition("@")[0]


def together(
    stage: Stage, clients: tuple[XmlClient, ...], contents: list[str]
) -> list[ET.Element]:
    """The answers to requests of which none waits for another."""
    numbers = [f"t{secrets.token_hex(4)}" for _ in contents]
    for client, content, number in zip(clients, contents, numbers, strict=True):
        client.send(
            f"<iq to='{stage.address}' type='set' id='{number}'>"
            f"<schedule xmlns='{SCHEDULING}'>{content}</schedule></iq>"
        )
    return [
        client.take(lambda one, n=number: one.get("id") == n)  # type: ignore[misc]  # bound here
        for client, number in zip(clients, numbers, strict=True)
    ]


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_cancel_what_is_over(stage: Stage, state: str) -> None:
    """Refused, with the state in the text; asked again, the same."""
    [client_id] = store(
        stage, stage.admin.bare, state=ScheduleState(state), next_at=None
    )
    for _ in range(2):
        [answer] = stage.play(
            """
            admin sends:
              <iq type='set' id='stop' to='{service}'>
                <schedule xmlns='{scheduling}'><cancel>{client_id}</cancel></schedule>
              </iq>
            admin receives:
              <iq type='error' id='stop'>
                <error type='wait'><unexpected-request xmlns='{stanzas}'/></error>
              </iq>
            """,
            client_id=client_id,
        )
        assert state in said(answer)


def test_corrected_and_withdrawn(stage: Stage) -> None:
    """Who was told gets it corrected, by the id that he has it under, then withdrawn;
    repeated, each has the same answer; of what is withdrawn nothing changes any more.
    """
    client_id = fresh()
    stage.service.subscribe([stage.reader.bare], "en")
    [_, original] = stage.play(
        """
        publisher sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <delay-seconds>1</delay-seconds><id>{id}</id>
              <subject>Disks</subject><body xml:lang='en'>At ten</body>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='result' id='ask'/>
        reader receives:
          <message from='{speaker}'><body>At ten</body></message>
        """,
        id=client_id,
    )
    found = stage.play(
        """
        publisher sends:
          <iq type='set' id='c1' to='{service}'>
            <correct xmlns='{announce}'>
              <id>{id}</id><body xmlns='{scheduling}' xml:lang='en'>At eleven</body>
            </correct>
          </iq>
        publisher receives:
          <iq type='result' id='c1' from='{service}'>
            <schedule xmlns='{scheduling}'>
              <id>{id}</id><status>...</status><deliver-at>...</deliver-at>
              <metadata>
                <revision xmlns='{announce}'>1</revision>
                <amendment xmlns='{announce}' kind='correct' id='...'/>
              </metadata>
            </schedule>
          </iq>
        reader receives:
          <message from='{speaker}' type='chat'>
            <subject>Disks</subject><body>At eleven</body>
            <replace xmlns='urn:xmpp:message-correct:0' id='{original}'/>
          </message>

        publisher sends:
          <iq type='set' id='c2' to='{service}'>
            <correct xmlns='{announce}'><id>{id}</id><body> </body></correct>
          </iq>
        publisher receives:
          <iq type='error' id='c2'>
            <error type='modify'><bad-request xmlns='{stanzas}'/></error>
          </iq>
        """,
        id=client_id,
        original=original.get("id"),
    )
    answer, corrected = found[:2]
    assert corrected.get("id") != original.get("id")
    again = stage.play(
        """
        publisher sends:
          <iq type='set' id='c3' to='{service}'>
            <correct xmlns='{announce}'>
              <id>{id}</id><body xml:lang='en'>At eleven</body>
            </correct>
          </iq>
        publisher receives:
          <iq type='result' id='c3'/>
        publisher sends:
          <iq type='set' id='r1' to='{service}'>
            <retract xmlns='{announce}'><id>{id}</id></retract>
          </iq>
        publisher receives:
          <iq type='result' id='r1'>
            <schedule xmlns='{scheduling}'>
              <id>{id}</id>
              <metadata><amendment xmlns='{announce}' kind='retract'/></metadata>
            </schedule>
          </iq>
        reader receives:
          <message from='{speaker}' type='chat'>
            <body>...</body>
            <retract xmlns='urn:xmpp:message-retract:1' id='{original}'/>
            <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>
          </message>
        publisher sends:
          <iq type='set' id='r2' to='{service}'>
            <retract xmlns='{announce}'><id>{id}</id></retract>
          </iq>
        publisher receives:
          <iq type='result' id='r2'/>
        publisher sends:
          <iq type='set' id='c4' to='{service}'>
            <correct xmlns='{announce}'><id>{id}</id><body>At noon</body></correct>
          </iq>
        publisher receives:
          <iq type='error' id='c4'>
            <error type='wait'><unexpected-request xmlns='{stanzas}'/></error>
          </iq>
        reader sends:
          <iq type='set' id='theft' to='{service}'>
            <retract xmlns='{announce}'>
              <id>{id}</id><owner>{publisher}</owner>
            </retract>
          </iq>
        reader receives:
          <iq type='error' id='theft'>
            <error type='cancel'><item-not-found xmlns='{stanzas}'/></error>
          </iq>
        """,
        id=client_id,
        original=original.get("id"),
    )
    by = [named(one) for one in (answer, again[0], again[1], again[3])]
    assert (by[0], by[2]) == (by[1], by[3])
    assert by[0] != by[2]
    withdrawn = again[2].findtext(f"{C}body") or ""
    assert "At eleven" in withdrawn
    query = stage.query(f"<id>{client_id}</id>", who=stage.publisher)
    told = payload(query).find(f"{S}metadata/{X}amendment/{X}progress")
    assert told is not None
    assert (told.get("total"), told.get("sent")) == ("1", "1")


def named(answer: ET.Element) -> str | None:
    """By what it was amended."""
    found = payload(answer).find(f"{S}metadata/{X}amendment")
    assert found is not None
    return found.get("id")
