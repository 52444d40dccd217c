"""Which JID stands for what: the service, its lists, and back.

service   account: the full JID        component: the domain
a list    account: the full JID        component: NAME@domain
"""

from dataclasses import dataclass

from bot.domain.jid import domain_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    #: what takes requests and stands in <scheduler/>
    service: str
    #: a component gives every list an address of its own
    component: bool

    @property
    def domain(self) -> str:
        return domain_of(self.service)

    @property
    def own(self) -> str:
        """The service's bare JID."""
        return self.service.partition("/")[0]

    def of_list(self, name: str) -> str:
        """The JID that speaks for a list."""
        return f"{name}@{self.domain}" if self.component else self.service

    def list_at(self, bare_jid: str) -> str | None:
        """The name before the @ of one of a component's own addresses."""
        local, _, domain = bare_jid.rpartition("@")
        if self.component and local and domain == self.domain:
            return local
        return None

    def is_own(self, bare_jid: str) -> bool:
        """The service itself or anything that could be a list of it."""
        if self.component:
            return domain_of(bare_jid) == self.domain
        return bare_jid == self.own
