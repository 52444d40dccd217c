"""What people are told before they agree to a schedule."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain import wallclock
from bot.domain.preview import Caution, CautionKind, Note, Preview, upcoming
from bot.domain.schedule import ListAudience, Origin, Schedule, TextContent

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def drafted(deliver_at: str, zone: ZoneInfo, **changes: Any) -> Schedule:
    """As intake reads it."""
    values: dict[str, Any] = {
        "owner": "admin@example.org",
        "client_id": "x",
        "origin": Origin.IQ,
        "fingerprint": "",
        "audience": ListAudience(list_name="news"),
        "content": TextContent(texts=()),
        "timezone": zone.key,
        "deliver_at": at(deliver_at),
        "next_at": at(deliver_at),
        "created_at": at(deliver_at),
    }
    return Schedule(**values | changes)


def shown(
    text: str,
    start: str,
    zone: ZoneInfo = WARSAW,
    *,
    limit: int = 10,
    expires: datetime | None = None,
) -> Preview:
    job = drafted(
        start,
        zone,
        recurrence=text,
        start=wallclock.local(at(start), zone),
        expires_at=expires,
    )
    return upcoming(job, limit=limit)


def once(start: str, zone: ZoneInfo) -> Preview:
    return upcoming(drafted(start, zone))


def only(found: Preview, kind: CautionKind) -> Caution:
    (caution,) = (each for each in found.warnings if each.kind is kind)
    return caution


def kinds(found: Preview) -> list[CautionKind]:
    return [caution.kind for caution in found.warnings]


def test_a_single_moment_is_shown_with_its_zone() -> None:
    """Without a rule there is one entry, in UTC and on the wall, and no warning."""
    found = once("2026-07-01T09:00Z", WARSAW)
    (entry,) = found.entries
    assert entry.moment == at("2026-07-01T09:00Z")
    assert f"{entry.local:%H:%M} {entry.abbreviation}" == "11:00 CEST"
    assert (entry.note, found.warnings) == (None, ())


def test_ten_moments_are_shown_unless_told_otherwise() -> None:
    """An endless rule shows as many moments as asked for and has no end."""
    assert len(shown("FREQ=DAILY", "2026-05-01T09:00Z").entries) == 10
    found = shown("FREQ=DAILY", "2026-05-01T09:00Z", limit=3)
    assert [entry.moment.day for entry in found.entries] == [1, 2, 3]
    assert found.warnings == ()


def test_a_zone_without_letters_shows_its_offset() -> None:
    """Where the zone's abbreviation is a number, UTC stands before it."""
    found = once("2026-07-01T09:00Z", ZoneInfo("Asia/Tashkent"))
    assert found.entries[0].abbreviation == "UTC+05"


def test_a_gap_is_told() -> None:
    """The entry is marked as shifted, and the warning names both wall times."""
    found = shown("FREQ=DAILY", "2026-03-28T02:30+01:00")
    notes = [entry.note for entry in found.entries[:3]]
    assert notes == [None, Note.SHIFTED, None]
    warning = only(found, CautionKind.GAP)
    assert warning.text == "clocks skip 02:30 on 2026-03-29; it goes out at 03:30 CEST"
    assert warning.moment == at("2026-03-29T01:30Z")


def test_a_skipped_day_is_told() -> None:
    """Where a gap swallows a day, the warning names the day it moves to."""
    found = shown("FREQ=DAILY", "2011-12-29T09:00-10:00", ZoneInfo("Pacific/Apia"))
    caution = only(found, CautionKind.GAP)
    assert caution.text == (
        "clocks skip 09:00 on 2011-12-30; it goes out at 09:00 UTC+14 on 2011-12-31"
    )


def test_a_fold_is_told() -> None:
    """The entry is marked as the first of two, and so says the warning."""
    found = shown("FREQ=DAILY", "2026-10-24T02:30+02:00")
    assert [entry.note for entry in found.entries[:3]] == [None, Note.FIRST, None]
    text = only(found, CautionKind.FOLD).text
    assert text == (
        "clocks show 02:30 twice on 2026-10-25; it goes out at the first, 02:30 CEST"
    )


def test_the_second_pass_is_told_as_such() -> None:
    """A deliver-at in the second pass is not called the first."""
    found = once("2026-10-25T01:30Z", WARSAW)
    assert found.entries[0].note is Note.SECOND
    assert "the second, 02:30 CET" in only(found, CautionKind.FOLD).text


@pytest.mark.parametrize(
    ("text", "start", "days"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01", ["31"]),
        # implied by deliver-at
        ("FREQ=MONTHLY", "2026-01-31", ["31"]),
        ("FREQ=YEARLY", "2028-02-29", ["29"]),
        ("FREQ=DAILY;BYMONTHDAY=30", "2026-01-01", ["30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30,31", "2026-01-01", ["30", "31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-30", "2026-01-01", ["-30"]),
        # the last of those that exist: February has its 28th
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2026-01-01", []),
        ("FREQ=MONTHLY;BYMONTHDAY=30,31;BYSETPOS=-1", "2026-01-01", ["30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=28", "2026-01-01", []),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-01", []),
        ("FREQ=WEEKLY", "2026-01-31", []),
        # only months that have it
        ("FREQ=YEARLY", "2026-01-31", []),
        ("FREQ=MONTHLY;BYMONTH=1,3;BYMONTHDAY=31", "2026-01-01", []),
        ("FREQ=MONTHLY;INTERVAL=12", "2026-01-31", []),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-01-30", []),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-01-31", ["31"]),
    ],
)
def test_months_that_are_too_short_are_told(
    text: str, start: str, days: list[str]
) -> None:
    """A warning for each day that some month of the rule does not have."""
    found = shown(text, start + "T09:00Z")
    texts = [each.text for each in found.warnings if each.kind is CautionKind.SKIPPED]
    assert [each.split("day ")[1].split()[0] for each in texts] == days


def test_the_warning_names_the_months_and_the_remedy() -> None:
    """Whoever wanted the last day reads how to say so."""
    found = shown("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", "2026-02-01T09:00Z")
    assert only(found, CautionKind.SKIPPED).text == (
        "months without day 31 are skipped: February, November;"
        " BYMONTHDAY=-1 means the last day of a month"
    )
    found = shown("FREQ=YEARLY", "2028-02-29T09:00Z")
    assert "February except in leap years" in only(found, CautionKind.SKIPPED).text


def test_count_tells_when_it_ends() -> None:
    """The last of COUNT occurrences is named, however few are shown."""
    found = shown("FREQ=DAILY;COUNT=100", "2026-01-01T08:00Z", ZoneInfo("UTC"), limit=2)
    assert len(found.entries) == 2
    end = only(found, CautionKind.END)
    assert end.moment == at("2026-04-10T08:00Z")
    assert end.text == "ends after 100 times; the last time is 2026-04-10 08:00 UTC"


def test_count_limits_what_is_shown() -> None:
    """A rule of three times shows three, deliver-at being the first."""
    found = shown("FREQ=DAILY;COUNT=3", "2026-01-01T08:00Z")
    assert len(found.entries) == 3
    assert only(found, CautionKind.END).moment == found.entries[-1].moment


def test_until_tells_when_it_ends() -> None:
    """Near enough, the last moment before UNTIL is named, else UNTIL alone."""
    near = shown("FREQ=DAILY;UNTIL=20260103", "2026-01-01T08:00Z")
    assert only(near, CautionKind.END).moment == at("2026-01-03T08:00Z")
    far = shown("FREQ=DAILY;UNTIL=20270103", "2026-01-01T08:00Z")
    assert only(far, CautionKind.END).moment is None
    assert "2027-01-03" in only(far, CautionKind.END).text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("20270103T080000Z", "UNTIL=2027-01-03 09:00 CET"),
        ("20270103T080000", "UNTIL=2027-01-03 08:00:00"),
        ("20270103", "UNTIL=2027-01-03"),
    ],
)
def test_people_read_local_time(until: str, said: str) -> None:
    """No note holds a moment in UTC where the schedule's zone is another."""
    found = shown(f"FREQ=DAILY;UNTIL={until}", "2026-01-01T08:00Z")
    assert only(found, CautionKind.END).text == f"ends by {said}"


def test_expires_tells_when_it_ends() -> None:
    """Nothing due at or after expires is shown, and the end says so."""
    expires = at("2026-01-03T08:00Z")
    for text in ("FREQ=DAILY", "FREQ=DAILY;COUNT=9", "FREQ=DAILY;UNTIL=20270101"):
        found = shown(text, "2026-01-01T08:00Z", expires=expires)
        assert [entry.moment.day for entry in found.entries] == [1, 2]
        end = only(found, CautionKind.END)
        assert end.moment == at("2026-01-02T08:00Z")
        assert end.text.startswith("expires at 2026-01-03 09:00 CET")


def test_an_expiry_far_away_is_named_as_it_is() -> None:
    """Beyond what is shown, the end is the expiry itself."""
    expires = at("2027-01-01T00:00Z")
    found = shown("FREQ=DAILY", "2026-01-01T08:00Z", expires=expires)
    assert only(found, CautionKind.END).moment == expires
    assert len(found.entries) == 10


def test_a_short_count_ends_before_a_far_expiry() -> None:
    """Of COUNT and expires, the one that comes first is the end."""
    expires = at("2027-01-01T00:00Z")
    found = shown("FREQ=DAILY;COUNT=2", "2026-01-01T08:00Z", expires=expires)
    assert only(found, CautionKind.END).text.startswith("ends after 2 times")


def test_warnings_come_in_one_order() -> None:
    """Clock changes first, then skipped months, then the end."""
    found = shown("FREQ=MONTHLY;COUNT=8", "2026-01-29T02:30+01:00")
    assert kinds(found) == [CautionKind.GAP, CautionKind.SKIPPED, CautionKind.END]
