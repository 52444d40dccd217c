"""`carillon schedules edit`: a pending schedule changed; it shows what, then asks."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import (
    confirmation,
    given,
    naming,
    output,
    previews,
    requesting,
    serving,
    session,
    showing,
    steering,
    texts,
    writing,
)
from bot.cli.given import Options
from bot.cli.parts import editing, lists, schedules
from bot.desk import views
from bot.domain import moments, timestamps
from bot.domain.audit import Action
from bot.domain.characters import line
from bot.domain.differences import Difference
from bot.domain.errors import Invalid, NotFound
from bot.domain.phrase import Phrase
from bot.domain.preview import rule_in_words, upcoming
from bot.domain.schedule import Schedule, TemplateContent
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.service.requests.editing import Edited

#: moments that are shown of what it becomes
_SHOWN = 10


def edit(
    context: typer.Context,
    reference: naming.Reference,
    *,
    owner: naming.Owner = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="LIST", help="Another list is told.")
    ] = None,
    template: given.TemplateAnew = None,
    settings: given.SettingsAnew = None,
    subject: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    body: given.BodyAnew = None,
    edit: given.EditAnew = False,
    subjects: given.SubjectsIn = None,
    bodies: given.BodiesAnew = None,
    unstyled: given.Unstyled = False,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When next; its rule goes on from there. Wall time, or with Z.",
        ),
    ] = None,
    within: given.Within = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="RRULE", help="Another rule; '' to send it only once."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--tz",
            metavar="ZONE",
            help="Another zone; its wall time stays. '' for UTC.",
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="No message leaves after it; '' for never."),
    ] = None,
    late: given.Late = None,
    urgent: given.UrgentOrNot = None,
    holidays: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Other holidays; '' for none."),
    ] = None,
    on_holiday: given.OnHoliday = None,
    revision: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Only if it still is in this revision (see show)."
        ),
    ] = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    json: output.JSON = False,
) -> None:
    """Change one that is pending; what is not named stays.

    Shows what changes and the moments to come, and asks. Its id, its number and what
    was sent already stay, and so does what goes out at this moment.
    """
    options = Options(
        list_name=list_name,
        template=template,
        settings=settings or (),
        subject=subject,
        body=body,
        edit=edit,
        subjects=subjects or (),
        bodies=bodies or (),
        at=at,
        within=within,
        every=every,
        timezone=timezone,
        expires=expires,
        late=late,
        urgent=urgent,
        holidays=holidays,
        on_holiday=on_holiday,
        unstyled=unstyled,
    )
    asks = not (yes or dry_run)
    texts.check(options, asks=asks)
    given.check_change(options)
    with session.desk_of(context) as desk, writing.Written() as written:
        found = naming.asked(
            desk, schedules.QUERY, reference, owner, Action.EDIT
        ).schedule
        with desk.reading(Action.EDIT, naming.name_of(reference, owner).about):
            _check_list(desk, list_name)
            options = worded(options, found, written)
            change = requesting.change_of(options, found, desk.templates)
        # the one that was looked at, so that nobody's edit in between is lost, nor
        # another meant that has its id meanwhile
        wanted = editing.Edit(
            name=ScheduleName(number=found.id),
            change=change,
            revision=found.revision if revision is None else revision,
        )
        with requesting.named(options):
            draft = desk.ask_here(editing.DRAFT(wanted))
        edited = draft.edited
        confirmation.reachable(asks=asks, json=json)
        ahead = upcoming(edited.after, limit=_SHOWN, skipped=edited.skipped)
        warnings = moments.together(
            ahead.warnings,
            requesting.oddities(options, edited.after, desk.templates),
            draft.cautions,
        )
        shown: dict[str, Any] = {
            "differences": [
                {"field": one.field, "old": one.old, "new": one.new}
                for one in edited.differences
            ],
            "put_back": edited.put_back,
            "readers": draft.readers,
            "texts": views.texts(draft.texts),
            "rule": rule_in_words(edited.after),
            **previews.as_data(ahead, warnings),
        }
        if not json:
            _differences(edited)
        if not json and edited.differences:
            showing.written(draft.texts)
            if edited.after.recurrence is not None:
                output.details([(Phrase("rule"), showing.rule(edited.after))])
                output.plain()
            showing.ahead(ahead, warnings)
            _put_back(edited.put_back, edited.after.zone)
        if dry_run or not edited.differences:
            if json:
                output.document({**views.schedule(found), **shown, "dry_run": dry_run})
            return
        if asks:
            confirmation.of(Phrase("Change this?"), Phrase("nothing was changed"))
        changed = desk.ask_here(editing.EDIT(wanted))
        written.taken()
        absent = serving.absent(serving.seen(desk))
    if json:
        output.document({**views.schedule(changed.schedule), **shown, "dry_run": False})
        return
    serving.tell(absent)
    steering.tell(changed)


def _check_list(desk: "Desk", name: str | None) -> None:
    """Raises NotFound, with the lists that there are."""
    if name is None:
        return
    try:
        desk.ask_here(lists.SHOW(lists.ListName(name)))
    except NotFound as error:
        error.field = "list"
        raise


def worded(options: Options, found: Schedule, written: writing.Written) -> Options:
    """The options with the texts themselves: an editor begins with the text there is,
    where there is one; ends with 2 where that is not so.
    """
    options = texts.read(options)
    if not options.edit or options.body is not None:
        return written.by(options)
    content = found.content
    if isinstance(content, TemplateContent):
        output.fail(
            Phrase(
                "--edit: it is said with the template {template!r}; change its fields"
                " with --set K=V, or give it a --body",
                template=content.template,
            ),
            2,
        )
    if len(content.texts) != 1:
        output.fail(
            Phrase(
                "--edit: it has texts in several languages; give them all again, with"
                " --body-in LANG=@FILE"
            ),
            2,
        )
    [text] = content.texts
    options = written.by(replace(options, body=text.body))
    if not text.language:
        return options
    return replace(options, body=None, bodies=(f"{text.language}={options.body}",))


def _differences(edited: "Edited") -> None:
    """Moments as clocks show them in the zone of before, and of after."""
    if not edited.differences:
        output.say(Phrase("Nothing changes."))
        return
    zones = edited.before.zone, edited.after.zone
    output.table(
        (Phrase("field"), Phrase("before"), Phrase("after")),
        [
            (
                one.field,
                _value(_read(one.field, one.old), zones[0]),
                _value(_read(one.field, one.new), zones[1]),
            )
            for one in _worth_telling(edited.differences)
        ],
    )
    output.plain()


def _worth_telling(found: Sequence[Difference]) -> Iterator[Difference]:
    """Where a rule begins is told by `at` and `every`, but where it differs."""
    at = [(one.old, one.new) for one in found if one.field == "at"]
    for one in found:
        comes_or_goes = one.old is None or one.new is None
        if one.field == "begin" and (comes_or_goes or (one.old, one.new) in at):
            continue
        yield one


def _read(field: str, value: Any) -> Any:
    """A template's field is text, of which a moment is shown as others are."""
    if field.startswith("set.") and isinstance(value, str):
        with suppress(Invalid):
            return timestamps.parse(value)
    return value


def _value(value: Any, zone: str) -> Any:
    """On one line: texts stand below in full."""
    if isinstance(value, datetime):
        return moments.local(value, zone)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value} s"
    if isinstance(value, tuple):
        return line(", ".join(map(str, value)))
    return line(value) if isinstance(value, str) else value


def _put_back(moments_: Iterable[datetime], zone: str) -> None:
    for moment in moments_:
        output.say(
            Phrase(
                "Note: {moment} is no longer skipped.",
                moment=moments.local(moment, zone),
            )
        )
