"""The events of the script, as the service takes them: by its use cases."""

from datetime import datetime

from bot.domain.incident import UpdateKind
from bot.domain.message import Text
from bot.domain.schedule import Origin, TextContent
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.readers.preferring import PreferencesRequest
from tests.engine.maintenance import at
from tests.fortnight.model import Reader
from tests.fortnight.script import LANGUAGES, RULE, RULE_START, Event
from tests.world import ADMIN, World

LIST, ZONE = "news", "Europe/Warsaw"


class ServicePlay:
    def __init__(self, world: World) -> None:
        self._world, self._uses = world, world.use_cases
        self._admin = world.caller(ADMIN)
        self._list_address = world.policy.addresses.of_list(LIST)
        #: the broadcast of each announcement by its name
        self._announced: dict[str, int] = {}

    def do(self, event: Event) -> None:
        getattr(self, event.what)(**event.about)

    # --- readers ---------------------------------------------------------------

    def meet(self, reader: Reader) -> None:
        """He has chosen before the fortnight begins."""
        quiet = [f"{one:%H:%M}" for one in reader.quiet or ()]
        self._choose(
            jid=reader.jid,
            language=reader.language,
            timezone=reader.zone,
            quiet_from=quiet[0] if quiet else None,
            quiet_to=quiet[1] if quiet else None,
        )

    def _choose(self, **chosen: str | None) -> None:
        request = PreferencesRequest(**chosen)  # type: ignore[arg-type] # all of text
        self._world.do(self._uses.preferring.set, self._admin, request)

    def join(self, jid: str) -> None:
        join = self._uses.subscribers.join
        assert self._world.do(join, jid, self._list_address, None)

    def leave(self, jid: str) -> None:
        left = self._world.do(self._uses.subscribers.leave, jid, self._list_address)
        assert left == 1

    def pause(self, jid: str, until: datetime) -> None:
        self._choose(jid=jid, paused_until=f"{until:%Y-%m-%dT%H:%M:%SZ}")

    # --- maintenance -----------------------------------------------------------

    def plan_rule(self, name: str) -> None:
        self._open(
            name, start=RULE_START, recurrence=RULE, timezone=ZONE, finish="auto"
        )

    def plan(self, name: str, start: datetime) -> None:
        """For two hours, as all of it."""
        self._open(name, start=at(start), finish="ask")

    def _open(self, name: str, **asked: str) -> None:
        request = OpenMaintenance(
            origin=Origin.COMMAND,
            list_name=LIST,
            template="work",
            values={"summary": {"": name}},
            duration="2h",
            reminders=("24h", "1h"),
            client_id=name,
            **asked,  # type: ignore[arg-type] # all of text
        )
        self._world.do(self._uses.maintenances.open, self._admin, request)

    def _change(self, name: str, number: int, change: Change) -> None:
        which = WindowName(id=name, window=number)
        self._world.do(self._uses.maintenances.change, self._admin, which, change)

    def move(self, name: str, number: int, start: datetime) -> None:
        self._change(name, number, MoveWindow(start=at(start)))

    def extend(self, name: str, number: int, end: datetime) -> None:
        self._change(name, number, ExtendWindow(end=at(end)))

    def call_off(self, name: str, number: int) -> None:
        self._change(name, number, CallOff())

    def finish(self, name: str, number: int) -> None:
        self._change(name, number, FinishWindow())

    # --- incidents -------------------------------------------------------------

    def break_(self, name: str, details: str) -> None:
        request = OpenIncident(
            origin=Origin.COMMAND,
            list_name=LIST,
            template="trouble",
            values={"summary": {"": name}, "details": {"": details}},
            client_id=name,
        )
        self._world.do(self._uses.incidents.open, self._admin, request)

    def update(self, name: str, details: str) -> None:
        """The summary is filled on from the last."""
        self._go_on(name, UpdateKind.UPDATED, {"details": {"": details}})

    def resolve(self, name: str) -> None:
        self._go_on(name, UpdateKind.RESOLVED, {})

    def _go_on(
        self, name: str, kind: UpdateKind, values: dict[str, dict[str, str]]
    ) -> None:
        change = UpdateIncident(
            origin=Origin.COMMAND, name=IncidentName(id=name), kind=kind, values=values
        )
        self._world.do(self._uses.incidents.update, self._admin, change)

    # --- announcements ---------------------------------------------------------

    def announce(self, name: str) -> None:
        job = self._world.schedule(
            bodies=tuple((tag, f"{tag} {name}") for tag in LANGUAGES),
            delay_seconds="1",
            client_id=name,
        )
        self._announced[name] = job.id

    def correct(self, name: str, text: str) -> None:
        job = self._world.get(self._announced[name])
        texts = tuple(Text(language=tag, body=f"{tag} {text}") for tag in LANGUAGES)
        broadcast_id = self._world.broadcast(job).id
        correct = self._uses.amending.correct
        self._world.do(
            lambda unit: correct(
                unit,
                self._admin,
                broadcast_id,
                TextContent(texts=texts),
                origin=Origin.COMMAND,
            )
        )
