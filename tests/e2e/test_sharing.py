"""Several processes on one database: services side by side, and the command line."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.domain.broadcast import ExceptionKind
from bot.domain.message import Text
from bot.domain.schedule import Schedule
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer
from tests.store.releases import rows_of

pytestmark = pytest.mark.e2e

READERS = 120


def rows_of_service(url: str, service: Service) -> dict[str, list[str]]:
    """Every row that is a service's, or belongs to one of its broadcasts."""
    rows = rows_of(url)
    mine = {row["id"] for row in rows["broadcast"] if row["service"] == service.address}
    return {
        table: sorted(
            repr(row)
            for row in found
            if row.get("service") == service.address or row.get("broadcast_id") in mine
        )
        for table, found in rows.items()
    }


def hurry(service: Service, job: Schedule) -> None:
    """Whoever is to be told again, or may still bounce, need not be waited for.

    Not who is being told again at this moment: that would count as one more attempt.
    """
    now = service.uses.clock.now()
    waiting = [
        one
        for one in service.failures(job)
        if one.next_at
        and one.next_at > now
        and (one.kind is ExceptionKind.DEFERRED or not one.attempts)
    ]
    soon = [replace(one, next_at=now) for one in waiting]

    def put(uow: UnitOfWork) -> None:
        uow.exceptions.put(soon)
        uow.nudge()

    if soon:
        service.uses.database.call(put)


def ended(service: Service, job: Schedule) -> bool:
    hurry(service, job)
    return service.sent(job)


def status(service: Service) -> Any:
    return json.loads(service.command("status", "--json"))


@pytest.mark.postgres
def test_two_services(server: XmppServer, postgresql: PostgreSQL, make: Make) -> None:
    """Two services on one PostgreSQL speak each for itself, also while one is dead.

    Both have the same readers, an announcement of the same id under way, one that
    waits, a bounce, a repeat and a notice. One is killed in the middle: the other
    ends its own and touches nothing; the killed one goes on when it is back.
    """
    url = postgresql.database(f"two_services_{server.name}")
    options = {"database": url, "rate": 60, "window": 10}
    first = make(server, "component", **options)
    second = make(server, "component", jid=server.spares[1], **options)
    both = (first, second)
    with Sink(server, server.spares[0]) as sink:
        readers = sink.jids(READERS)
        sink.refuses[readers[0]] = ("cancel", "item-not-found")
        sink.refuses[readers[1]] = ("wait", "remote-server-timeout")
        for service in both:
            service.subscribe(readers)
            service.start()
            service.wait_until_connected()
        jobs = {
            service: service.announce(
                client_id="same", bodies=(("en", f"of {service.address}"),)
            )
            for service in both
        }
        for service in both:
            service.announce(client_id="later", delay_seconds="3600")
            notice = Notice(
                to=f"owner@{sink.domain}",
                said=Text(language="en", body=f"notice of {service.address}"),
                created_at=service.uses.clock.now(),
            )
            service.uses.database.call(lambda uow, one: uow.notices.add(one), notice)
        for service in both:
            service.until(partial(under_way, sink, service))
        second.kill()
        left = rows_of_service(url, second)
        assert not second.sent(jobs[second])
        sink.refuses.pop(readers[1])
        first.until(lambda: first.progress(jobs[first]).deferred == 1)
        first.until(lambda: ended(first, jobs[first]))
        assert rows_of_service(url, second) == left
        shown = status(first)
        assert [one["service"] for one in shown["services"]] == [first.address]
        assert shown["sending"] == []
        assert [one["id"] for one in shown["next"]] == ["later"]
        second.start()
        second.until(lambda: ended(second, jobs[second]))
        for service in both:
            [one] = status(service)["services"]
            assert (one["service"], one["connected"]) == (service.address, True)
            [coming] = status(service)["next"]
            assert coming["id"] == "later"
            assert service.stop() == 0
    for service in both:
        progress = service.progress(jobs[service])
        assert (progress.sent, progress.failed) == (READERS - 1, 1)
        [failed] = service.failures(jobs[service])
        assert (failed.jid, failed.condition) == (readers[0], "item-not-found")
        spoken = {to for by, to, body in sink.said if body == f"of {service.address}"}
        assert spoken == set(readers)
    for sender, _, body in sink.said:
        kind, _, of = body.partition("of ")
        assert sender.partition("/")[0] == (of if kind else f"news@{of}"), body
    notices = [body for _, _, body in sink.said if body.startswith("notice")]
    assert sorted(notices) == sorted(f"notice of {one.address}" for one in both)


def under_way(sink: Sink, service: Service) -> bool:
    """Many were told, and many were not."""
    bodies = [body for _, _, body in list(sink.said)]
    return bodies.count(f"of {service.address}") > READERS // 6


@pytest.mark.postgres
def test_a_stand_by_takes_over(
    server: XmppServer, postgresql: PostgreSQL, make: Make
) -> None:
    """A second process with the same JID waits, and goes on when the first is killed.

    Nobody is skipped, and at most a window is told twice, with equal ids.
    """
    url = postgresql.database(f"stand_by_{server.name}")
    first, second = (
        make(server, "component", database=url, rate=600, window=100) for _ in range(2)
    )
    with Sink(server, server.spares[0]) as sink:
        first.subscribe(sink.jids(1500))
        first.start()
        first.wait_until_connected()
        second.start()
        second.until(lambda: "standing by" in second.log)
        job = first.announce()
        first.until(lambda: len(sink.told) >= 400)
        assert "bot.xmpp" not in second.log
        first.kill()
        second.until(lambda: second.sent(job))
        sink.wait(1500)
        assert second.stop() == 0
    assert set(sink.told) == set(sink.jids(1500))
    assert len(set(sink.arrived)) == 1500
    assert len(sink.arrived) <= 1500 + 100


@pytest.mark.parametrize("door", ["database", "command line"])
def test_another_process(server: XmppServer, make: Make, door: str) -> None:
    """What another process stores reaches the running service at once."""
    service = make(server, "component")
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(2))
        service.start()
        service.wait_until_connected()
        if door == "database":
            job = service.announce()
        else:
            service.command(
                *("announce", "news", "--body", "Hello", "--in", "1s", "--yes"),
                *("--id", "by-hand"),
            )
            found = service.uses.database.look(
                lambda uow: uow.schedules.find(service.operator.owner, "by-hand")
            )
            assert found is not None
            job = found
        sink.wait(2, seconds=20)
        service.until(lambda: service.sent(job))
        [broadcast] = service.broadcasts(job)
        assert broadcast.created_at >= job.deliver_at
        assert service.stop() == 0
