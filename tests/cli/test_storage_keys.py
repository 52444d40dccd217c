"""Keys by which content is encrypted: named, rotated, taken away, lost."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import database_of
from bot.service.ports.pulses import Pulse, Reading
from bot.settings import load
from bot.settings.comparing import digests
from tests.cli.workplace import Workplace

MARKER = "Marigold-5d21"
OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def keys(place: Workplace, *lines: str) -> Path:
    """The configured file, with these lines."""
    file = place.folder / "keys"
    file.write_text("\n".join(lines))
    file.chmod(0o600)
    text = place.config.read_text()
    if "[storage]" not in text:
        place.config.write_text(f'{text}\n[storage]\nkey_file = "{file}"\n')
    return file


def without_keys(place: Workplace) -> None:
    text = place.config.read_text()
    place.config.write_text(text.partition("[storage]")[0])


def announce(place: Workplace, client_id: str) -> None:
    body = f"{MARKER} {client_id}"
    when = ("--in", "1d", "--id", client_id, "--yes")
    place.done("announce", "news", "--body", body, *when)


def stored(place: Workplace) -> bool:
    """Whether the texts lie in the file as they are."""
    settings = load(place.config)
    database = database_of(settings)
    database.scrub()
    database.close()
    return MARKER.encode() in (place.folder / "carillon.db").read_bytes()


def says(place: Workplace, client_id: str) -> Any:
    found = place.data("schedules", "show", client_id)
    return [text["body"] for text in found["texts"]]


def check(place: Workplace) -> dict[str, Any]:
    rows = json.loads(place("check", "--json").out)["checks"]
    [found] = [one for one in rows if one["check"] == "storage"]
    return dict(found)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "No such file"),
        ("", "there is no key in it"),
        ("# none\n", "there is no key in it"),
        (f"{OLD}\nhunter2", "line 2 is no key"),
        (f"{OLD[:-4]}", "line 1 is no key"),
        (f"{OLD}{NEW}", "line 1 is no key"),
    ],
)
def test_a_file_that_cannot_be_used(
    place: Workplace, text: str | None, fault: str
) -> None:
    """Every command names the key of the configuration, file and the line, and how
    a key is made; what stands there is not shown.
    """
    file = keys(place, text or "")
    if text is None:
        file.unlink()
    for command in (("lists",), ("run",), ("db", "rekey")):
        said = place(*command).fault()
        assert "storage: key_file" in said
        assert str(file) in said
        assert fault in said
        assert "hunter2" not in said
    if text is not None:
        assert "openssl rand -base64 32" in said


def test_an_empty_name(place: Workplace) -> None:
    """An empty text names no file."""
    place.config.write_text(f'{place.config.read_text()}\n[storage]\nkey_file = ""\n')
    assert load(place.config).storage.key_file is None


def test_from_the_clear_and_back(place: Workplace) -> None:
    """`check` tells what `db rekey` has to do; what lies in the file is no text any
    more; without its key nothing is done; and with it all can be decrypted.
    """
    announce(place, "first")
    assert check(place)["result"] == "ok"
    assert stored(place)
    file = keys(place, OLD)
    assert check(place)["change"] == "carillon db rekey"
    announce(place, "second")
    assert "stored otherwise" in place.done("db", "rekey")
    assert "so already" in place.done("db", "rekey")
    assert check(place)["result"] == "ok"
    assert not stored(place)
    keys(place, NEW, OLD)
    announce(place, "third")
    assert check(place)["result"] == "warning"
    assert place.data("db", "rekey") == {"rows": 2, "unreadable": 0}
    keys(place, NEW)
    for name in ("first", "second", "third"):
        assert says(place, name) == [f"{MARKER} {name}"]
    without_keys(place)
    for command in (("lists",), ("run",), ("db", "rekey")):
        said = place(*command).fault()
        assert "[storage] key_file" in said
        assert "carillon db rekey --with FILE" in said
    assert check(place)["result"] == "fault"
    assert place.data("db", "rekey", "--with", str(file))["rows"] == 3
    assert check(place)["result"] == "ok"
    assert stored(place)
    assert says(place, "second") == [f"{MARKER} second"]


def test_a_key_that_is_lost(place: Workplace) -> None:
    """Another key in its place: nothing is done, and what to do is told; what the lost
    one encrypts can be given up, and all else goes on.
    """
    file = keys(place, OLD)
    announce(place, "first")
    keys(place, NEW)
    for command in (("lists",), ("run",), ("db", "rekey")):
        said = place(*command).fault()
        assert str(file) in said
        assert "carillon db rekey --lost" in said
    assert str(file) in check(place)["what"]
    assert place.data("db", "rekey", "--lost")["rows"] == 1
    announce(place, "second")
    assert says(place, "second") == [f"{MARKER} second"]
    assert says(place, "first") == []


def test_a_service_that_has_not_read_it(place: Workplace) -> None:
    """By a key that a running service does not have, nothing is encrypted: what needs
    that is refused and says what to do, all else is done.
    """
    announce(place, "before")
    running = load(place.config)
    with_pulse(place, running)
    file = keys(place, NEW)
    said = place("announce", "news", "--body", "x", "--in", "1d", "--yes").fault()
    assert "carillon reload" in said
    assert "carillon reload" in place("db", "rekey").fault()
    assert says(place, "before") == [f"{MARKER} before"]
    with_pulse(place, load(place.config))
    announce(place, "after")
    assert place.data("db", "rekey")["rows"] == 1
    without_keys(place)
    assert "stop it first" in place("db", "rekey", "--with", str(file)).fault()


def with_pulse(place: Workplace, settings: Any) -> None:
    """A service runs that has read these settings."""
    database = database_of(load(place.config))

    def beat(uow: Any) -> None:
        now = uow.now()
        reading = Reading(file="x", at=now, digests=digests(settings, ""))
        uow.facts.beat(
            Pulse(
                worker="w",
                service="announce.example.org",
                version="1",
                connected=True,
                started_at=now,
                seen_at=now,
                reading=reading,
            )
        )

    database.call(beat)
    database.close()


def test_who_may_read_it(place: Workplace) -> None:
    """A file of keys that everybody can read is a fault, and a command helps."""
    file = keys(place, NEW)
    place.config.chmod(0o600)
    (place.folder / "carillon.db").chmod(0o600)
    file.chmod(0o604)
    rows = json.loads(place("check", "--json").out)["checks"]
    [found] = [one for one in rows if one["check"] == "permissions"]
    assert found["change"] == f"chmod o= {file}"
