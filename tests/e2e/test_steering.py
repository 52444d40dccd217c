"""A pending announcement is steered over XMPP: what its readers hear of that."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.commanding import Taps
from tests.e2e.speaking import S, Stage, X, ahead, fresh, payload, written
from tests.e2e.xml_client import C

pytestmark = pytest.mark.e2e

FIRST = ahead().replace(hour=12)
SECOND, THIRD, FOURTH = (FIRST + timedelta(days=number) for number in (1, 2, 3))
#: where it is moved to
LATER = written(FIRST + timedelta(days=28))


@pytest.fixture
def daily(stage: Stage) -> str:
    """The id of an announcement of `publisher`, at noon every day but not soon."""
    client_id = fresh()
    stage.play(
        """
        publisher sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <deliver-at>{noon}</deliver-at>
              <recurrence>FREQ=DAILY;COUNT=3</recurrence>
              <body xml:lang='en'>Old words</body>
              <id>{id}</id>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='result' id='ask'/>
        """,
        id=client_id,
        noon=written(FIRST),
    )
    return client_id


def test_edited_and_sent_now(stage: Stage, daily: str) -> None:
    """What is edited is what readers hear; who edits what is no longer so is told the
    present revision, who repeats his edit the same as before; nobody else may.
    """
    stage.service.subscribe([stage.reader.bare], "en")
    stage.play(
        """
        publisher sends:
          <iq type='set' id='edit' to='{service}'>
            <edit xmlns='{announce}' revision='1'>
              <schedule xmlns='{scheduling}'>
                <id>{id}</id><body xml:lang='en'>New words</body>
              </schedule>
            </edit>
          </iq>
        publisher receives:
          <iq type='result' id='edit' from='{service}'>
            <schedule xmlns='{scheduling}'>
              <id>{id}</id><status>scheduled</status><deliver-at>...</deliver-at>
              <metadata><revision xmlns='{announce}'>2</revision></metadata>
            </schedule>
          </iq>

        publisher sends:
          <iq type='set' id='again' to='{service}'>
            <edit xmlns='{announce}' revision='1'>
              <schedule xmlns='{scheduling}'>
                <id>{id}</id><body xml:lang='en'>New words</body>
              </schedule>
            </edit>
          </iq>
        publisher receives:
          <iq type='result' id='again'>
            <schedule xmlns='{scheduling}'>
              <metadata><revision xmlns='{announce}'>2</revision></metadata>
            </schedule>
          </iq>

        publisher sends:
          <iq type='set' id='stale' to='{service}'>
            <edit xmlns='{announce}' revision='1'>
              <schedule xmlns='{scheduling}'>
                <id>{id}</id><body xml:lang='en'>Other words</body>
              </schedule>
            </edit>
          </iq>
        publisher receives:
          <iq type='error' id='stale'>
            <error type='cancel'><conflict xmlns='{stanzas}'/></error>
          </iq>

        reader sends:
          <iq type='set' id='theft' to='{service}'>
            <edit xmlns='{announce}'>
              <schedule xmlns='{scheduling}'>
                <id>{id}</id><body>Mine</body>
                <metadata><owner xmlns='{announce}'>{publisher}</owner></metadata>
              </schedule>
            </edit>
          </iq>
        reader receives:
          <iq type='error' id='theft'>
            <error type='cancel'><item-not-found xmlns='{stanzas}'/></error>
          </iq>

        publisher sends:
          <iq type='set' id='now' to='{service}'>
            <send-now xmlns='{announce}'><id>{id}</id></send-now>
          </iq>
        publisher receives:
          <iq type='result' id='now'>
            <schedule xmlns='{scheduling}'><id>{id}</id></schedule>
          </iq>
        reader receives:
          <message from='{speaker}'>
            <body>New words</body>
            <scheduled-by xmlns='{scheduling}'><id>{id}</id></scheduled-by>
          </message>
        """,
        id=daily,
    )


def test_left_out_and_put_back(stage: Stage, daily: str) -> None:
    """Any occurrence is left out, and put back; each repeated is the same answer; what
    is no occurrence is refused with the text that names those that are.
    """
    first, second = written(FIRST), written(SECOND)

    def steered(verb: str, moment: str) -> ET.Element:
        [answer] = stage.play(
            """
            publisher sends:
              <iq type='set' id='{call}' to='{service}'>
                <{verb} xmlns='{announce}' due='{due}'><id>{id}</id></{verb}>
              </iq>
            publisher receives:
              <iq id='{call}' from='{service}'/>
            """,
            id=daily,
            verb=verb,
            due=moment,
            call=fresh(),
        )
        return answer

    def next_of(answer: ET.Element) -> str | None:
        return payload(answer).findtext(f"{S}deliver-at")

    for _ in range(2):
        assert next_of(steered("skip", first)) == second
    for _ in range(2):
        assert next_of(steered("unskip", first)) == first
    refused = steered("skip", written(FIRST + timedelta(seconds=1)))
    assert refused.get("type") == "error"
    text = "".join(refused.itertext())
    assert f"the nearest are {FIRST:%F} 12:00 UTC, {SECOND:%F} 12:00 UTC" in text


def test_left_out_to_the_last(stage: Stage, daily: str) -> None:
    """The skip that leaves nothing to send ends the job; who repeats it, as his answer
    was lost, gets the same one, and who skips what is no occurrence does not.
    """
    answers = stage.play(
        "".join(
            f"""
        publisher sends:
          <iq type='set' id='{number}' to='{{service}}'>
            <skip xmlns='{{announce}}' due='{written(due)}'>
              <id>{{id}}</id>
            </skip>
          </iq>
        publisher receives:
          <iq id='{number}' type='{result}'/>
        """
            for number, due, result in (
                *(("s1", FIRST, "result"), ("s2", THIRD, "result")),
                *(("s3", SECOND, "result"), ("s4", SECOND, "result")),
                *(("s5", FIRST, "result"), ("s6", FOURTH, "error")),
            )
        ),
        id=daily,
    )
    told = [ET.tostring(payload(one)) for one in answers[2:5]]
    assert len(set(told)) == 1
    assert payload(answers[2]).findtext(f"{S}status") == "cancelled"


def test_the_first_request_again(stage: Stage, daily: str) -> None:
    """It is compared with what was first asked, whatever was edited since."""
    stage.play(
        """
        publisher sends:
          <iq type='set' id='edit' to='{service}'>
            <edit xmlns='{announce}'>
              <schedule xmlns='{scheduling}'>
                <id>{id}</id>
                <deliver-at>{later}</deliver-at>
                <recurrence/>
                <body xml:lang='de'>Neue Worte</body>
              </schedule>
            </edit>
          </iq>
        publisher receives:
          <iq type='result' id='edit'/>
        publisher sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <deliver-at>{noon}</deliver-at>
              <recurrence>FREQ=DAILY;COUNT=3</recurrence>
              <body xml:lang='en'>Old words</body>
              <id>{id}</id>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='result' id='ask'>
            <schedule xmlns='{scheduling}'>
              <id>{id}</id><deliver-at>{later}</deliver-at>
            </schedule>
          </iq>
        publisher sends:
          <iq type='set' id='other' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <deliver-at>{later}</deliver-at>
              <body xml:lang='de'>Neue Worte</body>
              <id>{id}</id>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='error' id='other'>
            <error type='cancel'><conflict xmlns='{stanzas}'/></error>
          </iq>
        """,
        id=daily,
        noon=written(FIRST),
        later=LATER,
    )


def test_paused_and_resumed(stage: Stage, daily: str) -> None:
    """Paused twice and resumed twice the answers are the same, and a query says the
    revision; what is cancelled is steered no more.
    """
    answers = stage.play(
        """
        publisher sends:
          <iq type='set' id='p1' to='{service}'>
            <pause xmlns='{announce}'><id>{id}</id></pause>
          </iq>
        publisher receives:
          <iq type='result' id='p1'/>
        publisher sends:
          <iq type='set' id='p2' to='{service}'>
            <pause xmlns='{announce}'><id>{id}</id></pause>
          </iq>
        publisher receives:
          <iq type='result' id='p2'/>
        admin sends:
          <iq type='set' id='r1' to='{service}'>
            <resume xmlns='{announce}'>
              <id>{id}</id><owner>{publisher}</owner>
            </resume>
          </iq>
        admin receives:
          <iq type='result' id='r1'/>
        publisher sends:
          <iq type='set' id='r2' to='{service}'>
            <resume xmlns='{announce}'><id>{id}</id></resume>
          </iq>
        publisher receives:
          <iq type='result' id='r2'/>
        publisher sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'><id>{id}</id></schedule-query>
          </iq>
        publisher receives:
          <iq type='result' id='look'>
            <schedule-query xmlns='{scheduling}'>
              <status>scheduled</status>
              <metadata><revision xmlns='{announce}'>1</revision></metadata>
            </schedule-query>
          </iq>
        publisher sends:
          <iq type='set' id='end' to='{service}'>
            <schedule xmlns='{scheduling}'><cancel>{id}</cancel></schedule>
          </iq>
        publisher receives:
          <iq type='result' id='end'/>
        publisher sends:
          <iq type='set' id='late' to='{service}'>
            <pause xmlns='{announce}'><id>{id}</id></pause>
          </iq>
        publisher receives:
          <iq type='error' id='late'>
            <error type='wait'><unexpected-request xmlns='{stanzas}'/></error>
          </iq>
        """,
        id=daily,
    )
    told = [ET.tostring(payload(one)) for one in answers[:4]]
    assert len(set(told)) == 1
    assert payload(answers[0]).find(f"{S}metadata/{X}revision") is not None


def test_announced_by_command(stage: Stage) -> None:
    """To whoever asks alone, then to all who stand on the list, in what he typed."""
    stage.service.subscribe([stage.reader.bare], "en")
    taps = Taps(stage.admin, stage.address, "announce").on()
    words = f"Words {fresh()}"
    taps.on(list="news", subject="Disks", body=f"{words}\n\nMore")
    assert f"Disks\n{words}\n\nMore" in taps.told
    taps.on(send="me")
    tried = stage.admin.message(lambda one: words in (one.findtext(f"{C}body") or ""))
    assert tried.get("from") == stage.speaker()
    taps.on(send="yes")
    kind, said = taps.said
    assert kind == "info"
    assert "goes out to news now" in said
    heard = stage.reader.message(lambda one: words in (one.findtext(f"{C}body") or ""))
    assert heard.findtext(f"{C}body") == f"{words}\n\nMore"
    assert heard.get("from") == stage.speaker()
    shown = Taps(stage.admin, stage.address, "broadcasts").on()
    assert shown.options("broadcast")


def test_scheduled_changed_and_called_off_by_command(stage: Stage) -> None:
    """Each step shows what becomes of it; another finds nothing of it."""
    taps = Taps(stage.admin, stage.address, "schedule").on()
    taps.on(list="news").on(body="Old words")
    taps.on(at=f"{LATER[:10]} 12:00", every="weekly").on(send="yes")
    kind, said = taps.said
    assert kind == "info"
    assert LATER[:10] in said
    number = said.split()[0].removeprefix("#")
    taps = Taps(stage.admin, stage.address, "pending").on()
    taps.on(announcement=number).on(do="edit")
    assert taps.value("body") == "Old words"
    taps.on(body="New words")
    assert "New words" in taps.told
    taps.on(sure="yes")
    assert "is pending" in taps.said[1]
    taps = Taps(stage.reader, stage.address, "pending").on()
    assert taps.said == ("error", "You may not do this here.")
    taps = Taps(stage.admin, stage.address, "pending").on()
    taps.on(announcement=number).on(do="cancel")
    assert "New words" in taps.told
    taps.on(sure="yes")
    assert taps.said == ("info", f"#{number} to news is cancelled.")
