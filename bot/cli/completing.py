"""What a shell is told at the tab key: commands and options, and what values may be.

    _CARILLON_COMPLETE=zsh _CARILLON_LINE='carillon announce ma' carillon

A line for each word that may stand there, with what it is behind a tab; nothing where
nothing is known. Exit code 3: the name of a file stands there, which shells know. It
never says what is wrong, and after some seconds nothing: whoever types on shall
not wait. `bot.cli.completion` has what the shells run, `bot.cli.values` the values.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from threading import Thread
from typing import Any, NoReturn

# what is behind is Typer's own, or click's in older releases
from typer._completion_classes import BashComplete

from bot.cli import helps
from bot.cli.completion import BREAKS, LINE, SHELL, Shell
from bot.cli.values import VALUES, Word
from bot.domain.characters import line

#: exit codes
DONE, FILES = 0, 3

#: for all; a database has less
_SECONDS = 3.0
#: what a shell takes as it is, wherever it stands; an option begins with `-`
_PLAIN = re.compile(r"-{0,2}[\w@%+.,:/][\w@%+.,:/=#-]*")
_FILES = frozenset({"FILE", "FOLDER"})
_click: Any = sys.modules[BashComplete.__mro__[1].__module__]


class Answer:
    """To one question of a shell; empty until it is found."""

    def __init__(self, program: Any, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment
        self.lines: list[str] = []
        self.code = DONE

    def find(self) -> None:
        with suppress(Exception):
            if self._environment[SHELL] not in tuple(Shell):
                return  # a script of before
            typed = self._environment[LINE]
            args = _click.split_arg_string(typed)[1:]
            last = args.pop() if args and not typed[-1].isspace() else ""
            self.lines = list(self._lines(args, last))

    def _lines(self, args: list[str], last: str) -> Iterator[str]:
        helps.translate(self._program)
        # an option whose value is still to come would hide all arguments
        waits = bool(args) and args[-1].startswith("-")
        given = args[:-1] if waits else list(args)
        context = _click._resolve_context(self._program, {}, "carillon", given)  # noqa: SLF001
        asked, beginning = _click._resolve_incomplete(context, args, last)  # noqa: SLF001
        if getattr(asked, "metavar", None) in _FILES:
            self.code = FILES
            return
        before = last[: len(last) - len(beginning)]  # `--list=`
        cut = self._cut(last)
        for value, text in _known(context, asked, beginning):
            if value.startswith(beginning) and _PLAIN.fullmatch(value):
                word = (before + value)[cut:]
                yield f"{word}\t{line(text)}" if text else word

    def _cut(self, last: str) -> int:
        """Bash replaces only what is behind the last of certain characters; an @, which
        begins the name of a host, with it.
        """
        breaks = self._environment.get(BREAKS, "")
        ends = (last.rfind(one) + (one != "@") for one in breaks if one in last)
        return max(ends, default=0)


def answer(program: Any) -> NoReturn:
    """End the process with what may stand at the end of the line."""
    found = Answer(program, os.environ)
    out, sys.stdout, sys.stderr = sys.stdout, None, None
    # A driver may wait for a host in the C library, where nothing reaches it.
    searching = Thread(target=found.find, daemon=True)
    searching.start()
    searching.join(_SECONDS)
    with suppress(OSError):
        out.write("".join(f"{one}\n" for one in found.lines))
        out.flush()
    os._exit(found.code)


def _known(context: Any, asked: Any, beginning: str) -> Iterable[Word]:
    if look := VALUES.get(getattr(asked, "metavar", None) or ""):
        # what begins like an option would be taken for one
        found = look(context, beginning)
        return (one for one in found if not one.value.startswith("-"))
    items = asked.shell_complete(context, beginning)
    return [Word(item.value, item.help or "") for item in items]
