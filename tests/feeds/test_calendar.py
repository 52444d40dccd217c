"""Windows as a calendar, read by an RFC 5545 reader of the tests' own."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feeds import Stage, Words
from bot.feeds.calendar import document
from tests.feeds.reading import events, properties
from tests.feeds.rows import DAY, HOUR, NEWS, NOON, window

URL = "https://status.example.org/news.ics"


def test_a_calendar() -> None:
    """What it is called, where it is, how often to look; no METHOD, for nobody is
    invited.
    """
    given = properties(document(NEWS, [], URL).body)
    assert [(one.name, one.value) for one in given] == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Carillon//Maintenance//EN"),
        ("NAME", "News"),
        ("X-WR-CALNAME", "News"),
        ("REFRESH-INTERVAL", "PT15M"),
        ("X-PUBLISHED-TTL", "PT15M"),
        ("SOURCE", URL),
        ("END", "VCALENDAR"),
    ]
    assert given[5].parameters == {"VALUE": "DURATION"}
    assert given[7].parameters == {"VALUE": "URI"}
    assert b"SOURCE" not in document(NEWS, [], None).body


def test_an_event() -> None:
    """All that a row says, and of its change all stamps."""
    one = window(changed_at=NOON + HOUR, sequence=3, language="de")
    (event,) = events(document(NEWS, [one], URL).body).values()
    assert {name: found.value for name, found in event.items()} == {
        "UID": str(one.uid),
        "DTSTAMP": "20400301T130000Z",
        "CREATED": "20400301T120000Z",
        "LAST-MODIFIED": "20400301T130000Z",
        "SEQUENCE": "3",
        "DTSTART": "20400302T120000Z",
        "DTEND": "20400302T140000Z",
        "SUMMARY": "maintenance 1 (de)",
        "DESCRIPTION": "The mail server. (de)",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "CATEGORIES": "news",
    }
    assert event["SUMMARY"].parameters == {"LANGUAGE": "de"}


def test_called_off() -> None:
    """It stays with its UID and times, is CANCELLED, and its title says so."""
    planned = window()
    off = window(stage=Stage.CALLED_OFF, sequence=1, language="de")
    (before,) = events(document(NEWS, [planned], URL).body).values()
    (event,) = events(document(NEWS, [off], URL).body).values()
    for name in ("UID", "DTSTART", "DTEND"):
        assert event[name] == before[name]
    assert event["STATUS"].value == "CANCELLED"
    assert event["SUMMARY"].text == "Abgesagt: maintenance 1 (de)"
    assert event["SEQUENCE"].value == "1"


def test_an_end_that_nobody_knows() -> None:
    """There is no DTEND, and none either that is not after the start."""
    for end in (None, NOON + DAY, NOON):
        (event,) = events(document(NEWS, [window(ends_at=end)], URL).body).values()
        assert "DTEND" not in event
        assert "DURATION" not in event


def test_the_same_bytes() -> None:
    """The same rows in whatever order, at whatever time, are the same bytes and tag;
    another second is another tag.
    """
    one, other = window(1), window(2)
    first = document(NEWS, [one, other], URL)
    assert document(NEWS, [other, one], URL) == first
    assert first.etag == document(NEWS, [window(1), window(2)], URL).etag
    moved = window(1, changed_at=NOON + timedelta(seconds=1))
    assert document(NEWS, [moved, other], URL).etag != first.etag


TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(TEXTS, TEXTS)
def test_whatever_people_wrote(title: str, text: str) -> None:
    """No text begins a property or leaves a control character, every line is 75 octets
    at most and cuts no character; what is plain comes out as it went in.
    """
    one = window(words={"": Words(title, text)})
    (event,) = events(document(NEWS, [one], URL).body).values()
    assert len(event) == 12 - (not text)
    if text and text.isprintable():
        assert event["DESCRIPTION"].text == text
    summary = event["SUMMARY"].text
    assert "\n" not in summary
    if title.isprintable() and " ".join(title.split()) == title:
        assert summary == title


def test_hostile_text() -> None:
    """What would be an event of its own is text; a carriage return is a line's end."""
    text = "a;b,c\\n\r\nEND:VEVENT\rBEGIN:VEVENT\nUID:1\x00\x07\x85\x7f"
    one = window(words={"en": Words("t\r\nATTACH:file:///etc/passwd", text)})
    (event,) = events(document(NEWS, [one], URL).body).values()
    assert event["SUMMARY"].text == "t ATTACH:file:///etc/passwd"
    assert event["DESCRIPTION"].text == (
        "a;b,c\\n\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\ufffd\ufffd\ufffd\ufffd"
    )
