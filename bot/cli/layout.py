"""How text is laid out on a terminal: columns, folded lines, bars (Rich).

What it is given is text that may be shown as it is, see `bot.cli.output`.
"""

import os
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

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

#: as wide as it takes where no terminal sets the width
_UNBOUNDED = 100_000
#: blanks between two columns
_GAP = 2
_WORDS = re.compile(r"^\s*\S+|\S+")


def table(columns: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> None:
    """`columns`: the heading of each, and whether it leans to the right."""
    shown = _grid()
    for heading, is_number in columns:
        justify: Any = "right" if is_number else "left"
        shown.add_column(Text(heading), justify=justify)
    for row in rows:
        shown.add_row(*map(Text, row))
    shown.show_header = True
    _print(shown)


def details(pairs: Iterable[tuple[str, str]]) -> None:
    shown = _grid()
    shown.add_column(no_wrap=True, style="bold")
    shown.add_column()
    for name, value in pairs:
        shown.add_row(Text(name), Text(value))
    _print(shown)


def folded(rows: Iterable[str], indent: int) -> None:
    """Lines of text, folded between words at the terminal's width."""
    for row in rows:
        console = _console()
        console.width = max(console.width, indent + _longest(row))
        for wrapped in Text(row).wrap(console, console.width - indent):
            wrapped.rstrip()
            console.print(Text(" " * indent) + wrapped)


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
    bounds = [_bounds(column) for column in shown.columns]
    gaps = _GAP * (len(bounds) - 1)

    def widths(most: int) -> list[int]:
        return [max(least, min(whole, most)) for least, whole in bounds]

    levels = range(max(whole for _, whole in bounds) + 1)
    room = console.width - gaps
    fitting = bisect_right(levels, room, key=lambda most: sum(widths(most))) - 1
    for column, width in zip(shown.columns, widths(fitting), strict=True):
        column.width = width
    console.width = max(console.width, sum(widths(fitting)) + gaps)
    console.print(shown)


def _bounds(column: Column) -> tuple[int, int]:
    """Cells on the screen: of the longest word, and of the longest text."""
    texts = [str(text) for text in (column.header, *column.cells)]
    whole = max(cell_len(text) for text in texts)
    return whole if column.no_wrap else max(map(_longest, texts)), whole


def _longest(text: str) -> int:
    """Cells of its longest word, the first with the blanks before it."""
    return max(map(cell_len, _WORDS.findall(text)), default=0)


def _console() -> Console:
    wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(
        width=_UNBOUNDED if wide else None,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )
