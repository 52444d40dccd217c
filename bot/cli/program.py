"""The program `carillon`: its commands, and what becomes of what they raise.

    exit 0   done
    exit 1   refused or failed, with one line on stderr
    exit 2   usage

Bad configurations are the exception to the one line: each fault has its own.
"""

import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bot.cli import commands, completion, helps, options, usage
from bot.cli.later import later
from bot.cli.output import fail, fault
from bot.cli.parts import metadata
from bot.domain.errors import CarillonError, SettingsError
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.cli import completing
else:
    completing = later("bot.cli.completing")


#: how Python hands over bytes that are no UTF-8 (PEP 383)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Program(TyperGroup):
    """Turns what a command raises into its exit code, the one table of this door."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.commands.update(commands.named())

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # a terminal that cannot show a character gets its escape
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        helps.translate(self)
        return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with usage.told():
            return super().make_context(*args, **kwargs)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if any(_LONE_SURROGATE.search(text) for text in args):
            fail(Phrase("an argument is not UTF-8"), 2)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            with usage.told():
                return super().invoke(ctx)
        except CarillonError as error:
            fail(options.told(error))
        except SettingsError as error:
            for phrase in error.faults:
                fault(phrase)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="carillon",
    cls=Program,
    help="Scheduled, recurring, templated announcements for XMPP.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"carillon {metadata.version('carillon')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            metavar="FILE",
            readable=False,  # we say so ourselves, as of any other fault
            help="The configuration; otherwise $CARILLON_CONFIG, ./carillon.toml"
            " or /etc/carillon/carillon.toml.",
        ),
    ] = None,
    _version_wanted: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    # `run` says where records go; whatever else happens is told in one line.
    logging.getLogger().addHandler(logging.NullHandler())
    context.obj = config


def whole() -> Any:
    """The program with each command loaded: for pages and catalogues made of it."""
    program: Any = get_command(app)
    program.commands = {name: commands.loaded(name) for name in program.commands}
    return program


def main() -> None:
    if completion.SHELL in os.environ:
        completing.answer(get_command(app))
    app(prog_name="carillon")
