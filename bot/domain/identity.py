"""Message ids: the broadcast's key, a dot, a keyed digest of the recipient.

The same (broadcast, recipient) always has the same id, so a repeat can be told
from a new message; nobody without the secret can make one, so a bounce can be
told from a forgery without asking the database.
"""

import hashlib
import hmac
import secrets

_DIGEST_BYTES = 10


def new_key() -> str:
    """A broadcast's key."""
    return secrets.token_hex(8)


def key_of(message_id: str) -> str:
    """The broadcast's key in one of our own ids."""
    return message_id.partition(".")[0]


class MessageIds:
    """Ids under one secret (16 to 64 bytes)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, broadcast_key: str) -> "BroadcastIds":
        """Ids of one broadcast."""
        key = hashlib.blake2b(broadcast_key.encode(), key=self._secret).digest()
        return BroadcastIds(broadcast_key, key)

    def broadcast_of(self, message_id: str, bare_jid: str) -> str | None:
        """The broadcast's key if we sent this id to this recipient, else None."""
        broadcast_key, dot, _ = message_id.partition(".")
        if not dot:
            return None
        expected = self.of(broadcast_key).to(bare_jid)
        same = hmac.compare_digest(expected.encode(), message_id.encode())
        return broadcast_key if same else None


class BroadcastIds:
    def __init__(self, broadcast_key: str, key: bytes) -> None:
        self._prefix = broadcast_key + "."
        # Taking the key in is most of a digest's work: once, then copied.
        self._keyed = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)

    def to(self, bare_jid: str) -> str:
        """The id of this broadcast's message to a bare JID."""
        digest = self._keyed.copy()
        digest.update(bare_jid.encode())
        return self._prefix + digest.hexdigest()
