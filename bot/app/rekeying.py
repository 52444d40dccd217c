"""All content encrypted anew, by what the configuration says now."""

import contextlib
from pathlib import Path

from bot.app import keys
from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.service.records import storage
from bot.service.records.storage import Rekeyed
from bot.settings import Settings, values
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault
from bot.store.upgrade import require_head

#: of a service that has keys where none are configured any more
_RUNNING = Phrase(
    "The running service still encrypts what people write: stop it first."
)


def rekey(settings: Settings, former: Path | None, *, lost: bool) -> Rekeyed:
    """Have all content encrypted by the newest key of the configuration, or by none
    where it names none; beside its keys those of the file `former` decrypt. `lost`:
    what no key decrypts is given up.

    Raises Invalid where `former` holds no keys, Conflict where a key is missing, or a
    service runs that has not read the same keys.
    """
    url, service = settings.database.url, settings.xmpp.addresses.own
    others = values.keys(former) if former is not None else ()
    vault = Vault(settings.storage.keys, others)
    require_head(url)
    with contextlib.closing(SqlDatabase(url, service, vault=vault)) as database:
        if not lost:
            keys.require(database, settings.storage.key_file)
        if not keys.are_read(database, settings):
            raise Conflict(keys.UNREAD if vault.newest else _RUNNING)
        database.call(storage.note, vault.newest)
        return storage.rekey(database, vault.newest, lost=lost)
