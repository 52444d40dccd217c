"""Texts that stand in a file, come by standard input, or are written in an editor."""

import codecs
import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.cli.workplace import Outcome, Workplace, soon

ASKED = ("announce", "news", "--yes")
QUESTION = "Announce this? [y/N]"


def said(place: Workplace) -> list[tuple[str, str]]:
    """What the only schedule says: (language, text)."""
    texts = place.data("schedules", "show", "1")["texts"]
    return [(one["language"], one["body"]) for one in texts]


def piped(place: Workplace, text: bytes, *args: str) -> Outcome:
    """In a process of its own, with `text` on standard input."""
    ran = subprocess.run(
        place.command(*args), input=text, capture_output=True, timeout=60, check=False
    )
    return Outcome(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.fixture
def editor(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """$VISUAL: a script that keeps what it was given, and writes what `text` holds."""
    script, text = place.folder / "editor", place.folder / "text"
    script.write_text(f'#!/bin/sh\ncp "$1" {place.folder}/given\ncp {text} "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    return text


@pytest.mark.parametrize(
    "content",
    [
        "One\n\nTwo ö\n".encode(),
        codecs.BOM_UTF8 + "One\r\n\r\nTwo ö\r\n\r\n".encode(),
    ],
)
def test_a_body_from_a_file(place: Workplace, content: bytes) -> None:
    """--body @FILE is its text: whatever ends its lines, without a byte order mark."""
    file = place.folder / "text.txt"
    file.write_bytes(content)
    place.done(*ASKED, "--body", f"@{file}", "--body-in", f"de=@{file}")
    assert said(place) == [("", "One\n\nTwo ö"), ("de", "One\n\nTwo ö")]


def test_a_body_from_standard_input(place: Workplace) -> None:
    """--body - reads it, for --yes and for --dry-run alike."""
    assert piped(place, b"From a pipe\n", *ASKED, "--body", "-").code == 0
    assert said(place) == [("", "From a pipe")]
    looked = piped(place, b"Ho\n", "announce", "news", "--body", "-", "--dry-run")
    assert "    Ho\n" in looked.out


def test_a_field_from_a_file_and_one_from_standard_input(place: Workplace) -> None:
    """--set K=@FILE and K=- fill fields of a template, with their lines."""
    file = place.folder / "text.txt"
    file.write_text("mail\nchat\n")
    fields = (
        *("--set", "summary=Disks", "--set", "start=2040-12-05 22:00"),
        *("--set", f"affected=@{file}"),
    )
    template = ("--template", "maintenance")
    details = ("--set", "details:de=-")
    ran = piped(place, b"More\nof it\n", *ASKED, *template, *fields, *details)
    assert ran.code == 0, ran
    values = place.data("schedules", "show", "1")["values"]
    assert values["affected"] == {"": "mail\nchat"}
    assert values["details"] == {"de": "More\nof it"}
    rendered = place.data("templates", "render", "maintenance", *fields)
    assert "mail\n" in rendered["texts"][0]["body"]


def test_a_text_that_begins_with_an_at(place: Workplace) -> None:
    """@@ is one @ and no file."""
    place.done(*ASKED, "--body", "@@all: look")
    assert said(place) == [("", "@all: look")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory (a text that begins with @ is written @@)"),
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"ok\ncaf\xe9", "line 2: the line is not UTF-8; save the file as UTF-8"),
        ("Hi".encode("utf-16"), "line 1: it is UTF-16; save the file as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "it is no text"),
        (b"x" * 1024 * 1025, "it is longer than anything that is announced"),
    ],
)
@pytest.mark.parametrize("option", ["--body", "--body-in de", "--set details"])
def test_files_that_are_refused(
    place: Workplace, content: bytes | None, says: str, option: str
) -> None:
    """What cannot be a text is refused in a line that names option, file and reason."""
    file = place.folder / "text.txt"
    if content is not None:
        file.write_bytes(content)
    name, _, key = option.partition(" ")
    more = ("--template", "maintenance") if name == "--set" else ()
    given = f"{key}=@{file}" if key else f"@{file}"
    fault = place(*ASKED, *more, name, given).fault()
    assert fault == f"carillon: {option}: {file}: {says}"


def test_standard_input_that_is_refused(place: Workplace) -> None:
    """Nobody can be asked there, it is read once, and it has to hold a text."""
    body = ("announce", "news", "--body", "-")
    assert "nobody can be asked: add --yes" in piped(place, b"Hi", *body).fault(2)
    twice = piped(place, b"Hi", *body, "--body-in", "de=-", "--yes").fault(2)
    assert "--body, --body-in de: only one of them" in twice
    assert "standard input: it is empty" in piped(place, b"", *body, "--yes").fault()
    bad = piped(place, b"\xff", *body, "--yes").fault()
    assert "--body: standard input: line 1: the line is not UTF-8" in bad
    code, seen = place.terminal(*body)
    assert code == 2
    assert "--body: standard input is the terminal" in seen
    assert place.data("schedules", "list", "--all")["count"] == 0


def test_a_body_written_in_an_editor(place: Workplace, editor: Path) -> None:
    """--edit opens $VISUAL with what --body says, and announces what comes of it."""
    editor.write_text("Written\n\nby hand\n")
    command = ("announce", "news", "--edit", "--body", "A start")
    code, seen = place.dialogue(*command, turns=[(QUESTION, "y\n")])
    assert code == 0, seen
    assert (place.folder / "given").read_text() == "A start\n"
    assert said(place) == [("", "Written\n\nby hand")]
    assert "kept" not in seen


def test_what_was_written_is_kept(place: Workplace, editor: Path) -> None:
    """Whoever says no after all is told where his text is, to go on from there."""
    editor.write_text("Written by hand\n")
    code, seen = place.dialogue("announce", "news", "--edit", turns=[(QUESTION, "n\n")])
    assert code == 1

    file = kept(seen)
    assert file.read_text() == "Written by hand\n"
    file.unlink()


def test_an_editor_that_gives_nothing(
    place: Workplace, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty text, an editor that fails and one that is not there are told."""
    editor.write_text("\n")
    edit = ("announce", "news", "--edit")
    for visual, says in (
        (None, "--edit: nothing was written"),
        ("false", "--edit: false ended with 1, so the text is not taken"),
        ("/nowhere/vi", "--edit: /nowhere/vi: No such file or directory; set $EDITOR"),
    ):
        if visual is not None:
            monkeypatch.setenv("VISUAL", visual)
        code, seen = place.terminal(*edit)
        assert (code, says in seen) == (1, True), seen
    assert "--edit wants a terminal" in place(*edit).fault(2)
    both = ("--edit", "--body-in", "de=x")
    assert "--edit is for --body" in place.terminal("announce", "news", *both)[1]


def test_an_edit_begins_with_the_text_there_is(place: Workplace, editor: Path) -> None:
    """`schedules edit --edit` gives the editor the text, and keeps its language."""
    soon(place)
    place.done(*ASKED, "--body-in", "de=Hallo", "--at", "2040-01-01 09:00")
    editor.write_text("Hallo ihr\n")
    code, seen = place.terminal("schedules", "edit", "1", "--edit", "--yes")
    assert code == 0, seen
    assert (place.folder / "given").read_text() == "Hallo\n"
    assert said(place) == [("de", "Hallo ihr")]
    file = place.folder / "text"
    place.done("schedules", "edit", "1", "--body", f"@{file}", "--yes")
    assert said(place) == [("", "Hallo ihr")]


def test_an_edit_of_several_texts(place: Workplace, editor: Path) -> None:
    """An editor has one text: of several languages, or of a template, it is refused."""
    soon(place)
    editor.write_text("Ho\n")
    at = ("--at", "2040-01-01 09:00")
    place.done(*ASKED, "--body", "Hi", "--body-in", "de=Hallo", *at)
    place.done(
        *ASKED, "--template", "news", "--set", "headline=H", "--set", "text=x", *at
    )
    for reference, says in (("1", "several languages"), ("2", "the template 'news'")):
        code, seen = place.terminal("schedules", "edit", reference, "--edit", "--yes")
        assert code == 2
        assert says in " ".join(seen.split())


def kept(seen: str) -> Path:
    """The file that is said to hold what was written."""
    found = re.search(r"what you wrote is kept: --body @(\S+)", seen)
    assert found is not None, seen
    return Path(found[1])


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ("exit 3", "ended with 3, so the text is not taken"),
        ("kill -KILL $$", "ended with -9, so the text is not taken"),
        (r"printf '\351' >>$1", "is not UTF-8"),
        ("kill -TERM $PPID; sleep 60", ""),
    ],
)
def test_an_editor_that_goes_wrong(
    place: Workplace, editor: Path, then: str, says: str
) -> None:
    """What it had saved is still in the file, and where that is, is told."""
    editor.write_text("Hours of work\n")
    with (place.folder / "editor").open("a") as script:
        script.write(f"{then}\n")
    code, seen = place.terminal("announce", "news", "--edit")
    assert code == (143 if "TERM" in then else 1), seen
    assert says in seen
    file = kept(seen)
    assert file.read_bytes().startswith(b"Hours of work\n")
    file.unlink()


def test_an_interrupt_is_meant_for_the_editor(place: Workplace, editor: Path) -> None:
    """Ctrl-C there neither ends the program nor is ignored by the editor."""
    editor.write_text("Hours of work\n")
    (place.folder / "editor").write_text(
        f"#!/bin/sh\ntrap 'cp {editor} $1' INT\nkill -INT $PPID\nkill -INT $$\n"
    )
    command = ("announce", "news", "--edit")
    code, seen = place.dialogue(*command, turns=[(QUESTION, "y\n")])
    assert code == 0, seen
    assert said(place) == [("", "Hours of work")]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_the_end_at_the_question(
    place: Workplace, editor: Path, number: signal.Signals
) -> None:
    """Whoever closes the terminal, or ends the program, finds the text in its file."""
    editor.write_text("Hours of work\n")
    with (place.folder / "editor").open("a") as script:
        script.write(f"echo $PPID >{place.folder}/pid\n")

    over = Event()

    def kill() -> None:
        # Python hears of one that comes just before it reads only with the next
        while not over.is_set():
            with suppress(ProcessLookupError):
                os.kill(int((place.folder / "pid").read_text()), number)
            over.wait(5)

    def end() -> str:
        killing.start()
        return ""

    killing = Thread(target=kill)
    edit = ("announce", "news", "--edit")
    code, seen = place.dialogue(*edit, turns=[(QUESTION, end)])
    over.set()
    killing.join()
    assert code == 128 + number, seen
    file = kept(seen)
    assert file.read_text() == "Hours of work\n"
    file.unlink()


def test_a_look_at_what_was_written(place: Workplace, editor: Path) -> None:
    """--dry-run announces nothing, so the text is kept for the announcement; one that
    nobody changed is not.
    """
    editor.write_text("Hours of work\n")
    look = ("announce", "news", "--edit", "--dry-run")
    code, seen = place.terminal(*look)
    assert code == 0, seen
    file = kept(seen)
    place.done(*ASKED, "--body", f"@{file}")
    assert said(place) == [("", "Hours of work")]
    code, seen = place.terminal(*look, "--body", f"@{file}")
    assert (code, "kept" in seen) == (0, False)
    file.unlink()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((*ASKED, "--body", "-"), "--body: standard input: it is closed"),
        (
            ("templates", "render", "news", "--set", "text=-"),
            "--set text: standard input: it is closed",
        ),
        (("subscribers", "import", "news", "-"), "standard input: it is closed"),
        (("subscribers", "export", "news", "-"), "standard output: it is closed"),
        (("announce", "news", "--edit"), "--edit wants a terminal"),
        (("announce", "news", "--body", "Hi"), "nobody is there to be asked"),
    ],
)
def test_closed_streams(place: Workplace, args: tuple[str, ...], says: str) -> None:
    """Who has closed standard input or output is told so where it is wanted."""
    command = place.command(*args)
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *command],
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    [line] = ran.stderr.decode().splitlines()
    assert says in line


def test_what_asks_of_a_closed_input(place: Workplace) -> None:
    """Nobody is there to be asked, as in a script."""
    place.done(*ASKED, "--body", "Hi", "--in", "9d")
    command = place.command("schedules", "send-now", "1")
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command], timeout=60, check=False
    )
    assert ran.returncode == 0
