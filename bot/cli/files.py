"""Files that commands write and read; `-` is stdin or stdout."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.cli import output
from bot.domain.phrase import Phrase

_ENCODING, _ERRORS = "utf-8-sig", "surrogateescape"
#: characters of a line; more is no text that people or programs wrote as lines
_LONGEST = 1_000_000


@contextmanager
def writing(target: Path) -> Iterator[TextIO]:
    """A file: whole or not at all, and for its owner alone to read; or a pipe."""
    if str(target) == "-":
        stdout: TextIO | None = sys.stdout  # typeshed does not know of a closed one
        if stdout is None:
            output.fail(output.about(Phrase("standard output"), Phrase("it is closed")))
        yield stdout
        return
    try:
        if target.exists() and not target.is_file():
            # a device or a pipe is written to: a file in its place would be its end
            with target.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        file = target.resolve()  # a link stays one
        unfinished = file.with_name(f"{file.name}.unfinished")
        try:
            unfinished.unlink(missing_ok=True)
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                yield stream
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        output.fail(output.about(target, error.strerror))


@contextmanager
def reading(source: Path) -> Iterator[io.TextIOWrapper]:
    """UTF-8, with or without a byte order mark, and whatever ends a line.

    Bytes that are no UTF-8 become lone surrogates (PEP 383).
    """
    if str(source) == "-":
        if not isinstance(sys.stdin, io.TextIOWrapper):
            output.fail(output.about(Phrase("standard input"), Phrase("it is closed")))
        sys.stdin.reconfigure(encoding=_ENCODING, errors=_ERRORS, newline="")
        yield sys.stdin
        return
    try:
        stream = source.open(encoding=_ENCODING, errors=_ERRORS, newline="")
    except OSError as error:
        output.fail(output.about(source, error.strerror))
    with stream:
        yield stream


def lines(stream: io.TextIOWrapper) -> Iterator[str]:
    try:
        while line := stream.readline(_LONGEST):
            if len(line) == _LONGEST:
                output.fail(
                    Phrase("the file has a line without end: it is no list of people")
                )
            # there is one in the midst of files that were put together
            yield line.removeprefix("\ufeff")
    except OSError as error:
        output.fail(Phrase("the file cannot be read: {why}", why=error.strerror))
