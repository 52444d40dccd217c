"""Incidents: what is said of them, by whom, and what is said once."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Role
from bot.domain.errors import (
    CarillonError,
    Conflict,
    Finished,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.incident import Incident, IncidentState, UpdateKind
from bot.domain.message import Text
from bot.domain.schedule import Origin, ScheduleState, TemplateContent
from bot.service.incidents.incidents import Draft, Thread
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.paging import Paging
from bot.service.records.retention import Retention, purge
from tests.world import (
    ADMIN,
    AUDITOR,
    NOON,
    PUBLISHER,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    copy_of,
)

OTHER = "other@example.org"
SLOW = {"summary": {"": "Messages arrive late"}}
RESOLVED = UpdateKind.RESOLVED


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    """Publishers may say as much as admins, but one announcement a day; `club` has
    another publisher.
    """
    policy = a_policy()
    limits = {
        role: replace(one, body=1000, subject=100)
        for role, one in policy.limits.items()
    }
    publisher = replace(limits[Role.PUBLISHER], deliveries_per_day=1)
    limits[Role.PUBLISHER] = publisher
    lists = [
        a_list(timezone="Europe/Warsaw"),
        a_list("club", publishers=frozenset({OTHER})),
    ]
    policy = replace(policy, limits=limits)
    policy.take_up(lists)
    with closing(World(copy_of(blank, tmp_path), lists=lists, policy=policy)) as found:
        found.subscribe(USER)
        yield found


def opened(world: World, jid: str = ADMIN, **changes: Any) -> Incident:
    given = {"origin": Origin.COMMAND, "list_name": "news", "values": SLOW}
    request = OpenIncident(**given | changes)
    return world.do(world.use_cases.incidents.open, world.caller(jid), request)


def a_change(number: int, **changes: Any) -> UpdateIncident:
    return UpdateIncident(
        origin=Origin.COMMAND, name=IncidentName(number=number), **changes
    )


def updated(
    world: World, incident: Incident, jid: str = ADMIN, **changes: Any
) -> Incident:
    update = world.use_cases.incidents.update
    return world.do(update, world.caller(jid), a_change(incident.id, **changes))


def shown(world: World, incident: Incident, jid: str = ADMIN) -> Thread:
    show = world.use_cases.incidents.show
    return world.do(show, world.caller(jid), IncidentName(number=incident.id))


def english(world: World, incident: Incident) -> Text:
    return next(one for one in shown(world, incident).texts if one.language == "en")


def values(incident: Incident) -> dict[str, str]:
    """Of all languages."""
    assert isinstance(incident.content, TemplateContent)
    return {name: told[""] for name, told in incident.content.values.items()}


def kinds(world: World, incident: Incident) -> list[str]:
    return [one.update.kind for one in shown(world, incident).notices]


def test_a_thread(world: World) -> None:
    """Each of its notices is an announcement that goes out at once, says what is new,
    and beside that what was said before.
    """
    incident = opened(world, urgent=True)
    assert incident.client_id == "news-2026-03-01"
    world.clock.advance(seconds=600)
    since = {"since": {"": "2026-03-01 12:30"}, "status": {"": "identified"}}
    updated(world, incident, values=since)
    text = english(world, incident)
    assert text.subject == "Incident: update"
    assert "Messages arrive late" in text.body
    assert "Since: Sunday, March 1, 2026, 12:30" in text.body
    world.clock.advance(seconds=3000)
    done = updated(world, incident, kind=RESOLVED, values={"cause": {"": "A disk"}})
    assert done.state is IncidentState.RESOLVED
    assert done.revision == 3
    assert values(done) == {
        "summary": "Messages arrive late",
        "start": "2026-03-01T11:30:00Z",
        "end": "2026-03-01T13:00:00Z",
        "cause": "A disk",
    }
    notices = shown(world, incident).notices
    assert [one.update.kind for one in notices] == [*UpdateKind]
    schedules = [one.schedule for one in notices]
    assert [one.content for one in schedules][-1] == done.content
    assert {(one.urgent, one.owner) for one in schedules} == {(True, ADMIN)}
    after = [one.deliver_at - NOON for one in schedules]
    assert [one.total_seconds() for one in after] == [0, 600, 3600]
    with pytest.raises(Finished, match="is resolved"):
        updated(world, incident, values=since)


def test_what_is_relative_is_of_the_notice_that_said_it(world: World) -> None:
    """What was to come in two hours is not promised anew with each notice, and no
    longer once it has passed. All of it is in whole minutes.
    """
    world.clock.advance(seconds=39)
    relative = {"since": {"": "-20m"}, "next_update": {"": "+2h"}}
    incident = opened(world, values=SLOW | relative)
    known = {"since": "2026-03-01T11:40:00Z", "next_update": "2026-03-01T14:00:00Z"}
    assert values(incident).items() >= known.items()
    world.clock.advance(seconds=3600)
    again = updated(world, incident, values={"status": {"": "identified"}})
    assert values(again).items() >= known.items()
    world.clock.advance(seconds=3600)
    again = updated(world, incident, values={"status": {"": "monitoring"}})
    assert "next_update" not in values(again)
    over = updated(world, incident, kind=RESOLVED)
    times = {"start": "2026-03-01T11:40:00Z", "end": "2026-03-01T14:00:00Z"}
    assert values(over).items() >= times.items()


def test_asked_twice(world: World) -> None:
    """What is asked for again is said once; under an id that is another's, or of a
    revision that has passed, nothing is said.
    """
    incident = opened(world, client_id="disk")
    assert opened(world, client_id="disk") == incident
    with pytest.raises(Conflict, match="choose another id"):
        opened(world, client_id="disk", values={"summary": {"": "Another"}})
    identified = {"status": {"": "identified"}}
    first = updated(world, incident, values=identified, revision=1)
    assert updated(world, incident, values=identified, revision=1) == first
    with pytest.raises(Conflict, match="look at it again"):
        updated(world, incident, values={"status": {"": "monitoring"}}, revision=1)
    # nothing new is no news
    assert updated(world, incident, values=identified) == first
    assert updated(world, incident) == first
    done = updated(world, incident, kind=RESOLVED)
    world.clock.advance(seconds=60)
    assert updated(world, incident, kind=RESOLVED) == done
    assert kinds(world, incident) == [*UpdateKind]
    # an id is free again once it is over
    assert opened(world, client_id="disk", values={"summary": {"": "B"}}).id > 1


def test_an_id_that_is_taken(world: World) -> None:
    """An announcement that its owner has called as a notice would be called is none:
    what is said goes out beside it.
    """
    other = world.schedule(client_id="incident-1-1")
    incident = opened(world)
    assert incident.id == 1
    (notice,) = shown(world, incident).notices
    assert notice.schedule.id != other.id
    assert notice.schedule.content == incident.content
    assert world.get(other.id).state is ScheduleState.PENDING


def test_at_first_nothing_new(world: World) -> None:
    """That it would be called an update is no news either."""
    incident = opened(world)
    assert updated(world, incident) == incident


def test_drafts(world: World) -> None:
    """What would be said is shown, and nothing is said."""
    use_cases, admin = world.use_cases.incidents, world.caller(ADMIN)
    request = OpenIncident(origin=Origin.COMMAND, list_name="news", values=SLOW)
    draft: Draft = world.do(use_cases.draft_opening, admin, request)
    assert draft.readers == 1
    assert {one.language for one in draft.texts} == {"en", "de", "fr", "es", "pl"}
    assert not draft.is_repeat
    with pytest.raises(NotFound):
        shown(world, replace(draft.incident, id=1))
    incident = opened(world)
    change = a_change(incident.id, kind=RESOLVED)
    draft = world.do(use_cases.draft_update, admin, change)
    assert "Resolved: Messages arrive late" in draft.texts[0].body
    begun = world.do(use_cases.begin, admin, change)
    assert begun.content == draft.incident.content
    assert kinds(world, incident) == [UpdateKind.OPENED]
    assert world.do(use_cases.draft_update, admin, a_change(incident.id)).is_repeat


@pytest.mark.parametrize(
    ("jid", "sees", "error"),
    [
        (ADMIN, True, None),
        (PUBLISHER, True, None),
        (AUDITOR, True, NotAllowed),
        (OTHER, False, NotFound),
        (USER, False, NotFound),
        (STRANGER, False, CarillonError),
    ],
)
def test_who_goes_on_with_it(
    world: World, jid: str, sees: bool, error: type[CarillonError] | None
) -> None:
    """Whoever may announce to its list, whoever opened it; of others nobody hears that
    there is one.
    """
    incident = opened(world)
    if sees:
        assert shown(world, incident, jid).incident == incident
    else:
        with pytest.raises(CarillonError):
            shown(world, incident, jid)
    if jid != STRANGER:
        page = world.do(world.use_cases.incidents.page, world.caller(jid), Paging())
        assert page.count == sees
    if error is None:
        updated(world, incident, jid, values={"status": {"": "identified"}})
        owners = [one.schedule.owner for one in shown(world, incident).notices]
        assert owners == [ADMIN, jid]
    else:
        with pytest.raises(error):
            updated(world, incident, jid, values={"status": {"": "identified"}})


@pytest.mark.parametrize(
    ("jid", "changes", "error", "why"),
    [
        (USER, {}, NotAllowed, "may not announce"),
        (PUBLISHER, {"list_name": "club"}, NotAllowed, "may not announce"),
        (PUBLISHER, {"urgent": True}, NotAllowed, "urgently"),
        (ADMIN, {"list_name": "nowhere"}, NotFound, "no list"),
        (ADMIN, {"template": "nonsense"}, Invalid, "nonsense"),
        (ADMIN, {"values": {}}, Invalid, "summary"),
        (ADMIN, {"values": SLOW | {"nonsense": {"": "x"}}}, Invalid, "nonsense"),
        (ADMIN, {"values": SLOW | {"since": {"": "noon"}}}, Invalid, "moment"),
        (ADMIN, {"timezone": "Nowhere/Land"}, Invalid, "Nowhere/Land"),
        (ADMIN, {"client_id": " "}, Invalid, "printable"),
    ],
)
def test_refused(
    world: World,
    jid: str,
    changes: dict[str, Any],
    error: type[CarillonError],
    why: str,
) -> None:
    """What cannot be said is refused as in an announcement, and nothing is left."""
    with pytest.raises(error, match=why):
        opened(world, jid, **changes)
    page = world.do(world.use_cases.incidents.page, world.caller(ADMIN), Paging())
    assert not page.count


def test_how_many_are_open(world: World) -> None:
    """A publisher has as many open as he may have announcements pending."""
    found = [
        opened(world, PUBLISHER, values={"summary": {"": f"No {one}"}})
        for one in range(3)
    ]
    assert len({one.client_id for one in found}) == 3
    with pytest.raises(PolicyViolation, match="3 incidents"):
        opened(world, PUBLISHER)
    updated(world, found[0], PUBLISHER, kind=RESOLVED)
    opened(world, PUBLISHER)


def test_a_day_that_is_used_up(world: World) -> None:
    """What is broken is said all the same, and takes no room of announcements."""
    incident = opened(world, PUBLISHER)
    world.clock.advance(seconds=1)
    world.plan_all()
    assert world.due(jid=PUBLISHER).state is ScheduleState.RUNNING
    with pytest.raises(PolicyViolation, match="already"):
        world.schedule(PUBLISHER, delay_seconds="60")
    updated(world, incident, PUBLISHER, values={"details": {"": "A disk is full"}})
    world.clock.advance(seconds=1)
    world.plan_all()
    went_out = [one.progress is not None for one in shown(world, incident).notices]
    assert went_out == [True, True]


def test_a_list_that_is_gone(world: World) -> None:
    """Nobody but an admin goes on with it; he says that it is over, to nobody."""
    incident = opened(world, PUBLISHER)
    world.do(lambda unit: unit.lists.declare([a_list("club")]))
    with pytest.raises(NotFound, match="no list 'news'"):
        updated(world, incident, PUBLISHER, kind=RESOLVED)
    assert updated(world, incident, kind=RESOLVED).is_over


def test_forgotten_with_the_rest(world: World) -> None:
    """Once it is over for as long as announcements are kept, nobody can tell what it
    was about; one that is open is kept however old it is.
    """
    over, stays = opened(world), opened(world)
    over = updated(world, over, kind=RESOLVED)
    world.clock.advance(days=40)
    kept = Retention(announcements=timedelta(days=30))
    world.do(purge, kept, world.clock.now())
    found = shown(world, over)
    assert (found.texts, found.incident.summary) == ((), "")
    assert found.incident.purged_at == world.clock.now()
    assert shown(world, stays).incident == stays
