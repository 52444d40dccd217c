"""What an owner hears of a job (Message Scheduling 1.0.0 §7.1 `<status>`, §10)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class WireState(StrEnum):
    """The draft's states."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to know of a job that was accepted, for programs and for people."""

    #: the code of a warning
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """How a job stands now."""

    #: its id as the owner knows it
    job: str
    status: WireState
    #: which of several occurrences it is about, None where it is about the job
    due_at: datetime | None = None
    #: of a job that was only just accepted, and the language that they are in
    remarks: tuple[Remark, ...] = field(default=(), repr=False)
    language: str = field(default="", repr=False)
