"""What was asked, and the configuration that comes of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from tomli_w import dumps

from bot.app.setup.before import Before, table
from bot.domain.errors import Invalid
from bot.settings import Settings, reasons

_TEXT = """\
# Carillon's configuration, as `carillon init` wrote it. Every key there is, with its
# default, is explained in config/carillon.toml. `carillon check` verifies it.

[xmpp]
# "component": the server knows us by a shared secret and we own a domain (XEP-0114).
# "account": we log in like anybody else.
{mode}{jid}{secret}{contact}{way}{more_xmpp}
[database]
{database}{more_database}
[access]
# Bare JIDs that may do everything.
{admins}{more_access}{notify}
# A list: an audience that people subscribe to. Have as many as you like.
{the_list}# Whoever adds the service itself to the contacts joins this one.
default = true

# What people see.
{title}
# The language of readers whose own is not known.
{language}
# How times are read and shown where nothing else is said.
{timezone}{more}"""
_NOTIFY = """
[notify]
# Bare JIDs that are told when an announcement failed or was missed, and once a day how
# many readers were suspended.
{notified}"""
_CONTACT = (
    "\n# Where people can turn who answer an announcement; told in the refusal.\n"
)
_HERE = "\n# Where to connect.\n"
_DNS = "\n# Where to connect is what the domain's DNS says; else give host and port.\n"
_CA = "\n# The certificates to trust instead of the system's (PEM).\n"

#: what is asked for, and so not kept as it was
_ASKED = {
    "xmpp": {"mode", "jid", "password", "password_file", "contact"}
    | {"host", "port", "ca_file"},
    "database": {"url"},
    "access": {"admins"},
    "notify": {"jids"},
}
_OF_LIST = {"default", "title", "language", "timezone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Each judged for itself when it was given."""

    mode: Literal["component", "account"]
    jid: str
    #: None: nobody to turn to
    contact: str | None
    #: the first of the admins
    admin: str
    list_name: str
    timezone: str
    language: str
    #: None: the password is in the configuration of before, and stays there
    password_file: Path | None
    #: otherwise it will be made
    password_is_there: bool
    database: str
    #: None: what DNS says
    host: str | None
    port: int | None
    ca_file: Path | None
    #: what it says beside that is kept
    before: Before

    def as_toml(self) -> str:
        """Raises Invalid with every fault of what they are together."""
        text = _TEXT.format(
            mode=dumps({"mode": self.mode}),
            jid=dumps({"jid": self.jid}),
            secret=self._secret(),
            contact=(
                _CONTACT + dumps({"contact": self.contact}) if self.contact else ""
            ),
            way=self._way(),
            more_xmpp=self._more("xmpp"),
            database=dumps({"url": self.database}),
            more_database=self._more_of_database(),
            admins=dumps({"admins": self._admins()}),
            more_access=self._more("access"),
            notify=self._notify(),
            the_list=dumps({"lists": {self.list_name: {}}}),
            title=dumps({"title": self._title()}),
            language=dumps({"language": self.language}),
            timezone=dumps({"timezone": self.timezone}),
            more=self._more_of_list() + self._rest(),
        )
        _check(text, complete=self.password_is_there)
        return text

    def _secret(self) -> str:
        if self.password_file is None:
            return dumps({"password": self.before.text("xmpp", "password")})
        what = {
            "component": "component's shared secret",
            "account": "account's password",
        }
        return (
            f"\n# The {what[self.mode]}, and nothing else, is in this file.\n"
            + dumps({"password_file": str(self.password_file)})
        )

    def _way(self) -> str:
        way = _HERE + dumps({"host": self.host}) if self.host else _DNS
        if self.port is not None:
            way += dumps({"port": self.port})
        if self.ca_file is not None:
            way += _CA + dumps({"ca_file": str(self.ca_file)})
        return way

    def _admins(self) -> list[str]:
        """One who was no admin yet takes the place of the first."""
        admins = self.before.admins
        others = admins if self.admin in admins else admins[1:]
        return [self.admin, *(one for one in others if one != self.admin)]

    def _notify(self) -> str:
        before = self.before
        if not before.content:
            return _NOTIFY.format(notified=dumps({"jids": [self.admin]}))
        kept = self._more("notify")
        if before.notified is None and not kept:
            return ""
        gone = set(before.admins) - set(self._admins())
        told = [self.admin if one in gone else one for one in before.notified or ()]
        said = list(dict.fromkeys(told))
        return _NOTIFY.format(notified=dumps({"jids": said})) + kept

    def _title(self) -> str:
        """That of before, unless it was only the name."""
        was, title = self.before.list_name, self.before.of_list("title")
        if title is None or (was and title == was.capitalize()):
            return self.list_name.capitalize()
        return title

    # --- what is kept as it was -------------------------------------------------------

    def _more(self, section: str) -> str:
        found = table(self.before.content, section)
        return dumps({k: v for k, v in found.items() if k not in _ASKED[section]})

    def _more_of_database(self) -> str:
        """A file with the password goes with the url of before."""
        if self.database != self.before.text("database", "url"):
            return ""
        return self._more("database")

    def _more_of_list(self) -> str:
        lists = table(self.before.content, "lists")
        name = self.list_name if self.list_name in lists else self.before.list_name
        found = table(lists, name) if name else {}
        return dumps({k: v for k, v in found.items() if k not in _OF_LIST})

    def _rest(self) -> str:
        """Other lists and sections."""
        content = self.before.content
        lists = table(content, "lists")
        first = self.list_name if self.list_name in lists else self.before.list_name
        others = {
            name: {k: v for k, v in table(lists, name).items() if k != "default"}
            for name in lists
            if name != first
        }
        kept = {
            name: found
            for name, found in content.items()
            # what is no section could not be used before
            if name not in {*_ASKED, "lists"} and isinstance(found, dict)
        }
        if others:
            kept = {"lists": others, **kept}
        return f"\n{dumps(kept)}" if kept else ""


def _check(text: str, *, complete: bool) -> None:
    try:
        content = tomllib.loads(text)
        if not complete:
            content["xmpp"]["password"] = content["xmpp"].pop("password_file")
        Settings(**content)
    except ValidationError as error:
        raise Invalid(reasons(error)) from None
