"""What a configuration that is there says already: the answers of before.

As the file has it, not as the environment changes it, for it goes into a file again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.domain.reading import Misread, decoded, toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Nothing of it is judged; what is not there is None."""

    #: all that the file says
    content: Mapping[str, Any] = field(default_factory=dict)
    #: why it could not be read
    unreadable: Phrase | None = None

    def text(self, section: str, key: str) -> str | None:
        return _text(table(self.content, section).get(key))

    @property
    def mode(self) -> str | None:
        return self.text("xmpp", "mode")

    @property
    def port(self) -> int | None:
        port = table(self.content, "xmpp").get("port")
        return port if isinstance(port, int) else None

    @property
    def admins(self) -> list[str]:
        return _texts(table(self.content, "access").get("admins"))

    @property
    def notified(self) -> list[str] | None:
        given = table(self.content, "notify").get("jids")
        return None if given is None else _texts(given)

    @property
    def list_name(self) -> str | None:
        """The default one, else the first."""
        lists = table(self.content, "lists")
        names = [name for name in lists if table(lists, name).get("default") is True]
        return next(iter([*names, *lists]), None)

    def of_list(self, key: str) -> str | None:
        name = self.list_name
        if name is None:
            return None
        return _text(table(table(self.content, "lists"), name).get(key))


def read(config: Path) -> Before:
    """Raises Unavailable where it is there and cannot be opened."""
    try:
        return Before(content=toml(decoded(config.read_bytes())))
    except FileNotFoundError:
        return Before()
    except OSError as error:
        away = Phrase("{file}: {reason}", file=config, reason=error.strerror)
        raise Unavailable(away) from None
    except Misread as error:
        where = f"{config}:{error.line}"
        why = Phrase("{file}: {error}", file=where, error=error.phrase)
        return Before(unreadable=why)


def table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section, or an empty one."""
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    given = value if isinstance(value, list) else []
    return [one for one in given if isinstance(one, str)]
