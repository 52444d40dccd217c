"""`<correct/>` and `<retract/>`, read."""

from xml.etree import ElementTree as ET

import pytest

from bot.domain.audit import Action
from bot.domain.errors import CarillonError, Invalid, NotOffered, PolicyViolation
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.xmpp.doors.scheduling.amending import (
    VERBS,
    AmendmentRequest,
    read_amendment,
)
from bot.xmpp.doors.scheduling.questions import KINDS

X, S = "urn:x-carillon:announce:0", "urn:xmpp:scheduling:0"


def read(xml: str) -> AmendmentRequest:
    """`xml` with its outermost element in our namespace."""
    name, _, rest = xml.partition(" ")
    return read_amendment(ET.fromstring(f"{name} xmlns='{X}' {rest}"), "de")


def correct(inner: str) -> AmendmentRequest:
    return read(f"<correct ><id>j</id>{inner}</correct>")


def test_both_are_answered() -> None:
    """Two elements of our namespace, each in an IQ `set`."""
    assert set(VERBS) == {f"{{{X}}}correct", f"{{{X}}}retract"}
    assert [KINDS[tag][0].action for tag in VERBS] == [Action.CORRECT, Action.RETRACT]


@pytest.mark.parametrize(
    "inner",
    [
        "<id>a job</id><owner> Pub@Example.org </owner>",
        f"<id xmlns='{S}'>a job</id><owner>pub@example.org</owner>",
        (
            f"<id>a job</id><metadata xmlns='{S}'><owner xmlns='{X}'>pub@example.org"
            "</owner></metadata><unknown/>"
        ),
        (
            f"<schedule xmlns='{S}'><id>a job</id><metadata><owner xmlns='{X}'>"
            "pub@example.org</owner></metadata></schedule>"
        ),
    ],
)
def test_which_job(inner: str) -> None:
    """An id in our namespace or the draft's; the owner beside it or as in a cancel."""
    assert read(f"<retract >{inner}</retract>") == AmendmentRequest(
        action=Action.RETRACT, name=ScheduleName(id="a job", owner="pub@example.org")
    )


@pytest.mark.parametrize(
    "inner",
    [
        "<occurrence due=' 2026-12-01T09:00:00Z '/>",
        (
            f"<metadata xmlns='{S}'><occurrence xmlns='{X}'"
            " due='2026-12-01T09:00:00Z'/></metadata>"
        ),
    ],
)
def test_which_occurrence(inner: str) -> None:
    """Its moment is taken as it is given."""
    found = read(f"<retract ><id>j</id>{inner}</retract>")
    assert found.due == "2026-12-01T09:00:00Z"


@pytest.mark.parametrize(
    "inner",
    [
        "<body>Hallo</body><body xml:lang='en'>Hi</body><subject>!</subject>",
        (
            f"<body xmlns='{S}'>Hallo</body><body xmlns='{S}' xml:lang='en'>Hi</body>"
            f"<subject xmlns='{S}'>!</subject>"
        ),
        (
            f"<schedule xmlns='{S}'><body>Hallo</body><body xml:lang='en'>Hi</body>"
            "<subject>!</subject></schedule>"
        ),
    ],
)
def test_own_words(inner: str) -> None:
    """Texts in our namespace, the draft's, or a whole `<schedule/>`."""
    assert correct(f"{inner}<x xmlns='urn:o'/>") == AmendmentRequest(
        action=Action.CORRECT,
        name=ScheduleName(id="j"),
        change=ScheduleChange(
            bodies=(("", "Hallo"), ("en", "Hi")),
            subjects=(("", "!"),),
            payloads=('<x xmlns="urn:o"/>',),
            language="de",
        ),
    )


def test_a_template() -> None:
    """With all its fields, or single fields of the one that it was said with."""
    field = f"<field xmlns='{X}' var='f'><value>v</value></field>"
    announce = f"<announce xmlns='{X}' template='t'>{field}</announce>"
    for whole in (announce, f"<metadata xmlns='{S}'>{announce}</metadata>"):
        change = correct(whole).change
        assert change is not None
        assert (change.template, change.values) == ("t", {"f": {"": "v"}})
    change = correct(field).change
    assert change is not None
    assert (change.template, change.values) == (None, {"f": {"": "v"}})


_LONG = "x" * 70_000
FAULTS: list[tuple[str, type[CarillonError], str]] = [
    ("<correct />", Invalid, "say which"),
    ("<retract ><id> </id></retract>", Invalid, "id is empty"),
    ("<retract ><id>a</id><id>b</id></retract>", Invalid, "2 times"),
    (
        f"<retract ><id>a</id><schedule xmlns='{S}'><id>a</id></schedule></retract>",
        Invalid,
        "2 times",
    ),
    ("<retract ><id>a</id><owner/></retract>", Invalid, "owner is empty"),
    ("<retract ><id>a</id><occurrence/></retract>", Invalid, "which occurrence"),
    ("<retract ><id>a</id><body>b</body></retract>", Invalid, "leave the text out"),
    (
        f"<correct ><id>a</id><schedule xmlns='{S}' signed='true'/></correct>",
        NotOffered,
        "unsigned",
    ),
    ("<correct signed='true'><id>a</id></correct>", NotOffered, "unsigned"),
    (
        f"<correct ><id>a</id><deliver-at xmlns='{S}'>x</deliver-at></correct>",
        Invalid,
        "deliver-at says when",
    ),
    (f"<correct ><id>a</id><to xmlns='{S}'>x</to></correct>", Invalid, "to whom"),
    (f"<correct ><id>a</id><cancel xmlns='{S}'>x</cancel></correct>", Invalid, ""),
    (
        "<correct ><id>a</id><body xmlns='jabber:client'>b</body></correct>",
        Invalid,
        "stands in the namespace",
    ),
    (
        ("<correct ><id>a</id><announce template='t'/><field var='f'/></correct>"),
        Invalid,
        "not both",
    ),
    ("<correct ><id>a</id><announce/></correct>", Invalid, "template is missing"),
    ("<correct ><id>a</id><field/></correct>", Invalid, "no var"),
    (f"<correct ><id>a</id><o>{_LONG}</o></correct>", PolicyViolation, "characters"),
]


@pytest.mark.parametrize(("xml", "error", "says"), FAULTS)
def test_faults(xml: str, error: type[CarillonError], says: str) -> None:
    """Each is refused in words that name what to mend."""
    with pytest.raises(error) as caught:
        read(xml)
    assert says in caught.value.text
