"""The help of all commands, and the reader's language put into it.

The English help is the msgid: `contrib/catalogues.py` takes it from the same walk.
Only a program that runs is translated; man pages and the reference are made from the
tree as it is.
"""

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


def _let_speak(command: Any) -> None:
    command.context_class = Context
    for inner in getattr(command, "commands", {}).values():
        _let_speak(inner)
