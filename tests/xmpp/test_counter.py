"""The `h` of XEP-0198: read strictly, and followed over 2^32."""

import asyncio
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp.xmlstream import StanzaBase

from bot.engine.wire import StreamLost
from bot.xmpp.writing import counter
from bot.xmpp.writing.counter import MODULUS
from bot.xmpp.writing.positions import Pending, Positions
from bot.xmpp.writing.stream_management import NS, StreamManagement

SENSELESS = (
    *(
        "-1",
        "+1",
        " 1",
        "1 ",
        "1_0",
        "1.0",
        "1e1",
        "0x1",
        "",
        "x",
        "٣",
        "\uff13",
        "²",
        "1\n",
    ),
    *(str(MODULUS), str(MODULUS + 1), "9" * 30, "9" * 5_000, "0" * 5_000, "\ud800"),
)
#: of the positions, some of which lie about a wrap
STARTS = st.integers(0, 2**66) | st.integers(-50, 50).map(lambda n: MODULUS * 3 + n)


class Stream:
    """What stream management asks of a stream: it notes that it is given up."""

    bound = True

    def __init__(self) -> None:
        self.aborted = False
        self.handlers: dict[str, Any] = {}
        self.written: list[str] = []

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def send_raw(self, data: str | bytes) -> None:
        self.written.append(str(data))

    def register_feature(self, *_: Any, **__: Any) -> None: ...

    def register_handler(self, handler: Any, before: Any = None) -> None:  # noqa: ARG002 - slixmpp's signature
        self.handlers[handler.name.removeprefix("XEP-0198 ")] = handler

    def event(self, name: str, data: Any = None) -> None: ...

    def abort(self) -> None:
        self.aborted = True

    def begin(self, acknowledgements: object) -> None: ...

    def resume(self, acknowledgements: object, again: bytes) -> None: ...

    def hear(self, name: str, **attributes: str) -> None:
        xml = ET.Element(f"{{{NS}}}{name}", attributes)
        self.handlers[name].run(StanzaBase(xml=xml))


@pytest.mark.parametrize("text", [None, *SENSELESS], ids=lambda text: repr(text)[:12])
def test_what_is_no_count(text: str | None) -> None:
    """Only digits from 0 to 9 that say less than 2^32 are a count."""
    with pytest.raises(ValueError, match=r".*"):
        counter.read(text)


@given(st.integers(0, MODULUS - 1), st.integers(0, 5))
def test_what_is_one(count: int, zeros: int) -> None:
    """Every other number is itself, as the other side counts on from it."""
    assert counter.read("0" * zeros + str(count)) == count
    assert counter.after(count) in {count + 1, 0}
    assert counter.read(str(counter.after(count))) == counter.after(count)


@given(STARTS, st.integers(0, 3_000), st.data())
def test_over_wraps(acknowledged: int, more: int, data: st.DataObject) -> None:
    """Each `h` between what is acknowledged and what is written is that very place."""
    written = acknowledged + more
    reached = data.draw(st.integers(acknowledged, written))
    found = counter.position(
        str(reached % MODULUS), acknowledged=acknowledged, written=written
    )
    assert found == reached


@given(STARTS, st.integers(0, 3_000), st.integers(1, 3_000))
def test_beyond_and_backwards(acknowledged: int, more: int, off: int) -> None:
    """An `h` beyond what is written, or before what is acknowledged, is none."""
    written = acknowledged + more
    for wrong in (written + off, acknowledged - off):
        with pytest.raises(ValueError, match="are open"):
            counter.position(
                str(wrong % MODULUS), acknowledged=acknowledged, written=written
            )


@given(STARTS, st.lists(st.integers(0, 300), max_size=30))
def test_a_session_over_wraps(start: int, steps: list[int]) -> None:
    """Written and acknowledged in any steps, what waits is what is not taken yet."""
    positions = Positions(keep=True)
    positions.written = positions.acknowledged = start
    for number, step in enumerate(steps):
        positions.record([b"x"] * step)
        taken = start + (positions.written - start) * (number % 3) // 2
        taken = max(taken, positions.acknowledged)
        positions.acknowledge(
            counter.position(
                str(taken % MODULUS),
                acknowledged=positions.acknowledged,
                written=positions.written,
            )
        )
        assert positions.acknowledged == taken
        assert len(positions.unacknowledged) == positions.written - taken


def _session() -> tuple[Stream, StreamManagement, Pending]:
    """One in which three stanzas are written and one is acknowledged."""
    stream = Stream()
    managed = StreamManagement(stream, patience=60)
    managed.enabled = True
    pending = managed.positions.open()
    managed.positions.record([b"<message/>"] * 3, pending)
    managed.positions.close(pending)
    stream.hear("a", h="1")
    return stream, managed, pending


@pytest.mark.parametrize(
    "text", [*SENSELESS, "0", "4", str(MODULUS - 1)], ids=lambda text: repr(text)[:12]
)
def test_a_senseless_acknowledgement(text: str) -> None:
    """An `<a/>` that cannot be acknowledges nothing, and ends the session unknown."""

    async def scenario() -> None:
        stream, managed, pending = _session()
        stream.hear("a", h=text)
        assert stream.aborted
        assert not managed.resumable
        with pytest.raises(StreamLost) as lost:
            await pending.wait()
        assert lost.value.handled is None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("text", "handled"), [("2", 2), ("1", 1), ("0", None), ("-1", None), ("٣", None)]
)
def test_a_resumption_that_failed(text: str, handled: int | None) -> None:
    """The `h` of `<failed/>` is read as strictly; a senseless one says nothing."""

    async def scenario() -> None:
        stream, managed, pending = _session()
        managed._previous = "x"
        stream.bound = False
        managed.enabled = False
        negotiating = asyncio.create_task(managed._negotiate(StanzaBase()))
        await asyncio.sleep(0)  # it asks
        stream.hear("failed", h=text)
        assert await negotiating is False
        assert not stream.aborted
        with pytest.raises(StreamLost) as lost:
            await pending.wait()
        assert lost.value.handled == handled

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["enabled", "resumed", "failed"])
def test_answers_that_nobody_asked_for(name: str) -> None:
    """Without a question they change nothing."""

    async def scenario() -> None:
        stream, managed, pending = _session()
        stream.hear(name, h="1", id="x", resume="true")
        assert not stream.aborted
        assert managed.enabled
        assert not managed.resumable
        stream.hear("a", h="3")
        await pending.wait()

    asyncio.run(scenario())
