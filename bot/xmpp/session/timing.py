"""How patient a connection is with its server."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds."""

    #: before the second attempt; doubles up to `cap`, each time jittered
    first: float = 1.0
    cap: float = 300.0
    #: a session that lasted so long starts the delays anew
    stable: float = 60.0
    #: for one attempt, from the address look-up to the session
    attempt: float = 30.0
    #: silence of the server after which the connection is given up; at half of it
    #: it is asked for a sign of life
    silence: float = 60.0
    #: for the first answer on a resumed stream
    answer: float = 10.0
    #: for what bounced to come back after it was acknowledged
    echo: float = 5.0
    #: for the server to close its stream when we stop
    close: float = 5.0

    def delay(self, failures: int) -> float:
        """How long to wait after so many failures in a row (1, 2, …)."""
        longest = min(self.cap, self.first * 2 ** min(failures - 1, 32))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
