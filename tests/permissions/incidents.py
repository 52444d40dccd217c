"""Incidents for the table to speak of, and how each of its cells is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.desk.verb import Wanted
from bot.desk.verbs import incidents
from bot.domain.incident import UpdateKind
from bot.domain.schedule import Origin
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.paging import Paging
from tests.permissions.stage import NO_REFERENCE
from tests.world import ADMIN, World

SLOW = {"summary": {"": "It is slow"}}


@dataclass(frozen=True)
class Incidents:
    """On `news`, on `weather`, and on `news` one that is over: by reference."""

    news: int
    weather: int
    resolved: int

    def named(self, what: str) -> IncidentName:
        numbers = {
            "weather": self.weather,
            "resolved": self.resolved,
            "missing": NO_REFERENCE,
        }
        return IncidentName(number=numbers.get(what.partition("-")[2], self.news))


def an_opening(what: str) -> OpenIncident:
    where = what.partition("-")[2]
    urgent = where == "urgently"
    name = "news" if urgent or not where else where
    return OpenIncident(
        origin=Origin.COMMAND, list_name=name, values=SLOW, urgent=urgent
    )


def a_change(name: IncidentName, what: str, news: str = "") -> UpdateIncident:
    resolves = what.startswith("resolve")
    return UpdateIncident(
        origin=Origin.COMMAND,
        name=name,
        kind=UpdateKind.RESOLVED if resolves else UpdateKind.UPDATED,
        values={"details": {"": news}} if news else {},
    )


def added(world: World) -> Incidents:
    use_cases, admin = world.use_cases.incidents, world.caller(ADMIN)
    where = ("open-news", "open-weather", "open-news")
    numbers = [world.do(use_cases.open, admin, an_opening(one)).id for one in where]
    last = a_change(IncidentName(number=numbers[-1]), "resolve")
    world.do(use_cases.update, admin, last)
    return Incidents(*numbers)


def asked(world: World, what: str, news: str) -> Iterator[Wanted[Any]]:
    """Of incidents that are fresh; `news`: what is new."""
    if what == "list":
        yield incidents.LIST(incidents.IncidentWish(paging=Paging()))
        return
    if what.startswith("open"):
        yield incidents.OPEN_DRAFT(an_opening(what))
        yield incidents.OPEN(an_opening(what))
        return
    name = added(world).named(what)
    change = a_change(name, what, news)
    if what.startswith("show"):
        yield incidents.SHOW(name)
    elif what.startswith("resolve"):
        yield incidents.RESOLVE_DRAFT(change)
        yield incidents.RESOLVE(change)
    else:
        yield incidents.BEGIN(change)
        yield incidents.UPDATE_DRAFT(change)
        yield incidents.UPDATE(change)
