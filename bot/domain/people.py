"""A person, as lists, imports and exports name one."""

from typing import NamedTuple


class Person(NamedTuple):
    """A bare JID and its preferences, None where nothing is said."""

    jid: str
    language: str | None = None
    timezone: str | None = None
    #: the latest xml:lang seen of the person
    language_seen: str | None = None
    #: since when messages to him came back too often, as a timestamp
    suspended: str | None = None
    #: quiet hours as they are stored (`bot.domain.quiet`)
    quiet: str | None = None
    #: until when he wants to hear nothing, as a timestamp
    paused_until: str | None = None
