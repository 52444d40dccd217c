"""Ad-hoc commands (XEP-0050, version 1.3.0): what is asked, and the answers.

docs/conformance.md, Commands: sessions
"""

from dataclasses import dataclass
from typing import Self
from xml.etree import ElementTree as ET

from bot.domain.characters import printable
from bot.xmpp.stanzas import data_forms
from bot.xmpp.stanzas.namespaces import LANG

NS = "http://jabber.org/protocol/commands"
COMMAND = f"{{{NS}}}command"

MAX_ID = 100  #: characters of a session's id that is none of ours, in the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One step that somebody takes."""

    node: str
    session: str | None
    #: `execute`, `next`, `complete`, `prev`, `cancel`, or what no XEP knows
    action: str
    #: what he filled in, by `var`
    values: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, element: ET.Element) -> Self:
        form = element.find(data_forms.FORM)
        return cls(
            node=element.get("node", ""),
            session=element.get("sessionid"),
            action=element.get("action", "execute"),
            values={} if form is None else data_forms.read(form),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What each answer has in common."""

    node: str
    session: str
    #: of its texts
    language: str

    def executing(
        self, form: ET.Element, *, is_last: bool, has_back: bool
    ) -> ET.Element:
        """A step: a form and the ways on, of which one always is the usual."""
        onward = "complete" if is_last else "next"
        element = self._element("executing")
        actions = ET.SubElement(element, f"{{{NS}}}actions", {"execute": onward})
        if has_back:
            ET.SubElement(actions, f"{{{NS}}}prev")
        ET.SubElement(actions, f"{{{NS}}}{onward}")
        element.append(form)
        return element

    def noted(self, level: str, text: str) -> ET.Element:
        """The end; `level` is `info`, `warn` or `error`."""
        element = self._element("completed")
        note = ET.SubElement(element, f"{{{NS}}}note", {"type": level})
        note.text = printable(text)
        return element

    def shown(self, form: ET.Element) -> ET.Element:
        """The end, with a form of the type `result`."""
        element = self._element("completed")
        element.append(form)
        return element

    def canceled(self) -> ET.Element:
        return self._element("canceled")

    def _element(self, status: str) -> ET.Element:
        told = {
            "node": printable(self.node),
            "sessionid": printable(self.session),
            "status": status,
        }
        if self.language:
            told[LANG] = self.language
        return ET.Element(COMMAND, told)
