"""What differs between an account and a component, as data."""

from dataclasses import dataclass

from bot.domain.jid import bare, domain_of
from bot.settings import XMPPSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The addresses and rules of one way to connect."""

    #: XEP-0114 component; else a client account (RFC 6120)
    component: bool
    #: the JID that takes requests: the domain, or the full JID
    service: str
    #: category and type in service discovery
    identity: tuple[str, str]

    @classmethod
    def of(cls, settings: XMPPSettings) -> "Profile":
        address = bare(settings.jid)
        if settings.mode == "component":
            return cls(
                component=True,
                service=address,
                identity=("component", "generic"),
            )
        return cls(
            component=False,
            service=f"{address}/{settings.resource}",
            identity=("client", "bot"),
        )

    @property
    def domain(self) -> str:
        return domain_of(self.service)

    def address(self, list_name: str) -> str:
        """The JID that speaks for a list."""
        return f"{list_name}@{self.service}" if self.component else self.service

    def may_send_as(self, jid: str) -> bool:
        """Servers end a component's stream for any `from` outside its exact domain."""
        return not self.component or domain_of(jid) == self.service
