"""Windows of maintenance as a calendar that people subscribe to (RFC 5545, RFC 7986).

A window is a VEVENT of its own, also where a rule made it: there is no RRULE and no
RECURRENCE-ID, since each can be moved and called off for itself. Its UID stays for
ever; SEQUENCE is the row's, raised when its times or its stage change. DTSTAMP and
LAST-MODIFIED are the moment of that change: the same rows are the same bytes.

Whose end nobody knows has no DTEND: clients show its start (RFC 5545 §3.6.1). What was
called off stays, as CANCELLED and titled so, since some clients show the status and
others only the title.

docs/conformance.md, Feeds: calendar
"""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event, vDuration, vText

from bot.domain.feeds import Feed, Stage, Window
from bot.feeds.document import CALENDAR, Document
from bot.feeds.text import clean, headline, line, story

#: how often clients had better look (RFC 7986 §5.7)
REFRESH = timedelta(minutes=15)


def document(feed: Feed, windows: Iterable[Window], url: str | None) -> Document:
    """`url`: where people find it, None: nobody knows."""
    name = f"{feed.name}.ics"
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Carillon//Maintenance//EN")
    title = line(feed.title)
    calendar.add("name", title)
    # COMPAT what Apple, Google and Outlook read instead of NAME and REFRESH-INTERVAL
    calendar.add("x-wr-calname", vText(title))
    calendar.add("refresh-interval", vDuration(REFRESH), {"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    if url is not None:
        calendar.add("source", url, {"value": "URI"})
    for one in sorted(windows, key=lambda each: (each.starts_at, each.uid)):
        calendar.add_component(_event(one))
    return Document(name, CALENDAR, calendar.to_ical(sorted=False))


def _event(window: Window) -> Event:
    event = Event()
    event.add("uid", str(window.uid))
    event.add("dtstamp", window.changed_at)
    event.add("created", window.created_at)
    event.add("last-modified", window.changed_at)
    event.add("sequence", window.sequence)
    event.add("dtstart", window.starts_at)
    # an end that is no later than the start is none (§3.8.2.2)
    if window.ends_at is not None and window.ends_at > window.starts_at:
        event.add("dtend", window.ends_at)
    language = {"language": window.language}
    cancelled = window.stage is Stage.CALLED_OFF
    title = headline(window) if cancelled else line(window.own.title)
    event.add("summary", title, language)
    if text := story(window):
        event.add("description", text, language)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    event.add("categories", [clean(window.list_name)])
    return event
