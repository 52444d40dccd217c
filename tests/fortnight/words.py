"""What the templates of the fortnight say, by other means than theirs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.fortnight.model import Says

_MONTHS = {
    "en": {3: "March", 4: "April"},
    "de": {3: "März", 4: "April"},
    "pl": {3: "marca", 4: "kwietnia"},
}
_DAYS = {
    "en": "{month} {day}, {year}",
    "de": "{day}. {month} {year}",
    "pl": "{day} {month} {year}",
}
_GERMAN = {"CET": "MEZ", "CEST": "MESZ"}


def shown(moment: datetime, language: str, zone: str) -> str:
    """`March 24, 2026 10:00 PM CET`, `24. März 2026 22:00 MEZ`."""
    local = moment.astimezone(ZoneInfo(zone))
    month = _MONTHS[language][local.month]
    day = _DAYS[language].format(month=month, day=local.day, year=local.year)
    clock, abbreviation = f"{local:%H:%M}", f"{local:%Z}"
    if language == "en":
        clock = f"{local:%I:%M %p}".removeprefix("0")
    if language == "de":
        abbreviation = _GERMAN.get(abbreviation, abbreviation)
    return f"{day} {clock} {abbreviation}"


def work(
    phase: str,
    summary: str,
    start: datetime,
    end: datetime,
    former: datetime | None = None,
) -> Says:
    def says(language: str, zone: str) -> str:
        times = " - ".join(shown(one, language, zone) for one in (start, end))
        was = f", was {shown(former, language, zone)}" if former else ""
        return f"{language} {phase}: {summary}, {times}{was}"

    return says


def trouble(phase: str, summary: str, details: str) -> Says:
    more = f" ({details})" if details else ""
    return lambda language, _zone: f"{language} {phase}: {summary}{more}"


def plain(text: str) -> Says:
    return lambda language, _zone: f"{language} {text}"
