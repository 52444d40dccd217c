"""The audit trail: who asked what, when, through which door, with which result."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.access import Caller
from bot.domain.schedule import Origin

#: the result of what was carried out; else it is the error's code
DONE = "done"


class Action(StrEnum):
    SCHEDULE = "schedule"
    QUERY = "query"
    CANCEL = "cancel"
    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    UNSKIP = "unskip"
    SEND_NOW = "send-now"
    STOP = "stop"
    RETRY = "retry"
    CORRECT = "correct"
    RETRACT = "retract"
    STOP_ALL = "stop-all"
    RESUME_ALL = "resume-all"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    CONSENT = "consent"
    ANSWER = "answer"
    PREFER = "prefer"
    PURGE = "purge"
    RELOAD = "reload"
    SUSPEND = "suspend"
    RESTORE = "restore"
    WELCOME = "welcome"
    CREATE_LIST = "create-list"
    CHANGE_LIST = "change-list"
    RETIRE_LIST = "retire-list"
    APPROVE = "approve"
    REFUSE = "refuse"
    GIVE_ROLE = "give-role"
    TAKE_ROLE = "take-role"
    FORGET = "forget"
    OPEN_MAINTENANCE = "open-maintenance"
    MOVE_MAINTENANCE = "move-maintenance"
    EXTEND_MAINTENANCE = "extend-maintenance"
    FINISH_MAINTENANCE = "finish-maintenance"
    CALL_OFF_MAINTENANCE = "call-off-maintenance"
    OPEN_INCIDENT = "open-incident"
    UPDATE_INCIDENT = "update-incident"
    RESOLVE_INCIDENT = "resolve-incident"


class Occasion(StrEnum):
    """What moves readers, and is no door: nobody asked for anything at one."""

    #: they subscribe, unsubscribe, or show that they are there
    PRESENCE = "presence"
    #: their messages come back
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as far as it is written down: never with its content."""

    caller: Caller
    door: Origin
    action: Action
    #: what it is about: an id, a list, JIDs
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    id: int = 0
    at: datetime
    #: a bare JID, or `role:admin`
    caller: str
    role: str
    #: a word of another program's where it is none of ours
    door: Origin | Occasion | str
    action: Action | str
    about: str
    #: the schedule's, where one is meant
    reference: int | None
    #: `done`, or the code of the error
    result: str
    #: the error's text; of bad input only the name of the field
    detail: str | None = None
