"""The help of all commands, and the reader's language put into it.

The English help is the msgid: `contrib/catalogues.py` takes it from the same walk.
Only a program that runs is translated; man pages and the reference are made from the
tree as it is.
"""

import sys
from collections.abc import Iterator
from typing import Any

from bot.cli import reader
from bot.cli.usage import Context
from bot.texts import ENGLISH


def holders(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """(what somebody types, with `-`; what has a `help`) for all below `command`."""
    own = [command, *command.params]
    yield from ((name, each) for each in own if getattr(each, "help", None))
    for inner, found in getattr(command, "commands", {}).items():
        yield from holders(f"{name}-{inner}", found)


def translate(program: Any) -> None:
    """In place, where the reader's language is another; else nothing is done."""
    if reader.language() == ENGLISH:
        return
    catalogue = reader.catalogue()
    for _, each in holders("carillon", program):
        each.help = catalogue.gettext(each.help)
    _let_speak(program)


def spell_out(command: Any) -> None:
    """In place: a list of commands says each in its whole sentence, folded, which
    Typer otherwise cuts off where the line ends.
    """
    for inner in getattr(command, "commands", {}).values():
        inner.short_help = inner.get_short_help_str(limit=sys.maxsize)
        spell_out(inner)


def _let_speak(command: Any) -> None:
    command.context_class = Context
    for inner in getattr(command, "commands", {}).values():
        _let_speak(inner)
