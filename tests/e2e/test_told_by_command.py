"""Maintenance, incidents, corrections by the forms of a client, and what is heard."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.commanding import Taps
from tests.e2e.hearing import RETRACT, replaces, says
from tests.e2e.speaking import Stage, ahead, fresh
from tests.e2e.xml_client import C

pytestmark = pytest.mark.e2e

DAY = timedelta(days=1)
#: by the clocks of the list
START = ahead().replace(hour=22)


@pytest.fixture(autouse=True)
def reader(stage: Stage) -> Iterator[None]:
    """He stands on the list."""
    stage.service.subscribe([stage.reader.bare], "en")
    yield
    stage.service.command("subscribers", "remove", "news", stage.reader.bare)


def does(stage: Stage, node: str, **values: str) -> str:
    """The publisher, through all forms; what he is told at the end."""
    taps = Taps(stage.publisher, stage.address, node).through(**values)
    kind, said = taps.said
    assert kind == "info", said
    return said


def hears(stage: Stage, *wanted: Callable[[ET.Element], bool]) -> list[ET.Element]:
    """Each of these, in any order, and nothing else."""
    found = [stage.reader.message(one) for one in wanted]
    stage.reader.settle()
    assert [one for one in stage.reader.waiting if one.tag == f"{C}message"] == []
    return found


def test_maintenance(stage: Stage) -> None:
    """Opened, moved, made longer and called off: at each step readers hear what is
    true now.
    """
    about = fresh()
    typed = {"start": f"{START:%Y-%m-%d %H:%M}", "end": "2h", "set__summary": about}
    said = does(stage, "maintenance", **typed, sure="yes")
    assert f"{START:%Y-%m-%d}" in said
    [first] = hears(stage, says("Planned maintenance", about))
    number = said.split()[0].removeprefix("M").rstrip(",:")
    one = {"maintenance": number, "sure": "yes"}
    moved = f"{START + DAY:%Y-%m-%d %H:%M}"
    does(stage, "maintenance", **one, do="move", start=moved)
    _, word = hears(stage, replaces(first), says("Maintenance moved", about))
    # longer, and far ahead: it changes where it stands
    does(stage, "maintenance", **one, do="extend", end="1h")
    [longer] = hears(stage, replaces(word))
    assert "1:00 AM" in (longer.findtext(f"{C}body") or "")
    does(stage, "maintenance", **one, do="call-off")
    hears(stage, replaces(word), says("Maintenance called off", about))


def test_an_incident(stage: Stage) -> None:
    """Opened, gone on with and resolved: each says on what the last one said."""
    about = fresh()
    opened = {"incident": "new", "set__summary": about, "sure": "yes"}
    said = does(stage, "incidents", **opened)
    [first] = hears(stage, says("", about))
    number = said.split()[0].removeprefix("I")
    one = {"incident": number, "sure": "yes"}
    does(stage, "incidents", **one, do="update", set__details="A disk is full.")
    [second] = hears(stage, says("A disk is full.", about))
    does(stage, "incidents", **one, do="resolve", set__details="There is a new one.")
    [last] = hears(stage, says("There is a new one.", about))
    assert len({one.get("id") for one in (first, second, last)}) == 3


def test_corrected_and_withdrawn(stage: Stage) -> None:
    """What went out is worded anew, then taken back: by the id of what is there."""
    about = fresh()
    does(stage, "announce", body=f"{about} Olds", send="yes")
    [first] = hears(stage, says("Olds", about))
    asked = {"sure": "yes"}
    does(stage, "broadcasts", **asked, do="correct", body=f"{about} News")
    [correction] = hears(stage, replaces(first))
    assert correction.findtext(f"{C}body") == f"{about} News"
    does(stage, "broadcasts", **asked, do="retract")
    [withdrawal] = hears(stage, lambda one: one.find(f"{RETRACT}retract") is not None)
    withdrawn = withdrawal.find(f"{RETRACT}retract")
    assert withdrawn is not None
    assert withdrawn.get("id") == first.get("id")
    assert about in (withdrawal.findtext(f"{C}body") or "")
