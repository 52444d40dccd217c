"""A standstill: nothing goes out, since an admin stopped everything."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import moments
from bot.domain.access import OPERATOR
from bot.domain.phrase import Phrase

#: where an admin lets all go on: on the command line, or by a client
WAY_ON = Phrase("resume-all, in a client with {command}", command="stop-all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    #: a bare JID, or `role:admin`
    by: str
    since: datetime

    def in_words(self, zone_name: str) -> Phrase:
        """For whoever reads clocks in that zone."""
        since = moments.local(self.since, zone_name)
        if self.by == OPERATOR:
            return Phrase(
                "Nothing goes out: the operator stopped everything on {time}."
                " It goes on with {command}.",
                time=since,
                command=WAY_ON,
            )
        return Phrase(
            "Nothing goes out: {jid} stopped everything on {time}."
            " It goes on with {command}.",
            jid=self.by,
            time=since,
            command=WAY_ON,
        )
