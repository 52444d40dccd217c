"""What is out of order, as XEP-0455 has it."""

import json
from typing import Any

from bot.domain.feeds import Entry, Incident, Stage, Window, Words
from bot.feeds.outage import document
from tests.feeds.rows import HOUR, NOON, incident, window


def _read(what: Window | Incident | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(what).body)
    return found


def test_nothing() -> None:
    """An empty object, when all is well."""
    assert _read(None) == {}


def test_maintenance() -> None:
    """Planned, with the list's words as the default and those of each language."""
    assert _read(window(language="de")) == {
        "planned": True,
        "beginning": "2040-03-02T12:00:00Z",
        "expected_end": "2040-03-02T14:00:00Z",
        "message": {
            "default": "maintenance 1 (de)",
            "de": "maintenance 1 (de)",
            "en": "maintenance 1",
        },
    }


def test_an_end_that_nobody_knows() -> None:
    """It is not there, also once the one that was known has passed."""
    for one in (window(ends_at=None), window(stage=Stage.VERIFYING), incident()):
        assert "expected_end" not in _read(one)


def test_an_incident() -> None:
    """Not planned, since it began."""
    found = _read(incident(began_at=NOON - 3 * HOUR))
    assert found["planned"] is False
    assert found["beginning"] == "2040-03-01T09:00:00Z"


def test_words_of_no_language() -> None:
    """Are the default alone; controls are no part of them."""
    one: Entry = window(words={"": Words('a "b"\r\n\x00ö', "")})
    assert isinstance(one, Window)
    assert _read(one)["message"] == {"default": 'a "b" \ufffdö'}
