"""Messages between people: very many at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from bot.store.tables import schedule
from tests.drills.drill_modules import drained, messages_of
from tests.e2e.service import Service
from tests.e2e.speaking import ahead, now, written
from tests.e2e.xml_client import XmlClient
from tests.modules.scene import SCHEDULING, S
from tests.servers.equipped import STARTED, Options
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

Start = Callable[[Options], AbstractContextManager[XmppServer]]
MANY = 10_000
DUE = ahead()
LIFTED = """
[limits.user]
pending = 0
requests_per_minute = 0
deliveries_per_day = 0
"""


@pytest.fixture(params=STARTED)
def start(request: pytest.FixtureRequest) -> Start:
    """`start(options)`: a server of the test's own."""
    return STARTED[request.param]


def message(to: str, number: str, when: str) -> str:
    """What a client sends."""
    return (
        f"<message to='{to}' type='chat' id='{number}'><body>{number}</body>"
        f"<schedule xmlns='{SCHEDULING}'>{when}</schedule></message>"
    )


def state(one: ET.Element) -> str | None:
    return one.findtext(f"{S}schedule/{S}status")


def move(service: Service, moment: datetime) -> None:
    """All that is to come, in the database: nobody waits for a month."""
    due = sa.update(schedule).values(next_at=moment, deliver_at=moment)
    engine = sa.create_engine(service.url)
    with engine.begin() as connection:
        connection.execute(due)
    engine.dispose()


def test_ten_thousand_at_once(start: Start, tmp_path: Path) -> None:
    """With the limits lifted all are kept, and told so once; at their moment each is
    delivered once, under its id.
    """
    with (
        start(Options(timeout=300, archives=False)) as server,
        ThreadPoolExecutor() as pool,
        ExitStack() as stack,
    ):
        service = Service(tmp_path, server, "component")
        stack.callback(service.close)
        with service.file.open("a") as file:
            file.write(LIFTED)
        service.start()
        service.wait_until_connected()
        for name in ("anna", "bert"):
            server.register(name)
        anna, bert = (
            stack.enter_context(XmlClient(server, user=name))
            for name in ("anna", "bert")
        )
        ids = [f"m{number}" for number in range(MANY)]
        when = f"<deliver-at>{written(DUE)}</deliver-at>"
        sent = pool.submit(
            anna.send, "".join(message(bert.bare, one, when) for one in ids)
        )
        told = list(drained(anna, MANY, "message"))
        sent.result()
        assert Counter(map(state, told)) == {"scheduled": MANY}
        bert.settle()
        assert not messages_of(bert)
        move(service, now() + timedelta(seconds=2))
        got = list(drained(bert, MANY, "message"))
        assert sorted(one.get("id", "") for one in got) == sorted(ids)
        assert {one.get("from") for one in got} == {anna.bare}
        ended = list(drained(anna, MANY, "message"))
        assert Counter(map(state, ended)) == {"sent": MANY}
        assert not messages_of(anna, bert)
