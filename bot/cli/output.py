"""What is shown: tables for people, JSON for programs, one line for a fault.

Stored text comes from strangers. It reaches a terminal without control
characters, without signs that turn the direction of writing, and without being
read as Rich markup; JSON is pure ASCII.

What is ours to say is a phrase and reaches people in their language; what is stored
stays as it is. JSON is for programs: its phrases are English.
"""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.cli.later import later
from bot.cli.reader import words
from bot.cli.streams import is_terminal
from bot.domain import timestamps
from bot.domain.characters import block, line
from bot.domain.errors import CarillonError
from bot.domain.phrase import Counted, Phrase

if TYPE_CHECKING:
    from rich.progress import Progress

    from bot.cli import layout
else:
    layout = later("bot.cli.layout")

JSON = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Limit = Annotated[
    int, typer.Option(min=1, max=1000, metavar="N", help="At most so many.")
]
After = Annotated[
    int | None,
    typer.Option(
        min=0, max=2**63 - 1, metavar="N", help="Go on after this one; 0: the start."
    ),
]

_YES, _NO = Phrase("yes"), Phrase("no")


def table(
    columns: Sequence[Phrase],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Collection[Phrase] = (),
) -> None:
    """A table without lines; the columns named in `numbers` lean to the right.

    Where the terminal is too narrow for it although cells fold between words, each
    row is a paragraph of its own, a line for each of its cells.
    """
    cells = [[line(_cell(value)) for value in row] for row in rows]
    headings = [(words(column), column in numbers) for column in columns]
    if layout.table(headings, cells) or not cells:
        return
    for number, row in enumerate(cells):
        if number:
            plain()
        details(zip(columns, row, strict=True))


def details(pairs: Iterable[tuple[Phrase, object]]) -> None:
    """One thing: a name and a value on each line; empty values are left out.

    Where a word of a value has no room beside the names each value stands below its
    own.
    """
    layout.details(
        [
            (words(name), line(_cell(value)))
            for name, value in pairs
            if value not in (None, "", (), [])
        ]
    )


def say(phrase: Phrase) -> None:
    """What we have to say, wrapped at the terminal's width."""
    plain(words(phrase))


def say_all(phrases: Iterable[Phrase]) -> None:
    """Several that each stand for themselves, as one line."""
    plain("; ".join(words(phrase) for phrase in phrases) + ".")


def plain(text: str = "", *, indent: int = 0) -> None:
    """Lines of text that are not ours to translate, wrapped likewise; they are
    indented less where a word has no room else.
    """
    layout.folded(block(text).expandtabs().split("\n"), indent)


def more(after: object) -> None:
    """Under a page: how to get the next one, where there is one."""
    if after is not None:
        note(Phrase("there are more: --after {after}", after=after))


def earlier(count: int, after: object) -> None:
    """Under the last page: how to get the first, where it is another."""
    if count and after is None:
        note(
            Counted(
                "there is {count} earlier one: --after 0 starts with it",
                "there are {count} earlier ones: --after 0 starts with them",
                count,
            )
        )


def document(content: Any) -> None:
    """One JSON document; moments as XEP-0082 writes them."""
    typer.echo(_as_json(content, indent=2))


def long_document(content: Mapping[str, Any], **long: Iterable[Any]) -> None:
    """Like `document`, with members that are lists, never held as a whole."""
    typer.echo(_as_json(content, indent=2).removesuffix("\n}"), nl=False)
    for name, items in long.items():
        typer.echo(f',\n  "{name}": [', nl=False)
        separator = "\n    "
        for item in items:
            typer.echo(f"{separator}{_as_json(item)}", nl=False)
            separator = ",\n    "
        typer.echo("\n  ]" if "," in separator else "]", nl=False)
    typer.echo("\n}")


def _as_json(content: Any, indent: int | None = None) -> str:
    text = json.dumps(content, indent=indent, ensure_ascii=True, default=_json)
    # the one control character that JSON lets stand
    return text.replace("\x7f", "\\u007f")


def note(phrase: Phrase) -> None:
    """One line beside the output, for people."""
    typer.echo(line(words(phrase)), err=True)


def fault(phrase: Phrase) -> None:
    """One line on stderr that says what is wrong."""
    typer.echo(line("carillon: " + " ".join(words(phrase).split())), err=True)


def fail(phrase: Phrase, code: int = 1) -> NoReturn:
    """End with one line on stderr: 1 refused or failed, 2 usage."""
    fault(phrase)
    raise typer.Exit(code)


def about(what: object, why: object) -> Phrase:
    """What is wrong with an option or a file; `why` may be the error that says it."""
    if isinstance(why, CarillonError):
        why = why.phrase
    return Phrase("{what}: {why}", what=what, why=why)


def confirmed(question: Phrase, *, default: bool = False) -> bool:
    """Whether the answer is yes; whoever interrupts the question says no.

    The first letter will do, in the reader's language or in English.
    """
    yes, no = words(Phrase("yes")), words(Phrase("no"))
    letters = f"{yes[0].upper()}/{no[0]}" if default else f"{yes[0]}/{no[0].upper()}"
    answers = {"": default}
    for text in (yes, yes[0], "yes", "y"):
        answers[text] = True
    for text in (no, no[0], "no", "n"):
        answers[text] = False
    while True:
        try:
            said: str = typer.prompt(
                f"{words(question)} [{letters}]", "", show_default=False, err=True
            )
        except typer.Abort:
            gap()
            return False
        if (answer := said.strip().lower()) in answers:
            return answers[answer]
        note(Phrase("Answer {yes} or {no}.", yes=yes, no=no))


def gap() -> None:
    """After a question that was interrupted: the cursor stands behind it."""
    typer.echo(err=True)


def on_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def progress(*, counting: bool = False, quiet: bool) -> "Progress":
    """A bar beside the output, while it lasts; on a terminal, unless `quiet`.

    `counting`: it says how many of how many, else how much.
    """
    return layout.progress(counting=counting, quiet=quiet)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return words(_YES if value else _NO)
        case Phrase():
            return words(value)
        case datetime():
            return timestamps.format(value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(_cell(one) for one in value)
    return str(value)


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return timestamps.format(value)
    if isinstance(value, Phrase):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not shown as JSON")
