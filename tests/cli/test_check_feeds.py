"""`check` of feeds: where they are written, and whether people find them there."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import checked
from tests.cli.workplace import Workplace


def test_feeds(place: Workplace, tmp_path: Path) -> None:
    """Nothing is said of them where there are none; else of a folder that is not there,
    of addresses that nobody is told, of lists that have none.
    """
    assert "feeds" not in checked(place)
    enabled = {
        "CARILLON_FEEDS__ENABLED": "true",
        "CARILLON_FEEDS__DIRECTORY": str(tmp_path / "feeds"),
    }
    found = _of_feeds(place, enabled)
    assert f"{tmp_path}/feeds is no folder" in found[0]["what"]
    assert found[0]["change"] == f"install -d {tmp_path}/feeds"
    assert [one["result"] for one in found] == ["fault", "warning"]
    assert found[1]["what"] == "nobody is told where they are"
    assert "urls =" in found[1]["change"]
    (tmp_path / "feeds").mkdir()
    private = {
        "CARILLON_LISTS__MAINTENANCE__PUBLIC": "false",
        "CARILLON_LISTS__NEWS__KIND": "request",
    }
    assert [one["what"] for one in _of_feeds(place, enabled | private)] == [
        "no list of the configuration is public",
        "nobody is told where they are",
    ]
    (named_all,) = _of_feeds(
        place, enabled | _UNREACHED | {"CARILLON_LISTS__ALL__KIND": "open"}
    )[:1]
    assert "the list all has no feeds of its own" in named_all["what"]


_UNREACHED = {"CARILLON_FEEDS__URLS": '["http://127.0.0.1:1/"]'}


def test_whether_people_find_the_feeds(
    place: Workplace, served: tuple[str, Path], tmp_path: Path
) -> None:
    """Each address is asked for its outage status, as anybody would."""
    url, folder = served
    enabled = {
        "CARILLON_FEEDS__ENABLED": "true",
        "CARILLON_FEEDS__DIRECTORY": str(tmp_path),
        "CARILLON_FEEDS__URLS": json.dumps([url]),
    }
    status = folder / "outage.json"
    for body, says in (
        (None, "the web server answers 404"),
        ("<html>", "what stands there is no outage status"),
        ("[]", "what stands there is no outage status"),
        ("{}", None),
    ):
        if body is not None:
            status.write_text(body)
        (_, *warnings) = _of_feeds(place, enabled)
        told = [one["what"] for one in warnings]
        assert told == ([f"{url}outage.json: {says}"] if says else [])
    (_, away) = _of_feeds(place, enabled | _UNREACHED)
    assert "Connection refused" in away["what"]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A folder, and where a web server shows it."""
    folder = tmp_path_factory.mktemp("served")
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", folder
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def _of_feeds(place: Workplace, env: dict[str, str]) -> list[dict[str, Any]]:
    ran = place("check", "--json", env=env)
    return [one for one in json.loads(ran.out)["checks"] if one["check"] == "feeds"]
