"""The modules for XMPP servers that come along, and which this release needs.

`carillon module` writes one where its server looks for modules; `carillon check` says
whether the one that a server has fits.
"""

import shutil
from pathlib import Path

import bot
from bot.app.setup import writing
from bot.app.snippets import ServerKind
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase

NAME = "mod_carillon"
#: of the modules that come along: all that is told by two numbers fits this release
VERSION = (0, 2)

#: where a server that was installed as a package looks for modules
FOLDERS = {
    ServerKind.PROSODY: Path("/usr/local/lib/prosody/modules"),
    ServerKind.EJABBERD: Path("/var/lib/ejabberd/.ejabberd-modules/sources"),
}

#: what has the server load it for the first time, and take up a newer one while it runs
LOADED = {
    ServerKind.PROSODY: ("prosodyctl check config", "systemctl restart prosody"),
    ServerKind.EJABBERD: ("ejabberdctl module_install mod_carillon",),
}
TAKEN_UP = {
    ServerKind.PROSODY: ("prosodyctl shell module reload carillon DOMAIN",),
    ServerKind.EJABBERD: ("ejabberdctl carillon_upgrade",),
}


def shipped(kind: ServerKind) -> Path:
    """The module's folder, in a checkout or a wheel."""
    package = Path(bot.__file__).parent
    wheel = package / "_modules"
    root = wheel if wheel.is_dir() else package.parent / "contrib"
    return root / kind / NAME


def put(kind: ServerKind, into: Path) -> bool:
    """Write the module's folder into that one, in place of what is there by its name;
    whether there was one. Everybody may read it. Raises Unavailable.
    """
    target, new, old = (into / name for name in (NAME, f".{NAME}.new", f".{NAME}.old"))
    there = next(one for one in (into, *into.absolute().parents) if one.is_dir())
    made = [one for one in (into, *into.parents) if not one.exists()]
    try:
        into.mkdir(parents=True, exist_ok=True)
        for one in made:
            one.chmod(0o755)
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        _copy(shipped(kind), new)
        writing.give([*made, new, *new.rglob("*")], there)
        known = target.exists()
        if known:
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise Unavailable(
            Phrase(
                "{path} cannot be made: {reason}", path=target, reason=error.strerror
            )
        ) from None
    return known


def _copy(source: Path, target: Path) -> None:
    """As new files: an installed program may be nobody's to write, and its copy is."""
    target.mkdir(parents=True)
    target.chmod(0o755)
    for one in sorted(source.iterdir()):
        if one.is_dir():
            _copy(one, target / one.name)
        else:
            (target / one.name).write_bytes(one.read_bytes())
            (target / one.name).chmod(0o644)


def parsed(version: str) -> tuple[int, int] | None:
    """Its first two numbers; None where it has none."""
    parts = version.split(".")[:2]
    if len(parts) < len(VERSION) or not all(part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1])
