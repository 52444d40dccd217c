"""What the service writes to its log of what strangers sent."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from bot.cli import logs
from bot.settings import LogSettings

#: CSI in C0 and C1, a line that looks like a record, turned writing
HOSTILE = "\x1b[31m\x9b2J\r\n2026-01-01T00:00:00Z [info] forged\u202e"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The test's handlers end with it."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def fail(password: str) -> None:
    raise ValueError(f"{len(password)} {HOSTILE}")


def write(form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Hostile text by either kind of logger, in each part of a record."""
    logs.configure(LogSettings.model_validate({"format": form}))
    theirs, ours = logging.getLogger("bot.x"), structlog.get_logger("bot.y")
    theirs.warning("theirs %s", HOSTILE, extra={"error": HOSTILE})
    ours.warning(HOSTILE, name=HOSTILE, several=[HOSTILE], raw=HOSTILE.encode())
    for log in (theirs, ours):
        try:
            fail("hunter" + "2")
        except ValueError:
            log.exception(HOSTILE)
    return capsys.readouterr().err


@pytest.mark.parametrize("form", ["console", "json"])
def test_records_are_harmless(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No control character comes through, and no line looks like another record."""
    written = write(form, capsys)
    assert "forged" in written
    assert not UNSAFE.search(written)
    lines = written.splitlines()
    assert not any(one.startswith("2026-01-01") for one in lines)
    if form == "json":
        assert len([json.loads(one) for one in lines]) == 4


@pytest.mark.parametrize("form", ["console", "json"])
def test_tracebacks_show_no_values(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A traceback names files and lines; what variables held stays out of it."""
    written = write(form, capsys)
    assert "Traceback" in written
    assert "in fail" in written
    assert "hunter2" not in written
