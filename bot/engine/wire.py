"""What the engine needs of a connection; `bot.xmpp` provides it.

One connection writes for all chunks. A write is a page of deliveries followed by
an acknowledgement request; its `Barrier` resolves once the server has answered.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bot.domain.message import Announcement


class Stencil(Protocol):
    """An announcement serialised once, with the recipient and the id left open."""

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:
        """The whole stanza; `to` is a JID, `stanza_id` the message and origin id,
        `original` the id of the message that it amends.
        """
        ...


class Delivery(NamedTuple):
    """One message to one recipient; a tuple, for there is one for each reader."""

    stencil: Stencil
    #: a bare JID
    to: str
    id: str
    #: of the message that it amends, if any
    original: str = ""


class StreamLost(Exception):
    """The connection ended before the server acknowledged.

    `handled` is how many stanzas of the write the server is known to have taken
    (from XEP-0198's h), or None where nobody can tell. `blamed` is True where
    the server closed with a stream error that may be the content's fault.
    """

    def __init__(self, *, handled: int | None, blamed: bool) -> None:
        super().__init__(f"stream lost, handled={handled}, blamed={blamed}")
        self.handled = handled
        self.blamed = blamed


class Barrier(Protocol):
    """A write on its way to being acknowledged."""

    @property
    def is_lost(self) -> bool:
        """It will never be acknowledged: `wait` raises at once."""
        ...

    async def wait(self) -> None:
        """Return once all of the write is acknowledged; raises StreamLost.

        Over a cut that may be resumed it waits on.
        """
        ...


class Wire(Protocol):
    """An XMPP connection that can carry many messages."""

    @property
    def is_ready(self) -> bool:
        """A session is up and stanzas may be written."""
        ...

    async def ready(self) -> None:
        """Wait until a session is up."""
        ...

    def stencil(self, announcement: Announcement) -> Stencil:
        """Serialise and escape once; raises Invalid for what cannot be sent."""
        ...

    async def write(self, deliveries: Sequence[Delivery]) -> Barrier:
        """Write all, waiting for the transport.

        Raises StreamLost; with handled=0 if the connection was down at the start.
        """
        ...

    async def echo(self) -> None:
        """Wait until what bounced of the acknowledged writes has come back.

        Returns early where nobody can tell: the connection is gone, or silent.
        """
        ...
