"""Whether the options of `init` say what a configuration says that is there."""

from collections.abc import Iterator
from pathlib import Path

from bot.app.setup import before
from bot.cli.questions import Flags
from bot.domain.errors import Conflict
from bot.domain.phrase import Listed, Phrase, Quoted
from bot.settings import COMPONENT_PORT, LOOPBACK, Settings


def agree(flags: Flags, settings: Settings, config: Path) -> None:
    """Raises Conflict with all that says otherwise: it is no wish to leave the file
    as it is.
    """
    others = [
        Phrase("{there}, not {option} {given}", there=there, option=option, given=given)
        for option, given, known, there in _stated(flags, settings, config)
        if given not in known
    ]
    if others:
        raise Conflict(
            Phrase(
                "{file} is there already and says {others}: change it there, or let"
                " --force write it anew, which takes what is given and keeps the rest.",
                file=config,
                others=Listed(*others, separator="; "),
            )
        )


def _stated(
    flags: Flags, settings: Settings, config: Path
) -> Iterator[tuple[str, object, list[object], Phrase]]:
    """Of each option that is given: its value, and what there is in its place."""
    xmpp, lists = settings.xmpp, settings.lists
    component = xmpp.mode == "component"
    named = lists.get(flags.list_name or settings.default_list or "")
    there: list[tuple[str, object, list[object]]] = [
        ("--mode", flags.mode, [xmpp.mode]),
        ("--jid", flags.jid, [xmpp.addresses.own]),
        ("--admin", flags.admin, [*settings.access.admins]),
        ("--contact", flags.contact, [xmpp.contact or ""]),
        ("--list", flags.list_name, [*lists]),
        ("--tz", flags.timezone, [named.timezone if named else None]),
        ("--language", flags.language, [named.language if named else None]),
        ("--host", flags.host, [xmpp.host or (LOOPBACK[0] if component else None)]),
        ("--port", flags.port, [xmpp.port or (COMPONENT_PORT if component else None)]),
        ("--ca-file", _whole(flags.ca_file), [_whole(xmpp.ca_file)]),
        ("--secret-file", _whole(flags.secret_file), [_whole(xmpp.password_file)]),
        ("--database", flags.database, _urls(settings, config)),
    ]
    for option, given, known in there:
        said = [str(one) for one in known if one not in {None, ""}]
        if given is not None:
            nothing = Phrase("nothing of it")
            yield option, given, known, Quoted(", ".join(said)) if said else nothing


def _whole(file: Path | None) -> Path | None:
    return file.absolute() if file else None


def _urls(settings: Settings, config: Path) -> list[object]:
    """As the file has it: without a password that is kept elsewhere."""
    return [before.read(config).text("database", "url") or settings.database.url]
