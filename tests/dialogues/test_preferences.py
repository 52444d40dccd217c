"""Preferences: what a reader chooses for himself, in one form."""

from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.domain.fields import FieldType
from bot.domain.lists import Preferences
from bot.domain.quiet import QuietHours
from tests.dialogues.talking import Person
from tests.world import USER, World, copy_of

WORKDAYS = ("MO", "TU", "WE", "TH", "FR")


def chosen(world: World, jid: str = USER) -> Preferences:
    found = world.do(lambda unit: unit.subscribers.get(jid))
    return found.preferences if found else Preferences()


def test_all_of_it(world: World) -> None:
    """What is filled in holds, and is told in one sentence; next time it stands in the
    form, and what is emptied is gone.
    """
    person = Person(world, USER)
    person.runs("preferences")
    person.fills(
        language="de",
        timezone="europe/warsaw",
        quiet_from="22:00",
        quiet_to="7:00",
        quiet_days=WORKDAYS,
        paused_until="2026-03-20 09:00",
    )
    assert person.said == (
        "Saved: language Deutsch, clocks of Europe/Warsaw, quiet from 22:00 to 07:00"
        " (begins: Monday, Tuesday, Wednesday, Thursday, Friday),"
        " nothing before 2026-03-20 09:00 CET, but what is urgent."
    )
    assert chosen(world) == Preferences(
        language="de",
        timezone="Europe/Warsaw",
        quiet=QuietHours(time(22), time(7), frozenset(range(5))),
        paused_until=datetime(2026, 3, 20, 8, tzinfo=UTC),
    )
    person.runs("preferences")
    assert person.asked.given == {
        "language": ("de",),
        "timezone": ("Europe/Warsaw",),
        "quiet-from": ("22:00",),
        "quiet-to": ("07:00",),
        "quiet-days": WORKDAYS,
        "paused-until": ("2026-03-20 09:00",),
    }
    person.fills(
        language="auto", timezone="", quiet_from="", quiet_to="", paused_until=""
    )
    assert person.said == "Saved: nothing is chosen, all is as the lists have it."
    assert chosen(world) == Preferences()


def test_a_template_that_is_broken(blank: Path, tmp_path: Path) -> None:
    """Keeps nobody from choosing: it has no languages to offer."""
    broken = tmp_path / "templates" / "mine"
    broken.mkdir(parents=True)
    (broken / "template.toml").write_text("broken")
    folder = broken.parent
    with closing(World(copy_of(blank, tmp_path), templates=folder)) as world:
        person = Person(world, USER)
        person.runs("preferences")
        person.fills(quiet_from="22:00", quiet_to="7:00")
        assert "quiet from 22:00 to 07:00" in person.said


def test_nothing_is_forced_on_anybody(world: World) -> None:
    """Who sends the form as it was shown has chosen nothing."""
    person = Person(world, USER)
    person.runs("preferences")
    language = person.asked.form.fields[0]
    assert language.choices[0] == "auto"
    assert {"de", "fr"} <= set(language.choices)
    assert language.choice_labels["fr"] == "Français"
    assert person.asked.form.fields[4].type is FieldType.CHOICE
    person.fills()
    assert chosen(world) == Preferences()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"timezone": "Europe/Warsav"}, "did you mean Europe/Warsaw"),
        ({"quiet_from": "late", "quiet_to": "7:00"}, "no time of day such as 22:00"),
        ({"quiet_from": "22:00"}, "or neither"),
        ({"quiet_from": "1:00", "quiet_to": "01:00"}, "never end"),
        ({"paused_until": "tomorrow"}, "is not a moment"),
        ({"paused_until": "2025-01-01 00:00"}, "has passed"),
        ({"paused_until": "2030-01-01 00:00"}, "366 days at most"),
    ],
)
def test_refused(world: World, typed: dict[str, str], reason: str) -> None:
    """What cannot be is said of its field, over what was typed; nothing is stored."""
    person = Person(world, USER)
    person.runs("preferences")
    person.fills(language="pl", **typed)
    assert reason in person.reason
    assert person.asked.given["language"] == ("pl",)
    assert chosen(world) == Preferences()


def test_a_pause_as_it_was_shown(world: World) -> None:
    """Left as it stands it is that moment, though another zone is chosen; once it is
    over the form shows none.
    """
    person = Person(world, USER)
    person.runs("preferences")
    person.fills(paused_until="2026-03-02 09:00")
    person.runs("preferences")
    person.fills(timezone="Asia/Tokyo")
    assert chosen(world).paused_until == datetime(2026, 3, 2, 9, tzinfo=UTC)
    world.clock.advance(seconds=timedelta(days=2).total_seconds())
    person.runs("preferences")
    assert person.asked.given["paused-until"] == ("",)
