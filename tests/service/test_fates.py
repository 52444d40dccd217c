"""Whatever is done to a schedule, each moment of its rule has one fate, a true one."""

import random
from datetime import datetime, timedelta

import pytest

from bot.domain.coming import coming
from bot.domain.errors import CarillonError
from bot.domain.schedule import Schedule
from tests.world import NOON, World

END = NOON + timedelta(days=60)
VERBS = ("pause", "resume", "skip", "wait", "wait", "wait", "plan", "plan")


def live(world: World, job: Schedule, chance: random.Random) -> list[list[datetime]]:
    """Let anything happen until the job is over; the pauses, from and to."""
    pauses: list[list[datetime]] = []
    while not world.get(job.id).is_final and world.clock.now() < END:
        verb = chance.choice(VERBS)
        since = world.get(job.id).paused_at
        if verb == "wait":
            world.clock.advance(hours=chance.choice([1, 5, 24, 50]))
        elif verb == "plan":
            world.plan_all()
        else:
            try:
                after = world.steer(verb, job)
            except CarillonError:
                continue
            if after.paused_at is not None and since is None:
                pauses.append([after.paused_at, END])
            if after.paused_at is None and since is not None:
                pauses[-1][1] = world.clock.now()
    if not world.get(job.id).is_final:
        world.steer("resume", job)
        world.plan_all()
    return pauses


@pytest.mark.parametrize("policy", ["run", "skip", "hold"])
@pytest.mark.parametrize("seed", range(8))
def test_each_moment_has_one_fate(world: World, policy: str, seed: int) -> None:
    """Paused, resumed, skipped, planned and left alone at random: no moment is lost or
    recorded twice; what fell into a pause is never late, and nothing else is `paused`.
    """
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=12", late_policy=policy)
    every = [match.moment for match in coming(job)]
    pauses = live(world, job, random.Random(seed))
    found = world.moments(job)
    assert [one.due_at for one in found] == every
    for one in found:
        fell_into_one = any(begun <= one.due_at <= end for begun, end in pauses)
        if one.reason == "paused":
            assert fell_into_one
        if one.state in {"missed", "held", "failed"}:
            assert not fell_into_one
