"""A stream's XML, read so that no stanza breaks it for those that follow.

Servers hand on what their own parsers take, and write it anew: `<xml:a/>` as
`<a xmlns='http://www.w3.org/XML/1998/namespace'/>`, `<p:a:b/>` as `<a:b/>`. A parser
that knows namespaces must refuse that (Namespaces in XML 1.0), and with it the rest of
the stream; with XEP-0198 the server sends it again in the next one. So expat reads
without namespaces here, they are looked up beside it, and what goes against their
rules marks the one stanza that it stands in.

It stands in for `xml.etree.ElementTree.XMLPullParser`, as far as slixmpp uses that.

docs/conformance.md, Limits and rights: names
"""

from collections import deque
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET
from xml.parsers import expat

XML = "http://www.w3.org/XML/1998/namespace"
_RESERVED = frozenset({XML, "http://www.w3.org/2000/xmlns/"})
#: an attribute of a stanza with names that are none; nothing on the wire is called so
FLAWED = "not namespaces"
#: the stanzas' depth; the stream's header is at 0
_STANZAS = 1

Event = tuple[str, ET.Element]
#: prefix -> namespace; "" is the default's
Scope = Mapping[str, str]


class StreamParser:
    def __init__(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._builder = ET.TreeBuilder()
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._builder.data
        self._events: deque[Event | ET.ParseError] = deque()
        self._scopes: list[Scope] = [{"xml": XML}]
        self._open: list[ET.Element] = []
        self._flawed = False

    def feed(self, data: bytes | str) -> None:
        """What is wrong with it is raised by `read_events`, after what came before."""
        try:
            self._expat.Parse(data, False)
        except expat.ExpatError as error:
            self._events.append(ET.ParseError(str(error)))

    def read_events(self) -> Iterator[Event]:
        while self._events:
            event = self._events.popleft()
            if isinstance(event, ET.ParseError):
                raise event
            yield event

    def _start(self, name: str, given: dict[str, str]) -> None:
        scope, attributes = self._scopes[-1], given
        if given and any("xmlns" in one or ":" in one for one in given):
            scope = self._declared(given)
            attributes = self._qualified(given, scope)
        self._scopes.append(scope)
        prefix, colon, local = name.partition(":")
        if not colon:
            prefix, local = "", name
        namespace = scope.get(prefix)
        self._flawed |= namespace == XML or (
            bool(colon) and (namespace is None or not local or ":" in local)
        )
        tag = f"{{{namespace}}}{local}" if namespace else local
        element = self._builder.start(tag, attributes)
        self._open.append(element)
        self._events.append(("start", element))

    def _end(self, _: str) -> None:
        self._scopes.pop()
        element = self._open.pop()
        self._builder.end(element.tag)
        if len(self._open) == _STANZAS:
            if self._flawed:
                element.set(FLAWED, "")
            self._flawed = False
        self._events.append(("end", element))

    def _declared(self, given: Mapping[str, str]) -> Scope:
        """What the prefixes mean from this element on."""
        declared: dict[str, str] = {}
        for name, namespace in given.items():
            declares, _, prefix = name.partition(":")
            if declares != "xmlns":
                continue
            declared[prefix] = namespace
            # braces would make another tag of it (ElementTree's `{namespace}local`)
            self._flawed |= (
                (namespace in _RESERVED and (prefix, namespace) != ("xml", XML))
                or (prefix == "xml" and namespace != XML)
                or prefix == "xmlns"
                or (name != "xmlns" and not (prefix and namespace))
                or "{" in namespace
                or "}" in namespace
                or ":" in prefix
            )
        return {**self._scopes[-1], **declared} if declared else self._scopes[-1]

    def _qualified(self, given: Mapping[str, str], scope: Scope) -> dict[str, str]:
        attributes: dict[str, str] = {}
        for name, value in given.items():
            prefix, colon, local = name.partition(":")
            if prefix == "xmlns":
                continue
            if not colon:
                attributes[name] = value
                continue
            namespace = scope.get(prefix)
            whole = f"{{{namespace}}}{local}"
            self._flawed |= (
                not namespace or not local or ":" in local or whole in attributes
            )
            attributes[whole] = value
        return attributes
