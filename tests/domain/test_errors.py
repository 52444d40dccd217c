"""The tree of errors."""

import pytest

from bot.domain import errors
from bot.domain.errors import CarillonError, Invalid, PolicyViolation
from bot.domain.phrase import Phrase


def leaves() -> list[type[CarillonError]]:
    return CarillonError.__subclasses__()


def test_every_error_has_its_own_code() -> None:
    """Doors tell errors apart by a stable code that no two of them share."""
    codes = [leaf.code for leaf in leaves()]
    assert len(set(codes)) == len(codes) == 9
    assert CarillonError.code not in codes


@pytest.mark.parametrize("leaf", leaves())
def test_the_module_draws_every_error(leaf: type[CarillonError]) -> None:
    """The tree in the docstring has a branch for every error there is."""
    assert f"── {leaf.__name__} " in str(errors.__doc__)


def test_the_text_is_what_people_see() -> None:
    """The phrase in English is both the text and what the exception prints."""
    error = Invalid(Phrase("say when"), field="deliver-at")
    assert (error.text, str(error), error.field) == (
        "say when",
        "say when",
        "deliver-at",
    )


def test_a_limit_says_what_it_is() -> None:
    """A limit carries its name, its value and whether waiting helps."""
    error = PolicyViolation(
        Phrase("too many requests"),
        limit="requests",
        maximum=30,
        wait=True,
        retry_after=12,
    )
    assert (error.limit, error.maximum, error.wait) == ("requests", 30, True)
    assert error.retry_after == 12
