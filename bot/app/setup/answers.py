"""What was asked, and the configuration that comes of it."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from bot.domain.errors import Invalid
from bot.settings import Settings, reasons

_TEXT = """\
# Carillon's configuration, as `carillon init` wrote it. Every key there is, with its
# default, is explained in config/carillon.toml. `carillon check` verifies it.

[xmpp]
# "component": the server knows us by a shared secret and we own a domain (XEP-0114).
# "account": we log in like anybody else.
mode = {mode}
jid = {jid}

# The {secret}, and nothing else, is in this file.
password_file = {password_file}
{way}
[database]
url = {database}

[access]
# Bare JIDs that may do everything.
admins = [{admin}]

[notify]
# Bare JIDs that are told when an announcement failed or was missed, and once a day how
# many readers were suspended.
jids = [{admin}]

# A list: an audience that people subscribe to. Have as many as you like.
[lists.{list_name}]
# Whoever adds the service itself to the contacts joins this one.
default = true

# What people see.
title = {title}

# The language of readers whose own is not known.
language = {language}

# How times are read and shown where nothing else is said.
timezone = {timezone}
"""
_HERE = "\n# Where to connect.\n"
_DNS = "\n# Where to connect is what the domain's DNS says; else give host and port.\n"
_CA = "\n# The certificates to trust instead of the system's (PEM).\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Each judged for itself when it was given."""

    mode: Literal["component", "account"]
    jid: str
    admin: str
    list_name: str
    timezone: str
    language: str
    password_file: Path
    #: otherwise it will be made
    password_is_there: bool
    database: str
    #: None: what DNS says
    host: str | None
    port: int | None
    ca_file: Path | None

    def as_toml(self) -> str:
        """Raises Invalid with every fault of what they are together."""
        name = self.list_name
        text = _TEXT.format(
            mode=_quoted(self.mode),
            jid=_quoted(self.jid),
            secret=(
                "component's shared secret"
                if self.mode == "component"
                else "account's password"
            ),
            password_file=_quoted(self.password_file),
            way=self._way(),
            database=_quoted(self.database),
            admin=_quoted(self.admin),
            # bare it would be a table in a table
            list_name=_quoted(name) if "." in name else name,
            title=_quoted(name.capitalize()),
            language=_quoted(self.language),
            timezone=_quoted(self.timezone),
        )
        _check(text, complete=self.password_is_there)
        return text

    def _way(self) -> str:
        way = f"{_HERE}host = {_quoted(self.host)}\n" if self.host else _DNS
        if self.port is not None:
            way += f"port = {self.port}\n"
        if self.ca_file is not None:
            way += f"{_CA}ca_file = {_quoted(self.ca_file)}\n"
        return way


def _quoted(value: object) -> str:
    """A TOML string: JSON's, but for DEL."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _check(text: str, *, complete: bool) -> None:
    try:
        content = tomllib.loads(text)
        if not complete:
            content["xmpp"]["password"] = content["xmpp"].pop("password_file")
        Settings(**content)
    except ValidationError as error:
        raise Invalid(reasons(error)) from None
