"""What the owner is asked: whether all is well, before people are told that it is.

The question waits in the database until his server has it, as reports do, and names
what answers it.
"""

from datetime import datetime

from bot.domain import wallclock
from bot.domain.access import OPERATOR
from bot.domain.forgetting import is_forgotten
from bot.domain.maintenance import Maintenance, Window, WindowState
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import may_announce, today
from bot.service.rules.voices import languages_of
from bot.texts import language_for, said


def ask(
    uow: UnitOfWork,
    policy: Policy,
    maintenance: Maintenance,
    window: Window,
    now: datetime,
) -> None:
    """The owner, in his language and on his clocks; whoever runs the service, too,
    where he has no address or may no longer answer.
    """
    entry = uow.lists.get(maintenance.list_name)
    spoken = entry.language if entry is not None else ""
    for reader in _asked(uow, policy, maintenance):
        wanted = [maintenance.language] if reader == maintenance.owner else []
        tags = (*languages_of(uow, reader), *wanted, spoken)
        language = language_for(*filter(None, tags))
        known = uow.subscribers.get(reader)
        zone = (known.timezone if known else None) or maintenance.zone
        body = " ".join(
            said(phrase, language) for phrase in _words(maintenance, window, zone)
        )
        text = Text(language=language, body=body)
        uow.notices.add(Notice(to=reader, said=text, created_at=now))


def _asked(uow: UnitOfWork, policy: Policy, maintenance: Maintenance) -> list[str]:
    owner = maintenance.owner
    if owner == OPERATOR or is_forgotten(owner):
        return list(policy.operators)
    entry = uow.lists.get(maintenance.list_name)
    if may_announce(today(uow, policy, owner), entry):
        return [owner]
    return list(dict.fromkeys((owner, *policy.operators)))


def _words(maintenance: Maintenance, window: Window, zone: str) -> list[Phrase]:
    name = str(maintenance.window_name(window))
    about = {"name": name, "list": maintenance.list_name}
    if window.state is WindowState.VERIFYING and window.ends_at is not None:
        shown = wallclock.shown_in(window.ends_at, zone)
        first = Phrase(
            "Maintenance {name} of {list} was to end at {end}. Is all well?",
            end=shown,
            **about,
        )
    else:
        shown = wallclock.shown_in(window.starts_at, zone)
        first = Phrase(
            "Maintenance {name} of {list} has been under way since {start}, and nobody"
            " has said when it ends. Is it over, and is all well?",
            start=shown,
            **about,
        )
    return [
        first,
        Phrase(
            "Then say so, by the command maintenance or by `{command}`: readers are"
            " told that it is over.",
            command=f"carillon maintenance finish {name}",
        ),
        Phrase(
            "If it takes longer, tell them until when: `{command}`.",
            command=f"carillon maintenance extend {name}",
        ),
    ]
