"""What each cell of the table wants of the desk, and what comes of it there."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.desk.desk import Desk
from bot.desk.verb import Plain, Verb, Wanted
from bot.desk.verbs import (
    amending,
    announcing,
    audit,
    broadcasts,
    consent,
    editing,
    finding,
    join_requests,
    lists,
    maintenance,
    mydata,
    places,
    preferences,
    roles,
    schedules,
    steering,
    stopping,
    subscribers,
    welcomes,
)
from bot.domain import timestamps
from bot.domain.access import Caller
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import BroadcastName
from bot.domain.errors import CarillonError
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import Origin
from bot.service.maintenance.request import (
    ExtendWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.people.choices import ConsentRequest
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Part
from bot.service.ports.trail import AuditFilter
from bot.service.readers.arranging import ListWish
from bot.service.readers.preferring import PreferencesRequest
from bot.service.requests.request import (
    ScheduleChange,
    ScheduleName,
)
from tests.permissions import incidents
from tests.permissions.stage import (
    MADE,
    NO_REFERENCE,
    OTHER,
    WAITING,
    Jobs,
    add_jobs,
    add_made,
    add_waiting,
    add_waiting_for_club,
    add_windows,
)
from tests.permissions.table import Cell
from tests.permissions.test_use_cases import (
    KNOWN,
    READER,
    VERDICTS,
)
from tests.world import (
    ADMIN,
    USER,
    World,
)


def one_role(**values: Any) -> roles.OneRole:
    """An admin, unless the values say otherwise."""
    return roles.OneRole(**{"jid": READER, "role": RoleName.ADMIN} | values)


class Walk:
    """A world, its desk, and what each cell of the table wants of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(world.use_cases)
        world.subscribe(READER)
        world.subscribe(USER, to="board")
        self.sending = BroadcastName(world.due(client_id="sending").id)
        over = world.due(client_id="over", list_name="weather")
        self.finished = BroadcastName(over.id, 1)
        self.test = BroadcastName(world.due(only=(READER,)).id)
        self._jobs: dict[str, Jobs] = {}
        self._made = 0

    def wanted(self, cell: Cell, jid: str) -> Iterator[Wanted[Any]]:
        """Each way to ask, with what is fresh: what is allowed changes it."""
        match cell.verb:
            case "announce":
                yield from self._announcing(cell.what)
            case "try":
                only = (jid,) if cell.what == "on-myself" else (jid, READER)
                yield announcing.SCHEDULE(self.world.request(only=only))
            case "open":
                request = self._opening(cell.what)
                yield maintenance.DRAFT(request)
                yield maintenance.OPEN(request)
            case "upkeep":
                yield from self._on_window(cell, jid)
            case "incident":
                self._made += 1
                yield from incidents.asked(self.world, cell.what, f"{self._made}")
            case verb if way := self._ways().get(verb):
                yield way(cell)
            case "consent" | "requests" | "answer":
                yield self._as_recipient(cell, jid)
            case _ if cell.what == "everything":
                yield schedules.LIST(schedules.ScheduleWish(paging=Paging()))
            case _:
                for by_number in (False, True):
                    yield from self._on_job(cell, jid, by_number=by_number)

    def _ways(self) -> Mapping[str, Callable[[Cell], Wanted[Any]]]:
        """Where there is one way to ask."""
        others = (
            *("sent", "stop", "halt", "retry", "amend"),
            *("people", "roles", "audit", "welcome"),
        )
        return {
            **dict.fromkeys(others, self._on_others),
            **dict.fromkeys(("arrange", "waiting"), self._on_lists),
            "tell": self._telling,
            "places": self._on_places,
            "prefer": self._preferring,
            "my-data": self._of_oneself,
        }

    def _announcing(self, what: str) -> Iterator[Wanted[Any]]:
        addresses = self.world.policy.addresses
        special: dict[str, dict[str, Any]] = {
            "news-urgently": {"list_name": "news", "urgent": True},
            "the-service": {"to": addresses.own, "list_name": None},
            "single-people": {"people": (READER,)},
            "itself-as-a-person": {"people": (READER, addresses.own)},
            "another-person": {"to": READER, "list_name": None},
        }
        request = self.world.request(**special.get(what, {"list_name": what}))
        yield announcing.SCHEDULE(request)
        yield announcing.DRAFT(request)

    def _telling(self, cell: Cell) -> Wanted[Any]:
        told, to = {
            "who-was-told": (self.sending, "news"),
            "told-of-weather": (self.finished, "weather"),
            "who-had-a-test": (self.test, "news"),
            "told-of-nothing": (BroadcastName(NO_REFERENCE), "news"),
        }[cell.what]
        return announcing.SCHEDULE(self.world.request(list_name=to, only_told=told))

    def _on_job(
        self, cell: Cell, jid: str, *, by_number: bool
    ) -> Iterator[Wanted[Any]]:
        if cell.verdict == "yes" or jid not in self._jobs:  # else nothing changed
            self._jobs[jid] = self.world.do(add_jobs, jid, self.world.clock.now())
        job = self._jobs[jid].named(cell.what)
        number = job.id if job else NO_REFERENCE
        owner = OTHER if cell.what.startswith("others") else None
        by_id = ScheduleName(id=job.client_id if job else "nix", owner=owner)
        name = ScheduleName(number=number) if by_number else by_id
        following = job.next_at if job else None
        due = timestamps.format(following or self.world.clock.now())
        one = steering.ScheduleOccurrence(name=name, due=due)
        edit = editing.Edit(
            name=name, change=ScheduleChange(bodies=(("en", "Hello again"),))
        )
        verbs: dict[str, list[Wanted[Any]]] = {
            "query": [schedules.QUERY(name)],
            "look": [schedules.QUERY(name), schedules.SHOW(name)],
            "cancel": [steering.CANCEL(name)],
            "pause": [steering.PAUSE(name)],
            "resume": [steering.RESUME(name)],
            "skip": [steering.SKIP(steering.ScheduleOccurrence(name=name))],
            "unskip": [steering.UNSKIP(one)],
            "send-now": [steering.SEND_NOW(name)],
            "edit": [editing.DRAFT(edit), editing.EDIT(edit)],
        }
        yield from verbs[cell.verb]

    def _on_others(self, cell: Cell) -> Wanted[Any]:
        named = broadcasts.OneBroadcast
        missing = BroadcastName(NO_REFERENCE)
        failures = broadcasts.FailuresWish
        people = subscribers.People
        walk = audit.AuditWalk(wanted=AuditFilter(), after=0)
        page = audit.AuditWish(wanted=AuditFilter(), paging=Paging())
        found: dict[str, Callable[[], Wanted[Any]]] = {
            "sent list": lambda: broadcasts.LIST(broadcasts.BroadcastWish()),
            "sent show": lambda: broadcasts.SHOW(named(self.sending)),
            "sent show-weather": lambda: broadcasts.SHOW(named(self.finished)),
            "sent show-test": lambda: broadcasts.SHOW(named(self.test)),
            "sent show-missing": lambda: broadcasts.SHOW(named(missing)),
            "sent failures": lambda: broadcasts.FAILURES(failures(name=self.sending)),
            "sent failures-missing": lambda: broadcasts.FAILURES(
                failures(name=missing)
            ),
            "sent conditions": lambda: broadcasts.CONDITIONS(named(self.sending)),
            "sent conditions-missing": lambda: broadcasts.CONDITIONS(named(missing)),
            "stop sending": lambda: broadcasts.STOP(named(self._fresh())),
            "stop finished": lambda: broadcasts.STOP(named(self.finished)),
            "stop missing": lambda: broadcasts.STOP(named(missing)),
            "stop all": lambda: broadcasts.STOP_ALL(Plain("all")),
            "halt look": lambda: stopping.LOOK(Plain("all")),
            "halt stop": lambda: stopping.STOP(Plain("all")),
            "halt resume": lambda: stopping.RESUME(Plain("all")),
            "retry finished": lambda: broadcasts.RETRY(named(self.finished)),
            "retry missing": lambda: broadcasts.RETRY(named(missing)),
            "amend look": lambda: amending.LOOK(self._sent(self.sending)),
            "amend draft": lambda: amending.DRAFT(self._correction(self.sending)),
            "amend correct": lambda: amending.CORRECT(self._correction(self._fresh())),
            "amend correct-weather": lambda: amending.CORRECT(
                self._correction(self.finished)
            ),
            "amend correct-missing": lambda: amending.CORRECT(
                self._correction(missing)
            ),
            "amend look-at-retraction": lambda: amending.DRAFT_RETRACTION(
                self._sent(self.sending)
            ),
            "amend retract": lambda: amending.RETRACT(self._sent(self._fresh())),
            "amend retract-weather": lambda: amending.RETRACT(
                self._sent(self._fresh(list_name="weather"))
            ),
            "amend retract-missing": lambda: amending.RETRACT(self._sent(missing)),
            "people list": lambda: subscribers.LIST(
                subscribers.SubscriberWish(list_name="board")
            ),
            "people list-of-nothing": lambda: subscribers.LIST(
                subscribers.SubscriberWish(list_name="nothing")
            ),
            "people suspended": lambda: subscribers.SUSPENDED(
                subscribers.SubscriberWish(list_name="board")
            ),
            "people show": lambda: finding.SHOW(finding.PersonWish(jid=READER)),
            "people suspended-anywhere": lambda: finding.SUSPENDED(
                finding.SuspendedWish()
            ),
            "people restore": lambda: finding.RESTORE(self._suspended()),
            "people restore-nobody": lambda: finding.RESTORE(
                subscribers.PersonName("nobody@example.org")
            ),
            "people add": lambda: subscribers.ADD(
                people(list_name="board", jids=["new@example.org"])
            ),
            "people add-to-nothing": lambda: subscribers.ADD(
                people(list_name="nothing", jids=["new@example.org"])
            ),
            "people remove": lambda: subscribers.REMOVE(self._leaving()),
            "people remove-nobody": lambda: subscribers.REMOVE(
                people(list_name="board", jids=["nobody@example.org"])
            ),
            "welcome look": lambda: welcomes.LOOK(welcomes.WelcomeOf()),
            "welcome set": lambda: welcomes.SET(welcomes.WelcomeText(text="Hello")),
            "welcome set-of-nothing": lambda: welcomes.SET(
                welcomes.WelcomeText(list_name="nothing", text="Hello")
            ),
            "welcome remove": lambda: welcomes.REMOVE(self._greeted()),
            "roles list": lambda: roles.LIST(Plain("roles")),
            "roles add": lambda: roles.ADD(one_role(jid="new@example.org")),
            "roles add-to-nothing": lambda: roles.ADD(
                one_role(role=RoleName.PUBLISHER, list_name="nothing")
            ),
            "roles remove": lambda: roles.REMOVE(self._losing()),
            "roles remove-nobody": lambda: roles.REMOVE(one_role(jid=READER)),
            "audit list": lambda: audit.LIST(page),
            "audit export": lambda: audit.EXPORT(walk),
        }
        return found[f"{cell.verb} {cell.what}"]()

    def _opening(self, list_name: str) -> OpenMaintenance:
        return OpenMaintenance(
            origin=Origin.IQ,
            list_name=list_name,
            values={"summary": {"": "Disks"}},
            start_in="3600",
        )

    def _on_window(self, cell: Cell, jid: str) -> Iterator[Wanted[Any]]:
        """Each way to ask, of a fresh one."""
        act, _, whose = cell.what.partition("-")
        if act == "list":
            yield maintenance.LIST(maintenance.MaintenanceWish(paging=Paging()))
            return
        verbs: tuple[Verb[Any, Any], ...] = (maintenance.SHOW,)
        if act == "change":
            verbs = (*maintenance.DRAFTS.values(), *maintenance.CHANGES)
        for verb in verbs:
            found = self.world.do(add_windows, jid, self.world.clock.now())
            name = WindowName(number=found.get(whose, NO_REFERENCE))
            if verb in (maintenance.MOVE, maintenance.DRAFT_MOVE):
                move = MoveWindow(start_in="7200")
                yield verb(maintenance.MovedWindow(name=name, change=move))
            elif verb in (maintenance.EXTEND, maintenance.DRAFT_EXTENSION):
                extension = ExtendWindow(by="2h")
                yield verb(maintenance.ExtendedWindow(name=name, change=extension))
            else:
                yield verb(name)

    def _preferring(self, cell: Cell) -> Wanted[Any]:
        whose = READER if cell.what.endswith("-others") else None
        if cell.what.startswith("look"):
            return preferences.LOOK(preferences.PreferencesOf(jid=whose))
        return preferences.SET(PreferencesRequest(language="de", jid=whose))

    def _as_recipient(self, cell: Cell, jid: str) -> Wanted[Any]:
        if cell.verb == "requests":
            return consent.REQUESTS(consent.RequestsWish(paging=Paging()))
        if cell.verb == "consent":
            whose = READER if cell.what.endswith("-others") else None
            if cell.what.startswith("look"):
                return consent.LOOK(consent.ConsentOf(jid=whose))
            return consent.SET(ConsentRequest(who="nobody", jid=whose))
        now = self.world.clock.now()
        waiting = self.world.do(add_waiting, jid, now)
        answer = consent.Answer(ref=waiting[cell.what], verdict="approve")
        return consent.ANSWER(answer)

    def _on_lists(self, cell: Cell) -> Wanted[Any]:
        self.world.do(add_made)
        self.world.do(add_waiting_for_club, self.world.clock.now())
        named, wish, some = lists.ListName, ListWish, subscribers.SubscriberWish
        waiting = join_requests.Waiting(list_name="club", jids=[WAITING])
        nobody = replace(waiting, jids=["nobody@example.org"])
        self._made += 1
        found: dict[str, Wanted[Any]] = {
            "arrange create": lists.CREATE(wish(name=f"new-{self._made}")),
            "arrange change": lists.CHANGE(wish(name=MADE, title=f"{self._made}")),
            "arrange change-the-files": lists.CHANGE(wish(name="news")),
            "arrange change-nothing": lists.CHANGE(wish(name="nothing")),
            "arrange look": lists.LOOK(named(MADE)),
            "arrange retire": lists.RETIRE(named(MADE)),
            "arrange retire-the-files": lists.RETIRE(named("news")),
            "arrange retire-nothing": lists.RETIRE(named("nothing")),
            "waiting all": join_requests.COUNTS(Plain()),
            "waiting list": join_requests.LIST(some(list_name="club")),
            "waiting list-of-nothing": join_requests.LIST(some(list_name="nothing")),
            "waiting approve": join_requests.APPROVE(waiting),
            "waiting approve-nobody": join_requests.APPROVE(nobody),
            "waiting refuse": join_requests.REFUSE(waiting),
            "waiting refuse-nobody": join_requests.REFUSE(nobody),
        }
        return found[f"{cell.verb} {cell.what}"]

    def _on_places(self, cell: Cell) -> Wanted[Any]:
        self.world.subscribe(USER, to="board")
        act, _, name = cell.what.partition("-")
        if act == "mine":
            return places.MINE(places.PlacesOf(jid=READER if name else None))
        own = places.OwnPlace(list_name=name)
        if name == "for-others":
            own = places.OwnPlace(list_name="news", jid=READER)
        return (places.JOIN if act == "join" else places.LEAVE)(own)

    def _of_oneself(self, cell: Cell) -> Wanted[Any]:
        what, _, others = cell.what.partition("-")
        whose = READER if others else None
        if what == "export":
            return mydata.EXPORT(mydata.PartWish(jid=whose, part=Part.PERSON))
        verb = mydata.FORGET if what == "forget" else mydata.LOOK
        return verb(mydata.Whose(jid=whose))

    def _fresh(self, **changes: str) -> BroadcastName:
        return BroadcastName(self.world.due(**changes).id)

    def _sent(self, name: BroadcastName) -> amending.Sent:
        return amending.Sent(name=name, origin=Origin.COMMAND)

    def _correction(self, name: BroadcastName) -> amending.Corrected:
        self._made += 1
        change = ScheduleChange(bodies=(("en", f"Hello {self._made}"),))
        return amending.Corrected(name=name, origin=Origin.COMMAND, change=change)

    def _greeted(self) -> welcomes.WelcomeOf:
        put = self.world.use_cases.welcomes.put
        self.world.do(put, self.world.caller(ADMIN), None, "Hello")
        return welcomes.WelcomeOf()

    def _leaving(self) -> subscribers.People:
        self.world.subscribe(READER, to="board")
        return subscribers.People(list_name="board", jids=[READER])

    def _suspended(self) -> subscribers.PersonName:
        self.world.subscribe("away@example.org", to="weather")
        self.world.suspend("away@example.org", "weather")
        return subscribers.PersonName("away@example.org")

    def _losing(self) -> roles.OneRole:
        held = HeldRole(
            jid=READER, role=RoleName.AUDITOR, by=ADMIN, at=self.world.clock.now()
        )
        self.world.do(lambda unit: unit.roles.put(held))
        return roles.OneRole(jid=READER, role=RoleName.AUDITOR)

    def ask(self, caller: Caller, wanted: Wanted[Any]) -> str:
        """The table's word for what comes of it."""
        seems = Asked(caller=caller, door=Origin.COMMAND, action=Action.QUERY)
        try:
            asyncio.run(self.desk.ask(seems, lambda: wanted))
        except CarillonError as error:
            return VERDICTS[type(error)]
        return "yes"

    def jids(self, caller: str) -> list[str]:
        own = self.world.policy.addresses.own
        return [own] if caller == "itself" else [KNOWN[caller]]
