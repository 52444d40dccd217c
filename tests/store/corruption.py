"""Values that this program never stored and cannot read, one in each column."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bot.store.database import backend_of
from bot.store.tables import metadata
from bot.store.types import UTCDateTime, Whole

#: before 1970 and after 9999, as each engine has moments
_LONG_AGO = {"sqlite": "-9000000000000000000", "postgresql": "'4000-01-01 BC'"}
_FAR_OFF = {"sqlite": "9000000000000000000", "postgresql": "'infinity'"}
#: tables in which no release has left rows yet
_NEW = frozenset(
    {
        *("shift", "consent", "approval", "sight", "greeting", "forgotten"),
        *("forgetting_key", "join_request", "contact_news", "role", "standstill"),
        *("incident", "incident_update"),
        *("maintenance", "maintenance_window", "maintenance_notice"),
    }
)
_TABLES = tuple(one for one in metadata.sorted_tables if one.name not in _NEW)
MOMENTS = tuple(
    f"{table.name}.{column.name}"
    for table in _TABLES
    for column in table.columns
    if isinstance(column.type, UTCDateTime)
)
#: that a service computes with
NUMBERS = tuple(
    f"{table.name}.{column.name}"
    for table in _TABLES
    for column in table.columns
    if isinstance(column.type, Whole) or column.name == "planned"
)
#: of any engine
TEXTS = (
    ("schedule.timezone", "Nowhere/Gone"),
    ("schedule.recurrence", "FREQ=NEVER"),
    ("schedule.start", "someday"),
    ("schedule.through", "someday"),
    ("occurrence.wall", "someday"),
    ("schedule.audience", "{}"),
    ("schedule.audience", '{"people": 7, "list": null}'),
    ("schedule.audience", "null"),
    ("schedule.content", "[]"),
    ("schedule.content", '{"texts": [{}], "payloads": []}'),
    ("schedule.content", '{"texts": [], "payloads": []}'),
    ("schedule.content", '{"template": "gone", "values": {"a": 1}}'),
    ("schedule.metadata", "<un"),
    ("schedule.language", "!"),
    ("schedule.client_id", "a\x01b"),
    ("schedule.owner", "a b@"),
    ("schedule.reason", "?"),
    ("list.publishers", "7"),
    ("list.timezone", "Nowhere/Gone"),
    ("list.language", "!"),
    ("list.welcome", "gone"),
    ("subscriber.jid", "a b@"),
    ("subscriber.language", "!"),
    ("subscriber.timezone", "Nowhere/Gone"),
    ("occurrence.reason", "?"),
    ("broadcast.reason", "?"),
    ("broadcast_recipient.jid", "a b@"),
    ("broadcast_text.text", "[]"),
    ("broadcast_text.zone", "Nowhere/Gone"),
    ("delivery_exception.jid", "a b@"),
    ("delivery_exception.condition", "?"),
    ("notice.recipient", "a b@"),
    ("notice.language", "!"),
    ("audit.caller", "a b@"),
    ("audit.role", "?"),
    ("audit.door", "?"),
    ("audit.action", "?"),
    ("audit.result", "?"),
)
#: what only SQLite lets in
SQLITE = (
    ("schedule.audience", "{"),
    ("schedule.content", "nonsense"),
    ("list.publishers", ""),
    ("broadcast_text.text", "{"),
    ("schedule.deliver_at", "soon"),
    ("audit.at", "then"),
    *((number, "many") for number in NUMBERS),
    *((number, "9000000000000000000") for number in NUMBERS),
)
#: URL and name -> the table as it was found there, without our types
_FOUND: dict[tuple[str, str], sa.Table] = {}


@contextmanager
def spoilt(url: str, place: str, value: str | None = None) -> Iterator[int]:
    """A value, or an impossible moment, in a row of a table, which is then as it was;
    gives the row's number where it has one.
    """
    name, column = place.split(".")
    engine = sa.make_url(url).get_backend_name()
    late = not column.startswith(("created", "first", "started"))
    written = (_FAR_OFF if late else _LONG_AGO)[engine]
    if value is not None:
        written = f"'{value}'"
    backend = backend_of(url)
    with backend.writing.begin() as connection:
        if (url, name) not in _FOUND:
            found = sa.Table(name, sa.MetaData(), autoload_with=connection)
            _FOUND[url, name] = found
        table = _FOUND[url, name]
        pending = []
        if name == "schedule":
            pending = [table.c.state == "pending", table.c.next_at.is_not(None)]
        select = sa.select(*table.primary_key, sa.cast(table.c[column], sa.Text))
        select = select.where(*pending).order_by(table.c[column].is_(None)).limit(1)
        *keys, before = connection.execute(select).one()
        row = [key == is_ for key, is_ in zip(table.primary_key, keys, strict=True)]
        update = sa.update(table).where(*row)
        connection.execute(update.values({column: sa.literal_column(written)}))
    try:
        yield keys[0] if name == "schedule" else 1
    finally:
        if column in table.primary_key:
            row = [table.c[column] == sa.literal_column(written)]
        again = sa.cast(sa.literal(before), table.c[column].type)
        with backend.writing.begin() as connection:
            connection.execute(sa.update(table).where(*row).values({column: again}))
        backend.writing.dispose()
        backend.reading.dispose()
