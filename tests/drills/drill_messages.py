"""Messages between people while the service is killed, each time at an exact step.

    sender ──► server ──divert──► service      stored
                      ◄──result──               answered
                                               due
                      ◄──deliver─               delivered
                      ──result──►               acknowledged

A gate between server and service sees each of these pass, and stops all just before or
just behind it; so the service has done no more, and no less, when it is killed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.modules.scene import described
from tests.people.street import (
    ANSWER,
    DELIVER,
    DIVERT,
    Street,
    about,
    archived,
    hear,
    soon,
    street,
)
from tests.servers.proxy import Direction
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

RUNS = 20
#: seconds until a message is due, in turn
AHEAD = (2, 3, 5)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Killed at an IQ with `carrying`, or, with `answer`, at its answer: when that has
    not left the gate yet, or, with `passing`, when it just has.
    """

    carrying: bytes
    direction: Direction
    answer: bool = False
    passing: bool = False
    #: what the sender's client hears of it, in some order
    heard: tuple[str, ...] = ("carbon", "scheduled", "sent")

    def kill(self, street: Street, due: datetime) -> str:
        """Send a message and kill the service at this step of it; its id."""
        gate = street.gate
        before: Direction = "down" if self.direction == "up" else "up"
        if self.answer:
            gate.stop_at(before, self.carrying)
        else:
            gate.stop_at(self.direction, self.carrying, passing=self.passing)
        number = street.send(due)
        found = gate.reached()
        if self.answer:
            gate.stop_at(
                self.direction, ANSWER % re.escape(found[1]), passing=self.passing
            )
            gate.release()
            gate.reached()
        street.service.kill()
        gate.abandon()
        return number


STEPS = {
    "divert": Step(carrying=DIVERT, direction="down", heard=("error",)),
    "stored": Step(
        carrying=DIVERT,
        direction="up",
        answer=True,
        heard=("carbon", "error", "scheduled", "sent"),
    ),
    "answered": Step(carrying=DIVERT, direction="up", answer=True, passing=True),
    "due": Step(carrying=DELIVER, direction="up"),
    "delivered": Step(carrying=DELIVER, direction="up", passing=True),
    "acknowledged": Step(carrying=DELIVER, direction="down", answer=True, passing=True),
}


@pytest.fixture
def place(equipped: XmppServer, tmp_path: Path) -> Iterator[Street]:
    """People and service of the test's own."""
    with street(equipped, tmp_path) as found:
        yield found


@pytest.mark.parametrize("name", STEPS)
def test_killed(place: Street, name: str) -> None:
    """Nothing goes out early, unannounced, twice, or is lost without an error."""
    step, sender = STEPS[name], place.sender.first
    moments: dict[str, datetime] = {}
    for run in range(RUNS):
        due = soon(AHEAD[run % len(AHEAD)])
        number = step.kill(place, due)
        moments[number] = due
        if name in {"delivered", "acknowledged"}:
            hear(place.friend.first, number, "message")
        else:
            place.nobody_has(number)
        place.service.start()
        heard = hear(sender, number, *step.heard)
        assert heard[0] in {"error", "scheduled"}, f"unannounced: {heard}"
        place.service.wait_until_connected()
    if name == "divert":
        for number in moments:
            place.nobody_has(number)
    else:
        place.each_has_one(list(moments))
    for person in (place.sender, place.friend):
        stamps = archived(person.first)
        assert [one for one, at in stamps if one in moments and at < moments[one]] == []
    for number in moments:
        came = [one for one in sender.waiting if about(one)[0] == number]
        # a headline may come again, under its id
        once = {(about(one)[1], one.get("id")) for one in came}
        assert sorted(what for what, _ in once) == list(step.heard)
        for error in (one for one in came if one.get("type") == "error"):
            assert "may yet be scheduled" in described(error)[2]
