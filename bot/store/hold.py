"""What only one process of a service may have: who has it, connects."""

from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import Self

from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase


class Standing(Enum):
    """Who has it."""

    OURS = auto()
    #: we had it, and nobody can tell who has it now
    UNKNOWN = auto()
    THEIRS = auto()


class Hold(ABC):
    """`with hold:` takes it at once, or raises Conflict; or take, look, close."""

    def __init__(self, service: str) -> None:
        self._service = service

    @abstractmethod
    def take(self) -> bool:
        """Whether it is ours now, or still. Raises Unavailable where the database is
        away, and Conflict where waiting for another process is in vain.
        """

    @abstractmethod
    def look(self) -> Standing:
        """Who has it, after we took it; taken again where it was lost.

        Blocks for a moment, and until the database answers.
        """

    @abstractmethod
    def cut(self) -> None:
        """End a `look` that lasts, from another thread; the next one waits again."""

    @abstractmethod
    def close(self) -> None:
        """Let it go."""

    def __enter__(self) -> Self:
        if not self.take():
            raise Conflict(
                Phrase("Another process is connected as {jid}.", jid=self._service)
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
