"""The dashboard has Grafana's form, as far as that can be said without Grafana."""

import json
import re

from tests.contrib.dashboard import DASHBOARD, FILLED, PANELS

#: columns of Grafana's grid
COLUMNS = 24
KINDS = {"row", "stat", "timeseries"}


def test_panels_have_what_grafana_asks_for() -> None:
    """Each panel has an id of its own, a known type, a title and a place."""
    panels = DASHBOARD["panels"]
    identifiers = [panel["id"] for panel in panels]
    assert len(set(identifiers)) == len(identifiers)
    assert {panel["type"] for panel in panels} == KINDS
    assert all(panel["title"] for panel in panels)
    assert DASHBOARD["uid"] == "carillon"
    assert DASHBOARD["schemaVersion"] >= 36


def test_no_two_panels_share_a_place() -> None:
    """Panels lie within the grid and beside each other."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert 0 <= at["x"] < at["x"] + at["w"] <= COLUMNS
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not taken & cells, panel["title"]
        taken |= cells


def test_queries_go_to_the_chosen_source() -> None:
    """Each query has a letter of its own in its panel, and the chosen data source."""
    for panel in PANELS:
        assert panel["description"]
        letters = [target["refId"] for target in panel["targets"]]
        assert letters
        assert len(set(letters)) == len(letters)
        sources = [
            panel["datasource"],
            *(one["datasource"] for one in panel["targets"]),
        ]
        wanted = {"type": "prometheus", "uid": "${datasource}"}
        assert all(source == wanted for source in sources)


def test_variables_are_declared() -> None:
    """A query uses no variable that the dashboard or Grafana does not have."""
    declared = {f"${one['name']}" for one in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\w+", json.dumps([one["targets"] for one in PANELS])))
    assert used <= declared | set(FILLED)
    assert declared - {"$datasource"} <= set(FILLED)
