"""The alarm: it needs nothing of the machine but its clock."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from bot.clock import SystemClock
from tests.servers.faked_clock import FakedClock

#: prints when the alarm rings that is set to now
RINGS = """
import asyncio
from bot.clock import Alarm, SystemClock

async def life():
    rang = asyncio.Event()
    alarm = Alarm(rang.set)
    alarm.start()
    alarm.set(SystemClock().now())
    await rang.wait()
    alarm.stop()
    print("rang")

asyncio.run(life())
"""


def test_a_zone_that_only_the_c_library_reads() -> None:
    """It rings on a machine whose own zone is given as POSIX has it."""
    ran = subprocess.run(
        [sys.executable, "-c", RINGS],
        env={**os.environ, "TZ": "CET-1CEST,M3.5.0,M10.5.0/3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "rang\n"), ran.stderr


#: sets the alarm a second ahead under a clock that is years behind; told that it is
#: right, sets it to the same moment again, and prints when it rings
SET_TWICE = """
import asyncio, sys
from datetime import datetime
from bot.clock import Alarm, SystemClock

async def life():
    rang = asyncio.Event()
    alarm = Alarm(rang.set)
    alarm.start()
    moment = datetime.fromisoformat(sys.argv[1])
    alarm.set(moment)
    await asyncio.sleep(0)
    print("set", flush=True)
    sys.stdin.readline()
    alarm.set(moment)
    await rang.wait()
    alarm.stop()
    print("rang" if SystemClock().now() >= moment else "early")

asyncio.run(life())
"""


def test_a_clock_that_is_put_right(tmp_path: Path) -> None:
    """Set again to the moment that it was set to, it rings by the clock of now."""
    clock, now = FakedClock(tmp_path), SystemClock().now()
    clock.set(now - timedelta(days=1_000))
    moment = now + timedelta(seconds=1)
    with subprocess.Popen(
        [sys.executable, "-c", SET_TWICE, moment.isoformat()],
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "set\n"
            clock.set(now)
            out, _ = process.communicate("\n", timeout=60)
        finally:
            process.kill()
    assert out == "rang\n"
