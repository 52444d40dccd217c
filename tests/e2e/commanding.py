"""Ad-hoc commands as somebody runs them with a raw client, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from tests.e2e.xml_client import XmlClient

COMMANDS, DATA = "http://jabber.org/protocol/commands", "jabber:x:data"
C, D = f"{{{COMMANDS}}}", f"{{{DATA}}}"


@dataclass
class Taps:
    """`answer` is the last `<command/>` that came back."""

    client: XmlClient
    to: str
    node: str
    session: str = ""
    answer: ET.Element = field(default_factory=lambda: ET.Element("none"))

    def on(self, **values: str) -> "Taps":
        """Begins it, or fills in the form; `subject__en` is the field `subject.en`."""
        return self._submit({_var(name): [one] for name, one in values.items()})

    def through(self, **values: str) -> "Taps":
        """Begins it, and goes through form after form as a client does: what is not
        given is sent as the form has it. All that is given has to be asked for.
        """
        left = {_var(name): [one] for name, one in values.items()}
        self.on()
        while self.answer.get("status") == "executing":
            form = self._as_it_stands()
            self._submit(form | {var: left.pop(var) for var in form if var in left})
        assert not left, f"nobody asked for {left}"
        return self

    def _as_it_stands(self) -> dict[str, list[str]]:
        fields = self.answer.findall(f"{D}x/{D}field[@var]")
        return {
            one.get("var", ""): [each.text or "" for each in one.findall(f"{D}value")]
            for one in fields
        }

    def _submit(self, values: Mapping[str, Sequence[str]]) -> "Taps":
        command = ET.Element(f"{C}command", {"node": self.node})
        if self.session:
            command.set("sessionid", self.session)
            form = ET.SubElement(command, f"{D}x", {"type": "submit"})
            for var, each in values.items():
                one = ET.SubElement(form, f"{D}field", {"var": var})
                for value in each:
                    ET.SubElement(one, f"{D}value").text = value
        written = ET.tostring(command, encoding="unicode")
        answer = self.client.ask(self.to, "set", written)
        assert answer.get("type") == "result", ET.tostring(answer)
        [self.answer] = list(answer)
        self.session = self.answer.get("sessionid", "")
        return self

    @property
    def told(self) -> str:
        """All that the form says above its fields."""
        form = self.answer.find(f"{D}x")
        assert form is not None, ET.tostring(self.answer)
        lines = [one.text or "" for one in form.findall(f"{D}instructions")]
        fixed = form.findall(f"{D}field[@type='fixed']/{D}value")
        # what is short is filled up for one of the clients
        told = [(one.text or "").rstrip() for one in fixed]
        return "\n".join([*lines, *told])

    def options(self, var: str) -> list[str]:
        found = self.answer.findall(f"{D}x/{D}field[@var='{var}']/{D}option/{D}value")
        return [one.text or "" for one in found]

    def value(self, var: str) -> str:
        found = self.answer.find(f"{D}x/{D}field[@var='{var}']/{D}value")
        assert found is not None, ET.tostring(self.answer)
        return found.text or ""

    @property
    def said(self) -> tuple[str, str]:
        """The note at the end: its type, its text."""
        assert self.answer.get("status") == "completed", ET.tostring(self.answer)
        [note] = self.answer.findall(f"{C}note")
        return note.get("type", ""), note.text or ""


def _var(name: str) -> str:
    return name.replace("__", ".")
