"""`<maintenance/>`, read and answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.domain.access import Caller, Role
from bot.domain.errors import CarillonError, Invalid, PolicyViolation
from bot.domain.lengths import Length
from bot.domain.maintenance import (
    Finish,
    Maintenance,
    Phase,
    Window,
    WindowState,
    finished,
)
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin, ScheduleState
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.maintenance.shown import Notice, Shown
from bot.service.ports.paging import Page, Paging
from bot.xmpp.doors.scheduling.maintenance import (
    action_of,
    read_change,
    read_opening,
    read_wish,
)
from bot.xmpp.doors.scheduling.windows import changed, one, several
from bot.xmpp.stanzas.errors import stanza_error
from bot.xmpp.stanzas.result_sets import RSM, PageWish
from tests.store.samples import a_schedule

X = "urn:x-carillon:announce:0"
NAMED = "<id>disks</id>"


def element(inner: str, attributes: str = "") -> ET.Element:
    return ET.fromstring(f"<maintenance xmlns='{X}' {attributes}>{inner}</maintenance>")


def read(found: ET.Element) -> object:
    """As the door does."""
    if action_of(found) == "open":
        return read_opening(found, "")
    return read_change(found)


def change(action: str, inner: str, attributes: str = "") -> tuple[WindowName, Change]:
    return read_change(element(inner, f"action='{action}' {attributes}"))


def test_opening() -> None:
    """All that may be said, as given; what is not ours to know is passed over."""
    found = read_opening(
        element(
            "<id>disks</id><list> maintenance </list>"
            "<start>2026-12-05T21:00:00Z</start><duration>PT2H</duration><timezone>Europe/Warsaw</timezone>"
            "<recurrence>FREQ=MONTHLY;BYDAY=1SA</recurrence>"
            "<field var='summary'><value>Disks</value>"
            "<value xml:lang='de'>Platten</value></field>"
            "<remind before='PT24H'/><remind before=' 1h '/><other xmlns='urn:o'/>",
            "action='open' finish='auto' template='works'",
        ),
        "de",
    )
    assert found == OpenMaintenance(
        origin=Origin.IQ,
        list_name="maintenance",
        template="works",
        values={"summary": {"": "Disks", "de": "Platten"}},
        language="de",
        start="2026-12-05T21:00:00Z",
        duration="PT2H",
        timezone="Europe/Warsaw",
        recurrence="FREQ=MONTHLY;BYDAY=1SA",
        finish="auto",
        reminders=("PT24H", "1h"),
        client_id="disks",
    )


def test_what_is_left_out() -> None:
    """The usual template, the list's reminders; an empty one: none at all."""
    found = read_opening(element("", "action='open'"), "")
    assert found == OpenMaintenance(origin=Origin.IQ)
    assert read_opening(element("<remind/>", "action='open'"), "").reminders == ()


@pytest.mark.parametrize(
    ("action", "inner", "meant"),
    [
        ("move", "<start>A</start><end>B</end>", MoveWindow(start="A", end="B")),
        (
            "move",
            "<start>A</start><duration>C</duration>",
            MoveWindow(start="A", duration="C"),
        ),
        ("extend", "<end>B</end>", ExtendWindow(end="B")),
        ("finish", "", FinishWindow()),
        ("call-off", "", CallOff()),
    ],
)
def test_changes(action: str, inner: str, meant: Change) -> None:
    """Which window, whose, of which revision, and what is to become of it."""
    name, found = change(
        action,
        f"<id>a b</id><owner>Pub@Example.org</owner><occurrence due=' C '/>{inner}",
        "revision='3'",
    )
    assert name == WindowName(id="a b", owner="pub@example.org", due="C", revision=3)
    assert found == meant


def test_looks() -> None:
    """One where it is named, else a page."""
    name, _ = read_wish(element(f"{NAMED}<owner>a@b.example</owner>"))
    assert name == WindowName(id="disks", owner="a@b.example")
    name, wish = read_wish(element(f"<set xmlns='{RSM}'><max>3</max></set>"))
    assert name is None
    assert wish.paging.limit == 3


FAULTS: list[tuple[str, str, type[CarillonError], str]] = [
    ("", "", Invalid, "one of open, move"),
    ("action='close'", "", Invalid, "one of open, move"),
    ("action='move'", "", Invalid, "say which maintenance"),
    ("action='move'", "<id/>", Invalid, "id is empty"),
    ("action='move'", f"{NAMED}{NAMED}", Invalid, "2 times"),
    ("action='move'", f"{NAMED}<owner/>", Invalid, "owner is empty"),
    ("action='move'", f"{NAMED}<occurrence/>", Invalid, "which occurrence"),
    ("action='move'", f"{NAMED}<start/>", Invalid, "start is empty"),
    ("action='move'", f"{NAMED}<list>x</list>", Invalid, "list does not go with move"),
    ("action='extend'", f"{NAMED}<start>A</start>", Invalid, "start does not go"),
    ("action='finish'", f"{NAMED}<end>A</end>", Invalid, "end does not go"),
    ("action='finish' revision='0'", NAMED, Invalid, "whole number"),
    ("action='open'", "<owner>a@b.example</owner>", Invalid, "owner does not go"),
    ("action='open'", "<occurrence due='A'/>", Invalid, "occurrence does not go"),
    ("action='open'", "<start>A</start><start>B</start>", Invalid, "2 times"),
    ("action='open'", "<field><value>x</value></field>", Invalid, "no var"),
    ("action='open'", "<field var='a'/><field var='a'/>", Invalid, "twice"),
    ("action='open'", f"<id>{'x' * 66_000}</id>", PolicyViolation, "characters"),
    ("action='call-off'", "<x/>" * 2_001, PolicyViolation, "elements"),
]


@pytest.mark.parametrize(("attributes", "inner", "error", "text"), FAULTS)
def test_faults(
    attributes: str, inner: str, error: type[CarillonError], text: str
) -> None:
    """Each fault of the shape is named."""
    with pytest.raises(error, match=text) as raised:
        read(element(inner, attributes))
    assert type(raised.value) is error


START = datetime(2026, 12, 5, 21, tzinfo=UTC)
#: on clocks in Warsaw
WALL = datetime(2026, 12, 5, 22)  # noqa: DTZ001 - a wall time
ADMIN = Caller(owner="admin@example.org", role=Role.ADMIN)
USER = Caller(owner="user@example.org", role=Role.USER)


def shown(*, moved: bool = False, ends: bool = True, **more: Any) -> Shown:
    found = Maintenance(
        id=7,
        owner="user@example.org",
        client_id="disks",
        origin=Origin.IQ,
        fingerprint="f00d",
        revision=2,
        list_name="maintenance",
        template="maintenance",
        timezone="Europe/Warsaw",
        start=WALL,
        lasts=Length(0, 7_200),
        finish=Finish.ASK,
        reminders=(timedelta(days=1), timedelta(minutes=90)),
        created_at=START,
        **more,
    )
    by = timedelta(hours=1) if moved else timedelta()
    window = Window(
        id=1,
        maintenance_id=7,
        wall=WALL,
        start=WALL + by,
        starts_at=START + by,
        ends_at=START + by + timedelta(hours=2) if ends else None,
        changed_at=START,
    )
    later = Window(
        id=2,
        maintenance_id=7,
        number=2,
        wall=WALL + timedelta(days=28),
        start=WALL + timedelta(days=28),
        starts_at=START + timedelta(days=28),
        ends_at=None,
        state=WindowState.CALLED_OFF,
        changed_at=START,
    )
    sent = a_schedule("m", state=ScheduleState.SENT, next_at=None)
    notices = (
        Notice(phase=Phase.ANNOUNCED, at=START - timedelta(days=2), schedule=sent),
        Notice(phase=Phase.REMINDER, at=START - timedelta(days=1)),
    )
    windows = (window, later) if found.recurrence else (window,)
    return Shown(
        maintenance=found, window=window, windows=windows, notices=notices, readers=3
    )


def written(element: ET.Element) -> str:
    return ET.canonicalize(ET.tostring(element), rewrite_prefixes=True)


def expected(xml: str) -> str:
    return ET.canonicalize(xml.replace("NS", f"xmlns='{X}'"), rewrite_prefixes=True)


@pytest.mark.parametrize(
    "name", ["action", "start", "end", "duration", "finish", "remind"]
)
def test_what_is_refused_is_named(name: str) -> None:
    """The text of an error says which element or attribute it is about."""
    error = stanza_error(Invalid(Phrase("no"), field=name))
    assert str(error.text) == f"{name}: no"


def test_the_answer_to_a_change() -> None:
    """Id, state, times and revision; of what recurs which window it is by its rule."""
    assert written(changed(shown(), "open")) == expected(
        "<maintenance NS action='open'><id>disks</id><state>planned</state>"
        "<start>2026-12-05T21:00:00Z</start><end>2026-12-05T23:00:00Z</end>"
        "<revision>2</revision></maintenance>"
    )
    recurring = shown(moved=True, ends=False, recurrence="FREQ=MONTHLY;BYDAY=1SA")
    assert written(changed(recurring, "move")) == expected(
        "<maintenance NS action='move'><id>disks</id>"
        "<occurrence due='2026-12-05T21:00:00Z'/><state>planned</state>"
        "<start>2026-12-05T22:00:00Z</start><revision>2</revision></maintenance>"
    )


def test_over_early() -> None:
    """Its end is when it was over."""
    found = shown()
    over = finished(found.window, START + timedelta(hours=1)).window
    assert written(changed(replace(found, window=over), "finish")) == expected(
        "<maintenance NS action='finish'><id>disks</id><state>finished</state>"
        "<start>2026-12-05T21:00:00Z</start><end>2026-12-05T22:00:00Z</end>"
        "<revision>2</revision></maintenance>"
    )


NOTICES = (
    "<notice phase='announced' due='2026-12-03T21:00:00Z' state='sent'/>"
    "<notice phase='reminder' due='2026-12-04T21:00:00Z' state='scheduled'/>"
)


def test_one() -> None:
    """What it was opened with, its windows, and what is told of the one meant; whose it
    is only for who sees all.
    """
    found = shown(recurrence="FREQ=MONTHLY;BYDAY=1SA")
    inner = (
        "<id>disks</id><occurrence due='2026-12-05T21:00:00Z'/><state>planned</state>"
        "<start>2026-12-05T21:00:00Z</start><end>2026-12-05T23:00:00Z</end>"
        "<revision>2</revision><list>maintenance</list>"
        "<timezone>Europe/Warsaw</timezone>"
        "<recurrence>FREQ=MONTHLY;BYDAY=1SA</recurrence>"
        "<remind before='PT24H'/><remind before='PT1H30M'/>{owner}"
        "<occurrence due='2027-01-02T21:00:00Z'><state>called-off</state>"
        "<start>2027-01-02T21:00:00Z</start></occurrence>"
    )
    for caller, owner in ((USER, ""), (ADMIN, "<owner>user@example.org</owner>")):
        assert written(one(found, caller)) == expected(
            "<maintenance NS template='maintenance' finish='ask'>"
            f"{inner.format(owner=owner)}{NOTICES}</maintenance>"
        )


def test_several() -> None:
    """An element each, and how to go on; where only the number is wanted, that."""
    page = Page([shown()], 5, 2)
    wish = PageWish(paging=Paging())
    whole = several(page, wish, USER)
    [item] = whole.findall(f"{{{X}}}maintenance")
    assert item.findtext(f"{{{X}}}id") == "disks"
    assert not item.findall(f"{{{X}}}notice")
    assert whole.findtext(f"{{{RSM}}}set/{{{RSM}}}last") == "7"
    counted = several(page, PageWish(paging=Paging(), count_only=True), USER)
    assert [child.tag for child in counted] == [f"{{{RSM}}}set"]
