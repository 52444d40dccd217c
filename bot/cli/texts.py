"""Texts that are typed, or stand in a file, on standard input, or in an editor.

    TEXT      as it stands
    @FILE     what stands in the file; `@@…` is a text that begins with @
    -         what comes by standard input

A file's text is UTF-8, with or without a byte order mark (`bot.domain.reading`); the
line breaks at its end are no part of it.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TextIO

from bot.cli import output
from bot.cli.given import Options
from bot.cli.streams import is_terminal
from bot.domain.phrase import Phrase, Quoted
from bot.domain.reading import Misread, decoded

_STDIN, _FILE = ("-", "@-"), "@"
#: bytes; more is nothing that anybody announces
_LONGEST = 1024 * 1024
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SETTING = re.compile(r"(?P<name>[^=]*=)(?P<text>.*)", re.DOTALL)


def settings(given: Sequence[str], *, asks: bool = False) -> tuple[str, ...]:
    """Fields of a template, of which somebody is asked or not; ends as `check` and
    `read` do.
    """
    _check_stdin(_of(given, "--set"), asks=asks)
    return _all(given, "--set")


def check(options: Options, *, asks: bool) -> None:
    """Ends with exit code 2 where a text cannot come from where it is wanted."""
    if options.edit and (options.bodies or options.template is not None):
        output.fail(Phrase("--edit is for --body: not for --body-in or --template"), 2)
    body = [] if options.body is None else [("--body", options.body)]
    tagged, values = _of(options.bodies, "--body-in"), _of(options.settings, "--set")
    _check_stdin([*body, *tagged, *values], asks=asks)
    if options.edit and not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        output.fail(Phrase("--edit wants a terminal; otherwise write --body @FILE"), 2)


def _check_stdin(given: Sequence[tuple[str, str]], *, asks: bool) -> None:
    wanting = [option for option, text in given if text.strip() in _STDIN]
    if len(wanting) > 1:
        output.fail(
            Phrase(
                "{options}: only one of them can be read from standard input",
                options=", ".join(wanting),
            ),
            2,
        )
    if wanting and is_terminal(sys.stdin):
        output.fail(
            Phrase(
                "{option}: standard input is the terminal; pipe the text in, or write"
                " @FILE",
                option=wanting[0],
            ),
            2,
        )
    if wanting and asks:
        output.fail(
            Phrase(
                "{option}: standard input is the text, so nobody can be asked: add"
                " --yes, or --dry-run to look",
                option=wanting[0],
            ),
            2,
        )


def _of(given: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Each text of `NAME=TEXT`, with the option as it was typed."""
    found = filter(None, map(_SETTING.fullmatch, given))
    return [(_called(option, parts), parts["text"]) for parts in found]


def one(given: str, option: str) -> str:
    """A text where nobody is asked; ends with 1 where it cannot be read, with 2 where
    it cannot come from where it is wanted.
    """
    _check_stdin([(option, given)], asks=False)
    return _text(given, option)


def read(options: Options) -> Options:
    """The same with the texts themselves; ends with 1 where one cannot be read."""
    body = None if options.body is None else _text(options.body, "--body")
    return replace(
        options,
        body=body,
        bodies=_all(options.bodies, "--body-in"),
        settings=_all(options.settings, "--set"),
    )


def _all(given: Sequence[str], option: str) -> tuple[str, ...]:
    """`NAME=TEXT` each; what has another form is for others to refuse."""
    return tuple(
        f"{parts['name']}{_text(parts['text'], _called(option, parts))}"
        if (parts := _SETTING.fullmatch(one))
        else one
        for one in given
    )


def _called(option: str, parts: re.Match[str]) -> str:
    """An option as errors call it, with what stands before the text."""
    return f"{option} {parts['name'].removesuffix('=')}"


def _text(given: str, option: str) -> str:
    if given.strip() in _STDIN:
        return text_of(_read_stdin(option), option, Phrase("standard input"))
    if given.startswith(_FILE * 2):
        return given[1:]
    if given.startswith(_FILE):
        return text_of(_read(given[1:], option), option, Quoted(given[1:]))
    return given


def _read_stdin(option: str) -> bytes:
    # typeshed does not know of a closed one
    stdin: TextIO | None = sys.stdin
    if stdin is None:
        _refuse(option, Phrase("standard input"), Phrase("it is closed"))
    try:
        return stdin.buffer.read(_LONGEST + 1)
    except OSError as error:
        _refuse(option, Phrase("standard input"), Quoted(error.strerror or ""))


def _read(name: str, option: str) -> bytes:
    if not name:
        output.fail(Phrase("{option}: name a file behind the @", option=option), 2)
    try:
        with Path(name).expanduser().open("rb") as stream:
            return stream.read(_LONGEST + 1)
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        output.fail(
            Phrase(
                "{option}: {file}: {why} (a text that begins with @ is written @@)",
                option=option,
                file=name,
                why=why,
            )
        )


def text_of(content: bytes, option: str, source: Phrase) -> str:
    if len(content) > _LONGEST:
        _refuse(option, source, Phrase("it is longer than anything that is announced"))
    if b"\0" in content and not content.startswith(_UTF_16):
        _refuse(option, source, Phrase("it is no text"))
    try:
        text = decoded(content).rstrip()
    except Misread as error:
        why = Phrase("line {line}: {why}", line=error.line, why=error.phrase)
        _refuse(option, source, why)
    if not text:
        _refuse(option, source, Phrase("it is empty"))
    return text


def _refuse(option: str, source: Phrase, why: Phrase) -> NoReturn:
    output.fail(
        Phrase("{option}: {source}: {why}", option=option, source=source, why=why)
    )
