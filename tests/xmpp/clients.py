"""Seven clients, as they have been seen to show and to send commands (XEP-0050).

    client = Gajim()
    client.sees(command)         # fails where it would hang, or hide something
    client.sends(command, {"list": "news"})    # the `<command/>` that it sends back

Gajim 1.7, Converse 14 and profanity 0.13 were watched; Movim, Psi, Cheogram and poezio
were read. What they do is told in docs/explanation/clients.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import ClassVar
from xml.etree import ElementTree as ET

from bot.xmpp.stanzas.commands import COMMAND, NS
from bot.xmpp.stanzas.data_forms import FORM
from bot.xmpp.stanzas.data_forms import NS as DATA

C, D = f"{{{NS}}}", f"{{{DATA}}}"
Fills = Mapping[str, str | Sequence[str]]

#: what each of them can show in a form
_FILLABLE = {
    *("text-single", "text-multi", "list-single", "list-multi", "boolean"),
    "jid-single",
}
_SHOWN = {"text-single", "text-multi", "fixed"}
_NOTES = {"info", "warn", "error"}


class Client:
    """What all of them need; the others say what else."""

    #: what it sends for a boolean
    yes, no = "1", "0"

    def __init__(self) -> None:
        #: of the first step, where a client keeps these
        self.first: ET.Element | None = None

    # --- what comes -------------------------------------------------------------

    def sees(self, command: ET.Element) -> None:
        assert command.tag == COMMAND, ET.tostring(command)
        assert not list(command.iter(f"{D}reported")), "Gajim hangs for good"
        forms, notes = command.findall(FORM), command.findall(f"{C}note")
        if self.first is None:
            self.first = command
        assert command.get("sessionid") == self.first.get("sessionid")
        if command.get("status") == "executing":
            assert not notes, "not seen beside a form, or seen in its place"
            [form] = forms
            self._sees_form(command, form)
            return
        assert command.get("status") == "completed"
        assert len(forms) + len(notes) == 1, "the first one is shown, or the last"
        for note in notes:
            assert note.get("type") in _NOTES
            assert note.text
            assert "\n" not in note.text.strip(), "Converse makes it one line"
        for form in forms:
            assert form.get("type") == "result"
            assert form.findtext(f"{D}title"), "profanity makes up one of its own"
            for field in fields(form):
                if field.get("type") == "hidden":
                    continue
                assert field.get("type") in _SHOWN
                assert value_of(field), "an empty box says nothing"

    def _sees_form(self, command: ET.Element, form: ET.Element) -> None:
        assert form.get("type") == "form"
        assert form.findtext(f"{D}title")
        told = form.findall(f"{D}instructions")
        assert len(told) <= 1, "Converse and profanity show the first alone"
        usual, ways = ways_of(command)
        assert usual in ways, "Gajim takes any of them"
        for field in fields(form):
            kind = field.get("type", "")
            if kind == "fixed":
                assert len(value_of(field)) >= 40, "Gajim makes it a heading"
            if kind in {"fixed", "hidden"}:
                continue
            assert kind in _FILLABLE
            assert field.get("label"), "profanity prints `null`"
            if kind == "list-single":
                assert value_of(field) in options(field), (
                    "profanity shows no option at all"
                )
            if kind.startswith("list"):
                assert all(options(field).values()), "a label for each"

    # --- what goes --------------------------------------------------------------

    def sends(self, command: ET.Element, fills: Fills) -> ET.Element:
        """`fills`: what a person changes, by var, as far as the form has it."""
        [form] = command.findall(FORM)
        sent = ET.Element(COMMAND, {"node": command.get("node", "")})
        sent.set("sessionid", command.get("sessionid", ""))
        action = self.action(command)
        if action is not None:
            sent.set("action", action)
        sent.append(self.form(form, fills))
        return sent

    def action(self, command: ET.Element) -> str | None:
        """The button that is pressed: the usual one."""
        return ways_of(command)[0]

    def form(self, form: ET.Element, fills: Fills) -> ET.Element:
        sent = ET.Element(FORM, {"type": "submit"})
        for field in fields(form):
            if field.get("type") == "fixed":
                continue
            values = self.values(field, fills.get(field.get("var", "")))
            if values is not None:
                one = ET.SubElement(sent, f"{D}field", {"var": field.get("var", "")})
                for value in values:
                    ET.SubElement(one, f"{D}value").text = value
        return sent

    def values(
        self, field: ET.Element, fill: str | Sequence[str] | None
    ) -> Sequence[str] | None:
        """None: the field is not sent at all."""
        if fill is None:
            fill = [one.text or "" for one in field.findall(f"{D}value")]
            fill = next(iter(fill), "") if field.get("type") in _ONE else fill
        given = [fill] if isinstance(fill, str) else list(fill)
        match field.get("type"):
            case "boolean":
                return [self.yes if given[0] in {"1", "true"} else self.no]
            case "text-multi":
                return self.lines([line for one in given for line in one.split("\n")])
            case _:
                return given

    def lines(self, lines: list[str]) -> list[str]:
        """Of a text of several."""
        return lines


_ONE = {"text-single", "list-single", "boolean", "jid-single"}


class Gajim(Client):
    """Sends all of the form back, with labels, options and what is fixed; a field that
    is required has to be filled in.
    """

    def form(self, form: ET.Element, fills: Fills) -> ET.Element:
        sent = deepcopy(form)
        sent.set("type", "submit")
        for field in fields(sent):
            if field.get("type") == "fixed":
                continue
            values = self.values(field, fills.get(field.get("var", "")))
            for old in field.findall(f"{D}value"):
                field.remove(old)
            for value in values or ():
                ET.SubElement(field, f"{D}value").text = value
            if field.find(f"{D}required") is not None:
                assert value_of(field), f"{field.get('var')}: the button stays grey"
        return sent


class Converse(Client):
    """Leaves out empty lines; the title of the first step stands above all. What was
    typed stays where the next form has a field that is drawn alike, and is sent.
    """

    _DRAWN: ClassVar[Mapping[str, str]] = {
        "text-single": "line",
        "jid-single": "line",
        "text-multi": "text",
        "list-single": "choice",
        "list-multi": "choice",
        "boolean": "box",
    }

    def __init__(self) -> None:
        super().__init__()
        #: by place: how it is drawn, what was typed
        self.typed: dict[int, tuple[str | None, str]] = {}

    def sees(self, command: ET.Element) -> None:
        super().sees(command)
        assert self.first is not None
        titles = {one.findtext(f"{FORM}/{D}title") for one in (self.first, command)}
        assert len(titles - {None}) <= 1 or command.get("status") == "completed"
        for form in command.findall(FORM):
            kept: dict[int, tuple[str | None, str]] = {}
            for place, field in enumerate(fields(form)):
                drawn, typed = self.typed.get(place, (None, ""))
                if drawn and drawn == self._DRAWN.get(field.get("type", "")):
                    assert value_of(field) == typed, "shown is what was typed before"
                    kept[place] = (drawn, typed)
            self.typed = kept

    def form(self, form: ET.Element, fills: Fills) -> ET.Element:
        sent = super().form(form, fills)
        for place, field in enumerate(fields(form)):
            if (var := field.get("var", "")) in fills:
                typed = sent.find(f"{D}field[@var='{var}']")
                assert typed is not None
                drawn = self._DRAWN.get(field.get("type", ""))
                self.typed[place] = (drawn, value_of(typed))
        return sent

    def lines(self, lines: list[str]) -> list[str]:
        return [line for line in lines if line.strip()]


class Profanity(Client):
    """Knows no buttons; leaves out empty values, but keeps line breaks within one."""

    def action(self, command: ET.Element) -> str | None:
        del command
        return None

    def values(
        self, field: ET.Element, fill: str | Sequence[str] | None
    ) -> Sequence[str] | None:
        if fill is None and field.get("type") == "text-multi":
            return [one.text for one in field.findall(f"{D}value") if one.text]
        return super().values(field, fill)

    def lines(self, lines: list[str]) -> list[str]:
        return [line for line in lines if line]


class Movim(Client):
    """Shows no choice of several, and disables one that has a single option; takes
    only what HTML takes for an e-mail address as a JID; shows a note in place of all.
    """

    yes, no = "true", "false"

    def values(
        self, field: ET.Element, fill: str | Sequence[str] | None
    ) -> Sequence[str] | None:
        kind = field.get("type")
        if kind == "list-multi" or (kind == "list-single" and len(options(field)) == 1):
            return None
        values = super().values(field, fill)
        if kind == "jid-single" and values and values[0]:
            assert "@" in values[0], "no e-mail address"
        return values

    def lines(self, lines: list[str]) -> list[str]:
        return ["\n".join(lines)]


class Psi(Client):
    """Has the buttons of the first step for ever, and sends no action for the usual."""

    def action(self, command: ET.Element) -> str | None:
        assert self.first is not None
        usual = ways_of(command)[0]
        had = ways_of(self.first)[1]
        if usual in had:
            return None
        return "next" if "next" in had else "complete"


class Cheogram(Client):
    """Reads ways on that stand before the form; takes the first of form and note; a
    single choice is a row of buttons, which send at once.
    """

    yes, no = "true", "false"

    def sees(self, command: ET.Element) -> None:
        super().sees(command)
        if command.get("status") == "executing":
            tags = [child.tag for child in command]
            assert tags.index(f"{C}actions") < tags.index(FORM)

    def action(self, command: ET.Element) -> str | None:
        [form] = command.findall(FORM)
        kinds = [one.get("type") for one in fields(form)]
        fillable = [kind for kind in kinds if kind not in {"fixed", "hidden"}]
        ways = ways_of(command)[1]
        if fillable == ["list-single"] and len(ways) < 2:
            return "execute"
        return super().action(command)

    def values(
        self, field: ET.Element, fill: str | Sequence[str] | None
    ) -> Sequence[str] | None:
        values = super().values(field, fill)
        if field.get("type") == "list-multi" and fill is not None and values:
            return [values[0]]  # one line of text
        return values

    def lines(self, lines: list[str]) -> list[str]:
        return ["\n".join(lines)]


class Poezio(Client):
    """Goes by the ways that there are: complete where it can."""

    def action(self, command: ET.Element) -> str | None:
        return "complete" if "complete" in ways_of(command)[1] else "next"


CLIENTS: tuple[type[Client], ...] = (
    *(Gajim, Converse, Profanity, Movim, Psi, Cheogram, Poezio),
)


# --- reading ---------------------------------------------------------------------


def ways_of(command: ET.Element) -> tuple[str | None, set[str]]:
    """The usual way on, and all."""
    actions = command.find(f"{C}actions")
    assert actions is not None, "Converse shows no button at all"
    return actions.get("execute"), {one.tag.removeprefix(C) for one in actions}


def fields(form: ET.Element) -> Iterator[ET.Element]:
    yield from form.findall(f"{D}field")


def value_of(field: ET.Element) -> str:
    return "\n".join(one.text or "" for one in field.findall(f"{D}value"))


def options(field: ET.Element) -> dict[str, str]:
    return {
        one.findtext(f"{D}value", ""): one.get("label", "")
        for one in field.findall(f"{D}option")
    }
