"""Who comes in: of each his share, and whom no flood of others keeps out."""

from bot.desk.gate import (
    ALL_OTHERS,
    ALL_STRANGERS,
    PER_DOMAIN,
    PER_SENDER,
    REFUSALS,
    RETURNS,
    Gate,
)
from bot.domain.access import Access, Caller

ACCESS = Access(
    admins=frozenset({"boss@example.org"}),
    publishers=frozenset({"press@elsewhere.example"}),
    auditors=frozenset({"eyes@example.org"}),
    domains=frozenset({"example.org"}),
)
NAMED = ("boss@example.org", "press@elsewhere.example", "eyes@example.org")


class Place:
    """A gate and its clock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.gate = Gate(lambda: self.seconds)

    def come(self, *jids: str) -> int:
        """How many of these come in."""
        return sum(self.gate.admits(caller(jid)) for jid in jids)


def caller(jid: str) -> Caller:
    return ACCESS.caller(jid)


def users(count: int) -> list[str]:
    return [f"u{number}@example.org" for number in range(count)]


def test_one_sender() -> None:
    """Has his share, whatever others do, and again after a while."""
    place = Place()
    for jid in ("anna@example.org", *NAMED, "eve@evil.example"):
        many = [jid] * (PER_SENDER.burst + 50)
        assert place.come(*many) == PER_SENDER.burst
    place.seconds += 2
    assert place.come(*["anna@example.org"] * 500) == 2 * PER_SENDER.rate
    assert place.gate.turned_away == 5 * 50 + 500 - 2 * PER_SENDER.rate


def test_requests() -> None:
    """The desk counts them for their sender, by what is configured; but for strangers,
    whom it refuses.
    """
    gate = Place().gate
    for jid in ("anna@example.org", *NAMED):
        for _ in range(2 * PER_SENDER.burst):
            assert gate.admits(caller(jid), request=True)
    eve = caller("eve@evil.example")
    asked = [gate.admits(eve, request=True) for _ in range(2 * PER_SENDER.burst)]
    assert asked.count(True) == PER_SENDER.burst


def test_a_domain_of_made_up_senders() -> None:
    """Strangers of one domain share what it has; another domain has its own."""
    place = Place()
    made_up = [f"{number}@evil.example" for number in range(2 * PER_DOMAIN.burst)]
    assert place.come(*made_up) == PER_DOMAIN.burst
    assert place.come("eve@other.example") == 1


def test_made_up_domains() -> None:
    """All strangers together leave room for those who are none."""
    place = Place()
    made_up = [f"x@{number}.example" for number in range(2 * ALL_STRANGERS.burst)]
    assert place.come(*made_up) == ALL_STRANGERS.burst
    assert place.come(*users(50)) == 50


def test_a_crowd() -> None:
    """Whom the operator named comes in however many others do."""
    place = Place()
    crowd = users(2 * ALL_OTHERS.burst)
    assert place.come(*crowd) == ALL_OTHERS.burst
    assert place.come("late@example.org") == 0
    assert place.come(*NAMED) == len(NAMED)
    # their memory is their own: a crowd forgets none of what they used up
    assert place.come(*["boss@example.org"] * 500) == PER_SENDER.burst - 1
    assert place.come(*users(30_000)) == 0
    assert place.come("boss@example.org") == 0


def test_refusals() -> None:
    """There is time for some answers, not for one to each."""
    place = Place()
    told = sum(place.gate.refuses() for _ in range(1_000))
    assert told == REFUSALS.burst
    place.seconds += 1
    assert sum(place.gate.refuses() for _ in range(1_000)) == REFUSALS.rate


def test_what_comes_back() -> None:
    """Of one reader so many, whatever others return, and again after a while."""
    place = Place()
    for jid in ("anna@example.org", "eve@evil.example"):
        taken = [place.gate.takes_back(jid) for _ in range(2 * RETURNS.burst)]
        assert taken.count(True) == RETURNS.burst
    assert place.gate.turned_away == 2 * RETURNS.burst
    place.seconds += 1
    taken = [place.gate.takes_back("anna@example.org") for _ in range(RETURNS.burst)]
    assert taken.count(True) == RETURNS.rate
