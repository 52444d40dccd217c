"""People with raw clients who add a service to their contacts and remove it."""

import secrets
import sqlite3
from contextlib import ExitStack, closing
from typing import Self

from tests.e2e.service import Service
from tests.e2e.xml_client import C, XmlClient
from tests.servers.xmpp_server import XmppServer

_ROSTER = "<query xmlns='jabber:iq:roster'/>"


class Contacts:
    """Each stays connected for the length of the `with`; people are bare JIDs."""

    def __init__(self, server: XmppServer, service: Service) -> None:
        self._server, self._service = server, service
        addresses = service.uses.policy.addresses
        self._to = addresses.of_list("news").partition("/")[0]
        self._clients: dict[str, XmlClient] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ask_to_join(self, count: int) -> list[str]:
        """New people, who subscribe."""
        asking = []
        for _ in range(count):
            self._server.register(name := f"c{secrets.token_hex(6)}")
            client = XmlClient(self._server, user=name)
            self._stack.enter_context(client)
            # who has asked for his roster is told of changes
            client.send(f"<iq type='get' id='roster'>{_ROSTER}</iq><presence/>")
            self._clients[client.bare] = client
            self.tell(client.bare, "subscribe")
            asking.append(client.bare)
        return asking

    def join(self, count: int) -> list[str]:
        """New people, who are on the list."""
        joined = self.ask_to_join(count)
        for jid in joined:
            self._clients[jid].presence(self._to, "subscribed")
        return joined

    def leave(self, jid: str) -> None:
        """As clients do that remove a contact; the server has it afterwards."""
        item = f"<item jid='{self._to}' subscription='remove'/>"
        roster = f"<query xmlns='jabber:iq:roster'>{item}</query>"
        answer = self._clients[jid].ask(jid, "set", roster)
        assert answer.get("type") == "result"

    def tell(self, jid: str, kind: str) -> None:
        self._clients[jid].send(f"<presence type='{kind}' to='{self._to}'/>")

    def settle(self) -> None:
        """The server has dealt with all that they sent."""
        for client in self._clients.values():
            client.settle()

    @property
    def standing(self) -> set[str]:
        """Those on the list."""
        uses, operator = self._service.uses, self._service.operator
        page = uses.database.look(uses.subscribers.page, operator, "news", 0, 1000)
        return {subscription.jid for subscription, _ in page}

    @property
    def waiting(self) -> int:
        """How many joins and leaves wait on the disk."""
        url = self._service.url
        file = url.removeprefix("sqlite:///")
        if file == url:
            [file] = map(str, self._service.folder.rglob("*.waiting"))
        else:
            file = f"{file}.waiting"
        with closing(sqlite3.connect(file)) as spool:
            [(count,)] = spool.execute("SELECT count(*) FROM move")
        return int(count)

    def until_standing(self, wanted: set[str]) -> None:
        self._service.until(lambda: self.standing == wanted)

    def are_told(self, wanted: set[str]) -> None:
        """An announcement reaches them and nobody else."""
        job = self._service.announce()
        self._service.until(lambda: self._service.sent(job))
        assert self._service.progress(job).sent == len(wanted)
        for jid in wanted:
            self._clients[jid].message(lambda one: one.find(f"{C}body") is not None)
