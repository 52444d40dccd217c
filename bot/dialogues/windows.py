"""How a maintenance and its times look in a line or two, by the clocks of whoever
reads; and what people would be told, before it is done.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogues import lines, previews
from bot.dialogues.forms import Words
from bot.dialogues.talk import Talk
from bot.domain import durations, meanings, moments, reminders
from bot.domain.characters import line
from bot.domain.language import choose
from bot.domain.maintenance import Maintenance, MaintenanceName, Window
from bot.domain.maintenance_words import (
    ALL_TO_COME,
    HAPPENS,
    at_end,
    happenings,
    heading,
    question,
    times,
)
from bot.domain.message import Text
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.preview import rule_in_words
from bot.service.maintenance.shown import Draft, Notice
from bot.service.maintenance.shown import Shown as Found

# --- lines -------------------------------------------------------------------------


def label(found: Found, talk: Talk) -> str:
    """M12 12-05 22:00 planned: New disks"""
    when = lines.moment(found.window.starts_at, talk)[5:16]
    state = talk.said(meanings.state(found.window.state))
    number = found.maintenance.name
    return lines.cut(f"{number} {when} {state}: {summary(found.maintenance, talk)}")


def window_label(window: Window, talk: Talk) -> str:
    """2026-12-05 22:00 CET planned"""
    when = lines.moment(window.starts_at, talk)
    return lines.cut(f"{when} {talk.said(meanings.state(window.state))}")


def title(found: Found, talk: Talk, name: MaintenanceName | None = None) -> str:
    """M12, maintenance: New disks"""
    one = found.maintenance
    return f"{name or found.name}, {one.list_name}: {summary(one, talk)}"


def summary(one: Maintenance, talk: Talk) -> str:
    """What is done, in the reader's language where it is said in that."""
    said = one.values.get("summary") or {"": one.template}
    return lines.cut(line(said[choose(said, talk.language)]), lines.MAX_TITLE)


def times_of(found: Found, talk: Talk) -> Phrase:
    return ALL_TO_COME if found.ends_all else times(found.window, talk.zone.key)


def stands(found: Found, talk: Talk) -> Phrase:
    """Under way: 2026-12-05 22:00 CET to 2026-12-06 00:00 CET"""
    return Phrase(
        "{state}: {times}",
        state=meanings.state(found.window.state),
        times=times_of(found, talk),
    )


def told(found: Found, talk: Talk) -> Iterator[Phrase]:
    """What was told so far, and to how many."""
    for notice in found.notices:
        if notice.schedule is not None:
            yield _told(notice, talk)


def _told(notice: Notice, talk: Talk) -> Phrase:
    made, progress = notice.schedule, notice.progress
    assert made is not None  # noqa: S101 - it was made
    parts = [meanings.state(made.state)]
    if progress is not None:
        sent = {"count": progress.sent, "total": progress.total}
        parts = [Phrase("{count} of {total}", **sent), *parts]
    if notice.corrections:
        parts.append(
            Counted(
                "corrected for {count}", "corrected for {count}", notice.corrections
            )
        )
    return Phrase(
        "{moment} {phase}: {how}",
        moment=lines.moment(notice.at, talk),
        phase=meanings.PHASES[notice.phase],
        how=Listed(*parts),
    )


def ahead(found: Found, talk: Talk) -> Iterator[Phrase]:
    """What happens by itself, the next first."""
    coming: list[tuple[datetime, Phrase]] = [
        (notice.at, HAPPENS[notice.phase])
        for notice in found.notices
        if notice.schedule is None
    ]
    asked = question(found.maintenance, found.window)
    coming += [asked] if asked is not None else []
    for at, what in sorted(coming, key=lambda one: one[0]):
        yield Phrase("{moment}: {what}", moment=lines.moment(at, talk), what=what)


def outcome(found: Found, talk: Talk) -> Phrase:
    """How it stands now, and what happens next."""
    stand = Phrase(
        "{name} is {state}: {times}.",
        name=found.name,
        state=meanings.state(found.window.state),
        times=times_of(found, talk),
    )
    following = next(ahead(found, talk), None)
    if following is None:
        return stand
    return Listed(stand, Phrase("Next, {what}.", what=following), separator=" ")


def facts(found: Found, talk: Talk) -> Iterator[Words]:
    """When, how often, how people are reminded, and who says that it is over."""
    one = found.maintenance
    yield times_of(found, talk)
    yield from again(found)
    if one.reminders:
        yield Phrase("reminders: {times}", times=reminders.written(one.reminders))
    yield Phrase("at its end: {what}", what=at_end(one, found.window))
    yield Phrase("readers now: {count}", count=found.readers)


def again(found: Found) -> Iterator[Words]:
    """How it recurs, where it does."""
    if (rule := rule_in_words(found.maintenance)) is not None:
        yield Phrase("Again: {rule}", rule=rule)


# --- what people would be told -----------------------------------------------------


def drafted(draft: Draft, talk: Talk) -> Iterator[Words]:
    """What is told at once in each of its languages, what comes later in one."""
    told = ((notice.phase, notice.at, texts) for notice, texts in draft.notices)
    for one in happenings(told, talk.desk.clock.now()):
        yield heading(one, talk.zone.key)
        is_later = None not in one.moments
        yield from previews.written(_of_one(one.texts, talk) if is_later else one.texts)
    yield from previews.noted(draft.cautions)


def _of_one(texts: Sequence[Text], talk: Talk) -> Sequence[Text]:
    by_tag = {text.language: text for text in texts}
    return (by_tag[choose(by_tag, talk.language)],) if by_tag else ()


def reached(draft: Draft) -> Iterator[Words]:
    """To how many that is."""
    if draft.readers:
        yield Counted(
            "{count} reader is told at once.",
            "{count} readers are told at once.",
            draft.readers,
        )
    if draft.corrected:
        yield Counted(
            "What {count} reader was told before is corrected where it stands.",
            "What {count} readers were told before is corrected where it stands.",
            draft.corrected,
        )
    if not draft.readers and not draft.corrected:
        yield Phrase("Nobody is told anything now.")


# --- typed -------------------------------------------------------------------------


def until(
    text: str, talk: Talk, field: str, clocks: ZoneInfo | None = None
) -> tuple[str | None, str | None]:
    """An end as it is typed: the moment, or the length of time; raises Invalid.
    `clocks`: where they are not those of whoever talks.
    """
    length = text.strip().removeprefix("+")
    if durations.units(length):
        return None, length
    return moments.instant(text, clocks or talk.zone, field), None
