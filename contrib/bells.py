"""Draws the bells that lists wear who have no picture of their own.

    python -m contrib.bells          # into bot/xmpp/doors/contacts/pictures

One bell, white on a colour, for each colour one PNG of sixteen shades: 128 pixels
square, some 600 bytes. Clients cut it round or show it as it is, so it stands in
the middle and the colour goes to the edges.
"""

import math
import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise

from bot.xmpp.doors.contacts.bells import FOLDER

PIXELS = 128
SHADES = 16
FINE = 4  #: looks at each pixel, in each direction

#: dark enough for white upon it
COLOURS: Mapping[str, tuple[int, int, int]] = {
    "amber": (0xB4, 0x6A, 0x00),
    "blue": (0x1F, 0x6F, 0xC5),
    "brown": (0x7B, 0x52, 0x36),
    "crimson": (0xB8, 0x2B, 0x45),
    "graphite": (0x4E, 0x58, 0x63),
    "green": (0x2E, 0x7D, 0x3A),
    "indigo": (0x3F, 0x48, 0xA8),
    "olive": (0x6E, 0x72, 0x10),
    "pink": (0xB8, 0x3B, 0x87),
    "purple": (0x76, 0x3C, 0xA8),
    "teal": (0x00, 0x7A, 0x7A),
    "vermilion": (0xC4, 0x45, 0x1C),
}

#: (how far down, how far from the middle), the bell's outline from crown to lip
OUTLINE = (
    (-0.50, 0.00),
    (-0.47, 0.13),
    (-0.38, 0.22),
    (-0.20, 0.285),
    (0.05, 0.33),
    (0.20, 0.40),
    (0.30, 0.50),
    (0.34, 0.53),
)
LIP = (0.34, 0.42, 0.57)  #: from, to, how far from the middle
CLAPPER = (0.50, 0.115)  #: its centre's place, its radius
LOOP = (-0.56, 0.10, 0.05)  #: likewise, the radius of its hole


def main() -> None:
    shades = list(_shades())
    for name, colour in COLOURS.items():
        (FOLDER / f"{name}.png").write_bytes(_png(shades, colour))


def _shades() -> Iterator[bytes]:
    """The rows, two pixels in a byte: 0 is the colour, 15 is white."""
    most = FINE * FINE
    for row in range(PIXELS):
        shades = [
            round(sum(map(_is_bell, _looks(column, row))) / most * (SHADES - 1))
            for column in range(PIXELS)
        ]
        yield bytes(a << 4 | b for a, b in zip(shades[::2], shades[1::2], strict=True))


def _looks(column: int, row: int) -> Iterator[tuple[float, float]]:
    """Places within a pixel; the picture goes from -1 to 1, its middle is 0."""
    for x in range(FINE):
        for y in range(FINE):
            yield (
                (column + (x + 0.5) / FINE) / PIXELS * 2 - 1,
                (row + (y + 0.5) / FINE) / PIXELS * 2 - 1,
            )


def _is_bell(place: tuple[float, float]) -> bool:
    across, down = abs(place[0]), place[1]
    top, bottom, width = LIP
    if top < down <= bottom:
        return across <= width
    centre, radius = CLAPPER
    if down > bottom + 0.03 and math.hypot(across, down - centre) <= radius:
        return True
    centre, radius, hole = LOOP
    if hole <= math.hypot(across, down - centre) <= radius:
        return True
    return across <= _half_width(down)


def _half_width(down: float) -> float:
    for (above, wide), (below, wider) in pairwise(OUTLINE):
        if above <= down <= below:
            return wide + (wider - wide) * (down - above) / (below - above)
    return -1


def _png(rows: list[bytes], colour: tuple[int, int, int]) -> bytes:
    """PNG 1.2: four bits a pixel, each a place in the palette."""
    header = struct.pack(">IIBBBBB", PIXELS, PIXELS, 4, 3, 0, 0, 0)
    palette = bytes(
        round(part + (255 - part) * shade / (SHADES - 1))
        for shade in range(SHADES)
        for part in colour
    )
    content = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _counted(kind, data) for kind, data in chunks
    )


def _counted(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


if __name__ == "__main__":
    main()
