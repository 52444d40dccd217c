"""How announcements and broadcasts look in a line or two, at most about 35 characters
each: clients show narrow boxes, and no tables (docs/explanation/clients.md).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogues.forms import Words
from bot.domain import meanings, moments
from bot.domain.characters import line
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule

if TYPE_CHECKING:
    from bot.dialogues.talk import Talk
    from bot.service.delivery.broadcasts import Account
    from bot.service.requests.schedules import Report

NOTHING = Phrase("none")
MAX_TITLE = 60  #: characters of what an announcement says
MAX_LABEL = 35  #: characters that a narrow client shows on a line, or of a choice


def cut(text: str, most: int = MAX_LABEL) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def title(schedule: Schedule) -> str:
    """What it says, in short; '' where that is not to be seen."""
    return cut(line(schedule.content.title or ""), MAX_TITLE)


def target(schedule: Schedule, talk: "Talk") -> str:
    """Who is told: the list's name, or the people."""
    return ", ".join(schedule.audience.jids) or talk.said(schedule.audience.label)


def moment(at: datetime | None, talk: "Talk") -> str:
    """On the clocks of whoever reads, to the minute where no second is said."""
    return moments.local(at, talk.zone.key)


def announcement(one: "Report", talk: "Talk") -> str:
    """#12 2026-12-05 22:00 CET, news: Works on the mail server"""
    when = moment(one.schedule.next_at, talk) or talk.said(
        meanings.state(one.schedule.state)
    )
    what = title(one.schedule) or one.schedule.client_id
    return f"#{one.id} {when}, {target(one.schedule, talk)}: {what}"


def announcement_label(one: "Report", talk: "Talk") -> str:
    """#12 12-05 22:00 news: Works on the… The year is what one can do without."""
    when = moment(one.schedule.next_at, talk)[5:16] or talk.said(
        meanings.state(one.schedule.state)
    )
    what = title(one.schedule) or one.schedule.client_id
    return cut(f"#{one.id} {when} {target(one.schedule, talk)}: {what}")


def broadcast_label(one: "Account", talk: "Talk") -> str:
    """#12/3 12-05 22:00 340/1000 Works…; to whom is told where it is chosen."""
    when = moment(one.broadcast.created_at, talk)[5:16]
    told = f"{one.progress.sent}/{one.progress.total}"
    what = title(one.schedule) or target(one.schedule, talk)
    return cut(f"{one.name.shown} {when} {told} {what}")


def broadcast(one: "Account", talk: "Talk") -> str:
    """#12/3 2026-12-05 22:00 CET, news: 340 of 1000, sending"""
    state = talk.said(meanings.state(one.broadcast.state))
    told = talk.said(
        Phrase("{count} of {total}", count=one.progress.sent, total=one.progress.total)
    )
    when = moment(one.broadcast.created_at, talk)
    to = target(one.schedule, talk)
    return f"{one.name.shown} {when}, {to}: {told}, {state}"


def label(*parts: str) -> str:
    """What stands for one thing in a choice, cut where it is too long for a line."""
    return cut(line(" ".join(filter(None, parts))))


def or_none(lines: Iterable[Words]) -> Sequence[Words]:
    """A list is never shown empty: one could think that it was not loaded."""
    return tuple(lines) or (NOTHING,)
