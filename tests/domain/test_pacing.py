"""How long messages take, in words."""

import pytest

from bot.domain.pacing import lasting


@pytest.mark.parametrize(
    ("readers", "rate", "said"),
    [
        (0, 1000, "less than a minute"),
        (29_000, 1000, "less than a minute"),
        (60_000, 1000, "about 1 minute"),
        (60_000, 0, "about 1 minute"),
        (600_000, 100, "about 2 hours"),
        (90_000, 100, "about 15 minutes"),
        (1, 0, "less than a minute"),
    ],
)
def test_lasting(readers: int, rate: int, said: str) -> None:
    assert str(lasting(readers, rate)) == said
