"""Who may schedule to somebody: the verdict for each choice, relation and list."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import Consent, Standing, Verdict, Who, judge

ALLOW, ASK, REFUSE = Verdict.ALLOW, Verdict.ASK, Verdict.REFUSE
SENDER, DOMAIN = "ann@example.org", "example.org"
SUBSCRIPTIONS = (None, "none", "to", "from", "both")
DAY = timedelta(days=1)


def verdict(
    consent: Consent,
    *,
    exists: bool | None = True,
    subscription: str | None = "none",
    same_server: bool = False,
    encrypted: bool = False,
    ahead: timedelta = timedelta(),
    today: int = 0,
) -> Verdict:
    return judge(
        consent,
        sender=SENDER,
        same_server=same_server,
        standing=Standing(exists=exists, subscription=subscription),
        encrypted=encrypted,
        ahead=ahead,
        today=today,
    )


#: choice -> what it makes of (same server, contact, encrypted), in this order:
#: none of them, the server alone, contact alone, encrypted alone
TABLE = {
    Who.EVERYONE: (ALLOW, ALLOW, ALLOW, ALLOW),
    Who.SERVER: (REFUSE, ALLOW, REFUSE, REFUSE),
    Who.CONTACTS: (REFUSE, REFUSE, ALLOW, REFUSE),
    Who.ENCRYPTED: (REFUSE, REFUSE, REFUSE, ALLOW),
    Who.NOBODY: (REFUSE, REFUSE, REFUSE, REFUSE),
    Who.ASK: (ASK, ASK, ASK, ASK),
}
SENDERS: tuple[dict[str, Any], ...] = (
    {},
    {"same_server": True},
    {"subscription": "both"},
    {"encrypted": True},
)


@pytest.mark.parametrize("who", Who)
def test_the_table(who: Who) -> None:
    """Each choice takes whom its name says and nobody else; no choice is left out."""
    assert set(TABLE) == set(Who)
    for case, wanted in zip(SENDERS, TABLE[who], strict=True):
        assert verdict(Consent(who=who), **case) is wanted, case


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS)
def test_contacts(subscription: str | None) -> None:
    """A subscription either way makes a contact; none, or one nobody knows of, not."""
    known = subscription in {"to", "from", "both"}
    found = verdict(Consent(who=Who.CONTACTS), subscription=subscription)
    assert found is (ALLOW if known else REFUSE)


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("entry", [SENDER, DOMAIN])
def test_lists(who: Who, entry: str) -> None:
    """Blocked stands above allowed, allowed above the choice; a domain is all of it."""
    named = frozenset({entry})
    assert verdict(Consent(who=who, allowed=named)) is ALLOW
    assert verdict(Consent(who=who, blocked=named)) is REFUSE
    assert verdict(Consent(who=who, allowed=named, blocked=named)) is REFUSE


@pytest.mark.parametrize("who", Who)
def test_others_entries(who: Who) -> None:
    """Who is named beside the sender changes nothing for him."""
    others = frozenset({"bob@example.org", "org", "le.org", f"{SENDER}.net"})
    for case, wanted in zip(SENDERS, TABLE[who], strict=True):
        consent = Consent(who=who, allowed=others, blocked=others)
        assert verdict(consent, **case) is wanted, case


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("allowed", [False, True])
def test_bounds_hold_for_everybody(who: Who, allowed: bool) -> None:
    """So many a day and so far ahead, for who is allowed by name, too."""
    entries = frozenset({SENDER}) if allowed else frozenset[str]()
    consent = Consent(who=who, allowed=entries, max_per_day=2, max_ahead=86_400)
    within = verdict(consent, ahead=DAY, today=1, same_server=True)
    assert within is verdict(Consent(who=who, allowed=entries), same_server=True)
    assert verdict(consent, today=2, same_server=True) is REFUSE
    beyond = DAY + timedelta(microseconds=1)
    assert verdict(consent, ahead=beyond, same_server=True) is REFUSE


CONSENTS = st.builds(
    Consent,
    who=st.sampled_from(Who),
    allowed=st.frozensets(st.sampled_from([SENDER, DOMAIN, "bob@example.org"])),
    blocked=st.frozensets(st.sampled_from([SENDER, DOMAIN, "bob@example.org"])),
    max_per_day=st.none() | st.integers(1, 3),
    max_ahead=st.none() | st.integers(1, 90_000),
    preview=st.booleans(),
)


@given(
    CONSENTS,
    st.sampled_from(SUBSCRIPTIONS),
    st.booleans(),
    st.booleans(),
    st.timedeltas(timedelta(-1), timedelta(400)),
    st.integers(0, 5),
)
def test_who_is_not_there_takes_nothing(
    consent: Consent,
    subscription: str | None,
    same_server: bool,
    encrypted: bool,
    ahead: timedelta,
    today: int,
) -> None:
    """Whatever is chosen for him; and whoever blocks a sender is as one who is not."""
    given_: dict[str, Any] = {
        "subscription": subscription,
        "same_server": same_server,
        "encrypted": encrypted,
        "ahead": ahead,
        "today": today,
    }
    assert verdict(consent, exists=False, **given_) is REFUSE
    if consent.blocked & {SENDER, DOMAIN}:
        assert verdict(consent, **given_) is REFUSE
