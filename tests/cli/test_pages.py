"""What the pages tell people to type and to configure works as it stands.

The commands of a page run from its first to its last line in one folder, which holds
the files that the page shows; announcements are sent as if a service ran. So a page
is a story that holds together. What a test cannot do is only looked at: a command
that needs a host, or other programs, has to be one that there is, with options that
it has. `<!-- not run: WHY -->` before a block asks for that.
"""

import base64
import io
import re
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from typing import Any

import pytest

from bot.app.equipping import equipment
from bot.app.snippets import ServerKind, snippet
from bot.cli import questions
from bot.cli.program import whole
from bot.clock import SystemClock
from bot.settings import load
from bot.xmpp.doors.contacts.bells import bell
from tests.cli.workplace import CONFIG, Workplace, plan, send
from tests.docs.pages import Block, Page, pages
from tests.servers.certificates import make_certificates

#: the examples are of December 2026
DAY = re.compile(r"2026-12-(\d\d)")
#: what a host has and a test has not; ours is checked in any case
FOREIGN = frozenset(
    {
        *("/opt/carillon/bin/pip", "apt", "cat", "cd", "chmod", "chown"),
        *("cp", "curl", "docker", "ejabberdctl", "git", "grep"),
        *("install", "journalctl", "ln", "make", "mkdir", "mongooseimctl", "mv"),
        *("openssl", "pipx", "profanity", "prosodyctl", "python3", "rm"),
        *("pg_dump", "pg_restore", "rsync", "runuser", "sed", "sqlite3", "systemctl"),
    }
)
#: these wait for a service, a server, an answer, or for ever
OUTSIDE = (
    *(["run"], ["status"], ["check"], ["init"], ["broadcasts", "watch"]),
    ["module"],  # into folders of a host's
)
#: beside `announce`, what wants an answer also where nobody can be asked
ASKING = (
    *(["maintenance", what] for what in ("open", "move", "extend", "finish")),
    *(["incidents", what] for what in ("open", "update", "resolve")),
    *(["maintenance", "call-off"], ["broadcasts", "correct"]),
)
LOOKS = frozenset({"--yes", "--dry-run"})
#: has a test of its own, which knows what its commands print
ELSEWHERE = frozenset({"docs/reference/templates.md"})
#: readers and lists that pages take for granted
STANDING = ("emma@example.org", "jonas@example.org", "bob@example.org")
STORIES = [
    page for page in pages() if page.name not in ELSEWHERE and page.blocks("sh", "toml")
]


def lines(block: Block) -> list[str]:
    """Each command of a block, without comments; what is read from here is left out."""
    text = re.sub(r"<<'(\w+)'\n.*?^\1$", "", block.text, flags=re.DOTALL | re.MULTILINE)
    found = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    return [line for line in found if line and not line.startswith("#")]


def stages(line: str) -> list[list[str]]:
    """The commands of a pipe or a chain, in words, without variables before them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if word and set(word) <= set("|&;"):
            found.append([])
        elif word and set(word) <= set(">"):
            redirected = True
        elif redirected:
            redirected = False
        elif found[-1] or not re.match("[A-Z_]+=", word):
            found[-1].append(word)
    return [words for words in found if words]


def ahead(word: str) -> str:
    """With days that lie ahead, whenever the test runs."""
    today = SystemClock().now().date()
    return DAY.sub(lambda day: str(today + timedelta(days=int(day[1]))), word)


def understood(words: list[str]) -> None:
    """Raises where there is no such command, option or argument."""
    command: Any = whole()
    context = command.make_context("carillon", list(words))
    while getattr(command, "commands", None):
        rest = [*context._protected_args, *context.args]
        if not rest and command.invoke_without_command:
            return
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)


def carry_out(place: Workplace, words: list[str]) -> None:
    """Run a command of ours as a person would who says yes."""
    if words[0] == "announce":
        words = [word for word in words if word not in {"--wait", "--yes"}]
    if (words[0] == "announce" or words[:2] in ASKING) and not LOOKS & {*words}:
        words = [*words, "--yes"]
    place.done(*map(ahead, words))
    with place.use_cases() as use_cases:
        plan(use_cases)
        send(use_cases)


HOLIDAYS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example.org//holidays//PL
BEGIN:VEVENT
UID:independence@example.org
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261111
RRULE:FREQ=YEARLY
SUMMARY:Independence Day
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def inhabited(place: Workplace) -> Workplace:
    """A configured folder with the lists and holidays that pages name, and readers."""
    calendar = place.folder / "pl.ics"
    calendar.write_text(HOLIDAYS)
    with place.config.open("a") as file:
        file.write(f'[holidays.pl]\nfile = "{calendar}"\n')
    for name in ("maintenance", "news"):
        place.done("subscribers", "add", name, *STANDING)
    return place


@pytest.mark.parametrize("page", STORIES, ids=lambda page: page.name)
def test_commands(
    inhabited: Workplace, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page's commands do what they are to do, one after the other."""
    monkeypatch.chdir(inhabited.folder)
    for block in page.blocks("csv"):
        assert block.file, "a file without a name"
        (inhabited.folder / block.file).write_text(block.text)
    for block in page.blocks("sh"):
        for line in lines(block):
            found = stages(line)
            for program, *words in found:
                if program != "carillon":
                    assert program in FOREIGN, line
                    continue
                understood(words)
                alone = len(found) == 1 and block.why is None
                if alone and not any(words[: len(one)] == one for one in OUTSIDE):
                    carry_out(inhabited, words)


@pytest.mark.parametrize("page", STORIES, ids=lambda page: page.name)
def test_configurations(inhabited: Workplace, page: Page) -> None:
    """Each piece of a configuration is one, beside what has to be given."""
    base = CONFIG.format(folder=inhabited.folder)
    trusted = make_certificates(inhabited.folder, "example.org").certificate
    picture = inhabited.folder / "picture.png"
    picture.write_bytes(bell("news").content)
    keys = inhabited.folder / "keys"
    keys.write_text(base64.b64encode(bytes(32)).decode())
    for block in page.blocks("toml"):
        sections = re.findall(r"^\[([^\]]+)\]", block.text, re.MULTILINE)
        text = re.sub(r'(?<=ca_file = ").*(?=")', str(trusted), block.text)
        text = re.sub(r'(?<=key_file = ").*(?=")', str(keys), text)
        text = re.sub(r'(?<=avatar = ").*(?=")', str(picture), text)
        for part in re.split(r"^(?=\[)", base, flags=re.MULTILINE):
            if part.strip() and part[1:].partition("]")[0] not in sections:
                text = f"{text}\n{part}"
        inhabited.config.write_text(text)
        assert load(inhabited.config).xmpp.jid


def test_a_wrong_option_is_found() -> None:
    """What is only looked at is looked at: an option that is not there is a fault."""
    silence = io.StringIO()
    with redirect_stdout(silence), redirect_stderr(silence):
        for words in (["announce", "x", "--nope"], ["nope"], ["schedules", "show"]):
            with pytest.raises(Exception, match=r"(?i)no such|missing"):
                understood(words)


def test_what_stands_behind_a_pipe_is_looked_at() -> None:
    """Each command of a pipe is seen, and comments and redirections are not."""
    block = Block("sh", "a b |\\\n c 'd | e' > f # g\n# h\n", None, None)
    assert [stages(line) for line in lines(block)] == [[["a", "b"], ["c", "d | e"]]]


def test_mongooseim_lists_its_users(inhabited: Workplace) -> None:
    """The pipe of docs/how-to/moving.md turns MongooseIM's JSON into JIDs."""
    moving = next(page for page in pages() if page.name.endswith("moving.md"))
    [line] = [
        line
        for block in moving.blocks("sh")
        for line in lines(block)
        if line.startswith("mongooseimctl")
    ]
    said = '{ "data" : { "account" : { "listUsers" : [\n "a@x.org",\n "b@x.org" ] } } }'
    (inhabited.folder / "said.json").write_text(said)
    ours = shlex.join(inhabited.command())
    pipe = "cat said.json |" + line.partition("|")[2].replace("carillon", ours)
    done = inhabited.program(command=["bash", "-c", pipe])
    assert done.code == 0, done
    assert "a@x.org" in inhabited.done("subscribers", "list", "news")


def test_a_backup_can_be_restored(inhabited: Workplace) -> None:
    """The copy that docs/how-to/docker.md makes of a database in use is one."""
    [docker] = [page for page in pages() if page.name.endswith("docker.md")]
    [line] = [
        line
        for block in docker.blocks("sh")
        for line in lines(block)
        if "VACUUM INTO" in line
    ]
    *_, option, code = shlex.split(line)
    code = code.replace("/var/lib/carillon", str(inhabited.folder))
    with inhabited.use_cases() as use_cases:
        use_cases.database.call(lambda unit: unit.nudge())
        done = inhabited.program(command=[sys.executable, option, code])
        assert done.code == 0, done
    inhabited.done("subscribers", "remove", "news", "emma@example.org")
    for end in ("-wal", "-shm"):
        (inhabited.folder / f"carillon.db{end}").unlink(missing_ok=True)
    (inhabited.folder / "backup.db").replace(inhabited.folder / "carillon.db")
    inhabited.done("db", "check")
    assert "emma@example.org" in inhabited.done("subscribers", "list", "news")


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize("mode", questions.MODES)
def test_snippets(kind: ServerKind, mode: questions.Mode) -> None:
    """What pages have pasted into a server's configuration is what `init` shows."""
    jid = {"component": "announce.example.org", "account": "announce@example.org"}[mode]
    found = snippet(kind, mode, jid, "a long secret")
    for name in ("README.md", f"docs/how-to/{kind}.md"):
        [there] = [page for page in pages() if page.name == name]
        blocks = [block.text for block in there.blocks("lua", "yaml")]
        assert any(found.text in text for text in blocks), (name, found.text)


@pytest.mark.parametrize("kind", ServerKind)
def test_module_lines(kind: ServerKind) -> None:
    """So is what belongs there for messages between people, with its commands."""
    found = equipment(kind, "announce.example.org", "example.org")
    [there] = [page for page in pages() if page.name == f"docs/how-to/{kind}.md"]
    blocks = [block.text for block in there.blocks("lua", "yaml", "sh")]
    for paste in found.pastes:
        assert any(paste.text in text for text in blocks), paste.text
    for command in (*found.before, *found.after):
        assert any(command in text for text in blocks), command
