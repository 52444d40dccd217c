"""Which schedule a command means: `#12`, `12`, or the id that its owner gave it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.domain.access import OPERATOR, owner_named
from bot.domain.audit import Action
from bot.domain.errors import Invalid, NotFound, about
from bot.domain.jid import bare
from bot.domain.phrase import Phrase
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verb import Verb, Wanted

T = TypeVar("T")

_LARGEST = 2**63 - 1

Reference = Annotated[
    str, typer.Argument(metavar="REF", help="#N or N, or the id it was given.")
]
Owner = Annotated[
    str | None,
    typer.Option(metavar="JID", help="Whose id REF is; otherwise the operator's."),
]


def asked(
    desk: "Desk",
    verb: "Verb[ScheduleName, T]",
    reference: str,
    owner: str | None,
    towards: Action | None = None,
) -> T:
    """Ask for a verb that is given nothing but the schedule's name; `towards`: the
    change for which it is looked at.
    """
    return ask(desk, verb(name_of(reference, owner)), reference, owner, towards)


def ask(
    desk: "Desk",
    wanted: "Wanted[T]",
    reference: str,
    owner: str | None,
    towards: Action | None = None,
) -> T:
    """Ask, and where there is no such schedule say how else to name it."""
    with _whose(reference, owner):
        return desk.ask_here(wanted, towards)


def name_of(reference: str, owner: str | None) -> ScheduleName:
    """By `#N` or `N`, or by the id that its owner gave it."""
    if owner is not None and not owner.strip():
        raise Invalid(Phrase("it is empty"), field="owner")
    if owner is not None and owner != OPERATOR:
        with about("owner"):
            bare(owner)
    digits = reference.removeprefix("#")
    if owner is None and digits.isascii() and digits.isdigit():
        number = int(digits[:20])
        if number > _LARGEST:
            raise NotFound(
                Phrase("There is no announcement #{reference}.", reference=digits[:20])
            )
        return ScheduleName(number=number)
    return ScheduleName(id=reference, owner=owner_named(owner))


@contextmanager
def _whose(reference: str, owner: str | None) -> Iterator[None]:
    """An id that is not the operator's may be another's: say how to name whose."""
    try:
        yield
    except NotFound as error:
        if owner is not None or reference.removeprefix("#").isdigit():
            raise
        raise NotFound(
            Phrase(
                "There is no announcement {id!r} of {operator};"
                " say whose id it is with --owner JID, or use #N.",
                id=reference,
                operator=OPERATOR,
            )
        ) from error
