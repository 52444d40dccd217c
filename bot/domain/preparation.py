"""What Nodeprep (RFC 3920 appendix A) and Nameprep (RFC 3491) have in common: text
mapped, normalised and judged as stringprep (RFC 3454) does it, on Unicode 3.2.

What that version does not know servers register for nobody, and what they make of it
differs (one takes `ᴿoot` for `root`): it is refused here.
"""

import stringprep
from collections.abc import Callable
from unicodedata import normalize, ucd_3_2_0

from bot.domain.phrase import Phrase

#: without those of ASCII, which each profile has in its own way
_PROHIBITED: tuple[Callable[[str], bool], ...] = (
    stringprep.in_table_c12,
    stringprep.in_table_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


class Unpreparable(Exception):
    """Why a text cannot be part of a JID."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


def prepared(text: str) -> str:
    """Doing it again changes nothing; raises Unpreparable."""
    if text.isascii():
        return text.lower()
    for one in text:
        if stringprep.in_table_a1(one):
            raise Unpreparable(
                Phrase(
                    "servers do not know the character {code}; they go by Unicode 3.2",
                    code=f"U+{ord(one):04X}",
                )
            )
    mapped = "".join(_folded(one) for one in text if not stringprep.in_table_b1(one))
    normal = ucd_3_2_0.normalize("NFKC", mapped)
    if normal != normalize("NFKC", mapped):  # corrected since: each has his own
        raise Unpreparable(Phrase("it has characters that servers read differently"))
    if any(table(one) for one in normal for table in _PROHIBITED):
        raise Unpreparable(Phrase("it has invisible characters"))
    if _mixes_directions(normal):
        raise Unpreparable(Phrase("it mixes directions of writing"))
    return normal


def _folded(one: str) -> str:
    """Table B.2. Python has today's lower case for it, which knows of more."""
    folded = stringprep.map_table_b2(one)
    return one if any(map(stringprep.in_table_a1, folded)) else folded


def _mixes_directions(text: str) -> bool:
    """RFC 3454 §6."""
    if not any(map(stringprep.in_table_d1, text)):
        return False
    leftward = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return not leftward or any(map(stringprep.in_table_d2, text))
