"""Ten thousand messages between two people at once: all kept, all delivered, once."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.drills.conftest import Start
from tests.modules.scene import SCHEDULING, drained
from tests.people.street import about, hear, soon, street
from tests.servers.equipped import Options

pytestmark = pytest.mark.e2e

MANY = 10_000
#: seconds until all are due, and longer than any wait
AHEAD, LONG = 240, 600


def test_ten_thousand_at_once(start: Start, tmp_path: Path) -> None:
    """The sender is told of each that it is kept, and later that it was sent."""
    with (
        # an archive in mnesia takes the longer for each message, the more it has
        start(Options(timeout=LONG, archives=False)) as server,
        street(server, tmp_path) as place,
        ThreadPoolExecutor() as pool,
    ):
        sender, friend = place.sender.first, place.friend.first
        for other in (place.sender.second, place.friend.second):
            other.log_out()
        due = soon(AHEAD)
        schedule = (
            f"<schedule xmlns='{SCHEDULING}'><deliver-at>{due.isoformat()}"
            "</deliver-at></schedule>"
        )
        ids = [f"m{number}" for number in range(MANY)]
        # what the server offers is known before answers stand behind all of these
        hear(sender, place.send(due + timedelta(days=1)), "scheduled")
        sender.waiting.clear()
        began = time.monotonic()
        sender.send(
            "".join(
                f"<message to='{friend.bare}' type='chat' id='{one}'>"
                f"<body>Happy birthday!</body>{schedule}</message>"
                for one in ids
            )
        )
        told = [about(one) for one in drained(sender, MANY, "message", LONG)]
        print(f"accepted: {MANY / (time.monotonic() - began):.0f} a second")
        assert Counter(what for _, what in told) == {"scheduled": MANY}
        assert sorted(one for one, _ in told) == sorted(ids)
        friend.settle()
        assert not any(about(one)[0] for one in friend.waiting)
        heard = pool.submit(
            lambda: Counter(map(about, drained(sender, 2 * MANY, "message", LONG)))
        )
        came = drained(friend, MANY, "message", LONG)
        arrived = [about(next(came))]
        began = time.monotonic()
        arrived += map(about, came)
        print(f"delivered: {MANY / (time.monotonic() - began):.0f} a second")
        assert Counter(arrived) == Counter((one, "message") for one in ids)
        assert heard.result() == Counter(
            (one, what) for one in ids for what in ("carbon", "sent")
        )
        for client in (sender, friend):
            client.settle()
            assert not any(about(one)[0] for one in client.waiting)
