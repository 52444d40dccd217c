"""The table, asked over real servers: by IQ, and by presence for joining."""

import asyncio
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.desk.gate import Share
from bot.domain.audit import AuditEntry
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.settings import Settings
from bot.store.database import SqlDatabase
from tests.e2e.speaking import (
    ANNOUNCE,
    BODY,
    SOON,
    meta,
    refusal,
    to_list,
    to_people,
)
from tests.e2e.xml_client import C, XmlClient
from tests.permissions.stage import LISTS, OTHER, Jobs, add_jobs, add_waiting, rows
from tests.permissions.table import CALLERS, Cell, cells
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    Answering,
    answering,
    configured,
    query,
    schedule,
)
from tests.xmpp.links import newcomer

pytestmark = pytest.mark.e2e

#: verdict -> (condition, type), and how the audit trail has it
ERRORS: Mapping[str, tuple[str, str]] = {
    "no": ("not-allowed", "cancel"),
    "none": ("item-not-found", "cancel"),
    "over": ("unexpected-request", "wait"),
    "who": ("forbidden", "auth"),
}
CODES = {
    "yes": "done",
    "no": "not-allowed",
    "none": "not-found",
    "over": "finished",
    "who": "forbidden",
}
OWN_SERVER = ("admin", "publisher", "auditor", "user")


@dataclass
class Walk:
    """A service that answers, and a raw client for each caller who can reach it."""

    bot: Answering
    server: XmppServer
    clients: Mapping[str, XmlClient]

    @property
    def component(self) -> bool:
        return self.bot.use_cases.policy.addresses.component

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        database = self.bot.use_cases.database
        assert isinstance(database, SqlDatabase)
        found = rows(str(database._backend.writing.url))
        # a sign of life is noted whatever is asked, a little later
        return found | {"subscriber": [one[:2] for one in found["subscriber"]]}

    def jobs(self, caller: str) -> Jobs:
        service = self.bot.use_cases
        bare = self.clients[caller].full.partition("/")[0]
        return service.database.call(add_jobs, bare, service.clock.now())

    def last_entry(self) -> AuditEntry:
        service = self.bot.use_cases
        [entry] = service.database.look(
            service.audit.page,
            service.policy.access.operator(),
            AuditFilter(),
            Paging(limit=1, before=0),
        ).items
        return entry


@contextmanager
def walking(
    bot: Answering, server: XmppServer, settings: Settings, people: Mapping[str, str]
) -> Iterator[Walk]:
    with ExitStack() as stack:
        clients = {
            name: stack.enter_context(XmlClient(server, user=user))
            for name, user in people.items()
        }
        for client in clients.values():
            # only who fetched the roster is told of subscriptions
            client.ask(client.bare, "get", "<query xmlns='jabber:iq:roster'/>")
        for name, domain in zip(("friend", "stranger"), server.spares, strict=True):
            client = stack.enter_context(XmlClient(server, domain=domain))
            client.full = f"{name}@{domain}/raw"
            clients[name] = client
        if settings.xmpp.mode == "account":
            # of a component nobody outside can send
            itself = XmlClient(
                server, user=settings.xmpp.jid.partition("@")[0], resource="second"
            )
            clients["itself"] = stack.enter_context(itself)
        yield Walk(bot, server, clients)


def requests(walk: Walk, cell: Cell, jobs: Jobs) -> Iterator[tuple[str, str, str]]:
    """Every way to ask: the name given, the IQ's type, its payload."""
    what = cell.what
    if cell.verb == "announce":
        for target in targets(walk, what):
            yield what, "set", schedule(f"{BODY}{SOON}{target}")
        return
    if what == "everything":
        yield what, "get", query()
        return
    job = jobs.named(what)
    name = job.client_id if job else f"nix-{secrets.token_hex(6)}"
    owner = f"<owner xmlns='{ANNOUNCE}'>{OTHER}</owner>"
    whose = meta(owner) if what.startswith("others") else ""
    if cell.verb == "query":
        yield name, "get", query(f"<id>{name}</id>{whose}")
    else:
        yield name, "set", schedule(f"<cancel>{name}</cancel>{whose}")


def targets(walk: Walk, what: str) -> list[str]:
    own = walk.bot.contact
    special = {
        "news-urgently": meta(f"{to_list('news')}<urgent xmlns='{ANNOUNCE}'/>"),
        "the-service": f"<to>{own}</to>",
        "single-people": meta(to_people("reader@example.org")),
        "itself-as-a-person": meta(to_people("reader@example.org", own)),
        "another-person": "<to>reader@example.org</to>",
    }
    if what in special:
        return [special[what]]
    addressed = [f"<to>{what}@{own}</to>"] if walk.component else []
    return [meta(to_list(what)), *addressed]


def the_iqs(walk: Walk) -> None:
    """Each answer is the table's, refusals change nothing, and all is in the trail."""
    told: dict[tuple[str, str], set[str]] = {}
    for cell in cells("announce", "query", "cancel"):
        client = walk.clients.get(cell.caller)
        if client is None:
            continue
        jobs = walk.jobs(cell.caller)
        for name, kind, payload in requests(walk, cell, jobs):
            before = walk.rows()
            answer = client.ask(walk.bot.address, kind, payload)
            entry = walk.last_entry()
            assert entry.caller == client.full.partition("/")[0], cell
            assert entry.result == CODES[cell.verdict], (cell, entry)
            if cell.verdict == "yes":
                assert answer.get("type") == "result", (cell, ET.tostring(answer))
                continue
            assert refusal(answer) == ERRORS[cell.verdict], cell
            assert walk.rows() == before, cell
            if cell.verdict == "none":
                error = answer.find(f"{C}error")
                assert error is not None
                text = ET.canonicalize(ET.tostring(error)).replace(name, "NAME")
                told.setdefault((cell.caller, cell.verb), set()).add(text)
    assert {key: texts for key, texts in told.items() if len(texts) != 1} == {}
    assert len(told) == 5 * 3


def the_recipients(walk: Walk) -> None:
    """What a recipient chooses and answers, likewise; he names nobody else."""
    for cell in cells("consent", "requests", "answer"):
        client = walk.clients.get(cell.caller)
        if client is None or cell.what.endswith("-others"):
            continue
        service = walk.bot.use_cases
        bare = client.full.partition("/")[0]
        waiting = service.database.call(add_waiting, bare, service.clock.now())
        kind, payload = {
            "consent look": ("get", f"<consent xmlns='{ANNOUNCE}'/>"),
            "consent set": ("set", f"<consent xmlns='{ANNOUNCE}' who='nobody'/>"),
            "requests list": ("get", f"<requests xmlns='{ANNOUNCE}'/>"),
        }.get(f"{cell.verb} {cell.what}") or (
            "set",
            f"<answer xmlns='{ANNOUNCE}' ref='{waiting[cell.what]}' verdict='refuse'/>",
        )
        before = walk.rows()
        answer = client.ask(walk.bot.address, kind, payload)
        assert walk.last_entry().result == CODES[cell.verdict], cell
        if cell.verdict == "yes":
            assert answer.get("type") == "result", (cell, ET.tostring(answer))
            continue
        assert refusal(answer) == ERRORS[cell.verdict], cell
        assert walk.rows() == before, cell


def the_unknown(walk: Walk) -> None:
    """Whoever is not known is told so whatever he sends to whichever address."""
    own = walk.bot.contact
    lists = [f"{name}@{own}" for name in ("news", "staff", "nothing")]
    for caller in {"stranger", "itself"} & set(walk.clients):
        client = walk.clients[caller]
        before = walk.rows()
        for address in (walk.bot.address, *(lists if walk.component else ())):
            for kind, payload in (
                ("set", schedule("<id/>")),
                ("set", schedule(BODY, "signed='true'")),
                ("get", schedule(BODY)),
                ("get", query("<status>lost</status>")),
            ):
                answer = client.ask(address, kind, payload)
                assert refusal(answer) == ERRORS["who"], (caller, address)
        assert walk.rows() == before


def the_presences(walk: Walk) -> None:
    """Joining is answered as the table says; the hidden as the missing."""
    told: dict[str, set[str]] = {}
    for cell in cells("join"):
        # an account has one address; its own resources are not answered
        if cell.caller == "itself" or not (
            walk.component or cell.what == "the-service"
        ):
            continue
        client = walk.clients[cell.caller]
        before = walk.rows()
        if cell.what == "club" and cell.verdict == "yes":
            wait(walk, client)
            continue
        answers = asked(walk, client, "subscribe", cell.what)
        kind = "subscribed" if cell.verdict == "yes" else "unsubscribed"
        assert answers[-1].get("type") == kind, cell
        if cell.verdict != "yes":
            assert walk.rows() == before, cell
        errors = [refusal(one) for one in answers[:-1]]
        assert errors == [ERRORS["none"]] * (cell.verdict == "none"), cell
        if cell.verdict == "none":
            told.setdefault(cell.caller, set()).add(wording(answers, cell.what))
    assert {caller: texts for caller, texts in told.items() if len(texts) != 1} == {}
    assert len(told) == (5 if walk.component else 0)


def wait(walk: Walk, client: XmlClient) -> None:
    """Who waits to be let in is not answered: what he asks later is, before him."""
    club = f"club@{walk.bot.contact}"
    tell(client, "subscribe", club)
    assert asked(walk, client, "subscribe", "nothing")
    assert not [one for one in client.waiting if one.get("from", "").startswith(club)]


def the_leavings(walk: Walk) -> None:
    """Leaving what one does not stand on is answered alike, whatever is there."""
    for caller in ("friend", "stranger"):
        before = walk.rows()
        client = walk.clients[caller]
        told = {
            wording(asked(walk, client, "unsubscribe", name), name)
            for name in ("staff", "nothing", "board")
        }
        assert len(told) == 1
        assert walk.rows() == before


def asked(walk: Walk, client: XmlClient, kind: str, what: str) -> list[ET.Element]:
    """The answers to a presence: an error if there is one, and the verdict."""
    to = walk.bot.contact if what == "the-service" else f"{what}@{walk.bot.contact}"
    client.waiting.clear()
    tell(client, kind, to)

    def is_ours(one: ET.Element, *kinds: str) -> bool:
        bare = one.get("from", "").partition("/")[0]
        return bare == to and one.tag == f"{C}presence" and one.get("type") in kinds

    verdict = client.take(lambda one: is_ours(one, "subscribed", "unsubscribed"))
    return [*(one for one in client.waiting if is_ours(one, "error")), verdict]


def tell(client: XmlClient, kind: str, to: str) -> None:
    sender = f"from='{client.full.partition('/')[0]}'" if client.component else ""
    client.send(f"<presence type='{kind}' to='{to}' {sender}/>")


def wording(answers: list[ET.Element], name: str) -> str:
    told = "".join(ET.canonicalize(ET.tostring(one)) for one in answers)
    return re.sub(r' (id|xml:lang)="[^"]*"', "", told).replace(name, "NAME")


@pytest.mark.parametrize("mode", MODES)
def test_the_table(
    server: XmppServer, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every caller who can reach the service is told what the table says."""
    for share in ("PER_SENDER", "PER_DOMAIN"):
        monkeypatch.setattr(f"bot.desk.gate.{share}", Share(rate=0, burst=0))
    monkeypatch.setattr("bot.desk.desk.STRANGERS_WRITTEN_DOWN", Share(0, 0))
    people = {name: newcomer(server) for name in OWN_SERVER}
    lists: dict[str, Any] = {
        name: {"welcome": None, **one} for name, one in LISTS.items()
    }
    for one in lists.values():
        if one.get("publishers"):
            one["publishers"] = [server.jid(people["publisher"])]
    settings = configured(
        server,
        mode,
        tmp_path,
        access={
            "admins": [server.jid(people["admin"])],
            "auditors": [server.jid(people["auditor"])],
            "domains": [server.spares[0]],
        },
        lists=lists,
        limits={
            role: {"requests_per_minute": 0, "pending": 0, "deliveries_per_day": 0}
            for role in ("user", "admin")
        },
    )

    def walk_all(bot: Answering) -> None:
        with walking(bot, server, settings, people) as walk:
            assert set(walk.clients) == set(CALLERS) - (
                {"itself"} if walk.component else set()
            )
            the_iqs(walk)
            the_recipients(walk)
            the_unknown(walk)
            the_presences(walk)
            if walk.component:
                the_leavings(walk)

    async def scenario() -> None:
        async with answering(settings) as bot:
            bot.use_cases.database.call(on_board, bot, server.jid(people["user"]))
            await asyncio.to_thread(walk_all, bot)

    asyncio.run(scenario())


def on_board(uow: UnitOfWork, bot: Answering, jid: str) -> None:
    operator = bot.use_cases.policy.access.operator()
    bot.use_cases.enrolling.add(uow, operator, "board", jid, None, None)
