"""Which lists are public."""

from dataclasses import replace

import pytest

from bot.domain.errors import Invalid
from bot.domain.lists import ListKind, public
from tests.world import a_list


@pytest.mark.parametrize(
    ("kind", "usual", "said"),
    [
        (ListKind.OPEN, True, True),
        (ListKind.REQUEST, False, True),
        (ListKind.MANDATORY, False, True),
        (ListKind.CLOSED, False, False),
    ],
)
def test_which_are_public(kind: ListKind, usual: bool, said: bool) -> None:
    """Those that anybody may join, and others where that is said; never a closed one,
    also where it was said before it was closed.
    """
    entry = a_list(kind=kind)
    assert entry.is_public is usual
    assert replace(entry, public=True).is_public is said
    assert not replace(entry, public=False).is_public


def test_a_closed_one_cannot_be_made_public() -> None:
    """Whoever asks for that is told why."""
    with pytest.raises(Invalid, match="a closed list is not public"):
        public(True, ListKind.CLOSED)
    for wish in (None, False):
        assert public(wish, ListKind.CLOSED) is wish
    assert public(True, ListKind.MANDATORY) is True
