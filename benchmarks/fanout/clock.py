"""One time for all processes."""

import time


def now() -> float:
    """Seconds since 1970."""
    return time.clock_gettime(time.CLOCK_REALTIME)
