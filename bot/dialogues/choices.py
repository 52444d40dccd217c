"""Choices as people are given them: labelled, the harmless one first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from bot.dialogues.forms import Words
from bot.dialogues.talk import Level, Said
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase

#: of a page to choose from, beside the way to the next: more is not looked through
PAGE = 9
#: stands among the choices for the next page
MORE = "more"
MORE_LABEL = Phrase("More…")
#: the same among names, one of which may be that word
ONWARD = "+"

#: what somebody has left as it is
NOTHING_CHANGED = Said(Phrase("Nothing was changed."), Level.WARN)
#: a first no may be what the form began with: what was typed is not thrown away for it
NOT_CHANGED_YET = Phrase(
    "Nothing was changed yet. To do it, say yes; to leave it, no once more."
)
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


def pages(
    options: Iterable[tuple[str, Words]], beside: Mapping[str, Words] | None = None
) -> Iterator[dict[str, Words]]:
    """What to choose from, a page and the way to the next; all at once where it fits.

    `options`: a value and what is shown for it, asked for as far as they are shown.
    Ends with the page that has no way on. `beside`: what each page ends with. The way
    is one that cannot be the name of a list.
    """
    last = dict(beside or {})
    most = PAGE + 1 - len(last)
    ahead = iter(options)
    found = list(islice(ahead, most + 1))
    while len(found) > most:
        page, found = found[: most - 1], found[most - 1 :]
        yield {**dict(page), ONWARD: MORE_LABEL, **last}
        found += islice(ahead, most + 1 - len(found))
    yield {**dict(found), **last}


def yes_or_no(name: str, label: Phrase) -> Field[Words]:
    """`no` is taken for granted."""
    return replace(SURE, name=name, label=label)
