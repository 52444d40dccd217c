"""Maintenance over XMPP: asked for, looked at and changed, and what its readers get."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.hearing import CORRECT, replaces, says
from tests.e2e.speaking import (
    RSM,
    Stage,
    X,
    ahead,
    fresh,
    now,
    payload,
    refusal,
    said,
    written,
)
from tests.e2e.xml_client import C

pytestmark = pytest.mark.e2e

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = ahead().replace(hour=21)
MOVED = START + DAY
OPEN = """
  <iq type='set' id='open' to='{service}'>
    <maintenance xmlns='{announce}' action='open' finish='ask'>
      <id>{id}</id>
      <list>news</list>
      <start>{start}</start>
      <duration>PT2H</duration>
      <timezone>Europe/Warsaw</timezone>
      <field var='summary'>
        <value xml:lang='en'>New disks</value><value xml:lang='de'>Neue Platten</value>
      </field>
      <remind before='PT24H'/>
    </maintenance>
  </iq>"""


@pytest.fixture
def reader(stage: Stage) -> Iterator[None]:
    """He stands on the list."""
    stage.service.subscribe([stage.reader.bare], "en")
    yield
    stage.service.command("subscribers", "remove", "news", stage.reader.bare)


def ask(stage: Stage, action: str, inner: str, attributes: str = "") -> ET.Element:
    given = f"action='{action}' {attributes}"
    element = f"<maintenance xmlns='{X[1:-1]}' {given}>{inner}</maintenance>"
    return stage.request(element, "set", stage.publisher)


def look(stage: Stage, inner: str) -> ET.Element:
    element = f"<maintenance xmlns='{X[1:-1]}'>{inner}</maintenance>"
    return stage.request(element, "get", stage.publisher)


def standing(answer: ET.Element) -> list[str | None]:
    """State, start, end and revision."""
    found = payload(answer)
    names = ("state", "start", "end", "revision")
    return [found.findtext(f"{X}{name}") for name in names]


@pytest.mark.usefixtures("reader")
def test_from_its_opening_to_its_being_called_off(stage: Stage) -> None:
    """The whole way of what `protocol.md` says: each answer, and what comes of it."""
    client_id = fresh()
    names = {"id": client_id, "start": written(START), "moved": written(MOVED)}
    names |= {"end": written(START + 2 * HOUR), "later": written(MOVED + 2 * HOUR)}
    names |= {"longer": written(MOVED + 3 * HOUR), "remind": written(MOVED - DAY)}
    received = stage.play(
        f"""
        publisher sends:{OPEN}
        publisher receives:
          <iq type='result' id='open' from='{{service}}'>
            <maintenance xmlns='{{announce}}' action='open'>
              <id>{{id}}</id><state>planned</state>
              <start>{{start}}</start><end>{{end}}</end><revision>1</revision>
            </maintenance>
          </iq>
        reader receives:
          <message type='chat' id='...'><body>...</body></message>

        publisher sends:
          <iq type='set' id='move' to='{{service}}'>
            <maintenance xmlns='{{announce}}' action='move' revision='1'>
              <id>{{id}}</id><start>{{moved}}</start>
            </maintenance>
          </iq>
        publisher receives:
          <iq type='result' id='move'>
            <maintenance xmlns='{{announce}}' action='move'>
              <id>{{id}}</id><state>planned</state>
              <start>{{moved}}</start><end>{{later}}</end><revision>2</revision>
            </maintenance>
          </iq>
        reader receives:
          <message type='chat' id='...'>
            <body>...</body><replace xmlns='urn:xmpp:message-correct:0' id='...'/>
          </message>
        reader receives:
          <message type='chat' id='...'><body>...</body></message>

        publisher sends:
          <iq type='set' id='extend' to='{{service}}'>
            <maintenance xmlns='{{announce}}' action='extend' revision='2'>
              <id>{{id}}</id><end>{{longer}}</end>
            </maintenance>
          </iq>
        publisher receives:
          <iq type='result' id='extend'>
            <maintenance xmlns='{{announce}}' action='extend'>
              <start>{{moved}}</start><end>{{longer}}</end><revision>3</revision>
            </maintenance>
          </iq>

        publisher sends:
          <iq type='get' id='look' to='{{service}}'>
            <maintenance xmlns='{{announce}}'><id>{{id}}</id></maintenance>
          </iq>
        publisher receives:
          <iq type='result' id='look'>
            <maintenance xmlns='{{announce}}' template='maintenance' finish='ask'>
              <id>{{id}}</id><state>planned</state>
              <start>{{moved}}</start><end>{{longer}}</end><revision>3</revision>
              <list>news</list><timezone>Europe/Warsaw</timezone>
              <remind before='PT24H'/>
              <notice phase='announced' due='...' state='sent'/>
              <notice phase='moved' due='...' state='...'/>
              <notice phase='reminder' due='{{remind}}' state='scheduled'/>
              <notice phase='started' due='{{moved}}' state='scheduled'/>
            </maintenance>
          </iq>

        publisher sends:
          <iq type='set' id='off' to='{{service}}'>
            <maintenance xmlns='{{announce}}' action='call-off'>
              <id>{{id}}</id>
            </maintenance>
          </iq>
        publisher receives:
          <iq type='result' id='off'>
            <maintenance xmlns='{{announce}}' action='call-off'>
              <state>called-off</state><revision>4</revision>
            </maintenance>
          </iq>
        """,
        **names,
    )
    announced, correction, word = (one for one in received if one.tag == f"{C}message")
    assert "Planned maintenance: New disks" in (announced.findtext(f"{C}body") or "")
    replaced = correction.find(f"{CORRECT}replace")
    assert replaced is not None
    assert replaced.get("id") == announced.get("id")
    assert word.find(f"{CORRECT}replace") is None
    assert "Maintenance moved: New disks" in (word.findtext(f"{C}body") or "")
    off = stage.reader.message(
        lambda one: (
            "Maintenance called off" in (one.findtext(f"{C}body") or "")
            and one.find(f"{CORRECT}replace") is None
        )
    )
    assert off.get("id") not in {announced.get("id"), word.get("id")}


def test_repeats_and_revisions(stage: Stage) -> None:
    """What is asked once more gets the same answer, a stale revision the present one;
    what is over says so, and the same request with other content is a conflict.
    """
    client_id = fresh()
    named = f"<id>{client_id}</id>"
    opening = (
        f"{named}<list>news</list><start>{written(START)}</start>"
        "<duration>2h</duration><field var='summary'><value>x</value></field>"
    )
    opened = standing(ask(stage, "open", opening))
    assert standing(ask(stage, "open", opening)) == opened
    other = ask(stage, "open", opening.replace("2h", "3h"))
    assert refusal(other) == ("conflict", "cancel")
    move = f"{named}<start>{written(MOVED)}</start>"
    moved = standing(ask(stage, "move", move, "revision='1'"))
    assert moved[-1] == "2"
    assert standing(ask(stage, "move", move, "revision='1'")) == moved
    extend = f"{named}<end>{written(MOVED + DAY)}</end>"
    stale = ask(stage, "extend", extend, "revision='1'")
    assert refusal(stale) == ("conflict", "cancel")
    assert "revision 2" in said(stale)
    early = ask(stage, "finish", named)
    assert refusal(early)[0] == "conflict"
    off = standing(ask(stage, "call-off", named))
    assert off[0] == "called-off"
    assert standing(ask(stage, "call-off", named)) == off
    back = ask(stage, "move", f"{named}<start>{written(START)}</start>")
    assert refusal(back) == ("unexpected-request", "wait")
    assert refusal(ask(stage, "finish", "<id>no such</id>"))[0] == "item-not-found"
    assert refusal(look(stage, "<id>no such</id>"))[0] == "item-not-found"
    assert refusal(ask(stage, "open", "<start>soon</start>"))[0] == "bad-request"


def test_a_window_of_several(stage: Stage) -> None:
    """Of what recurs the window is named by its rule's moment, also once it is moved;
    the others stay. Several come by page.
    """
    client_id = fresh()
    named = f"<id>{client_id}</id>"
    which = f"<occurrence due='{written(START)}'/>"
    opening = (
        f"{named}<list>news</list><start>{written(START)}</start>"
        "<recurrence>FREQ=WEEKLY;COUNT=4</recurrence><duration>2h</duration>"
        "<field var='summary'><value>x</value></field>"
    )
    assert payload(ask(stage, "open", opening)).find(f"{X}occurrence") is not None
    move = f"{named}{which}<start>{written(MOVED)}</start>"
    assert standing(ask(stage, "move", move))[1] == written(MOVED)
    extend = f"{named}{which}<end>{written(MOVED + 4 * HOUR)}</end>"
    assert standing(ask(stage, "extend", extend))[2] == written(MOVED + 4 * HOUR)
    third = f"{named}<occurrence due='{written(START + 14 * DAY)}'/>"
    assert standing(ask(stage, "call-off", third))[0] == "called-off"
    found = payload(look(stage, named))
    others = {one.get("due"): one for one in found.findall(f"{X}occurrence")}
    second = others[written(START + 7 * DAY)]
    assert second.findtext(f"{X}state") == "planned"
    page = payload(look(stage, f"<set xmlns='{RSM[1:-1]}'><max>1</max></set>"))
    assert len(page.findall(f"{X}maintenance")) == 1
    assert int(page.findtext(f"{RSM}set/{RSM}count") or 0) >= 1
    assert standing(ask(stage, "call-off", named))[0] == "called-off"


@pytest.mark.usefixtures("reader")
def test_on_the_clock(stage: Stage) -> None:
    """Opened a few seconds ahead, moved, begun and finished: nobody hears a time that
    holds no longer, and the start is told at its moment.
    """
    client_id = fresh()
    named = f"<id>{client_id}</id>"
    begins = now() + timedelta(seconds=12)
    opening = (
        f"{named}<list>news</list><start>{written(begins)}</start><remind/>"
        f"<field var='summary'><value>{client_id}</value></field>"
    )
    assert standing(ask(stage, "open", opening))[0] == "planned"
    first = stage.reader.message(says("Planned maintenance", client_id))
    later = begins + timedelta(seconds=8)
    move = ask(stage, "move", f"{named}<start>{written(later)}</start>")
    assert standing(move)[1] == written(later)
    correction = stage.reader.message(replaces(first))
    assert client_id in (correction.findtext(f"{C}body") or "")
    stage.reader.message(says("Maintenance moved", client_id))
    begun = stage.reader.message(says("Maintenance has begun", client_id))
    assert now() >= later.replace(microsecond=0)
    assert begun.find(f"{CORRECT}replace") is None
    assert standing(look(stage, named))[0] == "under-way"
    assert standing(ask(stage, "finish", named))[0] == "finished"
    stage.reader.message(says("Maintenance is over", client_id))
    stage.reader.settle()
    rest = [one for one in stage.reader.waiting if says("", client_id)(one)]
    assert rest == []
