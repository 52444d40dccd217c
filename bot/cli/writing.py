"""A text that is written in an editor, which is not lost where nothing comes of it.

    with Written() as written:
        options = written.by(options)      # the editor runs
        …                                  # asked, refused, cut off
        written.taken()

Its file stays until then; whoever does not get that far is told where it is.
"""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, Self

from bot.cli import output, texts
from bot.cli.given import Options
from bot.domain.phrase import Phrase

#: in this order, as other programs ask for them; then what Debian has, and POSIX
_EDITORS = ("VISUAL", "EDITOR")
_USUAL_EDITORS = ("/usr/bin/editor", "vi")
#: they would end the program without a word of where the file is
_ENDING = (signal.SIGHUP, signal.SIGTERM)


class Written:
    def __init__(self) -> None:
        self._file: Path | None = None
        #: what the editor began with
        self._before = b""
        self._handlers: dict[int, Any] = {}

    def by(self, options: Options) -> Options:
        """The options with what somebody makes of the body, where he wants to; ends
        with 1 where that is nothing.
        """
        if not options.edit:
            return options
        self._begin(options.body or "")
        assert self._file is not None  # noqa: S101 - made just now
        _edit(self._file)
        content = self._content()
        if not content.strip():
            output.fail(Phrase("--edit: nothing was written"))
        body = texts.text_of(content, "--edit", Phrase("the text"))
        return replace(options, body=body)

    def taken(self) -> None:
        """Something came of it."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._file is None:
            return
        if self._content().strip() in {b"", self._before.strip()}:
            self.taken()
            return
        with suppress(OSError):  # the terminal may be gone
            output.note(
                Phrase("what you wrote is kept: --body {file}", file=f"@{self._file}")
            )

    def _begin(self, text: str) -> None:
        self._before = f"{text}\n".encode() if text else b""
        handle, name = tempfile.mkstemp(prefix="carillon-", suffix=".txt")
        self._file = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(self._before)
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                self._handlers[number] = signal.signal(number, _end)

    def _content(self) -> bytes:
        try:
            return self._file.read_bytes() if self._file else b""
        except OSError:  # an editor may take it away
            return b""


def _end(number: int, _: object) -> NoReturn:
    """As a shell tells of it, but in good order."""
    raise SystemExit(128 + number)


def _edit(file: Path) -> None:
    wanted = next(filter(None, map(os.environ.get, _EDITORS)), None)
    usual, posix = _USUAL_EDITORS
    editor = wanted or (usual if Path(usual).exists() else posix)
    try:
        with _without_interrupts():
            code = _run([*shlex.split(editor), str(file)])
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        output.fail(
            Phrase("--edit: {editor}: {why}; set $EDITOR", editor=editor, why=why)
        )
    if code:
        output.fail(
            Phrase(
                "--edit: {editor} ended with {code}, so the text is not taken",
                editor=editor,
                code=code,
            )
        )


def _run(command: list[str]) -> int:
    """Where this program is ended the editor is told to end, and not killed: it may
    have more than stands in the file.
    """
    editor = subprocess.Popen(command)
    try:
        return editor.wait()
    except SystemExit:
        editor.terminate()
        raise


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C is meant for the editor. It is handled and not ignored here, which the
    editor would inherit.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
