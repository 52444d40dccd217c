"""What has gone out, or still does, is corrected and withdrawn: as readers get it."""

from functools import partial

import pytest

from tests.e2e.amended import NEW, OLD, Inboxes, correct, is_amended, retract
from tests.e2e.conftest import PLACES, Make
from tests.e2e.speaking import Stage, fresh
from tests.e2e.xml_client import C
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS, WINDOW, RATE = 600, 60, 200


def test_over_xmpp(stage: Stage) -> None:
    """Corrected twice and withdrawn by whoever announced it, each time by the id of the
    first message; who repeats it hears the same, and nobody else may.
    """
    stage.service.subscribe([stage.reader.bare], "en")
    job = fresh()
    [_, first] = stage.play(
        """
        publisher sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <delay-seconds>1</delay-seconds>
              <subject xml:lang='en'>Outage</subject>
              <body xml:lang='en'>At 22:00.</body>
              <id>{id}</id>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        publisher receives:
          <iq type='result' id='ask'/>
        reader receives:
          <message from='{speaker}'><body>At 22:00.</body></message>
        """,
        id=job,
    )
    names = {"id": job, "first": first.get("id", "")}
    assert first.find(f"{C}body") is not None
    stage.play(
        """
        reader sends:
          <iq type='set' id='theft' to='{service}'>
            <retract xmlns='{announce}'><id>{id}</id></retract>
          </iq>
        reader receives:
          <iq type='error' id='theft'>
            <error type='cancel'><item-not-found xmlns='{stanzas}'/></error>
          </iq>
        """,
        **names,
    )
    for number, text in enumerate(("At 23:00.", "At 23:30."), start=1):
        stage.play(
            """
            publisher sends:
              <iq type='set' id='c{number}' to='{service}'>
                <correct xmlns='{announce}'>
                  <id>{id}</id><body xml:lang='en'>{text}</body>
                </correct>
              </iq>
            publisher receives:
              <iq type='result' id='c{number}'>
                <schedule xmlns='{scheduling}'><id>{id}</id></schedule>
              </iq>
            reader receives:
              <message from='{speaker}'>
                <subject>Outage</subject>
                <body>{text}</body>
                <replace xmlns='urn:xmpp:message-correct:0' id='{first}'/>
              </message>
            """,
            **names,
            number=number,
            text=text,
        )
    stage.play(
        """
        publisher sends:
          <iq type='set' id='r1' to='{service}'>
            <retract xmlns='{announce}'><id>{id}</id></retract>
          </iq>
        publisher receives:
          <iq type='result' id='r1'>
            <schedule xmlns='{scheduling}'><id>{id}</id></schedule>
          </iq>
        reader receives:
          <message from='{speaker}'>
            <body>...</body>
            <retract xmlns='urn:xmpp:message-retract:1' id='{first}'/>
            <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>
          </message>

        publisher sends:
          <iq type='set' id='r2' to='{service}'>
            <retract xmlns='{announce}'><id>{id}</id></retract>
          </iq>
        publisher receives:
          <iq type='result' id='r2'>
            <schedule xmlns='{scheduling}'><id>{id}</id></schedule>
          </iq>
        publisher sends:
          <iq type='set' id='late' to='{service}'>
            <correct xmlns='{announce}'>
              <id>{id}</id><body xml:lang='en'>Never.</body>
            </correct>
          </iq>
        publisher receives:
          <iq type='error' id='late'>
            <error type='wait'><unexpected-request xmlns='{stanzas}'/></error>
          </iq>
        """,
        **names,
    )


@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_while_it_goes_out(server: XmppServer, mode: str, make: Make) -> None:
    """Whoever had it is told what changed, by the id of what he has; who had not gets
    the new text alone. What is withdrawn goes to nobody else.
    """
    service = make(server, mode, rate=RATE, window=WINDOW)
    with Inboxes(server, server.spares[0]) as sink:
        readers = sink.jids(READERS)
        service.subscribe(readers)
        service.start()
        service.wait_until_connected()
        job = service.announce()
        service.until(partial(sink.has_told, READERS // 3))
        correct(service, job)
        service.until(lambda: is_amended(service, job))
        had_old = sink.had_old(readers)
        assert READERS // 3 <= had_old < READERS
        assert sink.repeats == 0
        assert service.progress(job).sent == READERS
        sink.inboxes.clear()
        sink.arrived.clear()
        job = service.announce()
        service.until(partial(sink.has_told, READERS // 3))
        retract(service, job)
        service.until(lambda: is_amended(service, job))
        assert READERS // 3 <= sink.had_withdrawn(readers) < READERS
        assert service.stop() == 0


def test_clients_that_know_neither(prosody: XmppServer, make: Make) -> None:
    """A list that says so has its corrections and retractions sent as new messages."""
    old = '[lists.old]\ncorrections = false\nwelcome = ""\n'
    service = make(prosody, "component", more=old)
    with Inboxes(prosody, prosody.spares[0]) as sink:
        [reader] = sink.jids(1)
        service.command("subscribers", "add", "old", reader)
        service.start()
        service.wait_until_connected()
        job = service.announce(list_name="old")
        sink.wait(1)
        service.until(lambda: service.sent(job))
        correct(service, job)
        sink.wait(2)
        service.until(lambda: is_amended(service, job))
        retract(service, job)
        sink.wait(3)
        first, correction, withdrawal = sink.read(reader)
        assert (first.body, correction.body) == (OLD, NEW)
        assert NEW in withdrawal.body
        for one in (correction, withdrawal):
            assert (one.corrects, one.withdraws) == ("", "")
        assert service.stop() == 0
