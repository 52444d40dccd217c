"""A long answer in pages, as XEP-0059 asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A page as XEP-0059 asks for it; item ids are references as text."""

    limit: int = 50
    after: int | None = None
    #: None: forwards. A reference, or 0 for the last page: backwards from it.
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item_co]):
    """Items in ascending order of reference, and where they stand in the whole."""

    items: Sequence[Item_co]
    #: how many there are in all
    count: int
    #: the position of the first item in the whole, from 0
    index: int
