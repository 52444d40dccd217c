"""The feeds, read by libraries that Carillon does not use."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feeds import Words
from bot.domain.maintenance import WindowState
from bot.feeds import atom, calendar
from tests.feeds import strangers
from tests.feeds.rows import DAY, HOUR, NEWS, NOON, incident, sent, window

ID = "urn:uuid:00000000-0000-4000-8000-000000000000"
URL = "https://status.example.org/news"
#: what XML and iCalendar can carry; a tag would be a tag to who shows it, and what
#: looks like UTF-8 read as Latin-1 is mended by feedparser
LATIN = "".join(map(chr, range(0x80, 0x100)))
PLAIN = st.text(
    st.characters(
        codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters=f"<&{LATIN}"
    ),
    min_size=1,
    max_size=200,
)


def test_a_window() -> None:
    """Its times, its number and whether it holds are what the row says."""
    rows = [
        window(1, sequence=2, changed_at=NOON + HOUR),
        window(2, state=WindowState.CALLED_OFF, sequence=1),
        window(3, ends_at=None),
    ]
    events = strangers.calendar(calendar.document(NEWS, rows, URL).body)
    assert set(events) == {str(one.uid) for one in rows}
    first, off, endless = (events[str(one.uid)] for one in rows)
    assert first.dtstart.value == NOON + DAY
    assert first.dtend.value == NOON + DAY + 2 * HOUR
    assert first.sequence.value == "2"
    assert first.dtstamp.value == first.last_modified.value == NOON + HOUR
    assert (off.status.value, off.summary.value) == (
        "CANCELLED",
        "Cancelled: maintenance 2",
    )
    assert "dtend" not in endless.contents


def test_a_feed() -> None:
    """Who, what, when, in which language, and where it is."""
    row = incident(1, changed_at=NOON + timedelta(minutes=1), language="de")
    found = strangers.atom(atom.document(NEWS, ID, [row, sent(2)], URL).body)
    assert found.feed.id == ID
    assert found.feed.title == found.feed.author == "News"
    assert found.feed.title_detail.language == "en"
    (link,) = found.feed.links
    assert (link.rel, link.href) == ("self", URL)
    assert strangers.moment(found.feed.updated_parsed) == NOON + timedelta(minutes=1)
    one, other = found.entries
    assert (one.id, one.title) == (row.uid.urn, "incident 1 (de)")
    assert one.title_detail.language == one.content[0].language == "de"
    assert strangers.moment(one.published_parsed) == NOON
    assert [tag.term for tag in one.tags] == ["news", "incident", "open"]
    assert one.content[0].value == "<p>The mail server. (de)</p>"
    assert other.title == "broadcast 2"


def test_nothing_yet() -> None:
    """It is a feed and a calendar all the same."""
    assert strangers.calendar(calendar.document(NEWS, [], URL).body) == {}
    assert strangers.titles(atom.document(NEWS, ID, [], URL).body) == {}


@given(PLAIN)
def test_whatever_people_wrote(text: str) -> None:
    """It comes out as it went in."""
    row = window(words={"en": Words(text, text)})
    (event,) = strangers.calendar(calendar.document(NEWS, [row], URL).body).values()
    assert event.summary.value == event.description.value == text
    (title,) = strangers.titles(atom.document(NEWS, ID, [row], URL).body).values()
    assert title == text
