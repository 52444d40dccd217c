"""What each of many readers has got, message by message, and what he sees of it."""

from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from tests.e2e.sink import BODY, Sink
from tests.e2e.speaking import now
from tests.servers.xmpp_server import XmppServer

REPLACE = "{urn:xmpp:message-correct:0}replace"


@dataclass(frozen=True, slots=True)
class Came:
    """One message, as it came in."""

    to: str
    id: str
    body: str
    #: the id of what it corrects
    replaces: str | None
    at: datetime


class Inboxes(Sink):
    """`with Inboxes(server, server.spares[0]) as sink:`"""

    def __init__(self, server: XmppServer, domain: str) -> None:
        super().__init__(server, domain)
        #: in the order of arrival
        self.came: list[Came] = []

    def _take(self, message: Element) -> None:
        replaced = message.find(REPLACE)
        one = Came(
            to=message.get("to", "").partition("/")[0],
            id=message.get("id", ""),
            body=message.findtext(BODY) or "",
            replaces=None if replaced is None else replaced.get("id"),
            at=now(),
        )
        self.came.append(one)
        super()._take(message)

    def about(self, words: str) -> list[Came]:
        """Those whose text has these words."""
        return [one for one in list(self.came) if words in one.body]

    def inboxes(self, words: str) -> dict[str, list[Came]]:
        """Those, by reader, repeats under one id left out."""
        found: dict[str, dict[str, Came]] = {}
        for one in self.about(words):
            had = found.setdefault(one.to, {}).setdefault(one.id, one)
            said = (had.body, had.replaces)
            assert said == (one.body, one.replaces), "two texts under one id"
        return {to: list(by_id.values()) for to, by_id in found.items()}


def seen(inbox: list[Came]) -> list[str]:
    """What a client shows of it, each corrected text in the place of the first."""
    shown: dict[str, str] = {}
    for one in inbox:
        assert one.replaces is None or one.replaces in shown, (
            "corrects what is not there"
        )
        shown[one.replaces or one.id] = one.body
    return list(shown.values())
