"""From `-c FILE` to the settings and the desk that a command asks at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import output
from bot.domain.phrase import Phrase
from bot.settings import Settings, load

if TYPE_CHECKING:
    from bot.desk.desk import Desk


PLACES = (Path("carillon.toml"), Path("/etc/carillon/carillon.toml"))
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


def settings_of(context: typer.Context) -> Settings:
    return load(locate(context.find_root().obj))


@contextmanager
def desk_of(context: typer.Context) -> Iterator["Desk"]:
    """The desk over the configured database, where the operator asks."""
    # not above: a usage error need not wait for every library
    from bot.app.wiring import open_use_cases  # noqa: PLC0415
    from bot.desk.desk import Desk  # noqa: PLC0415

    with open_use_cases(settings_of(context)) as use_cases:
        yield Desk(use_cases)
