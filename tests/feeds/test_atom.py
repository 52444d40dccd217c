"""All that a list says as an Atom feed, read by an XML parser."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feeds import Entry, Stage, Words
from bot.feeds.atom import document
from tests.feeds.reading import ATOM, XML_LANG, entries, feed
from tests.feeds.rows import HOUR, NEWS, NOON, incident, sent, window

ID = "urn:uuid:8c0b4c0e-0000-5000-8000-000000000000"
URL = "https://status.example.org/news.atom"
SECOND = timedelta(seconds=1)


def _entries(*rows: Entry) -> dict[str, str]:
    """Id -> title."""
    return {one.id: one.title for one in entries(document(NEWS, ID, rows, URL).body)}


def test_a_feed() -> None:
    """Whose it is, where it is, and when it last changed; all that RFC 4287 §4.1.1
    wants is there, also where nothing was said yet.
    """
    empty = feed(document(NEWS, ID, [], None).body)
    assert empty.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00.000000Z"
    assert empty.find(f"{ATOM}link") is None
    rows = [sent(1), sent(2, changed_at=NOON + HOUR)]
    found = feed(document(NEWS, ID, rows, URL).body)
    assert found.get(XML_LANG) == "en"
    assert found.findtext(f"{ATOM}id") == ID
    assert found.findtext(f"{ATOM}title") == "News"
    assert found.findtext(f"{ATOM}author/{ATOM}name") == "News"
    assert found.findtext(f"{ATOM}updated") == "2040-03-01T13:00:00.000000Z"
    link = found.find(f"{ATOM}link")
    assert link is not None
    assert (link.get("rel"), link.get("href")) == ("self", URL)


def test_an_entry() -> None:
    """An id for ever, both moments, what it is, and what was said, in its language."""
    row = window(language="de", stage=Stage.UNDER_WAY, changed_at=NOON + SECOND)
    (one,) = entries(document(NEWS, ID, [row], URL).body)
    assert one.id == f"urn:uuid:{row.uid}"
    assert one.title == "Läuft: maintenance 1 (de)"
    assert one.language == "de"
    assert one.published == "2040-03-01T12:00:00.000000Z"
    assert one.updated == "2040-03-01T12:00:01.000000Z"
    assert one.terms == ["news", "maintenance", "under-way"]
    assert one.content == "<p>The mail server. (de)</p>"


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (window(), "maintenance 1"),
        (window(stage=Stage.VERIFYING), "Under way: maintenance 1"),
        (window(stage=Stage.FINISHED), "Finished: maintenance 1"),
        (window(stage=Stage.CALLED_OFF), "Cancelled: maintenance 1"),
        (incident(), "incident 1"),
        (incident(is_open=False), "Resolved: incident 1"),
        (sent(), "broadcast 1"),
        (sent(is_retracted=True), "An announcement was withdrawn"),
    ],
)
def test_how_it_stands(row: Entry, title: str) -> None:
    """Titles say it, since readers show little else."""
    assert _entries(row) == {row.uid.urn: title}


def test_what_was_withdrawn_is_not_told() -> None:
    """Nothing of it is left, and the same entry says that."""
    row = sent(is_retracted=True, words={"en": Words("secret", "a secret")})
    body = document(NEWS, ID, [row], URL).body
    assert b"secret" not in body
    (one,) = entries(body)
    assert one.content == "<p>What was announced here does not hold.</p>"


def test_newest_first() -> None:
    """By what changed last, of any kind; the same rows are the same bytes."""
    rows = [
        sent(1, changed_at=NOON + 2 * SECOND),
        window(2, changed_at=NOON + 3 * SECOND),
        incident(3, changed_at=NOON + SECOND),
    ]
    first = document(NEWS, ID, rows, URL)
    assert list(_entries(*rows).values()) == [
        "maintenance 2",
        "broadcast 1",
        "incident 3",
    ]
    assert document(NEWS, ID, reversed(rows), URL) == first


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_whatever_people_wrote(text: str) -> None:
    """It is one entry, whose content has no element but what we make of lines."""
    row = sent(words={"": Words(text, text)})
    (one,) = entries(document(NEWS, ID, [row], URL).body)
    plain = one.content
    for tag in ("<p>", "</p>", "<br>"):
        plain = plain.replace(tag, "")
    assert "<" not in plain
    assert ">" not in plain


def test_hostile_text() -> None:
    """Markup is text for who reads HTML; lines stay lines."""
    text = "a <script>alert(1)</script> & ]]>\r\nb\n\n\n\nc\x00"
    row = sent(words={"en": Words("<b>\x0b</b>", text)})
    (one,) = entries(document(NEWS, ID, [row], URL).body)
    assert one.title == "<b> </b>"
    assert one.content == (
        "<p>a &lt;script&gt;alert(1)&lt;/script&gt; &amp; ]]&gt;<br>b</p><p>c\ufffd</p>"
    )
