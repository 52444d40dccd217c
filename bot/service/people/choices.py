"""What a recipient chooses, as given, judged: each fault is found and worded here."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.access import Caller
from bot.domain.consent import Consent, Who
from bot.domain.errors import Invalid, PolicyViolation
from bot.domain.jid import JIDError, bare
from bot.domain.phrase import Phrase
from bot.service.rules.rights import known

#: whom somebody may allow and block by name, together
MAX_ENTRIES = 1_000

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """All of a choice; it replaces what was chosen before."""

    who: str = ""
    #: JIDs, bare, or domains for all of their people
    allow: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    max_per_day: str | None = None
    #: seconds
    max_ahead: str | None = None
    preview: bool = False
    #: whose it is, where the operator chooses; None: the caller's
    jid: str | None = None

    @property
    def about(self) -> str:
        """Who chose what kind; whom he named is his own affair."""
        return f"{self.jid}: {self.who}" if self.jid else self.who


def read(request: ConsentRequest) -> Consent:
    """Raises Invalid, which names the field, or PolicyViolation."""
    try:
        who = Who(request.who)
    except ValueError:
        raise Invalid(
            Phrase("one of {choices}.", choices=", ".join(Who)), field="who"
        ) from None
    if request.preview and who is not Who.ASK:
        raise Invalid(Phrase("it goes with {who} only.", who=Who.ASK), field="preview")
    if len(request.allow) + len(request.block) > MAX_ENTRIES:
        raise PolicyViolation(
            Phrase(
                "You may allow and block {most} people or domains; name fewer.",
                most=MAX_ENTRIES,
            ),
            limit="consent-entries",
            maximum=MAX_ENTRIES,
            wait=False,
        )
    return Consent(
        who=who,
        allowed=_names(request.allow, "allow"),
        blocked=_names(request.block, "block"),
        max_per_day=_number(request.max_per_day, "max-per-day"),
        max_ahead=_number(request.max_ahead, "max-ahead"),
        preview=request.preview,
    )


def person(text: str, field: str) -> str:
    """A bare JID that somebody typed; raises Invalid."""
    try:
        return bare(text)
    except JIDError as error:
        raise Invalid(error.phrase, field=field) from None


def whose(caller: Caller, jid: str | None, may: Callable[[Caller, str], None]) -> str:
    """Of whom it is asked: of the caller, or of somebody whom he names, if he `may`.

    Raises Invalid, Forbidden, or what `may` raises.
    """
    known(caller)
    if jid is None:
        if caller.is_operator:
            raise Invalid(Phrase("say whose, by a bare JID."), field="jid")
        return caller.owner
    named = person(jid, "jid")
    may(caller, named)
    return named


def _names(given: tuple[str, ...], field: str) -> frozenset[str]:
    return frozenset(person(name.strip(), field) for name in given)


def _number(given: str | None, field: str) -> int | None:
    if given is None:
        return None
    if not _NUMBER.fullmatch(given.strip()):
        raise Invalid(Phrase("a whole number, 1 or more."), field=field)
    return int(given)
