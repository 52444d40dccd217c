"""The keys by which content is encrypted, here and in the services that run.

    a key is put first in the file ─► the service reads it (`carillon reload`)
      ─► what is written from then on is encrypted by it
      ─► `carillon db rekey`: all else, too ─► the keys below it can go

Nobody encrypts by a key that a running service has not read: it would have nothing to
send. docs/decisions/0043
"""

from pathlib import Path

from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.service.records import storage
from bot.service.records.health import health
from bot.settings import Settings
from bot.settings.comparing import KEYS, digests
from bot.store.database import SqlDatabase

#: of keys in a file that the service does not have
UNREAD = Phrase(
    "The running service has not read the keys in [storage] key_file: have it read them"
    " first, by `carillon reload`, or by a restart where systemd hands them over."
)


def require(database: SqlDatabase, key_file: Path | None) -> None:
    """Raises Conflict where something stored needs a key that is not at hand."""
    if database.look(storage.is_lacking, database.vault.names):
        raise Conflict(lacking(key_file))


def lacking(key_file: Path | None) -> Phrase:
    """What to do."""
    if key_file is None:
        return Phrase(
            "What people wrote is encrypted in the database, and the configuration"
            " names no key: [storage] key_file has to be the file with the key."
            " {command} decrypts all of it.",
            command="`carillon db rekey --with FILE`",
        )
    return Phrase(
        "Some of what people wrote is encrypted in the database by a key that is not"
        " in {file}: put it back there, in a line below the newest. If it is lost,"
        " {command} gives up what it encrypts.",
        file=key_file,
        command="`carillon db rekey --lost`",
    )


def take_up(database: SqlDatabase, settings: Settings) -> None:
    """The newest key is used from now on, unless a service that runs has not read it;
    then what would have to be encrypted is refused.
    """
    vault = database.vault
    if database.look(storage.is_noted, vault.newest):
        return
    if are_read(database, settings):
        database.call(storage.note, vault.newest)
    else:
        vault.withheld = UNREAD


def are_read(database: SqlDatabase, settings: Settings) -> bool:
    """Whether all services that run have the same keys as this configuration."""
    own = digests(settings, "").get(KEYS)
    theirs = (pulse.reading for pulse in database.look(health).up)
    return all(
        (None if reading is None else reading.digests.get(KEYS)) == own
        for reading in theirs
    )
