"""What needs no database starts without what only the work needs."""

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.cli import parts
from bot.cli.commands import SENTENCES
from bot.cli.program import whole
from bot.texts import LANGUAGES, translations
from tests.cli.workplace import Workplace

#: each costs about as much as all that a help needs, or more
SLOW = {
    *("alembic", "apscheduler", "babel", "jinja2", "prometheus_client", "psycopg"),
    *("pydantic_settings", "rich", "slixmpp", "sqlalchemy", "starlette", "structlog"),
    "uvicorn",
}
#: what the work of commands is made of; Typer has use for the rest itself
WORK = {*parts.PARTS.values()} - {"importlib.metadata", "pydantic"}
#: commands that have others below them
GROUPS = [name for name, each in whole().commands.items() if hasattr(each, "commands")]
#: it ends as the program does, and says last what is loaded
LOADED = """
import atexit, os, sys
err, leave = sys.stderr, os._exit
tell = lambda: print("\\nloaded", *sys.modules, file=err, flush=True)
os._exit = lambda code: (tell(), leave(code))
atexit.register(tell)
from bot.cli import main
main()
"""


def loaded(
    place: Workplace, *words: str, code: int = 0, env: Mapping[str, str] = {}
) -> set[str]:
    """The modules that a new interpreter has loaded at the end of a command."""
    done = place.program(
        command=[sys.executable, "-c", LOADED, *words],
        env={"PYTHONPATH": str(Path.cwd()), "LC_ALL": "C.UTF-8", **env},
    )
    assert done.code == code, done
    said, *names = done.err.splitlines()[-1].split()
    assert said == "loaded"
    return set(names)


@pytest.mark.parametrize("command", ["", *SENTENCES])
def test_help(bare_place: Workplace, command: str) -> None:
    """The help of the program, and of a command and all below it, is only declared."""
    found = loaded(bare_place, *command.split(), "--help")
    assert found & {*SLOW, *WORK} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", GROUPS)
def test_lists_of_commands(bare_place: Workplace, command: str, language: str) -> None:
    """Each command below is said in a whole sentence, folded where a line ends."""
    shown = bare_place.program(
        *(command, "--help"),
        env={"LANGUAGE": "", "LC_ALL": f"{language}.UTF-8", "COLUMNS": "80"},
    ).out
    assert max(map(len, shown.splitlines())) <= 80
    catalogue = translations(language)
    for inner in whole().commands[command].commands.values():
        paragraph = catalogue.gettext(inner.help).partition("\n\n")[0]
        sentence = re.split(r"(?<=\.)\s", " ".join(paragraph.split()))[0]
        assert "".join(sentence.split()) in "".join(shown.split())


def test_version(bare_place: Workplace) -> None:
    """The version is known without any command."""
    found = loaded(bare_place, "--version")
    assert found & {*SLOW, "pydantic", "dateutil"} == set()


@pytest.mark.parametrize(
    "words", ["soon", "announce", "schedules lost", "schedules list --limit many"]
)
def test_a_fault_of_usage(bare_place: Workplace, words: str) -> None:
    """What is typed wrong is told at once."""
    assert loaded(bare_place, *words.split(), code=2) & SLOW == set()


@pytest.mark.parametrize("words", ["list", "show news", "check"])
def test_templates(bare_place: Workplace, words: str) -> None:
    """Templates are in files: nothing of a database or a server is loaded."""
    found = loaded(bare_place, "templates", *words.split())
    assert found & SLOW <= {"jinja2", "babel", "pydantic_settings", "rich"}


def test_status(place: Workplace) -> None:
    """Health checks ask often: they load no server, no client, no upgrade."""
    found = loaded(place, "status", code=1)
    assert "sqlalchemy" in found
    assert found & {"alembic", "slixmpp", "starlette", "uvicorn"} == set()


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_of_a_command(name: str) -> None:
    """The list of commands says of each what its own help begins with."""
    command = whole().commands[name]
    first, *_ = command.help.split("\n\n")
    assert str(SENTENCES[name]) == " ".join(first.split())


def test_parts_are_what_they_are_taken_for() -> None:
    """What mypy sees under a name is what is loaded under it."""
    source = ast.parse(Path(parts.__file__).read_text())
    imported = {}
    for node in ast.walk(source):
        for each in getattr(node, "names", ()):
            package = getattr(node, "module", None)
            if each.asname:
                whole_name = f"{package}.{each.name}" if package else each.name
                imported[each.asname] = whole_name
    assert imported == parts.PARTS
