"""Which XMPP server runs on this machine; nothing of it is ever changed."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.app.snippets import FILES, ServerKind
from bot.settings import LOOPBACK

_HOST = {
    ServerKind.PROSODY: re.compile(r'^\s*VirtualHost\s*\(?\s*"([^"]+)"', re.MULTILINE),
    ServerKind.EJABBERD: re.compile(
        r"^hosts:\s*(?:\n\s*-\s*|\[\s*)[\"']?([\w.-]+)", re.MULTILINE
    ),
}
#: domains of configurations as they are shipped
_UNSET = frozenset({"localhost", "example.com", "example.org"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A server with a configuration on this machine."""

    kind: ServerKind
    file: Path
    #: None where the file cannot be read, or names no domain of anybody's
    domain: str | None


def neighbours(root: Path = Path("/")) -> list[Neighbour]:
    """By their configurations in the usual places under `root`."""
    found = []
    for kind in ServerKind:
        file = _first(root / name for name in FILES[kind])
        if file is not None:
            found.append(Neighbour(kind=kind, file=file, domain=_domain(kind, file)))
    return found


def listens(port: int) -> bool:
    """Whether somebody accepts connections on loopback."""
    try:
        with socket.create_connection((LOOPBACK[0], port), timeout=1):
            return True
    except OSError:
        return False


def _first(files: Iterable[Path]) -> Path | None:
    for file in files:
        try:
            if file.is_file():
                return file
        except OSError:
            continue  # in a folder that is closed to us
    return None


def _domain(kind: ServerKind, file: Path) -> str | None:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    names = (name for name in _HOST[kind].findall(text) if name not in _UNSET)
    return next(names, None)
