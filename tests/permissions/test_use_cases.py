"""The table, asked of the use cases themselves: what no door can get around."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.domain import timestamps
from bot.domain.access import Access, Caller
from bot.domain.addresses import Addresses
from bot.domain.broadcast import BroadcastName
from bot.domain.consent import Consent, Who
from bot.domain.errors import CarillonError, Finished, Forbidden, NotAllowed, NotFound
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import Origin, Schedule
from bot.service.maintenance.request import (
    FinishWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Part
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.arranging import ListWish
from bot.service.readers.preferring import PreferencesRequest
from bot.service.requests.request import ScheduleChange, ScheduleName
from tests.permissions import incidents
from tests.permissions.stage import (
    LISTS,
    MADE,
    NO_REFERENCE,
    OTHER,
    WAITING,
    add_jobs,
    add_made,
    add_waiting,
    add_waiting_for_club,
    add_windows,
    touched,
    watch,
)
from tests.permissions.table import CALLERS, Cell, cells
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    copy_of,
)

READER = "reader@example.org"
KNOWN = {
    "admin": ADMIN,
    "publisher": PUBLISHER,
    "auditor": AUDITOR,
    "user": USER,
    "friend": "friend@partner.example",
    "stranger": STRANGER,
}
ADDRESSES = {
    "component": Addresses(service="announce.example.org", component=True),
    "account": Addresses(service="bot@example.org/carillon", component=False),
}
VERDICTS: Mapping[type[CarillonError], str] = {
    NotAllowed: "no",
    NotFound: "none",
    Finished: "over",
    Forbidden: "who",
}
UseCase = Callable[[UnitOfWork], object]


class Undo(Exception):
    """What was allowed is taken back: the next cell finds all as it was."""


class Asking:
    """One world, and each verb of the table as calls of its use cases."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.subscribe(READER)
        world.subscribe(USER, to="board")
        sending = world.due(client_id="sending")
        over = world.due(client_id="over", list_name="weather")
        test = world.due(only=(READER,))
        self.sending = world.broadcast(sending).id
        self.finished = world.broadcast(over).id
        self.test = world.broadcast(test).id
        self.names = {
            "sending": BroadcastName(sending.id),
            "over": BroadcastName(over.id),
            "test": BroadcastName(test.id),
        }
        now = world.clock.now()
        jids = [jid for name in CALLERS for jid in self.jids(name)]
        self.jobs = {jid: world.do(add_jobs, jid, now) for jid in jids}
        self.windows = {jid: world.do(add_windows, jid, now) for jid in jids}
        self.waiting = {jid: world.do(add_waiting, jid, now) for jid in jids}
        world.do(add_waiting_for_club, now)
        self.incidents = incidents.added(world)
        world.do(add_made)

    def jids(self, caller: str) -> list[str]:
        addresses = self.world.policy.addresses
        own = [addresses.own]
        if addresses.component:
            own += [f"{name}@{addresses.own}" for name in ("news", "staff", "nothing")]
        return own if caller == "itself" else [KNOWN[caller]]

    def attempt(self, use_case: UseCase) -> tuple[str, str]:
        """(verdict, text of the refusal)"""

        def undone(uow: UnitOfWork) -> None:
            use_case(uow)
            raise Undo

        try:
            self.world.do(undone)
        except Undo:
            return "yes", ""
        except CarillonError as error:
            return VERDICTS[type(error)], error.text
        raise AssertionError("an undone transaction raises")

    def _named(self) -> Mapping[str, Callable[[Cell, Caller], UseCase]]:
        return {
            **dict.fromkeys(
                ("sent", "stop", "retry", "amend", "people", "audit"), self._on_others
            ),
            "halt": self._on_halt,
            **dict.fromkeys(("arrange", "waiting"), self._on_lists),
            "roles": self._on_roles,
            "welcome": self._on_welcomes,
            "my-data": self._of_oneself,
        }

    def _on_incidents(self, cell: Cell, caller: Caller) -> tuple[str, UseCase]:
        use_cases = self.world.use_cases.incidents
        if cell.what == "list":
            return cell.what, partial(use_cases.page, caller=caller, paging=Paging())
        if cell.what.startswith("open"):
            request = incidents.an_opening(cell.what)
            ask = partial(use_cases.open, caller=caller, request=request)
            return request.list_name, ask
        name = self.incidents.named(cell.what)
        if cell.what.startswith("show"):
            return name.about, partial(use_cases.show, caller=caller, name=name)
        change = incidents.a_change(name, cell.what, "News")
        return name.about, partial(use_cases.update, caller=caller, change=change)

    def _on_welcomes(self, cell: Cell, caller: Caller) -> UseCase:
        welcomes = self.world.use_cases.welcomes
        if cell.what == "look":
            return partial(welcomes.look, caller=caller, list_name=None)
        if cell.what == "remove":

            def removed(uow: UnitOfWork) -> object:
                welcomes.put(uow, self.world.caller(ADMIN), None, "Hello")
                return welcomes.remove(uow, caller, None)

            return removed
        name = "nothing" if cell.what.endswith("nothing") else None
        return partial(welcomes.put, caller=caller, list_name=name, text="Hello")

    def _ways(self) -> Mapping[str, Callable[[Cell, Caller], tuple[str, UseCase]]]:
        """Likewise, where the way finds the name itself."""
        mine = dict.fromkeys(("consent", "requests", "answer"), self._as_recipient)
        return {**mine, "places": self._on_places, "incident": self._on_incidents}

    def _by_presence(self, cell: Cell, jid: str) -> tuple[str, UseCase]:
        to = self._address(cell.what)
        join, leave = self.world.subscribers.join, self.world.subscribers.leave
        if cell.verb == "join":
            return to, lambda uow: join(uow, jid, to, None)
        return to, lambda uow: leave(uow, jid, to)

    def ways(self, cell: Cell, jid: str) -> Iterator[tuple[str, UseCase]]:
        """Every way to ask, each with the name that the caller gives."""
        caller = self.world.caller(jid)
        if cell.verb in {"announce", "try", "tell"}:
            yield from self._announcing(cell.what, caller)
        elif cell.verb in {"join", "leave"}:
            yield self._by_presence(cell, jid)
        elif cell.verb in (named := self._named()):
            yield cell.what, named[cell.verb](cell, caller)
        elif cell.verb in (ways := self._ways()):
            yield ways[cell.verb](cell, caller)
        elif cell.verb == "open":
            yield from self._opening(cell.what, caller)
        elif cell.verb == "upkeep":
            yield from self._on_windows(cell, caller)
        elif cell.verb == "prefer":
            yield cell.what, self._preferring(cell.what, caller)
        elif cell.what == "everything":
            page = self.world.schedules.page
            yield cell.what, lambda uow: page(uow, caller, Paging())
        else:
            job = self.jobs[jid].named(cell.what)
            yield from self._on_job(cell, caller, job)

    def _address(self, name: str) -> str:
        addresses = self.world.policy.addresses
        if name == "the-service":
            return addresses.own
        # an account has one address for all of its lists
        return f"{name}@{addresses.own}" if addresses.component else addresses.own

    def _announcing(self, what: str, caller: Caller) -> Iterator[tuple[str, UseCase]]:
        schedules = self.world.schedules
        addresses = self.world.policy.addresses
        special: dict[str, dict[str, Any]] = {
            "news-urgently": {"list_name": "news", "urgent": True},
            "the-service": {"to": addresses.own, "list_name": None},
            "single-people": {"people": (READER,)},
            "itself-as-a-person": {"people": (READER, addresses.own)},
            "another-person": {"to": READER, "list_name": None},
            "on-myself": {"only": (caller.owner,)},
            "on-another": {"only": (caller.owner, READER)},
            "who-was-told": {"only_told": self.names["sending"]},
            "told-of-weather": {
                "only_told": self.names["over"],
                "list_name": "weather",
            },
            "who-had-a-test": {"only_told": self.names["test"]},
            "told-of-nothing": {"only_told": BroadcastName(NO_REFERENCE)},
        }
        given = [special.get(what, {"list_name": what})]
        if addresses.component and what not in special:
            given.append({"to": addresses.of_list(what), "list_name": None})
        for changes in given:
            request = self.world.request(**changes)
            told = request.only_told
            for ask in (schedules.create, schedules.draft):
                name = what if told is None else told.shown
                yield name, partial(ask, caller=caller, request=request)

    def _on_job(
        self, cell: Cell, caller: Caller, job: Schedule | None
    ) -> Iterator[tuple[str, UseCase]]:
        schedules, steering = self.world.schedules, self.world.steering
        name, number = (job.client_id, job.id) if job else ("nix", NO_REFERENCE)
        owner = OTHER if cell.what.startswith("others") else None
        following = job.next_at if job else None
        moment = timestamps.format(following or self.world.clock.now())
        change = ScheduleChange(bodies=(("en", "Hello again"),))
        use_cases: dict[str, list[Callable[..., object]]] = {
            "query": [schedules.named],
            "cancel": [schedules.cancel],
            "look": [schedules.named],
            "pause": [steering.pause],
            "resume": [partial(self._let_go, steering.resume)],
            "skip": [steering.skip],
            "unskip": [partial(steering.unskip, due=moment)],
            "edit": [
                partial(use_case, change=change, revision=None)
                for use_case in (self.world.editing.draft, self.world.editing.edit)
            ],
            "send-now": [partial(self._let_go, steering.send_now)],
        }
        for ask in use_cases[cell.verb]:
            by_id = ScheduleName(id=name, owner=owner)
            yield name, partial(ask, caller=caller, name=by_id)
            by_number = ScheduleName(number=number)
            yield f"#{number}", partial(ask, caller=caller, name=by_number)
        if cell.verb == "look":
            look = partial(schedules.occurrences, limit=9)
            yield f"#{number}", partial(look, caller=caller, reference=number)

    def _opening(self, list_name: str, caller: Caller) -> Iterator[tuple[str, UseCase]]:
        maintenances = self.world.use_cases.maintenances
        request = OpenMaintenance(
            origin=Origin.IQ,
            list_name=list_name,
            values={"summary": {"": "Disks"}},
            start_in="3600",
        )
        for ask in (maintenances.draft, maintenances.open):
            yield list_name, partial(ask, caller=caller, request=request)

    def _on_windows(self, cell: Cell, caller: Caller) -> Iterator[tuple[str, UseCase]]:
        maintenances = self.world.use_cases.maintenances
        act, _, what = cell.what.partition("-")
        if act == "list":
            yield what, partial(maintenances.page, caller=caller, paging=Paging())
            return
        number = self.windows[caller.owner].get(what, NO_REFERENCE)
        name = WindowName(number=number)
        if act == "look":
            yield str(number), partial(maintenances.show, caller=caller, name=name)
            return
        given: Any = {"caller": caller, "name": name, "change": FinishWindow()}
        yield str(number), partial(maintenances.draft_change, **given)
        yield str(number), partial(maintenances.change, **given)

    def _let_go(
        self,
        use_case: Callable[..., object],
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
    ) -> object:
        """The audience is counted first, as every door does."""
        frozen = self.world.steering.freeze(uow, caller, name)
        return use_case(uow, caller, name, frozen)

    def _preferring(self, what: str, caller: Caller) -> UseCase:
        preferring = self.world.use_cases.preferring
        whose = READER if what.endswith("-others") else None
        if what.startswith("look"):
            return partial(preferring.look, caller=caller, jid=whose)
        request = PreferencesRequest(language="de", jid=whose)
        return partial(preferring.set, caller=caller, request=request)

    def _as_recipient(self, cell: Cell, caller: Caller) -> tuple[str, UseCase]:
        consents = self.world.use_cases.consents
        approvals = self.world.use_cases.approvals
        if cell.verb == "requests":
            return cell.what, partial(approvals.page, caller=caller, paging=Paging())
        if cell.verb == "consent":
            whose = READER if cell.what.endswith("-others") else None
            use_case: Callable[..., object] = consents.look
            if cell.what.startswith("set"):
                use_case = partial(consents.set, consent=Consent(who=Who.NOBODY))
            return cell.what, partial(use_case, caller=caller, jid=whose)
        reference = self.waiting[caller.owner][cell.what]
        answer = partial(approvals.answer, reference=reference, verdict="approve")
        return reference, partial(answer, caller=caller)

    def _restored(self, uow: UnitOfWork, caller: Caller, jid: str) -> list[str]:
        """Who is suspended right before."""
        subscriber = uow.subscribers.ensure(jid, self.world.clock.now())
        uow.suspensions.add(subscriber.id, "gone", self.sending, self.world.clock.now())
        return self.world.use_cases.finding.restore(uow, caller, jid)

    def _on_halt(self, cell: Cell, caller: Caller) -> UseCase:
        stopping = self.world.use_cases.stopping
        if cell.what == "look":
            return lambda uow: stopping.look(uow, caller)
        if cell.what == "stop":
            return lambda uow: stopping.begin(uow, caller)

        def resume(uow: UnitOfWork) -> None:
            stopping.begin(uow, self.world.caller(ADMIN))
            stopping.end(uow, caller)

        return resume

    def _on_roles(self, cell: Cell, caller: Caller) -> UseCase:
        roles, auditor = self.world.use_cases.roles, RoleName.AUDITOR
        if cell.what == "list":
            return lambda uow: roles.held(uow, caller)
        if cell.what.startswith("add"):
            wanted = HeldRole(jid=READER, role=auditor)
            if cell.what == "add-to-nothing":
                wanted = HeldRole(
                    jid=READER, role=RoleName.PUBLISHER, list_name="nothing"
                )
            return lambda uow: roles.add(uow, caller, wanted)
        held = HeldRole(jid=READER, role=auditor, by=ADMIN, at=self.world.clock.now())

        def remove(uow: UnitOfWork) -> HeldRole:
            if cell.what == "remove":
                uow.roles.put(held)
            return roles.remove(uow, caller, held, own=False)

        return remove

    def _of_oneself(self, cell: Cell, caller: Caller) -> UseCase:
        what, _, others = cell.what.partition("-")
        holdings, whose = self.world.use_cases.holdings, READER if others else None
        some = partial(holdings.some, part=Part.PERSON, after=0, limit=9)
        use_cases: dict[str, Callable[..., object]] = {
            "look": some,
            "export": partial(holdings.announcements, after=0, limit=9),
            "forget": self.world.use_cases.forgetting.begin,
        }
        return partial(use_cases[what], caller=caller, jid=whose)

    def _on_others(self, cell: Cell, caller: Caller) -> UseCase:
        sent, people = self.world.broadcasts, self.world.subscribers
        add = partial(
            self.world.enrolling.add,
            jid="new@example.org",
            language=None,
            timezone=None,
        )
        page = partial(people.page, after=0, limit=9)
        finding = self.world.use_cases.finding
        suspended = partial(self.world.enrolling.suspended, after=0, limit=9)
        correcting = self.world.use_cases.correcting
        change = ScheduleChange(bodies=(("en", "Hello again"),))
        correct = partial(correcting.correct, change=change, origin=Origin.IQ)
        retract = partial(correcting.retract, origin=Origin.IQ)
        use_cases: dict[str, Callable[..., object]] = {
            "sent list": partial(sent.page, paging=Paging()),
            "sent show": partial(sent.get, broadcast_id=self.sending),
            "sent show-weather": partial(sent.get, broadcast_id=self.finished),
            "sent show-test": partial(sent.get, broadcast_id=self.test),
            "sent show-missing": partial(sent.get, broadcast_id=NO_REFERENCE),
            "sent failures": partial(sent.failures, broadcast_id=self.sending),
            "sent failures-missing": partial(sent.failures, broadcast_id=NO_REFERENCE),
            "sent conditions": partial(sent.conditions, broadcast_id=self.sending),
            "sent conditions-missing": partial(
                sent.conditions, broadcast_id=NO_REFERENCE
            ),
            "stop sending": partial(sent.stop, broadcast_id=self.sending),
            "stop finished": partial(sent.stop, broadcast_id=self.finished),
            "stop missing": partial(sent.stop, broadcast_id=NO_REFERENCE),
            "stop all": sent.stop_some,
            "retry finished": partial(
                self.world.use_cases.retrying.begin, broadcast_id=self.finished
            ),
            "retry missing": partial(
                self.world.use_cases.retrying.begin, broadcast_id=NO_REFERENCE
            ),
            "amend look": partial(correcting.look, broadcast_id=self.sending),
            "amend draft": partial(
                correcting.draft, broadcast_id=self.sending, change=change
            ),
            "amend correct": partial(correct, broadcast_id=self.sending),
            "amend correct-weather": partial(correct, broadcast_id=self.finished),
            "amend correct-missing": partial(correct, broadcast_id=NO_REFERENCE),
            "amend look-at-retraction": partial(
                correcting.draft_retraction, broadcast_id=self.sending
            ),
            "amend retract": partial(retract, broadcast_id=self.sending),
            "amend retract-weather": partial(retract, broadcast_id=self.finished),
            "amend retract-missing": partial(retract, broadcast_id=NO_REFERENCE),
            "people list": partial(page, list_name="board"),
            "people list-of-nothing": partial(page, list_name="nothing"),
            "people suspended": partial(suspended, list_name="board"),
            "people show": partial(finding.person, jid=READER),
            "people suspended-anywhere": partial(finding.suspended, after=0, limit=9),
            "people restore": partial(self._restored, jid=READER),
            "people restore-nobody": partial(finding.restore, jid="nobody@example.org"),
            "people add": partial(add, list_name="board"),
            "people add-to-nothing": partial(add, list_name="nothing"),
            "people remove": partial(
                self.world.enrolling.remove, list_name="board", jid=USER
            ),
            "people remove-nobody": partial(
                self.world.enrolling.remove, list_name="board", jid="new@example.org"
            ),
            "audit list": partial(
                self.world.audit.page, wanted=AuditFilter(), paging=Paging()
            ),
            "audit export": partial(
                self.world.audit.following, wanted=AuditFilter(), after=0
            ),
        }
        return partial(use_cases[f"{cell.verb} {cell.what}"], caller=caller)

    def _on_lists(self, cell: Cell, caller: Caller) -> UseCase:
        arranging = self.world.use_cases.arranging
        requests = self.world.use_cases.join_requests
        retire, change = arranging.retire, arranging.change
        use_cases: dict[str, Callable[..., object]] = {
            "arrange create": partial(arranging.create, wish=ListWish(name="new")),
            "arrange change": partial(change, wish=ListWish(name=MADE, title="New")),
            "arrange change-the-files": partial(change, wish=ListWish(name="news")),
            "arrange change-nothing": partial(change, wish=ListWish(name="nothing")),
            "arrange look": partial(arranging.look, name=MADE),
            "arrange retire": partial(retire, name=MADE),
            "arrange retire-the-files": partial(retire, name="news"),
            "arrange retire-nothing": partial(retire, name="nothing"),
            "waiting all": requests.counts,
            "waiting list": partial(requests.page, list_name="club", after=0, limit=9),
            "waiting list-of-nothing": partial(
                requests.page, list_name="nothing", after=0, limit=9
            ),
            "waiting approve": partial(
                requests.approve, list_name="club", jids=[WAITING]
            ),
            "waiting approve-nobody": partial(
                requests.approve, list_name="club", jids=["nobody@example.org"]
            ),
            "waiting refuse": partial(
                requests.refuse, list_name="club", jids=[WAITING]
            ),
            "waiting refuse-nobody": partial(
                requests.refuse, list_name="club", jids=["nobody@example.org"]
            ),
        }
        return partial(use_cases[f"{cell.verb} {cell.what}"], caller=caller)

    def _on_places(self, cell: Cell, caller: Caller) -> tuple[str, UseCase]:
        joining = self.world.use_cases.joining
        act, _, name = cell.what.partition("-")
        if act == "mine":
            whose = READER if name else None
            return cell.what, partial(joining.mine, caller=caller, jid=whose)
        whose = READER if name == "for-others" else None
        list_name = "news" if whose else name
        ask: Callable[..., object] = joining.join if act == "join" else joining.leave
        return list_name, partial(ask, caller=caller, name=list_name, jid=whose)


@pytest.fixture(params=ADDRESSES)
def asking(
    request: pytest.FixtureRequest, blank: Path, tmp_path: Path
) -> Iterator[Asking]:
    access = Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset({PUBLISHER}),
        auditors=frozenset({AUDITOR}),
        domains=frozenset({"example.org", "partner.example"}),
    )
    # what a template makes is longer than what tests say themselves
    limits = {
        role: replace(one, body=1000, subject=100)
        for role, one in a_policy().limits.items()
    }
    world = World(
        copy_of(blank, tmp_path),
        lists=the_lists(),
        policy=a_policy(
            addresses=ADDRESSES[request.param], access=access, limits=limits
        ),
    )
    asking = Asking(world)
    watch(world.url)
    yield asking
    world.close()


def the_lists() -> list[AnnouncementList]:
    return [
        a_list(
            name,
            is_default=entry.get("default", False),
            kind=ListKind(entry.get("kind", "open")),
            publishers=frozenset(entry.get("publishers", ())),
        )
        for name, entry in LISTS.items()
    ]


def offered(asking: Asking, cell: Cell) -> bool:
    """An account's lists are joined by one address, the default one's."""
    if asking.world.policy.addresses.component or cell.verb not in {"join", "leave"}:
        return True
    return cell.what in {"news", "the-service"}


def test_the_table(asking: Asking) -> None:
    """Each caller is told what the table says, and a refusal changes no row."""
    before = touched(asking.world.url)
    for cell in cells():
        if not offered(asking, cell):
            continue
        for jid in asking.jids(cell.caller):
            for _, use_case in asking.ways(cell, jid):
                assert asking.attempt(use_case)[0] == cell.verdict, (cell, jid)
            assert touched(asking.world.url) == before, (cell, jid)


def test_hidden_is_missing(asking: Asking) -> None:
    """Whoever may not look at all is told of the hidden and the missing in the same
    words, whatever is asked.
    """
    told: dict[tuple[str, str], set[str]] = {}
    for cell in cells():
        if cell.verdict != "none" or cell.caller in {"admin", "auditor"}:
            continue
        if not offered(asking, cell):
            continue
        for jid in asking.jids(cell.caller):
            for name, use_case in asking.ways(cell, jid):
                text = asking.attempt(use_case)[1].replace(name, "NAME")
                text = re.sub(r"broadcast \d+", "broadcast NAME", text)
                kind = name[0] if name[0] in "#I" else ""
                told.setdefault((cell.caller, cell.verb + kind), set()).add(text)
    assert len(told) > 15
    assert {key: texts for key, texts in told.items() if len(texts) != 1} == {}


def declare(uow: UnitOfWork, lists: list[AnnouncementList]) -> None:
    uow.lists.declare(lists)


def test_a_hidden_default_list(asking: Asking) -> None:
    """The service's own address tells nobody the name of a closed default list."""
    closed = a_list("staff", is_default=True, kind=ListKind.CLOSED, publishers=())
    world = asking.world
    own = world.policy.addresses.own
    texts = set()
    for lists in ([closed], [a_list("news", is_default=False)]):
        world.do(partial(declare, lists=lists))
        for list_name in (None, "weather"):
            for jid in (USER, PUBLISHER):
                with pytest.raises(NotFound) as refused:
                    world.schedule(jid, to=own, list_name=list_name)
                texts.add(refused.value.text)
    assert len(texts) == 1
