"""Rights and limits over the life of the service: killed, shared, configured anew."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from bot.domain.audit import Action, AuditEntry
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from tests.e2e.conftest import PLACES, Make
from tests.e2e.service import Service
from tests.e2e.speaking import (
    SCHEDULING,
    S,
    X,
    job,
    payload,
    refusal,
    to_list,
    to_people,
)
from tests.e2e.xml_client import C, XmlClient
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

QUERY = f"<schedule-query xmlns='{SCHEDULING}'/>"
FEW = {"CARILLON_LIMITS__USER__REQUESTS_PER_MINUTE": "6"}


@pytest.fixture(params=PLACES, ids="-".join)
def place(request: pytest.FixtureRequest) -> tuple[XmppServer, str]:
    """A server and a mode."""
    name, mode = request.param
    return request.getfixturevalue(name), mode


class People:
    """`people(server)`: somebody with a raw client and an account of his own."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, server: XmppServer) -> XmlClient:
        name = f"p{secrets.token_hex(5)}"
        server.register(name)
        return self._stack.enter_context(XmlClient(server, user=name))


@pytest.fixture
def people() -> Iterator[People]:
    with ExitStack() as stack:
        yield People(stack)


def until_it_answers(service: Service, person: XmlClient) -> None:
    """A ping counts for no limit."""
    ping = "<ping xmlns='urn:xmpp:ping'/>"

    def answers() -> bool:
        return person.ask(service.address, "get", ping).get("type") == "result"

    service.until(answers, seconds=30)


def ask_often(service: Service, person: XmlClient, times: int) -> list[str]:
    """`result`, or the condition and its limit."""
    found = []
    for _ in range(times):
        answer = person.ask(service.address, "get", QUERY)
        if answer.get("type") == "result":
            found.append("result")
            continue
        assert refusal(answer) == ("policy-violation", "wait")
        limit = answer.find(f"{C}error/{X}limit")
        assert limit is not None
        assert 1 <= int(limit.get("retry-after", "0")) <= 60
        found.append(f"{limit.get('name')} {limit.get('max')}")
    return found


MUCH = "requests-per-minute 6"


def test_a_kill_resets_no_count(
    place: tuple[XmppServer, str], make: Make, people: People
) -> None:
    """Who had four of six requests has two more after kill -9, and no seventh."""
    service, person = make(*place), people(place[0])
    service.start(FEW)
    until_it_answers(service, person)
    assert ask_often(service, person, 4) == ["result"] * 4
    service.kill()
    service.start(FEW)
    until_it_answers(service, person)
    assert ask_often(service, person, 4) == ["result"] * 2 + [MUCH] * 2
    service.kill()
    service.start(FEW)
    until_it_answers(service, person)
    assert ask_often(service, person, 1) == [MUCH]
    assert service.stop() == 0


@pytest.mark.postgres
def test_each_service_counts_for_itself(
    prosody: Prosody, postgresql: PostgreSQL, make: Make, people: People
) -> None:
    """Who asks two services of one database in turn has as much at each as if it were
    the only one.
    """
    url = postgresql.database("own_counts")
    services = [
        make(prosody, "component", database=url),
        make(prosody, "component", database=url, jid=prosody.spares[1]),
    ]
    person = people(prosody)
    for service in services:
        service.start(FEW)
        until_it_answers(service, person)
    answers = [
        ask_often(service, person, 1)[0] for _ in range(7) for service in services
    ]
    assert answers == ["result"] * 12 + [MUCH] * 2
    for service in services:
        assert service.stop() == 0


def test_rights_lost_before_the_moment(
    place: tuple[XmppServer, str], make: Make, people: People
) -> None:
    """A publisher who lost the list and an admin who is one no more are refused when
    due: told so by headline and in words; nobody hears their announcements.
    """
    server, mode = place
    author, boss, reader = (people(server) for _ in range(3))
    service = make(server, mode)
    service.subscribe([reader.bare])
    service.start(
        {
            "CARILLON_LISTS__NEWS__PUBLISHERS": json.dumps([author.bare]),
            "CARILLON_ACCESS__ADMINS": json.dumps([boss.bare]),
        }
    )
    until_it_answers(service, author)
    for who, target in ((author, to_list()), (boss, to_people(reader.bare))):
        request = job("mine", delay=4, target=target)
        schedule = f"<schedule xmlns='{SCHEDULING}'>{request}</schedule>"
        answer = payload(who.ask(service.address, "set", schedule))
        assert answer.findtext(f"{S}status") == "scheduled"
    assert service.stop() == 0
    service.start()
    for who in (author, boss):
        headline = who.message(lambda one: one.get("type") == "headline")
        assert headline.findtext(f"{S}schedule/{S}id") == "mine"
        assert headline.findtext(f"{S}schedule/{S}status") == "failed"
        written = who.message(lambda one: one.find(f"{C}body") is not None)
        assert "may no longer announce there" in (written.findtext(f"{C}body") or "")
        assert "(mine)" in (written.findtext(f"{C}body") or "")
        query = QUERY.replace("/>", "><id>mine</id></schedule-query>")
        shown = payload(who.ask(service.address, "get", query))
        assert shown.findtext(f"{S}status") == "failed"
    reader.settle()
    assert [one for one in reader.waiting if is_text(one)] == []
    assert service.stop() == 0


def is_text(stanza: ET.Element) -> bool:
    return stanza.find(f"{C}body") is not None


def test_the_trail_is_kept_as_configured(
    prosody: Prosody, make: Make, people: People
) -> None:
    """A running service drops what is older than `keep_days`, and nothing where it
    is 0.
    """
    service, person = make(prosody, "component"), people(prosody)
    service.uses.database.call(age, service)
    for days, left in ((0, [400, 3, 0]), (365, [3, 0]), (2, [0])):
        service.start({"CARILLON_AUDIT__KEEP_DAYS": str(days)})
        until_it_answers(service, person)
        service.until(lambda wanted=left: ages(service) == wanted)  # type: ignore[misc]  # bound here
        assert service.stop() == 0
        assert ages(service) == left


def age(uow: UnitOfWork, service: Service) -> None:
    for days in (400, 3, 0):
        uow.audit.add(
            AuditEntry(
                at=service.uses.clock.now() - timedelta(days=days),
                caller="admin@example.org",
                role="admin",
                door=Origin.IQ,
                action=Action.QUERY,
                about="all",
                reference=None,
                result="done",
            )
        )


def ages(service: Service) -> list[int]:
    """In days."""
    now = service.uses.clock.now()
    page = service.uses.database.look(
        lambda uow: uow.audit.page(AuditFilter(), Paging())
    )
    return [(now - entry.at).days for entry in page.items]
