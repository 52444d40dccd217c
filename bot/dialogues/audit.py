"""Who asked what, when, with which result: the audit trail, the latest first."""

from collections.abc import Iterator
from datetime import datetime

from bot.desk.verbs.audit import LIST, AuditWish
from bot.dialogues import lines
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import Command, Dialogue, Part, Said, Shown, Talk, overseers
from bot.domain import durations, moments
from bot.domain.access import OPERATOR
from bot.domain.audit import Action, AuditEntry
from bot.domain.errors import Invalid, about
from bot.domain.fields import Field, FieldType
from bot.domain.jid import bare
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.trail import AuditFilter

#: entries that are shown at once, of two lines each
PAGE_SIZE = 10
_ANY = "any"

_CALLER: Field[Words] = Field(
    name="caller",
    type=FieldType.LINE,
    label=Phrase("Who asked"),
    help=Phrase("An address; role:admin is the command line. Empty: everybody."),
)
_ACTION: Field[Words] = Field(
    name="action",
    type=FieldType.CHOICE,
    label=Phrase("What was asked"),
    help=Phrase("Only this, or anything."),
    choices=(_ANY, *Action),
    choice_labels={_ANY: Phrase("anything")},
)
_SINCE: Field[Words] = Field(
    name="since",
    type=FieldType.LINE,
    label=Phrase("Since"),
    help=Phrase(
        "2026-12-01 09:00, or how long ago: 2h, 7d. Empty: from the beginning."
    ),
)
_MORE: Field[Words] = Field(
    name="more",
    type=FieldType.CHOICE,
    label=Phrase("Go on?"),
    help=Phrase("The entries before these, or no more."),
    choices=("earlier", "enough"),
    choice_labels={"earlier": Phrase("Earlier ones"), "enough": Phrase("Enough")},
)


async def _audit(talk: Talk) -> Dialogue:
    given = yield Form(
        heading=(Phrase("Which entries? Leave all as it is for the latest."),),
        fields=(_CALLER, _ACTION, _SINCE),
        is_last=True,
    )
    wanted, after = _filter(given, talk), None
    while True:
        paging = Paging(limit=PAGE_SIZE, after=after, order=Order.LATEST)
        page = await talk.ask(LIST(AuditWish(wanted=wanted, paging=paging)))
        rows = tuple(row for one in page.items for row in _rows(one, talk))
        if page.index + len(page.items) >= page.count:
            yield Shown((Part(_label(page), lines.or_none(rows)),))
            return
        more = yield Form(heading=(_label(page),), shows=rows, fields=(_MORE,))
        if more.text("more") == "enough":
            yield Said(
                Phrase(
                    "There are {count} entries; nothing was changed.", count=page.count
                )
            )
            return
        after = page.items[-1].id


def _filter(given: Answers, talk: Talk) -> AuditFilter:
    """Raises Invalid, naming the field."""
    caller, action = given.given("caller"), given.text("action")
    if caller is not None and caller != OPERATOR:
        with about("caller"):
            caller = bare(caller)
    return AuditFilter(
        since=_since(given.given("since"), talk),
        caller=caller,
        action=None if action == _ANY else Action(action),
    )


def _since(text: str | None, talk: Talk) -> datetime | None:
    """A moment on his clocks, or how long ago."""
    if text is None:
        return None
    try:
        return talk.desk.clock.now() - durations.parse(text)
    except Invalid:
        return moments.read(text, talk.zone, "since")


def _label(page: Page[AuditEntry]) -> Phrase:
    if not page.count:
        return Phrase("Entries")
    return Phrase(
        "Entries {first} to {last} of {count}",
        first=page.index + 1,
        last=page.index + len(page.items),
        count=page.count,
    )


def _rows(entry: AuditEntry, talk: Talk) -> Iterator[Words]:
    """2026-12-05 22:00 CET admin@example.org
    schedule: news (#12): done
    """
    yield f"{lines.moment(entry.at, talk)} {entry.caller}"
    number = "" if entry.reference is None else f"#{entry.reference}"
    what = " ".join(filter(None, (number, entry.about)))
    if number and entry.about.startswith(number):
        what = entry.about
    result = f"{entry.result}: {entry.detail}" if entry.detail else entry.result
    yield (
        f"  {entry.action} {what}: {result}" if what else f"  {entry.action}: {result}"
    )


COMMAND = Command(
    node="audit",
    name=Phrase("Audit trail"),
    for_whom=overseers,
    dialogue=_audit,
)
