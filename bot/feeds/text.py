"""Words of others, as feeds can carry them, and ours for how something stands."""

import re

from bot.domain.characters import legal
from bot.domain.feeds import Entry, Incident, Sent, Stage, Window
from bot.domain.phrase import Phrase
from bot.texts import said

MOST_TITLE = 300  #: characters
MOST_TEXT = 16_000  #: characters

#: no format has a use for them, and iCalendar forbids them (RFC 5545 §3.1: CONTROL)
_CONTROL = re.compile("[\x7f-\x9f]")


def line(text: str) -> str:
    """On one line, without what no format carries; not longer than titles are."""
    return clean(" ".join(text.split()))[:MOST_TITLE]


def clean(text: str) -> str:
    """Lines and tabs stay; of other control characters none does."""
    plain = legal(text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("\ufffd", plain)[:MOST_TEXT]


def headline(entry: Entry) -> str:
    """Its title, and how it stands, in its language."""
    title = line(entry.own.title)
    match entry:
        case Window(stage=Stage.CALLED_OFF):
            phrase = Phrase("Cancelled: {title}", title=title)
        case Window(stage=Stage.UNDER_WAY | Stage.VERIFYING):
            phrase = Phrase("Under way: {title}", title=title)
        case Window(stage=Stage.FINISHED):
            phrase = Phrase("Finished: {title}", title=title)
        case Incident(is_open=False):
            phrase = Phrase("Resolved: {title}", title=title)
        case Sent(is_retracted=True):
            phrase = Phrase("An announcement was withdrawn")
        case _:
            return title
    return said(phrase, entry.language)


def story(entry: Entry) -> str:
    """All that is said of it, in its language."""
    if isinstance(entry, Sent) and entry.is_retracted:
        return said(Phrase("What was announced here does not hold."), entry.language)
    return clean(entry.own.text)
