"""What Converse keeps of one form never shows in the next."""

from xml.etree import ElementTree as ET

from bot.xmpp.doors.commands.spacing import Left, left, spaced
from bot.xmpp.stanzas.data_forms import MAX_FIELDS, FormField, form, read

TYPE = FormField(var="FORM_TYPE", type="hidden", values=("x",))
SURE = FormField(var="sure", type="list-single", values=("no",))
TASK = FormField(var="do", type="list-single", values=("show",))
TEXT = FormField(var="body", type="text-multi", values=("One\n\nTwo",))
LINE = FormField(var="at", type="text-single")


def places(fields: list[FormField]) -> dict[str, int]:
    return {one.var: place for place, one in enumerate(fields) if one.type != "hidden"}


def test_moved() -> None:
    """The second option of a task would be the second of `sure`: a yes."""
    before = left([TYPE, TASK], {"do": ("edit",)})
    after = spaced([TYPE, SURE], before)
    assert places(after) == {"sure": 2}
    assert after[0] is TYPE
    # and back where there is nothing of the kind any more
    assert places(spaced([TYPE, TASK], left(after, {"sure": ("no",)}))) == {"do": 1}


def test_as_it_was() -> None:
    """The same form, as it was sent, stays where it is; nothing was lost of a text."""
    fields = [TYPE, TEXT, LINE]
    sent = {"body": ("One", "", "Two"), "at": ("",)}
    assert spaced(fields, left(fields, sent)) == fields
    without_lines = {"body": ("One", "Two"), "at": ("",)}
    assert places(spaced(fields, left(fields, without_lines)))["body"] > 1


def test_what_nobody_knows() -> None:
    """Who goes back sends nothing of what stands in the form."""
    assert places(spaced([TYPE, LINE], left([TYPE, LINE], None))) == {"at": 2}


def test_what_is_looked_at() -> None:
    """A row in the place of what was typed would be that."""
    parts = [FormField(var=f"part{n}", type="text-single", values=("x",)) for n in "12"]
    after = spaced(parts, left([TYPE, LINE], {"at": ("anna",)}))
    assert places(after) == {"part1": 0, "part2": 2}


def test_bounded() -> None:
    most = [FormField(var=f"f{number}", type="text-single") for number in range(98)]
    after = spaced([TYPE, *most], [Left("line", None)] * 200)
    assert len(after) <= MAX_FIELDS


def test_lines_that_come_back() -> None:
    """Gajim sends all of a form: what is shown does not count."""
    shown = [FormField(var="", type="fixed", values=("x",))] * (2 * MAX_FIELDS)
    sent = form("Announce now", [TYPE, *shown, SURE], kind="submit")
    assert read(ET.fromstring(ET.tostring(sent)))["sure"] == ("no",)
