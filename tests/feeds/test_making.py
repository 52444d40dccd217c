"""From rows to all documents."""

from bot.domain.feeds import ALL, KEPT, Feed, Stage, Words
from bot.feeds import making
from bot.feeds.making import Making, Shape
from tests.feeds.reading import entries, events, feed
from tests.feeds.rows import DAY, HOUR, NEWS, NOON, incident, public, sent, window

OPS = Feed(name="ops", title="Ops", language="de")
SHAPE = Shape(
    service="announce.example.org",
    title="All of it",
    language="en",
    urls=("https://a.example/", "https://b.example/x/"),
    entries=3,
)


def test_all_documents() -> None:
    """One status, and two of each list and of all; a list's have only its own rows."""
    rows = public(window(1), sent(2), incident(3, list_name="ops"), feeds=(NEWS, OPS))
    found = Making(SHAPE).documents(rows, NOON)
    assert sorted(found) == [
        *("all.atom", "all.ics", "news.atom", "news.ics"),
        *("ops.atom", "ops.ics", "outage.json"),
    ]
    assert all(found[name].name == name for name in found)
    assert len(entries(found["all.atom"].body)) == 3
    assert len(entries(found["news.atom"].body)) == 2
    (one,) = entries(found["ops.atom"].body)
    assert one.title == "incident 3"
    assert (
        len(events(found["all.ics"].body)) == len(events(found["news.ics"].body)) == 1
    )
    assert events(found["ops.ics"].body) == {}
    ids = {
        feed(found[f"{name}.atom"].body).findtext("{http://www.w3.org/2005/Atom}id")
        for name in ("all", "news", "ops")
    }
    assert len(ids) == 3
    assert b"https://a.example/ops.ics" in found["ops.ics"].body
    assert SHAPE.status_addresses == (
        "https://a.example/outage.json",
        "https://b.example/x/outage.json",
    )


def test_a_list_that_is_called_all() -> None:
    """Has no feeds of its own: what is called so is everything."""
    theirs = Feed(name=ALL, title="Theirs", language="de")
    rows = public(window(1), window(2, list_name=ALL), feeds=(NEWS, theirs))
    found = Making(SHAPE).documents(rows, NOON)
    assert len(events(found["all.ics"].body)) == 2
    assert b"Theirs" not in found["all.ics"].body


def test_made_once() -> None:
    """What has not changed is the very same document, whatever else did."""
    maker = Making(SHAPE)
    rows = (window(1), incident(3, list_name="ops"))
    before = maker.documents(public(*rows, feeds=(NEWS, OPS)), NOON)
    after = maker.documents(
        public(
            window(1, sequence=1, changed_at=NOON + HOUR), rows[1], feeds=(NEWS, OPS)
        ),
        NOON,
    )
    same = {name for name in before if after[name] is before[name]}
    assert same == {"outage.json", "ops.ics", "ops.atom"}
    retitled = Feed(name="ops", title="Operations", language="de")
    third = maker.documents(public(*rows, feeds=(NEWS, retitled)), NOON)
    assert third["ops.ics"] != after["ops.ics"]


def test_bounds() -> None:
    """The newest entries, as many as are wanted and fit; of calendars what is to come
    before what is over, and nothing that is long over.
    """
    rows = [sent(number, changed_at=NOON + number * HOUR) for number in range(6)]
    found = Making(SHAPE).documents(public(*rows), NOON)
    titles = [one.title for one in entries(found["news.atom"].body)]
    assert titles == ["broadcast 5", "broadcast 4", "broadcast 3"]
    long = {"en": Words("long", "x" * 16_000)}
    shape = Shape(service="a", title="b", language="en", entries=100)
    rows = [sent(number, words=long) for number in range(100)]
    body = Making(shape).documents(public(*rows), NOON)["news.atom"].body
    assert len(entries(body)) == making.MOST_TEXT // 16_000
    over = {"stage": Stage.FINISHED, "starts_at": NOON - HOUR, "ends_at": NOON}
    windows = [window(number, changed_at=NOON + DAY, **over) for number in range(600)]
    windows += [window(1000, list_name="news")]
    windows += [window(1001, **over | {"ends_at": NOON - KEPT})]
    found = Making(SHAPE).documents(public(*windows), NOON)
    uids = events(found["news.ics"].body)
    assert len(uids) == making.MOST_WINDOWS
    assert str(windows[600].uid) in uids
    assert str(windows[601].uid) not in uids
