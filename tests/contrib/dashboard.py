"""The dashboard of contrib/grafana as data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTRIB = Path(__file__).parents[2] / "contrib"
ALERTS = CONTRIB / "prometheus" / "alerts.yml"
DASHBOARD: dict[str, Any] = json.loads(
    (CONTRIB / "grafana" / "carillon.json").read_text()
)
PANELS: list[dict[str, Any]] = [
    panel for panel in DASHBOARD["panels"] if panel["type"] != "row"
]
#: what Grafana fills in by itself, and what a viewer chooses
FILLED = {"$__rate_interval": "1m", "$instance": ".*"}


def expressions() -> Iterator[tuple[str, str]]:
    """(title of the panel, PromQL) with every variable filled in."""
    for panel in PANELS:
        for target in panel["targets"]:
            expression = target["expr"]
            for variable, value in FILLED.items():
                expression = expression.replace(variable, value)
            yield panel["title"], expression


def series_in(text: str) -> set[str]:
    """Names of series as the registry knows them, without a histogram's parts."""
    names = re.findall(r"\b((?:carillon|process)_\w+)", text)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
