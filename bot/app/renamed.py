"""Whether the service seems to have had another JID before."""

from bot.domain.phrase import Phrase
from bot.service.ports.outside import Clock, Database
from bot.service.records.health import strangers
from bot.settings import Settings


def hint(settings: Settings, database: Database, clock: Clock) -> Phrase | None:
    """What to do where the database holds only the rows of others."""
    others = database.look(strangers, clock)
    if not others:
        return None
    return Phrase(
        "the database holds readers or announcements of {others}, none of {jid};"
        " if that is what this service was called, stop it and hand them over:"
        " {command}",
        others=", ".join(others),
        jid=settings.xmpp.addresses.own,
        command=f"carillon db adopt {others[0]}",
    )
