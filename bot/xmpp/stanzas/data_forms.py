"""Data forms (XEP-0004, version 2.13.1), their values typed (XEP-0122, version 1.0.2).

    form.element(…)          what somebody is to fill in
    result(…)                what somebody is shown
    read(element)            what came back

A client may send back the whole form, labels, options and all. So only the direct
`<value/>` children of a field count (docs/explanation/clients.md).

docs/conformance.md, Commands: forms
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.domain.characters import legal, printable

NS = "jabber:x:data"
VALIDATE = "http://jabber.org/protocol/xdata-validate"
FORM = f"{{{NS}}}x"
_FIELD, _VALUE, _OPTION = f"{{{NS}}}field", f"{{{NS}}}value", f"{{{NS}}}option"

MAX_FIELDS = 100  #: that are read of what came back


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field, in the words of whoever reads it."""

    var: str
    #: `text-single`, `text-multi`, `list-single`, `list-multi`, `boolean`,
    #: `jid-single`, `fixed`, `hidden`
    type: str
    label: str | None = None
    help: str | None = None
    required: bool = False
    values: Sequence[str] = ()
    #: value -> label
    options: Mapping[str, str] | None = None
    #: XML Schema's name of the type, such as `xs:decimal`
    datatype: str | None = None

    def element(self) -> ET.Element:
        told = {"type": self.type}
        if self.var:
            told["var"] = self.var
        if self.label:
            told["label"] = printable(self.label)
        field = ET.Element(_FIELD, told)
        if self.help:
            ET.SubElement(field, f"{{{NS}}}desc").text = printable(self.help)
        if self.required:
            ET.SubElement(field, f"{{{NS}}}required")
        if self.datatype:
            kind = {"datatype": self.datatype}
            validate = ET.SubElement(field, f"{{{VALIDATE}}}validate", kind)
            ET.SubElement(validate, f"{{{VALIDATE}}}basic")
        for value in self.values:
            # as it is: a text has lines, and is read whole before it goes out
            ET.SubElement(field, _VALUE).text = legal(value)
        for value, label in (self.options or {}).items():
            option = ET.SubElement(field, _OPTION, {"label": printable(label)})
            ET.SubElement(option, _VALUE).text = value
        return field


def form(
    title: str,
    fields: Iterable[FormField],
    instructions: Iterable[str] = (),
    kind: str = "form",
) -> ET.Element:
    """`kind`: `form`, to be filled in, or `result`."""
    element = ET.Element(FORM, {"type": kind})
    ET.SubElement(element, f"{{{NS}}}title").text = printable(title)
    for line in instructions:
        ET.SubElement(element, f"{{{NS}}}instructions").text = printable(line)
    element.extend(field.element() for field in fields)
    return element


def read(element: ET.Element) -> dict[str, tuple[str, ...]]:
    """Values by `var`; the first of several fields of one name counts."""
    found: dict[str, tuple[str, ...]] = {}
    # the lines that a form shows have no name, and may come back, too
    named = [field for field in element.findall(_FIELD) if field.get("var")]
    for field in named[:MAX_FIELDS]:
        values = field.findall(_VALUE)  # as many as a stanza may hold
        texts = tuple(value.text or "" for value in values)
        found.setdefault(field.get("var", ""), texts)
    return found
