"""What doors turn their input into: values as given, not yet judged."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.domain.incident import TEMPLATE, UpdateKind
from bot.domain.schedule import Origin

_NUMBER = re.compile(r"#?[Ii](?P<number>[0-9]{1,18})|(?P<plain>[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentName:
    """Which one is meant: by the reference, or by the id that the caller gave it."""

    #: shown as I5; where it is given, the id is not looked at
    number: int | None = None
    id: str | None = None

    @classmethod
    def typed(cls, text: str) -> "IncidentName":
        """As people type it: `I5`, `5`, or an id."""
        found = _NUMBER.fullmatch(text.strip())
        if found is None:
            return cls(id=text)
        return cls(number=int(found["number"] or found["plain"]))

    @property
    def about(self) -> str:
        """What the audit trail says of it."""
        return str(self.id) if self.number is None else f"I{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """Something is broken."""

    origin: Origin
    list_name: str
    template: str = TEMPLATE
    #: {field: {language or '': text}}
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: where moments are wall time; None: the list's
    timezone: str | None = None
    #: neither quiet hours nor pauses hold back what is said of it
    urgent: bool = False
    #: the request's own language
    language: str = ""
    client_id: str | None = None

    @property
    def about(self) -> str:
        """Which and to whom, without its content."""
        return f"{self.client_id or '(no id)'} to {self.list_name}"

    def fingerprint(self) -> str:
        """Equal for a repeat of the same request, before times are resolved."""
        return _digest(self, "client_id", "origin", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncident:
    """Something is to be said of it; a field that is not named says what it said."""

    origin: Origin
    name: IncidentName
    #: UPDATED or RESOLVED
    kind: UpdateKind = UpdateKind.UPDATED
    #: None: the same, or that which says that it is over
    template: str | None = None
    #: '' takes one away
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: the one that the caller has seen, where he says so; of another nothing is said
    revision: int | None = None
    language: str = ""

    @property
    def about(self) -> str:
        return self.name.about

    def fingerprint(self) -> str:
        """Equal for a repeat of the same update of the same revision."""
        return _digest(self, "name", "origin", "language")


def _digest(request: OpenIncident | UpdateIncident, *besides: str) -> str:
    given: dict[str, Any] = asdict(request)
    for name in besides:
        del given[name]
    text = json.dumps(given, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
