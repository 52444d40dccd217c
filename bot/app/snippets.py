"""What the operator pastes into the configuration of the XMPP server, and how to
make the server read it.
"""

import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from bot.domain.phrase import Phrase

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """`commands` are for the server's machine: first those that make the account,
    last the one that has the file read again.
    """

    #: where in which file the text belongs
    place: Phrase
    text: str
    commands: tuple[str, ...]


def snippet(
    kind: ServerKind,
    mode: Literal["component", "account"],
    jid: str,
    secret: str,
    *,
    secret_file: Path | None = None,
    port: int = 5347,
    file: Path | None = None,
) -> Snippet:
    """`secret_file` holds the account's password, for a command that does not show it;
    None where the account exists. `file`: the server's configuration, where known.
    """
    where = file or Path("/", FILES[kind][0])
    if mode == "component":
        text = _component(kind, jid, secret, port)
        commands: tuple[str, ...] = ()
    else:
        text = rate(kind, jid)
        commands = _account(kind, jid, secret_file) if secret_file else ()
    return Snippet(
        place=_place(kind, mode, where),
        text=text,
        commands=(*commands, _RELOAD[kind]),
    )


def rate(kind: ServerKind, jid: str) -> str:
    """What lifts the server's limit on how much an account may send."""
    if kind is ServerKind.PROSODY:
        return f"unlimited_jids = {{ {_quoted(jid)} }}"
    return f"""\
acl: # add to what is there
  announcers:
    user: [{_quoted(jid)}]
shaper_rules: # change this rule, keep the others
  c2s_shaper:
    - none: admin
    - none: announcers # not [admin, announcers]: that would ask for both
    - normal: all"""


def _place(kind: ServerKind, mode: str, file: Path) -> Phrase:
    match kind, mode:
        case ServerKind.PROSODY, "component":
            return Phrase("at the end of {file}", file=file)
        case ServerKind.PROSODY, _:
            return Phrase("above the first VirtualHost of {file}", file=file)
        case _, "component":
            return Phrase("under `listen:` of {file}", file=file)
        case _:
            return Phrase("at the top level of {file}", file=file)


#: Prosody makes no component while it runs, and reads limits when it starts
_RELOAD = {
    ServerKind.PROSODY: "systemctl restart prosody",
    ServerKind.EJABBERD: "ejabberdctl reload_config",
}


def _component(kind: ServerKind, jid: str, secret: str, port: int) -> str:
    if kind is ServerKind.PROSODY:
        return f"""\
Component {_quoted(jid)}
  component_secret = {_quoted(secret)}"""
    return f"""\
  -
    port: {port}
    ip: "127.0.0.1"
    module: ejabberd_service
    hosts:
      {_quoted(jid)}:
        password: {_quoted(secret)}"""


def _account(kind: ServerKind, jid: str, secret_file: Path) -> tuple[str, ...]:
    user, _, domain = jid.partition("@")
    names = f"register {shlex.quote(user)} {shlex.quote(domain)}"
    program = {ServerKind.PROSODY: "prosodyctl", ServerKind.EJABBERD: "ejabberdctl"}[
        kind
    ]
    return (f'{program} {names} "$(cat {shlex.quote(str(secret_file))})"',)


def _quoted(text: str) -> str:
    """In quotes, as Lua and YAML both read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
