"""What Typer says of its own accord, in our words and the reader's language.

It asks no catalogue for most of it, and quotes a validator's text where a value is
wrong. So what our commands can make it say stands here,
once as Typer says it and once as a phrase. What is not known here, of another release
say, stays English.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from bot.cli.reader import words
from bot.domain.phrase import Phrase

#: in another folder than Typer's from some release on: reached by what is exported
_Formatter: Any = typer.Context.formatter_class
_UsageError: type[Any] = typer.BadParameter.__mro__[1]

_SENTENCES: Sequence[tuple[str, Callable[..., Phrase]]] = [
    # --- faults; the longer ones come before what they begin with
    (
        r"Missing argument (?P<name>.*?)\. Choose from:\s*(?P<choices>.*)",
        lambda name, choices: Phrase(
            "Missing argument {name}. Choose from: {choices}",
            name=name,
            choices=" ".join(choices.split()),
        ),
    ),
    (
        r"Missing argument (?P<name>.*)\.",
        lambda name: Phrase("Missing argument {name}.", name=name),
    ),
    (r"Missing command\.", lambda: Phrase("Missing command.")),
    (
        r"No such command (?P<name>.*)\. Did you mean (?P<others>.*)\?",
        lambda name, others: Phrase(
            "No such command {name}. Did you mean {others}?", name=name, others=others
        ),
    ),
    (
        r"No such command (?P<name>.*)\.",
        lambda name: Phrase("No such command {name}.", name=name),
    ),
    (
        r"No such option: (?P<name>.*) \(Possible options: (?P<others>.*)\)",
        lambda name, others: Phrase(
            "No such option: {name} (Possible options: {others})",
            name=name,
            others=others,
        ),
    ),
    (
        r"No such option: (?P<name>.*)",
        lambda name: Phrase("No such option: {name}", name=name),
    ),
    (
        r"Option (?P<name>.*) requires an argument\.",
        lambda name: Phrase("Option {name} requires an argument.", name=name),
    ),
    (
        r"Option (?P<name>.*) does not take a value\.",
        lambda name: Phrase("Option {name} does not take a value.", name=name),
    ),
    (
        r"Got unexpected extra argument\(s\) \((?P<given>.*)\)",
        lambda given: Phrase("Got unexpected extra arguments ({given})", given=given),
    ),
    (
        r"Invalid value for (?P<name>'.*?'): (?P<why>.*)",
        lambda name, why: Phrase(
            "Invalid value for {name}: {why}", name=name, why=known(why)
        ),
    ),
    (
        r"Value error, (?P<given>.*) is not one of (?P<choices>.*)\.",
        lambda given, choices: Phrase(
            "{given} is not one of {choices}.", given=given, choices=choices
        ),
    ),
    (
        r"Input should be a valid integer.*",
        lambda: Phrase("it is not a whole number"),
    ),
    (
        r"Input should be greater than or equal to (?P<least>.*)",
        lambda least: Phrase("it is less than {least}", least=least),
    ),
    (
        r"Input should be less than or equal to (?P<most>.*)",
        lambda most: Phrase("it is more than {most}", most=most),
    ),
    # --- help
    (r"Arguments", lambda: Phrase("Arguments")),
    (r"Options", lambda: Phrase("Options")),
    (r"Commands", lambda: Phrase("Commands")),
    (
        r"Show this message and exit\.",
        lambda: Phrase("Show this message and exit."),
    ),
    (r"required", lambda: Phrase("required")),
    (
        r"default: (?P<value>.*)",
        lambda value: Phrase("default: {value}", value=value),
    ),
]
#: behind the help of an option: `[default: 50; 1<=x<=1000]`
_EXTRAS = re.compile(r"(?P<help>.*?)(?P<gap>  |^)\[(?P<extras>[^][]*)\]", re.DOTALL)


def known(text: str) -> Phrase | str:
    """The phrase for what Typer says, or else what it says."""
    for pattern, phrase in _SENTENCES:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return phrase(**found.groupdict())
    return text


class Formatter(_Formatter):  # type: ignore[misc] # Typer does not export it
    """Help and usage as Typer lays them out."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        usage = words(Phrase("Usage:"))
        super().write_usage(prog, args, prefix or f"{usage} ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(words(known(heading)))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], *args: Any, **more: Any
    ) -> None:
        rows = [(what, _with_extras(text)) for what, text in rows]
        super().write_dl(rows, *args, **more)


class Context(typer.Context):
    """What each command is called in."""

    formatter_class = Formatter


@contextmanager
def told() -> Iterator[None]:
    """Faults of usage end the program, as Typer would, in the reader's words."""
    try:
        yield
    except _UsageError as error:
        # one that shows itself otherwise is the help of a command that stands alone
        if type(error).show is not _UsageError.show:
            raise
        _show(error)
        raise typer.Exit(error.exit_code) from None
    except typer.Abort:
        typer.echo(words(Phrase("Aborted!")), err=True)
        raise typer.Exit(1) from None


def _show(error: Any) -> None:
    context = error.ctx
    if context is not None:
        typer.echo(context.get_usage(), err=True)
        hint = Phrase(
            "Try '{command}' for help.",
            command=f"{context.command_path} {context.help_option_names[0]}",
        )
        typer.echo(f"{words(hint)}\n", err=True)
    why = known(error.format_message())
    typer.echo(words(Phrase("Error: {why}", why=why)), err=True)


def _with_extras(text: str) -> str:
    found = _EXTRAS.fullmatch(text)
    if found is None:
        return words(known(text))
    extras = "; ".join(words(known(one)) for one in found["extras"].split("; "))
    return f"{found['help']}{found['gap']}[{extras}]"
