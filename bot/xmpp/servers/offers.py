"""What a server lets the service do in its users' names.

module     mod_carillon tells of itself in the server's disco#info, in a form (XEP-0128)
           whose FORM_TYPE is our namespace: its version, its component, its parts
privilege  XEP-0356 (0.4.1 §4.1, and its version of before): the server tells a
           component what it grants in a message, at each login
delegation XEP-0355 (0.4.1 §4.1, and its version of before): likewise, which namespaces
           it delegates to it

docs/conformance.md, Between people: deliver
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import StanzaBase

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy
from bot.xmpp.servers import uploads
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected
from bot.xmpp.stanzas import delegation
from bot.xmpp.stanzas.namespaces import ANNOUNCE

log = logging.getLogger(__name__)

INFO = "http://jabber.org/protocol/disco#info"
_FORM, _FIELD, _VALUE = (f"{{jabber:x:data}}{name}" for name in ("x", "field", "value"))
_PRIVILEGES = ("urn:xmpp:privilege:2", "urn:xmpp:privilege:1")

LOOK_SECONDS = 10.0  #: that an answer may take
#: between two looks at a server that offered too little, however many ask
AGAIN_SECONDS = 5.0

DELIVER, RELATION = "deliver", "relation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """By what a server may be asked; nothing where it offers nothing."""

    #: of the module, where it serves this very service
    parts: frozenset[str] = frozenset()
    version: str = ""
    #: the component that the module serves, whichever that is
    serves: str = ""
    #: address -> seconds for which the server keeps the files that lie under it
    uploads: Mapping[str, int] = field(default_factory=dict)
    #: the namespace of XEP-0356 in which the server grants to send messages
    privilege: str | None = None
    #: whether it grants to read rosters
    rosters: bool = False
    #: the namespaces that it delegates to the service
    delegated: frozenset[str] = frozenset()

    @property
    def sends(self) -> bool:
        return DELIVER in self.parts or self.privilege is not None


NOTHING = Offer()


@dataclass(slots=True, eq=False)
class Offers:
    """By server, as far as it is known within this session.

    `clock` gives seconds.
    """

    connection: Connection
    policy: Policy
    clock: Callable[[], float]
    #: called when a server has granted or delegated something
    on_grant: Callable[[], None] = lambda: None
    _offers: dict[str, Offer] = field(default_factory=dict)
    _looked: dict[str, float] = field(default_factory=dict)
    #: held while a look is under way: whoever asks meanwhile waits for what it finds
    _looking: defaultdict[str, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )

    def open(self) -> None:
        """Listen to what servers grant; before connecting."""
        self.connection.listen("message", self._granted)

    def forget(self) -> None:
        """What was granted ends with the session."""
        self._offers.clear()
        self._looked.clear()
        # who looks still, in vain, keeps nobody of the next session waiting
        self._looking = defaultdict(asyncio.Lock)

    def known(self, server: str) -> Offer:
        """As it was found last."""
        return self._offers.get(server, NOTHING)

    async def of(self, server: str) -> Offer:
        """Looks anew where it is not known to offer a way to send; raises Unavailable
        where nobody can say what it offers.
        """
        if self.known(server).sends:
            return self.known(server)
        async with self._looking[server]:
            last = self._looked.get(server)
            is_fresh = last is not None and self.clock() - last < AGAIN_SECONDS
            if not self.known(server).sends and not is_fresh:
                await self._look(server)
        if server not in self._offers:
            raise Unavailable(Phrase("{server} does not answer", server=server))
        return self._offers[server]

    async def look(self, server: str) -> Offer | None:
        """What its disco#info says of the module now; None where it says nothing."""
        async with self._looking[server]:
            return await self._look(server)

    async def _look(self, server: str) -> Offer | None:
        session = self._looking
        try:
            answer = await self.connection.ask(
                ET.Element(f"{{{INFO}}}query"),
                to=server,
                sender=self.connection.addresses.service,
                seconds=LOOK_SECONDS,
            )
        except NotConnected:
            return None  # it was not asked
        except (IqError, IqTimeout) as error:
            log.info("%s says nothing of itself: %s", server, error)
            answer = None
            if isinstance(error, IqError) and session is self._looking:
                self._offers.setdefault(server, NOTHING)
        if session is not self._looking:
            return None  # of a session that is over
        self._looked[server] = self.clock()
        if answer is None:
            return None
        found = module(answer, self.connection.addresses.service, self.known(server))
        self._offers[server] = found
        return found

    def _granted(self, stanza: StanzaBase) -> None:
        """A server says what it grants: all of it, in place of what it said before."""
        server = stanza.xml.get("from", "")
        if server not in self.policy.people.servers:
            return
        before = self.known(server)
        self._delegated(server, stanza)
        self._privileged(server, stanza)
        if self.known(server) != before:
            self.on_grant()

    def _privileged(self, server: str, stanza: StanzaBase) -> None:
        for namespace in _PRIVILEGES:
            told = stanza.xml.find(f"{{{namespace}}}privilege")
            if told is None:
                continue
            granted = {
                (one.get("access"), one.get("type"))
                for one in told.iter(f"{{{namespace}}}perm")
            }
            self._offers[server] = replace(
                self.known(server),
                privilege=namespace if ("message", "outgoing") in granted else None,
                rosters=bool(granted & {("roster", "get"), ("roster", "both")}),
            )
            return

    def _delegated(self, server: str, stanza: StanzaBase) -> None:
        """Of each namespace ejabberd tells in a message of its own."""
        for namespace in delegation.NAMESPACES:
            told = stanza.xml.find(f"{{{namespace}}}delegation")
            if told is not None:
                known = self.known(server)
                names = told.iter(f"{{{namespace}}}delegated")
                found = {one.get("namespace", "") for one in names} - {""}
                self._offers[server] = replace(known, delegated=known.delegated | found)


def module(answer: ET.Element, service: str, known: Offer = NOTHING) -> Offer:
    """`known`, with what a disco#info says of the module: no parts where it is not
    there, or serves another service.
    """
    found = replace(known, parts=frozenset(), version="", serves="", uploads={})
    for form in answer.iter(_FORM):
        told = {
            one.get("var", ""): [value.text or "" for value in one.iter(_VALUE)]
            for one in form.iter(_FIELD)
        }
        if told.get("FORM_TYPE") == [ANNOUNCE]:
            serves = "".join(told.get("component", []))
            parts = told.get("parts", []) if serves == service else []
            return replace(
                found,
                parts=frozenset(parts),
                version="".join(told.get("version", [])),
                serves=serves,
                uploads=uploads.told(told.get("uploads", [])),
            )
    return found
