"""What a file must hold to be worn as a picture."""

import struct

import pytest

from bot.domain.errors import Invalid
from bot.domain.pictures import MAX_BYTES, picture
from bot.xmpp.doors.contacts.bells import FOLDER, bell

BELL = bell("news").content
#: start, a segment, a frame of 20 times 30, an end: all that is looked at
JPEG = (
    b"\xff\xd8"
    + (b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF".ljust(14, b"\0"))
    + (b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 30, 20) + bytes(10))
    + b"\xff\xd9"
)


def test_what_it_is() -> None:
    """Format and size are read from the file itself."""
    found = picture(BELL)
    assert (found.type, found.width, found.height) == ("image/png", 128, 128)
    found = picture(JPEG)
    assert (found.type, found.width, found.height) == ("image/jpeg", 20, 30)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"GIF89a", "neither a PNG nor a JPEG"),
        (b"<svg/>", "neither a PNG nor a JPEG"),
        (BELL + bytes(MAX_BYTES), "more than 65536 bytes"),
        *((BELL[:cut], "no whole picture") for cut in (8, 20, 60, len(BELL) - 1)),
        (BELL[:50] + b"?" + BELL[51:], "no whole picture"),
        (BELL[:8] + BELL[33:], "no whole picture"),  # without its header
        (JPEG[:-2], "no whole picture"),
        (JPEG[:12], "no whole picture"),
        (b"\xff\xd8\xff\xe0\0\0" + JPEG, "no whole picture"),
    ],
)
def test_what_it_is_not(content: bytes, why: str) -> None:
    """Other formats, what is too large, cut off or damaged is refused, and why."""
    with pytest.raises(Invalid, match=why):
        picture(content)


def test_bells() -> None:
    """Each shipped picture is small enough for XEP-0153 and differs from the others; a
    list always wears the same.
    """
    files = sorted(FOLDER.glob("*.png"))
    found = [picture(file.read_bytes()) for file in files]
    assert len({one.digest for one in found}) == len(files) >= 8
    assert max(len(one.content) for one in found) <= 8192
    assert bell("news") == bell("news") != bell("maintenance")
    assert {bell(f"list{number}").digest for number in range(200)} == {
        one.digest for one in found
    }
