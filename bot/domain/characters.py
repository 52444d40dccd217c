"""Characters that XML cannot carry, and those that no log or terminal should see.

XML 1.0 (fifth edition) §2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] |
[#xE000-#xFFFD] | [#x10000-#x10FFFF]. A server closes the stream on any other.

What XML carries may still be a control character (C1, DEL) or turn the direction
of writing. Sentences of ours that quote input go through `printable`; logs, tables
and whatever else shows stored text letter by letter, through `line` or `block`.
"""

import re
import unicodedata

MOST_PRINTED = 500  #: characters

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: C0, DEL and C1; line and paragraph separators; bidi embeddings, overrides and
#: isolates; lone surrogates
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: white space but for what French puts before its stops
_SPACE = re.compile("[^\\S\xa0\u202f]+")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def illegal(text: str) -> str | None:
    """The first character that XML cannot carry, as `U+0000`; None if all is well."""
    found = _ILLEGAL.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def legal(text: str) -> str:
    """`text` with U+FFFD for what XML cannot carry."""
    return _ILLEGAL.sub("\ufffd", text)


def printable(text: str) -> str:
    """One line, cut off, with U+FFFD for what is no visible character.

    Control characters and those that turn the direction of writing may come in
    with whatever a text quotes.
    """
    words = _SPACE.sub(" ", text).strip()
    return "".join(map(_seen, words[:MOST_PRINTED]))


def line(text: str) -> str:
    """`text` on one line, what a terminal must not see written as an escape."""
    return _UNSAFE.sub(_escaped, text)


def block(text: str) -> str:
    """Like `line`, but lines and tabs stay."""
    return "\n".join(
        "\t".join(line(part) for part in row.split("\t")) for row in text.split("\n")
    )


def _seen(character: str) -> str:
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Co"}
    return "\ufffd" if hidden else character


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    named = _NAMED.get(found.group())
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")  # noqa: PLR2004
