"""What others make of our feeds: readers that share no code with what writes them."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

MOST_OCTETS = 75  #: of a line, without its end
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNESCAPED = {"n": "\n", "N": "\n"}
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_PART = re.compile(r';([A-Z-]+)=("[^"]*"|[^;:,"]*)')


@dataclass(frozen=True)
class Property:
    name: str
    parameters: dict[str, str]
    #: as it is written
    value: str

    @property
    def text(self) -> str:
        """RFC 5545 §3.3.11."""
        return re.sub(
            r"\\(.)", lambda found: _UNESCAPED.get(found[1], found[1]), self.value
        )


def properties(ics: bytes) -> list[Property]:
    """The content lines of a calendar (RFC 5545 §3.1), unfolded; raises ValueError
    where one is none.
    """
    if not ics.endswith(b"\r\n") or b"\n" in ics.replace(b"\r\n", b""):
        raise ValueError("lines end in CRLF")
    for octets in ics.split(b"\r\n"):
        if len(octets) > MOST_OCTETS:
            raise ValueError(f"{len(octets)} octets in a line")
        octets.decode()  # no character is cut in two
    found = []
    for line in ics.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        if _CONTROL.search(line):
            raise ValueError(f"a control character: {line!r}")
        name = re.match("[A-Z-]+", line)
        if name is None:
            raise ValueError(f"no property: {line!r}")
        rest, parameters = line[name.end() :], {}
        while (part := _PART.match(rest)) is not None:
            parameters[part[1]] = part[2].strip('"')
            rest = rest[part.end() :]
        if not rest.startswith(":"):
            raise ValueError(f"no value: {line!r}")
        found.append(Property(name[0], parameters, rest[1:]))
    return found


def events(ics: bytes) -> dict[str, dict[str, Property]]:
    """By UID, each by the names of its properties; raises ValueError where something
    stands there twice, or lies in something else than it should.
    """
    given = properties(ics)
    if (_name(given[0]), _name(given[-1])) != ("BEGIN:VCALENDAR", "END:VCALENDAR"):
        raise ValueError("no calendar")
    found: dict[str, dict[str, Property]] = {}
    event: dict[str, Property] | None = None
    for one in given[1:-1]:
        if event is None and one.name in {"BEGIN", "END"}:
            if _name(one) != "BEGIN:VEVENT":
                raise ValueError(_name(one))
            event = {}
        elif event is not None and one.name in {"BEGIN", "END"}:
            if _name(one) != "END:VEVENT" or event["UID"].text in found:
                raise ValueError(_name(one))
            found[event["UID"].text], event = event, None
        elif event is not None and event.setdefault(one.name, one) is not one:
            raise ValueError(f"{one.name} twice")
    if event is not None:
        raise ValueError("an event does not end")
    return found


def _name(one: Property) -> str:
    return f"{one.name}:{one.value}"


@dataclass(frozen=True)
class AtomEntry:
    id: str
    title: str
    language: str
    published: str
    updated: str
    terms: list[str]
    #: HTML
    content: str


def feed(atom: bytes) -> ET.Element:
    root = ET.fromstring(atom)
    if root.tag != f"{ATOM}feed":
        raise ValueError(root.tag)
    for name in ("id", "title", "updated"):
        (_,) = root.findall(ATOM + name)
    return root


def entries(atom: bytes) -> list[AtomEntry]:
    found = []
    for one in feed(atom).findall(f"{ATOM}entry"):
        content = one.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        found.append(
            AtomEntry(
                **{
                    name: one.findtext(ATOM + name, "")
                    for name in ("id", "title", "published", "updated")
                },
                language=one.get(XML_LANG, ""),
                terms=[
                    str(each.get("term")) for each in one.findall(f"{ATOM}category")
                ],
                content=content.text or "",
            )
        )
    return found
