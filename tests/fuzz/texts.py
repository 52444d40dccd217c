"""Small texts: recurrences, timestamps, durations, JIDs. They raise Invalid or read."""

from contextlib import suppress
from datetime import timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from bot.domain import durations, moments, recurrence, timestamps, wallclock
from bot.domain.errors import Invalid
from bot.domain.jid import JIDError, bare
from bot.domain.language import is_tag
from bot.domain.recurrence.sequence import Recurrence
from bot.domain.recurrence.skipped import skipped_months
from tests.fuzz.stanzas import harmless
from tests.world import NOON

#: moments of a rule that are asked for one by one
MOST = 5


def text_of(data: bytes) -> str:
    """Bytes that are no UTF-8 become lone surrogates, as in arguments (PEP 383)."""
    return data.decode("utf-8", "surrogateescape")


def recurrences(data: bytes) -> None:
    """Lines: the rule, deliver-at, the zone, days from there to the question."""
    rule_text, start_text, zone_text, days = (
        *text_of(data).split("\n")[:4],
        *[""] * 4,
    )[:4]
    try:
        rule = recurrence.parse(rule_text)
    except Invalid:
        return
    again = recurrence.canonical(rule)
    assert recurrence.parse(again) == rule, again
    try:
        zone = wallclock.zone(zone_text) if zone_text else ZoneInfo("Europe/Warsaw")
        start = timestamps.parse(start_text) if start_text else NOON
        begin = wallclock.local(start, zone)
        first = recurrence.first_or_refuse(rule, begin, zone).moment
        sequence = Recurrence(rule=rule, start=begin, zone=zone)
        after = begin + timedelta(days=int(days[:6]) if days.isdecimal() else 0)
        later = next(sequence.matches(after), None)
    except (Invalid, OverflowError):
        return  # the sum of start and days may lie beyond the calendar
    assert first >= start
    assert later is None or later.wall > after
    skipped_months(rule, begin)
    found = [match.moment for match in islice(sequence.matches(), MOST)]
    assert all(one < other for one, other in pairwise(found))


def times(data: bytes) -> None:
    """A moment, a length of time, a JID, a language tag, or none of them."""
    text = text_of(data)
    try:
        moment = timestamps.parse(text)
    except Invalid:
        pass
    else:
        assert timestamps.parse(timestamps.format(moment)) == moment
    try:
        length = durations.parse(text)
    except ValueError:
        pass
    else:
        assert length > timedelta()
    try:
        jid = bare(text)
    except JIDError:
        pass
    else:
        assert bare(jid) == jid
        assert harmless(jid)
    is_tag(text)
    with suppress(Invalid):
        moments.read(text, ZoneInfo("Europe/Warsaw"), "at")
