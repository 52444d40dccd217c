"""How text is laid out on a terminal: columns, folded lines, bars (Rich).

What it is given is text that may be shown as it is, see `bot.cli.output`.
"""

import os
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
)
from rich.table import Column, Table
from rich.text import Text

from bot.cli.streams import is_terminal

#: as wide as it takes where no terminal sets the width
_UNBOUNDED = 100_000
#: blanks between two columns
_GAP = 2
_WORDS = re.compile(r"^\s+\S+|\S+")
#: likewise; a moment is one, as long as there is room for that
_WHOLE = re.compile(r"^\s+\S+|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: [A-Z]\S*)?|\S+")


def table(columns: Iterable[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> bool:
    """`columns`: the heading of each, and whether it leans to the right.

    Prints nothing and gives False where the terminal is too narrow for the rows,
    although cells fold between words.
    """
    shown = _grid()
    for heading, is_number in columns:
        justify: Any = "right" if is_number else "left"
        shown.add_column(Text(heading), justify=justify, overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    shown.show_header = True
    if rows and not _fits(shown, _WORDS):
        return False
    _print(shown)
    return True


def details(pairs: Sequence[tuple[str, str]]) -> None:
    """A name and its value on each line, or the value below where words want that."""
    shown = _grid()
    shown.add_column(no_wrap=True, style="bold")
    shown.add_column(overflow="fold")
    for name, value in pairs:
        shown.add_row(Text(name), Text(value))
    if not pairs or _fits(shown, _WORDS):
        _print(shown)
        return
    for name, value in pairs:
        folded([name], 0)
        folded([value], _GAP)


def folded(rows: Iterable[str], indent: int) -> None:
    """Lines of text, folded between words at the terminal's width; they are indented
    less where a word has no room else.
    """
    for row in rows:
        console = _console()
        longest = _longest(row)
        blanks = max(0, min(indent, console.width - longest))
        console.width = max(console.width, longest)
        for wrapped in Text(row).wrap(console, console.width - blanks):
            wrapped.rstrip()
            console.print(Text(" " * blanks) + wrapped)


def progress(*, counting: bool, quiet: bool) -> Progress:
    console = Console(file=sys.stderr, markup=False, emoji=False)
    end = MofNCompleteColumn() if counting else TaskProgressColumn()
    return Progress(
        *(TextColumn("{task.description}"), BarColumn(), end),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _grid() -> Table:
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, _GAP, 0, 0))


def _print(shown: Table) -> None:
    """As wide as the terminal, or wider where words need it: none is ever broken."""
    console = _console()
    kept = _WHOLE if _fits(shown, _WHOLE) else _WORDS
    bounds = [_bounds(column, kept) for column in shown.columns]
    gaps = _GAP * (len(bounds) - 1)

    def widths(most: int) -> list[int]:
        return [max(least, min(whole, most)) for least, whole in bounds]

    levels = range(max(whole for _, whole in bounds) + 1)
    room = console.width - gaps
    fitting = bisect_right(levels, room, key=lambda most: sum(widths(most))) - 1
    for column, width in zip(shown.columns, widths(fitting), strict=True):
        column.width = width
    console.width = max(console.width, sum(widths(fitting)) + gaps)
    with console.capture() as captured:
        console.print(shown)
    for row in captured.get().splitlines():
        typer.echo(row.rstrip())


def _fits(shown: Table, kept: re.Pattern[str]) -> bool:
    least = sum(_bounds(column, kept)[0] for column in shown.columns)
    return least + _GAP * (len(shown.columns) - 1) <= _console().width


def _bounds(column: Column, kept: re.Pattern[str]) -> tuple[int, int]:
    """Cells on the screen: of the longest word, and of the longest text."""
    texts = [str(text) for text in (column.header, *column.cells)]
    whole = max(cell_len(text) for text in texts)
    least = max(_longest(text, kept) for text in texts)
    return whole if column.no_wrap else least, whole


def _longest(text: str, kept: re.Pattern[str] = _WORDS) -> int:
    """Cells of its longest word, the first with the blanks before it; between wide
    characters a line may end anywhere.
    """
    return max(map(_cells, kept.findall(text)), default=0)


def _cells(word: str) -> int:
    if cell_len(word) == len(word):
        return len(word)
    longest = length = 0
    for character in word:
        width = cell_len(character)
        length = width if width > 1 else length + width
        longest = max(longest, length)
    return longest


def _console() -> Console:
    wide = not is_terminal(sys.stdout) and "COLUMNS" not in os.environ
    return Console(
        width=_UNBOUNDED if wide else None,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )
