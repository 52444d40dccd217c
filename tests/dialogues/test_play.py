"""On, back, and once more where something was wrong."""

import pytest

from bot.desk.verbs.schedules import LIST, ScheduleWish
from bot.desk.verbs.steering import CANCEL, PAUSE, RESUME
from bot.dialogues.forms import Form
from bot.dialogues.talk import (
    Again,
    Command,
    Dialogue,
    Level,
    Said,
    Talk,
    everybody,
)
from bot.domain.access import Access
from bot.domain.errors import Unavailable
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName
from tests.dialogues.talking import Person
from tests.world import ADMIN, PUBLISHER, USER, World

TEXT = Field(
    name="text", type=FieldType.TEXT, label=Phrase("Text"), help="", required=True
)
NUMBER = Field(name="number", type=FieldType.NUMBER, label=Phrase("Number"), help="")
SURE = Field(
    name="sure",
    type=FieldType.CHOICE,
    label=Phrase("Sure?"),
    help="",
    choices=("no", "yes"),
)


async def _three(talk: Talk) -> Dialogue:
    text = yield Form(fields=(TEXT,))
    number = yield Form(fields=(NUMBER,), heading=(text.text("text"),))
    sure = yield Form(fields=(SURE,), is_last=True)
    if sure.text("sure") == "yes":
        await talk.ask(CANCEL(ScheduleName(number=int(number.text("number")))))
        yield Said(Phrase("Cancelled."))
    yield Said(Phrase("Nothing was done."), Level.WARN)


THREE = Command(node="three", name=Phrase("Three"), for_whom=everybody, dialogue=_three)


def test_on_and_on(world: World) -> None:
    job = world.schedule(ADMIN)
    person = Person(world, ADMIN)
    person.runs(THREE)
    assert not person.asked.has_back
    person.fills(text="Hello")
    assert person.told == "Hello"
    person.fills(number=str(job.id))
    # the default of a choice is the first of it, which does no harm
    assert person.asked.given["sure"] == ("no",)
    person.fills(sure="yes")
    assert person.said == "Cancelled."


def test_back_keeps_what_was_typed(world: World) -> None:
    person = Person(world, ADMIN)
    person.runs(THREE)
    person.fills(text="One\n\nTwo")
    person.fills(number="7")
    person.goes_back()
    assert person.asked.given["number"] == ("7",)
    person.goes_back()
    assert person.asked.given["text"] == ("One\n\nTwo",)
    assert not person.asked.has_back
    # there is nothing before the first
    person.goes_back()
    assert person.asked.form.fields == (TEXT,)
    person.fills()
    person.fills()
    assert person.asked.given["sure"] == ("no",)


@pytest.mark.parametrize(
    ("filled", "reason"),
    [
        ({"text": ""}, "Text: please fill this in."),
        ({"text": "x" * 16_001}, "Text: 16001 characters; at most 16000 are taken"),
        ({"text": "a\x01"}, "Text: the character U+0001 cannot be sent; leave it out"),
    ],
)
def test_refused_values_come_back(
    world: World, filled: dict[str, str | list[str]], reason: str
) -> None:
    person = Person(world, ADMIN)
    person.runs(THREE)
    person.fills(**filled)
    assert person.reason.startswith(reason)
    typed = filled["text"]
    assert person.asked.given["text"] == (
        typed if isinstance(typed, str) else "\n".join(typed),
    )
    person.fills(text="Hello")
    assert person.told == "Hello"


def test_what_is_too_much(world: World) -> None:
    """It is not kept; what stood there before is."""
    person = Person(world, ADMIN)
    person.runs(THREE)
    person.fills(text="")
    person.fills(text=["x" * 60_000, "y" * 60_000])
    assert person.reason == "That is too much; 100000 characters are taken."
    assert person.asked.given["text"] == ("",)


def test_what_the_desk_refuses_for_good(world: World) -> None:
    person = Person(world, USER)
    person.runs(THREE)
    person.fills(text="Hello")
    person.fills(number="999")
    person.fills(sure="yes")
    assert "no" in person.refused


def test_what_the_desk_refuses_for_now(world: World) -> None:
    """A limit: the same form, as it was filled in, with the reason."""
    job = world.schedule(PUBLISHER)
    person = Person(world, PUBLISHER)
    person.runs(THREE)
    person.fills(text="Hello")
    person.fills(number=str(job.id))
    limit = world.policy.limits_of(person.talk.caller).requests_per_minute
    for _ in range(limit):
        person.looks(LIST(ScheduleWish(paging=Paging(limit=1))))
    person.fills(sure="yes")
    assert "wait" in person.reason
    assert person.asked.given["sure"] == ("yes",)
    world.clock.advance(minutes=2)
    person.fills()
    assert person.said == "Cancelled."


def test_a_right_lost_between_two_steps(world: World) -> None:
    job = world.schedule(ADMIN)
    person = Person(world, ADMIN)

    command = Command(
        node="x",
        name=Phrase("X"),
        for_whom=lambda caller: caller.is_admin,
        dialogue=_three,
    )
    person.runs(command)
    person.fills(text="Hello")
    person.fills(number=str(job.id))
    policy = world.use_cases.policy
    policy.access = Access(admins=frozenset(), domains=policy.access.domains)
    person.fills(sure="yes")
    assert person.refused == "You may not do this here."
    assert world.get(job.id).state == "pending"


def test_what_is_done_on_the_way_is_done_once(world: World) -> None:
    """The form of it comes again, untouched; neither a way back nor a refusal behind
    it does it once more.
    """
    job = world.schedule(ADMIN)
    number = ScheduleName(number=job.id)
    tries = []

    async def tried(talk: Talk) -> Dialogue:
        yield Form(fields=(TEXT,))
        given = yield Form(fields=(NUMBER, SURE), is_last=True)
        while given.text("sure") == "no":
            await talk.beside(PAUSE(number))
            tries.append(given.text("number"))
            given = yield Again(Phrase("Tried."))
        await talk.ask(RESUME(ScheduleName(number=int(given.text("number")))))
        yield Said(Phrase("Done."))

    person = Person(world, ADMIN)
    person.runs(Command(node="x", name=Phrase("X"), for_whom=everybody, dialogue=tried))
    person.fills(text="Hello")
    for typed in ("1", "2"):
        person.fills(number=typed)
        assert person.reason == "Tried."
        assert person.asked.given == {"number": (), "sure": ("no",)}
    person.goes_back()
    assert person.asked.given["text"] == ("Hello",)
    person.fills()
    person.fills(number=str(job.id), sure="yes")
    assert person.said == "Done."
    assert tries == ["1", "2"]
    assert world.get(job.id).state == "pending"


def test_looking_is_no_request(world: World) -> None:
    """What a form is made of is neither counted nor written down, and changes
    nothing.
    """
    person, before = Person(world, USER), world.latest_entry()

    async def looks(talk: Talk) -> Dialogue:
        for _ in range(100):
            await talk.look(LIST(ScheduleWish(paging=Paging(limit=1))))
        with pytest.raises(ValueError, match="changes something"):
            await talk.look(CANCEL(ScheduleName(number=1)))
        yield Said(Phrase("Looked."))

    person.runs(Command(node="x", name=Phrase("X"), for_whom=everybody, dialogue=looks))
    assert person.said == "Looked."
    assert world.latest_entry() == before


def test_the_operators_words_stay_his(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an outage says of hosts and files is told to nobody; the form stays."""
    job = world.schedule(ADMIN)
    person = Person(world, ADMIN)
    person.runs(THREE)
    person.fills(text="Hello")
    person.fills(number=str(job.id))
    run = world.database.run

    async def away(*_: object) -> None:
        monkeypatch.setattr(world.database, "run", run)
        raise Unavailable(Phrase("no route to db.internal"))

    monkeypatch.setattr(world.database, "run", away)
    person.fills(sure="yes")
    assert person.reason == "This cannot be done now; try again in a while."
    person.fills()
    assert person.said == "Cancelled."
