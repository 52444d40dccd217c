"""Incoming messages: refused, matched to what we sent, or left alone.

slixmpp's own `message` event is of no use here: it is for messages with a body
only, returned errors among them. One handler sees every stanza.

docs/conformance.md, Discovery and delivery: message id
"""

import logging
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from slixmpp.xmlstream import StanzaBase

from bot.domain.characters import printable
from bot.domain.identity import MessageIds
from bot.domain.language import is_tag
from bot.service.delivery.outcomes import Bounce
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.doors.inbox.classification import (
    MessageClass,
    Surroundings,
    classify,
    is_backlog,
)
from bot.xmpp.doors.inbox.languages import StoredLanguages
from bot.xmpp.doors.inbox.refusals import RefusalLimit, RefusalTexts
from bot.xmpp.doors.signs_of_life import SignsOfLife
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import (
    MAX_CONDITION,
    MAX_TEXT,
    MAX_TYPE,
    error_answer,
    language_of,
    read_error,
)
from bot.xmpp.stanzas.namespaces import LANG

log = logging.getLogger(__name__)

#: characters of an id that may wait: who gives a longer one is answered at once
MAX_ID = 1_000


class Inbox:
    """`on_bounce` is called for each of ours that came back, `introduce` with whom we
    refuse; both must be quick.
    """

    def __init__(
        self,
        connection: Connection,
        around: Surroundings,
        texts: RefusalTexts,
        limit: RefusalLimit,
        ids: MessageIds,
        signs: SignsOfLife,
        on_bounce: Callable[[Bounce], None],
        *,
        stored: StoredLanguages,
        introduce: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._around = around
        self._texts = texts
        self._ids = ids
        self._signs = signs
        self._on_bounce = on_bounce
        self._stored = stored
        self._introduce = introduce
        self.limit = limit

    def open(self) -> None:
        self._connection.listen("message", self._receive)

    def _receive(self, stanza: StanzaBase) -> None:
        message = stanza.xml
        found = classify(message, self._around)
        sender = sender_of(message)
        if sender is None:
            return
        if found is MessageClass.ERROR:
            self._came_back(message, sender)
            return
        if not self._around.is_ours(sender):
            self._signs.note(sender, message.get(LANG))
        if found is not MessageClass.IGNORE:
            self._refuse(message, sender, found)

    def _came_back(self, message: ET.Element, sender: str) -> None:
        returned = returned_by(message, sender, self._ids)
        if returned is None:
            log.debug("an error that answers nothing of ours")
            return
        self._signs.forget(sender)
        self._on_bounce(returned)

    def _refuse(self, message: ET.Element, sender: str, found: MessageClass) -> None:
        if not self.limit.permits(sender, backlog=is_backlog(message)):
            return
        asked = _addressed(message)

        def tell(stored: Sequence[str]) -> None:
            usual = self._texts.usual(asked.get("to", ""))
            error = self._texts.error(found)
            answer = error_answer(asked, error, stored, usual)
            self._introduce(sender)
            self._connection.send_element(answer)

        if len(asked.get("id", "")) > MAX_ID:
            tell(())
        else:
            self._stored.ask(sender, tell)


def _addressed(message: ET.Element) -> ET.Element:
    """What an answer needs of it: what waits may not be as large as others like."""
    names = ("id", "from", "to")
    kept = {name: message.get(name, "") for name in names if message.get(name)}
    language = language_of(message)
    return ET.Element(message.tag, {**kept, LANG: language if is_tag(language) else ""})


def returned_by(message: ET.Element, sender: str, ids: MessageIds) -> Bounce | None:
    """The bounce that an error message is, None where we never sent such an id."""
    key = ids.broadcast_of(message.get("id", ""), sender)
    return None if key is None else as_bounce(message, sender, key)


def as_bounce(message: ET.Element, jid: str, key: str) -> Bounce:
    """What an error message says of that broadcast's message to a bare JID."""
    error = read_error(message)
    return Bounce(
        broadcast_key=key,
        jid=jid,
        condition=printable(error.condition)[:MAX_CONDITION],
        error_type=error.type[:MAX_TYPE],
        text=printable(error.text[:MAX_TEXT]) if error.text else None,
    )
