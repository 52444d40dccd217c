"""Maintenance: opened, looked at, moved, extended, finished and called off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.announcing import REQUEST
from bot.desk.verbs.steering import REVISION
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.maintenance import Finish
from bot.domain.phrase import Phrase
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.maintenance.shown import Draft, Shown
from bot.service.ports.paging import Page, Paging
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWish:
    """A page of them: the caller's and those of his lists, or for who sees all
    everybody's.
    """

    paging: Paging
    #: what is over, too
    everything: bool = True

    @property
    def about(self) -> str:
        return "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedWindow:
    """Another time for one."""

    name: WindowName
    change: MoveWindow

    @property
    def about(self) -> str:
        return self.name.about


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedWindow:
    """A later end for one."""

    name: WindowName
    change: ExtendWindow

    @property
    def about(self) -> str:
        return self.name.about


def _open(
    use_cases: UseCases, caller: Caller, request: OpenMaintenance
) -> Steps[Shown]:
    found: Shown = yield Write(use_cases.maintenances.open, caller, request)
    return found


def _draft(
    use_cases: UseCases, caller: Caller, request: OpenMaintenance
) -> Steps[Draft]:
    found: Draft = yield Read(use_cases.maintenances.draft, caller, request)
    return found


def _list(
    use_cases: UseCases, caller: Caller, wish: MaintenanceWish
) -> Steps[Page[Shown]]:
    found: Page[Shown] = yield Read(
        use_cases.maintenances.page, caller, wish.paging, wish.everything
    )
    return found


def _show(use_cases: UseCases, caller: Caller, name: WindowName) -> Steps[Shown]:
    found: Shown = yield Read(use_cases.maintenances.show, caller, name)
    return found


def _move(use_cases: UseCases, caller: Caller, one: MovedWindow) -> Steps[Shown]:
    return (yield from _changed(use_cases, caller, one.name, one.change))


def _extend(use_cases: UseCases, caller: Caller, one: ExtendedWindow) -> Steps[Shown]:
    return (yield from _changed(use_cases, caller, one.name, one.change))


def _finish(use_cases: UseCases, caller: Caller, name: WindowName) -> Steps[Shown]:
    return (yield from _changed(use_cases, caller, name, FinishWindow()))


def _call_off(use_cases: UseCases, caller: Caller, name: WindowName) -> Steps[Shown]:
    return (yield from _changed(use_cases, caller, name, CallOff()))


def _changed(
    use_cases: UseCases, caller: Caller, name: WindowName, change: Change
) -> Steps[Shown]:
    found: Shown = yield Write(use_cases.maintenances.change, caller, name, change)
    return found


def _draft_move(use_cases: UseCases, caller: Caller, one: MovedWindow) -> Steps[Draft]:
    return (yield from _drafted(use_cases, caller, one.name, one.change))


def _draft_extension(
    use_cases: UseCases, caller: Caller, one: ExtendedWindow
) -> Steps[Draft]:
    return (yield from _drafted(use_cases, caller, one.name, one.change))


def _draft_finish(
    use_cases: UseCases, caller: Caller, name: WindowName
) -> Steps[Draft]:
    return (yield from _drafted(use_cases, caller, name, FinishWindow()))


def _draft_calling_off(
    use_cases: UseCases, caller: Caller, name: WindowName
) -> Steps[Draft]:
    return (yield from _drafted(use_cases, caller, name, CallOff()))


def _drafted(
    use_cases: UseCases, caller: Caller, name: WindowName, change: Change
) -> Steps[Draft]:
    found: Draft = yield Read(use_cases.maintenances.draft_change, caller, name, change)
    return found


_OF_A_REQUEST = {field.name: field for field in REQUEST}
START = Field(
    name="start",
    type=FieldType.MOMENT,
    label=Phrase("Start"),
    help=Phrase("When it begins."),
)
END = Field(
    name="end",
    type=FieldType.MOMENT,
    label=Phrase("End"),
    help=Phrase("When it should be over, where that is known."),
)
DURATION = Field(
    name="duration",
    type=FieldType.DURATION,
    label=Phrase("How long"),
    help=Phrase("In place of an end, say 2h."),
)
FINISH_BY = Field(
    name="finish",
    type=FieldType.CHOICE,
    label=Phrase("When its end has passed"),
    help=Phrase("Whether you are asked before people are told that all is well."),
    choices=tuple(Finish),
    choice_labels={
        Finish.ASK: Phrase("Ask me first"),
        Finish.AUTO: Phrase("Say that all is well"),
    },
)
REMINDERS = Field(
    name="reminders",
    type=FieldType.DURATION,
    label=Phrase("Reminders"),
    help=Phrase("How long before the start; otherwise as the list has them."),
    many=True,
)
OPENING = (
    *(_OF_A_REQUEST[name] for name in ("list_name", "template")),
    *(START, END, DURATION),
    *(_OF_A_REQUEST[name] for name in ("recurrence", "timezone")),
    *(FINISH_BY, REMINDERS, _OF_A_REQUEST["client_id"]),
)
WINDOW = (
    Field(
        name="id",
        type=FieldType.LINE,
        label=Phrase("Maintenance"),
        help=Phrase("M12; of what recurs one window, M12/3; or the id it was given."),
        required=True,
    ),
    Field(
        name="owner",
        type=FieldType.LINE,
        label=Phrase("Owner"),
        help=Phrase("Whose id it is; otherwise the caller's."),
    ),
    Field(
        name="due",
        type=FieldType.MOMENT,
        label=Phrase("Window"),
        help=Phrase("Of what recurs the one that begins then."),
    ),
)
CHANGE = (*WINDOW, REVISION)
BY = Field(
    name="by",
    type=FieldType.DURATION,
    label=Phrase("Longer by"),
    help=Phrase("In place of an end, say 1h."),
)

LIST = Verb(
    name="maintenance list",
    action=Action.QUERY,
    right=Right.KNOWN,
    steps=_list,
)
SHOW = Verb(
    name="maintenance show",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=WINDOW,
    steps=_show,
)
OPEN = Verb(
    name="maintenance open",
    action=Action.OPEN_MAINTENANCE,
    right=Right.KNOWN,
    fields=OPENING,
    steps=_open,
)
DRAFT = Verb(
    name="maintenance open --dry-run",
    action=Action.QUERY,
    drafts=Action.OPEN_MAINTENANCE,
    right=Right.KNOWN,
    fields=OPENING,
    steps=_draft,
)
MOVE = Verb(
    name="maintenance move",
    action=Action.MOVE_MAINTENANCE,
    right=Right.KNOWN,
    fields=(*CHANGE, START, END, DURATION),
    steps=_move,
)
DRAFT_MOVE = Verb(
    name="maintenance move --dry-run",
    action=Action.QUERY,
    drafts=Action.MOVE_MAINTENANCE,
    right=Right.KNOWN,
    fields=(*CHANGE, START, END, DURATION),
    steps=_draft_move,
)
EXTEND = Verb(
    name="maintenance extend",
    action=Action.EXTEND_MAINTENANCE,
    right=Right.KNOWN,
    fields=(*CHANGE, END, BY),
    steps=_extend,
)
DRAFT_EXTENSION = Verb(
    name="maintenance extend --dry-run",
    action=Action.QUERY,
    drafts=Action.EXTEND_MAINTENANCE,
    right=Right.KNOWN,
    fields=(*CHANGE, END, BY),
    steps=_draft_extension,
)
FINISH = Verb(
    name="maintenance finish",
    action=Action.FINISH_MAINTENANCE,
    right=Right.KNOWN,
    fields=CHANGE,
    steps=_finish,
)
DRAFT_FINISH = Verb(
    name="maintenance finish --dry-run",
    action=Action.QUERY,
    drafts=Action.FINISH_MAINTENANCE,
    right=Right.KNOWN,
    fields=CHANGE,
    steps=_draft_finish,
)
CALL_OFF = Verb(
    name="maintenance call-off",
    action=Action.CALL_OFF_MAINTENANCE,
    right=Right.KNOWN,
    fields=CHANGE,
    steps=_call_off,
)
DRAFT_CALLING_OFF = Verb(
    name="maintenance call-off --dry-run",
    action=Action.QUERY,
    drafts=Action.CALL_OFF_MAINTENANCE,
    right=Right.KNOWN,
    fields=CHANGE,
    steps=_draft_calling_off,
)
#: what is done with one
CHANGES: tuple[Verb[Any, Shown], ...] = (MOVE, EXTEND, FINISH, CALL_OFF)
#: by the name of such a verb: what it would be
DRAFTS: Mapping[str, Verb[Any, Draft]] = {
    MOVE.name: DRAFT_MOVE,
    EXTEND.name: DRAFT_EXTENSION,
    FINISH.name: DRAFT_FINISH,
    CALL_OFF.name: DRAFT_CALLING_OFF,
}
VERBS: tuple[Verb[Any, Any], ...] = (
    *(LIST, SHOW, OPEN, DRAFT),
    *CHANGES,
    *DRAFTS.values(),
)
