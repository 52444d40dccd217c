"""Lines of which those of the latest row can be read again, all but its first."""

from collections import deque
from collections.abc import Iterable, Iterator


class Rereading:
    """`next_row` before each row. One that a stray quote made of many lines costs the
    line with the quote, and no other.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        #: lines of the row so far
        self.row: list[str] = []
        #: the number of the row's first line
        self.number = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else next(self._lines)
        self.row.append(text)
        return text

    def next_row(self) -> None:
        self.number += len(self.row)
        self.row.clear()

    def go_back(self) -> None:
        """To the second line of the row."""
        self._again.extendleft(reversed(self.row[1:]))
        del self.row[1:]
