"""Text as its language writes it: capitals, and lengths in what people count.

Jinja's own filters know neither. `capitalize` makes the rest of a name small, `upper`
dots no Turkish i, and `truncate` cuts emoji and letters with accents in two.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

_DOTTED = frozenset({"az", "tr"})  #: i has a dot in capitals too
_GREEK_ACCENTS = {"\u0300", "\u0301", "\u0342"}
_ZWJ = "\u200d"
#: what belongs to the character before it, beside marks
_EXTENDING = re.compile(
    "[\u200c\u200d\u0e33\u0eb3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_LEADING_JAMO = ("\u1100", "\u115f")
_JAMO = ("\u1100", "\u11ff")
_VIRAMA = 9  #: the combining class of what ties two letters together


def upper(text: str, language: str) -> str:
    if language in _DOTTED:
        text = text.replace("i", "İ")
    if language == "el":
        text = _without_accents(text)
    return text.upper()


def lower(text: str, language: str) -> str:
    if language in _DOTTED:
        text = text.replace("İ", "i").replace("I", "\u0131")
    return text.lower()


def capitalised(text: str, language: str) -> str:
    """The first letter alone; the rest stays as it is."""
    if language == "nl" and text.startswith("ij"):
        return f"IJ{text[2:]}"
    if language in _DOTTED and text.startswith("i"):
        return f"İ{text[1:]}"
    return text[:1].title() + text[1:]


def truncated(text: str, length: int, *, whole: bool, end: str, leeway: int) -> str:
    """`text`, `end` included, in at most `length` characters as people count them;
    `leeway` more are let be. `whole`: words are not cut where there is another way.
    """
    most = length + leeway
    if len(text) <= most:
        return text
    clusters = list(islice(_clusters(text), most + 1))
    if len(clusters) <= most:
        return text
    kept = "".join(clusters[: max(length - len(list(_clusters(end))), 0)])
    if whole:
        kept = kept.rsplit(" ", 1)[0]
    return kept + end


def _clusters(text: str) -> Iterator[str]:
    """What readers take for one character (UAX 29, rather too much than too little)."""
    cluster = ""
    flags = 0
    for one in text:
        between = not cluster or _parted(cluster[-1], one, flags)
        if between and cluster:
            yield cluster
            cluster = ""
        flags = flags + 1 if _within(one, _FLAG_LETTERS) else 0
        if between and flags:
            flags = 1
        cluster += one
    if cluster:
        yield cluster


def _parted(last: str, one: str, flags: int) -> bool:
    """Whether a new cluster begins with `one`; `flags`: letters of flags so far."""
    if unicodedata.category(one).startswith("M") or _EXTENDING.match(one):
        return False
    return not (
        last == _ZWJ
        or (last, one) == ("\r", "\n")
        or (flags == 1 and _within(one, _FLAG_LETTERS))
        or (_within(one, _JAMO) and _syllable(last, one))
        or (unicodedata.combining(last) == _VIRAMA and one.isalpha())
    )


def _syllable(last: str, one: str) -> bool:
    """Korean, letter by letter: leading ones tie to all, the others to no leading."""
    if _within(last, _LEADING_JAMO):
        return True
    hangul = _within(last, _JAMO) or "\uac00" <= last <= "\ud7a3"
    return hangul and not _within(one, _LEADING_JAMO)


def _within(one: str, bounds: tuple[str, str]) -> bool:
    return bounds[0] <= one <= bounds[1]


def _without_accents(text: str) -> str:
    """Greek capitals have none; the dots that part two vowels stay."""
    parted = unicodedata.normalize("NFD", text)
    kept = "".join(
        one
        for before, one in zip(f" {parted}", parted, strict=False)
        if not (one in _GREEK_ACCENTS and _is_greek(before))
    )
    return unicodedata.normalize("NFC", kept)


def _is_greek(one: str) -> bool:
    return "\u0370" <= one <= "\u03ff" or one == "\u0308"
