"""Service Outage Status (XEP-0455, version 0.4.0): what is out of order, as JSON.

    {"planned": true, "beginning": "2026-12-05T22:00:00Z",
     "expected_end": "2026-12-06T00:00:00Z",
     "message": {"default": "Maintenance: new disks", "en": "…", "de": "…"}}

`{}` where nothing is. The format has room for one; which, says `bot.domain.feeds`.

docs/conformance.md, Feeds: outage status
"""

import json

from bot.domain import timestamps
from bot.domain.feeds import Incident, Stage, Window
from bot.feeds.document import JSON, Document
from bot.feeds.text import line

NAME = "outage.json"


def document(what: Window | Incident | None) -> Document:
    body = {} if what is None else _status(what)
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Document(NAME, JSON, f"{text}\n".encode())


def _status(what: Window | Incident) -> dict[str, object]:
    beginning = what.began_at if isinstance(what, Incident) else what.starts_at
    status: dict[str, object] = {
        "planned": isinstance(what, Window),
        "beginning": timestamps.format(beginning),
    }
    # once it is past, nobody knows it any more
    if isinstance(what, Window) and what.stage is not Stage.VERIFYING and what.ends_at:
        status["expected_end"] = timestamps.format(what.ends_at)
    messages = {"default": line(what.own.title)}
    for tag in sorted(what.words):
        if tag:
            messages[tag] = line(what.words[tag].title)
    status["message"] = messages
    return status
