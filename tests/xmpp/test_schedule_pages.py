"""The pages of a list of jobs (XEP-0059), over real servers."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import S, answering, ask, configured, query, schedule
from tests.xmpp.links import Run, newcomer, reading

pytestmark = pytest.mark.e2e

NEWS = "<metadata><list xmlns='urn:x-carillon:announce:0'>news</list></metadata>"
SOON = "<delay-seconds>3600</delay-seconds>"
BODY = "<body>Hello</body>"
RSM = "http://jabber.org/protocol/rsm"


def test_pages(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Many jobs are paged forwards, backwards and from the end, and filtered."""
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, "component", tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            for number in range(5):
                request = schedule(f"{BODY}{NEWS}{SOON}<id>j{number}</id>")
                await ask(client, bot.address, "set", request)
            await ask(client, bot.address, "set", schedule("<cancel>j1</cancel>"))

            async def page(wish: str, status: str = "") -> tuple[list, ET.Element]:
                content = f"{status}<set xmlns='{RSM}'>{wish}</set>"
                answer = await ask(client, bot.address, "get", query(content))
                rsm = answer.find(f"{S}schedule-query/{{{RSM}}}set")
                assert rsm is not None
                jobs = answer.findall(f"{S}schedule-query/{S}schedule")
                return [job.findtext(f"{S}id") for job in jobs], rsm

            jobs, first = await page("<max>2</max>")
            assert jobs == ["j0", "j1"]
            assert first.findtext(f"{{{RSM}}}count") == "5"
            start = first.find(f"{{{RSM}}}first")
            assert start is not None
            assert start.get("index") == "0"
            last = first.findtext(f"{{{RSM}}}last")
            jobs, second = await page(f"<max>2</max><after>{last}</after>")
            assert jobs == ["j2", "j3"]
            begin = second.find(f"{{{RSM}}}first")
            assert begin is not None
            assert begin.get("index") == "2"
            assert (await page("<max>2</max><before/>"))[0] == ["j3", "j4"]
            back = f"<max>2</max><before>{begin.text}</before>"
            assert (await page(back))[0] == ["j0", "j1"]
            jobs, count = await page("<max>0</max>")
            assert jobs == []
            assert count.findtext(f"{{{RSM}}}count") == "5"
            assert count.find(f"{{{RSM}}}first") is None
            status = "<status>cancelled</status>"
            assert (await page("", status))[0] == ["j1"]

    run(scenario())
