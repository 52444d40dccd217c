"""In-band registration (XEP-0077, version 2.4), as a list takes it: no account is made,
somebody joins a list, changes what he has chosen, or leaves.
"""

from xml.etree import ElementTree as ET

from bot.domain.characters import printable
from bot.xmpp.stanzas import data_forms

NS = "jabber:iq:register"
QUERY = f"{{{NS}}}query"
_REMOVE = f"{{{NS}}}remove"


def offered(form: ET.Element, instructions: str, *, registered: bool) -> ET.Element:
    """What is answered to `get` (§3.1.1): the form, and words for clients that show
    none.
    """
    query = ET.Element(QUERY)
    if registered:
        ET.SubElement(query, f"{{{NS}}}registered")
    ET.SubElement(query, f"{{{NS}}}instructions").text = printable(instructions)
    query.append(form)
    return query


def removes(query: ET.Element) -> bool:
    """Whether it is a wish to leave (§3.2)."""
    return query.find(_REMOVE) is not None


def submitted(query: ET.Element) -> dict[str, tuple[str, ...]]:
    """What stands in the form, nothing where there is none."""
    form = query.find(data_forms.FORM)
    return {} if form is None else data_forms.read(form)


def is_cancelled(query: ET.Element) -> bool:
    """Whoever was shown the form wants nothing (XEP-0004 §3.1)."""
    form = query.find(data_forms.FORM)
    return form is not None and form.get("type") == "cancel"
