"""From a file to settings: every fault at once, each with where it stands."""

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError as UnreadableError

from bot.domain.errors import Invalid, SettingsError
from bot.domain.phrase import Phrase
from bot.domain.positions import Lines, line_of, lines_of
from bot.domain.reading import Misread, decoded, toml
from bot.settings.faults import key_of
from bot.settings.sections import ListSettings, Settings
from bot.texts.validation import reason


def load(path: Path) -> Settings:
    """Read the TOML file at `path`; raises SettingsError with every fault."""
    try:
        text = decoded(path.read_bytes())
        content = toml(text)
    except OSError as error:
        away = Phrase(
            "{file}: {reason}; name another with -c FILE",
            file=path,
            reason=error.strerror,
        )
        raise SettingsError([away]) from None
    except Misread as error:
        where = f"{path}:{error.line}"
        unreadable = Phrase("{file}: {error}", file=where, error=error.phrase)
        raise SettingsError([unreadable]) from None
    try:
        return Settings(**content)
    except UnreadableError as error:
        raise SettingsError([_unreadable(error)]) from None
    except ValidationError as error:
        lines = lines_of(text)
        faults = [_fault(path, lines, entry) for entry in error.errors()]
        raise SettingsError(faults) from None


def _unreadable(error: UnreadableError) -> Phrase:
    """What is no JSON in a variable that has to be (pydantic names the section)."""
    text = str(error)
    section = text.split('"')[1] if '"' in text else ""
    names = sorted(
        name for name in os.environ if name.startswith(f"CARILLON_{section.upper()}__")
    )
    return Phrase(
        "{variable}: a list has to be written as JSON, say {example}",
        variable=", ".join(names) or Phrase("the environment"),
        example='["admin@example.org"]',
    )


def _fault(path: Path, lines: Lines, entry: Any) -> Phrase:
    """`file:line: key: what is wrong`, or the variable in place of file and line."""
    text = reason(entry)
    if entry["type"] == "extra_forbidden" and (near := _nearest(entry["loc"])):
        text = Phrase("there is no such key; do you mean {name}?", name=near)
    location = entry["loc"]
    match entry:
        case {"ctx": {"error": Invalid(field=str() as one) as error}} if (
            *location,
            one,
        ) in lines:
            if not location:  # else it is named twice
                text = error.phrase
            location = (*location, one)
    key = key_of(entry) or ".".join(map(str, location)) or "file"
    return Phrase(
        "{where}: {key}: {text}",
        where=_where(path, lines, location),
        key=key,
        text=text,
    )


def place(path: Path, *key: str) -> str:
    """Where a key of the file that `load` read is set, or could be: its variable, or
    file and line.
    """
    return _where(path, lines_of(decoded(path.read_bytes())), key)


def _where(path: Path, lines: Lines, location: Sequence[str | int]) -> str:
    # a variable holds a list as a whole
    names = [part for part in location if isinstance(part, str)]
    variable = "CARILLON_" + "__".join(names).upper()
    if variable in os.environ:
        return variable
    line = line_of(lines, location)
    return f"{path}:{line}" if line else str(path)


def _nearest(location: Sequence[int | str]) -> str | None:
    """The key of the same section that was meant, perhaps."""
    *section, key = (str(part) for part in location)
    model: Any = Settings
    if section[:1] == ["lists"]:
        model, section = ListSettings, section[2:]
    for part in section:
        model = model.model_fields[part].annotation
    near = difflib.get_close_matches(key, model.model_fields, n=1)
    return near[0] if near else None
