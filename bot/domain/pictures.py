"""Pictures that contacts wear: PNG or JPEG, told apart by what is in them."""

import hashlib
import struct
import zlib
from dataclasses import dataclass

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

#: of a picture; it is sent to everybody who looks at the contact
MAX_BYTES = 65_536
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
#: JPEG's markers that are followed by the picture's size (ITU T.81, table B.1)
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    content: bytes
    #: image/png or image/jpeg
    type: str
    #: in pixels
    width: int
    height: int

    @property
    def digest(self) -> str:
        """SHA-1 in hexadecimal digits: the name of it in XEP-0084 and XEP-0153."""
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()


def picture(content: bytes) -> Picture:
    """What a file holds; raises Invalid where it is too large, another format, or
    not there as a whole.
    """
    if len(content) > MAX_BYTES:
        raise Invalid(
            Phrase(
                "it has more than {most} bytes: 128 pixels square will do",
                most=MAX_BYTES,
            )
        )
    if content.startswith(_PNG):
        kind, found = "image/png", _size_of_png(content)
    elif content.startswith(_JPEG):
        kind, found = "image/jpeg", _size_of_jpeg(content)
    else:
        raise Invalid(Phrase("it is neither a PNG nor a JPEG"))
    if found is None or not all(found):
        raise Invalid(Phrase("it is no whole picture: save it again"))
    return Picture(content=content, type=kind, width=found[0], height=found[1])


def _size_of_png(content: bytes) -> tuple[int, int] | None:
    """Width and height; None where it is cut off or damaged (PNG 1.2, §3)."""
    at, size = len(_PNG), None
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            return None
        (check,) = struct.unpack_from(">I", content, end - 4)
        if check != zlib.crc32(content[at + 4 : end - 4]):
            return None
        if kind == b"IHDR" and length >= 8:  # noqa: PLR2004 - two numbers
            size = struct.unpack_from(">II", content, at + 8)
        if kind == b"IEND":
            return size
        at = end
    return None


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    """Likewise (ITU T.81, annex B): segments up to the frame, and an end of image."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return (width, height) if content.rfind(b"\xff\xd9") > at else None
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + length
    return None
