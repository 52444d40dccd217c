"""A message with `<schedule/>` in it, read into what the use cases take.

.. code-block:: xml

    <message from='me@example.org/phone' to='alice@example.org' type='chat' id='m1'>
      <body>Happy birthday!</body>
      <schedule xmlns='urn:xmpp:scheduling:0'>
        <deliver-at>2026-12-01T09:00:00Z</deliver-at>
      </schedule>
    </message>

The message is the content, all of it but `<schedule/>`, which says when and how often
(Message Scheduling, draft 1.0.0, §5.1, §7). Only the shape is judged here; the values
are read by `bot.service`.

docs/conformance.md, Message Scheduling: §5.1
"""

from dataclasses import replace
from xml.etree import ElementTree as ET

from bot.domain.addresses import Addresses
from bot.domain.errors import Invalid, NotAllowed, NotOffered
from bot.domain.jid import JIDError, bare
from bot.domain.message import MessageType
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin, Original
from bot.service.requests.bounds import check_request
from bot.service.requests.intake import MAX_ID
from bot.service.requests.request import ScheduleRequest
from bot.xmpp.doors.inbox.refusals import the_other_way
from bot.xmpp.doors.scheduling.requests import described, one_of
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.stanzas.verbatim import serialised

_BODY, _SUBJECT = f"{{{CLIENT}}}body", f"{{{CLIENT}}}subject"
_TEXTS = frozenset({_BODY, _SUBJECT})
#: a forged <scheduled-by/> is not delivered
_OURS = frozenset({f"{{{NS}}}schedule", f"{{{NS}}}scheduled-by"})
#: what a request by IQ says, and here the message around it
_SAID_AROUND = ("to", "body", "subject", "cancel")
#: XEP-0359 0.7.0 §3.2
_ORIGIN_ID = "{urn:xmpp:sid:0}origin-id"
#: XEP-0045 1.34.6 §7.5: a message to somebody in a room
_IN_A_ROOM = "{http://jabber.org/protocol/muc#user}x"


def read_message(message: ET.Element, addresses: Addresses) -> ScheduleRequest:
    """Raises a CarillonError, which names the element where one is at fault."""
    check_request(message, _TEXTS)
    recipient = _recipient(message, addresses)
    kind = _type(message)
    language = message.get(LANG, "")
    schedule = _schedule(message)
    stanza_id, origin_id = _ids(message)
    request = described(schedule, language)
    payloads = tuple(
        serialised(child) for child in message if child.tag not in _TEXTS | _OURS
    )
    return replace(
        request,
        origin=Origin.INLINE,
        to=recipient,
        bodies=_texts(message, _BODY, may_be_empty=bool(payloads)),
        subjects=_texts(message, _SUBJECT),
        language=language,
        payloads=payloads,
        original=Original(id=stanza_id, type=kind),
        client_id=request.client_id or origin_id or stanza_id,
    )


def _recipient(message: ET.Element, addresses: Addresses) -> str:
    """A bare JID: at that moment the client which has another open may be gone."""
    given = message.get("to", "")
    try:
        found = bare(given.partition("/")[0])
    except JIDError as error:
        raise Invalid(error.phrase, field="to") from None
    if addresses.is_own(found):
        raise NotOffered(the_other_way(addresses.service))
    if message.get("type") == "groupchat" or message.find(_IN_A_ROOM) is not None:
        raise NotAllowed(Phrase("Messages to group chats cannot be scheduled."))
    return found


def _type(message: ET.Element) -> MessageType:
    try:
        return MessageType(message.get("type", MessageType.NORMAL))
    except ValueError:
        raise Invalid(
            Phrase(
                "The message is of none of the types {known}.",
                known=", ".join(MessageType),
            )
        ) from None


def _schedule(message: ET.Element) -> ET.Element:
    found = one_of(message, NS, "schedule")
    if found is None:
        raise Invalid(Phrase("There is no <schedule/> in the message."))
    for name in _SAID_AROUND:
        if found.find(f"{{{NS}}}{name}") is not None:
            raise Invalid(
                Phrase(
                    "<{name}/> goes with requests by <iq/>; in a message leave it out.",
                    name=name,
                ),
                field=name,
                named=True,
            )
    return found


def _ids(message: ET.Element) -> tuple[str | None, str | None]:
    """The stanza's and that of its origin; raises Invalid for one that is too long."""
    origin = message.find(_ORIGIN_ID)
    given = (message.get("id"), origin.get("id") if origin is not None else None)
    if any(len(one or "") > MAX_ID for one in given):
        raise Invalid(
            Phrase("1 to {most} printable characters.", most=MAX_ID), field="id"
        )
    stanza_id, origin_id = (one if one and one.strip() else None for one in given)
    return stanza_id, origin_id


def _texts(
    message: ET.Element, tag: str, *, may_be_empty: bool = False
) -> tuple[tuple[str, str], ...]:
    """As given; where `may_be_empty`, those that say nothing are left out."""
    given = ((one.get(LANG, ""), one.text or "") for one in message.findall(tag))
    return tuple(one for one in given if one[1].strip() or not may_be_empty)
