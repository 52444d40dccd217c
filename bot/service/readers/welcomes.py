"""What a list's welcome says in words of its own: looked at, given, taken back."""

from dataclasses import dataclass

from bot.domain import wallclock
from bot.domain.access import Caller
from bot.domain.errors import CarillonError, Conflict, NotFound, about
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor
from bot.domain.schedule import Origin
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import named_or_default
from bot.service.requests import contents
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """How a list welcomes whoever joins it."""

    entry: AnnouncementList
    #: words of its own; None: its template says it, if it has one
    text: str | None


class Welcomes:
    """Words of its own for a list; None stands for the name of the default list."""

    def __init__(self, policy: Policy, templates: Templates, clock: Clock) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock

    def look(self, uow: UnitOfWork, caller: Caller, list_name: str | None) -> Greeting:
        auditors_only(caller)
        entry = named_or_default(uow, list_name)
        return Greeting(entry=entry, text=uow.greetings.get(entry.id))

    def put(
        self, uow: UnitOfWork, caller: Caller, list_name: str | None, text: str
    ) -> Greeting:
        """Raises what an announcement in these words would raise, of `welcome`."""
        admins_only(caller)
        entry = named_or_default(uow, list_name)
        request = ScheduleRequest(
            origin=Origin.WELCOME, bodies=((entry.language, text),)
        )
        due = Anchor(self._clock.now(), wallclock.zone("UTC"))
        with about("welcome"):
            contents.read(
                self._templates,
                request,
                self._policy.limits_of(caller),
                self._policy.voice_of(entry),
                due,
            )
        uow.greetings.put(entry.id, text)
        return Greeting(entry=entry, text=text)

    def remove(
        self, uow: UnitOfWork, caller: Caller, list_name: str | None
    ) -> Greeting:
        """Raises what `nothing_to_remove` says where it has no words of its own."""
        admins_only(caller)
        entry = named_or_default(uow, list_name)
        if not uow.greetings.remove(entry.id):
            raise nothing_to_remove(entry)
        return Greeting(entry=entry, text=None)


def nothing_to_remove(entry: AnnouncementList) -> CarillonError:
    """There is only the template's, by the configuration or by command, or none."""
    if entry.welcome is None:
        return NotFound(Phrase("{title} has no welcome.", title=entry.title))
    if not entry.is_declared:
        return Conflict(
            Phrase(
                "The welcome of {title} is the template {template!r}; {command} takes"
                " it away.",
                title=entry.title,
                template=entry.welcome,
                command=f"`carillon lists change {entry.name} --welcome ''`",
            )
        )
    return Conflict(
        Phrase(
            "The welcome of {title} is the template {template!r}, which the"
            " configuration file names ({key}); there it can be taken away.",
            title=entry.title,
            template=entry.welcome,
            key=f"[lists.{entry.name}] welcome",
        )
    )
