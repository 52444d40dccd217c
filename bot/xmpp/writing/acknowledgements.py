"""How a server says what it has taken: by XEP-0198 to accounts, else by pings.

`Acknowledgements` is what both offer: each moves a `Positions` forward. The module
`stream_management` is the first (XEP-0198 1.6), `Pings` here the second (XEP-0199
2.0.1).
"""

import secrets
from collections import deque
from typing import ClassVar, Protocol
from xml.etree import ElementTree as ET

from bot.xmpp.writing.positions import Positions


class Acknowledgements(Protocol):
    """The bookkeeping of one session."""

    positions: Positions
    #: an acknowledgement comes after every bounce of what it acknowledges
    follows_bounces: ClassVar[bool]

    def request(self) -> None:
        """Ask the server how far it is; its answer is a sign of life, too."""
        ...

    def received(self, xml: ET.Element) -> bool:
        """Look at a stanza from the server; True takes it off the stream."""
        ...

    def lost(self, *, blamed: bool) -> None:
        """The connection is gone; settle what can never be known better."""
        ...

    def give_up(self) -> None:
        """Nobody will connect again."""
        ...


class Pings:
    """Ping barriers (XEP-0199): all written before is taken once a ping is back.

    A component pings its own domain, through the server's router, and the ping
    coming back to it is the answer; nobody needs to reply to it. An account pings
    its server. Either way every bounce of what was written before arrives first.
    On ejabberd "taken" means routed.
    """

    follows_bounces: ClassVar[bool] = True

    def __init__(self, stream: "RawStream", *, to: str, sender: str | None) -> None:
        self.positions = Positions(keep=False)
        self._stream = stream
        self._prefix = f"barrier-{secrets.token_hex(8)}-"
        self._to = to
        self._from = f" from='{sender}'" if sender else ""
        self._asked: deque[tuple[str, int]] = deque()
        self._number = 0

    def request(self) -> None:
        self._number += 1
        identifier = f"{self._prefix}{self._number}"
        # The ping is a stanza itself, and counted as one where it is written.
        self._stream.send_raw(
            f"<iq type='get' to='{self._to}'{self._from} id='{identifier}'>"
            "<ping xmlns='urn:xmpp:ping'/></iq>"
        )
        self._asked.append((identifier, self.positions.written))

    def received(self, xml: ET.Element) -> bool:
        identifier = xml.get("id", "")
        if not identifier.startswith(self._prefix):
            return False
        while self._asked:
            asked, position = self._asked.popleft()
            self.positions.acknowledge(position)
            if asked == identifier:
                break
        return True

    def lost(self, *, blamed: bool) -> None:
        self._asked.clear()
        self.positions.lose(known=False, blamed=blamed)

    def give_up(self) -> None:
        self.lost(blamed=False)


class RawStream(Protocol):
    """What an acknowledgement is asked for on."""

    def send_raw(self, data: str | bytes) -> None: ...
