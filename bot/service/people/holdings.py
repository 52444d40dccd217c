"""What is stored of somebody, part by part, for himself.

A part is looked at in slices, so that it costs no more where it is long. Announcements
come as they are, for their reader to show; all else by the names of its keys in JSON
(docs/reference/json.md).

docs/conformance.md, Commands about oneself: what is stored of somebody
"""

from collections.abc import Sequence
from typing import Any

from bot.domain.access import Caller
from bot.domain.schedule import Schedule
from bot.service.people.choices import whose
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Part, Slice
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import may_look_into


class Holdings:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def owner(self, caller: Caller, jid: str | None) -> str:
        """Whose it is; raises Invalid, Forbidden or NotAllowed."""
        return whose(caller, jid, may_look_into)

    def some(
        self,
        uow: UnitOfWork,
        caller: Caller,
        jid: str | None,
        part: Part,
        after: int,
        limit: int,
    ) -> Slice:
        """Any part but ANNOUNCEMENTS; likewise."""
        jid = self.owner(caller, jid)
        match part:
            case Part.CONSENT:
                return Slice(_consent(uow, jid), None)
            case Part.ROLES:
                return Slice(self._roles(uow, jid), None)
            case Part.FORGOTTEN:
                since = uow.forgotten.since(jid)
                return Slice([{"since": since}] if since else [], None)
        return uow.holdings.some(part, jid, after, limit)

    def announcements(
        self, uow: UnitOfWork, caller: Caller, jid: str | None, after: int, limit: int
    ) -> tuple[Sequence[Schedule], int | None]:
        """What he has asked for, and where to go on."""
        wanted = ScheduleFilter(owner=self.owner(caller, jid), welcomes=True)
        found = uow.schedules.page(wanted, Paging(after=after, limit=limit + 1)).items
        shown = found[:limit]
        return shown, shown[-1].id if len(found) > limit else None

    def _roles(self, uow: UnitOfWork, jid: str) -> list[dict[str, Any]]:
        caller = self._policy.caller(jid)
        found: list[dict[str, Any]] = []
        if caller.is_admin:
            found.append({"role": "admin", "list": None})
        if caller.is_auditor:
            found.append({"role": "auditor", "list": None})
        named = {one.name for one in uow.lists.all() if jid in one.publishers}
        named |= {one.list_name for one in uow.roles.of(jid) if one.list_name}
        lists = sorted(named)
        return [*found, *({"role": "publisher", "list": name} for name in lists)]


def _consent(uow: UnitOfWork, jid: str) -> list[dict[str, Any]]:
    chosen = uow.consents.get(jid)
    if chosen is None:
        return []
    return [
        {
            "who": chosen.who,
            "allow": sorted(chosen.allowed),
            "block": sorted(chosen.blocked),
            "max_per_day": chosen.max_per_day,
            "max_ahead": chosen.max_ahead,
            "preview": chosen.preview,
        }
    ]
