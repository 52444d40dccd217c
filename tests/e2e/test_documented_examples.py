"""The requests of docs/reference/protocol.md, sent to the running service.

The JIDs are replaced by the test's, the days by such that lie ahead.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.docs.examples import PAGE
from tests.e2e.speaking import S, Stage, X, now, payload, staged, written
from tests.e2e.xml_client import C
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

TEXTS = [block.text for block in PAGE.blocks("xml")]
MOMENT = re.compile(r"202[67]-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: of the page's first moment
FIRST = datetime(2026, 12, 1, 9, tzinfo=UTC)
LATER = timedelta(days=(now() - FIRST).days + 30)
#: what the service says of itself, so that it cannot be the page's
OWN = {f"{S}created", f"{S}deliver-at", f"{X}quota", f"{X}progress", f"{X}owner"}


@pytest.fixture(scope="module")
def stage(
    prosody: Prosody, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The service as the page has it: a component, with a list `maintenance`."""
    folder = tmp_path_factory.mktemp("service")
    with staged(prosody, "component", folder) as found:
        yield found


def ours(text: str, stage: Stage) -> str:
    text = text.replace("maintenance@announce.example.org", f"news@{stage.address}")
    text = text.replace("announce.example.org", stage.address)
    text = text.replace("<list>maintenance</list>", "<list>news</list>")
    text = text.replace("editor@example.org", stage.admin.bare)
    return MOMENT.sub(lambda one: written(datetime.fromisoformat(one[0]) + LATER), text)


def test_in_their_order(stage: Stage) -> None:
    """Each request gets a result, and what the page shows of it, from top to bottom."""
    shown = {
        ET.fromstring(text).get("id"): text for text in TEXTS if "'result'" in text
    }
    # what goes to one's own server `test_delegation` asks, commands `test_steering`
    to_us = re.compile(r"<iq (?=[^>]*type='[gs]et')(?=[^>]*to='announce\.)")
    asked = [text for text in TEXTS if to_us.match(text) and "<command" not in text]
    assert len(asked) == 15
    for text in asked:
        stage.admin.send(ours(text, stage))
        number = ET.fromstring(text).get("id")
        answer = stage.admin.take(answers(number))
        found = payload(answer)
        if number in shown:
            [example] = ET.fromstring(ours(shown[number], stage))
            assert skeleton(found) >= skeleton(example), ET.tostring(found)


def answers(number: str | None) -> Callable[[ET.Element], bool]:
    return lambda one: one.tag == f"{C}iq" and one.get("id") == number


def skeleton(element: ET.Element) -> set[tuple[str, str]]:
    """Each element with its text, without what differs by nature."""
    return {
        (one.tag, "" if one.tag in OWN else (one.text or "").strip())
        for one in element.iter()
        if one.tag != f"{X}progress"
    }
