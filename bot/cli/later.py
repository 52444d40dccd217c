"""A module that is loaded when a command first uses it, not when it is declared.

    if TYPE_CHECKING:
        from bot.store import upgrade as schema
    else:
        schema = later("bot.store.upgrade")

A help, a completion or a fault of usage shows what a command declares and waits for
nothing that only its work needs. The modules of a command import, as usual, what the
declaration is made of; what is slow, and is for the work alone, stands there so. The
service is one such module (`bot.app.running`), and has no such modules in itself:
everything is loaded before it starts.
"""

from importlib import import_module
from typing import Any


class Later:
    """Stands for the module `name`; whatever is asked of it is the module's."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def later(name: str) -> Any:
    """The module of this name; it is loaded with the first thing asked of it."""
    return Later(name)
