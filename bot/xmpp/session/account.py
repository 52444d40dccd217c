"""The account's stream (RFC 6120)."""

import logging
import ssl
from typing import Any

from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.addresses import Addresses
from bot.domain.phrase import Phrase
from bot.settings import XMPPSettings
from bot.xmpp.session.stream import Listener, Stream
from bot.xmpp.stanzas.namespaces import CLIENT, ROSTER
from bot.xmpp.writing.acknowledgements import Acknowledgements, Pings
from bot.xmpp.writing.stream_management import StreamManagement

log = logging.getLogger(__name__)
DIRECT_TLS_PORT = 5223


class AccountStream(Stream, ClientXMPP):
    """A client of RFC 6120, with XEP-0198 where the server has it."""

    def __init__(
        self,
        settings: XMPPSettings,
        addresses: Addresses,
        listener: Listener,
        *,
        patience: float,
    ) -> None:
        ClientXMPP.__init__(
            self,
            addresses.service,
            settings.secret,
            ssl_context=ssl.create_default_context(
                cafile=str(settings.ca_file) if settings.ca_file else None
            ),
        )
        self._prepare(addresses, listener)
        if settings.tls == "off":
            self.enable_plaintext = True
            self.enable_starttls = self.enable_direct_tls = False
            self.plugin["feature_mechanisms"].unencrypted_scram = True
        elif settings.host:
            self.enable_direct_tls = settings.port == DIRECT_TLS_PORT
            self.enable_starttls = not self.enable_direct_tls
        self.stream_management = StreamManagement(self, patience)
        # COMPAT slixmpp's own keeps each contact in memory, and prepares its JID,
        # which its server may have taken for one and slixmpp does not.
        self.remove_handler("Roster Update")
        pushed = MatchXPath(f"{{{CLIENT}}}iq/{{{ROSTER}}}query")
        self.register_handler(Callback("roster push", pushed, self._on_roster))
        self.add_event_handler("stream_negotiated", self._on_negotiated)
        self.add_event_handler("failed_auth", self._on_refused)
        self.add_event_handler("no_auth", self._on_no_mechanism)
        self.add_event_handler("ssl_invalid_chain", self._on_untrusted)

    def resume(self, acknowledgements: Acknowledgements, again: bytes) -> None:
        """The old session lives on: write what the server had not taken."""
        self.begin(acknowledgements)
        self.bound = self.sessionstarted = True
        self.features.add("bind")
        self.session_bind_event.set()
        if again:
            super(Stream, self).send_raw(again)
        acknowledgements.request()
        self.event("session_resumed")
        self._up(fresh=False)

    def give_up(self) -> None:
        self.stream_management.give_up()

    def connection_lost(self, exception: BaseException | None) -> None:
        self.end_session_on_disconnect = not self.stream_management.resumable
        super().connection_lost(exception)

    def _on_negotiated(self, _: Any) -> None:
        if not self.bound:
            return
        if self.acknowledgements is None:
            self.stream_management.give_up()
            log.warning(
                "the server has no stream management (XEP-0198): pings are used"
            )
            self.begin(Pings(self, to=self.addresses.domain, sender=None))
        self._up(fresh=True)

    def _on_roster(self, iq: StanzaBase) -> None:
        """RFC 6121 §2.1.6: take a push of our server's, and no-one else's.

        Who is in the roster is asked for when a session begins (`doors.presence`).
        """
        if iq["type"] != "set" or iq["from"].full not in {"", self.boundjid.bare}:
            iq.unhandled()
            return
        iq.reply().send()

    def _on_refused(self, failure: StanzaBase) -> None:
        self.secret_refused = True
        self.refusal = Phrase(
            "login refused ({condition}): check jid and password",
            condition=failure["condition"],
        )

    def _on_no_mechanism(self, _: Any) -> None:
        self.refusal = Phrase("the server offers no usable way to log in, or no TLS")

    def _on_untrusted(self, error: ssl.SSLError) -> None:
        self.refusal = Phrase(
            "the server's certificate is not trusted ({reason}):"
            " check its name, or set ca_file",
            reason=error.reason or str(error),
        )
        self.connection_lost(error)
