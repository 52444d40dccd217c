"""Alert rules and dashboard, read by Prometheus itself."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contrib.dashboard import ALERTS, expressions, series_in
from tests.e2e.conftest import Make, make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.metrics.test_reference import documented
from tests.servers.prometheus import Prometheus, promtool
from tests.servers.prosody import Prosody

__all__ = ["make"]

HERE = Path(__file__).parent
RULES = "groups:\n  - name: panels\n    rules:\n"
#: what one good broadcast on a quiet service leaves without data
SILENT = {"Requests", "Next one due"}


def test_rules_are_read() -> None:
    """Every alert rule is understood."""
    told = promtool("check", "rules", ALERTS, folder=HERE)
    assert told.returncode == 0, told.stdout


def test_rules_do_what_they_say() -> None:
    """Each alert fires on its trouble, with its text, and is silent without."""
    told = promtool("test", "rules", "alerts.test.yml", folder=HERE)
    assert told.returncode == 0, told.stdout


def test_every_rule_is_tried() -> None:
    """No alert is without a case in which it fires and one in which it does not."""
    rules = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    cases = (HERE / "alerts.test.yml").read_text()
    firing = re.findall(r"alertname: (\w+)\n +exp_alerts:", cases)
    silent = re.findall(r"alertname: (\w+)}", cases)
    assert sorted(rules) == sorted(firing)
    assert set(rules) == set(silent)


def test_queries_are_read(tmp_path: Path) -> None:
    """Every query of the dashboard is understood."""
    file = tmp_path / "panels.yml"
    rules = [
        f"      - record: panel:{number}\n        expr: {expression!r}\n"
        for number, (_, expression) in enumerate(expressions())
    ]
    file.write_text(RULES + "".join(rules))
    told = promtool("check", "rules", file, folder=tmp_path)
    assert told.returncode == 0, told.stdout


def test_only_series_that_there_are() -> None:
    """Rules and dashboard name no series that the reference does not list."""
    known = {name for name, _, _ in documented()}
    used = series_in(ALERTS.read_text())
    for _, expression in expressions():
        used |= series_in(expression)
    assert used - known == set()


@pytest.fixture
def service(prosody: Prosody, make: Make) -> Iterator[Service]:
    """One that has announced to three readers."""
    made = make(prosody, "component", web="127.0.0.1:0")
    with Sink(prosody, prosody.spares[0]) as sink:
        made.subscribe(sink.jids(3))
        made.start()
        made.wait_until_connected()
        job = made.announce()
        made.until(lambda: made.sent(job))
    yield made
    assert made.stop() == 0


@pytest.mark.e2e
def test_a_real_prometheus(service: Service) -> None:
    """It scrapes a running service without an alert, and each panel has data."""
    target = service.web.removeprefix("http://")
    with Prometheus(target, ALERTS) as prometheus:
        deadline = time.monotonic() + 60
        empty = {"not asked yet"}
        while empty - SILENT:
            assert time.monotonic() < deadline, empty
            time.sleep(0.5)
            empty = {
                title
                for title, expression in expressions()
                if not prometheus.query(expression)
            }
        assert prometheus.query('up{job="carillon"}')[0]["value"][1] == "1"
        assert prometheus.query('carillon_messages_total{outcome="sent"} == 3')
        assert prometheus.alerts() == []
