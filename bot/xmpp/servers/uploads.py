"""For how long servers keep the files that their people link to.

XEP-0363 (1.2.0) has no word for it, and neither Prosody's mod_http_file_share nor
ejabberd's mod_http_upload tells. So mod_carillon does, in the form (XEP-0128) in which
it tells of itself, one value for each service that deletes files:

    <field var='uploads'><value>https://upload.example.org/file_share 604800</value>…

the address under which its files lie, and the seconds for which they do.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from xml.etree import ElementTree as ET

from slixmpp.exceptions import XMPPError

from bot.domain.errors import CarillonError
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.xmpp.servers.offers import INFO, LOOK_SECONDS
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected
from bot.xmpp.stanzas.namespaces import ANNOUNCE

log = logging.getLogger(__name__)

MAX_SERVICES = 20  #: of one server that are remembered
_FORM, _FIELD, _VALUE = (f"{{jabber:x:data}}{name}" for name in ("x", "field", "value"))
_KEPT = re.compile(r"(https?://\S{1,500}) ([1-9]\d{0,8})", re.ASCII)


@dataclass(slots=True, eq=False)
class Uploads:
    """Asks at each session; what was said stays known, also to the command line."""

    connection: Connection
    database: Database
    policy: Policy
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def on_session(self) -> None:
        for server in self.policy.people.servers:
            task = asyncio.create_task(self._ask(server))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    def on_lost(self) -> None:
        for task in self._asking:
            task.cancel()

    async def _ask(self, server: str) -> None:
        try:
            answer = await self.connection.ask(
                ET.Element(f"{{{INFO}}}query"),
                to=server,
                sender=self.connection.addresses.service,
                seconds=LOOK_SECONDS,
            )
            await self.database.run(_keep, server, told(answer))
        except (NotConnected, XMPPError, CarillonError) as error:
            log.debug("how long %s keeps files is not known: %s", server, error)


def told(answer: ET.Element) -> Mapping[str, timedelta]:
    """Address -> time, as a server's disco#info has it."""
    found = dict(_told(answer))
    return dict(list(found.items())[:MAX_SERVICES])


def _told(answer: ET.Element) -> Iterator[tuple[str, timedelta]]:
    for form in answer.iter(_FORM):
        values = {
            one.get("var"): [value.text or "" for value in one.iter(_VALUE)]
            for one in form.iter(_FIELD)
        }
        if values.get("FORM_TYPE") != [ANNOUNCE]:
            continue
        for value in values.get("uploads", []):
            if kept := _KEPT.fullmatch(value.strip()):
                yield kept[1], timedelta(seconds=int(kept[2]))


def _keep(uow: UnitOfWork, server: str, uploads: Mapping[str, timedelta]) -> None:
    uow.facts.keep_uploads(server, uploads)
