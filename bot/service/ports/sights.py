"""What was seen of the servers for whose users messages are scheduled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

#: the part of the module that keeps a message until it is due
DIVERT = "divert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Of one server, the last time that it answered."""

    #: its domain
    server: str
    #: of its module mod_carillon; "" where it has none
    version: str = ""
    #: the component that the module serves
    serves: str = ""
    #: the parts that are switched on; none where it serves another component
    parts: frozenset[str] = frozenset()
    #: the namespace of XEP-0356 in which the server grants to send messages
    privilege: str | None = None
    #: whether it grants to read rosters
    rosters: bool = False
    #: namespaces that it delegates to us (XEP-0355)
    delegated: frozenset[str] = frozenset()
    #: address -> seconds for which it keeps the files that lie under it
    uploads: Mapping[str, int] = field(default_factory=dict)
    seen_at: datetime
    #: since when messages pass it at once that it held back before
    open_since: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether it holds back messages that are to be sent later."""
        return DIVERT in self.parts


class Sights(Protocol):
    def all(self) -> list[Sight]:
        """By server."""
        ...

    def put(self, sight: Sight) -> None:
        """In place of the one of that server."""
        ...

    def forget_but(self, servers: Collection[str]) -> None:
        """Of all other servers nothing is known any more."""
        ...
