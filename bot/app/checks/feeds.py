"""The feeds: whether they can be written where they are to be, and whether people find
them under the addresses that are told.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from shlex import quote

from bot.app.checks.finding import fault, ok, warning
from bot.app.configured import lists_of
from bot.app.publishing import shape_of
from bot.domain.feeds import ALL
from bot.domain.findings import Finding
from bot.domain.phrase import Phrase, Quoted
from bot.settings import Settings, place

NAME = "feeds"
#: seconds that a web server may take
PATIENCE = 5.0
#: bytes of an outage status; ours are a hundredth of it
_MOST = 100_000


def written(config: Path, settings: Settings) -> Iterator[Finding]:
    """Nothing, where there are to be none."""
    if not settings.feeds.enabled:
        return
    found = [*_folder(settings.feeds.directory), *_lists(config, settings)]
    if not settings.feeds.urls:
        text = Phrase("nobody is told where they are")
        change = f'{place(config, "feeds")}: urls = ["https://status.example.net/"]'
        found.append(warning(NAME, text, change))
    yield from found or [ok(NAME, _where(settings))]


def _where(settings: Settings) -> Phrase:
    folder = settings.feeds.directory
    return Quoted(str(folder)) if folder else Phrase("on the web pages")


def _folder(folder: Path | None) -> Iterator[Finding]:
    if folder is None:
        return
    if not folder.is_dir():
        text = Phrase("{folder} is no folder", folder=folder)
        yield fault(NAME, text, f"install -d {quote(str(folder))}")
    elif not os.access(folder, os.W_OK | os.X_OK):
        text = Phrase("{folder} is not ours to write to", folder=folder)
        yield fault(NAME, text)


def _lists(config: Path, settings: Settings) -> Iterator[Finding]:
    """Those of the file; commands may have made others."""
    public = [entry for entry in lists_of(settings) if entry.is_public]
    if not public:
        yield warning(NAME, Phrase("no list of the configuration is public"))
    if ALL in settings.lists:
        text = Phrase(
            "the list {list} has no feeds of its own: what is called so has all lists",
            list=ALL,
        )
        yield warning(NAME, text, place(config, "lists", ALL))


def reached(settings: Settings) -> Iterator[Finding]:
    """What stands under each address that is told; it may take PATIENCE for each."""
    if not settings.feeds.enabled:
        return
    for address in shape_of(settings).status_addresses:
        trouble = _trouble(address)
        if trouble is not None:
            text = Phrase("{address}: {reason}", address=address, reason=trouble)
            yield warning(NAME, text)


def _trouble(address: str) -> Phrase | None:
    """Why nobody finds the outage status there."""
    try:
        # of the web: the configuration takes no other
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310
            if isinstance(json.loads(answer.read(_MOST)), dict):
                return None
    except urllib.error.HTTPError as error:
        return Phrase("the web server answers {status}", status=error.code)
    except urllib.error.URLError as error:
        return Quoted(str(error.reason))
    except (OSError, HTTPException) as error:
        return Quoted(str(error))
    except ValueError:
        pass
    return Phrase("what stands there is no outage status")
