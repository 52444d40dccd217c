"""What the operator puts into the configuration of the XMPP server, and how to make
the server read it.

Prosody takes what is pasted. ejabberd has one `listen:`, one `acl:` and one
`shaper_rules:`, which are there already: what is ours is merged into them.
"""

import shlex
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from bot.domain.phrase import Phrase
from bot.settings import COMPONENT_PORT, LOOPBACK

#: where a server keeps its configuration, most usual first
FILES = {
    "prosody": (
        "etc/prosody/prosody.cfg.lua",
        "usr/local/etc/prosody/prosody.cfg.lua",
        "opt/homebrew/etc/prosody/prosody.cfg.lua",
    ),
    "ejabberd": (
        "etc/ejabberd/ejabberd.yml",
        "opt/ejabberd/conf/ejabberd.yml",
        "usr/local/etc/ejabberd/ejabberd.yml",
        "home/ejabberd/conf/ejabberd.yml",
    ),
}


class ServerKind(StrEnum):
    PROSODY = "prosody"
    EJABBERD = "ejabberd"


@dataclass(frozen=True, slots=True)
class _Listener:
    """Where the server has to listen for components."""

    host: str
    port: int

    @property
    def is_usual(self) -> bool:
        return self.host in LOOPBACK and self.port == COMPONENT_PORT

    @property
    def ip(self) -> str:
        """The server is told an address; of a name somebody has to look it up."""
        if self.host == LOOPBACK[-1]:
            return LOOPBACK[0]
        try:
            return str(ip_address(self.host))
        except ValueError:
            return f"IP address of {self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """`commands` are for the server's machine: first those that make the account,
    last the one that has the file read again.
    """

    #: where in which file the text belongs
    place: Phrase
    #: into sections that are there: pasted as a whole it would be a second one
    merged: bool
    text: str
    commands: tuple[str, ...]


def snippet(
    kind: ServerKind,
    mode: Literal["component", "account"],
    jid: str,
    secret: str,
    *,
    secret_file: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    file: Path | None = None,
) -> Snippet:
    """`secret_file` holds the account's password, for a command that does not show it;
    None where the account exists. `host` and `port`: where a component connects to,
    None where that is as usual. `file`: the server's configuration, where known.
    """
    where = file or Path("/", FILES[kind][0])
    listener = _Listener(host or LOOPBACK[0], port or COMPONENT_PORT)
    if mode == "component":
        text = _component(kind, jid, secret, listener)
        commands: tuple[str, ...] = ()
    else:
        text = rate(kind, jid)
        commands = _account(kind, jid, secret_file) if secret_file else ()
    return Snippet(
        place=_place(kind, mode, where, listener),
        text=text,
        merged=kind is ServerKind.EJABBERD,
        commands=(*commands, _RELOAD[kind]),
    )


def rate(kind: ServerKind, jid: str) -> str:
    """What lifts the server's limit on how much an account may send."""
    if kind is ServerKind.PROSODY:
        return f"unlimited_jids = {{ {quoted(jid)} }}"
    return f"""\
acl: # add to what is there
  announcers:
    user: [{quoted(jid)}]
shaper_rules: # change this rule, keep the others
  c2s_shaper:
    - none: admin
    - none: announcers # not [admin, announcers]: that would ask for both
    - normal: all"""


def _place(kind: ServerKind, mode: str, file: Path, listener: _Listener) -> Phrase:
    match kind, mode:
        # what follows a VirtualHost or a Component is said of that one alone
        case ServerKind.PROSODY, "component" if listener.is_usual:
            return Phrase("at the end of {file}", file=file)
        case ServerKind.PROSODY, _:
            return Phrase("above the first VirtualHost of {file}", file=file)
        case _, "component":
            return Phrase(
                "under `listen:` of {file}, beside the listeners there", file=file
            )
        case _:
            return Phrase("into `acl:` and `shaper_rules:` of {file}", file=file)


#: Prosody makes no component while it runs, and reads limits when it starts
_RELOAD = {
    ServerKind.PROSODY: "systemctl restart prosody",
    ServerKind.EJABBERD: "ejabberdctl reload_config",
}


def _component(kind: ServerKind, jid: str, secret: str, listener: _Listener) -> str:
    if kind is ServerKind.PROSODY:
        return f"""\
{_listening(listener)}Component {quoted(jid)}
  component_secret = {quoted(secret)}"""
    return f"""\
  -
    port: {listener.port}
    ip: {quoted(listener.ip)}
    module: ejabberd_service
    hosts:
      {quoted(jid)}:
        password: {quoted(secret)}"""


def _listening(listener: _Listener) -> str:
    """Of all of Prosody's components together."""
    lines = ""
    if listener.port != COMPONENT_PORT:
        lines += f"component_ports = {{ {listener.port} }}\n"
    if listener.host not in LOOPBACK:
        lines += f"component_interfaces = {{ {quoted(listener.ip)} }}\n"
    if not lines:
        return ""
    return f"-- for all components: where such lines are there, add to them\n{lines}\n"


def _account(kind: ServerKind, jid: str, secret_file: Path) -> tuple[str, ...]:
    user, _, domain = jid.partition("@")
    names = f"register {shlex.quote(user)} {shlex.quote(domain)}"
    program = {ServerKind.PROSODY: "prosodyctl", ServerKind.EJABBERD: "ejabberdctl"}[
        kind
    ]
    return (f'{program} {names} "$(cat {shlex.quote(str(secret_file))})"',)


def quoted(text: str) -> str:
    """In quotes, as Lua and YAML both read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
