"""Which JID stands for what, and what the service does itself in each mode.

                account                      component
service         the full JID                 the domain
a list          the full JID                 NAME@domain
`from`          its server writes it         the service writes it
presence        its server answers probes,   the service answers probes,
                and tells all contacts       and tells each reader, by an
                                             address with a resource
roster, rooms,  kept for it                  there are none
archive
vCard           kept for it                  the service answers for each address
people's names  nobody's                     those of the servers that let it
"""

from dataclasses import dataclass

from bot.domain.jid import domain_of

#: of the full JIDs that a component is there with: some clients show a contact as away
#: whose presence comes from a bare one
RESOURCE = "carillon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    #: what takes requests and stands in <scheduler/>
    service: str
    #: the mode; what follows from it has a name of its own below
    component: bool

    @property
    def domain(self) -> str:
        return domain_of(self.service)

    @property
    def own(self) -> str:
        """The service's bare JID."""
        return self.service.partition("/")[0]

    @property
    def server(self) -> str:
        """The domain of the server that the service belongs to."""
        parent = self.domain.partition(".")[2]
        return parent if self.component and parent else self.domain

    # --- what follows from the mode -----------------------------------------------

    @property
    def lists_have_addresses(self) -> bool:
        """Each list has an address of its own; else all share the service's."""
        return self.component

    @property
    def stamps_sender(self) -> bool:
        """The service writes `from` into what it sends; else its server does."""
        return self.component

    @property
    def answers_presence(self) -> bool:
        """The service answers probes and tells each reader that it is there; else
        its server does both.
        """
        return self.component

    @property
    def has_account(self) -> bool:
        """A server keeps a roster, an archive and a vCard for the service, and rooms
        that it may be in.
        """
        return not self.component

    @property
    def speaks_for_people(self) -> bool:
        """A server may let the service send in its people's names."""
        return self.component

    # --- from names to addresses and back -------------------------------------------

    def of_list(self, name: str) -> str:
        """The JID that speaks for a list."""
        return f"{name}@{self.domain}" if self.lists_have_addresses else self.service

    def present(self, address: str) -> str:
        """Where presence comes from that shows one of our addresses as available."""
        return f"{address}/{RESOURCE}" if self.answers_presence else address

    def meant(self, jid: str) -> str:
        """The address that was written to: what is there with a resource is the same
        as without, any other full JID is as it stands.
        """
        address, _, resource = jid.partition("/")
        return address if self.present(address) == jid and resource else jid

    def list_at(self, bare_jid: str) -> str | None:
        """The name before the @ of one of a component's own addresses."""
        local, _, domain = bare_jid.rpartition("@")
        if self.lists_have_addresses and local and domain == self.domain:
            return local
        return None

    def is_own(self, bare_jid: str) -> bool:
        """The service itself or anything that could be a list of it."""
        if self.lists_have_addresses:
            return domain_of(bare_jid) == self.domain
        return bare_jid == self.own
