"""What is still to go out: chosen, looked at, and steered."""

from collections.abc import Iterator

from bot.desk.verbs.schedules import LIST, QUERY, SHOW, ScheduleWish
from bot.dialogues import editing, lines, previews, steering
from bot.dialogues.choices import MORE, MORE_LABEL, PAGE, one_of
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Part,
    Said,
    Shown,
    Talk,
    on_with,
    publishers,
)
from bot.domain import meanings, moments
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import rule_in_words, upcoming
from bot.domain.schedule import Origin, ScheduleState, TextContent
from bot.service.ports.paging import Order, Page, Paging
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Report

PENDING = (ScheduleState.PENDING, ScheduleState.PAUSED, ScheduleState.RUNNING)


async def _pending(talk: Talk) -> Dialogue:
    after, chosen = None, MORE
    while chosen == MORE:
        paging = Paging(limit=PAGE, after=after, order=Order.NEXT)
        page = await talk.look(LIST(ScheduleWish(paging=paging, states=PENDING)))
        if not page.items:
            yield Said(Phrase("Nothing is to go out."))
            return
        given = yield Form(
            heading=(
                Counted(
                    "{count} announcement is to go out.",
                    "{count} announcements are to go out.",
                    page.count,
                ),
            ),
            fields=(
                one_of("announcement", Phrase("Announcement"), _options(page, talk)),
            ),
        )
        chosen, after = given.text("announcement"), page.items[-1].id
    yield on_with(_steer, int(chosen))


def _options(page: Page[Report], talk: Talk) -> dict[str, Words]:
    found: dict[str, Words] = {
        str(one.id): lines.announcement_label(one, talk) for one in page.items
    }
    if page.index + len(page.items) < page.count:
        found[MORE] = MORE_LABEL
    return found


async def _steer(talk: Talk, number: int) -> Dialogue:
    report = await talk.look(QUERY(ScheduleName(number=number)))
    given = yield Form(
        heading=(lines.announcement(report, talk),),
        fields=(
            one_of("do", Phrase("What is to be done?"), dict(_tasks(report, talk))),
        ),
    )
    match given.text("do"):
        case "show":
            yield on_with(_show, number)
        case "edit":
            yield on_with(editing.edit, number)
        case "move":
            yield on_with(editing.move, number)
        case "skip" | "unskip" as task:
            yield on_with(steering.change_one, number, task)
        case task:
            yield on_with(steering.change, number, task)


def _tasks(report: Report, talk: Talk) -> Iterator[tuple[str, Words]]:
    """What can be done with it as it stands; first what changes nothing."""
    schedule = report.schedule
    yield "show", Phrase("Show it")
    if schedule.is_final:
        return
    # an admin may keep another's to single people from going out, nothing else
    is_own = schedule.owner == talk.caller.owner
    steers = is_own or (talk.caller.is_admin and not schedule.is_personal)
    is_paused = schedule.state is ScheduleState.PAUSED
    is_ahead = schedule.next_at is not None
    if (
        steers
        and (is_ahead or report.is_held)
        and schedule.origin is not Origin.WELCOME
    ):
        if not isinstance(schedule.content, TextContent) or schedule.content.texts:
            yield "edit", Phrase("Change what it says")
        yield "move", Phrase("Change when it goes out")
    if is_ahead and not is_paused:
        yield "pause", Phrase("Pause it")
    if steers and (is_paused or (report.is_held and talk.caller.is_admin)):
        yield "resume", Phrase("Let it go on")
    if steers and (report.is_held or (schedule.recurrence is not None and is_ahead)):
        yield "skip", Phrase("Leave one out")
    if steers and report.skipped:
        yield "unskip", Phrase("Put one back")
    if steers and (is_ahead or report.is_held):
        yield "send-now", Phrase("Send it now")
    yield "cancel", Phrase("Cancel it")


async def _show(talk: Talk, number: int) -> Dialogue:
    found = await talk.look(SHOW(ScheduleName(number=number)))
    report, schedule = found.report, found.schedule
    texts = found.texts
    says = (texts,) if isinstance(texts, Phrase) else tuple(previews.written(texts))
    ahead = upcoming(report.clocked, limit=previews.MOMENTS, skipped=report.skipped)
    sent = [lines.broadcast(one, talk) for one in found.broadcasts]
    facts = [
        Phrase("number: {number}", number=f"#{schedule.id} ({schedule.client_id})"),
        Phrase("to: {list}", list=lines.target(schedule, talk)),
        Phrase("readers now: {count}", count=found.readers),
        Phrase("state: {state}", state=meanings.state(schedule.state)),
    ]
    if (rule := rule_in_words(schedule)) is not None:
        facts.append(Phrase("Again: {rule}", rule=rule))
    if schedule.expires_at is not None:
        facts.append(previews.expiry(schedule, talk))
    yield Shown(
        (
            Part(Phrase("Announcement"), facts),
            Part(Phrase("Text"), lines.or_none(says)),
            Part(Phrase("Going out next"), lines.or_none(moments.told(ahead))),
            Part(Phrase("To know"), lines.or_none(previews.noted(report.warnings))),
            Part(Phrase("Sent so far"), lines.or_none(sent)),
        )
    )


COMMAND = Command(
    node="pending",
    name=Phrase("Pending announcements"),
    for_whom=publishers,
    dialogue=_pending,
)
