"""A dialogue's turns as data forms (XEP-0004).

Each rule is something that a client needs (docs/explanation/clients.md): a title that
suits all steps, since one shows the first for ever; the reason before all else, and
once more above the button, where one looks who has pressed it, if a long text or many
fields stand between; one `<instructions/>`, since two show the first alone; never a
table; a list of addresses as lines of text, since one shows a single line for it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from bot.dialogues.forms import Words
from bot.dialogues.lines import MAX_LABEL
from bot.dialogues.play import Asking
from bot.dialogues.talk import Part, Shown
from bot.domain.characters import block
from bot.domain.fields import Field, FieldType
from bot.xmpp.stanzas.data_forms import FormField, form
from bot.xmpp.stanzas.namespaces import ANNOUNCE

#: one -> a field's type in a form
_TYPES = {
    FieldType.TEXT: "text-multi",
    FieldType.CHOICE: "list-single",
    FieldType.BOOLEAN: "boolean",
    FieldType.JID: "jid-single",
}
#: several -> likewise
_TYPES_OF_MANY = {FieldType.CHOICE: "list-multi"}
#: XEP-0122; moments and lengths are typed as people say them
_DATATYPES = {
    FieldType.BOOLEAN: "xs:boolean",
    FieldType.NUMBER: "xs:decimal",
}
_STRING = "xs:string"
#: more fields than stand in sight together (COMPAT Converse: of its window)
_MANY = 4
#: COMPAT Gajim makes a bold heading, of several lines, of what is shown and is shorter
_NO_HEADING = 40

Say = Callable[[Words], str]


def asking(
    turn: Asking, name: Words, fields: Iterable[FormField], say: Say
) -> ET.Element:
    """A form to be filled in. `name`: the command's."""
    return form(say(name), fields, [say(line) for line in _above(turn)[:1]])


def fields_of(turn: Asking, form_type: str, say: Say) -> Iterator[FormField]:
    """What is shown, then what is asked. `form_type`: the command's FORM_TYPE."""
    yield FormField(var="FORM_TYPE", type="hidden", values=(form_type,))
    shown = [*_above(turn)[1:], *turn.form.shows]
    if turn.reason is not None and turn.form.shows:
        shown.append(turn.reason)
    yield from _fixed(shown, say)
    usual = turn.form.shown()
    for one in turn.form.fields:
        given = turn.given.get(one.name, ())
        if one.choices and not one.many and not {*given} & {*one.choices}:
            given = usual[one.name]  # what was refused is none that a client can show
        yield _field(one, given, say)
    many = len(turn.form.fields) >= _MANY and not turn.form.shows
    if turn.reason is not None and many:
        yield from _fixed((turn.reason,), say)


def _fixed(shown: Iterable[Words], say: Say) -> Iterator[FormField]:
    for paragraph in shown:
        # one for each line: line breaks within one are lost by some
        for line in _rows(paragraph, say):
            text = line.ljust(_NO_HEADING)
            yield FormField(var="", type="fixed", values=(text,))


def _above(turn: Asking) -> tuple[Words, ...]:
    why = () if turn.reason is None else (turn.reason,)
    named = () if turn.chosen is None else (turn.chosen.name,)
    return (*why, *named, *turn.form.heading)


def _field(one: Field[Any], given: tuple[str, ...], say: Say) -> FormField:
    kind = _TYPES.get(one.type, "text-single")
    if one.many:
        kind = _TYPES_OF_MANY.get(one.type, "text-multi")
        if kind == "text-multi":
            given = ("\n".join(given),) if given else ()
    options = {
        choice: say(one.choice_labels.get(choice, choice)) for choice in one.choices
    }
    return FormField(
        var=one.name,
        type=kind,
        label=say(one.label),
        help=say(one.help) if one.help else None,
        required=one.required,
        values=given,
        options=options or None,
        datatype=None if options else _DATATYPES.get(one.type, _STRING),
    )


def shown(
    turn: Shown, name: Words, fields: Iterable[FormField], say: Say
) -> ET.Element:
    """A form to be looked at."""
    return form(say(turn.title or name), fields, kind="result")


def parts_of(turn: Shown, say: Say) -> Iterator[FormField]:
    for number, part in enumerate(turn.parts, 1):
        yield _part(number, part, say)


def _part(number: int, part: Part, say: Say) -> FormField:
    """COMPAT Gajim and Converse give lines a box of several, even where it is one."""
    rows = [row for words in part.lines for row in _rows(words, say)]
    fits = len(rows) == 1 and len(rows[0]) <= MAX_LABEL
    return FormField(
        var=f"part{number}",
        type="text-single" if fits else "text-multi",
        label=say(part.label),
        values=rows,
    )


def _rows(words: Words, say: Say) -> list[str]:
    """Line by line; what others wrote says nothing to the terminal of who reads it."""
    return block(say(words)).split("\n")


def form_type(node: str) -> str:
    """Of our own commands; others' have one of their own."""
    return f"{ANNOUNCE}#{node}" if ":" not in node else node.partition("#")[0]
