"""What is foreseeable ends with one line and never with a traceback."""

import os
import sys
from pathlib import Path

import pytest

from bot.app.configured import lists_of
from bot.settings import load
from tests.cli.workplace import Workplace


def test_no_configuration(bare_place: Workplace, tmp_path: Path) -> None:
    """Without a configuration the places that were looked at are named."""
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, "-m", "bot", "lists"]
    script = f"cd {empty} && exec {' '.join(command)}"
    ran = bare_place.program(
        command=["sh", "-c", script], env={"PYTHONPATH": str(Path.cwd())}
    )
    fault = ran.fault()
    for place in ("carillon.toml", "/etc/carillon/carillon.toml", "-c FILE"):
        assert place in fault
    assert "$CARILLON_CONFIG" in fault


def test_the_variable_and_the_folder(place: Workplace) -> None:
    """$CARILLON_CONFIG is read, else ./carillon.toml; a missing file is named."""
    command = [sys.executable, "-m", "bot", "lists", "--json"]
    assert place.program(command=command).code == 0
    named = {"CARILLON_CONFIG": str(place.config)}
    assert place.program(command=command, env=named).code == 0
    missing = place.program(command=command, env={"CARILLON_CONFIG": "/nowhere.toml"})
    assert "/nowhere.toml: No such file" in missing.fault()


@pytest.mark.parametrize("command", ["lists", "run", "db current"])
def test_every_fault_of_a_configuration_has_a_line(
    place: Workplace, command: str
) -> None:
    """A bad configuration gives a line for each fault, whatever the command."""
    place.config.write_text(
        '[xmpp]\nmode = "component"\njid = "a@b"\npassword = "x"\nport = 0\n'
        '[lists.x]\ntimezone = "Mars\\u001b[31m"\nnonsense = 1\n'
    )
    ran = place(*command.split())
    assert ran.code == 1
    lines = ran.err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("carillon: ") for line in lines)
    for key in ("xmpp.port", "lists.x.timezone", "lists.x.nonsense"):
        assert key in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[lists.news]\ntimezon = 'UTC'",
            "lists.news.timezon: there is no such key; do",
        ),
        (
            "[sending]\nrates = 1",
            "sending.rates: there is no such key; do you mean rate?",
        ),
        ("[acess]\nadmins = []", "acess: there is no such key; do you mean access?"),
        ("[limits.user]\nfoo = 1", "limits.user.foo: there is no such key"),
        ("[xmpp.nonsense]", "xmpp.nonsense: there is no such key"),
    ],
)
def test_a_key_that_is_none(bare_place: Workplace, text: str, says: str) -> None:
    """An unknown key is told, with the one that was probably meant."""
    base = '[xmpp]\nmode = "component"\njid = "a"\npassword = "x"\n'
    bare_place.config.write_text(base + text)
    assert says in bare_place("lists").fault()


@pytest.mark.parametrize("command", ["run", "lists", "check"])
@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("", "", "has to be the default"),
        ("default = false", "", "say default = true in one of maintenance, news"),
        ("default = true", "default = true", ": lists: only one list may be"),
    ],
)
def test_one_of_several_lists_is_the_default(
    bare_place: Workplace, command: str, one: str, other: str, says: str
) -> None:
    """A second list does not take the default from the first unseen: which it is has
    to be said, once, and the fault names the line.
    """
    bare_place.config.write_text(
        '[xmpp]\nmode = "component"\njid = "a"\npassword = "x"\n'
        f"[lists.maintenance]\n{one}\n[lists.news]\n{other}\n"
    )
    ran = bare_place(command)
    assert "lists: lists:" not in ran.out + ran.err
    assert ran.code == 1
    told = " ".join((ran.out + ran.err).split())
    assert f"{bare_place.config}:5: lists: " in told
    assert says in told


def test_an_only_list_is_the_default(bare_place: Workplace) -> None:
    """It need not say so, and may be followed by one that does not, once it does."""
    base = '[xmpp]\nmode = "component"\njid = "a"\npassword = "x"\n'
    for lists in ("[lists.a]", "[lists.a]\ndefault = true\n[lists.b]"):
        bare_place.config.write_text(f"{base}{lists}\n")
        declared = lists_of(load(bare_place.config))
        assert [one.name for one in declared if one.is_default] == ["a"]


@pytest.mark.parametrize("command", ["run", "lists"])
def test_no_password_file(bare_place: Workplace, command: str) -> None:
    """A password file that cannot be read is named."""
    bare_place.config.write_text(
        '[xmpp]\nmode = "component"\njid = "a"\npassword_file = "/nowhere/it"\n'
    )
    assert "No such file or directory: '/nowhere/it'" in bare_place(command).fault()


@pytest.mark.parametrize("text", ["[", "\xff", "a = 1\na = 2"])
def test_what_is_no_toml(place: Workplace, text: str) -> None:
    """A file that cannot be read as TOML is named with the reason."""
    place.config.write_bytes(text.encode("latin-1"))
    assert str(place.config) in place("lists").fault()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://x:secret@127.0.0.1:1/db", "cannot be used now"),
        ("postgresql+psycopg://x:secret@host:port/db", "URL cannot be read"),
        ("postgresql+psycopg://[::1/secret", "URL cannot be read"),
        ("sqlite:///", "needs a file"),
        ("sqlite:///FOLDER/carillon.toml", "not a database"),
        ("sqlite:////", "unable to open"),
        ("sqlite:////proc/nothing/secret.db", "db upgrade"),
        ("mysql://x", "is supported"),
    ],
)
def test_the_database_is_away(place: Workplace, url: str, says: str) -> None:
    """A database that cannot be used is told in one line, without the password."""
    url = url.replace("FOLDER", str(place.folder))
    fault = place("lists", env={"CARILLON_DATABASE__URL": url}).fault()
    assert says in fault
    assert ":secret" not in fault


@pytest.mark.parametrize("command", ["upgrade", "current", "check"])
def test_db_where_there_is_no_database(place: Workplace, command: str) -> None:
    """The commands on the schema refuse a file that is no database, too."""
    other = {"CARILLON_DATABASE__URL": f"sqlite:///{place.config}"}
    assert "not a database" in place("db", command, env=other).fault()


def test_a_file_that_may_not_be_written(place: Workplace) -> None:
    """A database without write permission is told in one line."""
    if os.geteuid() == 0:
        pytest.skip("root may write anything")
    (place.folder / "carillon.db").chmod(0o400)
    place.program("subscribers", "add", "news", "a@example.org").fault()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("--nonsense",),
        ("lists", "--nonsense"),
        ("lists", "too", "many"),
        ("announce",),
        ("schedules",),
        ("schedules", "nonsense"),
        ("db",),
    ],
)
def test_usage(place: Workplace, arguments: tuple[str, ...]) -> None:
    """What is no command or option ends with 2."""
    ran = place(*arguments)
    assert ran.code == 2
    assert ran.err or arguments in {(), ("schedules",), ("db",)}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("db", "current"), 0),
        (("lists", "--config"), 2),
        (("schedules", "show", "7"), 1),
        (("run",), 1),
    ],
)
def test_exit_codes_of_the_process(
    place: Workplace, arguments: tuple[str, ...], code: int
) -> None:
    """A process of its own ends with the same codes, and without a traceback."""
    if arguments == ("run",):
        place.config.write_text("[xmpp]\n")
    ran = place.program(command=place.command(*arguments))
    assert ran.code == code
    assert bool(ran.err) == bool(code)
    assert "Traceback" not in ran.err


def test_bytes_that_are_no_text(place: Workplace) -> None:
    """Arguments that are not UTF-8 are a usage error."""
    person = os.fsdecode(b"\xff@example.org")
    ran = place.program("subscribers", "add", "news", person)
    assert "not UTF-8" in ran.fault(2)


@pytest.mark.parametrize("arguments", [("--help",), ("announce", "-h"), ("--version",)])
def test_help_and_version(place: Workplace, arguments: tuple[str, ...]) -> None:
    """Help and version go to stdout with exit code 0."""
    ran = place(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert "carillon" in ran.out


def test_a_reader_who_goes_early(place: Workplace) -> None:
    """A closed pipe is no reason for a traceback."""
    people = [f"u{number}@example.org" for number in range(500)]
    place.done("subscribers", "add", "news", *people, "--no-welcome")
    listing = " ".join(
        place.command("subscribers", "list", "news", "--limit", "500", "--json")
    )
    ran = place.program(command=["sh", "-c", f"{listing} | head -c 10"])
    assert "Traceback" not in ran.err
    assert "Error" not in ran.err


def test_an_encoding_without_the_character(place: Workplace) -> None:
    """A terminal that knows ASCII alone gets escapes instead of a traceback."""
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    asked = ("announce", "news", "--body", "Grüße", "--dry-run")
    ran = place.program(*asked, env=ascii_only)
    assert ran.code == 0, ran.err
    assert "Gr\\xfc\\xdfe" in ran.out
