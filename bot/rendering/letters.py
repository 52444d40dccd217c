"""Text as its language writes it: capitals, and lengths in what people count.

Jinja's own filters know neither. `capitalize` makes the rest of a name small, `upper`
dots no Turkish i, and `truncate` cuts emoji and letters with accents in two.
"""

import unicodedata
from itertools import islice

import regex

_DOTTED = frozenset({"az", "tr"})  #: i has a dot in capitals too
_GREEK_ACCENTS = {"\u0300", "\u0301", "\u0342"}
#: what readers take for one character (UAX 29)
_CLUSTER = regex.compile(r"\X")


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
    clusters = [found[0] for found in islice(_CLUSTER.finditer(text), most + 1)]
    if len(clusters) <= most:
        return text
    kept = "".join(clusters[: max(length - len(_CLUSTER.findall(end)), 0)])
    if whole:
        kept = kept.rsplit(" ", 1)[0]
    return kept + end


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
