"""What the service does, by command."""

from bot.service.ports.pulses import Pulse, Reading
from bot.service.ports.sights import Sight
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, NOON, SERVICE, World

READING = Reading(
    file="/etc/carillon.toml",
    at=NOON,
    faults=("line 3: nonsense",),
    waiting=("xmpp.jid",),
)


def test_nothing_runs(world: World) -> None:
    """Each part is there, empty or not; the first says what is the matter."""
    person = Person(world, ADMIN)
    person.runs("status")
    assert person.shown.splitlines() == [
        *("Service", "not connected to its XMPP server"),
        *("Going out now", "none", "Going out next", "none"),
        *("Held, waits for an admin", "none", "Paused", "none"),
    ]


def test_all_is_told(world: World) -> None:
    """On the clocks of whoever asks: since when it is up, what it has read, who does
    not hold messages back, what goes out, and how many more wait.
    """
    pulse = Pulse(
        worker="w",
        service=SERVICE,
        version="1.0",
        connected=True,
        started_at=NOON,
        seen_at=NOON,
        reading=READING,
    )
    sight = Sight(
        server="example.org",
        version="",
        serves="",
        parts=frozenset(),
        privilege=None,
        rosters=False,
        seen_at=NOON,
        open_since=NOON,
    )
    world.do(lambda unit: unit.facts.beat(pulse))
    world.do(lambda unit: unit.sights.put(sight))
    world.subscribe("anna@example.org")
    now = world.due(bodies=(("en", "Now"),))
    for number in range(7):
        job = world.schedule(bodies=(("en", f"Text {number}"),), client_id=str(number))
        world.steer("pause", job)
    later = world.schedule(bodies=(("en", "Later"),), client_id="later")
    person = Person(world, ADMIN, zone="Europe/Warsaw")
    person.runs("status")
    shown = person.shown.splitlines()
    assert shown[:5] == [
        "Service",
        f"{SERVICE}: up since 2026-03-01 13:00 CET, version 1.0",
        "configuration read at 2026-03-01 13:00 CET",
        "since then it cannot be used: line 3: nonsense",
        "waits for a start: xmpp.jid",
    ]
    assert shown[5].startswith("example.org no longer holds back")
    assert any(row.startswith(f"#{now.id}/1 ") for row in shown)
    assert f"#{later.id} 2026-03-01 14:00 CET, news: Later" in shown
    assert shown[-1] == "and 2 more"


def test_for_admins(world: World) -> None:
    person = Person(world, AUDITOR)
    person.runs("status")
    assert person.refused
