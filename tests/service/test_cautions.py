"""What to know about a schedule beside its moments, told at every door alike."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.preview import Caution
from bot.domain.schedule import Schedule
from bot.service.ports.sights import Sight
from bot.service.requests.schedules import Report
from tests.world import ADMIN, World, a_list, numbered

MAINTENANCE = {"template": "maintenance", "bodies": ()}


def asked(world: World, **changes: Any) -> Report:
    request = world.request(**changes)
    create = world.schedules.create
    return world.do(create, world.caller(ADMIN), request)[0]


def standing(world: World, job: Schedule) -> Report:
    return world.do(world.schedules.warned, world.get(job.id))


def told(report: Report) -> dict[str, str]:
    return {caution.kind.value: caution.text for caution in report.warnings}


def only(report: Report, code: str) -> Caution:
    [found] = [one for one in report.warnings if one.kind == code]
    return found


def values(**fields: str) -> dict[str, dict[str, str]]:
    given = {"summary": "Disks", **fields}
    return {name: {"": text} for name, text in given.items()}


def test_nobody_to_tell(world: World) -> None:
    """A list that nobody is on is warned of, and no longer once somebody is."""
    report = asked(world)
    assert told(report) == {"no-readers": "nobody is on the list 'news'"}
    world.subscribe("a@example.org")
    assert told(standing(world, report.schedule)) == {}
    assert told(asked(world, people=("b@example.org",))) == {}


def test_a_date_that_is_past_when_it_is_told(world: World) -> None:
    """Once: a moment before the announcement is warned of, a later one is not."""
    world.subscribe("a@example.org")
    late = asked(world, values=values(start="2026-03-01T12:59:59Z"), **MAINTENANCE)
    assert told(late) == {
        "moment-before-occurrence": "start, 2026-03-01 12:59:59 UTC,"
        " lies before the announcement"
    }
    same = asked(world, values=values(start="2026-03-01T13:00:00Z"), **MAINTENANCE)
    assert told(same) == {}


@pytest.mark.parametrize(
    ("rule", "start", "first"),
    [
        ("FREQ=WEEKLY", "2026-03-09T00:00:00Z", "2026-03-15 14:00 CET"),
        ("FREQ=WEEKLY;COUNT=3", "2026-03-09T00:00:00Z", "2026-03-15 14:00 CET"),
        ("FREQ=WEEKLY;COUNT=2", "2026-03-09T00:00:00Z", None),
        ("FREQ=WEEKLY;UNTIL=20260314", "2026-03-09T00:00:00Z", None),
        # far beyond what a preview shows
        ("FREQ=DAILY", "2036-03-01T13:00:00Z", "2036-03-02 14:00 CET"),
        ("FREQ=DAILY", "9999-12-29T13:00:00Z", "9999-12-30 14:00 CET"),
        ("FREQ=DAILY;COUNT=999", "9999-12-29T13:00:00Z", None),
        ("FREQ=WEEKLY", "+PT28H", None),
    ],
)
def test_from_which_occurrence_on(
    world: World, rule: str, start: str, first: str | None
) -> None:
    """What recurs says from which occurrence on its date is past."""
    world.subscribe("a@example.org")
    report = asked(
        world,
        values=values(start=start),
        recurrence=rule,
        timezone="Europe/Warsaw",
        **MAINTENANCE,
    )
    found = told(report).get("moment-before-occurrence")
    assert (found is None) == (first is None)
    if first is not None:
        assert found is not None
        assert f"each announcement from that of {first} on" in found


def test_an_expiry_at_the_calendars_end(world: World) -> None:
    """What ends where the zone has no years any more is accepted and told."""
    report = asked(
        world,
        recurrence="FREQ=DAILY",
        timezone="Europe/Warsaw",
        expires="9999-12-31T23:59:59Z",
    )
    assert told(report)["ends"] == "expires at 9999-12-31 23:59:59 UTC"


def test_what_is_skipped_tells_nothing(world: World) -> None:
    """The occurrence that is named is one that will be sent."""
    job = asked(
        world,
        values=values(start="2026-03-02T00:00:00Z"),
        recurrence="FREQ=DAILY;COUNT=3",
        **MAINTENANCE,
    ).schedule
    world.steer("skip", job, ADMIN, "2026-03-02T13:00:00Z")
    text = only(standing(world, job), "moment-before-occurrence").text
    assert "from that of 2026-03-03 13:00 UTC on" in text
    world.steer("unskip", job, ADMIN, "2026-03-02T13:00:00Z")
    text = only(standing(world, job), "moment-before-occurrence").text
    assert "from that of 2026-03-02 13:00 UTC on" in text


def test_each_field_is_told(world: World) -> None:
    """Two dates that are past are two warnings."""
    report = asked(
        world,
        values=values(start="2026-02-01T10:00:00Z", end="2026-02-01T11:00:00Z"),
        recurrence="FREQ=DAILY",
        **MAINTENANCE,
    )
    codes = [one.kind.value for one in report.warnings]
    assert codes.count("moment-before-occurrence") == 2
    assert "lies before each announcement; +PT28H" in report.warnings[0].text


def test_what_is_past_by_its_nature(world: World) -> None:
    """Since when something is broken is no warning."""
    world.subscribe("a@example.org")
    report = asked(
        world,
        template="incident",
        bodies=(),
        values=values(since="2026-02-01T10:00:00Z"),
    )
    assert told(report) == {}


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("EST", "EST never has summer time; America/New_York has it"),
        ("HST", "HST never has summer time"),
        ("EST5EDT", "EST5EDT is an old name; say America/New_York, or another place"),
        ("Etc/GMT+5", "Etc/GMT+5 is UTC-05 all year"),
        ("Etc/GMT-14", "Etc/GMT-14 is UTC+14 all year"),
        *((name, None) for name in ("Etc/GMT", "Etc/UTC", "UTC", "Europe/Warsaw")),
    ],
)
def test_zones_that_are_not_what_they_seem(
    world: World, zone: str, why: str | None
) -> None:
    """A name without summer time is not taken silently."""
    assert told(asked(world, timezone=zone)).get("fixed-offset") == why


def test_what_is_gone(world: World, tmp_path: Path) -> None:
    """A list or a template that was taken away since is told of."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "template.toml").write_text('languages = ["en"]\ntitle.en = "M"\n')
    for part in ("subject", "body"):
        (mine / f"{part}.en.txt.j2").write_text("Hello")
    here = World(world.url, templates=tmp_path, clock=world.clock)
    job = asked(here, template="mine", bodies=()).schedule
    (mine / "template.toml").unlink()
    mine.rename(tmp_path / "Other place")
    here.do(lambda unit: unit.lists.declare([a_list("other")]))
    codes = [(one.kind, one.text) for one in standing(here, job).warnings]
    assert codes == [
        ("refers-to-gone", "there is no template 'mine' any more"),
        ("refers-to-gone", "there is no list 'news' any more"),
    ]
    here.close()


def test_a_default_that_is_past(world: World, tmp_path: Path) -> None:
    """A template's own date is warned of like a given one; a blank value is none."""
    world.subscribe("a@example.org")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "template.toml").write_text(
        'languages = ["en"]\ntitle.en = "M"\n'
        '[fields.start]\ntype = "moment"\nlabel.en = "Start"\n'
        'default = "2026-02-01T10:00:00Z"\n'
    )
    for part in ("subject", "body"):
        (mine / f"{part}.en.txt.j2").write_text("On {{ start | date }}")
    here = World(world.url, templates=tmp_path, clock=world.clock)
    for given in ({}, {"start": {"": " "}}):
        report = asked(here, template="mine", bodies=(), values=given)
        assert "start, 2026-02-01 10:00 UTC, lies" in told(report).get(
            "moment-before-occurrence", ""
        )
    here.close()


def test_an_edit_warns(world: World) -> None:
    """What an edit brings about is warned of like a first request."""
    job = asked(world, values=values(start="2026-03-02T10:00:00Z"), **MAINTENANCE)
    caller, name = world.caller(ADMIN), numbered(job.schedule)
    assert "moment-before-occurrence" not in told(job)
    world.edit(job.schedule, deliver_at="2026-03-03T10:00:00Z")
    report = world.do(world.schedules.warned, world.do(
        world.schedules.named, caller, name))  # fmt: skip
    assert "moment-before-occurrence" in told(report)


def test_what_is_over_has_none(world: World) -> None:
    """With nothing ahead there is nothing to know."""
    job = asked(world, timezone="EST").schedule
    world.cancel(job)
    assert standing(world, job).warnings == ()


@pytest.mark.parametrize(
    ("subject", "body", "warns"),
    [
        ("Outage", "We restart the server.", True),
        ("Outage", "Short outage: we restart the server.", False),
        ("Short  outage!", "A short\noutage of five minutes.", False),
        (None, "We restart the server.", False),
    ],
)
def test_what_only_the_subject_says(
    world: World, subject: str | None, body: str, warns: bool
) -> None:
    """Own words whose subject the body does not repeat are warned of: clients hide
    subjects. Case, space and how it ends do not matter.
    """
    subjects = () if subject is None else (("", subject),)
    found = told(asked(world, subjects=subjects, bodies=(("", body),)))
    assert ("subject-not-in-body" in found) is warns


def test_one_language_of_several_lacks_its_subject(world: World) -> None:
    """It is told once, whichever language it is of."""
    bodies = (("", "Outage at noon."), ("de", "Ausfall am Mittag."))
    found = asked(world, subjects=(("", "Outage"),), bodies=bodies)
    assert only(found, "subject-not-in-body").moment is None


@pytest.mark.parametrize(
    ("summary", "unused"),
    [
        ({"": "Disks", "nl": "Schijven"}, "nl"),
        ({"": "Disks", "nl": "Schijven", "sv": "Diskar", "de": "Platten"}, "nl, sv"),
        ({"": "Disks", "de-AT": "Platten"}, None),
    ],
)
def test_a_language_that_the_template_lacks(
    world: World, summary: dict[str, str], unused: str | None
) -> None:
    """Words in a language that no reader of the template gets are warned of."""
    given = {**values(start="2026-03-02T12:00:00Z"), "summary": summary}
    found = told(asked(world, values=given, **MAINTENANCE))
    said = f"summary in {unused} is told to nobody: template 'maintenance' has en, "
    assert ("language-not-in-template" in found) is (unused is not None)
    if unused is not None:
        assert found["language-not-in-template"].startswith(said)


@pytest.mark.parametrize(
    ("language", "summary", "said"),
    [
        ("en", {"": "Disks", "de": "Platten"}, None),
        ("de", {"en": "Disks", "de": "Platten"}, None),  # as everybody expects
        (
            "de",
            {"": "Disks", "de": "Platten"},
            "told in de to readers of en, fr, es, pl",
        ),
        ("en", {"nl": "Schijven"}, "told in nl to readers of en, de, fr, es, pl"),
        ("en", {"pl": "Dyski"}, "told in pl to readers of en, de, fr, es"),
    ],
)
def test_a_value_in_a_language_that_nobody_expects(
    world: World, language: str, summary: dict[str, str], said: str | None
) -> None:
    """Whoever is told a value in neither his own nor the list's language is counted,
    and who would read the value for all if there were none in the list's.
    """
    world.do(lambda unit: unit.lists.declare([a_list(language=language)]))
    given = {**values(start="2026-03-02T12:00:00Z"), "summary": summary}
    found = told(asked(world, values=given, **MAINTENANCE))
    assert found.get("language-not-in-template") == (
        said and f"summary is {said}; give it in theirs, too"
    )


def test_a_start_that_is_no_moment_of_the_rule(world: World) -> None:
    """That the rule passes over the moment asked for is told, until it has begun."""
    rule = {"recurrence": "FREQ=WEEKLY;BYDAY=MO", "timezone": "Europe/Warsaw"}
    job = asked(world, deliver_at="2026-03-04T08:00:00Z", **rule)
    assert told(job)["begins-later"] == (
        "2026-03-04 09:00 CET is no moment of the rule; it begins with"
        " 2026-03-09 09:00 CET"
    )
    world.clock.set(datetime(2026, 3, 9, 8, tzinfo=UTC))
    world.plan_all()
    assert "begins-later" not in told(standing(world, world.get(job.id)))
    right = asked(world, deliver_at="2026-03-16T08:00:00Z", **rule)
    assert "begins-later" not in told(right)
    edited = world.edit(right.schedule, deliver_at="2026-03-18T08:00:00Z")
    assert "begins-later" in told(standing(world, edited))


OMEMO = "<encrypted xmlns='urn:xmpp:omemo:2'/>"
REPLY = "<reply xmlns='urn:xmpp:reply:0' to='b@example.org/x' id='1'/>"


@pytest.mark.parametrize(
    ("payloads", "codes"),
    [
        ((OMEMO,), {"encrypted"}),
        ((REPLY,), {"refers-to-gone"}),
        (("<store xmlns='urn:xmpp:hints'/>", REPLY, OMEMO, REPLY), None),
        (("<store xmlns='urn:xmpp:hints'/>",), set()),
    ],
)
def test_what_goes_stale(
    world: World, payloads: tuple[str, ...], codes: set[str] | None
) -> None:
    """What is encrypted, and what is about another message, is accepted with a warning,
    one of each, whenever somebody looks, until it is over.
    """
    report = asked(world, people=("b@example.org",), payloads=payloads)
    wanted = {"encrypted", "refers-to-gone"} if codes is None else codes
    assert [one.kind for one in report.warnings] == sorted(wanted, reverse=True)
    assert told(standing(world, report.schedule)) == told(report)
    world.cancel(report.schedule)
    assert told(standing(world, report.schedule)) == {}


def upload(world: World, days: float, base: str = "https://up.example.org/") -> None:
    kept = {base: round(days * 86_400)} if days else {}
    sight = Sight(server="example.org", uploads=kept, seen_at=world.clock.now())
    world.do(lambda uow: uow.sights.put(sight))


def test_an_upload_that_expires(world: World) -> None:
    """A link to a file that its server deletes before is warned of, by the host and by
    how long it keeps files; one that it keeps longer is not, nor any other link.
    """
    upload(world, 7)
    day = {"deliver_at": "2026-03-02T12:00:00Z", "people": ("b@example.org",)}
    late = {**day, "deliver_at": "2026-03-09T12:00:00Z"}
    words = (("en", "See https://up.example.org/1/x.png"),)
    assert told(asked(world, bodies=words, **day)) == {}
    report = asked(world, bodies=words, **late)
    assert told(report) == {
        "upload-expires": "up.example.org keeps files for 7 days: one that a link leads"
        " to may be gone by 2026-03-09 12:00 UTC"
    }
    elsewhere = (("en", "See https://example.org/1/x.png"),)
    assert told(asked(world, bodies=elsewhere, **late)) == {}
    oob = "<x xmlns='jabber:x:oob'><url>https://up.example.org/2</url></x>"
    [warning] = asked(world, payloads=(oob,), **late).warnings
    assert warning.moment == datetime(2026, 3, 9, 12, tzinfo=UTC)
    upload(world, 0.25)
    hours = only(asked(world, bodies=words, **day), "upload-expires").text
    assert "keeps files for 6 hours" in hours
    upload(world, 0)
    assert told(standing(world, report.schedule)) == {}


def test_an_upload_of_what_recurs(world: World) -> None:
    """From which occurrence on the file may be gone; one that is skipped is none."""
    upload(world, 2)
    job = asked(
        world,
        people=("b@example.org",),
        bodies=(("en", "See https://up.example.org/1/x.png"),),
        recurrence="FREQ=DAILY",
    ).schedule
    first = only(standing(world, job), "upload-expires").moment
    assert first is not None
    assert first - timedelta(days=2) > job.created_at
    assert first - timedelta(days=3) <= job.created_at
    world.steer("skip", job, ADMIN, f"{first:%Y-%m-%dT%H:%M:%SZ}")
    again = only(standing(world, job), "upload-expires").moment
    assert again == first + timedelta(days=1)
