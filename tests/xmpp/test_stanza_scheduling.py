"""The draft's stanzas in slixmpp's own test kit."""

from xml.etree import ElementTree as ET

import pytest
from slixmpp import Iq, Message

from bot.xmpp.plugins.scheduling import NS, stanza


@pytest.fixture(autouse=True)
def _registered() -> None:
    stanza.register()


def _iq(payload: str) -> Iq:
    return Iq(
        xml=ET.fromstring(
            f"<iq xmlns='jabber:client' type='set' id='s1'>{payload}</iq>"
        )
    )


def test_request_reads_as_text() -> None:
    """Every child of a request is readable under its own name."""
    iq = _iq(
        f"<schedule xmlns='{NS}'><to>maintenance@example.org</to>"
        "<deliver-at>2026-12-01T09:00:00Z</deliver-at><delay-seconds>5</delay-seconds>"
        "<timezone>Europe/Warsaw</timezone><id>job-1</id></schedule>"
    )
    schedule = iq["schedule"]
    assert schedule["to"] == "maintenance@example.org"
    assert schedule["deliver-at"] == "2026-12-01T09:00:00Z"
    assert schedule["delay-seconds"] == "5"
    assert schedule["id"] == "job-1"
    assert schedule["expires"] == ""
    assert schedule["signed"] is False


def test_bodies_by_language() -> None:
    """Several bodies come back keyed by their xml:lang."""
    iq = _iq(
        f"<schedule xmlns='{NS}'><body xml:lang='en'>Hi</body>"
        "<body xml:lang='de'>Hallo</body></schedule>"
    )
    assert iq["schedule"]["body|*"] == {"en": "Hi", "de": "Hallo"}


def test_metadata_keeps_foreign_elements() -> None:
    """Elements of another namespace stay reachable inside the metadata."""
    iq = _iq(
        f"<schedule xmlns='{NS}'><metadata><list xmlns='urn:x'>news</list></metadata>"
        "</schedule>"
    )
    assert iq["schedule"]["metadata"].xml.findtext("{urn:x}list") == "news"


def test_signed_is_an_attribute() -> None:
    """`signed` is written and read as the attribute that the draft names."""
    iq = Iq()
    iq["schedule"]["signed"] = True
    assert "signed='true'" in str(iq).replace('"', "'")
    assert iq["schedule"]["signed"] is True


def test_query_lists_schedules_and_a_page() -> None:
    """A list of jobs holds schedules and an XEP-0059 set side by side."""
    query = stanza.ScheduleQuery()
    for name in ("a", "b"):
        schedule = stanza.Schedule()
        schedule["id"] = name
        query.append(schedule)
    query["rsm"]["count"] = "2"
    assert [schedule["id"] for schedule in query["schedules"]] == ["a", "b"]
    assert query.xml.find("{http://jabber.org/protocol/rsm}set") is not None


def test_scheduled_by_sits_on_a_message() -> None:
    """A delivered message names its scheduler, job and moment."""
    message = Message()
    message["scheduled_by"]["scheduler"] = "announce.example.org"
    message["scheduled_by"]["delivered-at"] = "2026-12-01T09:00:01Z"
    element = message.xml.find(f"{{{NS}}}scheduled-by")
    assert element is not None
    assert element.findtext(f"{{{NS}}}scheduler") == "announce.example.org"
