"""What the operator does so that people can schedule messages to each other: the
server's module, written, named in the server's configuration, loaded.

docs/how-to/messages-between-people.md
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from bot.app.modules import FOLDERS, LOADED
from bot.app.snippets import FILES, ServerKind, quoted
from bot.domain.phrase import Phrase

#: what the server hands on of what its users ask it (XEP-0355)
_DELEGATED = ("urn:xmpp:scheduling:0", "urn:x-carillon:announce:0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paste:
    """A text, and where it belongs; `merged`: into sections that are there."""

    place: Phrase
    merged: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """In this order: commands, what to paste, commands."""

    before: tuple[str, ...]
    pastes: tuple[Paste, ...]
    after: tuple[str, ...]


def equipment(
    kind: ServerKind, component: str, server: str, file: Path | None = None
) -> Equipment:
    """For the users of the domain `server`; `file`: the server's configuration, where
    known.
    """
    where = file or Path("/", FILES[kind][0])
    folder = FOLDERS[kind]
    write = shlex.join(["carillon", "module", kind, "--to", str(folder)])
    if kind is ServerKind.PROSODY:
        return Equipment(
            before=(write,),
            pastes=_prosody(component, server, folder, where),
            after=LOADED[kind],
        )
    return Equipment(
        before=(write, *LOADED[kind]),
        pastes=(_ejabberd(component, where),),
        after=("ejabberdctl reload_config",),
    )


def _prosody(
    component: str, server: str, folder: Path, file: Path
) -> tuple[Paste, ...]:
    return (
        Paste(
            place=Phrase(
                "above the first VirtualHost or Component of {file}", file=file
            ),
            merged=False,
            text=f"""\
-- where there is such a line, add to it
plugin_paths = {{ {quoted(str(folder))} }}""",
        ),
        Paste(
            place=Phrase(
                "below the line `VirtualHost {server}` of {file}",
                server=quoted(server),
                file=file,
            ),
            merged=False,
            text=f"""\
  modules_enabled = {{ "carillon" }} -- where there is such a line, add to it
  carillon_component = {quoted(component)}""",
        ),
    )


def _ejabberd(component: str, file: Path) -> Paste:
    delegated = "\n".join(
        f"      {quoted(one)}:\n        access: carillon" for one in _DELEGATED
    )
    return Paste(
        place=Phrase(
            "into `acl:`, `access_rules:` and `modules:` of {file}", file=file
        ),
        merged=True,
        text=f"""\
acl: # add to what is there
  carillon:
    server: {quoted(component)}
access_rules: # add to what is there
  carillon:
    allow: carillon
modules: # add to what is there
  mod_carillon:
    component: {quoted(component)}
  mod_delegation: # so that clients need not know {component}
    namespaces:
{delegated}""",
    )
