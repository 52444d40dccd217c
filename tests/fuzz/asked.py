"""What the service asks of servers while it stands, and what they say."""

from collections.abc import Collection
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.xmpp.stanzas.namespaces import ANNOUNCE, COMPONENT, STANZAS
from tests.world import SERVICE

_FORM = "{jabber:x:data}"


@dataclass(slots=True)
class Server:
    """Each has our module, unless a test takes parts of it away."""

    parts: Collection[str] = ("divert", "deliver", "bounce", "relation")
    #: of whomever it is asked about; the subscription "": it answers with an error
    exists: bool = True
    subscription: str = "none"
    #: how often
    asked: int = 0

    def answer(self, stanza: ET.Element) -> ET.Element | None:
        """To a request of the service; None: it is none."""
        if stanza.get("type") not in {"get", "set"} or not stanza.tag.endswith("iq"):
            return None
        self.asked += 1
        names = {"id": "id", "from": "to", "to": "from"}
        given = {name: stanza.get(other, "") for name, other in names.items()}
        asked = stanza[0]
        if asked.tag == f"{{{ANNOUNCE}}}relation" and self.subscription:
            told = ET.Element(asked.tag, dict(asked.attrib))
            told.set("exists", "true" if self.exists else "false")
            told.set("subscription", self.subscription)
        elif asked.tag.endswith("disco#info}query"):
            told = self._form(asked.tag)
        else:
            told = ET.Element(f"{{{COMPONENT}}}error", {"type": "wait"})
            ET.SubElement(told, f"{{{STANZAS}}}internal-server-error")
        kind = "error" if told.tag.endswith("}error") else "result"
        answer = ET.Element(f"{{{COMPONENT}}}iq", {"type": kind, **given})
        answer.append(told)
        return answer

    def _form(self, tag: str) -> ET.Element:
        """A disco#info that tells of the module (XEP-0128)."""
        told = ET.Element(tag)
        form = ET.SubElement(told, f"{_FORM}x", {"type": "result"})
        for name, values in {
            "FORM_TYPE": (ANNOUNCE,),
            "component": (SERVICE,),
            "parts": self.parts,
        }.items():
            field = ET.SubElement(form, f"{_FORM}field", {"var": name})
            for value in values:
                ET.SubElement(field, f"{_FORM}value").text = value
        return told
