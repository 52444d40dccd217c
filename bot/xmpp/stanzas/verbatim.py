"""An XML element as text, to be kept and sent on as it was given.

slixmpp's own writer leaves out attributes in namespaces that it does not know, and
writes what XML cannot carry, over which a server closes the stream.
"""

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from bot.domain.characters import legal

_XML = "http://www.w3.org/XML/1998/namespace"


def serialised(element: ET.Element, around: str = "") -> str:
    """`element` without its tail; `around` is the default namespace it stands in."""
    namespace, name = _split(element.tag)
    attributes: list[str] = []
    if namespace != around:
        attributes.append(f" xmlns={quoteattr(namespace)}")
    prefixes: dict[str, str] = {_XML: "xml"}
    for key, value in element.attrib.items():
        space, local = _split(key)
        if space and space not in prefixes:
            prefixes[space] = f"n{len(prefixes)}"
            attributes.append(f" xmlns:{prefixes[space]}={quoteattr(space)}")
        qualified = f"{prefixes[space]}:{local}" if space else local
        attributes.append(f" {qualified}={_attribute(value)}")
    start = f"{name}{''.join(attributes)}"
    inner = _text(element.text) + "".join(
        serialised(child, namespace) + _text(child.tail) for child in element
    )
    return f"<{start}>{inner}</{name}>" if inner else f"<{start}/>"


def _split(tag: str) -> tuple[str, str]:
    """(namespace or '', local name)"""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def _text(text: str | None) -> str:
    # a bare carriage return would be read as a line feed
    return escape(legal(text or ""), {"\r": "&#13;"})


def _attribute(value: str) -> str:
    return quoteattr(legal(value), {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
