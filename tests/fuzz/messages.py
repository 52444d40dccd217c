"""A message with `<schedule/>`, as a server hands it over: as far as it is read, and as
it goes out in its sender's name.

The input is the message as XML. What is looked for beside a failure: a message that
says anything else, a schedule or a forged `<scheduled-by/>` in it.
"""

from xml.etree import ElementTree as ET

from bot.domain.addresses import Addresses
from bot.domain.errors import CarillonError
from bot.domain.message import Announcement
from bot.xmpp.doors.people.messages import read_message
from bot.xmpp.stanzas.bounds import is_overfull
from bot.xmpp.stanzas.namespaces import CLIENT
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.stanzas.verbatim import serialised
from bot.xmpp.writing.letter import Letter
from tests.world import NOON, SERVICE, USER

_ADDRESSES = Addresses(service=SERVICE, component=True)
#: what a reader of the message is told in other ways
_WORDS = (f"{{{CLIENT}}}body", f"{{{CLIENT}}}subject")
_OURS = (f"{{{NS}}}schedule", f"{{{NS}}}scheduled-by")


def messages(data: bytes) -> None:
    """A `<message/>`."""
    message = _read(data)
    if message is None:
        return
    try:
        request = read_message(message, _ADDRESSES)
    except CarillonError:
        return
    original = request.original
    assert original is not None
    assert request.to is not None
    letter = Letter.of(
        Announcement(
            sender=USER,
            type=original.type,
            texts=(),
            payloads=request.payloads,
            scheduler=SERVICE,
            job=request.client_id or "job",
            in_senders_name=True,
            id=original.id or "id",
        )
    )
    told = letter.message(request.to, "id", NOON)
    again = ET.fromstring(serialised(told))
    given = [child for child in message if child.tag not in (*_WORDS, *_OURS)]
    assert [_canonical(child) for child in again][:-1] == [
        _canonical(child) for child in given
    ]
    assert again[-1].findtext(f"{{{NS}}}scheduler") == SERVICE


def _read(data: bytes) -> ET.Element | None:
    """None where no server would hand it over."""
    if b"<!" in data or b"<?" in data:
        return None  # RFC 6120 §11.1
    try:
        [message] = ET.fromstring(b"<s xmlns='%s'>%s</s>" % (CLIENT.encode(), data))
    except (ET.ParseError, ValueError):
        return None
    if is_overfull(message, None):
        return None  # the stream has answered for it
    return message if message.tag == f"{{{CLIENT}}}message" else None


def _canonical(element: ET.Element) -> str:
    alone = ET.fromstring(ET.tostring(element))
    alone.tail = None
    return ET.canonicalize(ET.tostring(alone), rewrite_prefixes=True)
