"""Incidents: opened, updated, resolved, looked at.

Each step says what is true now to the whole list, by an announcement of its own
(`Amending.tell`) whose topic is the incident. What becomes of what was said before and
is not heard by everybody yet is the topic's affair (`bot.service.delivery.topics`).

An incident is its list's: whoever may announce there goes on with it, whoever opened
it.
"""

import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import moments, timestamps, wallclock
from bot.domain.access import Caller
from bot.domain.broadcast import Progress
from bot.domain.errors import Conflict, Finished, Invalid, NotFound
from bot.domain.incident import (
    RESOLVED,
    TEMPLATE,
    Incident,
    IncidentState,
    Update,
    UpdateKind,
    can_end,
    filled_on,
    is_nothing_new,
    minute,
)
from bot.domain.lists import AnnouncementList
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution
from bot.domain.relative import Anchor
from bot.domain.schedule import (
    UNREADABLE,
    FieldValues,
    ListAudience,
    Origin,
    Schedule,
    TemplateContent,
)
from bot.service.delivery import windows
from bot.service.delivery.amending import Amending
from bot.service.delivery.specimens import specimens
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import contents
from bot.service.requests.intake import read_id
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import Policy, exceeded
from bot.service.rules.rights import (
    known,
    may_announce,
    may_know,
    require_announcing,
    require_hurrying,
)
from bot.texts.languages import is_language

#: notices that are shown of one, the latest
HISTORY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a request would say, for whoever decides on it."""

    incident: Incident
    kind: UpdateKind
    #: who would hear it now
    readers: int
    #: in each language that its template has
    texts: tuple[Text, ...]
    #: it was said already: nothing would be said again
    is_repeat: bool = False
    #: what its list's send window makes of it
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the next notice says where nothing else is given; not yet judged."""

    incident: Incident
    content: TemplateContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice of an incident, and how it stands."""

    update: Update
    schedule: Schedule
    #: None: it has not gone out yet
    progress: Progress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """An incident with its latest notices, the earliest first."""

    incident: Incident
    notices: tuple[Notice, ...]
    #: what was said last, in each language; none where its template says it no longer
    texts: tuple[Text, ...]


class Incidents:
    def __init__(
        self, policy: Policy, templates: Templates, clock: Clock, amending: Amending
    ) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._amending = amending

    # --- opened ---------------------------------------------------------------

    def draft_opening(
        self, uow: UnitOfWork, caller: Caller, request: OpenIncident
    ) -> Draft:
        """What `open` would say; nothing is stored. Raises what it would raise, but
        for limits.
        """
        known(caller)
        earlier = _earlier(uow, caller, request)
        entry = self._target(uow, caller, request.list_name)
        made = earlier or _named(uow, self._read(caller, entry, request))
        opened = UpdateKind.OPENED
        return self._drafted(uow, entry, made, opened, is_repeat=earlier is not None)

    def open(self, uow: UnitOfWork, caller: Caller, request: OpenIncident) -> Incident:
        """Store it and say so; a repeat gives the incident as it stands.

        Raises any CarillonError; nothing is stored and nothing said then.
        """
        known(caller)
        uow.schedules.hold(caller.owner)
        if (earlier := _earlier(uow, caller, request)) is not None:
            return earlier
        entry = self._target(uow, caller, request.list_name)
        made = self._read(caller, entry, request)
        self._check_room(uow, caller)
        stored = uow.incidents.add(_named(uow, made))
        self._say(uow, caller, stored, UpdateKind.OPENED, request)
        return stored

    def _target(
        self, uow: UnitOfWork, caller: Caller, list_name: str
    ) -> AnnouncementList:
        entry = uow.lists.get(list_name)
        if entry is None or not may_know(uow, caller, entry):
            raise NotFound(
                Phrase("There is no list {name!r}.", name=list_name), field="list"
            )
        require_announcing(caller, entry)
        return entry

    def _read(
        self, caller: Caller, entry: AnnouncementList, request: OpenIncident
    ) -> Incident:
        if request.urgent:
            require_hurrying(caller)
        now = timestamps.round_up(self._clock.now())
        zone = request.timezone or entry.timezone
        values = self._filled_on({}, request.values, request.template, zone, now)
        return Incident(
            owner=caller.owner,
            client_id=read_id(request.client_id),
            fingerprint=request.fingerprint(),
            list_name=entry.name,
            content=self._content(caller, entry, request.template, values, zone, now),
            timezone=zone,
            urgent=request.urgent,
            created_at=now,
            changed_at=now,
        )

    def _check_room(self, uow: UnitOfWork, caller: Caller) -> None:
        """Raises PolicyViolation; the owner is held already."""
        most = self._policy.limits_of(caller).pending
        used = uow.incidents.count_open(caller.owner)
        if most and used >= most:
            raise exceeded(
                "pending",
                most,
                Counted(
                    "You have {count} incident that is not resolved, {limit} at most;"
                    " resolve one first.",
                    "You have {count} incidents that are not resolved, {limit} at"
                    " most; resolve one first.",
                    used,
                    limit=most,
                ),
            )

    # --- gone on with ---------------------------------------------------------

    def begin(self, uow: UnitOfWork, caller: Caller, change: UpdateIncident) -> Begun:
        """What a form of the next notice begins with."""
        before = self.named(uow, caller, change.name)
        self._check_open(uow, caller, before)
        template, said = self._template(before, change)
        now = timestamps.round_up(self._clock.now())
        values = self._filled_on(said, {}, template, before.timezone, now, change.kind)
        content = TemplateContent(template=template, values=values)
        return Begun(incident=before, content=content)

    def draft_update(
        self, uow: UnitOfWork, caller: Caller, change: UpdateIncident
    ) -> Draft:
        """What `update` would say; likewise."""
        before = self.named(uow, caller, change.name)
        after = self._judged(uow, caller, before, change)
        entry = uow.lists.get(before.list_name)
        return self._drafted(
            uow, entry, after or before, change.kind, is_repeat=after is None
        )

    def update(
        self, uow: UnitOfWork, caller: Caller, change: UpdateIncident
    ) -> Incident:
        """Say what is new, or that it is over; a repeat of the latest changes nothing.

        Raises any CarillonError: Conflict where somebody else has said something since
        the revision that the caller has seen, Finished where it is over.
        """
        name = self.named(uow, caller, change.name)
        uow.schedules.hold(caller.owner)
        before = uow.incidents.lock(name.id)
        assert before is not None  # noqa: S101 - none is ever deleted
        after = self._judged(uow, caller, before, change)
        if after is None:
            return before
        uow.incidents.save(after)
        self._say(uow, caller, after, change.kind, change)
        return after

    def _judged(
        self,
        uow: UnitOfWork,
        caller: Caller,
        before: Incident,
        change: UpdateIncident,
    ) -> Incident | None:
        """What it becomes; None: that was said already."""
        digest = change.fingerprint()
        is_said = before.edit_fingerprint == digest
        if is_said and (change.revision == before.revision - 1 or before.is_over):
            self._check_allowed(uow, caller, before)
            return None
        entry = self._check_open(uow, caller, before)
        if change.revision not in {None, before.revision}:
            raise Conflict(
                Phrase(
                    "Something was said of {name} meanwhile; look at it again.",
                    name=before.shown,
                )
            )
        now = timestamps.round_up(self._clock.now())
        after = replace(
            before,
            content=self._next(caller, entry, before, change, now),
            revision=before.revision + 1,
            edit_fingerprint=digest,
            changed_at=now,
        )
        if change.kind is UpdateKind.RESOLVED:
            return replace(after, state=IncidentState.RESOLVED, ended_at=now)
        return None if is_nothing_new(before.content, after.content) else after

    def _check_open(
        self, uow: UnitOfWork, caller: Caller, before: Incident
    ) -> AnnouncementList | None:
        """Its list; None where that is gone, for an admin. Raises Finished, too."""
        entry = self._check_allowed(uow, caller, before)
        if before.is_over:
            raise Finished(
                Phrase(
                    "{name} is resolved; what comes now is another incident.",
                    name=before.shown,
                )
            )
        return entry

    def _check_allowed(
        self, uow: UnitOfWork, caller: Caller, before: Incident
    ) -> AnnouncementList | None:
        entry = uow.lists.get(before.list_name)
        if entry is None and not caller.is_admin:
            raise NotFound(Phrase("There is no list {name!r}.", name=before.list_name))
        require_announcing(caller, entry)
        return entry

    def _next(
        self,
        caller: Caller,
        entry: AnnouncementList | None,
        before: Incident,
        change: UpdateIncident,
        now: datetime,
    ) -> TemplateContent:
        template, said = self._template(before, change)
        zone = before.timezone
        values = self._filled_on(said, change.values, template, zone, now, change.kind)
        return self._content(caller, entry, template, values, zone, now)

    def _template(
        self, before: Incident, change: UpdateIncident
    ) -> tuple[str, FieldValues]:
        """What it is said with, and what was said before."""
        content, template = before.content, TEMPLATE
        said: FieldValues = {}
        if isinstance(content, TemplateContent) and content.template != UNREADABLE:
            template, said = content.template, content.values
        if change.template is not None:
            template = change.template
        elif change.kind is UpdateKind.RESOLVED:
            template = self._ending(template)
        return template, said

    def _ending(self, template: str) -> str:
        """What says that it is over: the template's counterpart, else itself where it
        has words for that, else the shipped one.
        """
        ending = f"{template}{RESOLVED}"
        if ending in self._templates.names():
            return ending
        with suppress(Invalid):
            if can_end(self._templates.get(template)):
                return template
        return f"{TEMPLATE}{RESOLVED}"

    # --- what both say --------------------------------------------------------

    def _filled_on(
        self,
        said: FieldValues,
        given: FieldValues,
        template: str,
        zone: str,
        now: datetime,
        kind: UpdateKind = UpdateKind.OPENED,
    ) -> FieldValues:
        """Moments that are given may lack an offset: then they are of that zone."""
        try:
            found = self._templates.get(template)
        except Invalid as error:
            raise Invalid(error.phrase, field="template") from None
        given = moments.in_fields(found, given, wallclock.zone(zone))
        return filled_on(said, given, found, kind, now)

    def _content(
        self,
        caller: Caller,
        entry: AnnouncementList | None,
        template: str,
        values: FieldValues,
        zone: str,
        now: datetime,
    ) -> TemplateContent:
        """Judged as that of an announcement is; what is relative is of this minute."""
        request = ScheduleRequest(
            origin=Origin.COMMAND, template=template, values=values, timezone=zone
        )
        due = Anchor(minute(now), wallclock.zone(zone))
        limits = self._policy.limits_of(caller)
        voice = self._policy.voice_of(entry)
        content = contents.read(self._templates, request, limits, voice, due)
        settled = contents.settled(self._templates, content, due)
        assert isinstance(settled, TemplateContent)  # noqa: S101 - as was asked
        return settled

    def _say(
        self,
        uow: UnitOfWork,
        caller: Caller,
        incident: Incident,
        kind: UpdateKind,
        request: OpenIncident | UpdateIncident,
    ) -> None:
        """To the whole list, now."""
        told = self._amending.tell(
            uow,
            caller.owner,
            incident.content,
            ListAudience(list_name=incident.list_name),
            topic=incident.topic,
            timezone=incident.timezone,
            at=incident.changed_at,
            expires_at=None,
            client_id=f"{incident.topic.replace('/', '-')}-{incident.revision}",
            origin=request.origin,
            urgent=incident.urgent,
            language=request.language if is_language(request.language) else None,
        )
        uow.incidents.add_update(
            Update(
                incident_id=incident.id,
                number=incident.revision,
                kind=kind,
                schedule_id=told.id,
                at=incident.changed_at,
            )
        )
        uow.nudge()

    def _drafted(
        self,
        uow: UnitOfWork,
        entry: AnnouncementList | None,
        incident: Incident,
        kind: UpdateKind,
        *,
        is_repeat: bool,
    ) -> Draft:
        now = self._clock.now()
        hours = None if incident.urgent else entry
        return Draft(
            incident=incident,
            kind=kind,
            cautions=windows.cautions(hours, [(now, None)]),
            readers=uow.lists.counts().get(entry.id, 0) if entry else 0,
            texts=self._texts(entry, incident),
            is_repeat=is_repeat,
        )

    def _texts(
        self, entry: AnnouncementList | None, incident: Incident
    ) -> tuple[Text, ...]:
        content = incident.content
        if not isinstance(content, TemplateContent):
            return ()
        voice = self._policy.voice_of(entry)
        due = Anchor(incident.changed_at, wallclock.zone(incident.timezone))
        return tuple(specimens(self._templates, content, voice, incident.timezone, due))

    # --- looked at ------------------------------------------------------------

    def named(self, uow: UnitOfWork, caller: Caller, name: IncidentName) -> Incident:
        """The one meant, for whoever may look at it; raises NotFound."""
        known(caller)
        if name.number is not None:
            found = uow.incidents.get(name.number)
        else:
            found = uow.incidents.find(caller.owner, name.id or "")
        if found is None or not _may_see(uow, caller, found):
            raise NotFound(Phrase("There is no incident {name}.", name=name.about))
        return found

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        paging: Paging,
        states: Collection[IncidentState] | None = None,
    ) -> Page[Incident]:
        """Of all that the caller may see."""
        known(caller)
        if caller.sees_all:
            return uow.incidents.page(paging, states=states)
        lists = [one.name for one in uow.lists.all() if may_announce(caller, one)]
        return uow.incidents.page(
            paging, states=states, owner=caller.owner, lists=lists
        )

    def show(self, uow: UnitOfWork, caller: Caller, name: IncidentName) -> Thread:
        incident = self.named(uow, caller, name)
        updates = uow.incidents.updates(incident.id, limit=HISTORY)
        entry = uow.lists.get(incident.list_name)
        try:
            texts = self._texts(entry, incident)
        except Invalid:  # the template has changed since
            texts = ()
        return Thread(
            incident=incident,
            notices=tuple(_notice(uow, one) for one in updates),
            texts=texts,
        )


def _notice(uow: UnitOfWork, update: Update) -> Notice:
    schedule = uow.schedules.get(update.schedule_id)
    assert schedule is not None  # noqa: S101 - foreign key
    latest = Paging(limit=1, order=Order.LATEST)
    page = uow.broadcasts.page(latest, schedule_id=schedule.id)
    progress = [uow.broadcasts.progress(one.id) for one in page.items]
    return Notice(update=update, schedule=schedule, progress=next(iter(progress), None))


def _may_see(uow: UnitOfWork, caller: Caller, incident: Incident) -> bool:
    if caller.sees_all or incident.owner == caller.owner:
        return True
    entry = uow.lists.get(incident.list_name)
    return entry is not None and may_announce(caller, entry)


def _earlier(uow: UnitOfWork, caller: Caller, request: OpenIncident) -> Incident | None:
    """The one that a repeat of its request means; raises Conflict."""
    if request.client_id is None:
        return None
    found = uow.incidents.find(caller.owner, request.client_id)
    if found is None or found.fingerprint == request.fingerprint():
        return found
    if found.is_over:
        return None
    raise Conflict(
        Phrase(
            "The id {id!r} is taken by another incident of yours, {name}, which is not"
            " resolved; choose another id.",
            id=request.client_id,
            name=found.shown,
        )
    )


def _named(uow: UnitOfWork, incident: Incident) -> Incident:
    """With the id that it was given, else with a free one, by list and day."""
    if incident.client_id:
        return incident
    zone = wallclock.zone(incident.timezone)
    base = f"{incident.list_name}-{incident.created_at.astimezone(zone).date()}"
    if uow.incidents.find(incident.owner, base) is not None:
        base = f"{base}-{secrets.token_hex(3)}"
    return replace(incident, client_id=base)
