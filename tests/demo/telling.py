"""What the demo says on the terminal: steps, and stanzas in short."""

from xml.etree import ElementTree as ET

from rich.console import Console
from rich.markup import escape

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SHOWN = ("from", "to", "type", "template", "var", "total", "sent", "used", "limit")
_LONGEST = 66
_HIDDEN = {
    "{urn:xmpp:sid:0}origin-id",
    "{urn:xmpp:sid:0}stanza-id",
    "{urn:xmpp:hints}store",
}


class Teller:
    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._step = 0

    def step(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}.[/] [bold]{escape(text)}[/]")

    def fact(self, text: str) -> None:
        self._console.print(f"   [green]✓[/] {escape(text)}")

    def stanza(self, direction: str, xml: ET.Element) -> None:
        """`direction` is an arrow with a name, say "admin →"."""
        self._console.print(f"   [yellow]{escape(direction)}[/]")
        self.block("\n".join(abbreviated(xml)))

    def block(self, text: str) -> None:
        for line in text.rstrip().splitlines():
            self._console.print(f"      [dim]{escape(line)}[/]")

    def end(self, text: str) -> None:
        self._console.print(f"\n[bold green]{escape(text)}[/]")

    def failure(self, text: str, log: str) -> None:
        self._console.print(f"\n[bold red]✗ {escape(text)}[/]")
        if log:
            self._console.print("The service's last words:")
            self.block(log)


def abbreviated(xml: ET.Element, outer: str = "", depth: int = 0) -> list[str]:
    """Lines of indented XML: what matters of the attributes, long texts cut."""
    namespace, _, name = xml.tag.rpartition("}")
    attributes = [f"xmlns='{namespace[1:]}'"] if namespace != outer and depth else []
    attributes += [f"{key}='{xml.get(key)}'" for key in _SHOWN if xml.get(key)]
    if language := xml.get(_XML_LANG):
        attributes.append(f"xml:lang='{language}'")
    opening = " ".join([name, *attributes])
    margin = "  " * depth
    children = [child for child in xml if child.tag not in _HIDDEN]
    if children:
        inner = [
            line
            for child in children
            for line in abbreviated(child, namespace, depth + 1)
        ]
        return [f"{margin}<{opening}>", *inner, f"{margin}</{name}>"]
    text = " ⏎ ".join(line for line in (xml.text or "").splitlines() if line.strip())
    if not text:
        return [f"{margin}<{opening}/>"]
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return [f"{margin}<{opening}>{text}</{name}>"]
