"""Readers who keep what they got, with what it amends; and a service that is asked."""

from collections import defaultdict
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from bot.domain.broadcast import BroadcastState
from bot.domain.schedule import Schedule
from bot.xmpp.stanzas.namespaces import CORRECT, FALLBACK, RETRACT
from tests.e2e.service import Service
from tests.e2e.sink import BODY, Sink
from tests.servers.xmpp_server import XmppServer

OLD, NEW = "Hello, this is the news.", "Hello, this is the truth."


class Got(NamedTuple):
    """A message as it arrived."""

    id: str
    body: str
    #: the ids of the messages that it corrects, and withdraws
    corrects: str = ""
    withdraws: str = ""


class Inboxes(Sink):
    """A sink that keeps them apart by reader."""

    def __init__(self, server: XmppServer, domain: str) -> None:
        super().__init__(server, domain)
        self.inboxes: dict[str, list[Got]] = defaultdict(list)

    def _take(self, message: Element) -> None:
        to = message.get("to", "").partition("/")[0]
        got = Got(
            message.get("id", ""),
            message.findtext(BODY) or "",
            _id_in(message, f"{{{CORRECT}}}replace"),
            _id_in(message, f"{{{RETRACT}}}retract"),
        )
        if got.withdraws:
            assert message.find(f"{{{FALLBACK}}}fallback") is not None
        self.inboxes[to].append(got)
        super()._take(message)

    def has_amended(self, count: int) -> bool:
        return self.amended >= count

    @property
    def amended(self) -> int:
        """How many amendments arrived, repeats among them."""
        return sum(
            bool(one.corrects or one.withdraws)
            for got in list(self.inboxes.values())
            for one in list(got)
        )

    @property
    def repeats(self) -> int:
        """How many messages came more than once."""
        return len(self.arrived) - len(set(self.arrived))

    def read(self, jid: str) -> list[Got]:
        """What he sees, repeats left out; none of these says anything else."""
        got = self.inboxes[jid]
        seen = list(dict.fromkeys(got))
        assert len({one.id for one in seen}) == len(seen), "two texts under one id"
        return seen

    def had_old(self, jids: list[str]) -> int:
        """How many had the old text before it was corrected; all others got the new
        one alone.
        """
        count = 0
        for jid in jids:
            first, *rest = self.read(jid)
            assert not first.corrects
            if first.body == OLD:
                [correction] = rest
                assert (correction.body, correction.corrects) == (NEW, first.id)
                count += 1
            else:
                assert (first.body, rest) == (NEW, [])
        return count

    def had_withdrawn(self, jids: list[str]) -> int:
        """How many had it before it was withdrawn; nobody else got anything."""
        count = 0
        for jid in jids:
            if not (seen := self.read(jid)):
                continue
            first, withdrawal = seen
            assert (first.body, first.withdraws) == (OLD, "")
            assert withdrawal.withdraws == first.id
            assert OLD in withdrawal.body
            count += 1
        return count


def _id_in(message: Element, tag: str) -> str:
    found = message.find(tag)
    return "" if found is None else found.get("id", "")


def correct(service: Service, job: Schedule, body: str = NEW) -> None:
    service.command("broadcasts", "correct", str(job.id), "--body", body, "--yes")


def retract(service: Service, job: Schedule) -> None:
    service.command("broadcasts", "retract", str(job.id), "--yes")


def is_amended(service: Service, job: Schedule) -> bool:
    """Nothing more goes out, of it or of what amends it."""
    [original] = service.broadcasts(job)

    def look(uow: Any) -> bool:
        amendments = uow.broadcasts.amendments(original.id)
        over = all(one.state is not BroadcastState.SENDING for one in amendments)
        return over and bool(amendments) and not uow.schedules.amending(original.id)

    return service.sent(job) and service.uses.database.look(look)
