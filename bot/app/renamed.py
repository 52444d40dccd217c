"""Whether the service seems to have had another JID before."""

from collections.abc import Sequence

from bot.domain.phrase import Phrase
from bot.service.ports.outside import Database
from bot.service.records.health import strangers
from bot.settings import Settings


def hint(settings: Settings, database: Database) -> Phrase | None:
    """What to do where the database holds only the rows of others."""
    return told(settings.xmpp.addresses.own, database.look(strangers))


def told(own: str, others: Sequence[str]) -> Phrase | None:
    """The same, where it is known already whose rows there are beside no own ones."""
    if not others:
        return None
    return Phrase(
        "the database holds readers or announcements of {others}, none of {jid};"
        " if that is what this service was called, stop it and hand them over:"
        " {command}",
        others=", ".join(others),
        jid=own,
        command=f"carillon db adopt {others[0]}",
    )
