"""An outage is one line when it begins, and one when it is over."""

import logging

import pytest

from bot.domain.phrase import Phrase
from bot.store.outage import QUIET, Outage

AWAY, STARTING = Phrase("It is away."), Phrase("It starts.")


class Seconds:
    """A clock of the test's."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "bot.store.outage")
    return caplog


def test_told_once(said: pytest.LogCaptureFixture) -> None:
    """However many fail, it is told once, with each new reason, and its end."""
    clock = Seconds()
    outage = Outage(clock)
    for why in (AWAY, AWAY, STARTING, AWAY):
        outage.failed(why, writing=True)
        clock.now += 3
    assert outage.reason == AWAY
    outage.succeeded(writing=True)
    outage.succeeded(writing=True)
    assert said.messages == [
        *("It is away.", "It starts."),
        "the database can be used again, after 12 s",
    ]
    assert [one.levelname for one in said.records] == ["WARNING", "INFO", "WARNING"]
    assert vars(said.records[-1])["failures"] == 4
    outage.failed(AWAY, writing=True)
    assert said.messages[-1] == "It is away."


def test_reading_is_not_writing(said: pytest.LogCaptureFixture) -> None:
    """What can be read, but not written to, is not back yet."""
    outage = Outage()
    outage.failed(AWAY, writing=True)
    outage.succeeded(writing=False)
    assert said.messages == ["It is away."]
    outage.succeeded(writing=True)
    outage.failed(AWAY, writing=False)
    outage.succeeded(writing=False)
    assert len(said.messages) == 4


def test_what_began_before(said: pytest.LogCaptureFixture) -> None:
    """What was under way when it began says nothing of whether it is over."""
    clock = Seconds()
    outage = Outage(clock)
    clock.now += 1
    outage.failed(AWAY, writing=False)
    outage.succeeded(writing=False, began=0.5)
    outage.failed(AWAY, writing=False)
    assert said.messages == ["It is away."]
    outage.succeeded(writing=False, began=2.0)
    assert len(said.messages) == 2


def test_what_comes_and_goes(said: pytest.LogCaptureFixture) -> None:
    """Others that are in the way now and then are told at most once a minute."""
    clock = Seconds()
    outage = Outage(clock)
    for _ in range(12):
        outage.failed(AWAY, writing=True, crowded=True)
        outage.succeeded(writing=True)
        clock.now += QUIET / 6
    assert said.messages.count("It is away.") == 2
    assert len(said.messages) == 4
