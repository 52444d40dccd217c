"""`<consent/>`, `<requests/>` and `<answer/>`, read and answered."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.verbs.consent import Answer
from bot.domain.consent import Consent, Who
from bot.domain.errors import CarillonError, Invalid, PolicyViolation
from bot.domain.message import Text
from bot.domain.schedule import TextContent
from bot.service.people import choices
from bot.service.people.approvals import Waiting
from bot.service.people.choices import ConsentRequest
from bot.service.ports.paging import Page
from bot.xmpp.doors.scheduling.consent import (
    chosen,
    read_answer,
    read_consent,
    read_requests,
    size,
    waiting,
)
from bot.xmpp.stanzas.namespaces import LANG
from bot.xmpp.stanzas.result_sets import fitting, read_wish
from bot.xmpp.stanzas.verbatim import serialised

X, S = "urn:x-carillon:announce:0", "urn:xmpp:scheduling:0"
DUE = datetime(2026, 12, 24, 18, tzinfo=UTC)


def element(xml: str) -> ET.Element:
    """`xml` with its outermost element in our namespace."""
    name, _, rest = xml.partition(" ")
    return ET.fromstring(f"{name} xmlns='{X}' {rest}")


def test_a_choice_is_read() -> None:
    """Every attribute, both lists; what is unknown is ignored."""
    read = read_consent(
        element(
            "<consent who=' ask ' preview='1' max-per-day='3' max-ahead='60' new='x'>"
            "<allow jid=' Ann@example.org '/><block jid='evil.example'/>"
            "<block jid='eve@example.org'/><group/><allow xmlns='urn:other'/></consent>"
        )
    )
    assert read == ConsentRequest(
        who="ask",
        allow=("Ann@example.org",),
        block=("evil.example", "eve@example.org"),
        max_per_day="3",
        max_ahead="60",
        preview=True,
    )
    assert read_consent(element("<consent who='nobody' />")) == ConsentRequest(
        who="nobody"
    )


@pytest.mark.parametrize(
    ("field", "xml"),
    [
        ("preview", "<consent who='ask' preview='yes' />"),
        ("allow", "<consent who='ask' ><allow/></consent>"),
        ("block", "<consent who='ask' ><block jid=' '/></consent>"),
    ],
)
def test_what_is_no_choice(field: str, xml: str) -> None:
    """The fault is told by its name."""
    with pytest.raises(Invalid) as refused:
        read_consent(element(xml))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "inner", ["<allow jid='a@b.example'/>" * 1001, f"<allow jid='{'a' * 70_000}'/>"]
)
def test_too_much(inner: str) -> None:
    """A choice has its bounds before anything of it is looked at."""
    with pytest.raises(PolicyViolation):
        read_consent(element(f"<consent who='ask' >{inner}</consent>"))


def test_as_many_as_there_may_be() -> None:
    """What the use case takes, the door lets through."""
    most = choices.MAX_ENTRIES
    names = "".join(f"<allow jid='u{number}@b.example'/>" for number in range(most))
    read = read_consent(element(f"<consent who='ask' >{names}</consent>"))
    assert len(choices.read(read).allowed) == most


def test_an_answer_is_read() -> None:
    """Reference and verdict, as given; neither may be missing."""
    read = read_answer(element("<answer ref=' 12 ' verdict='approve' />"))
    assert read == Answer(ref="12", verdict="approve")
    for given_ in ("ref='12'", "verdict='approve'", "ref='' verdict='refuse'"):
        with pytest.raises(Invalid) as refused:
            read_answer(element(f"<answer {given_} />"))
        assert refused.value.field == "answer"


def test_a_choice_is_told() -> None:
    """As it would be given; what was not chosen is left out."""
    told = chosen(
        Consent(
            who=Who.ASK,
            allowed=frozenset({"b@example.org", "a@example.org"}),
            blocked=frozenset({"evil.example"}),
            max_per_day=3,
            max_ahead=60,
            preview=True,
        )
    )
    assert serialised(told) == (
        f'<consent xmlns="{X}" who="ask" max-per-day="3" max-ahead="60"'
        ' preview="true"><allow jid="a@example.org"/><allow jid="b@example.org"/>'
        '<block jid="evil.example"/></consent>'
    )
    plain = chosen(Consent(who=Who.SERVER))
    assert serialised(plain) == f'<consent xmlns="{X}" who="server"/>'


NAMES = st.frozensets(
    st.sampled_from(["ann@example.org", "ä@example.org", "evil.example", "[::1]"])
)
NUMBERS = st.none() | st.integers(1, 999_999_999)


@given(
    st.builds(
        Consent,
        who=st.just(Who.ASK),
        allowed=NAMES,
        blocked=NAMES,
        max_per_day=NUMBERS,
        max_ahead=NUMBERS,
        preview=st.booleans(),
    )
)
def test_what_is_told_can_be_given(consent: Consent) -> None:
    """A client that sends back what it got chooses the same."""
    assert choices.read(read_consent(chosen(consent))) == consent


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@given(st.dictionaries(st.sampled_from(["who", "max-per-day", "preview"]), TEXTS))
def test_whatever_is_given(attributes: dict[str, str]) -> None:
    """It is a choice or a refusal in words, never a failure."""
    given_ = ET.Element(f"{{{X}}}consent", attributes)
    with suppress(CarillonError):
        assert choices.read(read_consent(given_)).who == attributes["who"].strip()


def told(*items: Waiting, max_: str = "") -> ET.Element:
    wish = read_wish(None)
    if max_:
        wish = read_requests(
            element(
                "<requests ><set xmlns='http://jabber.org/protocol/rsm'>"
                f"<max>{max_}</max></set></requests>"
            )
        )
    return waiting(Page(items, len(items), 0), wish)


def a_message(**changes: Any) -> Waiting:
    usual = Waiting(id=407193, sender="ann@example.org", due_at=DUE)
    return replace(usual, **changes)


def test_what_waits_is_told() -> None:
    """Reference, sender and moment, and nothing of what it says."""
    element_ = told(a_message())
    [request] = element_.findall(f"{{{X}}}request")
    assert request.attrib == {
        "ref": "407193",
        "from": "ann@example.org",
        "due": "2026-12-24T18:00:00Z",
    }
    assert len(request) == 0
    assert told(a_message(), max_="0").findall(f"{{{X}}}request") == []


def test_a_preview() -> None:
    """Whoever chose so sees texts, rule and payloads as they would come."""
    content = TextContent(
        texts=(
            Text(language="de", body="Hallo", subject="Gruß"),
            Text(language="", body="Hello"),
        ),
        payloads=("<reply xmlns='urn:xmpp:reply:0' id='1'/>", "<broken"),
    )
    told_ = told(a_message(content=content, recurrence="FREQ=YEARLY"))
    shown = told_.find(f"{{{X}}}request/{{{S}}}schedule")
    assert shown is not None
    assert shown.findtext(f"{{{S}}}recurrence") == "FREQ=YEARLY"
    subject = shown.find(f"{{{S}}}subject")
    assert subject is not None
    assert (subject.text, subject.get(LANG)) == ("Gruß", "de")
    bodies = [(body.text, body.get(LANG)) for body in shown.findall(f"{{{S}}}body")]
    assert bodies == [("Hallo", "de"), ("Hello", None)]
    assert shown.find("{urn:xmpp:reply:0}reply") is not None


def test_previews_fill_no_stanza() -> None:
    """A page ends before it is too large for a stanza; one is always told."""
    content = TextContent(texts=(Text(language="", body="x" * 60_000),))
    items = [a_message(id=number, content=content) for number in (1, 2, 3)]
    page = fitting(Page(items, 3, 0), read_wish(None).paging, size)
    assert [one.id for one in page.items] == [1]
