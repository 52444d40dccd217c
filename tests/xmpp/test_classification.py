"""What is refused, what is taken in, and what is never answered."""

from xml.etree import ElementTree as ET

import pytest

from bot.domain.addresses import Addresses
from bot.xmpp.doors.inbox.classification import (
    MessageClass,
    Surroundings,
    classify,
    is_backlog,
)

COMPONENT = Surroundings(
    addresses=Addresses(service="announce.example.org", component=True),
    servers=frozenset({"example.org"}),
)
ACCOUNT = Surroundings(
    addresses=Addresses(service="announce@example.org/carillon", component=False),
    servers=frozenset({"example.org"}),
)
BODY = "<body>Hello?</body>"
OMEMO = "eu.siacs.conversations.axolotl"
MUC_USER = "http://jabber.org/protocol/muc#user"
FORWARDED = (
    "<forwarded xmlns='urn:xmpp:forward:0'>"
    "<message xmlns='jabber:client'><body>Hi</body></message></forwarded>"
)

# language=XML
REFUSED = {
    "text": BODY,
    "texts of several languages": "<body xml:lang='de'> </body><body>Hello</body>",
    "OMEMO with a fallback body": f"<encrypted xmlns='{OMEMO}'/>{BODY}",
    "OMEMO": f"<encrypted xmlns='{OMEMO}'><header/><payload>x</payload></encrypted>",
    "OMEMO 2": "<encrypted xmlns='urn:xmpp:omemo:2'><payload>x</payload></encrypted>",
    "some encryption": "<encryption xmlns='urn:xmpp:eme:0' namespace='x'/>",
    "OpenPGP": "<openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp>",
    "old OpenPGP": "<x xmlns='jabber:x:encrypted'>x</x>",
    "reaction": "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>",
    "correction": "<replace xmlns='urn:xmpp:message-correct:0' id='1'/>",
    "retraction": "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>",
    "reply": "<reply xmlns='urn:xmpp:reply:0' id='1'/>",
    "file": "<file-sharing xmlns='urn:xmpp:sfs:0'/>",
    "file by address": "<x xmlns='jabber:x:oob'><url>https://x.example</url></x>",
    "file by reference": "<reference xmlns='urn:xmpp:reference:0'>"
    "<media-sharing xmlns='urn:xmpp:sims:1'/></reference>",
    "text that asks for a receipt": f"{BODY}<request xmlns='urn:xmpp:receipts'/>",
    "text with a chat state": f"{BODY}"
    "<active xmlns='http://jabber.org/protocol/chatstates'/>",
    "private message from a room": f"{BODY}<x xmlns='{MUC_USER}'/>",
    "forwarded by a person": f"{BODY}{FORWARDED}",
}
IGNORED = {
    "nothing": "",
    "an empty body": "<body/>",
    "a body of blanks": "<body> \n\t</body>",
    "a subject only": "<subject>Hello</subject>",
    "chat state": "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
    "receipt": "<received xmlns='urn:xmpp:receipts' id='1'/>",
    "marker": "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>",
    "carbon": f"<received xmlns='urn:xmpp:carbons:2'>{FORWARDED}</received>",
    "own carbon": f"<sent xmlns='urn:xmpp:carbons:2'>{FORWARDED}</sent>{BODY}",
    "archived message": f"<result xmlns='urn:xmpp:mam:2' id='1'>{FORWARDED}</result>",
    "pubsub event": "<event xmlns='http://jabber.org/protocol/pubsub#event'/>",
    "pubsub event with a fallback": f"{BODY}"
    "<event xmlns='http://jabber.org/protocol/pubsub#event'/>",
    "invitation by a room": f"{BODY}<x xmlns='{MUC_USER}'><invite from='a@b'/></x>",
    "direct invitation": f"{BODY}<x xmlns='jabber:x:conference' jid='r@muc'/>",
    "attention": "<attention xmlns='urn:xmpp:attention:0'/>",
    "call": "<propose xmlns='urn:xmpp:jingle-message:0' id='1'/>",
    "keys without a message": f"<encrypted xmlns='{OMEMO}'><header sid='1'>"
    "<key rid='2'>x</key></header></encrypted>"
    f"<encryption xmlns='urn:xmpp:eme:0' namespace='{OMEMO}'/>",
    "not understood": "<unheard-of xmlns='urn:example'/>",
    "a reference to a person": "<reference xmlns='urn:xmpp:reference:0'/>",
}


def _message(
    content: str, kind: str | None = "chat", sender: str | None = "alice@example.org/x"
) -> ET.Element:
    message = ET.fromstring(f"<message xmlns='jabber:client'>{content}</message>")
    if kind is not None:
        message.set("type", kind)
    if sender is not None:
        message.set("from", sender)
    return message


@pytest.mark.parametrize("around", [COMPONENT, ACCOUNT], ids=["component", "account"])
@pytest.mark.parametrize("kind", ["chat", "normal", None, "unheard-of"])
@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_human_content_is_refused(
    content: str, kind: str | None, around: Surroundings
) -> None:
    """What a person meant to say is refused, body or not, in chat and normal."""
    assert classify(_message(content, kind), around) is MessageClass.NO_REPLY


@pytest.mark.parametrize("around", [COMPONENT, ACCOUNT], ids=["component", "account"])
@pytest.mark.parametrize("kind", ["chat", "normal", "groupchat", "headline"])
@pytest.mark.parametrize("content", IGNORED.values(), ids=IGNORED)
def test_what_programs_send_is_never_answered(
    content: str, kind: str, around: Surroundings
) -> None:
    """What clients and servers send on their own account stays unanswered."""
    assert classify(_message(content, kind), around) is MessageClass.IGNORE


@pytest.mark.parametrize("content", {**REFUSED, **IGNORED}.values())
def test_headlines_are_never_answered(content: str) -> None:
    """A headline expects no reply (RFC 6121 §5.2.2)."""
    assert classify(_message(content, "headline"), COMPONENT) is MessageClass.IGNORE


@pytest.mark.parametrize("content", {**REFUSED, **IGNORED}.values())
def test_errors_are_never_answered(content: str) -> None:
    """An error is a message that came back, whatever it carries (RFC 6120 §8.3.1)."""
    assert classify(_message(content, "error"), COMPONENT) is MessageClass.ERROR


def test_groupchat_is_refused_by_components_only() -> None:
    """A component refuses groupchat; an account's server does so itself."""
    message = _message(BODY, "groupchat", "room@muc.example.org/alice")
    assert classify(message, COMPONENT) is MessageClass.NO_REPLY
    assert classify(message, ACCOUNT) is MessageClass.IGNORE


@pytest.mark.parametrize(
    ("sender", "around"),
    [
        ("example.org", COMPONENT),
        ("example.org", ACCOUNT),
        ("announce.example.org", COMPONENT),
        ("news@announce.example.org", COMPONENT),
        ("announce@example.org/other", ACCOUNT),
        ("announce@example.org", ACCOUNT),
        (None, ACCOUNT),
        ("@", COMPONENT),
    ],
)
def test_our_own_and_the_servers_are_never_answered(
    sender: str | None, around: Surroundings
) -> None:
    """Neither the bot's resources and lists nor the server's notices are answered."""
    assert classify(_message(BODY, sender=sender), around) is MessageClass.IGNORE


@pytest.mark.parametrize("kind", ["chat", "normal", None, "groupchat"])
def test_inline_schedules_are_sent_the_other_way(kind: str | None) -> None:
    """A message with <schedule/> is told apart, with or without a body."""
    schedule = "<schedule xmlns='urn:xmpp:scheduling:0'><id>1</id></schedule>"
    assert classify(_message(schedule + BODY, kind), COMPONENT) is MessageClass.INLINE
    assert classify(_message(schedule, kind), COMPONENT) is MessageClass.INLINE
    assert classify(_message(schedule, "headline"), COMPONENT) is MessageClass.IGNORE


def test_backlog_is_what_has_a_delay() -> None:
    """A message kept by a server says so (XEP-0203)."""
    delay = "<delay xmlns='urn:xmpp:delay' stamp='2026-12-01T09:00:00Z'/>"
    assert is_backlog(_message(BODY + delay))
    assert not is_backlog(_message(BODY))
