"""Configuration: a TOML file, overridden by CARILLON_SECTION__KEY.

sections.py  every section and key, as pydantic models
values.py    what single values may be
loading.py   `load` reports every fault at once, in one `SettingsError`
comparing.py which keys of two configurations differ
faults.py    what pydantic says, in our words
"""

from bot.domain.errors import SettingsError
from bot.settings.faults import reasons
from bot.settings.loading import load, place
from bot.settings.sections import (
    CLIENT_PORT,
    COMPONENT_PORT,
    LOOPBACK,
    HolidaySettings,
    LimitSettings,
    ListSettings,
    LogSettings,
    Settings,
    WebSettings,
    XMPPSettings,
)

__all__ = [
    "CLIENT_PORT",
    "COMPONENT_PORT",
    "LOOPBACK",
    "HolidaySettings",
    "LimitSettings",
    "ListSettings",
    "LogSettings",
    "Settings",
    "SettingsError",
    "WebSettings",
    "XMPPSettings",
    "load",
    "place",
    "reasons",
]
