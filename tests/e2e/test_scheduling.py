"""An admin's client asks, readers hear, and nobody answers a bell."""

from pathlib import Path

import pytest

from tests.e2e.managing import asked
from tests.e2e.sink import Sink
from tests.e2e.speaking import S, Stage, payload, staged
from tests.e2e.xml_client import C
from tests.servers.xmpp_server import XmppServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("mode", ["component", "account"]),
]


def test_each_hears_in_the_own_language(
    server: XmppServer, mode: str, tmp_path: Path
) -> None:
    """Scheduled over IQ, heard by both in their languages; a reply bounces."""
    with staged(server, mode, tmp_path) as stage:
        anna, bernd = stage.reader, stage.publisher
        stage.service.subscribe([anna.bare], "en")
        stage.service.subscribe([bernd.bare], "de")
        stage.play(
            """
            admin sends:
              <iq type='set' id='ask' to='{service}'>
                <schedule xmlns='{scheduling}'>
                  <delay-seconds>1</delay-seconds>
                  <body xml:lang='en'>New disks tonight</body>
                  <body xml:lang='de'>Heute Nacht neue Platten</body>
                  <id>disks</id>
                  <metadata><list xmlns='{announce}'>news</list></metadata>
                </schedule>
              </iq>
            admin receives:
              <iq type='result' id='ask' from='{service}'>
                <schedule xmlns='{scheduling}'>
                  <id>disks</id><status>scheduled</status>
                </schedule>
              </iq>

            anna receives:
              <message type='chat' xml:lang='en' from='{speaker}'>
                <body>New disks tonight</body>
                <scheduled-by xmlns='{scheduling}'>
                  <scheduler>{service}</scheduler><id>disks</id>
                </scheduled-by>
              </message>
            bernd receives:
              <message type='chat' xml:lang='de' from='{speaker}'>
                <body>Heute Nacht neue Platten</body>
                <scheduled-by xmlns='{scheduling}'>
                  <scheduler>{service}</scheduler><id>disks</id>
                </scheduled-by>
              </message>

            anna sends:
              <message type='chat' id='thanks' to='{speaker}'>
                <body>Thank you!</body>
              </message>
            anna receives:
              <message type='error' id='thanks'>
                <error>
                  <service-unavailable xmlns='{stanzas}'/>
                  <text xmlns='{stanzas}'>...</text>
                </error>
              </message>

            admin receives:
              <message type='headline' from='{service}'>
                <schedule xmlns='{scheduling}'>
                  <id>disks</id><status>sent</status>
                </schedule>
              </message>
            admin sends:
              <iq type='get' id='look' to='{service}'>
                <schedule-query xmlns='{scheduling}'><id>disks</id></schedule-query>
              </iq>
            admin receives:
              <iq type='result' id='look'>
                <schedule-query xmlns='{scheduling}'>
                  <status>sent</status>
                </schedule-query>
              </iq>
            admin sends:
              <iq type='set' id='stop' to='{service}'>
                <schedule xmlns='{scheduling}'><cancel>disks</cancel></schedule>
              </iq>
            admin receives:
              <iq type='error' id='stop'>
                <error><unexpected-request xmlns='{stanzas}'/></error>
              </iq>
            """,
            anna=anna,
            bernd=bernd,
        )


def test_listed_and_cancelled(server: XmppServer, mode: str, tmp_path: Path) -> None:
    """A pending job is found, listed, cancelled twice, and never heard."""
    with staged(server, mode, tmp_path) as stage:
        stage.service.subscribe([stage.reader.bare])
        for name in ("stays", "goes"):
            ask(stage, name, delay=3600)
        listed = payload(stage.query(""))
        ids = [one.findtext(f"{S}id") for one in listed.iter(f"{S}schedule")]
        assert ids == ["stays", "goes"]
        for _ in range(2):
            cancel(stage, "goes")
        stage.play(
            """
            admin sends:
              <iq type='get' id='look' to='{service}'>
                <schedule-query xmlns='{scheduling}'><id>goes</id></schedule-query>
              </iq>
            admin receives:
              <iq type='result' id='look'>
                <schedule-query xmlns='{scheduling}'>
                  <status>cancelled</status>
                </schedule-query>
              </iq>
            admin sends:
              <iq type='get' id='more' to='{service}'>
                <schedule-query xmlns='{scheduling}'><id>stays</id></schedule-query>
              </iq>
            admin receives:
              <iq type='result' id='more'>
                <schedule-query xmlns='{scheduling}'>
                  <status>scheduled</status>
                </schedule-query>
              </iq>

            reader sends:
              <iq type='get' id='look' to='{service}'>
                <schedule-query xmlns='{scheduling}'><id>stays</id></schedule-query>
              </iq>
            reader receives:
              <iq type='error' id='look'>
                <error><item-not-found xmlns='{stanzas}'/></error>
              </iq>
            reader sends:
              <iq type='set' id='ask' to='{service}'>
                <schedule xmlns='{scheduling}'>
                  <delay-seconds>1</delay-seconds>
                  <body>Hello</body>
                  <metadata><list xmlns='{announce}'>news</list></metadata>
                </schedule>
              </iq>
            reader receives:
              <iq type='error' id='ask'>
                <error><not-allowed xmlns='{stanzas}'/></error>
              </iq>
            reader receives no:
              <message><body>...</body></message>
            """
        )


def ask(stage: Stage, name: str, delay: int = 1) -> None:
    stage.play(
        """
        admin sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <delay-seconds>{delay}</delay-seconds>
              <body>New disks tonight</body>
              <id>{name}</id>
              <metadata><list xmlns='{announce}'>news</list></metadata>
            </schedule>
          </iq>
        admin receives:
          <iq type='result' id='ask'>
            <schedule xmlns='{scheduling}'><status>scheduled</status></schedule>
          </iq>
        """,
        name=name,
        delay=delay,
    )


def cancel(stage: Stage, name: str) -> None:
    stage.play(
        """
        admin sends:
          <iq type='set' id='stop' to='{service}'>
            <schedule xmlns='{scheduling}'><cancel>{name}</cancel></schedule>
          </iq>
        admin receives:
          <iq type='result' id='stop'>
            <schedule xmlns='{scheduling}'><status>cancelled</status></schedule>
          </iq>
        """,
        name=name,
    )


def test_cancelling_stops_a_slow_broadcast(
    server: XmppServer, mode: str, tmp_path: Path
) -> None:
    """A broadcast under way is queued; cancelled, it stops; those told are counted."""
    with (
        staged(server, mode, tmp_path, rate=20, window=10) as stage,
        Sink(server, server.spares[0]) as sink,
    ):
        service = stage.service
        service.subscribe(sink.jids(600))
        ask(stage, "slow")
        sink.wait(10)
        stage.play(
            """
            admin sends:
              <iq type='get' id='look' to='{service}'>
                <schedule-query xmlns='{scheduling}'><id>slow</id></schedule-query>
              </iq>
            admin receives:
              <iq type='result' id='look'>
                <schedule-query xmlns='{scheduling}'>
                  <status>queued</status>
                </schedule-query>
              </iq>
            """
        )
        cancel(stage, "slow")
        job = asked(stage, "slow")
        service.until_stopped(job)
        # what was on its way is counted
        service.until(lambda: service.progress(job).sent == len(sink.arrived))
        assert 10 <= len(sink.arrived) < 600
        assert service.schedule(job).wire_state == "cancelled"


def test_a_stop_and_a_start_in_the_middle(
    server: XmppServer, mode: str, tmp_path: Path
) -> None:
    """SIGTERM ends with 0 and everything recorded; nobody hears twice.

    An account is seen to leave.
    """
    with (
        staged(server, mode, tmp_path, rate=200, window=50) as stage,
        Sink(server, server.spares[0]) as sink,
    ):
        service, anna = stage.service, stage.reader
        service.subscribe(sink.jids(600))
        stage.play(
            """
            reader sends:
              <presence type='subscribe' to='{contact}'/>
            reader receives:
              <presence from='...'><c xmlns='http://jabber.org/protocol/caps'/></presence>
            """
        )
        job = service.announce()
        sink.wait(200)
        assert service.stop() == 0
        if mode == "account":  # a component's last word stays true
            anna.presence(stage.contact, "unavailable")
        anna.settle()
        heard = [one for one in anna.waiting if one.find(f"{C}body") is not None]
        told = service.progress(job).sent
        service.until(lambda: len(sink.arrived) + len(heard) == told)
        assert told < 601
        service.start()
        service.wait_until_connected()
        service.until(lambda: service.sent(job))
        sink.wait(600)
        stage.play(
            """
            reader receives:
              <message><body>Hello, this is the news.</body></message>
            reader receives no:
              <message><body>...</body></message>
            """
        )
        assert set(sink.told) == set(sink.jids(600))
        assert len(sink.arrived) == 600
