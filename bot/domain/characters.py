"""The one check for characters that XML 1.0 cannot carry.

XML 1.0 (fifth edition) §2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] |
[#xE000-#xFFFD] | [#x10000-#x10FFFF]. A server closes the stream on any other.
"""

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def illegal(text: str) -> str | None:
    """The first character that XML cannot carry, as `U+0000`; None if all is well."""
    found = _ILLEGAL.search(text)
    return f"U+{ord(found.group()):04X}" if found else None
