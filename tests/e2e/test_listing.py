"""What is stored, as its owner, admins, auditors and others see it, in pages."""

from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest

from bot.domain.message import Text
from bot.domain.schedule import (
    ON_THE_WIRE,
    PeopleAudience,
    ScheduleState,
    TemplateContent,
    TextContent,
)
from bot.domain.updates import WireState
from tests.e2e.conftest import PLACES
from tests.e2e.managing import shown, store, unlimited, wait_for
from tests.e2e.speaking import (
    ANNOUNCE,
    RSM,
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
)
from tests.e2e.xml_client import XmlClient

pytestmark = pytest.mark.e2e

NOT_FOUND = ("item-not-found", "cancel")


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    yield from unlimited(request, tmp_path_factory)


# --- pages ------------------------------------------------------------


class Pages:
    """Somebody's pages, of one status or of all."""

    def __init__(self, stage: Stage, who: XmlClient, status: str = "") -> None:
        self.stage, self.who, self.status = stage, who, status

    def ask(self, wish: str) -> ET.Element:
        status = f"<status>{self.status}</status>" if self.status else ""
        rsm = f"<set xmlns='{RSM[1:-1]}'>{wish}</set>"
        return self.stage.query(f"{status}{rsm}", who=self.who)

    def page(self, wish: str) -> tuple[list[str], dict[str, str]]:
        """Ids, and what the answer's <set/> says."""
        answer = payload(self.ask(wish))
        rsm = answer.find(f"{RSM}set")
        assert rsm is not None
        told = {child.tag.removeprefix(RSM): child.text or "" for child in rsm}
        first = rsm.find(f"{RSM}first")
        if first is not None:
            told["index"] = first.get("index", "")
        ids = [one.findtext(f"{S}id") or "" for one in answer.findall(f"{S}schedule")]
        return ids, told

    def forwards(self, most: int, meanwhile: Callable[[], object] = bool) -> list[str]:
        found, told = self.page(f"<max>{most}</max>")
        while True:
            meanwhile()
            ids, after = self.page(f"<max>{most}</max><after>{told['last']}</after>")
            if not ids:
                return found
            assert after["index"] == str(len(found))
            found, told = found + ids, after

    def backwards(self, most: int, meanwhile: Callable[[], object] = bool) -> list[str]:
        found, told = self.page(f"<max>{most}</max><before/>")
        while True:
            meanwhile()
            before = f"<max>{most}</max><before>{told['first']}</before>"
            ids, earlier = self.page(before)
            if not ids:
                assert told["index"] == "0"
                return found
            found, told = ids + found, earlier


def test_many_pages(stage: Stage) -> None:
    """All are met once, forwards and backwards, while others are added; a page holds
    a hundred at most (fewer where they are large), and without a wish fifty.
    """
    who = stage.publisher
    mine = store(stage, who.bare, 230)
    pages = Pages(stage, who)
    start = int(pages.page("<max>0</max>")[1]["count"]) - 230
    later: list[str] = []

    def add() -> None:
        if len(later) < 3:
            later.extend(store(stage, who.bare))

    before = pages.backwards(60, add)
    assert before[start:] == mine
    after = pages.forwards(1_000, add)
    assert after[start:] == mine + later
    ids, told = pages.page("<max>5000</max>")
    assert 50 < len(ids) <= 100
    assert told["count"] == str(start + 230 + len(later))
    assert len(pages.page("")[0]) == 50
    none, told = pages.page("<max>0</max>")
    assert (none, set(told)) == ([], {"count"})
    assert Pages(stage, stage.reader).page("") == ([], {"count": "0"})


def test_items_that_are_none(stage: Stage) -> None:
    """An item of another's, one that no longer matches and one that never was are
    refused in the same words, in both directions.
    """
    who = stage.publisher
    store(stage, stage.admin.bare)
    foreign = Pages(stage, stage.admin).page("<max>1</max><before/>")[1]["last"]
    store(stage, who.bare, 3)
    pages = Pages(stage, who, "scheduled")
    ids, told = pages.page("<max>2</max><before/>")
    vanished = told["last"]
    assert pages.page(f"<after>{told['first']}</after>")[0] == ids[1:]
    stage.create(f"<cancel>{ids[1]}</cancel>", who=who)
    texts = set()
    for item in (foreign, vanished, "999999999", "nonsense", "-1"):
        for wish in ("after", "before"):
            answer = pages.ask(f"<{wish}>{item}</{wish}>")
            assert refusal(answer) == NOT_FOUND, (item, wish)
            if item.isdigit():
                texts.add(said(answer).replace(item, "ITEM"))
    assert len(texts) == 1
    assert Pages(stage, who).page(f"<before>{vanished}</before>")[0][-1] == ids[0]


def test_every_status(stage: Stage) -> None:
    """Each inner state is found under its wire state and no other, in pages too."""
    who = stage.notified
    found = {
        state: store(
            stage,
            who.bare,
            3,
            state=state,
            # running with nothing to come: the planner and the worker leave it alone
            **({} if state is ScheduleState.PENDING else {"next_at": None}),
        )
        for state in ScheduleState
    }
    for wire in WireState:
        pages = Pages(stage, who, wire)
        wanted = [
            client_id
            for state, ids in found.items()
            if ON_THE_WIRE[state] is wire
            for client_id in ids
        ]
        assert pages.forwards(2) == pages.backwards(2) == wanted
        assert pages.page("<max>0</max>")[1] == {"count": str(len(wanted))}
        assert wanted
    for status in ("pending", "Sent", "everything"):
        answer = stage.query(f"<status>{status}</status>", who=who)
        assert refusal(answer) == ("bad-request", "modify")
    empty = stage.query("<status/>", who=who)
    assert refusal(empty) == ("bad-request", "modify")


# --- whose ------------------------------------------------------------


def owner(jid: str) -> str:
    return meta(f"<owner xmlns='{ANNOUNCE}'>{jid}</owner>")


def items(stage: Stage, who: XmlClient, wanted: str) -> list[ET.Element]:
    """How a job stands in somebody's last pages."""
    page = payload(stage.query(f"<set xmlns='{RSM[1:-1]}'><before/></set>", who=who))
    return [one for one in page if one.findtext(f"{S}id") == wanted]


def test_who_sees_all(stage: Stage) -> None:
    """Admins and auditors see all, with the owner; everybody else only his own,
    without, whatever he asks.
    """
    [client_id] = store(stage, stage.publisher.bare)
    for who in (stage.admin, stage.auditor):
        [item] = items(stage, who, client_id)
        alone = payload(
            stage.query(f"<id>{client_id}</id>{of_publisher(stage)}", who=who)
        )
        for told in (item, alone):
            assert told.findtext(f"{S}metadata/{X}owner") == stage.publisher.bare
            assert "a-secret-word" not in ET.tostring(told, "unicode")
        # without the owner's name it would be one's own
        assert refusal(stage.query(f"<id>{client_id}</id>", who=who)) == NOT_FOUND
    [mine] = items(stage, stage.publisher, client_id)
    assert mine.find(f"{S}metadata/{X}owner") is None
    assert items(stage, stage.reader, client_id) == []
    hidden = stage.query(f"<id>{client_id}</id>{of_publisher(stage)}", who=stage.reader)
    none = stage.query(f"<id>nix</id>{of_publisher(stage)}", who=stage.reader)
    assert refusal(hidden) == refusal(none) == NOT_FOUND
    assert said(hidden).replace(client_id, "nix") == said(none)
    cancel = stage.create(
        f"<cancel>{client_id}</cancel>{of_publisher(stage)}", who=stage.auditor
    )
    assert refusal(cancel) == ("not-allowed", "cancel")
    assert (
        shown(stage, client_id, stage.publisher).findtext(f"{S}status") == "scheduled"
    )


def of_publisher(stage: Stage) -> str:
    return owner(stage.publisher.bare)


PERSONAL = {
    "a text": TextContent(texts=(Text(language="en", body="a-secret-word"),)),
    "a template": TemplateContent(
        template="maintenance", values={"summary": {"": "a-secret-word"}}
    ),
}


@pytest.mark.parametrize("content", PERSONAL)
def test_anothers_personal_job(stage: Stage, content: str) -> None:
    """Whose, to whom, when and how it stands: no more, alone as in a page."""
    jids = ("ann@example.org", "bob@example.org")
    whose = "second-admin@example.org"
    [client_id] = store(
        stage,
        whose,
        audience=PeopleAudience(jids=jids),
        content=PERSONAL[content],
        timezone="Europe/Warsaw",
        recurrence="FREQ=DAILY",
        metadata=(
            f"<metadata xmlns='{SCHEDULING}'><announce xmlns='{ANNOUNCE}'"
            " template='maintenance'><field var='summary'><value>a-secret-word</value>"
            "</field></announce><tag xmlns='urn:example:t'>a-secret-word</tag>"
            "</metadata>"
        ),
    )
    for who in (stage.admin, stage.auditor):
        alone = payload(stage.query(f"<id>{client_id}</id>{owner(whose)}", who=who))
        for told in (alone, *items(stage, who, client_id)):
            assert names(told) == ["id", "status", "deliver-at", "created", "metadata"]
            metadata = told.find(f"{S}metadata")
            assert metadata is not None
            assert {child.tag for child in metadata} == {f"{X}owner", f"{X}audience"}
            assert metadata.findtext(f"{X}owner") == whose
            audience = metadata.findall(f"{X}audience/{X}jid")
            assert tuple(one.text for one in audience) == jids
            assert "a-secret-word" not in ET.tostring(told, "unicode")
        assert len(items(stage, who, client_id)) == 1
    for who in (stage.publisher, stage.reader):
        answer = stage.query(f"<id>{client_id}</id>{owner(whose)}", who=who)
        assert refusal(answer) == NOT_FOUND
        assert items(stage, who, client_id) == []


def test_ones_own_personal_job(stage: Stage) -> None:
    """Its owner sees all that he gave, and progress once it goes out."""
    client_id = fresh()
    target = (
        f"<audience xmlns='{ANNOUNCE}'><jid>{stage.reader.bare}</jid></audience>"
        "<tag xmlns='urn:example:t'>mine</tag>"
    )
    stage.create(job(client_id, target=target))
    wait_for(stage, client_id, "sent")
    told = shown(stage, client_id)
    assert told.findtext(f"{S}metadata/{{urn:example:t}}tag") == "mine"
    assert told.findtext(f"{S}metadata/{X}audience/{X}jid") == stage.reader.bare
    progress = told.find(f"{S}metadata/{X}progress")
    assert progress is not None
    assert (progress.get("total"), progress.get("sent")) == ("1", "1")
    whose = owner(stage.admin.bare)
    seen = payload(stage.query(f"<id>{client_id}</id>{whose}", who=stage.auditor))
    assert seen.find(f"{S}metadata/{X}progress") is None
    assert seen.findtext(f"{S}status") == "sent"
