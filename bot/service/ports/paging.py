"""A long answer in pages, as XEP-0059 asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

Item_co = TypeVar("Item_co", covariant=True)


class Order(Enum):
    """What comes first."""

    #: what was asked for first, as XEP-0059 has it
    OLDEST = auto()
    #: for people who look back
    LATEST = auto()
    #: what goes out next, for people who look ahead; schedules alone
    NEXT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A page as XEP-0059 asks for it; item ids are references as text."""

    limit: int = 50
    after: int | None = None
    #: None: forwards. A reference, or 0 for the last page: backwards from it.
    before: int | None = None
    order: Order = Order.OLDEST


@dataclass(frozen=True, slots=True)
class Page(Generic[Item_co]):
    """Items in the order asked for, and where they stand in the whole."""

    items: Sequence[Item_co]
    #: how many there are in all
    count: int
    #: the position of the first item in the whole, from 0
    index: int
