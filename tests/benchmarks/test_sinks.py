"""The counting of the benchmark's sinks."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fanout.sinks import END, Count

STANZA = b"<message to='a@b'><body>hi</body></message>"


@given(st.integers(0, 5), st.lists(st.integers(1, 60), max_size=20))
def test_split_reads(stanzas: int, sizes: list[int]) -> None:
    """Every stanza is counted once, wherever reads are cut."""
    stream = STANZA * stanzas + b"<iq/>"
    count = Count()
    for size in sizes:
        piece, stream = stream[:size], stream[size:]
        if piece:
            count.take(7, piece)
    count.take(7, stream or b" ")
    assert count.count == stanzas


def test_two_streams() -> None:
    """Halves of an end tag from two streams do not make one."""
    count = Count()
    count.take(1, b"<message>" + END[:5])
    count.take(2, END[5:])
    assert count.count == 0
    count.take(1, END[5:])
    assert count.count == 1
