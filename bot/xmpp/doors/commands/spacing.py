"""Forms moved to where nothing of the form before is left.

COMPAT Converse draws each step over the one before, field by field: what somebody typed
or chose stays wherever the next form has a field of the same kind (docs/explanation/
clients.md). A subject would become a moment, a second option a `yes`. So as many fields
that nobody sees go before the others as are needed to keep them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.xmpp.stanzas.data_forms import MAX_FIELDS, FormField

#: type -> how it is drawn; of the others nothing is left
_DRAWN = {
    "text-single": "line",
    "jid-single": "line",
    "text-multi": "text",
    "list-single": "choice",
    "list-multi": "choice",
    "boolean": "box",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What a client may still have at one place of a form."""

    drawn: str | None
    #: None: nobody knows
    value: str | None

    def hides(self, field: FormField) -> bool:
        """Whether the field would not begin with its own value there."""
        drawn = _DRAWN.get(field.type)
        return drawn in {self.drawn} - {None} and self.value != _value(field.values)


def left(
    fields: Sequence[FormField], sent: Mapping[str, tuple[str, ...]] | None
) -> list[Left]:
    """Of a form that was answered. `sent`: by `var`; None where only the way was."""
    return [
        Left(
            _DRAWN.get(one.type),
            None if sent is None else _value(sent.get(one.var, one.values)),
        )
        for one in fields
    ]


def spaced(fields: Sequence[FormField], before: Sequence[Left]) -> list[FormField]:
    """The fields, the first of them first, with room behind it."""
    most = max(0, min(len(before), MAX_FIELDS - len(fields)))
    found = list(fields)
    for room in range(most + 1):
        space = [
            FormField(var=f"x-space-{number}", type="hidden", values=("-",))
            for number in range(1, room + 1)
        ]
        found = [*fields[:1], *space, *fields[1:]]
        pairs = zip(before, found, strict=False)
        if not any(one.hides(field) for one, field in pairs):
            break
    return found


def _value(values: Sequence[str]) -> str:
    return "\n".join(values)
