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


@pytest.mark.parametrize(
    ("language", "month", "weekday"),
    [
        ("en", "December 2026", "Saturday"),
        ("de", "Dezember 2026", "Samstag"),
        ("fr", "décembre 2026", "samedi"),
        ("es", "diciembre de 2026", "sábado"),
        ("pl", "grudzień 2026", "sobota"),
    ],
)
def test_month_and_weekday(say: Say, language: str, month: str, weekday: str) -> None:
    """A month and a day's name in the form that stands alone."""
    found = say(
        "{{ start | month }} / {{ start | weekday }}",
        FIELDS,
        given={"start": WINTER},
        language=language,
        languages=[language],
    )
    assert found == f"{month} / {weekday}"


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("{{ length | days }}", "0.06"),
        ("{{ length | hours }}", "1.5"),
        ("{{ length | minutes }}", "90"),
        ("{{ length | hours | plural(one='hour', other='hours') }}", "hours"),
        ("{{ (end - start) | hours }}", "2.5"),
        ("{{ (end - start) | hours + 1 }}", "3.5"),
    ],
)
def test_a_number_out_of_a_length(say: Say, wording: str, said: str) -> None:
    """A length is counted in one unit, to go with words, to the hundredth."""
    given = {"start": WINTER, "end": "2026-12-06T00:30:00Z", "length": "90m"}
    assert say(wording, FIELDS, given=given) == said


@pytest.mark.parametrize(
    ("start", "length", "said"),
    [
        ("2026-10-24T22:00:00+02:00", "1d", "25. Oktober 2026, 22:00 MEZ"),
        ("2026-10-24T22:00:00+02:00", "24h", "25. Oktober 2026, 21:00 MEZ"),
        ("2026-03-28T22:00:00+01:00", "1d2h", "30. März 2026, 00:00 MESZ"),
        ("2026-03-28T22:00:00+01:00", "P1W", "4. April 2026, 22:00 MESZ"),
    ],
)
def test_days_on_the_wall(say: Say, start: str, length: str, said: str) -> None:
    """A day later clocks show the same time, as with `+1d`; hours are exact."""
    given = {"start": start, "length": length}
    for wording in ("{{ start + length }}", "{{ length + start }}"):
        found = say(wording, FIELDS, given=given, language="de", zone="Europe/Warsaw")
        assert found.partition(", ")[2] == said


def test_an_end_is_one_moment_for_all(say: Say) -> None:
    """Days count where the announcement is from, not where its reader is."""
    given = {"start": "2026-10-24T22:00:00+02:00", "length": "1d"}
    found = say("{{ start + length }}", FIELDS, given=given, zone="UTC")
    assert found == "Sunday, October 25, 2026, 9:00 PM UTC"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-10-20T22:00:00+02:00", "2026-10-27T22:00:00+01:00", "7 days"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T22:00:00+02:00", "1 day"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T21:00:00+02:00", "22 hours"),
    ],
)
def test_differences_on_the_wall(say: Say, start: str, end: str, said: str) -> None:
    """A week is a week where clocks change in between."""
    given = {"start": start, "end": end}
    assert say("{{ end - start }}", FIELDS, given=given) == said
    wording = "{% if start + (end - start) == end %}same{% endif %}"
    assert say(wording, FIELDS, given=given) == "same"


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


def test_french_lengths_are_even() -> None:
    """Every number stays with its unit, not days and hours alone."""
    formats = Formats(Locale("fr"), ZoneInfo("UTC"))
    assert formats.duration(timedelta(days=7, hours=3, minutes=30)) == (
        "7\u00a0jours, 3\u00a0heures et 30\u00a0minutes"
    )


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
        (
            "{{ end - start }}",
            {"start": WINTER, "end": SUMMER},
            "`end - start` comes to less than no time",
        ),
        ("{{ start + end }}", {"start": WINTER, "end": SUMMER}, "`end` is a moment"),
        ("{{ start + length }}", {"start": LAST, "length": "2h"}, "outside the years"),
        ("{{ start | time }}", {"start": LAST}, "outside the years"),
        (
            "{{ length | moment }}",
            {"length": "2h"},
            "is for moments; `length` is a length",
        ),
        ("{{ length | day }}", {"length": "2h"}, "`day` is for moments"),
        (
            "{{ start | until(length) }}",
            {"start": WINTER, "length": "2h"},
            "write {{ end",
        ),
        ("{{ start | duration }}", {"start": WINTER}, "for lengths of time"),
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


PASTED = "- mail\n * chat \n• *web*\n+ -5 °C\n\n\u2013 2-3\n--- x\n-"


def test_bullets_of_a_list(say: Say) -> None:
    """A list that is pasted with its marks gets no second ones; words keep theirs."""
    fields = '[fields.x]\ntype = "text"\nlabel.en = "X"\n'
    found = say("{{ x | bullets }}", fields, given={"x": PASTED})
    assert found.splitlines() == [
        *("- mail", "- chat", "- *web*", "- -5 °C", "- 2-3", "- --- x", "- -")
    ]


@pytest.mark.parametrize(
    ("language", "lines", "said"),
    [
        ("en", "mail", "mail"),
        ("en", "mail\n- chat", "mail and chat"),
        ("en", "mail\nchat\nweb", "mail, chat, and web"),
        ("de", "E-Mail\nChat\nWeb", "E-Mail, Chat und Web"),
        ("fr", "la messagerie\nle chat\nle web", "la messagerie, le chat et le web"),
        ("pl", "poczta\nczat\nstrony", "poczta, czat i strony"),
        ("es", "correo\nchat\nweb", "correo, chat y web"),
        ("es", "correo\ninternet", "correo e internet"),
        ("es", "agua\nhielo", "agua y hielo"),
    ],
)
def test_listed(say: Say, language: str, lines: str, said: str) -> None:
    """Lines become a part of a sentence, with the language's own `and`."""
    fields = f'[fields.x]\ntype = "text"\nlabel.{language} = "X"\n'
    more = {"language": language, "languages": [language]}
    assert say("{{ x | listed }}", fields, given={"x": lines}, **more) == said


def test_listed_is_bounded(say: Say) -> None:
    """What is no sentence any more is refused with what to use."""
    fields = '[fields.x]\ntype = "text"\nlabel.en = "X"\n'
    with pytest.raises(Invalid, match="at most 100 lines"):
        say("{{ x | listed }}", fields, given={"x": "\n".join("a" * 101)})


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
        assert formats.month(moment) != formats.weekday(moment), tag
        assert formats.listed(["a", "b", "c", "d"]).startswith("a"), tag


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
