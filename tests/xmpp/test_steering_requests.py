"""`<edit/>` and the other verbs of steering, read and answered."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.domain.access import Caller, Role
from bot.domain.audit import Action
from bot.domain.errors import CarillonError, Invalid, NotOffered, PolicyViolation
from bot.domain.schedule import PeopleAudience
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.schedules import Report
from bot.xmpp.doors.scheduling.answers import steered
from bot.xmpp.doors.scheduling.steering import (
    VERBS,
    SteeringRequest,
    read_steering,
)
from tests.store.samples import a_schedule

X, S = "urn:x-carillon:announce:0", "urn:xmpp:scheduling:0"


def read(xml: str) -> SteeringRequest:
    """`xml` with its outermost element in our namespace."""
    name, _, rest = xml.partition(" ")
    return read_steering(ET.fromstring(f"{name} xmlns='{X}' {rest}"), "de")


def edit(inner: str, revision: str = "") -> SteeringRequest:
    return read(
        f"<edit {revision}><schedule xmlns='{S}'><id>j</id>{inner}</schedule></edit>"
    )


def test_every_verb() -> None:
    """Six elements of our namespace are verbs."""
    names = {"edit", "pause", "resume", "send-now", "skip", "unskip"}
    assert set(VERBS) == {f"{{{X}}}{name}" for name in names}


@pytest.mark.parametrize("verb", ["pause", "resume", "send-now"])
@pytest.mark.parametrize(
    "inner",
    [
        "<id>a job</id><owner> Pub@Example.org </owner>",
        f"<id xmlns='{S}'>a job</id><owner>pub@example.org</owner>",
        (
            f"<id>a job</id><metadata xmlns='{S}'><owner xmlns='{X}'>pub@example.org"
            "</owner></metadata><unknown/>"
        ),
    ],
)
def test_which_job(verb: str, inner: str) -> None:
    """An id in our namespace or the draft's; the owner beside it or as in a cancel."""
    assert read(f"<{verb} >{inner}</{verb}>") == SteeringRequest(
        action=Action(verb), name=ScheduleName(id="a job", owner="pub@example.org")
    )


@pytest.mark.parametrize("verb", ["skip", "unskip"])
def test_which_occurrence(verb: str) -> None:
    """The moment is taken as it is given."""
    found = read(f"<{verb} due=' 2026-12-01T09:00:00Z '><id>j</id></{verb}>")
    assert (found.name, found.due) == (ScheduleName(id="j"), "2026-12-01T09:00:00Z")


def test_what_is_named_changes() -> None:
    """An edit holds what it names, empty elements among it, and nothing else."""
    found = edit(
        "<body>Hallo</body><body xml:lang='en'>Hi</body><expires/>"
        "<timezone> </timezone>"
        "<delay-seconds>60</delay-seconds>",
        "revision='12'",
    )
    assert found == SteeringRequest(
        action=Action.EDIT,
        name=ScheduleName(id="j"),
        revision=12,
        change=ScheduleChange(
            bodies=(("", "Hallo"), ("en", "Hi")),
            language="de",
            expires="",
            timezone="",
            delay_seconds="60",
        ),
    )


def test_what_the_metadata_say() -> None:
    """Template, target, lateness and updates; the owner only names the job."""
    change = edit(
        f"<metadata><list xmlns='{X}'>news</list><owner xmlns='{X}'>a@b</owner>"
        f"<announce xmlns='{X}' template='t'><field var='f'><value>v</value></field>"
        f"</announce><late xmlns='{X}' policy='run' within='5'/>"
        f"<urgent xmlns='{X}' wanted='false'/>"
        f"<updates xmlns='{X}' wanted='false'/><tag xmlns='urn:o'>x</tag></metadata>"
    ).change
    assert change is not None
    assert (change.list_name, change.template) == ("news", "t")
    assert change.values == {"f": {"": "v"}}
    assert (change.late_policy, change.late_within) == ("run", "5")
    assert change.urgent is False
    assert change.updates is False
    assert change.metadata is not None
    assert "owner" not in change.metadata
    assert '<tag xmlns="urn:o">x</tag>' in change.metadata
    plain = edit("<metadata><tag xmlns='urn:o'>x</tag></metadata>").change
    assert plain is not None
    assert plain.urgent is None
    assert plain.updates is None


FAULTS: list[tuple[str, type[CarillonError], str]] = [
    ("<pause />", Invalid, "say which"),
    ("<pause ><id> </id></pause>", Invalid, "id is empty"),
    ("<pause ><id>a</id><id>b</id></pause>", Invalid, "2 times"),
    (f"<pause ><id>a</id><id xmlns='{S}'>a</id></pause>", Invalid, "2 times"),
    ("<pause ><id>a</id><owner/></pause>", Invalid, "owner is empty"),
    ("<pause ><id>a</id><owner>b</owner><owner>c</owner></pause>", Invalid, "owner"),
    ("<skip ><id>a</id></skip>", Invalid, "say which"),
    ("<unskip due=''><id>a</id></unskip>", Invalid, "say which"),
    ("<edit />", Invalid, "put what changes into"),
    (f"<edit ><schedule xmlns='{S}'/></edit>", Invalid, "say which"),
    (
        f"<edit ><schedule xmlns='{S}'><cancel>a</cancel></schedule></edit>",
        Invalid,
        "cancel cannot go with edit",
    ),
    (f"<edit ><schedule xmlns='{S}' signed='true'/></edit>", NotOffered, "unsigned"),
    (
        f"<edit revision='0'><schedule xmlns='{S}'><id>a</id></schedule></edit>",
        Invalid,
        "whole number",
    ),
    (
        f"<edit revision='1.5'><schedule xmlns='{S}'><id>a</id></schedule></edit>",
        Invalid,
        "whole number",
    ),
    (
        f"<edit ><schedule xmlns='{S}'><id>a</id><to/></schedule></edit>",
        Invalid,
        "to is empty",
    ),
    (
        f"<edit ><schedule xmlns='{S}'/><schedule xmlns='{S}'/></edit>",
        Invalid,
        "2 times",
    ),
    (f"<pause ><id>{'x' * 66_000}</id></pause>", PolicyViolation, "characters"),
    (f"<pause >{'<x/>' * 2_001}</pause>", PolicyViolation, "elements"),
    (
        f"<edit ><schedule xmlns='{S}'>{'<x/>' * 2_001}</schedule></edit>",
        PolicyViolation,
        "elements",
    ),
]


@pytest.mark.parametrize(("xml", "error", "text"), FAULTS)
def test_faults(xml: str, error: type[CarillonError], text: str) -> None:
    """Each fault of the shape is named."""
    with pytest.raises(error, match=text) as raised:
        read(xml)
    assert type(raised.value) is error


MOMENT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def answer(caller: Caller, language: str = "", **job: Any) -> str:
    report = Report(a_schedule("j", revision=3, expires_at=MOMENT, **job), MOMENT)
    return ET.tostring(steered(report, caller, language)).decode()


def written(xml: str) -> str:
    return ET.tostring(ET.fromstring(xml)).decode()


def test_the_answer() -> None:
    """Id, state, moment, expiry where there is one, and the revision in metadata."""
    assert answer(Caller(owner="other@example.org", role=Role.ADMIN)) == written(
        f"<schedule xmlns='{S}'><id>j</id><status>scheduled</status>"
        "<deliver-at>2026-12-01T09:00:00Z</deliver-at>"
        "<expires>2026-12-01T09:00:00Z</expires>"
        f"<metadata><revision xmlns='{X}'>3</revision></metadata></schedule>"
    )


def test_the_answer_warns() -> None:
    """What is to be known stands in the metadata, by its code, in words."""
    job = {"recurrence": "FREQ=DAILY;COUNT=2", "deliver_at": MOMENT, "next_at": MOMENT}
    job |= {"expires_at": None, "timezone": "Europe/Warsaw"}
    job |= {"start": datetime(2026, 12, 1, 10)}  # noqa: DTZ001 - a wall time
    report = Report(a_schedule("j", **job), MOMENT)
    element = steered(report, Caller(owner="o@example.org", role=Role.ADMIN), "de-AT")
    _, warning = element[-1]
    assert (warning.tag, warning.get("code")) == (f"{{{X}}}warning", "ends")
    assert warning.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert "2026-12-02 10:00 CET" in (warning.text or "")


def test_the_answer_about_anothers_personal_job() -> None:
    """An admin who pauses it learns what a query would tell him, and no more."""
    people = PeopleAudience(jids=("reader@example.org",))
    admin = Caller(owner="other@example.org", role=Role.ADMIN)
    assert answer(admin, audience=people) == written(
        f"<schedule xmlns='{S}'><id>j</id><status>scheduled</status>"
        "<deliver-at>2026-12-01T09:00:00Z</deliver-at></schedule>"
    )
