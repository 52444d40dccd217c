"""Something is to be announced: asked for, or only looked at before it is."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.desk.verb import Inquire, Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.consent import Standing
from bot.domain.fields import Field, FieldType
from bot.domain.lists import AnnouncementList, OnlineOnList
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution
from bot.domain.schedule import Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleRequest
from bot.service.requests.schedules import Report
from bot.service.rules.quotas import Quota
from bot.service.rules.rights import Right, may_announce
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a request would make, for whoever decides on it."""

    schedule: Schedule
    #: who would hear it now
    readers: int
    texts: tuple[Text, ...]
    #: beside those of a preview of its moments
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineWish:
    """How many of a list are online; None: of the default list."""

    list_name: str | None
    #: bare JIDs, of whatever lists
    online: Collection[str]

    @property
    def about(self) -> str:
        return self.list_name or "the default list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """An announcement to a list, for those of its readers who are online."""

    request: ScheduleRequest
    #: bare JIDs, of whatever lists
    online: Collection[str]

    @property
    def about(self) -> str:
        return f"{self.request.about}, those online"


def _audiences(
    _use_cases: UseCases, caller: Caller, _: Plain
) -> Steps[list[AnnouncementList]]:
    found: list[AnnouncementList] = yield Read(_announced_to, caller)
    return found


def _announced_to(uow: UnitOfWork, caller: Caller) -> list[AnnouncementList]:
    return [one for one in uow.lists.all() if may_announce(caller, one)]


def _schedule(
    use_cases: UseCases, caller: Caller, request: ScheduleRequest
) -> Steps[tuple[Report, Quota]]:
    schedules = use_cases.schedules
    made: tuple[Report, Quota]
    recipient = schedules.recipient(caller, request)
    if recipient is None:
        made = yield Write(schedules.create, caller, request)
    else:
        standing: Standing = yield Inquire(caller.owner, recipient)
        made = yield Write(schedules.write, caller, request, standing)
    return made


def _announce_online(
    use_cases: UseCases, caller: Caller, wish: Online
) -> Steps[tuple[Report, int]]:
    """Who of them is on the list is looked up before anything is held for writing."""
    schedules, request = use_cases.schedules, wish.request
    present: tuple[str, ...] = yield Read(
        schedules.present, caller, request, wish.online
    )
    report, _ = yield Write(schedules.create, caller, replace(request, present=present))
    return report, len(present)


def _count_online(
    use_cases: UseCases, caller: Caller, wish: OnlineWish
) -> Steps[OnlineOnList]:
    found: OnlineOnList = yield Read(
        use_cases.subscribers.online, caller, wish.list_name, wish.online
    )
    return found


def _draft(
    use_cases: UseCases, caller: Caller, request: ScheduleRequest
) -> Steps[Draft]:
    found: Draft = yield Read(_drafted, use_cases, caller, request)
    return found


def _drafted(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, request: ScheduleRequest
) -> Draft:
    schedule, readers = use_cases.schedules.draft(uow, caller, request)
    return Draft(
        schedule=schedule,
        readers=readers,
        texts=use_cases.schedules.texts(uow, schedule),
        cautions=use_cases.schedules.cautions(uow, schedule),
    )


#: the right is asked for: `bot.service.rules.rights.may_hurry`
URGENT: Field[Phrase] = Field(
    name="urgent",
    type=FieldType.BOOLEAN,
    label=Phrase("Urgent"),
    help=Phrase("Told at once: through quiet hours, pauses and send windows."),
    default="false",
)
#: of a request; a template's own fields come beside them
REQUEST = (
    Field(
        name="list_name",
        type=FieldType.LINE,
        label=Phrase("List"),
        help=Phrase("Who is told."),
    ),
    Field(
        name="people",
        type=FieldType.JID,
        label=Phrase("People"),
        help=Phrase("Single people told by the service, in place of a list."),
        many=True,
    ),
    Field(
        name="only",
        type=FieldType.JID,
        label=Phrase("Only to"),
        help=Phrase("A test: these people alone are told, at once."),
        many=True,
    ),
    Field(
        name="only_told",
        type=FieldType.LINE,
        label=Phrase("Only who was told"),
        help=Phrase("Of the list those alone whom a broadcast reached: 12, or 12/3."),
    ),
    Field(
        name="template",
        type=FieldType.LINE,
        label=Phrase("Template"),
        help=Phrase("Say it with a template."),
    ),
    Field(
        name="subjects",
        type=FieldType.LINE,
        label=Phrase("Subject"),
        help=Phrase("A subject for each language."),
        many=True,
    ),
    Field(
        name="bodies",
        type=FieldType.TEXT,
        label=Phrase("Text"),
        help=Phrase("Say it in your own words, a text for each language."),
        many=True,
    ),
    Field(
        name="deliver_at",
        type=FieldType.MOMENT,
        label=Phrase("At"),
        help=Phrase("When, or when for the first time."),
    ),
    Field(
        name="delay_seconds",
        type=FieldType.NUMBER,
        label=Phrase("In"),
        help=Phrase("Seconds from now, in place of a moment."),
    ),
    Field(
        name="recurrence",
        type=FieldType.LINE,
        label=Phrase("Again"),
        help=Phrase("Again and again, say FREQ=WEEKLY;COUNT=4."),
    ),
    Field(
        name="timezone",
        type=FieldType.LINE,
        label=Phrase("Time zone"),
        help=Phrase("Where its times are wall time, say Europe/Warsaw."),
    ),
    Field(
        name="expires",
        type=FieldType.MOMENT,
        label=Phrase("Expires"),
        help=Phrase("No message leaves after it."),
    ),
    Field(
        name="late_policy",
        type=FieldType.CHOICE,
        label=Phrase("When late"),
        help=Phrase("When the service was down: run, skip, or hold for an admin."),
        choices=("run", "skip", "hold"),
    ),
    Field(
        name="late_within",
        type=FieldType.NUMBER,
        label=Phrase("How late"),
        help=Phrase("Seconds that it may be late and still run."),
    ),
    URGENT,
    Field(
        name="holidays",
        type=FieldType.LINE,
        label=Phrase("Holidays"),
        help=Phrase("Days by which what recurs is skipped or shifted, by their name."),
    ),
    Field(
        name="on_holiday",
        type=FieldType.CHOICE,
        label=Phrase("On a holiday"),
        help=Phrase("Skip it, or shift it to the next day that is none."),
        choices=("skip", "shift"),
    ),
    Field(
        name="client_id",
        type=FieldType.LINE,
        label=Phrase("Id"),
        help=Phrase("Your name for it; a repeat changes nothing."),
    ),
)

#: the lists that the caller may announce to
AUDIENCES = Verb(
    name="announce: lists",
    action=Action.QUERY,
    right=Right.KNOWN,
    steps=_audiences,
)
SCHEDULE = Verb(
    name="announce",
    action=Action.SCHEDULE,
    right=Right.KNOWN,
    fields=REQUEST,
    steps=_schedule,
)
DRAFT = Verb(
    name="announce --dry-run",
    action=Action.QUERY,
    drafts=Action.SCHEDULE,
    right=Right.KNOWN,
    fields=REQUEST,
    steps=_draft,
)
#: at once; with how many are told
ONLINE = Verb(
    name="announce to those online",
    action=Action.SCHEDULE,
    right=Right.KNOWN,
    fields=REQUEST,
    steps=_announce_online,
)
#: how many it would be
COUNT_ONLINE = Verb(
    name="announce to those online --dry-run",
    action=Action.QUERY,
    drafts=Action.SCHEDULE,
    right=Right.SEES_ALL,
    steps=_count_online,
)
VERBS = (AUDIENCES, SCHEDULE, DRAFT, ONLINE, COUNT_ONLINE)
