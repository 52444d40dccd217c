"""How bounces read, and how often they go out."""

from xml.etree import ElementTree as ET

import pytest

from bot.xmpp.doors.inbox.classification import MessageClass
from bot.xmpp.doors.inbox.refusals import RefusalLimit, RefusalTexts
from bot.xmpp.stanzas.errors import error_answer
from bot.xmpp.stanzas.namespaces import LANG, STANZAS

MESSAGE = ET.fromstring(
    "<message xmlns='jabber:client' id='i1' type='chat' xml:lang='de'"
    " from='alice@example.org/x' to='news@announce.example.org'>"
    "<body>secret</body><x xmlns='urn:example'/></message>"
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bounce_echoes_nothing() -> None:
    """Same id, addresses exchanged, one <error/>, nothing of the original."""
    texts = RefusalTexts(service="announce.example.org", contact=None)
    answer = error_answer(MESSAGE, texts.error(MessageClass.NO_REPLY))
    assert answer.attrib == {
        "type": "error",
        "id": "i1",
        "from": "news@announce.example.org",
        "to": "alice@example.org/x",
    }
    assert len(answer) == 1
    assert answer[0].get("type") == "cancel"
    assert answer[0].find(f"{{{STANZAS}}}service-unavailable") is not None
    assert "secret" not in ET.tostring(answer, encoding="unicode")


@pytest.mark.parametrize(
    ("wanted", "given", "words"),
    [
        ("de-AT", "de", "Ankündigungen"),
        ("DE", "de", "Ankündigungen"),
        ("fr", "fr", "annonces"),
        ("es-MX", "es", "anuncios"),
        ("pl", "pl", "ogłoszeń"),
        ("en-GB", "en", "announcements"),
        ("", "en", "announcements"),
        ("tlh", "en", "announcements"),
    ],
)
def test_texts_are_in_the_senders_language(wanted: str, given: str, words: str) -> None:
    """The text is in the language asked for where there is one, and says which."""
    texts = RefusalTexts(service="s", contact="help@example.org")
    text = texts.error(MessageClass.NO_REPLY).element(wanted)[1]
    assert text.get(LANG) == given
    assert words in (text.text or "")
    assert "help@example.org" in (text.text or "")


def test_without_a_contact_nobody_is_named() -> None:
    """Where no contact is configured, the text ends before it."""
    texts = RefusalTexts(service="s", contact=None)
    text = texts.error(MessageClass.NO_REPLY).element("pl")[1].text or ""
    assert "nikt nie czyta odpowiedzi." in text
    assert "Z pytaniami" not in text


def test_inline_schedules_are_told_the_way() -> None:
    """A message with <schedule/> is answered with the IQ way and the address."""
    error = RefusalTexts(service="s.example", contact=None).error(MessageClass.INLINE)
    assert error.condition == "feature-not-implemented"
    assert "<iq" in str(error.text)
    assert "s.example" in str(error.text)


def test_bounces_are_few() -> None:
    """One sender gets five at once and one a second; another is not affected."""
    clock = Clock()
    limit = RefusalLimit(clock)
    answers = [limit.permits("a@example.org", backlog=False) for _ in range(7)]
    assert answers == [True] * 5 + [False] * 2
    assert limit.permits("b@example.org", backlog=False)
    clock.now = 1.0
    assert limit.permits("a@example.org", backlog=False)
    assert not limit.permits("a@example.org", backlog=False)
    assert limit.dropped == 3


def test_a_backlog_gets_one_bounce_a_sender() -> None:
    """After each reconnect the first message kept for us is answered, no other."""
    limit = RefusalLimit(Clock())
    for _ in range(2):
        assert limit.permits("a@example.org", backlog=True)
        assert not limit.permits("a@example.org", backlog=True)
        assert not limit.permits("a@example.org", backlog=True)
        limit.session()
    assert limit.permits("b@example.org", backlog=True)


def test_memory_is_bounded() -> None:
    """Of many senders the longest silent are forgotten."""
    limit = RefusalLimit(Clock(), max_senders=10)
    for number in range(100):
        limit.permits(f"u{number}@example.org", backlog=number % 2 == 0)
    assert len(limit._limit._buckets) <= 10
    assert len(limit._backlog) <= 10
