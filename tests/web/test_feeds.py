"""The feeds over HTTP, on real sockets."""

import asyncio
from collections.abc import Mapping

from bot.feeds.document import CALENDAR, Document
from bot.feeds.making import Making, Shape
from tests.feeds.reading import entries, events
from tests.feeds.rows import HOUR, NOON, public, sent, window
from tests.web.serving import Service, ask, shown

SHAPE = Shape(service="announce.example.org", title="All", language="en")


def _documents() -> Mapping[str, Document]:
    return Making(SHAPE).documents(public(window(), sent()), NOON)


def test_each_is_a_page() -> None:
    """All bytes as they were made, under the right type, and by HEAD only the head."""

    async def go() -> None:
        documents = _documents()
        async with shown(Service(), shelf=lambda: documents) as url:
            types = {
                "outage.json": "application/json",
                "news.ics": "text/calendar; charset=utf-8",
                "all.ics": "text/calendar; charset=utf-8",
                "news.atom": "application/atom+xml; charset=utf-8",
                "all.atom": "application/atom+xml; charset=utf-8",
            }
            assert types.keys() == documents.keys()
            for name, media_type in types.items():
                status, headers, text = await ask(f"{url}/{name}")
                assert (status, text.encode()) == (200, documents[name].body)
                assert headers["content-type"] == media_type
                assert headers["cache-control"] == "public, max-age=60"
                assert headers["access-control-allow-origin"] == "*"
                assert headers["x-content-type-options"] == "nosniff"
                head = await ask(f"{url}/{name}", "HEAD")
                assert head[::2] == (200, "")
                kept = ("content-type", "content-length", "etag", "cache-control")
                assert [head[1][one] for one in kept] == [headers[one] for one in kept]
            assert len(events(documents["news.ics"].body)) == 1
            assert len(entries(documents["news.atom"].body)) == 2

    asyncio.run(go())


def test_who_has_it_already() -> None:
    """Gets 304, by GET and HEAD, for the tag alone, weak, among others, or any; with
    another he gets it all. A date says nothing: two changes may have one.
    """

    async def go() -> None:
        documents = _documents()
        tag = documents["news.ics"].etag
        async with shown(Service(), shelf=lambda: documents) as url:
            page = f"{url}/news.ics"
            _, headers, _ = await ask(page)
            assert headers["etag"] == tag
            assert "last-modified" not in headers
            for given in (tag, f"W/{tag}", f'"other", {tag}', f'"a",{tag} ', "*"):
                for method in ("GET", "HEAD"):
                    status, headers, text = await ask(page, method, If_None_Match=given)
                    assert (status, text) == (304, "")
                    assert headers["etag"] == tag
                    assert headers["cache-control"] == "public, max-age=60"
            for given in ('"other"', tag.strip('"'), f'"x{tag}', "", '"*"', ","):
                assert (await ask(page, If_None_Match=given))[0] == 200
            later = "Thu, 01 Jan 2099 00:00:00 GMT"
            assert (await ask(page, If_Modified_Since=later))[0] == 200

    asyncio.run(go())


def test_what_changed_has_another_tag() -> None:
    """Each request sees what is there by then."""

    async def go() -> None:
        maker, rows = Making(SHAPE), [public(window())]

        def shelf() -> Mapping[str, Document]:
            return maker.documents(rows[0], NOON)

        async with shown(Service(), shelf=shelf) as url:
            before = (await ask(f"{url}/news.ics"))[1]["etag"]
            assert (await ask(f"{url}/news.ics", If_None_Match=before))[0] == 304
            rows[0] = public(window(sequence=1, starts_at=NOON + HOUR))
            status, headers, text = await ask(f"{url}/news.ics", If_None_Match=before)
            assert status == 200
            assert headers["etag"] != before
            (event,) = events(text.encode()).values()
            assert event["DTSTART"].value == "20400301T130000Z"

    asyncio.run(go())


def test_no_other_pages() -> None:
    """What is no feed is not found, whatever it is called; nothing is changed by any;
    the pages for programs stay what they are.
    """

    async def go() -> None:
        documents = {**_documents(), "healthz": Document("healthz", CALENDAR, b"")}
        async with shown(Service(), shelf=lambda: documents) as url:
            for path in (
                *("/", "/news", "/x/news.ics", "/NEWS.ics", "/ops.ics"),
                *("/..%2Fnews.ics", "/%2e%2e/etc/passwd", "/.news.ics.new", "/%00"),
            ):
                assert (await ask(url + path))[0] == 404, path
            for method in ("POST", "PUT", "DELETE"):
                assert (await ask(f"{url}/news.ics", method))[0] == 405
            assert (await ask(f"{url}/healthz"))[2] == '{"status":"ok"}'
            assert (await ask(f"{url}/news.ics?as=you&like"))[0] == 200
        async with shown(Service()) as url:
            assert (await ask(f"{url}/outage.json"))[0] == 404

    asyncio.run(go())


def test_before_the_first_look() -> None:
    """Whoever comes early is asked to come again: nothing may pass for an all-clear."""

    async def go() -> None:
        async with shown(Service(), shelf=lambda: None) as url:
            status, headers, _ = await ask(f"{url}/outage.json")
            assert status == 503
            assert headers["retry-after"] == "5"
            assert headers["cache-control"] == "no-store"

    asyncio.run(go())


def test_under_which_names() -> None:
    """They are asked for under our own names, like all pages."""

    async def go() -> None:
        documents = _documents()
        hosts = ["status.example.org"]
        async with shown(Service(), hosts, shelf=lambda: documents) as url:
            page = f"{url}/outage.json"
            assert (await ask(page, Host="status.example.org"))[0] == 200
            assert (await ask(page, Host="evil.example"))[0] == 421

    asyncio.run(go())
