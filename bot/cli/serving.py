"""What a command that has something sent says of the service that is to do it."""

from typing import TYPE_CHECKING

import typer

from bot.cli import output, session
from bot.desk.verbs.status import STATUS, StatusWish
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk


def notes(context: typer.Context, desk: "Desk") -> list[Phrase]:
    """Where it does not go by the configuration that the command has read."""
    from bot.app.differences import Differences  # noqa: PLC0415 - slow to start

    found = desk.ask_here(STATUS(StatusWish(limit=1)))
    differences = Differences(session.settings_of(context))
    return [note for pulse in found.up for note in differences.told(pulse)]


def tell(found: list[Phrase]) -> None:
    """Beside the output: what is asked for is done all the same."""
    for note in found:
        output.note(Phrase("Note: {text}.", text=note))
