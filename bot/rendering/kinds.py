"""What kind of value wording has in hand, in the words that errors tell it in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.fields import FieldType
from bot.domain.phrase import Phrase


class Kind(Enum):
    """Types that wording tells apart."""

    MOMENT = Phrase("a moment")
    LENGTH = Phrase("a length of time")
    NUMBER = Phrase("a number")
    TEXT = Phrase("text")
    BOOLEAN = Phrase("true or false")
    NOTHING = Phrase("nothing")


#: as errors have it, however wording writes it
_NONE = "none"
#: what a field of the type is, where it is given
OF_FIELDS: Mapping[FieldType, Kind] = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.LINE: Kind.TEXT,
    FieldType.MOMENT: Kind.MOMENT,
    FieldType.DURATION: Kind.LENGTH,
    FieldType.JID: Kind.TEXT,
    FieldType.CHOICE: Kind.TEXT,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.BOOLEAN: Kind.BOOLEAN,
}


def kind(value: Any) -> Kind:
    """Of a value that a field or a literal has, or that was calculated."""
    match value:
        case str():
            return Kind.TEXT
        case datetime():
            return Kind.MOMENT
        case timedelta():
            return Kind.LENGTH
        case bool():
            return Kind.BOOLEAN
        case int() | Decimal() | float():
            return Kind.NUMBER
        case None:
            return Kind.NOTHING
    raise Invalid(Phrase("it has no value here"))


def given(value: Any, told: str) -> Kind:
    """The same of what has to be there; `told` is how the wording has it. Raises
    Invalid.
    """
    found = kind(value)
    if found is Kind.NOTHING and told == _NONE:
        raise Invalid(
            Phrase(
                "`{value}` is nothing, which is only asked for, as in {tag}",
                value=told,
                tag="{% if length is none %}",
            )
        )
    if found is Kind.NOTHING:
        raise Invalid(
            Phrase(
                "`{value}` is optional and not given; ask for it before, by {tag}",
                value=told,
                tag=f"{{% if {told} is not none %}}",
            )
        )
    return found
