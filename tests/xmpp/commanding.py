"""A client that runs ad-hoc commands over a real server, step by step."""

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from slixmpp import BaseXMPP

from bot.xmpp.stanzas.commands import COMMAND, NS
from bot.xmpp.stanzas.data_forms import FORM
from bot.xmpp.stanzas.data_forms import NS as DATA
from tests.xmpp.answering import ask

C, D = f"{{{NS}}}", f"{{{DATA}}}"


@dataclass
class Commander:
    """`answer` is the last answer's `<command/>`, or the IQ where that is an error."""

    client: BaseXMPP
    to: str
    session: str | None = None
    node: str = ""
    answer: ET.Element = field(default_factory=lambda: ET.Element("none"))

    async def run(self, node: str, language: str | None = None) -> "Commander":
        self.node, self.session = node, None
        return await self.send(language=language)

    async def send(
        self,
        action: str | None = "execute",
        values: dict[str, str | list[str]] | None = None,
        language: str | None = None,
    ) -> "Commander":
        """`values`: those that are sent; None: no form at all."""
        command = ET.Element(COMMAND, {"node": self.node})
        if action is not None:
            command.set("action", action)
        if self.session is not None:
            command.set("sessionid", self.session)
        if values is not None:
            form = ET.SubElement(command, FORM, {"type": "submit"})
            for var, given in values.items():
                sent = ET.SubElement(form, f"{D}field", {"var": var})
                for value in [given] if isinstance(given, str) else given:
                    ET.SubElement(sent, f"{D}value").text = value
        written = ET.tostring(command, encoding="unicode")
        answer = await ask(self.client, self.to, "set", written, language=language)
        found = answer.find(COMMAND)
        self.answer = answer if found is None else found
        self.session = self.answer.get("sessionid", self.session)
        return self

    @property
    def status(self) -> str | None:
        return self.answer.get("status")

    @property
    def actions(self) -> tuple[str | None, set[str]]:
        """The usual one, and all."""
        found = self.answer.find(f"{C}actions")
        assert found is not None, ET.tostring(self.answer)
        return found.get("execute"), {one.tag.removeprefix(C) for one in found}

    @property
    def note(self) -> tuple[str | None, str]:
        found = self.answer.find(f"{C}note")
        assert found is not None, ET.tostring(self.answer)
        return found.get("type"), found.text or ""

    @property
    def form(self) -> ET.Element:
        found = self.answer.find(FORM)
        assert found is not None, ET.tostring(self.answer)
        return found

    @property
    def title(self) -> str:
        return self.form.findtext(f"{D}title", "")

    @property
    def instructions(self) -> list[str]:
        return [one.text or "" for one in self.form.findall(f"{D}instructions")]

    def values(self, var: str) -> list[str]:
        found = self.form.find(f"{D}field[@var='{var}']")
        assert found is not None, ET.tostring(self.form)
        return [one.text or "" for one in found.findall(f"{D}value")]

    def options(self, var: str) -> dict[str, str]:
        """Value -> label."""
        options = self.form.findall(f"{D}field[@var='{var}']/{D}option")
        return {one.findtext(f"{D}value", ""): one.get("label", "") for one in options}
