"""Moments, lengths of time and numbers as the reader writes them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from bot.domain.errors import Invalid
from bot.rendering.formats import Formats, locale_for
from tests.rendering.conftest import Say

FIELDS = """
[fields.start]
type = "moment"
label.en = "Start"
[fields.end]
type = "moment"
label.en = "End"
[fields.length]
type = "duration"
label.en = "Length"
[fields.count]
type = "number"
label.en = "Count"
[fields.flag]
type = "boolean"
label.en = "Flag"
"""
WINTER, SUMMER = "2026-12-05T22:00:00Z", "2026-07-05T22:00:00Z"
LAST = "9999-12-31T23:00:00Z"


@pytest.mark.parametrize(
    ("language", "zone", "start", "said"),
    [
        ("en", "UTC", WINTER, "Saturday, December 5, 2026, 10:00 PM UTC"),
        ("en", "Europe/Warsaw", WINTER, "Saturday, December 5, 2026, 11:00 PM CET"),
        ("en", "Europe/Warsaw", SUMMER, "Monday, July 6, 2026, 12:00 AM CEST"),
        ("en-GB", "Europe/London", SUMMER, "Sunday, 5 July 2026, 23:00 BST"),
        (
            "en-US",
            "America/New_York",
            WINTER,
            "Saturday, December 5, 2026, 5:00 PM EST",
        ),
        ("de", "Europe/Berlin", SUMMER, "Montag, 6. Juli 2026, 00:00 MESZ"),
        ("de-AT", "Europe/Vienna", WINTER, "Samstag, 5. Dezember 2026, 23:00 MEZ"),
        ("de", "America/Sao_Paulo", WINTER, "Samstag, 5. Dezember 2026, 19:00 UTC-03"),
        ("de", "Asia/Kathmandu", WINTER, "Sonntag, 6. Dezember 2026, 03:45 UTC+05:45"),
        ("fr", "Europe/Paris", WINTER, "Saturday, December 5, 2026, 11:00 PM CET"),
    ],
)
def test_moment(say: Say, language: str, zone: str, start: str, said: str) -> None:
    """Weekday, day, time and zone, in the text's language and the reader's variety."""
    for wording in ("{{ start | moment }}", "{{ start }}"):
        found = say(
            wording, FIELDS, given={"start": start}, language=language, zone=zone
        )
        assert found == said


def test_parts(say: Say) -> None:
    """Date and time can be had alone; a time always has its zone."""
    found = say(
        "{{ start | date }} / {{ start | time }}",
        FIELDS,
        given={"start": WINTER},
        language="de",
        zone="Europe/Berlin",
    )
    assert found == "Samstag, 5. Dezember 2026 / 23:00 MEZ"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "December 5, 2026"),
        ("de", "5. Dezember 2026"),
        ("en-GB", "5 December 2026"),
    ],
)
def test_day(say: Say, language: str, said: str) -> None:
    """A day without its name fits into a sentence."""
    assert (
        say("{{ start | day }}", FIELDS, given={"start": WINTER}, language=language)
        == said
    )


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("01", "vendredi 1er janvier 2027 / 1er janvier 2027"),
        ("11", "lundi 11 janvier 2027 / 11 janvier 2027"),
    ],
)
def test_first_in_french(day: str, said: str) -> None:
    """In French the first day of a month is an ordinal, and no other."""
    formats = Formats(Locale("fr"), ZoneInfo("UTC"))
    moment = datetime(2027, 1, int(day), tzinfo=UTC)
    assert f"{formats.date(moment)} / {formats.day(moment)}" == said


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("pl", "Europe/Warsaw", "sobota, 5 grudnia 2026, 23:00 CET"),
        ("fr", "Europe/Paris", "samedi 5 décembre 2026, 23:00 CET"),
        ("es", "Europe/Madrid", "sábado, 5 de diciembre de 2026, 23:00 CET"),
        ("de", "Europe/Kyiv", "Sonntag, 6. Dezember 2026, 00:00 OEZ"),
        ("de", "Europe/Lisbon", "Samstag, 5. Dezember 2026, 22:00 WEZ"),
        ("de", "America/New_York", "Samstag, 5. Dezember 2026, 17:00 EST"),
    ],
)
def test_moments_of_each_language(language: str, zone: str, said: str) -> None:
    """A moment reads as people of that language write it, their clocks' names too."""
    formats = Formats(locale_for(language, language), ZoneInfo(zone))
    assert formats.moment(datetime.fromisoformat(WINTER)) == said


def test_until(say: Say) -> None:
    """An end on the day of the start is a time alone, in the reader's zone."""
    given = {"start": "2026-12-05T22:00:00Z", "end": "2026-12-05T23:30:00Z"}
    wording = "{{ end | until(start) }}"
    assert say(wording, FIELDS, given=given) == "11:30 PM UTC"
    berlin = say(wording, FIELDS, given=given, language="de", zone="Europe/Berlin")
    assert berlin == "Sonntag, 6. Dezember 2026, 00:30 MEZ"


def test_fold_is_told_apart(say: Say) -> None:
    """The hour that comes twice is told apart by its abbreviation."""
    first, second = (
        say("{{ start | time }}", FIELDS, given={"start": start}, zone="Europe/Berlin")
        for start in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
    )
    assert (first, second) == ("2:30 AM CEST", "2:30 AM CET")


@pytest.mark.parametrize(
    ("language", "length", "said"),
    [
        ("en", "90m", "1 hour and 30 minutes"),
        ("de", "90m", "1 Stunde und 30 Minuten"),
        ("en", "1d", "1 day"),
        ("en", "26h5s", "1 day, 2 hours, and 5 seconds"),
        ("de", "9d", "9 Tage"),
        ("en", "400d", "400 days"),
    ],
)
def test_duration(say: Say, language: str, length: str, said: str) -> None:
    """A length of time is written in whole units and never rounded."""
    for wording in ("{{ length | duration }}", "{{ length }}"):
        found = say(wording, FIELDS, given={"length": length}, language=language)
        assert found == said


def test_calculation(say: Say) -> None:
    """Moments and lengths of time add and subtract."""
    given = {"start": WINTER, "end": "2026-12-06T00:30:00Z", "length": "2h"}
    wording = "{{ end - start }}; {{ start + length }}; {{ (start + length) | time }}"
    assert say(wording, FIELDS, given=given) == (
        "2 hours and 30 minutes; Sunday, December 6, 2026, 12:00 AM UTC; 12:00 AM UTC"
    )


@pytest.mark.parametrize(
    ("wording", "given", "reason"),
    [
        ("{{ end - start }}", {"start": WINTER, "end": SUMMER}, "before it starts"),
        ("{{ start + end }}", {"start": WINTER, "end": SUMMER}, "unsupported"),
        ("{{ start + length }}", {"start": LAST, "length": "2h"}, "out of range"),
        ("{{ start | time }}", {"start": LAST}, "out of range"),
        ("{{ length | moment }}", {"length": "2h"}, "no moment"),
        ("{{ length | day }}", {"length": "2h"}, "no moment"),
        ("{{ start | until(length) }}", {"start": WINTER, "length": "2h"}, "no moment"),
        ("{{ start | duration }}", {"start": WINTER}, "no length of time"),
        ("{{ start | upper }}", {}, "not given"),
        ("{{ flag | trim }}", {"flag": "1"}, "if"),
        ("{{ start }}", {}, "not given"),
        ("{{ flag }}", {"flag": "1"}, "if"),
    ],
)
def test_refused(say: Say, wording: str, given: dict[str, str], reason: str) -> None:
    """What cannot be written is refused, naming template and part."""
    with pytest.raises(Invalid, match=reason) as refusal:
        say(wording, FIELDS, given=given, zone="Asia/Tokyo")
    assert refusal.value.text.startswith("template 't', body: ")


def test_default(say: Say) -> None:
    """`default` stands in for an optional field that is not given."""
    wording = "{{ length | default('a while') }}"
    assert say(wording, FIELDS) == "a while"
    assert say(wording, FIELDS, given={"length": "1h"}) == "1 hour"


def test_bullets(say: Say) -> None:
    """A text's lines become a list; blank ones are dropped."""
    fields = '[fields.x]\ntype = "text"\nlabel.en = "X"\n'
    found = say("{{ x | bullets }}", fields, given={"x": "mail\n\n chat \n"})
    assert found == "- mail\n- chat"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc", "\0"])
def test_unknown_zone(say: Say, zone: str) -> None:
    """A zone that IANA does not know is refused."""
    with pytest.raises(Invalid, match="not a time zone"):
        say("{{ start }}", FIELDS, given={"start": WINTER}, zone=zone)


def test_every_zone_has_an_abbreviation() -> None:
    """Every zone there is writes a time that ends in letters or an offset."""
    moment = datetime(2026, 7, 5, 22, tzinfo=UTC)
    for name in available_timezones():
        _, _, zone = Formats(Locale("de"), ZoneInfo(name)).time(moment).partition(" ")
        assert zone[:1].isalpha(), name


def test_every_language() -> None:
    """Operators' templates in any language that CLDR knows get times of their own."""
    moment = datetime(2026, 7, 5, 22, tzinfo=UTC)
    length = timedelta(days=1, hours=2, minutes=3)
    for tag in locale_identifiers():
        if "_" in tag:
            continue
        formats = Formats(locale_for(tag, tag), ZoneInfo("UTC"))
        assert "UTC" in formats.moment(moment), tag
        assert formats.date(moment), tag
        assert formats.duration(length), tag


@pytest.mark.parametrize(
    ("text", "reader", "locale"),
    [
        ("en", "en-GB", "en_GB"),
        ("en", "de-DE", "en"),
        ("en", "en-XX-whatever", "en"),
        ("xx", "xx", "en"),
        ("de-x-odd", "", "de"),
    ],
)
def test_locale(text: str, reader: str, locale: str) -> None:
    """The reader's variety counts where it is one of the text's language."""
    assert str(locale_for(text, reader)) == locale
