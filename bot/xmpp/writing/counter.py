"""The counter `h` of XEP-0198 1.6 §4: how many stanzas one side has handled.

It starts at 0 and comes back to it after 2^32 - 1. Ours goes out as `after`, the
server's is read into a position, which never wraps (`positions`).

docs/conformance.md, Limits and rights: h of XEP-0198
"""

import re

MODULUS = 2**32
#: xs:unsignedInt: Python's own reading knows signs, blanks and other scripts' digits
_COUNT = re.compile(r"0*[0-9]{1,10}")


def after(count: int) -> int:
    """One more was handled."""
    return (count + 1) % MODULUS


def read(text: str | None) -> int:
    """What an `h` says; raises ValueError where that is no count."""
    if text is None or not _COUNT.fullmatch(text):
        raise ValueError("h is no number")
    count = int(text)
    if count >= MODULUS:
        raise ValueError(f"h is {count}")
    return count


def position(text: str | None, *, acknowledged: int, written: int) -> int:
    """The position that an `h` stands for; raises ValueError where there is none.

    The server never takes back what it has acknowledged, and takes nothing that was
    not written: so it is the one from `acknowledged` to `written` with this remainder.
    """
    found = acknowledged + (read(text) - acknowledged) % MODULUS
    if found > written:
        raise ValueError(f"h is {text}, from {acknowledged} to {written} are open")
    return found
