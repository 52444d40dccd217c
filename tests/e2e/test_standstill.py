"""A running service hears of roles, and of a stop of all, from another process."""

import itertools
import json
import secrets

import pytest

from tests.e2e.conftest import Make
from tests.e2e.speaking import SCHEDULING, S, job, payload, refusal, to_list
from tests.e2e.xml_client import C, XmlClient
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

PUBLISHER = ("publisher", "--list", "news")


def test_at_a_running_service(prosody: Prosody, make: Make) -> None:
    """Who is made a publisher on the command line may announce over XMPP; what he asks
    for while everything is stopped goes out when all goes on, and not before; who is
    one no more is refused.
    """
    name = f"p{secrets.token_hex(5)}"
    prosody.register(name)
    service = make(prosody, "component")
    service.start()
    service.wait_until_connected()
    with XmlClient(prosody, user=name) as author:
        now = service.uses.clock.now
        service.subscribe([author.bare])

        def ask(identity: str) -> str:
            request = job(identity, delay=1, target=to_list())
            schedule = f"<schedule xmlns='{SCHEDULING}'>{request}</schedule>"
            answer = author.ask(service.address, "set", schedule)
            if answer.get("type") == "error":
                return refusal(answer)[0]
            return payload(answer).findtext(f"{S}status") or ""

        assert ask("before") == "not-allowed"
        service.command("roles", "add", author.bare, *PUBLISHER)
        service.until(lambda: ask("first") == "scheduled")
        author.message(lambda one: one.find(f"{C}body") is not None)

        service.command("stop-all")
        service.until(
            lambda: json.loads(service.command("status", "--json"))["stopped"]
        )
        assert ask("second") == "scheduled"
        found = service.uses.database.look(
            lambda uow: uow.schedules.find(author.bare, "second")
        )
        assert found is not None
        assert found.next_at is not None
        due = found.next_at
        service.until(lambda: now() > due)
        resumed = now()
        service.command("resume-all")
        author.message(lambda one: one.find(f"{C}body") is not None)
        [broadcast] = service.broadcasts(found)
        assert broadcast.created_at > resumed > due

        service.command("roles", "remove", author.bare, *PUBLISHER)
        # each anew: a repeat of what was taken is answered as that was
        fresh = (f"after{number}" for number in itertools.count())
        service.until(lambda: ask(next(fresh)) == "not-allowed", seconds=120)
    assert service.stop() == 0
