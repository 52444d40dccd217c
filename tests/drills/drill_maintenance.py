"""Maintenance is moved, and the service killed while its readers are being told.

    announced ─► moved ─► corrections, words ─► (the old start passes) ─► begun
                             kill -9, again and again

Nobody is left with the old time, nobody hears of a move who never had it, and nothing
begins at the old time.
"""

import random
import re
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.domain.schedule import Origin
from bot.service.maintenance.request import MoveWindow, OpenMaintenance, WindowName
from tests.drills.inboxes import Came, Inboxes, seen
from tests.e2e.conftest import PLACES, Make
from tests.e2e.service import Service
from tests.e2e.speaking import now, written
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS, WINDOW, RATE = 1000, 200, 600
#: in each test
MOVES, KILLS = 4, 3
#: until it was to begin, and by how much that is moved
AHEAD, BY = timedelta(seconds=90), timedelta(seconds=60)
_START = re.compile(r"^Start: .*?(\d+):(\d\d)\s[AP]M", re.MULTILINE)
PLANNED, MOVED, BEGUN = "Planned maintenance", "Maintenance moved", "has begun"


@pytest.mark.parametrize("halfway", [False, True], ids=["told", "halfway"])
@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_moves(server: XmppServer, mode: str, make: Make, *, halfway: bool) -> None:
    """Four moves of what all have heard of, or half of them, with three kills each."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    service = make(server, mode, rate=RATE, window=WINDOW)
    begins: dict[str, datetime] = {}
    with Inboxes(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        service.start()
        service.wait_until_connected()
        for number in range(MOVES):
            about = f"work{number}."
            begins[about] = _moved(service, sink, about, dice, halfway=halfway)
        for about in begins:
            service.until(partial(_all_begun, sink, about), seconds=300)
        for about, start in begins.items():
            _judged(sink, about, start)
        repeats = len(sink.arrived) - len(set(sink.arrived))
        print(f"{repeats} repeats after {MOVES * KILLS} kills")
        assert repeats <= WINDOW * MOVES * KILLS
        assert service.stop() == 0


def _moved(
    service: Service, sink: Inboxes, about: str, dice: random.Random, *, halfway: bool
) -> datetime:
    """Open one, move it, and kill the service meanwhile; when it begins by now."""
    was = now().replace(microsecond=0) + AHEAD
    request = OpenMaintenance(
        origin=Origin.CLI,
        list_name="news",
        values={"summary": {"": about}},
        start=written(was),
        reminders=(),
    )
    call, maintenances = service.uses.database.call, service.uses.maintenances
    shown = call(maintenances.open, service.operator, request)
    heard = dice.randrange(WINDOW, READERS - WINDOW) if halfway else READERS
    service.until(lambda: len(sink.about(about)) >= heard)
    name, is_now = WindowName(number=shown.id), was + BY
    change = MoveWindow(start=written(is_now))
    call(maintenances.change, service.operator, name, change)
    # the rest of the first and as many corrections come at least
    points = sorted(dice.sample(range(heard + 10, READERS + heard), KILLS))
    for point in points:
        service.until(partial(_has_come, sink, about, point))
        service.kill()
        service.start()
    service.wait_until_connected()
    return is_now


def _has_come(sink: Inboxes, about: str, count: int) -> bool:
    return len({(one.to, one.id) for one in sink.about(about)}) >= count


def _all_begun(sink: Inboxes, about: str) -> bool:
    begun = {one.to for one in sink.about(about) if BEGUN in one.body}
    return len(begun) == READERS


def _judged(sink: Inboxes, about: str, start: datetime) -> None:
    """What each of them has got by the end is what he is to have."""
    inboxes = sink.inboxes(about)
    assert set(inboxes) == set(sink.jids(READERS))
    former = 0
    for inbox in inboxes.values():
        assert {_minute(text) for text in seen(inbox)} == {start.minute}
        had_old = any(_minute(one.body) != start.minute for one in inbox)
        former += had_old
        first, *rest = inbox
        assert PLANNED in first.body
        assert [_kind(one) for one in rest] in (
            [["begun"]] if not had_old else
            [["correction", "word", "begun"], ["word", "correction", "begun"]]
        )  # fmt: skip
        assert rest[-1].at >= start
    print(f"{about} {former} of {READERS} had the old time first")


def _kind(one: Came) -> str:
    if one.replaces is not None:
        return "correction"
    return "word" if MOVED in one.body else "begun" if BEGUN in one.body else "other"


def _minute(body: str) -> int:
    found = _START.search(body)
    assert found is not None, body
    return int(found[2])
