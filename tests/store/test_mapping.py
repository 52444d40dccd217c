"""What is stored as JSON comes back the same."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import MessageType, Text
from bot.domain.schedule import (
    Audience,
    Content,
    ListAudience,
    Original,
    PeopleAudience,
    TemplateContent,
    TextContent,
    ToldAudience,
)
from bot.store.database import SqlDatabase
from bot.store.mapping import (
    audience_from_json,
    audience_to_json,
    content_from_json,
    content_to_json,
)
from tests.store.samples import NOON, a_schedule

STRINGS = st.text(max_size=20)
PEOPLE = st.builds(
    PeopleAudience,
    jids=st.lists(STRINGS).map(tuple),
    list_name=st.none() | STRINGS,
)
NUMBERS = st.none() | st.integers(1, 2**53)
TOLD = st.builds(
    ToldAudience,
    broadcast_id=st.integers(1, 2**53),
    list_name=st.none() | STRINGS,
    latest_only=st.booleans(),
    latest_by=NUMBERS,
    before=NUMBERS,
    personal=st.booleans(),
)
AUDIENCES = PEOPLE | TOLD | st.builds(ListAudience, list_name=STRINGS)
TEXTS = st.builds(Text, language=STRINGS, body=STRINGS, subject=st.none() | STRINGS)
VALUES = st.dictionaries(STRINGS, st.dictionaries(STRINGS, STRINGS))
CONTENTS = st.builds(
    TextContent,
    texts=st.lists(TEXTS, min_size=1).map(tuple),
    payloads=st.lists(STRINGS).map(tuple),
    original=st.none()
    | st.builds(Original, id=st.none() | STRINGS, type=st.sampled_from(MessageType)),
) | st.builds(TemplateContent, template=STRINGS, values=VALUES)


@given(AUDIENCES)
def test_audience(audience: Audience) -> None:
    """Every audience survives JSON, with the order of its people."""
    stored = json.loads(json.dumps(audience_to_json(audience)))
    assert audience_from_json(stored) == audience


@given(CONTENTS)
def test_content(content: Content) -> None:
    """Every content survives JSON, with the order of its texts and fields."""
    found = content_from_json(json.loads(json.dumps(content_to_json(content))))
    assert found == content
    if isinstance(content, TemplateContent) and isinstance(found, TemplateContent):
        assert list(found.values) == list(content.values)


def test_order_of_fields(database: SqlDatabase) -> None:
    """The database, too, keeps the order of a template's fields and languages."""
    values = {"z": {"pl": "1", "de": "2"}, "a": {"": "3"}}
    content = TemplateContent(template="t", values=values)
    added = database.call(lambda unit: unit.schedules.add(a_schedule(content=content)))
    found = database.look(lambda unit: unit.schedules.get(added.id))
    assert found is not None
    assert isinstance(found.content, TemplateContent)
    assert json.dumps(found.content.values) == json.dumps(values)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 29, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=2))),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
    ],
)
def test_moments(database: SqlDatabase, moment: datetime) -> None:
    """A moment comes back to the microsecond, in UTC."""
    wanted = a_schedule(next_at=moment)
    database.call(lambda unit: unit.schedules.add(wanted))
    found = database.look(lambda unit: unit.schedules.next_due())
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


def test_naive_moments_are_refused(database: SqlDatabase) -> None:
    """A naive datetime is neither stored nor asked for."""
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(sa.exc.StatementError, match="naive"):
        database.call(lambda unit: unit.schedules.add(a_schedule(next_at=naive)))
    with pytest.raises(sa.exc.StatementError, match="naive"):
        database.look(lambda unit: unit.schedules.due(naive, 1))
