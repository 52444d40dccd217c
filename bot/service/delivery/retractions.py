"""What a reader is told, in words, of a message that holds no more: some clients keep
the first text and show these beside it.
"""

import re
from dataclasses import replace

from bot.domain import wallclock
from bot.domain.broadcast import Broadcast
from bot.domain.characters import printable
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import TextContent
from bot.texts import language_for, said

#: RFC 3986, 3.1, and all that stands after it
_LINK = re.compile(r"\b[A-Za-z][\w+.-]*:\S.*")


def retraction(
    told: Text | None,
    original: Broadcast,
    edition: int,
    *,
    language: str,
    spoken: str,
    zone: str,
) -> Text:
    """For whoever was told `told` (None: nobody knows any more what that was), in that
    edition of the original.

    `language`: the one that he wants; `spoken`: by whoever tells him; `zone`: his.
    """
    sent_at = original.created_at.replace(second=0, microsecond=0)
    sent = wallclock.shown_in(sent_at, zone)
    language = language_for(language, spoken)
    words = said(_withdrawn(told, sent, corrected=edition > 1), language)
    return Text(language=language, body=printable(words))


def _withdrawn(told: Text | None, sent: str, *, corrected: bool) -> Phrase:
    """By how it begins, up to a link: nobody is shown that once more.

    COMPAT(Gajim 1.7, profanity 0.13): these say it to their readers, and show them no
    subject. Gajim shows what corrects a message of more than five minutes ago as one of
    its own, which would seem to hold.
    """
    texts = (replace(told, subject=None),) if told else ()
    title = _LINK.sub("…", TextContent(texts=texts).title).removeprefix("…")
    match bool(title), corrected:
        case False, False:
            return Phrase("The message of {sent} is withdrawn.", sent=sent)
        case False, True:
            return Phrase(
                "The message of {sent} is withdrawn, with its corrections.", sent=sent
            )
        case True, False:
            return Phrase(
                "The message “{title}” of {sent} is withdrawn.", title=title, sent=sent
            )
    return Phrase(
        "The message “{title}” of {sent} is withdrawn, with its corrections.",
        title=title,
        sent=sent,
    )
