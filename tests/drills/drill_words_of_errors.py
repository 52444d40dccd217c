"""What the suite tries of one pair in five: every filter and operator on all pairs."""

import pytest

from bot.rendering.filters import FILTERS
from tests.rendering import test_words_of_errors as words
from tests.rendering.test_words_of_errors import Tell, tell

__all__ = ["tell"]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_filters(tell: Tell, name: str) -> None:
    words.filtered(tell, name, every=1)


@pytest.mark.parametrize("sign", words.SIGNS)
def test_operators(tell: Tell, sign: str) -> None:
    words.compared(tell, sign, every=1)
