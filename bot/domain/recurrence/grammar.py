"""From text to Rule: a whitelist of RFC 5545, section 3.3.10.

    FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12

Any order and case, each part at most once. What is not named here is refused,
and the text of the error says which part and why.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase
from bot.domain.recurrence.rule import WEEKDAYS, ByDay, Freq, Rule, counts_in_month

LONGEST = 512  # characters; all 31 days of a month take 100

_MAX_INTERVAL = 999
_MAX_COUNT = 999
_MOST_DAYS = {Freq.DAILY: 1, Freq.WEEKLY: 7, Freq.MONTHLY: 31, Freq.YEARLY: 366}
_MOST_WEEKS = 53  # in a year
_MOST_WEEKS_IN_MONTH = 5
#: all that a rule may name, FREQ always
PARTS = (
    "FREQ",
    "INTERVAL",
    "BYMONTH",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
    "COUNT",
    "UNTIL",
)
#: of the property in an iCalendar file
_PREFIX = "RRULE:"
_SPACED = re.compile(r"\s*([;=,])\s*")
_NUMBER = re.compile(r"[0-9]+")
_SIGNED = re.compile(r"[+-]?[0-9]+")
_DAY = re.compile(rf"([+-]?[0-9]+)?({'|'.join(WEEKDAYS)})")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")


def parse(text: str) -> Rule:
    """The rule that `text` spells; raises Invalid."""
    parts = _split(text)
    rule = Rule(
        freq=_freq(parts),
        interval=_whole("INTERVAL", parts.get("INTERVAL", "1"), _MAX_INTERVAL),
        by_month=_numbers("BYMONTH", parts, most=12, signed=False),
        by_month_day=_numbers("BYMONTHDAY", parts, most=31),
        by_day=_weekdays(parts),
        by_set_pos=_numbers("BYSETPOS", parts, most=366),
        wkst=_week_start(parts.get("WKST", "MO")),
        count=_whole("COUNT", parts["COUNT"], _MAX_COUNT) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )
    _check(rule)
    return rule


def spelt(text: str) -> str:
    """The rule that people mean who paste it from elsewhere, or say `weekly`.

    For those who type: a program that sends rules is told what is wrong with them.
    """
    given = text.strip()
    if given.upper().startswith(_PREFIX):
        given = given[len(_PREFIX) :]
    given = _SPACED.sub(r"\1", given.strip()).removesuffix(";")
    return f"FREQ={given.upper()}" if given.upper() in set(Freq) else given


def _split(text: str) -> dict[str, str]:
    if not text:
        raise _refused(Phrase("the rule is empty"))
    if len(text) > LONGEST:
        raise _refused(
            Counted(
                "the rule is longer than {count} character",
                "the rule is longer than {count} characters",
                LONGEST,
            )
        )
    if not text.isascii():
        raise _refused(Phrase("the rule has characters outside ASCII"))
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        name, _, value = piece.upper().partition("=")
        if name and name not in PARTS:
            raise _refused(
                Phrase(
                    "{part!r} is not offered; use {parts}",
                    part=piece[: len(name)][:40],
                    parts=", ".join(PARTS),
                )
            )
        if not name or not value:
            raise _refused(
                Phrase(
                    "{piece!r} is not of the form NAME=VALUE",
                    piece=piece[:40],
                )
            )
        if name in parts:
            raise _refused(Phrase("{part} is given twice", part=name))
        parts[name] = value
    return parts


def _freq(parts: dict[str, str]) -> Freq:
    if "FREQ" not in parts:
        raise _refused(Phrase("FREQ is missing"))
    try:
        return Freq(parts["FREQ"])
    except ValueError:
        raise _none_of("FREQ", Freq) from None


def _none_of(part: str, values: Iterable[str]) -> Invalid:
    return _refused(
        Phrase(
            "{part} must be one of {values}",
            part=part,
            values=", ".join(values),
        )
    )


def _whole(part: str, value: str, most: int) -> int:
    if not _NUMBER.fullmatch(value) or not 1 <= int(value) <= most:
        raise _refused(
            Phrase(
                "{part} must be a whole number from 1 to {most}",
                part=part,
                most=most,
            )
        )
    return int(value)


def _signed(part: str, value: str, most: int) -> int:
    if not _SIGNED.fullmatch(value) or not 1 <= abs(int(value)) <= most:
        raise _refused(
            Phrase(
                "{part} takes numbers from 1 to {most} and from -{most} to -1",
                part=part,
                most=most,
            )
        )
    return int(value)


def _numbers(
    part: str, parts: dict[str, str], *, most: int, signed: bool = True
) -> tuple[int, ...]:
    if part not in parts:
        return ()
    read = _signed if signed else _whole
    return tuple(sorted({read(part, item, most) for item in parts[part].split(",")}))


def _weekdays(parts: dict[str, str]) -> tuple[ByDay, ...]:
    if "BYDAY" not in parts:
        return ()
    days: set[ByDay] = set()
    for item in parts["BYDAY"].split(","):
        found = _DAY.fullmatch(item)
        if found is None:
            raise _refused(
                Phrase(
                    "BYDAY takes {days}, not {given!r}",
                    days=", ".join(WEEKDAYS),
                    given=item[:20],
                )
            )
        n = None if found[1] is None else _signed("BYDAY", found[1], _MOST_WEEKS)
        days.add((n, WEEKDAYS.index(found[2])))
    return tuple(sorted(days, key=lambda day: (day[0] or 0, day[1])))


def _week_start(value: str) -> int:
    if value not in WEEKDAYS:
        raise _none_of("WKST", WEEKDAYS)
    return WEEKDAYS.index(value)


def _until(value: str) -> datetime | date:
    try:
        if not _UNTIL.fullmatch(value):
            raise ValueError  # noqa: TRY301 - strptime is laxer than the RFC
        if len(value) == len("20261231"):
            # a date stays a date: it has no time of day to be mistaken for one
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        clock = time(int(value[9:11]), int(value[11:13]), int(value[13:15]))
        day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        return datetime.combine(day, clock, UTC if value.endswith("Z") else None)
    except ValueError:
        raise _refused(
            Phrase(
                "UNTIL must be an existing date or time such as"
                " 20261231, 20261231T090000 or 20261231T090000Z"
            )
        ) from None


def _check(rule: Rule) -> None:
    """What the parts must be to one another (RFC 5545, 3.3.10)."""
    if rule.count is not None and rule.until is not None:
        raise _refused(Phrase("COUNT and UNTIL exclude each other"))
    if rule.by_month_day and rule.freq is Freq.WEEKLY:
        raise _refused(Phrase("BYMONTHDAY does not go with FREQ=WEEKLY"))
    if rule.by_set_pos and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise _refused(Phrase("BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH beside it"))
    most = _MOST_DAYS[rule.freq]
    if rule.by_set_pos and min(map(abs, rule.by_set_pos)) > most:
        raise _refused(
            Counted(
                "BYSETPOS never matches: FREQ={freq} has {count} day at most",
                "BYSETPOS never matches: FREQ={freq} has {count} days at most",
                most,
                freq=rule.freq,
            )
        )
    _check_numbered(rule)


def _check_numbered(rule: Rule) -> None:
    numbered = [abs(n) for n, _ in rule.by_day if n is not None]
    if not numbered:
        return
    if rule.freq not in (Freq.MONTHLY, Freq.YEARLY):
        raise _refused(
            Phrase("BYDAY has numbers only with FREQ=MONTHLY or FREQ=YEARLY")
        )
    if counts_in_month(rule) and max(numbered) > _MOST_WEEKS_IN_MONTH:
        raise _refused(
            Phrase("BYDAY counts within a month here: from 1 to 5, -5 to -1")
        )


def _refused(why: Phrase) -> Invalid:
    return Invalid(why, field="recurrence")
