"""JIDs of before are prepared as servers prepare them; who was two is one.

What cannot be prepared stays as it was written, for the record, and stands on no
list any more. docs/decisions/0027-one-preparation-of-identities.md
"""

import re
import stringprep
from collections import defaultdict
from ipaddress import AddressValueError, IPv6Address
from typing import Any
from unicodedata import bidirectional, category, normalize, ucd_3_2_0

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

#: where a service's own JID stands
OF_A_SERVICE = (
    "audit",
    "broadcast",
    "delivery_exception",
    "list",
    "notice",
    "pulse",
    "request_count",
    "schedule",
    "shift",
    "subscriber",
)
_OF_A_PLACE = (
    "id list_id subscriber_id origin started_at ended_at ended_after end_reason"
)
places = sa.table("subscription", *map(sa.column, _OF_A_PLACE.split()))
Row = sa.Row[Any]


def upgrade() -> None:
    _services()
    _subscribers()
    _schedules()
    _publishers()
    _recipients()
    _exceptions()
    _update("broadcast", "counted_for")
    _update("notice", "recipient")
    _counts()


def downgrade() -> None:
    """Rows that became one stay one."""


# --- rows ---------------------------------------------------------------------------


def _services() -> None:
    """Unless there is one of the other name, too: that is for `carillon db adopt`."""
    held = {name: _table(name, "service") for name in OF_A_SERVICE}
    known: set[str] = set()
    for one in held.values():
        known |= set(_all(sa.select(one.c.service).distinct()).scalars())
    for service in sorted(known):
        wanted = prepared(service)
        if wanted is None or wanted in known:
            continue
        known.add(wanted)
        for one in held.values():
            change = sa.update(one).where(one.c.service == service)
            _all(change.values(service=wanted))


def _subscribers() -> None:
    columns = "id service jid language language_seen timezone score score_since"
    table = _table("subscriber", *columns.split())
    same: dict[tuple[str, str | None], list[Row]] = {}
    for row in _all(sa.select(table)).all():
        if (wanted := prepared(row.jid)) is None:
            going_on = (places.c.subscriber_id == row.id, places.c.ended_at.is_(None))
            _end(*going_on, ended_after=_latest(row.service))
        elif wanted != row.jid:
            same[row.service, wanted] = []
    for row in _all(sa.select(table).order_by(table.c.id)).all() if same else ():
        if (its := (row.service, prepared(row.jid))) in same:
            same[its].append(row)
    for (service, wanted), rows in same.items():
        kept, *others = rows
        values: dict[str, Any] = {"jid": wanted}
        if gone := [row.id for row in others]:
            _merge(service, kept.id, gone)
            _all(sa.delete(table).where(table.c.id.in_(gone)))
        for name in ("language", "language_seen", "timezone"):
            said = [value for row in rows if (value := getattr(row, name)) is not None]
            values[name] = said[-1] if said else None
        worst = max(rows, key=lambda row: (isinstance(row.score, int), row.score))
        values |= {"score": worst.score, "score_since": worst.score_since}
        _all(sa.update(table).where(table.c.id == kept.id).values(values))


def _merge(service: str, kept: int, gone: list[int]) -> None:
    """What several readers have becomes one's."""
    lists = _table("list", "id", "kind")
    theirs = places.c.subscriber_id.in_([kept, *gone])
    select = sa.select(*places.c, lists.c.kind).join(
        lists, lists.c.id == places.c.list_id
    )
    on_list: dict[int, list[Row]] = defaultdict(list)
    for row in _all(select.where(theirs).order_by(places.c.id)).all():
        on_list[row.list_id].append(row)
    for rows in on_list.values():
        _merge_places(service, rows)
    _all(sa.update(places).where(theirs).values(subscriber_id=kept))
    welcome = _table("welcome", "list_id", "subscriber_id")
    for one in gone:
        welcomed = sa.select(welcome.c.list_id).where(welcome.c.subscriber_id == kept)
        its, known = welcome.c.subscriber_id == one, _all(welcomed).scalars().all()
        _all(sa.delete(welcome).where(its, welcome.c.list_id.in_(known)))
        _all(sa.update(welcome).where(its).values(subscriber_id=kept))


def _merge_places(service: str, rows: list[Row]) -> None:
    """Of one list, by id. Who left under one name, and has joined under none since,
    has left. Else what goes on under several goes on as the earliest; as joined by the
    reader himself if one of them is, for he can leave that.
    """
    standing = [row for row in rows if row.ended_at is None]
    suspended = rows[-1] if rows[-1].end_reason == "suspended" else None
    may_leave = rows[0].kind != "mandatory"
    left = [row for row in rows if row.end_reason == "left" and may_leave]
    if any(not _is_over(row, left) for row in standing):
        for row in standing[1:]:
            _end(places.c.id == row.id, ended_after=0)  # before all that goes out now
            _tell_once(row)
        if any(row.origin == "presence" for row in standing):
            kept = sa.update(places).where(places.c.id == standing[0].id)
            _all(kept.values(origin="presence"))
        reason = "removed"
    else:
        at = max((row.ended_at for row in left), default=None)
        for row in standing:
            this, latest = places.c.id == row.id, _latest(service)
            _end(this, ended_at=at, ended_after=latest, end_reason="left")
        if suspended is None or not _is_over(suspended, left):
            return
        reason = "left"
    if suspended is not None:  # or the next sign of life would take it up
        change = sa.update(places).where(places.c.id == suspended.id)
        _all(change.values(end_reason=reason))


def _is_over(row: Row, left: list[Row]) -> bool:
    """Whether the reader left after that began."""
    return any(one.id > row.id or one.ended_at >= row.started_at for one in left)


def _tell_once(place: Row) -> None:
    """Broadcasts under way that have both places, and told neither so far."""
    sending = _table("broadcast", "id", "state", "list_id", "highest")
    select = sa.select(sending.c.id).where(
        sending.c.state == "sending",
        sending.c.list_id == place.list_id,
        sending.c.highest >= place.id,
    )
    for broadcast in _all(select).scalars().all():
        _leave_out(broadcast, place.id)


def _end(*which: sa.ColumnElement[bool], **values: Any) -> None:
    now: sa.ColumnElement[Any] = sa.func.now()
    if op.get_bind().dialect.name == "sqlite":  # microseconds since 1970
        now = sa.cast(sa.func.strftime("%s", "now"), sa.BigInteger) * 1_000_000
    ended = sa.update(places).where(*which)
    _all(ended.values({"ended_at": now, "end_reason": "removed", **values}))


def _latest(service: str) -> sa.ScalarSelect[Any]:
    """The service's latest broadcast."""
    broadcast = _table("broadcast", "id", "service")
    latest = sa.select(sa.func.coalesce(sa.func.max(broadcast.c.id), 0))
    return latest.where(broadcast.c.service == service).scalar_subquery()


def _schedules() -> None:
    """A job whose owner has another of the same id keeps its owner as written."""
    table = _table("schedule", "id", "service", "owner", "client_id", audience=sa.JSON)
    rows = _all(sa.select(table).order_by(table.c.id)).all()
    taken = {(row.service, row.owner, row.client_id) for row in rows}
    for row in rows:
        values: dict[str, Any] = {}
        owner = prepared(row.owner)
        key = (row.service, owner, row.client_id)
        if owner not in {None, row.owner} and key not in taken:
            taken.add(key)
            values["owner"] = owner
        if isinstance(row.audience, dict) and "people" in row.audience:
            people = _each(row.audience["people"])
            if people != row.audience["people"]:
                values["audience"] = {**row.audience, "people": people}
        if values:
            _all(sa.update(table).where(table.c.id == row.id).values(values))


def _publishers() -> None:
    table = _table("list", "id", publishers=sa.JSON)
    for row in _all(sa.select(table)).all():
        publishers = _each(row.publishers)
        if publishers != row.publishers:
            change = sa.update(table).where(table.c.id == row.id)
            _all(change.values(publishers=publishers))


def _recipients() -> None:
    """Of what is not over; who is there twice is told once, unless he was already."""
    table = _table("broadcast_recipient", "broadcast_id", "position", "jid")
    sending = _table("broadcast", "id", "state")
    select = sa.select(table).join(sending, sending.c.id == table.c.broadcast_id)
    select = select.where(sending.c.state == "sending")
    rows = _all(select.order_by(table.c.broadcast_id, table.c.position)).all()
    there = {(row.broadcast_id, row.jid) for row in rows}
    for row in rows:
        wanted = prepared(row.jid)
        if wanted in {None, row.jid}:
            continue
        mine = (
            table.c.broadcast_id == row.broadcast_id,
            table.c.position == row.position,
        )
        if (row.broadcast_id, wanted) not in there:
            there.add((row.broadcast_id, wanted))
            _all(sa.update(table).where(*mine).values(jid=wanted))
        elif _leave_out(row.broadcast_id, row.position):
            _all(sa.delete(table).where(*mine))


def _leave_out(broadcast: int, position: int) -> bool:
    """One less to be told, unless its chunk is so far already."""
    chunk = _table("chunk", "broadcast_id", "after", "last", "through", "count")
    change = sa.update(chunk).where(
        chunk.c.broadcast_id == broadcast,
        chunk.c.after < position,
        chunk.c.through < position,
        chunk.c.last >= position,
    )
    if not _all(change.values(count=chunk.c.count - 1)).rowcount:
        return False
    sending = _table("broadcast", "id", "total")
    total = sa.update(sending).where(sending.c.id == broadcast)
    _all(total.values(total=sending.c.total - 1))
    return True


def _exceptions() -> None:
    """Where both had one the record stays as it was."""
    table = _table("delivery_exception", "broadcast_id", "jid")
    rows = _all(sa.select(table)).all()
    there = {(row.broadcast_id, row.jid) for row in rows}
    for row in rows:
        wanted = prepared(row.jid)
        if wanted in {None, row.jid} or (row.broadcast_id, wanted) in there:
            continue
        there.add((row.broadcast_id, wanted or ""))
        change = sa.update(table).where(
            table.c.broadcast_id == row.broadcast_id, table.c.jid == row.jid
        )
        _all(change.values(jid=wanted))


def _counts() -> None:
    """They are of one minute: those of a name that is written otherwise now go."""
    table = _table("request_count", "service", "who")
    for service, who in _all(sa.select(table)).all():
        if prepared(who) not in {None, who}:
            mine = (table.c.service == service, table.c.who == who)
            _all(sa.delete(table).where(*mine))


def _update(name: str, column: str) -> None:
    table = _table(name, "id", column)
    for row in _all(sa.select(table.c.id, table.c[column])).all():
        wanted = prepared(row[1]) if row[1] else None
        if wanted not in {None, row[1]}:
            change = sa.update(table).where(table.c.id == row.id)
            _all(change.values({column: wanted}))


def _each(jids: Any) -> Any:
    """Prepared, each once; what cannot be, or be read, stays as it is."""
    if not isinstance(jids, list) or not all(isinstance(one, str) for one in jids):
        return jids
    return list(dict.fromkeys(prepared(jid) or jid for jid in jids))


def _table(name: str, *columns: str, **typed: type[sa.JSON]) -> sa.TableClause:
    given = [sa.column(column, kind) for column, kind in typed.items()]
    return sa.table(name, *map(sa.column, columns), *given)


def _all(statement: sa.Executable) -> Any:
    return op.get_bind().execute(statement)


# --- how a JID is prepared, as of this revision -------------------------------------

MAX_LOCAL, MAX_DOMAIN, MAX_LABEL = 1023, 253, 63

PLAIN = re.compile(r"[a-z0-9._+-]{1,255}@[a-z0-9]{1,63}(\.[a-z0-9]{1,63}){0,3}")
NOT_LOCAL = re.compile(r"[\x00-\x20\x7f\"&'/:<>@]")
NO_LABEL = re.compile(r"[^a-z0-9_\-\x80-\U0010ffff]|^-|-$|^..--|[\u115f\u1160\u3002]")
PROHIBITED = [
    getattr(stringprep, f"in_table_{name}")
    for name in ("c12", "c22", "c3", "c4", "c5", "c6", "c7", "c8", "c9")
]


def prepared(jid: str) -> str | None:
    """None where it cannot be."""
    if PLAIN.fullmatch(jid := str(jid)):  # SQLite keeps anything in any column
        return jid
    local, at, domain = jid.rpartition("@")
    try:
        domain = _domain(domain)
        if not at:
            return domain
        local = _stringprep(local)
        if not local or NOT_LOCAL.search(local) or len(local.encode()) > MAX_LOCAL:
            return None
    except ValueError:
        return None
    return f"{local}@{domain}"


def _stringprep(text: str) -> str:
    if text.isascii():
        return text.lower()
    _refuse(any(map(stringprep.in_table_a1, text)))
    mapped = "".join(_folded(one) for one in text if not stringprep.in_table_b1(one))
    normal = ucd_3_2_0.normalize("NFKC", mapped)
    _refuse(normal != normalize("NFKC", mapped))
    _refuse(any(table(one) for one in normal for table in PROHIBITED))
    if any(map(stringprep.in_table_d1, normal)):
        ends = map(stringprep.in_table_d1, (normal[0], normal[-1]))
        _refuse(not all(ends) or any(map(stringprep.in_table_d2, normal)))
    return normal


def _folded(one: str) -> str:
    folded = stringprep.map_table_b2(one)
    return one if any(map(stringprep.in_table_a1, folded)) else folded


def _domain(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        try:
            _refuse(IPv6Address(text[1:-1]).scope_id is not None)
        except AddressValueError as error:
            raise ValueError from error
        return text.lower()
    domain = _stringprep(text)
    dots = len(re.findall("[.\uff0e]", text))
    _refuse(bool(re.search("[\u200c\u200d]", text)) or domain.count(".") != dots)
    domain = domain.removesuffix(".")
    in_dns = [_in_dns(label) for label in domain.split(".")]
    _refuse(len(".".join(in_dns)) > MAX_DOMAIN or max(map(len, in_dns)) > MAX_LABEL)
    if "xn--" not in domain:
        return domain
    labels = domain.split(".")
    written = ".".join(
        _decoded(label) if label.startswith("xn--") else label for label in labels
    )
    try:
        return written if _domain(written) == written else domain
    except ValueError:
        return domain


def _in_dns(label: str) -> str:
    ace = label.isascii() and label.startswith("xn--")
    _refuse(not label or bool(NO_LABEL.search(label[4:] if ace else label)))
    if ace:
        _decoded(label)
    elif not label.isascii():
        other = "L" if stringprep.in_table_d1(label[0]) else "AN"
        turns = any(bidirectional(one) == other for one in label)
        _refuse(category(label[0]).startswith("M") or turns)
        return "xn--" + label.encode("punycode").decode()
    return label


def _decoded(ace: str) -> str:
    label = ace[4:].encode().decode("punycode")
    again = label.encode("punycode").decode()
    _refuse(again != ace[4:] or label.isascii() or not label.isprintable())
    return label


def _refuse(fault: bool) -> None:
    if fault:
        raise ValueError
