"""Before what cannot be taken back: what it is about is shown, and whoever sits there
is asked.

Only there, on a terminal. A script has named what it wants, and nobody could answer.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import naming, output, showing
from bot.cli.parts import schedules
from bot.domain import moments
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState
from bot.domain.characters import line
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verbs.schedules import Shown

Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask, as on a terminal it would.")
]


def asks(*, yes: bool) -> bool:
    """Whether somebody is there who may want to be asked."""
    return not yes and output.on_terminal()


def reachable(*, asks: bool, json: bool) -> None:
    """Ends with 2 where somebody is to be asked and nobody can be: of what a script,
    too, has to say that it wants it.
    """
    if asks and (json or not output.on_terminal()):
        output.fail(
            Phrase("nobody is there to be asked: add --yes, or --dry-run to look"), 2
        )


def begin(*, json: bool) -> None:
    """Ends with 2 where what is shown before the question would break JSON."""
    if json:
        output.fail(Phrase("--json is for programs, which nobody asks: add --yes"), 2)


def of(question: Phrase, otherwise: Phrase) -> None:
    """Ends with 1 where the answer is no."""
    if not output.confirmed(question):
        output.fail(otherwise)


def shown(desk: "Desk", reference: str, owner: str | None, towards: Action) -> "Shown":
    """The announcement that a change is about, of which people are asked."""
    return naming.asked(desk, schedules.SHOW, reference, owner, towards)


def about(found: "Shown", *, json: bool) -> None:
    """To whom, what, when, and how many are told, or have been so far."""
    begin(json=json)
    schedule = found.schedule
    sending = [
        Phrase("{count} of {total}", count=one.progress.sent, total=one.progress.total)
        for one in found.broadcasts
        if one.broadcast.state is BroadcastState.SENDING
    ]
    output.details(
        [
            (Phrase("number"), f"#{schedule.id} ({schedule.client_id})"),
            (Phrase("to"), showing.target(schedule)),
            (Phrase("readers now"), found.readers),
            *_says(found),
            (Phrase("rule"), showing.rule(schedule)),
            (Phrase("next"), moments.local(schedule.next_at, found.report.zone)),
            (Phrase("sent so far"), sending),
        ]
    )


def _says(found: "Shown") -> Iterable[tuple[Phrase, str]]:
    """In the first of its languages: the subject, or else how the text begins."""
    if isinstance(found.texts, Phrase) or not found.texts:
        return
    text = found.texts[0]
    if text.subject:
        yield Phrase("subject"), line(text.subject)
    else:
        yield Phrase("text"), line(text.body.strip().partition("\n")[0])
