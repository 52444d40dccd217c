"""From `-c FILE` to the settings and the service that a command works with."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import typer

from bot.cli import output
from bot.domain.access import Access
from bot.domain.audit import Action, Asked
from bot.domain.errors import CarillonError, Unavailable
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.ports.unit_of_work import UnitOfWork
from bot.settings import Settings, load

if TYPE_CHECKING:
    from bot.service.use_cases import UseCases

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

PLACES = (Path("carillon.toml"), Path("/etc/carillon/carillon.toml"))
VARIABLE = "CARILLON_CONFIG"
#: whoever can read the configuration and the database
OPERATOR = Access.operator()


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
def use_cases_of(context: typer.Context) -> Iterator["UseCases"]:
    """The use cases on the configured database."""
    # not above: a usage error need not wait for every library
    from bot.app.wiring import open_use_cases  # noqa: PLC0415

    with open_use_cases(settings_of(context)) as use_cases:
        yield use_cases


@contextmanager
def recorded(use_cases: "UseCases", action: Action, about: str) -> Iterator[Asked]:
    """What the operator asks to change; a refusal is written down.

    What he looks at is not: he reads the database anyway.
    """
    asked = Asked(caller=OPERATOR, door=Origin.CLI, action=action, about=about)
    try:
        yield asked
    except CarillonError as error:
        with suppress(Unavailable):
            use_cases.database.call(use_cases.audit.refused, asked, error)
        raise


def carry_out(
    use_cases: "UseCases",
    action: Action,
    about: str,
    use_case: Callable[[UnitOfWork, *Ts], T],
    *args: *Ts,
) -> T:
    """Change something and write it down, or write down that it was refused."""
    with recorded(use_cases, action, about) as asked:
        return use_cases.database.call(
            use_cases.audit.carry_out, asked, use_case, *args
        )
