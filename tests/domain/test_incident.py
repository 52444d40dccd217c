"""What the next notice of an incident says, of what the one before said."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bot.domain.fields import Field, FieldType, Template
from bot.domain.incident import UpdateKind, filled_on

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID: Mapping[str, Mapping[str, str]] = {
    "summary": {"": "It is slow", "de": "Es ist langsam"},
    "since": {"": "2026-03-01T10:00:00Z"},
    "status": {"": "investigating"},
    "next_update": {"": "2026-03-01T13:00:00Z"},
}
UPDATED, RESOLVED = UpdateKind.UPDATED, UpdateKind.RESOLVED


def a_field(name: str, kind: FieldType, **changes: object) -> Field[Mapping[str, str]]:
    values: dict[str, object] = {"name": name, "type": kind, "label": {}, "help": {}}
    return Field(**values | changes)  # type: ignore[arg-type]  # as they are declared


def a_template(*fields: Field[Mapping[str, str]]) -> Template:
    languages = ("en", "de")
    return Template(
        name="x", title={}, description={}, fields=fields, languages=languages
    )


BROKEN = a_template(
    a_field("phase", FieldType.CHOICE, choices=("opened", "updated")),
    a_field("summary", FieldType.LINE, required=True),
    a_field("since", FieldType.MOMENT, past=True),
    a_field("status", FieldType.CHOICE, choices=("investigating", "monitoring")),
    a_field("next_update", FieldType.MOMENT),
)
MENDED = a_template(
    a_field("summary", FieldType.LINE, required=True),
    a_field("start", FieldType.MOMENT, past=True),
    a_field("end", FieldType.MOMENT, past=True),
    a_field("status", FieldType.CHOICE, choices=("resolved",)),
)


def test_what_has_not_changed_stays() -> None:
    """A field that is not named says what it said, in each language; one that is named
    says that alone; an empty one says nothing.
    """
    given = {"status": {"": "monitoring"}, "since": {"": ""}}
    assert filled_on(SAID, given, BROKEN, UPDATED, NOON) == {
        "summary": SAID["summary"],
        "status": {"": "monitoring"},
        "next_update": SAID["next_update"],
        "phase": {"": "updated"},
    }


def test_a_moment_that_has_passed_is_not_promised_again() -> None:
    """What was to come by then is left out; since when it is so stays."""
    later = NOON.replace(hour=13)
    found = filled_on(SAID, {}, BROKEN, UPDATED, later)
    assert "next_update" not in found
    assert found["since"] == SAID["since"]
    # unless it is said anew, whatever it is
    again = {"next_update": {"": "2026-03-01T12:00:00Z"}}
    found = filled_on(SAID, again, BROKEN, UPDATED, later)
    assert found["next_update"] == again["next_update"]


def test_resolved() -> None:
    """The start is since when it was so, the end is now, and what that template does
    not know or take is left out.
    """
    assert filled_on(SAID, {}, MENDED, RESOLVED, NOON) == {
        "summary": SAID["summary"],
        "start": SAID["since"],
        "end": {"": "2026-03-01T12:00:00Z"},
    }
    given = {"end": {"": "2026-03-01T11:00:00Z"}, "start": {"": " "}}
    assert filled_on(SAID, given, MENDED, RESOLVED, NOON) == {
        "summary": SAID["summary"],
        "end": given["end"],
    }


def test_resolved_within_its_minute() -> None:
    """Both are told to the minute, so that none is before the other."""
    said = {**SAID, "since": {"": "2026-03-01T12:00:17Z"}}
    now = NOON.replace(second=43)
    found = filled_on(said, {}, MENDED, RESOLVED, now)
    assert found["start"] == found["end"] == {"": "2026-03-01T12:00:00Z"}


@pytest.mark.parametrize("kind", UpdateKind)
def test_what_nobody_knows_is_told(kind: UpdateKind) -> None:
    """A field that the template has not is handed on, so that it is refused by name;
    of the thread it says only what the template has a word for.
    """
    found = filled_on({}, {"nonsense": {"": ""}}, BROKEN, kind, NOON)
    assert "nonsense" in found
    assert found.get("phase") == ({"": kind.value} if kind is not RESOLVED else None)
