"""What a command that has something sent says of the service that is to do it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from bot.cli import output, session
from bot.cli.parts import differences, status
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.service.records.health import Health


def seen(desk: "Desk") -> "Health":
    return desk.ask_here(status.STATUS(status.StatusWish(limit=1))).health


def differing(context: typer.Context, found: "Health") -> list[Phrase]:
    """Where the service does not go by the configuration that the command has read."""
    differing = differences.Differences(session.settings_of(context))
    return [note for pulse in found.up for note in differing.told(pulse)]


def absent(found: "Health") -> list[Phrase]:
    """Where nobody is there to send anything."""
    if found.connected:
        return []
    if found.up:
        return [
            Phrase(
                "the service is not connected to its XMPP server now, and sends once it"
                " is; `carillon status` tells more"
            )
        ]
    return [
        Phrase(
            "no service gives a sign of life, and nothing goes out until one runs:"
            " `carillon run`"
        )
    ]


def tell(found: Iterable[Phrase]) -> None:
    """What is asked for is done all the same."""
    for note in found:
        output.say(Phrase("Note: {text}.", text=note))
