"""`carillon broadcasts correct` and `retract`: what went out, worded anew or taken
back; it shows what its readers get, then asks.
"""

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from bot.cli import (
    confirmation,
    editing,
    given,
    naming,
    output,
    requesting,
    serving,
    session,
    showing,
    texts,
    writing,
)
from bot.cli.given import Options
from bot.cli.parts import amending
from bot.desk import views
from bot.domain import meanings, pacing
from bot.domain.amendment import Amendment
from bot.domain.audit import Action
from bot.domain.broadcast import Progress
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.service.delivery.broadcasts import Account
    from bot.service.requests.correcting import Amended, Correction, Retraction


#: rows of a table, a name and a value each
Details: TypeAlias = tuple[tuple[Phrase, object], ...]


def correct(
    context: typer.Context,
    broadcast: naming.Broadcast,
    *,
    template: given.TemplateAnew = None,
    settings: given.SettingsAnew = None,
    subject: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    body: given.BodyAnew = None,
    edit: given.EditAnew = False,
    subjects: given.SubjectsIn = None,
    bodies: given.BodiesAnew = None,
    unstyled: given.Unstyled = False,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    json: output.JSON = False,
) -> None:
    """Correct one, also while it goes out, for exactly those whom it reached.

    What is not named stays. Shows the corrected texts and how many have the old one,
    and asks. Clients replace what they had; of a list whose readers' clients cannot
    (--no-corrections) it comes as a new message.
    """
    options = Options(
        template=template,
        settings=settings or (),
        subject=subject,
        body=body,
        edit=edit,
        subjects=subjects or (),
        bodies=bodies or (),
        unstyled=unstyled,
    )
    asks = not (yes or dry_run)
    texts.check(options, asks=asks)
    given.check_change(options)
    of = naming.broadcast_name(broadcast)
    with session.desk_of(context) as desk, writing.Written() as written:
        sent = amending.Sent(name=of, origin=Origin.CLI)
        found = desk.ask_here(amending.LOOK(sent))
        with desk.reading(Action.CORRECT, found.name.shown):
            options = editing.worded(options, found.schedule, written)
            change = requesting.change_of(options, found.schedule, desk.templates)
        # the very one, also where another begins meanwhile
        wish = amending.Corrected(name=found.name, origin=Origin.CLI, change=change)
        with requesting.named(options):
            draft = desk.ask_here(amending.DRAFT(wish))
        confirmation.reachable(asks=asks, json=json)
        if not json:
            _look(desk, draft, _new_text(found.progress))
        if dry_run or not draft.changes:
            if json:
                output.document(_as_data(draft, found, dry_run=dry_run))
            return
        if asks:
            confirmation.of(Phrase("Correct it?"), Phrase("nothing was corrected"))
        done = desk.ask_here(amending.CORRECT(wish))
        written.taken()
        absent = serving.absent(serving.seen(desk))
    if json:
        output.document(_as_data(draft, done.account, dry_run=False))
        return
    serving.tell(absent)
    output.say(_outcome(done))


def retract(
    context: typer.Context,
    broadcast: naming.Broadcast,
    dry_run: given.DryRun = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Withdraw one from exactly those whom it reached, after asking.

    If it still goes out it is stopped. Clients take away what they had, or show a line
    that says what is withdrawn: it is shown before, and how many get it.
    """
    of = naming.broadcast_name(broadcast)
    asks = not dry_run and confirmation.asks(yes=yes)
    with session.desk_of(context) as desk:
        sent = amending.Sent(name=of, origin=Origin.CLI)
        draft = desk.ask_here(amending.DRAFT_RETRACTION(sent))
        found = draft.account
        if asks:
            confirmation.begin(json=json)
        if not json:
            _look(desk, draft, _no_text(found.progress))
        if dry_run or not draft.changes:
            if json:
                output.document(_as_data(draft, found, dry_run=dry_run))
            return
        if asks:
            confirmation.of(Phrase("Withdraw it?"), Phrase("nothing was withdrawn"))
        # the very one, also where another begins meanwhile
        sent = amending.Sent(name=found.name, origin=Origin.CLI)
        done = desk.ask_here(amending.RETRACT(sent))
        absent = serving.absent(serving.seen(desk))
    if json:
        output.document(_as_data(draft, done.account, dry_run=False))
        return
    serving.tell(absent)
    output.say(_outcome(done))


def _as_data(
    draft: "Correction | Retraction", account: "Account", *, dry_run: bool
) -> dict[str, Any]:
    """`account`: of the original, after what was done."""
    return {
        **views.broadcast(account),
        "changes": draft.changes,
        "readers": draft.account.progress.sent,
        "texts": views.texts(draft.texts),
        "dry_run": dry_run,
    }


def _look(desk: "Desk", draft: "Correction | Retraction", readers: Details) -> None:
    """What is said, to whom, how far the original is, and how long it takes."""
    if not draft.changes:
        output.say(Phrase("Nothing changes."))
        return
    found = draft.account
    showing.written(draft.texts)
    output.details(
        [
            (Phrase("to"), showing.target(found.schedule)),
            (Phrase("state"), meanings.state(found.broadcast.state)),
            *readers,
            (Phrase("takes"), pacing.lasting(found.progress.sent, desk.policy.rate)),
        ]
    )


def _new_text(progress: Progress) -> Details:
    """How many have the old text, and who gets the new one alone."""
    return (
        (Phrase("have the old text"), progress.sent),
        (Phrase("not told yet"), progress.later or None),
    )


def _no_text(progress: Progress) -> Details:
    """How many have it, and who hears nothing any more."""
    return (
        (Phrase("have it"), progress.sent),
        (Phrase("never hear it"), progress.later or None),
    )


def _outcome(done: "Amended") -> Phrase:
    name, by = done.account.name, done.by
    command = f"`carillon broadcasts show {name}`"
    if by is None:
        return Phrase("Nothing changes.")
    if by.kind is Amendment.RETRACT:
        return Phrase(
            "{name} is withdrawn, by #{number}; see {command}.",
            name=name.shown,
            number=by.schedule.id,
            command=command,
        )
    return Phrase(
        "{name} is corrected, by #{number}; see {command}.",
        name=name.shown,
        number=by.schedule.id,
        command=command,
    )
