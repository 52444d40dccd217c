"""The alarm: it needs nothing of the machine but its clock."""

import os
import subprocess
import sys

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
