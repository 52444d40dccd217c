"""Ad-hoc commands as somebody runs them with a raw client, step by step."""

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
        command = ET.Element(f"{C}command", {"node": self.node})
        if self.session:
            command.set("sessionid", self.session)
            form = ET.SubElement(command, f"{D}x", {"type": "submit"})
            for name, value in values.items():
                var = {"var": name.replace("__", ".")}
                one = ET.SubElement(form, f"{D}field", var)
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
