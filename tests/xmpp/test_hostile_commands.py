"""Commands in the hands of whoever means no good, or whose client does no good.

What is answered needs no connection, so most of it is tried without one.
"""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.desk.desk import Desk
from bot.dialogues import everything
from bot.dialogues.forms import Form
from bot.dialogues.play import MAX_KEPT
from bot.dialogues.talk import Command, Dialogue, Said, Talk, everybody
from bot.domain import wallclock
from bot.domain.access import Access
from bot.domain.errors import CarillonError, NotFound, Unavailable
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.xmpp.doors.commands.conversations import Conversations
from bot.xmpp.doors.commands.directory import CommandDirectory
from bot.xmpp.doors.commands.directory import Person as Known
from bot.xmpp.doors.commands.sessions import LIFE_SECONDS, MAX_OF_ALL, MAX_OF_ONE
from bot.xmpp.stanzas.commands import COMMAND, NS
from bot.xmpp.stanzas.data_forms import FORM
from bot.xmpp.stanzas.data_forms import NS as DATA
from tests.world import ADMIN, SERVICE, STRANGER, USER, World, copy_of

C, D = f"{{{NS}}}", f"{{{DATA}}}"
WORD = Field(
    name="word", type=FieldType.LINE, label=Phrase("Word"), help="", required=True
)
TEXT = Field(name="text", type=FieldType.TEXT, label=Phrase("Text"), help="")
SURE = Field(
    name="sure",
    type=FieldType.CHOICE,
    label=Phrase("Sure?"),
    help="",
    choices=("no", "yes"),
)
#: what was carried out, in the dialogue below
done: list[tuple[str, str, str]] = []


async def _dialogue(talk: Talk) -> Dialogue:
    first = yield Form(fields=(WORD, TEXT))
    second = yield Form(fields=(SURE,), shows=(first.text("word"),), is_last=True)
    if second.text("sure") == "yes":
        done.append((talk.jid, first.text("word"), first.text("text")))
        yield Said(Phrase("Done."))
    yield Said(Phrase("Nothing was done."))


PLAIN = Command(node="plain", name=Phrase("X"), for_whom=everybody, dialogue=_dialogue)


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Client:
    """One full JID that says whatever it likes to the service."""

    def __init__(self, place: "Place", jid: str, to: str = SERVICE) -> None:
        self.place, self.jid, self.to = place, jid, to
        self.session: str | None = None

    def says(
        self,
        *inside: str,
        action: str | None = None,
        session: str | None = None,
        node: str = "plain",
        to: str | None = None,
    ) -> ET.Element:
        """The answer's `<command/>`; raises what is an error of the IQ."""
        command = ET.Element(COMMAND, {"node": node})
        if action is not None:
            command.set("action", action)
        named = session or self.session
        if named is not None:
            command.set("sessionid", named)
        command.extend(ET.fromstring(one) for one in inside)
        iq = ET.Element(
            "{jabber:client}iq",
            {"type": "set", "from": self.jid, "to": to or self.to},
        )
        iq.append(command)
        return self.place.answers(iq)

    def runs(self, node: str = "plain") -> ET.Element:
        self.session = None
        answer = self.says(action="execute", node=node)
        self.session = answer.get("sessionid")
        return answer


class Place:
    """Where commands are answered, with one loop for all of it."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, Clock()
        self.desk = Desk(world.use_cases)
        directory = CommandDirectory(self.desk, world.database, lambda _: "")
        self.conversations = Conversations(self.desk, directory, self.clock)
        self.runner = asyncio.Runner()

    def answers(self, iq: ET.Element) -> ET.Element:
        return self.runner.run(self.conversations.answer(iq, "r1"))


@pytest.fixture
def place(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.setitem(everything.BY_NODE, "plain", PLAIN)
    done.clear()
    with closing(World(copy_of(blank, tmp_path))) as world:
        found = Place(world)
        yield found
        found.runner.close()


def form(**values: str) -> str:
    fields = "".join(
        f"<field var='{var}'><value>{value}</value></field>"
        for var, value in values.items()
    )
    return f"<x xmlns='{DATA}' type='submit'>{fields}</x>"


def note(answer: ET.Element) -> str | None:
    found = answer.find(f"{C}note")
    return None if found is None else found.get("type")


def reason(answer: ET.Element) -> str:
    assert answer.get("status") == "executing", ET.tostring(answer)
    return answer.findtext(f"{FORM}/{D}instructions", "")


@pytest.mark.parametrize(
    "thief",
    [
        (USER + "/phone", SERVICE),  # another person
        (ADMIN + "/desk", SERVICE),  # another client of the same one
        (ADMIN, SERVICE),
        (ADMIN + "/phone", f"news@{SERVICE}"),  # at another address
        (STRANGER + "/phone", SERVICE),
    ],
)
@pytest.mark.parametrize("action", [None, "next", "complete", "prev", "cancel", "x"])
def test_anothers_session(
    place: Place, thief: tuple[str, str], action: str | None
) -> None:
    """Who knows the id of a session has nothing of it, and its owner keeps it."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    owner.says(form(word="secret"), action="next")
    other = Client(place, *thief)
    answer = other.says(form(sure="yes"), action=action, session=owner.session)
    if action == "cancel":
        assert answer.get("status") == "canceled"
    else:
        assert (answer.get("status"), note(answer)) == ("completed", "warn")
    assert b"secret" not in ET.tostring(answer)
    assert not done
    last = owner.says(form(sure="yes"), action="complete")
    assert note(last) == "info"
    assert done == [(ADMIN, "secret", "")]


def test_another_node(place: Place) -> None:
    """A session is of one command."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    assert note(owner.says(form(task="status"), action="next", node="menu")) == "warn"
    assert note(owner.says(action="next", node="nonsense")) == "warn"
    with pytest.raises(NotFound):
        Client(place, f"{ADMIN}/phone").says(action="execute", node="nonsense")


def test_forged_fields(place: Place) -> None:
    """What the form has not, or has hidden, changes nothing; an option that was not
    offered is refused.
    """
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    forged = form(FORM_TYPE="urn:other", word="w", sure="yes", list="staff", jid=USER)
    shown = owner.says(forged, action="next")
    assert [one.get("var") for one in shown.iter(f"{D}field")][:1] == ["FORM_TYPE"]
    assert not done
    for wrong in ("maybe", "YES", "yes no", "no\nyes", ""):
        answer = owner.says(form(sure=wrong), action="complete")
        assert reason(answer).startswith("Sure?: ")
    assert not done


ODD = {
    "no form": "",
    "an empty one": f"<x xmlns='{DATA}' type='submit'/>",
    "of another namespace": "<x xmlns='urn:other'><field var='word'/></x>",
    "cancelled": f"<x xmlns='{DATA}' type='cancel'/>",
    "a field without values": f"<x xmlns='{DATA}'><field var='word'/></x>",
    "an empty value": f"<x xmlns='{DATA}'><field var='word'><value/></field></x>",
    "without a name": f"<x xmlns='{DATA}'><field><value>a</value></field></x>",
    "values outside": f"<x xmlns='{DATA}'><value>a</value></x>",
    "deeper": f"<x xmlns='{DATA}'><field var='word'><option label='o'>"
    "<value>a</value></option></field></x>",
    "within another form": f"<x xmlns='{DATA}'><x><field var='word'>"
    "<value>a</value></field></x></x>",
    "within an item": f"<x xmlns='{DATA}'><item><field var='word'>"
    "<value>a</value></field></item></x>",
    "an element for a value": f"<x xmlns='{DATA}'><field var='word'>"
    "<value><b xmlns='urn:b'>a</b></value></field></x>",
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_forms(place: Place, odd: str) -> None:
    """What says nothing of the field leaves it as it was, which has to be filled in."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    inside = [ODD[odd]] if ODD[odd] else []
    assert reason(owner.says(*inside, action="next")) == "Word: please fill this in."
    assert owner.says(form(word="w"), action="next").get("status") == "executing"


def test_several_forms(place: Place) -> None:
    """Of several the first counts, of several fields of a name, too."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    twice = (
        f"<x xmlns='{DATA}'><field var='word'><value>a</value></field>"
        "<field var='word'><value>b</value></field></x>"
    )
    owner.says(twice, form(word="c"), action="next")
    owner.says(form(sure="yes"), action="complete")
    assert [word for _, word, _ in done] == ["a"]


@pytest.mark.parametrize(
    "huge",
    [
        form(word="x" * 1_000_000),
        form(word="w", text="x" * 1_000_000),
        form(**{f"v{number}": "x" for number in range(50_000)}),
        (
            f"<x xmlns='{DATA}'><field var='text'>{'<value>x</value>' * 100_000}"
            "</field></x>"
        ),
        "<x xmlns='jabber:x:data'>" + "<x>" * 500 + "</x>" * 501,
    ],
    ids=["word", "text", "fields", "values", "depth"],
)
def test_huge_forms(place: Place, huge: str) -> None:
    """The same form comes back, with a short reason; nothing of it is kept."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    answer = owner.says(huge, action="next")
    assert len(reason(answer)) < 200
    [session] = place.conversations.sessions._named.by_id.values()
    kept = session.play._asking
    assert kept is not None
    assert sum(len(one) for many in kept.given.values() for one in many) <= MAX_KEPT
    assert owner.says(form(word="w"), action="next").get("status") == "executing"


class Quick(CommandDirectory):
    """Looks nobody up, so that thousands can come within a second."""

    async def person(self, *_: object) -> Known:
        return Known(zone=wallclock.zone("UTC"), finds_it=True)


def test_ten_thousand_abandoned(place: Place) -> None:
    """They cost a bounded memory, whoever opens them; an admin still gets one, and
    what he had open stays.
    """
    quick = Quick(place.desk, place.world.database, lambda _: "")
    place.conversations = Conversations(place.desk, quick, place.clock)
    boss = Client(place, f"{ADMIN}/phone")
    boss.runs()
    boss.says(form(word="mine"), action="next")
    sessions = place.conversations.sessions

    def opened(count: int, jid: str) -> None:
        async def scenario() -> None:
            for number in range(count):
                iq = ET.Element(
                    "{jabber:client}iq",
                    {"type": "set", "from": jid.format(number), "to": SERVICE},
                )
                iq.append(ET.Element(COMMAND, {"node": "plain"}))
                await place.conversations.answer(iq, "r1")

        place.runner.run(scenario())

    opened(2 * MAX_OF_ONE, USER + "/r{}")
    assert len(sessions._others.by_id) == MAX_OF_ONE
    opened(MAX_OF_ALL, "u{}@example.org/r")
    kept = [weakref.ref(one.play) for one in sessions._others.by_id.values()]
    opened(10_000 - MAX_OF_ALL, "v{}@example.org/r")
    assert len(sessions) == MAX_OF_ALL + 1
    assert len(sessions._others._of) == MAX_OF_ALL
    gc.collect()
    assert not any(one() for one in kept)
    assert note(boss.says(form(sure="yes"), action="complete")) == "info"
    assert done == [(ADMIN, "mine", "")]
    assert boss.runs().get("status") == "executing"


def test_strangers_open_none(place: Place) -> None:
    answer = Client(place, f"{STRANGER}/r").runs()
    assert (answer.get("status"), note(answer)) == ("completed", "error")
    assert len(place.conversations.sessions) == 0


def test_two_taps_at_once(place: Place) -> None:
    """The second finds what the first has left: the next form, or the end."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    owner.says(form(word="w"), action="next")

    async def twice() -> list[ET.Element]:
        def tap() -> ET.Element:
            iq = ET.Element(
                "{jabber:client}iq",
                {"type": "set", "from": owner.jid, "to": SERVICE},
            )
            told = {"node": "plain", "sessionid": str(owner.session)}
            command = ET.SubElement(iq, COMMAND, told)
            command.append(ET.fromstring(form(sure="yes")))
            return iq

        answer = place.conversations.answer
        return list(await asyncio.gather(answer(tap(), "r1"), answer(tap(), "r2")))

    first, second = place.runner.run(twice())
    assert (note(first), note(second)) == ("info", "warn")
    assert len(done) == 1


def test_ends(place: Place) -> None:
    """Cancelled twice, gone on with after the end, and back from the first form."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    first = owner.says(form(text="typed"), action="prev")
    assert first.get("status") == "executing"
    [text] = [one for one in first.iter(f"{D}field") if one.get("var") == "text"]
    assert text.findtext(f"{D}value") == "typed"
    assert owner.says(action="cancel").get("status") == "canceled"
    assert owner.says(action="cancel").get("status") == "canceled"
    assert note(owner.says(form(word="w"), action="next")) == "warn"
    nobody = Client(place, f"{ADMIN}/phone")
    assert nobody.says(action="cancel").get("status") == "canceled"
    assert not done


@pytest.mark.parametrize("action", ["", "dance", "EXECUTE", "x" * 100_000])
def test_actions_that_nobody_knows(place: Place, action: str) -> None:
    """The same form, with the reason, which is ours and no echo."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    answer = owner.says(form(word="w"), action=action)
    assert reason(answer) == "There is no such way on."
    assert owner.says(form(word="w"), action="next").get("status") == "executing"


def test_open_too_long(place: Place) -> None:
    """A quarter of an hour after the last answer it is over, and nothing was done."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs()
    place.clock.seconds = LIFE_SECONDS - 1
    owner.says(form(word="w"), action="next")
    place.clock.seconds += LIFE_SECONDS
    answer = owner.says(form(sure="yes"), action="complete")
    assert (answer.get("status"), note(answer)) == ("completed", "warn")
    assert not done
    assert len(place.conversations.sessions) == 0


def test_a_right_is_lost(place: Place) -> None:
    """Asked at each step: also the trust in a domain, of whoever has no role."""
    boss, user = Client(place, f"{ADMIN}/phone"), Client(place, f"{USER}/phone")
    boss.runs("check")
    user.runs()
    user.says(form(word="w"), action="next")
    policy = place.world.use_cases.policy
    policy.access = Access(admins=frozenset(), domains=frozenset())
    for client, node in ((boss, "check"), (user, "plain")):
        answer = client.says(form(sure="yes"), action="complete", node=node)
        assert (answer.get("status"), note(answer)) == ("completed", "error")
    assert not done


def test_the_database_is_away(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle: the same form, filled in, with the reason; it goes on later."""
    owner = Client(place, f"{ADMIN}/phone")
    owner.runs("audit")
    database = place.world.database

    why = Unavailable(Phrase("The database is away; try again later."))

    async def away(*_: Any) -> Any:
        raise why

    monkeypatch.setattr(database, "read", away)
    monkeypatch.setattr(database, "run", away)
    answer = owner.says(form(caller=USER), action="complete", node="audit")
    assert str(why.public) in reason(answer)
    caller = next(one for one in answer.iter(f"{D}field") if one.get("var") == "caller")
    assert caller.findtext(f"{D}value") == USER
    # nobody can even be looked up, and still learns why
    first = Client(place, f"{ADMIN}/desk").runs("status")
    assert note(first) == "error"
    monkeypatch.undo()
    answer = owner.says(action="complete", node="audit")
    assert answer.get("status") == "completed"


@pytest.mark.parametrize(
    "iq",
    [
        "<iq type='get' from='{admin}/r' to='{to}'><command xmlns='{ns}'/></iq>",
        "<iq type='set' to='{to}'><command xmlns='{ns}' node='plain'/></iq>",
        "<iq type='set' from='@' to='{to}'><command xmlns='{ns}' node='plain'/></iq>",
        "<iq type='set' from='{admin}/r' to='{to}'><command xmlns='{ns}'/></iq>",
        (
            "<iq type='set' from='{admin}/r' to='x@{to}'>"
            "<command xmlns='{ns}' node='plain'/></iq>"
        ),
    ],
)
def test_no_command_at_all(place: Place, iq: str) -> None:
    """An error of the IQ, as for any request that nobody can answer."""
    text = iq.format(admin=ADMIN, to=SERVICE, ns=NS)
    element = ET.fromstring(text.replace("<iq ", "<iq xmlns='jabber:client' "))
    with pytest.raises(CarillonError):
        place.answers(element)
    assert len(place.conversations.sessions) == 0
