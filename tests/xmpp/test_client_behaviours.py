"""Every command is completed with each of the clients that there are.

A new command needs a line in CASES: what somebody fills in, and what he has then; a
further task of it another, whose key has a word more.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.desk.desk import Desk
from bot.dialogues.administration import NS as ADMINISTRATION
from bot.dialogues.everything import BY_NODE
from bot.domain import timestamps
from bot.domain.amendment import Amendment
from bot.domain.message import Text
from bot.domain.schedule import Origin, TemplateContent, TextContent
from bot.service.incidents.request import OpenIncident
from bot.texts import LANGUAGES
from bot.xmpp.doors.commands.conversations import Conversations
from bot.xmpp.doors.commands.directory import CommandDirectory
from bot.xmpp.stanzas.commands import COMMAND
from bot.xmpp.stanzas.data_forms import FORM
from tests.world import ADMIN, PUBLISHER, SERVICE, USER, World, copy_of
from tests.xmpp.clients import CLIENTS, Client, Fills, fields, options

MOST_STEPS = 10
MAX_WIDTH = 35  #: characters that a narrow client shows on a line


def stands_on_news(world: World) -> bool:
    places = world.do(world.use_cases.joining.mine, world.caller(USER))
    return any(one.since for one in places if one.entry.name == "news")


def publishers_of(world: World, name: str) -> frozenset[str]:
    found = world.do(lambda unit: unit.lists.get(name))
    return found.publishers if found else frozenset()


def is_chosen(world: World) -> bool:
    """All that the form of preferences has."""
    found = world.do(lambda unit: unit.subscribers.get(USER))
    return found is not None and None not in astuple(found.preferences)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`fills`: by var; where it is asked in several steps, a value for each."""

    fills: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    jid: str = ADMIN
    before: Callable[[World], None] = lambda _: None
    #: what has come of it
    after: Callable[[World], bool] = lambda _: True
    #: in what the last answer says
    says: str = ""


class Presences:
    def online(self) -> Collection[str]:
        return ("anna@example.org",)


def _greet(world: World) -> None:
    put = world.use_cases.welcomes.put
    world.do(put, world.caller(ADMIN), None, "Good that you are here.")


def _greets(world: World) -> bool:
    return world.do(lambda unit: unit.greetings.get(1)) == "Good that you are here."


def _job(world: World) -> None:
    world.subscribe(USER)
    world.schedule(
        bodies=(("en", "One\n\nTwo"),), recurrence="FREQ=WEEKLY", timezone="UTC"
    )


def _many_skipped(world: World) -> None:
    _job(world)
    first = datetime(2026, 3, 8, 13, tzinfo=UTC)
    for weeks in range(12):
        due = timestamps.format(first + timedelta(weeks=weeks))
        world.steer("skip", world.get(1), ADMIN, due)


def _sent(world: World) -> None:
    world.subscribe(USER)
    world.due(bodies=(("en", "One\n\nTwo"),))


def _bounced(world: World) -> None:
    world.subscribe(USER)
    world.bounce(USER, "item-not-found")


def _suspended(world: World) -> None:
    world.subscribe(USER)
    world.suspend(USER)


def _incident(world: World) -> None:
    world.subscribe(USER)
    values = {"summary": {"": "It is slow"}, "since": {"": "2026-03-01T11:00:00Z"}}
    request = OpenIncident(origin=Origin.CLI, list_name="news", values=values)
    world.do(world.use_cases.incidents.open, world.caller(ADMIN), request)


def _resolved(world: World) -> bool:
    found = world.do(lambda unit: unit.incidents.get(1))
    if found is None or not isinstance(found.content, TemplateContent):
        return False
    said = found.content.values
    return found.is_over and {name: said[name][""] for name in ("start", "cause")} == {
        "start": "2026-03-01T11:00:00Z",
        "cause": "A disk.\nIt was old.",
    }


def _content(world: World) -> object:
    """Of the only announcement."""
    return world.get(1).content


CASES: Mapping[str, Case] = {
    "announce": Case(
        fills={
            "subject": "Disks",
            "body": "New disks.\nBe patient.",
            "send": ("me", "yes"),
        },
        before=lambda world: world.subscribe(USER),
        after=lambda world: (
            world.get(1).audience.jids == (ADMIN,) and not world.get(2).is_personal
        ),
        says="goes out to news now, to 1 reader",
    ),
    "schedule": Case(
        fills={
            "template": "maintenance",
            "set.summary": "New disks",
            "set.start": "2026-12-05 22:00",
            "set.affected": "Mail\nChat",
            "another": ("yes", "no"),
            "language": "de",
            "set.summary.de": "Neue Platten",
            "at": "2026-12-01 09:00",
            "every": "rule",
            "settings": "yes",
            "rule": "FREQ=DAILY;COUNT=3",
            "id": "disks",
            "send": "yes",
        },
        after=lambda world: (
            world.get(1).client_id == "disks"
            and world.get(1).recurrence == "FREQ=DAILY;COUNT=3"
        ),
        says="goes out to news at 2026-12-01 09:00 UTC",
    ),
    "pending": Case(
        fills={"do": "edit", "subject.en": "New", "sure": "yes"},
        before=_job,
        # its paragraphs, whatever a client makes of them
        after=lambda world: (
            _content(world)
            == TextContent(
                texts=(Text(language="en", body="One\n\nTwo", subject="New"),)
            )
        ),
        says="is pending; next: 2026-03-01 13:00 UTC",
    ),
    "pending skip": Case(
        fills={
            "do": "skip",
            "due": ("+", "2026-05-10T13:00:00Z"),
            "sure": ("no", "yes"),
        },
        before=_job,
        says="2026-05-10 13:00 UTC is skipped.",
    ),
    "pending unskip": Case(
        fills={
            "do": "unskip",
            "due": ("+", "2026-05-10T13:00:00Z"),
            "sure": ("no", "yes"),
        },
        before=_many_skipped,
        says="2026-05-10 13:00 UTC is not skipped.",
    ),
    "broadcasts": Case(
        fills={"do": "failures", "why": "item-not-found"},
        before=_bounced,
        says="user@example.org: failed",
    ),
    "maintenance": Case(
        fills={
            "start": "2026-03-05 22:00",
            "end": "2h",
            "settings": "yes",
            "set.summary": "New disks",
            "set.affected": "Mail\nChat",
            "another": ("yes", "no"),
            "language": "de",
            "set.summary.de": "Neue Platten",
            "remind": "48h 2h",
            "id": "disks",
            "sure": "yes",
        },
        before=lambda world: world.subscribe(USER),
        after=lambda world: world.get(1).content.title == "maintenance",
        says="M1 is planned: 2026-03-05 22:00 UTC to 2026-03-06 00:00 UTC",
    ),
    "incidents": Case(
        fills={
            "incident": "1",
            "do": "resolve",
            "set.cause": "A disk.\nIt was old.",
            "sure": "yes",
        },
        before=_incident,
        after=_resolved,
        says="I1 goes out to news now, to 1 reader.",
    ),
    "broadcasts correct": Case(
        fills={"do": "correct", "subject.en": "New", "sure": "yes"},
        before=_sent,
        # its paragraphs, whatever a client makes of them
        after=lambda world: (
            world.get(2).content
            == TextContent(
                texts=(Text(language="en", body="One\n\nTwo", subject="New"),)
            )
        ),
        says="#1/1 is corrected",
    ),
    "broadcasts retract": Case(
        fills={"do": "retract", "sure": "yes"},
        before=_sent,
        after=lambda world: world.get(2).amendment is Amendment.RETRACT,
        says="#1/1 is withdrawn",
    ),
    "stop-all": Case(
        fills={"sure": "yes"},
        after=lambda world: world.do(lambda unit: unit.standstills.get()) is not None,
        says="Everything is stopped",
    ),
    "people": Case(
        fills={"jid": USER, "do": "restore", "sure": "yes"},
        before=_suspended,
        says="is told again: news",
    ),
    "roles": Case(
        fills={
            "do": "add",
            "jid": USER,
            "role": "publisher",
            "list": "news",
            "sure": "yes",
        },
        after=lambda world: world.caller(USER).publishes == {"news"},
        says="may announce to",
    ),
    "menu": Case(fills={"task": "status"}, says="Going out next"),
    "lists": Case(
        fills={"list": "news", "do": "join"},
        jid=USER,
        after=stands_on_news,
        says="You are on News now.",
    ),
    "manage-lists": Case(
        fills={
            "list": "new list",
            "name": "weather",
            "title": "Wind and weather",
            "kind": "request",
            "publishers": [f"{USER}\n{PUBLISHER}"],
        },
        after=lambda world: publishers_of(world, "weather") == {USER, PUBLISHER},
        says="weather@announce.example.org",
    ),
    "preferences": Case(
        fills={
            "language": "de",
            "timezone": "Europe/Warsaw",
            "quiet-from": "22:00",
            "quiet-to": "07:00",
            "paused-until": "2026-03-20 09:00",
        },
        jid=USER,
        after=is_chosen,
        says="Europe/Warsaw",
    ),
    "status": Case(says="Going out next"),
    "my-messages": Case(says="No message of yours"),
    "consent": Case(says="Saved."),
    "my-data": Case(says="Your roles"),
    "check": Case(fills={"do": "reload"}, says="read anew"),
    f"{ADMINISTRATION}#announce": Case(
        fills={"subject": "Restart", "announcement": "In five minutes."},
        before=lambda world: world.subscribe("anna@example.org"),
        says="to 1 who is online",
    ),
    f"{ADMINISTRATION}#announce-all": Case(
        fills={"subject": "Restart", "announcement": "In five minutes."},
        before=lambda world: world.subscribe("anna@example.org"),
        after=lambda world: world.get(1).content.title == "Restart",
        says="1 reader",
    ),
    f"{ADMINISTRATION}#set-welcome": Case(
        fills={"welcome": "Good that you are here."}, after=_greets
    ),
    f"{ADMINISTRATION}#delete-welcome": Case(
        fills={"sure": "yes"},
        before=_greet,
        after=lambda world: not _greets(world),
    ),
    "templates": Case(
        fills={"template": "maintenance", "language": "de"}, says="Text (Deutsch)"
    ),
    "audit": Case(fills={"action": "query"}, says="Entries"),
}


def test_a_case_for_each_command() -> None:
    assert {_node(key) for key in CASES} == BY_NODE.keys()


def _node(key: str) -> str:
    return key.partition(" ")[0]


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(World(copy_of(blank, tmp_path))) as found:
        yield found


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("key", list(CASES))
def test_completed(world: World, key: str, client: type[Client]) -> None:
    case = CASES[key]
    case.before(world)
    last = asyncio.run(_walk(world, client(), _node(key), case))
    said = ET.tostring(last, encoding="unicode")
    assert case.says in said, said
    assert case.after(world), said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", list(CASES))
def test_labels_fit(world: World, key: str, language: str) -> None:
    """In each language what stands before a field, and in a choice, fits on a line."""
    case = CASES[key]
    case.before(world)
    client = Reading()
    asyncio.run(_walk(world, client, _node(key), case, language))
    assert [label for label in client.labels if len(label) > MAX_WIDTH] == []


class Reading(Client):
    """Keeps what it shows that is ours; a template's words are its author's."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []

    def sees(self, command: ET.Element) -> None:
        super().sees(command)
        for form in command.findall(FORM):
            for one in fields(form):
                if not one.get("var", "").startswith("set."):
                    self.labels += [one.get("label", ""), *options(one).values()]


async def _walk(
    world: World, client: Client, node: str, case: Case, language: str = ""
) -> ET.Element:
    """The last answer."""
    desk = Desk(world.use_cases)
    desk.presences = Presences()
    directory = CommandDirectory(desk, world.database, lambda _: language)
    conversations = Conversations(desk, directory, asyncio.get_running_loop().time)

    async def asked(command: ET.Element) -> ET.Element:
        iq = ET.Element(
            "{jabber:client}iq",
            {"type": "set", "from": f"{case.jid}/phone", "to": SERVICE},
        )
        iq.append(ET.fromstring(ET.tostring(command)))
        answer = await conversations.answer(iq, "r1")
        return ET.fromstring(ET.tostring(answer))

    left = {
        var: [value] * MOST_STEPS if isinstance(value, str) else list(value)
        for var, value in case.fills.items()
    }
    answer = await asked(ET.Element(COMMAND, {"node": node, "action": "execute"}))
    for _ in range(MOST_STEPS):
        client.sees(answer)
        if answer.get("status") == "completed":
            return answer
        [form] = answer.findall(FORM)
        known = [one.get("var", "") for one in fields(form)]
        fills: Fills = {var: left[var].pop(0) for var in known if left.get(var)}
        answer = await asked(client.sends(answer, fills))
    raise AssertionError(f"no end of it: {ET.tostring(answer, encoding='unicode')}")
