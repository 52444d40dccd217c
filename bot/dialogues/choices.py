"""Choices as people are given them: labelled, the harmless one first."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogues.forms import Words
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase

#: of a page to choose from, beside the way to the next: more is not looked through
PAGE = 9
#: stands among the choices for the next page
MORE = "more"
MORE_LABEL = Phrase("More…")

#: not carried out before somebody says so
SURE: Field[Words] = Field(
    name="sure",
    type=FieldType.CHOICE,
    label=Phrase("Do it?"),
    help="",
    choices=("no", "yes"),
    choice_labels={"no": Phrase("No"), "yes": Phrase("Yes")},
)


def one_of(
    name: str, label: Phrase, options: Mapping[str, Words], help_: Words = ""
) -> Field[Words]:
    """`options`: value -> what is shown for it; the first is taken for granted."""
    return Field(
        name=name,
        type=FieldType.CHOICE,
        label=label,
        help=help_,
        choices=tuple(options),
        choice_labels=options,
    )


def yes_or_no(name: str, label: Phrase) -> Field[Words]:
    """`no` is taken for granted."""
    return replace(SURE, name=name, label=label)
