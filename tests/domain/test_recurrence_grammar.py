"""What `<recurrence/>` may say."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import recurrence
from bot.domain.errors import Invalid
from bot.domain.recurrence import Freq, Rule
from tests.domain.strategies import rules


def test_every_part_is_read() -> None:
    """Each part ends up in its field, sorted and without repetition."""
    text = (
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=12,1,1;BYMONTHDAY=15,-1,+7;"
        "BYDAY=FR,-1MO,2TU;BYSETPOS=-1,1;WKST=SU;COUNT=12"
    )
    assert recurrence.parse(text) == Rule(
        freq=Freq.YEARLY,
        interval=2,
        by_month=(1, 12),
        by_month_day=(-1, 7, 15),
        by_day=((-1, 0), (None, 4), (2, 1)),
        by_set_pos=(-1, 1),
        wkst=6,
        count=12,
    )


#: every part of RFC 5545, section 3.3.10, with a value that it may have
RFC_5545 = {
    "FREQ": "YEARLY",
    "UNTIL": "20271231",
    "COUNT": "2",
    "INTERVAL": "2",
    "BYSECOND": "0",
    "BYMINUTE": "0",
    "BYHOUR": "9",
    "BYDAY": "MO",
    "BYMONTHDAY": "1",
    "BYYEARDAY": "1",
    "BYWEEKNO": "1",
    "BYMONTH": "1",
    "BYSETPOS": "1",
    "WKST": "MO",
}


@pytest.mark.parametrize("part", RFC_5545)
def test_the_table_is_what_is_taken(part: str) -> None:
    """What PARTS names can be said, and nothing else of RFC 5545."""
    rule = {"FREQ": "YEARLY", part: RFC_5545[part]}
    if part == "BYSETPOS":
        rule["BYDAY"] = "MO"
    text = ";".join(f"{name}={value}" for name, value in rule.items())
    if part in recurrence.PARTS:
        assert recurrence.parse(text).freq is Freq.YEARLY
    else:
        with pytest.raises(Invalid, match=f"'{part}' is not offered"):
            recurrence.parse(text)


def test_the_table_has_no_more() -> None:
    """PARTS names each part once, and no part that RFC 5545 does not have."""
    assert len(set(recurrence.PARTS)) == len(recurrence.PARTS)
    assert set(recurrence.PARTS) <= RFC_5545.keys()


def test_order_and_case_do_not_matter() -> None:
    """The same parts in another order and case are the same rule."""
    plain = recurrence.parse("FREQ=MONTHLY;BYDAY=1MO;COUNT=2")
    assert recurrence.parse("count=2;ByDay=+1mo;freq=Monthly") == plain


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("20261231", date(2026, 12, 31)),
        ("20261231T090000", datetime.fromisoformat("2026-12-31T09:00")),
        ("20261231T090000Z", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("99991231T235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_until_has_three_forms(text: str, until: date) -> None:
    """UNTIL stays what it was given as: a date, a wall time or an instant."""
    found = recurrence.parse(f"FREQ=DAILY;UNTIL={text}").until
    assert (found, type(found)) == (until, type(until))
    if isinstance(until, datetime) and isinstance(found, datetime):
        assert found.tzinfo is until.tzinfo


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the rule"),
        ("X" * 600, "the rule"),
        ("FREQ=DAILY;COUNT=\u0661", "the rule"),
        ("FREQ=DA\u0131LY", "the rule"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=HOURLY", "FREQ"),
        ("FREQ=SECONDLY", "FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ"),
        ("FREQ=DAILY;", "''"),
        ("FREQ=DAILY;;COUNT=2", "''"),
        ("FREQ", "'FREQ'"),
        ("FREQ=", "'FREQ='"),
        ("FREQ=DAILY;BYMONTH=", "'BYMONTH='"),
        ("=DAILY", "'=DAILY'"),
        ("RRULE:FREQ=DAILY", "'RRULE:FREQ'"),
        ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "'DTSTART:"),
        ("FREQ=DAILY\nFREQ=DAILY", "FREQ"),
        (" FREQ=DAILY", "' FREQ'"),
        ("FREQ=DAILY;BYHOUR=9", "'BYHOUR'"),
        ("FREQ=YEARLY;BYYEARDAY=1", "'BYYEARDAY'"),
        ("FREQ=YEARLY;BYWEEKNO=1", "'BYWEEKNO'"),
        ("FREQ=YEARLY;BYEASTER=0", "'BYEASTER'"),
        ("FREQ=DAILY;RSCALE=GREGORIAN", "'RSCALE'"),
        ("FREQ=DAILY;X-FOO=1", "'X-FOO'"),
        *((f"FREQ=DAILY;INTERVAL={n}", "INTERVAL") for n in ("0", "-1", "1000")),
        *((f"FREQ=DAILY;INTERVAL={n}", "INTERVAL") for n in ("1.5", "+1", " 1", "1_0")),
        *((f"FREQ=DAILY;COUNT={n}", "COUNT") for n in ("0", "-5", "1000", "x")),
        ("FREQ=DAILY;COUNT=1;UNTIL=20270101", "COUNT"),
        *((f"FREQ=DAILY;BYMONTH={n}", "BYMONTH") for n in ("0", "13", "-1", "1,")),
        *((f"FREQ=DAILY;BYMONTHDAY={n}", "BYMONTHDAY") for n in ("0", "32", "-32")),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        *((f"FREQ=WEEKLY;BYDAY={d}", "BYDAY") for d in ("XX", "MO,", "1", "MO-", "M")),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=-1MO", "BYDAY"),
        *((f"FREQ=MONTHLY;BYDAY={n}MO", "BYDAY") for n in ("0", "6", "-6", "+0")),
        *((f"FREQ=YEARLY;BYDAY={n}MO", "BYDAY") for n in ("0", "54", "-54")),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=6MO", "BYDAY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        *((f"FREQ=YEARLY;BYDAY=MO;BYSETPOS={n}", "BYSETPOS") for n in ("0", "367")),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=2", "BYSETPOS"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=-8", "BYSETPOS"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=32,-33", "BYSETPOS"),
        *((f"FREQ=WEEKLY;WKST={d}", "WKST") for d in ("1MO", "XX", "MO,TU")),
        *((f"FREQ=DAILY;UNTIL={u}", "UNTIL") for u in ("2026", "20260230", "00000101")),
        ("FREQ=DAILY;UNTIL=2026-01-01", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260101T000060Z", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260101T240000", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260101T000000+0100", "UNTIL"),
    ],
)
def test_everything_else_is_refused(text: str, part: str) -> None:
    """What the whitelist does not have is Invalid, and the text names the part."""
    with pytest.raises(Invalid) as caught:
        recurrence.parse(text)
    assert caught.value.text.startswith(part)
    assert caught.value.field == "recurrence"


def test_the_bounds_themselves_are_in() -> None:
    """The greatest and least number of each part is accepted."""
    for text in (
        "FREQ=DAILY;INTERVAL=999;COUNT=999;BYMONTH=1,12;BYMONTHDAY=-31,31",
        "FREQ=MONTHLY;BYDAY=-5MO,5SU;BYSETPOS=-31,31",
        "FREQ=YEARLY;BYDAY=-53MO,53SU;BYSETPOS=-366,366",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=5MO;BYSETPOS=1",
        "FREQ=DAILY;BYMONTH=2;BYSETPOS=-1,2",
    ):
        recurrence.parse(text)


@given(rule=rules(), count=st.none() | st.integers(1, 999))
def test_the_canonical_text_is_the_rule(rule: Rule, count: int | None) -> None:
    """Canonical text reads back as the same rule and is its own canonical text."""
    text = recurrence.canonical(rule) + (f";COUNT={count}" if count else "")
    found = recurrence.parse(text)
    assert (found.freq, found.by_day, found.by_set_pos, found.count) == (
        *(rule.freq, rule.by_day, rule.by_set_pos),
        count,
    )
    assert recurrence.canonical(found) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("count=3;freq=weekly;interval=1;wkst=mo", "FREQ=WEEKLY;COUNT=3"),
        ("FREQ=DAILY;UNTIL=00090101", "FREQ=DAILY;UNTIL=00090101"),
        ("FREQ=DAILY;UNTIL=20260101T090000", "FREQ=DAILY;UNTIL=20260101T090000"),
        ("until=20260101t090000z;freq=daily", "FREQ=DAILY;UNTIL=20260101T090000Z"),
        ("FREQ=MONTHLY;BYDAY=WE,+1MO,-1FR", "FREQ=MONTHLY;BYDAY=-1FR,WE,1MO"),
    ],
)
def test_one_rule_has_one_canonical_text(text: str, canonical: str) -> None:
    """Defaults are left out, lists are sorted, the order of parts is fixed."""
    assert recurrence.canonical(recurrence.parse(text)) == canonical


@given(st.text("FREQ=DAILYWKMOTUBSP;,0123456789-+", max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    """Any text is either a rule or Invalid."""
    for candidate in (text, "FREQ=DAILY;" + text, "FREQ=MONTHLY;BYDAY=" + text):
        try:
            rule = recurrence.parse(candidate)
        except Invalid:
            continue
        assert recurrence.parse(recurrence.canonical(rule)) == rule
