"""Everything that can go wrong, in words that a person can act on.

    CarillonError
    ├── Invalid           malformed or senseless input
    ├── PolicyViolation   a limit is reached
    ├── NotAllowed        this caller may not do this, or not to that target
    ├── Forbidden         this caller is not trusted at all
    ├── NotFound          no such thing, or one hidden from the caller
    ├── Conflict          the id is taken by other content
    ├── Finished          the schedule is past changing
    ├── NotOffered        switched off or not part of this service
    └── Unavailable       the database is away; try again later
    SettingsError         every fault of a configuration at once

Each door translates `code` into its own form (stanza condition, exit code,
HTTP status) in one table, and tells the caller `phrase` in his language: it never
holds internals. `text` is the same in English, for logs and the audit trail.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from bot.domain.phrase import Listed, Phrase


class CarillonError(Exception):
    """The base: a stable `code` for programs and a sentence for people."""

    code: ClassVar[str] = "error"

    def __init__(
        self, phrase: Phrase, *, field: str | None = None, named: bool = False
    ) -> None:
        """`field` names the culprit where one is known, as the protocol does, or
        `set.NAME` for a template's. The phrase does not: each door calls it as its
        users do, an element or an option. `named`: the phrase says by itself what
        may be given, so nothing is to stand before it.
        """
        super().__init__(phrase)
        self.phrase = phrase
        self.field = field
        self.named = named

    @property
    def text(self) -> str:
        return str(self.phrase)

    @property
    def public(self) -> Phrase:
        """What whoever asks from afar is told: as a rule all."""
        return self.phrase


class Invalid(CarillonError, ValueError):
    """Malformed or senseless input.

    A ValueError too, so that a validator of pydantic may raise it.
    """

    code = "invalid"


class PolicyViolation(CarillonError):
    """A limit is reached.

    `limit` is its name and `maximum` its value. `wait` says whether time alone
    cures it (a quota) or the request has to change (a size); `retry_after` is
    in seconds, None where nobody can tell.
    """

    code = "policy-violation"

    def __init__(
        self,
        phrase: Phrase,
        *,
        limit: str,
        maximum: int | str,
        wait: bool,
        retry_after: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(phrase, field=field)
        self.limit = limit
        self.maximum = maximum
        self.wait = wait
        self.retry_after = retry_after


class NotAllowed(CarillonError):
    """The caller may not do this, or not to that target."""

    code = "not-allowed"


class Forbidden(CarillonError):
    """The caller comes from a domain that is not trusted, or is not who it says."""

    code = "forbidden"


class NotFound(CarillonError):
    """There is no such thing, or it is hidden from the caller: both look the same."""

    code = "not-found"


class Conflict(CarillonError):
    """The id is already taken by other content."""

    code = "conflict"


class Finished(CarillonError):
    """The schedule has reached a final state and cannot be changed any more."""

    code = "finished"


class NotOffered(CarillonError):
    """The service does not do this, or the operator has switched it off."""

    code = "not-offered"


class Unavailable(CarillonError):
    """The database is away; the same request may succeed later.

    `lasting`: somebody has to do something first; waiting alone does not mend it.
    """

    code = "unavailable"

    def __init__(self, phrase: Phrase, *, lasting: bool = False) -> None:
        super().__init__(phrase)
        self.lasting = lasting

    @property
    def public(self) -> Phrase:
        """The phrase is the operator's: it may name hosts, users and files."""
        return Phrase("This cannot be done now; try again in a while.")


#: the codes of all there are
CODES = tuple(
    error.code
    for error in (
        *(Invalid, PolicyViolation, NotAllowed, Forbidden, NotFound, Conflict),
        *(Finished, NotOffered, Unavailable, CarillonError),
    )
)


class SettingsError(Exception):
    """The configuration cannot be used; `faults` holds a line for each reason.

    No CarillonError, which is of one request and has one reason.
    """

    def __init__(self, faults: Sequence[Phrase]) -> None:
        super().__init__(Listed(*faults, separator="\n"))
        self.faults = tuple(faults)


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is read within is what was given for that field."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.phrase, field=field) from None
