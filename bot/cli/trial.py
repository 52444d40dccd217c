"""Whom a template is tried out for: anybody, a list's readers, or one reader."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import typer

from bot.cli import session
from bot.desk.verb import Plain
from bot.desk.verbs import lists, subscribers
from bot.domain.lists import AnnouncementList, Subscriber
from bot.domain.phrase import Phrase
from bot.service.rules.policy import list_context

_READER = "reader@example.org"
_SAMPLE = {
    "list_name": "news",
    "list_title": "News",
    "list_address": "news@announce.example.org",
    "service": "announce.example.org",
    "recipient": _READER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is said there of list and reader, and what is known of them."""

    context: Mapping[str, str]
    #: the list's, where one is known
    language: str | None = None
    timezone: str = "UTC"
    reader: Subscriber | None = None
    #: normalised; None: for all languages
    jid: str | None = None

    @property
    def wish(self) -> str:
        """The reader's language, '' where it is not known."""
        known = self.reader
        return (known.language or known.language_seen or "") if known else ""

    @property
    def own_timezone(self) -> str | None:
        """What the reader chose."""
        return self.reader.timezone if self.reader else None

    @property
    def known(self) -> Phrase:
        """What the choice of language and zone rests on."""
        if self.reader is None:
            return Phrase("nothing yet: as for a new reader")
        if self.reader.language:
            return Phrase("the language is chosen")
        if self.reader.language_seen:
            return Phrase("the language is the one last seen")
        return Phrase("no language is known")


def trial(context: typer.Context, jid: str | None, list_name: str | None) -> Trial:
    """What the database knows; it is not opened where nobody is named.

    Without a list, the default one speaks, if there is one.
    """
    if jid is None and list_name is None:
        return Trial(context=_SAMPLE)
    with session.desk_of(context) as desk:
        address, reader = _READER, None
        if jid is not None:
            person = subscribers.PersonName(jid)
            address, reader = desk.ask_here(subscribers.FIND(person))
        voice: AnnouncementList | None
        if list_name is not None:
            voice = desk.ask_here(lists.SHOW(lists.ListName(list_name)))
        else:
            every = desk.ask_here(lists.LIST(Plain("lists")))
            voice = next((entry for entry, _ in every if entry.is_default), None)
        if voice is None:
            found = Trial(context={**_SAMPLE, "recipient": address})
        else:
            found = Trial(
                context=list_context(desk.policy, voice, address),
                language=voice.language,
                timezone=voice.timezone,
            )
    return replace(found, reader=reader, jid=address if jid is not None else None)
