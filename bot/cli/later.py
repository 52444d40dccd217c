"""A module that is loaded when it is first used, not when it is named (`parts`).

if TYPE_CHECKING:
from bot.cli import layout
else:
layout = later("bot.cli.layout")
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
