"""A SQLite file that is locked, deleted or replaced under the running service."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.servers.processes import eventually
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e


def file_of(service: Service) -> Path:
    return Path(service.url.removeprefix("sqlite:///"))


def not_ready(service: Service, words: str) -> bool:
    status, text = service.page("/readyz")
    return status == 503 and any(words in one for one in json.loads(text)["reasons"])


def said(service: Service, *words: str) -> str:
    """What the command line says, whether or not it fails."""
    try:
        return service.command(*words)
    except AssertionError as failure:
        return str(failure)


def refused(service: Service, *words: str) -> str:
    """What the command line says, which has to fail."""
    with pytest.raises(AssertionError) as failed:
        service.command(*words)
    return str(failed.value)


def test_deleted(prosody: Prosody, make: Make) -> None:
    """It is told in the log, to probes and to `status`; the next start makes none."""
    service = make(prosody, "component", web="127.0.0.1:0")
    service.start()
    service.wait_until_connected()
    file_of(service).unlink()
    service.until(lambda: not_ready(service, "was deleted or replaced"))
    assert len([one for one in service.lines if "was deleted" in one]) == 1
    assert "is gone" in refused(service, "status")
    assert "Traceback" not in service.log
    assert service.stop() == 0
    service.start()
    assert service.wait() == 1
    assert f"carillon: The database {file_of(service)} is gone" in service.lines[-1]
    assert not file_of(service).exists()


def test_locked(prosody: Prosody, make: Make) -> None:
    """While another program holds it, probes and `status` say that; one line each in
    the log, and SIGTERM ends the service.
    """
    service = make(prosody, "component", web="127.0.0.1:0")
    service.start()
    service.wait_until_connected()
    with closing(sqlite3.connect(file_of(service), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        service.until(lambda: not_ready(service, "held up by process"))
        other.execute("ROLLBACK")
        service.until(lambda: service.page("/readyz")[0] == 200)
        told = [line for line in service.lines if "the database is free" in line]
        warned = [line for line in service.lines if "warning" in line]
        assert len([line for line in warned if "held up by" in line]) == len(told) == 1
        other.execute("BEGIN IMMEDIATE")
        service.until(lambda: not_ready(service, "held up by process"))
        assert service.stop() == 0
        cannot_tell = "nobody can tell: The database is held up by process"
        # the last sign of life counts for some seconds
        assert eventually(lambda: cannot_tell in said(service, "status"), 60)
    assert "Traceback" not in service.log
