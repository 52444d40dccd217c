"""What people wrote, encrypted where it lies: by AES-256-GCM (NIST SP 800-38D).

A sealed value is a text, whatever it was before:

    U+0002 sealed: NAME OF THE KEY : base64 of nonce (96 random bits), ciphertext, tag

What is encrypted is the value as JSON. Authenticated beside it is its place, table and
column, and the broadcast where the row is of one: a text that somebody has moved from
one place to another is as good as gone. Which columns are sealed, the tables say
(`CONTENT`); docs/decisions/0043.

docs/conformance.md, Limits and rights: content at rest
"""

import base64
import binascii
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.store.tables import CONTENT

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

log = logging.getLogger(__name__)

#: no text of XMPP begins so: U+0002 is no character of XML 1.0 (§2.2)
_MARK = "\x02sealed:"
_NONCE_BYTES = 12


def name_of(key: bytes) -> str:
    """By which rows say what they are sealed by; it tells nothing of the key."""
    return hashlib.sha256(b"carillon key:" + key).hexdigest()[:16]


def columns_of(table: sa.Table) -> list["sa.Column[Any]"]:
    """Those that hold what people wrote."""
    return [column for column in table.c if column.info.items() >= CONTENT.items()]


def is_sealed(stored: Any) -> bool:
    return isinstance(stored, str) and stored.startswith(_MARK)


class Vault:
    """Seals by the first of `keys`, opens by any of them, and by the `former` ones.

    Keys are 32 bytes. Without any, what is put in stays as it is.
    """

    def __init__(
        self, keys: Iterable[bytes] = (), former: Iterable[bytes] = ()
    ) -> None:
        current = [name_of(key) for key in keys]
        #: of the key that seals
        self.newest = next(iter(current), None)
        self._ciphers = {name_of(key): _cipher(key) for key in (*keys, *former)}
        #: why nothing may be sealed for now
        self.withheld: Phrase | None = None
        self._told: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        """Of all keys that open something."""
        return frozenset(self._ciphers)

    def seal(
        self, column: "sa.Column[Any]", value: Any, broadcast_id: int | None = None
    ) -> Any:
        """As it is to be stored there; None stays None. Raises Conflict where sealing
        is withheld.
        """
        if self.newest is None or value is None:
            return value
        if self.withheld is not None:
            raise Conflict(self.withheld)
        nonce, text = os.urandom(_NONCE_BYTES), json.dumps(value).encode()
        place = _place(column, broadcast_id)
        sealed = nonce + self._ciphers[self.newest].encrypt(nonce, text, place)
        return f"{_MARK}{self.newest}:{base64.b64encode(sealed).decode()}"

    def open(
        self, column: "sa.Column[Any]", stored: Any, broadcast_id: int | None = None
    ) -> Any:
        """What was put in; None where no key here opens it."""
        if not is_sealed(stored):
            return stored
        name, _, text = stored.removeprefix(_MARK).partition(":")
        try:
            sealed = base64.b64decode(text, validate=True)
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            place = _place(column, broadcast_id)
            return json.loads(self._ciphers[name].decrypt(nonce, rest, place))
        except (KeyError, binascii.Error, ValueError, _invalid_tag()):
            self._tell(column, name)
            return None

    def _tell(self, column: "sa.Column[Any]", name: str) -> None:
        """Once for each key: there may be as many rows as there are readers."""
        if name not in self._told:
            self._told.add(name)
            log.error("what is stored in %s cannot be decrypted", column)

    def is_current(self, stored: Any) -> bool:
        """Whether it is stored as it would be now."""
        if stored is None:
            return True
        if self.newest is None:
            return not is_sealed(stored)
        return is_sealed(stored) and stored.startswith(f"{_MARK}{self.newest}:")

    def seal_all(self, table: sa.Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row's values by the names of their columns, as they are to be stored."""
        broadcast_id = values.get("broadcast_id")
        sealed = {
            column.name: self.seal(column, values[column.name], broadcast_id)
            for column in columns_of(table)
            if column.name in values
        }
        return {**values, **sealed}


def _place(column: "sa.Column[Any]", broadcast_id: int | None) -> bytes:
    whose = "" if broadcast_id is None else f" {broadcast_id}"
    return f"{column.table.name}.{column.name}{whose}".encode()


def _cipher(key: bytes) -> "AESGCM":
    # where no keys are configured, no command waits until this is loaded
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key)


def _invalid_tag() -> type[Exception]:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - likewise

    return InvalidTag
