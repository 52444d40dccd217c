"""`carillon stop-all`: nothing more goes out."""

from typing import TYPE_CHECKING

import typer

from bot.cli import confirmation, output, previews, session
from bot.cli.parts import stopping as verbs
from bot.cli.parts import verb
from bot.domain.audit import Action
from bot.domain.phrase import Counted, Phrase

if TYPE_CHECKING:
    from bot.service.delivery.standstill import Movement


def stop_all(
    context: typer.Context, yes: confirmation.Yes = False, json: output.JSON = False
) -> None:
    """Stop everything: nothing more goes out until `resume-all`.

    What is going out now stops for good; what is still to come waits, also what is
    asked for meanwhile. Asks before.
    """
    asks = confirmation.asks(yes=yes)
    everything = verb.Plain("everything")
    with session.desk_of(context) as desk:
        if asks:
            confirmation.begin(json=json)
            _agreed(desk.ask_here(verbs.LOOK(everything), Action.STOP_ALL))
        done = desk.ask_here(verbs.STOP(everything))
        after = desk.ask_here(verbs.LOOK(everything))
    clocks = previews.here(session.settings_of(context))
    if json:
        output.document(
            {
                "stopped": done.stopped,
                "given_up": done.given_up,
                "waiting": after.pending,
                "by": after.standstill and after.standstill.by,
                "since": after.standstill and after.standstill.since,
            }
        )
        return
    output.say(
        Counted(
            "{count} broadcast was stopped for good.",
            "{count} broadcasts were stopped for good.",
            done.stopped,
        )
    )
    if done.given_up:
        output.say(
            Counted(
                "{count} message is not tried again.",
                "{count} messages are not tried again.",
                done.given_up,
            )
        )
    output.say(_waiting(after))
    if after.standstill is not None:
        output.say(after.standstill.in_words(clocks))


def _agreed(found: "Movement") -> None:
    output.say(
        Counted(
            "{count} broadcast is being sent: it stops for good.",
            "{count} broadcasts are being sent: they stop for good.",
            found.sending,
        )
    )
    output.say(_waiting(found))
    confirmation.of(Phrase("Stop everything?"), Phrase("nothing was stopped"))


def _waiting(found: "Movement") -> Phrase:
    return Counted(
        "{count} announcement is still to come: it waits.",
        "{count} announcements are still to come: they wait.",
        found.pending,
    )
