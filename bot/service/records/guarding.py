"""Servers that hold back messages which are to be sent later, and one that stops.

    never did ──► does ──► no longer does: the operators are told
                   ▲              │
                   └── told, too ─┘

A server without its module lets such messages through at once, and nobody else would
notice. What was seen is stored, so that a restart does not forget it.
"""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.events import Guarded
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.service.ports.notices import Notice
from bot.service.ports.sights import Sight
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import languages_of
from bot.texts import language_for, said


class Guarding:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    @property
    def servers(self) -> Sequence[str]:
        """Those that are to be looked at, as configured now."""
        return sorted(self._policy.people.servers)

    def saw(self, uow: UnitOfWork, sights: Sequence[Sight]) -> None:
        """Of the servers that answered. What is configured no longer is forgotten."""
        uow.sights.forget_but(self.servers)
        known = {one.server: one for one in uow.sights.all()}
        now = uow.now()
        for sight in sights:
            before = known.get(sight.server)
            opened = None if before is None else before.open_since
            held = before is not None and (before.holds or opened is not None)
            since = (opened or now) if held and not sight.holds else None
            uow.sights.put(replace(sight, seen_at=now, open_since=since))
            if before is not None and (since is None) != (opened is None):
                uow.happened(Guarded(server=sight.server, holds=sight.holds))
                self._tell(uow, replace(before, open_since=since or opened), sight)

    def _tell(self, uow: UnitOfWork, before: Sight, sight: Sight) -> None:
        now = uow.now()
        for operator in self._policy.operators:
            language = language_for(*languages_of(uow, operator))
            body = said(_again(before) if sight.holds else self._open(sight), language)
            text = Text(language=language, body=body)
            uow.notices.add(Notice(to=operator, said=text, created_at=now))

    def _open(self, sight: Sight) -> Phrase:
        return Phrase(
            "{server} no longer holds back messages that are to be sent later: its"
            " module mod_carillon is not there, or does not hand them to {service} any"
            " more. Until it does, they may go out at once. What to do: {command}.",
            server=sight.server,
            service=self._policy.addresses.service,
            command="carillon check",
        )


def _again(before: Sight) -> Phrase:
    assert before.open_since is not None  # noqa: S101 - `saw` looked
    return Phrase(
        "{server} holds back messages that are to be sent later again. Those that were"
        " written since {moment} may have gone out at once.",
        server=before.server,
        moment=wallclock.shown(before.open_since, ZoneInfo("UTC")),
    )
