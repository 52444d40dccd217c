"""Documents as files in a folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.feeds.document import CALENDAR, Document
from bot.feeds.folder import Folder, unfinished
from bot.feeds.making import Making, Shape
from tests.feeds.rows import NEWS, NOON, public, sent, window

SHAPE = Shape(service="announce.example.org", title="All", language="en")


def _documents(*titles: str) -> list[Document]:
    feeds = tuple(
        type(NEWS)(name=title, title=title, language="en") for title in titles
    )
    found = Making(SHAPE).documents(public(feeds=feeds), NOON)
    return list(found.values())


def test_files(tmp_path: Path) -> None:
    """Each document is a file that all may read, whatever the umask; what is the same
    is left alone.
    """
    before = os.umask(0o077)
    try:
        Folder(tmp_path).put(_documents("news"))
    finally:
        os.umask(before)
    files = {file.name: file for file in tmp_path.iterdir()}
    assert {one.name: one.body for one in _documents("news")} == {
        name: file.read_bytes() for name, file in files.items()
    }
    assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o644}
    seen = {name: file.stat().st_ino for name, file in files.items()}
    other = Document("news.ics", CALENDAR, b"other")
    rest = [one for one in _documents("news") if one.name != "news.ics"]
    Folder(tmp_path).put([*rest, other])
    assert files["news.ics"].read_bytes() == b"other"
    kept = {name for name, file in files.items() if file.stat().st_ino == seen[name]}
    assert kept == set(files) - {"news.ics"}


def test_what_is_not_public_any_more(tmp_path: Path) -> None:
    """Its files go; those of others stay, whatever they are called."""
    theirs = {
        "holidays.ics": b"BEGIN:VCALENDAR",
        "index.html": b"",
        "blog.atom": b"<a/>",
    }
    for name, body in theirs.items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "folder.ics").mkdir()
    Folder(tmp_path).put(_documents("news", "ops"))
    Folder(tmp_path).put(_documents("ops"))
    assert {file.name for file in tmp_path.iterdir()} == {
        *(*theirs, "folder.ics", "outage.json", "all.ics", "all.atom"),
        *("ops.ics", "ops.atom"),
    }


def test_what_was_left_half_written(tmp_path: Path) -> None:
    """Does not stand in the way, and is gone afterwards."""
    left = unfinished(tmp_path / "news.ics")
    left.write_bytes(b"half")
    Folder(tmp_path).put(_documents("news"))
    assert not left.exists()


def test_what_was_left_of_a_list_that_is_public_no_more(tmp_path: Path) -> None:
    """Goes, too; others' hidden files stay."""
    left = unfinished(tmp_path / "gone.ics")
    left.write_bytes(b"half")
    theirs = [tmp_path / name for name in (".htaccess", ".gone.ics.rsync", ".x.new")]
    for file in theirs:
        file.touch()
    Folder(tmp_path).put(_documents())
    assert not left.exists()
    assert all(file.exists() for file in theirs)


_FULL = """
import resource
import sys
from pathlib import Path
from bot.feeds.document import CALENDAR, Document
from bot.feeds.folder import Folder

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Folder(Path(sys.argv[1])).put([Document("news.ics", CALENDAR, b"b" * 300_000)])
except OSError as error:
    print(error.filename, error.strerror, sep=": ")
"""


def test_a_full_disk(tmp_path: Path) -> None:
    """The old one stays as a whole, nothing is left beside it, and what is told names
    the file.
    """
    Folder(tmp_path).put([Document("news.ics", CALENDAR, b"a")])
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{tmp_path}/.news.ics.new: File too large\n"
    assert [one.name for one in tmp_path.iterdir()] == ["news.ics"]
    assert (tmp_path / "news.ics").read_bytes() == b"a"


def test_no_folder(tmp_path: Path) -> None:
    """It is not made: a web server's folder that is missing is a mistake."""
    with pytest.raises(FileNotFoundError):
        Folder(tmp_path / "missing").put(_documents("news"))


_WRITER = """
import sys
from pathlib import Path
from bot.feeds.document import CALENDAR, Document
from bot.feeds.folder import Folder

folder = Folder(Path(sys.argv[1]))
for number in range(10**9):
    letter = b"ab"[number % 2 : number % 2 + 1]
    folder.put([Document("news.ics", CALENDAR, letter * 300_000)])
    if number == 1:
        print("writing", flush=True)
"""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Whoever reads meanwhile, and after a kill -9, finds one document as a whole."""
    file = tmp_path / "news.ics"
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        for _ in range(200):
            found = file.read_bytes()
            assert found in {b"a" * 300_000, b"b" * 300_000}
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert file.read_bytes() in {b"a" * 300_000, b"b" * 300_000}
    Folder(tmp_path).put([Document("news.ics", CALENDAR, b"c")])
    assert [one.name for one in tmp_path.iterdir()] == ["news.ics"]


def test_rows_to_files(tmp_path: Path) -> None:
    """What is made of rows is what lies there."""
    made = Making(SHAPE).documents(public(window(), sent()), NOON)
    Folder(tmp_path).put(made.values())
    for name, document in made.items():
        assert (tmp_path / name).read_bytes() == document.body
