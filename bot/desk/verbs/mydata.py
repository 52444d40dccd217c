"""What is stored about the caller: shown, exported, forgotten."""

from dataclasses import dataclass
from typing import Any

from bot.desk import views
from bot.desk.verb import Pause, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.ports.personal import Erasure, Part, Slice, Trace
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.forgetting import Stays
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

#: seconds in which others who write go first, after each transaction
_BREATH = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Of whom it is; None: the caller's."""

    jid: str | None = None

    @property
    def about(self) -> str:
        return self.jid or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWish:
    """Some of a part, from `after` on, where that is what a slice before gave."""

    jid: str | None = None
    part: Part
    after: int = 0
    limit: int = 1_000

    @property
    def about(self) -> str:
        return self.jid or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What became of it."""

    #: messages of his to single people that will not come
    cancelled: int
    stays: Stays


#: parts of which there is one thing at most
SINGLE = frozenset({Part.PERSON, Part.CONSENT, Part.COUNTS, Part.FORGOTTEN})


def _look(
    use_cases: UseCases, caller: Caller, whose: Whose
) -> Steps[dict[Part, Slice]]:
    found: dict[Part, Slice] = {}
    for part in Part:
        wish = PartWish(jid=whose.jid, part=part, limit=SHOWN)
        found[part] = yield Read(_some, use_cases, caller, wish)
    return found


def _export(use_cases: UseCases, caller: Caller, wish: PartWish) -> Steps[Slice]:
    found: Slice = yield Read(_some, use_cases, caller, wish)
    return found


def _some(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, wish: PartWish
) -> Slice:
    holdings, which = use_cases.holdings, (wish.after, wish.limit)
    if wish.part is not Part.ANNOUNCEMENTS:
        return holdings.some(uow, caller, wish.jid, wish.part, *which)
    found, following = holdings.announcements(uow, caller, wish.jid, *which)
    return Slice([views.own(one) for one in found], following)


def _forget(use_cases: UseCases, caller: Caller, whose: Whose) -> Steps[Forgotten]:
    work = use_cases.forgetting
    who: Erasure = yield Write(work.begin, caller, whose.jid)
    cancelled = 0
    while some := (yield Write(work.cancel, caller, who)):
        cancelled += some
    while (yield Write(work.give_up, who)):
        pass
    for trace in Trace:
        yield from _erased(use_cases, who, trace)
    stays: Stays | None
    while (stays := (yield Write(work.end, who))) is None:
        yield from _erased(use_cases, who, Trace.SUBSCRIPTIONS)
    return Forgotten(cancelled=cancelled, stays=stays)


def _erased(use_cases: UseCases, who: Erasure, trace: Trace) -> Steps[None]:
    after: Any = 0
    while after is not None:
        after = yield Write(use_cases.forgetting.erase, who, trace, after)
        yield Pause(_BREATH)


#: rows of each part that a look gives
SHOWN = 20
JID = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Whose"),
    help=Phrase("Whose data they are, for the operator; otherwise the caller's."),
)
LOOK = Verb(
    name="my data",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(JID,),
    steps=_look,
)
#: the next slice of a part
EXPORT = Verb(
    name="my data export",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(
        JID,
        Field(
            name="part",
            type=FieldType.CHOICE,
            label=Phrase("Part"),
            help=Phrase("Which of it."),
            required=True,
            choices=tuple(Part),
        ),
    ),
    steps=_export,
)
FORGET = Verb(
    name="forget me",
    action=Action.FORGET,
    right=Right.KNOWN,
    fields=(JID,),
    steps=_forget,
)
VERBS = (LOOK, EXPORT, FORGET)
