"""From `-c FILE` to the settings and the desk that a command asks at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import output
from bot.cli.parts import configured, desk, settings, wiring
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.rendering.templates import JinjaTemplates


#: of the configuration, where nothing else is said
FOLDER = Path("/etc/carillon")
PLACES = (Path("carillon.toml"), FOLDER / "carillon.toml")
VARIABLE = "CARILLON_CONFIG"


def locate(given: Path | None) -> Path:
    """The configuration file; ends with where it was looked for, if none is there."""
    if given is not None:
        return given
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    found = next((place for place in PLACES if place.is_file()), None)
    if found is None:
        here, there = PLACES
        output.fail(
            Phrase(
                "no configuration: neither {here} nor {there} is there;"
                " name one with -c FILE or in ${variable},"
                " or write one by `carillon init`",
                here=here,
                there=there,
                variable=VARIABLE,
            )
        )
    return found


def settings_of(context: typer.Context) -> "settings.Settings":
    return settings.load(locate(context.find_root().obj))


def templates_of(context: typer.Context) -> "JinjaTemplates":
    return configured.templates_of(settings_of(context))


@contextmanager
def desk_of(context: typer.Context) -> Iterator["desk.Desk"]:
    """The desk over the configured database, where the operator asks."""
    with wiring.open_use_cases(settings_of(context)) as use_cases:
        yield desk.Desk(use_cases)
