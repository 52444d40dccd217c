"""What stands in the place of somebody who asked to be forgotten.

    forgotten:9f0c…     a digest of his address by the service's key: what has to be
                        known again if he is named (that he left, whom he refused)
    forgotten:4be1…     drawn by lot: what only has to be told from other rows

Neither is an address: nothing can be written to it, and nobody can have it.
"""

import hashlib
import re
import secrets

#: what each begins with; no address does
FORGOTTEN = "forgotten:"
_BYTES = 16
#: of the key that digests are made by
KEY_BYTES = 32
#: what `about` ends with in the audit trail where it was too long
_CUT = "…"


def drawn() -> str:
    """One that tells nothing, and is equal to no other."""
    return FORGOTTEN + secrets.token_hex(_BYTES)


def digest(key: bytes, *names: str) -> str:
    """The one of these names, which nobody finds again without key and names."""
    made = hashlib.blake2b(digest_size=_BYTES, key=key, person=b"forgotten")
    # no JID has it (RFC 7622 §3)
    made.update("\0".join(names).encode())
    return FORGOTTEN + made.hexdigest()


def is_forgotten(name: str) -> bool:
    return name.startswith(FORGOTTEN)


def without(text: str, jid: str, stand_in: str) -> str:
    """The text with `stand_in` wherever it names this bare JID; not where it is a part
    of another one, `bob@example.org` say of `jim-bob@example.org`.
    """
    whole = rf"""(?<![^\s:/"'(<]){re.escape(jid)}(?![^\s:/"',)>{_CUT}])"""
    text = re.sub(whole, stand_in, text)
    head, blank, tail = text.removesuffix(_CUT).rpartition(" ")
    if text.endswith(_CUT) and "@" in tail and jid.startswith(tail):
        return f"{head}{blank}{stand_in}{_CUT}"
    return text
