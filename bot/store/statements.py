"""Statements, written out as SQL once in a process, whichever engine runs them.

SQLAlchemy keeps for each engine what it has compiled, by dialect, and each engine has a
dialect of its own. Ours are made alike, so what one has compiled serves all: those that
read and write, and those of the next command in the same process. Compiling was a third
of what a command costs.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy.util import LRUCache

#: some kilobytes each; a service uses some hundred
MOST = 1000

_Key = tuple[Any, ...]


class Compiled(MutableMapping[_Key, Any]):
    """As an engine's `compiled_cache`: by what the dialect is, not by which it is."""

    def __init__(self) -> None:
        self._kept: LRUCache[_Key, Any] = LRUCache(MOST)

    def __getitem__(self, key: _Key) -> Any:
        return self._kept[_alike(key)]

    def __setitem__(self, key: _Key, compiled: Any) -> None:
        self._kept[_alike(key)] = compiled

    def __delitem__(self, key: _Key) -> None:
        del self._kept[_alike(key)]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _alike(key: _Key) -> _Key:
    dialect, *rest = key
    return (dialect.name, dialect.driver, dialect.server_version_info, *rest)


#: what our engines have in common (`execution_options` of `create_engine`)
SHARED = {"compiled_cache": Compiled()}
