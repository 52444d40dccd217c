"""Whom a template is tried out for: anybody, a list's readers, or one reader."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bot.cli import session
from bot.cli.parts import configured, lists, subscribers, verb
from bot.domain.lists import AnnouncementList, Subscriber
from bot.domain.message import MessageType
from bot.domain.phrase import Phrase
from bot.domain.voice import STAND_IN_RECIPIENT, Voice

if TYPE_CHECKING:
    from bot.settings import Settings

#: who speaks where none is configured
_SAMPLE = Voice(
    address="news@announce.example.org",
    service="announce.example.org",
    type=MessageType.CHAT,
    language="",
    timezone="UTC",
    title="News",
    list_name="news",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Who speaks to whom, and what is known of the reader."""

    voice: Voice = _SAMPLE
    reader: Subscriber | None = None
    #: normalised; None: for all languages
    jid: str | None = None

    @property
    def context(self) -> dict[str, str]:
        """What the template may know beside its fields."""
        return self.voice.context(self.jid or STAND_IN_RECIPIENT)

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
        return Trial(voice=_configured(session.settings_of(context)))
    with session.desk_of(context) as desk:
        reader = None
        if jid is not None:
            person = subscribers.PersonName(jid)
            jid, reader = desk.ask_here(subscribers.FIND(person))
        speaks: AnnouncementList | None
        if list_name is not None:
            speaks = desk.ask_here(lists.SHOW(lists.ListName(list_name)))
        else:
            every = desk.ask_here(lists.LIST(verb.Plain("lists")))
            speaks = next((entry for entry, *_ in every if entry.is_default), None)
        voice = desk.policy.voice_of(speaks) if speaks is not None else _SAMPLE
    return Trial(voice=voice, reader=reader, jid=jid)


def _configured(settings: "Settings") -> Voice:
    """The default list's, as it is configured."""
    for entry in configured.lists_of(settings):
        if entry.is_default:
            return configured.policy_of(settings).voice_of(entry)
    return _SAMPLE
