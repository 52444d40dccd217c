"""A finished file, and what it is to HTTP."""

import hashlib
from dataclasses import dataclass, field

JSON = "application/json"
CALENDAR = "text/calendar; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Document:
    """`name`: of the file, and of the page."""

    name: str
    media_type: str
    body: bytes
    #: strong (RFC 9110 §8.8.3): other bytes, another tag
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.body).hexdigest()
        object.__setattr__(self, "etag", f'"{digest[:32]}"')
