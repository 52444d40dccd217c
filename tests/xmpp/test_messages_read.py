"""Messages with `<schedule/>`, read into what the use cases take."""

from xml.etree import ElementTree as ET

import pytest

from bot.domain.addresses import Addresses
from bot.domain.errors import Invalid, NotAllowed, NotOffered, PolicyViolation
from bot.domain.message import MessageType
from bot.domain.schedule import Origin, Original
from bot.service.requests.request import ScheduleRequest
from bot.xmpp.doors.people.messages import read_message

S, X = "urn:xmpp:scheduling:0", "urn:x-carillon:announce:0"
ADDRESSES = Addresses(service="announce.example.org", component=True)
WHEN = "<deliver-at>2040-12-01T09:00:00Z</deliver-at>"
ORIGIN = "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/>"


def schedule(content: str = WHEN) -> str:
    return f"<schedule xmlns='{S}'>{content}</schedule>"


def message(content: str, attributes: str = "") -> ET.Element:
    given = attributes if "to=" in attributes else f"to='bob@example.org' {attributes}"
    return ET.fromstring(
        f"<message xmlns='jabber:client' from='me@example.org/phone' {given}>"
        f"{content}</message>"
    )


def read(content: str, attributes: str = "") -> ScheduleRequest:
    return read_message(message(content, attributes), ADDRESSES)


def test_every_element_is_read() -> None:
    """The message is the content, its schedule says when and how often."""
    request = read(
        "<subject>Birthday</subject><body>Hi</body><body xml:lang='pl'>Hej</body>"
        + schedule(
            f"{WHEN}<timezone>Europe/Warsaw</timezone>"
            "<recurrence>FREQ=DAILY;COUNT=2</recurrence>"
            "<expires>2041-01-01T00:00:00Z</expires><id>job</id><metadata>"
            f"<late xmlns='{X}' policy='skip'/><updates xmlns='{X}' wanted='false'/>"
            "</metadata>"
        ),
        "type='chat' id='m1' xml:lang='en'",
    )
    assert request.origin is Origin.INLINE
    assert request.to == "bob@example.org"
    assert request.bodies == (("", "Hi"), ("pl", "Hej"))
    assert request.subjects == (("", "Birthday"),)
    assert request.language == "en"
    assert request.deliver_at == "2040-12-01T09:00:00Z"
    assert request.timezone == "Europe/Warsaw"
    assert request.recurrence == "FREQ=DAILY;COUNT=2"
    assert request.expires == "2041-01-01T00:00:00Z"
    assert request.late_policy == "skip"
    assert not request.updates
    assert request.client_id == "job"
    assert request.original == Original(id="m1", type=MessageType.CHAT)


def test_the_rest_is_kept_verbatim() -> None:
    """All but the schedule and what only a scheduler says; a body that says nothing
    is none, where there is something else to say.
    """
    request = read(
        "<body/><thread>t</thread><e xmlns='urn:e' n:a='1' xmlns:n='urn:n'><f/></e>"
        f"<scheduled-by xmlns='{S}'/>" + schedule()
    )
    assert request.bodies == ()
    assert request.payloads == (
        '<thread xmlns="jabber:client">t</thread>',
        '<e xmlns="urn:e" xmlns:n1="urn:n" n1:a="1"><f/></e>',
    )
    assert read("<body/>" + schedule()).bodies == (("", ""),)


@pytest.mark.parametrize(
    ("content", "attributes", "job", "kept"),
    [
        (schedule(f"{WHEN}<id>job</id>") + ORIGIN, "id='m1'", "job", "m1"),
        (schedule() + ORIGIN, "id='m1'", "o1", "m1"),
        (schedule(), "id='m1'", "m1", "m1"),
        (schedule() + ORIGIN, "", "o1", None),
        (schedule(), "id=' '", None, None),
        (schedule(), "", None, None),
    ],
)
def test_ids(content: str, attributes: str, job: str | None, kept: str | None) -> None:
    """The job has the id that is given, else its origin's, else the stanza's, which the
    message keeps; without any the service finds one.
    """
    request = read("<body>Hi</body>" + content, attributes)
    assert request.client_id == job
    assert request.original is not None
    assert request.original.id == kept


def test_types() -> None:
    """A message without a type is normal (RFC 6121 §5.2.2), and to whichever client it
    is, it is for the person.
    """
    request = read(schedule(), "to='bob@example.org/pda'")
    assert request.to == "bob@example.org"
    assert request.original == Original(id=None, type=MessageType.NORMAL)
    headline = read(schedule(), "type='headline'").original
    assert headline == Original(id=None, type=MessageType.HEADLINE)


@pytest.mark.parametrize(
    ("content", "attributes", "error"),
    [
        ("<body>Hi</body>", "", Invalid),
        (schedule() * 2, "", Invalid),
        (schedule(f"{WHEN}<to>bob@example.org</to>"), "", Invalid),
        (schedule(f"{WHEN}<body>Hi</body>"), "", Invalid),
        (schedule(f"{WHEN}<subject>Hi</subject>"), "", Invalid),
        (schedule("<cancel>job</cancel>"), "", Invalid),
        (schedule(f"{WHEN}<id>1</id><id>1</id>"), "", Invalid),
        (schedule(), f"id='{'i' * 256}'", Invalid),
        (schedule() + ORIGIN.replace("o1", "i" * 256), "", Invalid),
        (schedule(), "type='error'", Invalid),
        (schedule(), "type='shout'", Invalid),
        (schedule(), "to=''", Invalid),
        (schedule(), "to='@'", Invalid),
        (schedule(), "type='groupchat'", NotAllowed),
        (
            schedule() + "<x xmlns='http://jabber.org/protocol/muc#user'/>",
            "to='room@rooms.example.org/nick'",
            NotAllowed,
        ),
        (schedule(), "to='announce.example.org'", NotOffered),
        (schedule(), "to='news@announce.example.org/carillon'", NotOffered),
        (schedule() + "<e xmlns='urn:e'/>" * 2_001, "", PolicyViolation),
        (schedule() + f"<e xmlns='urn:e'>{'x' * 65_537}</e>", "", PolicyViolation),
    ],
)
def test_what_is_refused(content: str, attributes: str, error: type[Exception]) -> None:
    """What has no sense in its place, what goes elsewhere, and what is too much."""
    with pytest.raises(error):
        read(content, attributes)


def test_a_body_may_be_long() -> None:
    """Texts have limits of their own."""
    long = "x" * 70_000
    assert read(f"<body>{long}</body>{schedule()}").bodies == (("", long),)
