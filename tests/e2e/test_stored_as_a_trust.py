"""What people write is nowhere to be read but in what is sent: not in the database, its
log, copies of it, or what the service logs.
"""

import base64
import mmap
import secrets
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import backup
from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.e2e.speaking import (
    ANNOUNCE,
    SCHEDULING,
    SOON,
    Stage,
    about,
    ahead,
    at_once,
    fresh,
    meta,
    payload,
    refusal,
    staged,
    to_list,
    to_people,
    written,
)
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

#: in every text
MARKER = f"Marigold-{secrets.token_hex(8)}"
#: in every id, which stays as it is
CALLED = f"bells-{secrets.token_hex(8)}"
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def fields(moment: str) -> str:
    given = {"summary": MARKER, "start": moment}
    inner = "".join(
        f"<field var='{name}'><value>{value}</value></field>"
        for name, value in given.items()
    )
    return f"<announce xmlns='{ANNOUNCE}' template='maintenance'>{inner}</announce>"


def whole_way(stage: Stage) -> None:
    """Requests, repeats, edits, refusals; planning, rendering, delivery; bounces of all
    kinds and reports.
    """
    service, reader = stage.service, stage.reader
    nobody = stage.server.jid(f"nobody{fresh()}")
    service.subscribe([reader.bare, nobody], "en")
    texts = f"<subject>{MARKER}</subject><body>{MARKER} at noon</body>"
    more = f"<x xmlns='urn:example:x'>{MARKER}</x>"
    note = f"<note xmlns='urn:example:x'>{MARKER}</note>"
    spoken, rendered, later = (f"{CALLED}-{number}" for number in range(3))
    said = f"{texts}{at_once()}<id>{spoken}</id>{more}{meta(to_list() + note)}"
    payload(stage.create(said))
    message = reader.message(about(spoken))
    payload(stage.create(said))
    filled = fields(written(ahead()))
    payload(stage.create(f"{at_once()}<id>{rendered}</id>{meta(to_list() + filled)}"))
    reader.message(about(rendered))
    personal = f"{texts}{SOON}<id>{later}</id>{more}"
    payload(stage.create(personal + meta(to_people(reader.bare) + note)))
    edit = (
        f"<edit xmlns='{ANNOUNCE}'><schedule xmlns='{SCHEDULING}'><id>{later}</id>"
        f"<body>{MARKER} again</body></schedule></edit>"
    )
    payload(stage.request(edit, "set"))
    for wrong in (
        f"{texts}<deliver-at>{MARKER}</deliver-at>",
        f"{texts}{SOON}<timezone>{MARKER}</timezone>",
        f"{texts}{SOON}<recurrence>{MARKER}</recurrence>",
        f"{SOON}{meta(to_list() + fields(MARKER))}",
    ):
        assert refusal(stage.create(wrong))[1] in {"modify", "cancel"}
    # comes back, and says why
    reader.send(
        f"<message type='error' to='{message.get('from')}' id='{message.get('id')}'>"
        "<error type='cancel'><item-not-found"
        " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        f"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{MARKER}</text></error>"
        "</message>"
    )
    key = message.get("id", "").partition(".")[0]

    def bounced() -> bool:
        found = service.uses.database.look(lambda uow: uow.broadcasts.by_key(key))
        assert found is not None
        with_text = service.uses.database.look(
            lambda uow: uow.exceptions.get(found.id, reader.bare)
        )
        return with_text is not None

    service.until(bounced)
    service.until(
        lambda: service.uses.database.look(lambda u: u.notices.waiting()) == 0
    )


def holding(files: Iterator[Path], text: str) -> list[str]:
    """Which of them have it."""
    found = []
    for file in files:
        if not file.is_file() or not file.stat().st_size:
            continue
        with (
            file.open("rb") as opened,
            closing(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)) as seen,
        ):
            if seen.find(text.encode()) >= 0:
                found.append(file.name)
    return sorted(found)


def copies_of_sqlite(stage: Stage) -> Callable[[], Iterator[Path]]:
    """The files as they are, and copies as how-to and upgrades make them."""
    folder = stage.service.folder
    file = folder / "carillon.db"

    def files() -> Iterator[Path]:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM INTO ?", (str(folder / f"{fresh()}.copy"),))
        backup.make(file, "0001")
        yield from folder.iterdir()

    return files


def copies_of_postgresql(
    stage: Stage, server: PostgreSQL
) -> Callable[[], Iterator[Path]]:
    """What the server has on its disk, its log of writes, and a dump."""
    folder = stage.service.folder
    name = sa.make_url(stage.service.url).database or ""

    def files() -> Iterator[Path]:
        (folder / "carillon.dump").write_bytes(server.dump(name))
        yield from folder.iterdir()
        yield from server.files(name)

    return files


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_can_be_read(
    prosody: Prosody, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Over the whole way, while the service runs and after it ended, no text stands in
    any file of database, write-ahead log, spool, copy and log at level debug; ids do.
    """
    keys = tmp_path / "keys"
    keys.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    more = {"CARILLON_STORAGE__KEY_FILE": str(keys), "CARILLON_LOG__LEVEL": "debug"}
    options, server = {}, None
    if engine == "postgresql":
        server = request.getfixturevalue("postgresql")
        options["database"] = server.database("stored_as_a_trust")
    with staged(prosody, "component", tmp_path, environment=more, **options) as stage:
        whole_way(stage)
        files = (
            copies_of_sqlite(stage)
            if server is None
            else copies_of_postgresql(stage, server)
        )
        assert holding(files(), MARKER) == []
        readable = holding(files(), CALLED)
        assert stage.service.stop() == 0
        assert holding(files(), MARKER) == []
        readable += holding(files(), CALLED)
        assert "level=debug" in stage.service.log or "[debug" in stage.service.log
    # of PostgreSQL's own, whose names are numbers, those of table and log of writes
    kinds = {Path(name).suffix for name in readable}
    own = {".db", ".db-wal", ".copy", ".backup"}
    assert kinds >= (own if server is None else {".dump", ""})
    assert server is None or len(set(readable)) > 2


def test_keys_are_changed_while_it_runs(prosody: Prosody, make: Make) -> None:
    """A service without a key is given one, and another: what was written before is
    encrypted anew while it runs, and goes out. A file that lacks what is needed is
    told of, and changes nothing.
    """
    service = make(prosody, "component")
    keys = service.folder / "keys"
    old, new = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    service.start()
    service.wait_until_connected()
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(1))
        said = [f"{MARKER} {number}" for number in range(3)]

        def announce(number: int) -> None:
            words = (
                "--body",
                said[number],
                "--in",
                "1h",
                "--yes",
                "--id",
                f"n{number}",
            )
            service.command("announce", "news", *words)

        def read_anew(*lines: str) -> None:
            keys.write_text("\n".join(lines))
            service.command("reload")
            service.command("db", "rekey")

        announce(0)
        with service.file.open("a") as file:
            file.write(f'[storage]\nkey_file = "{keys}"\n')
        read_anew(old)
        announce(1)
        read_anew(new, old)
        read_anew(new)
        announce(2)
        keys.write_text(old)
        service.send_signal(signal.SIGHUP)
        service.until(lambda: "configuration not read anew" in service.log)
        keys.write_text(new)
        for number in range(3):
            service.command("schedules", "send-now", f"n{number}")
        sink.wait(3)
        assert sorted(sink.bodies) == said
    assert service.stop() == 0
    assert holding(service.folder.iterdir(), MARKER) == []
