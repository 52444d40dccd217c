"""What `init` wants to know: from flags, from this machine, or by asking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import available_timezones

import typer

from bot.app.setup.answers import Answers
from bot.app.setup.neighbours import Neighbour, listens
from bot.app.snippets import Kind
from bot.cli import output
from bot.cli.reader import words
from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.jid import bare, domain_of
from bot.domain.phrase import Phrase
from bot.settings import LOOPBACK

FOLDER, DATA = Path("/etc/carillon"), Path("/var/lib/carillon")
_LIST = "maintenance"
_C2S = 5222

Mode = Literal["component", "account"]
MODES: tuple[Mode, Mode] = ("component", "account")
T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """As given; None is asked for, or follows from the rest."""

    mode: str | None
    jid: str | None
    admin: str | None
    list_name: str | None
    server: str | None
    timezone: str | None
    language: str
    host: str | None
    port: int | None
    ca_file: Path | None
    secret_file: Path | None
    database: str | None
    folder: Path


def kind_of(flags: Flags, found: Sequence[Neighbour], *, asks: bool) -> Kind:
    """Which server: as given, the only one here, or as answered."""
    if flags.server is not None:
        return _one_of("--server", flags.server, Kind)
    if len(found) == 1:
        output.note(
            Phrase("Found {server}: {file}.", server=found[0].kind, file=found[0].file)
        )
        return found[0].kind
    if not asks:
        output.fail(
            Phrase("say which server: --server prosody or --server ejabberd"), 2
        )
    return _ask(
        Phrase("XMPP server (prosody, ejabberd)"),
        found[0].kind if found else Kind.PROSODY,
        lambda text: _choice(text, Kind),
    )


def answers(
    flags: Flags, near: Neighbour | None, secret: Path, *, asks: bool
) -> Answers:
    """Ends with exit code 2, naming what is missing, where nobody is asked."""
    if not asks:
        given = {"--jid": flags.jid, "--admin": flags.admin}
        if missing := [name for name, value in given.items() if value is None]:
            output.fail(
                Phrase(
                    "nobody is there to be asked: give {options}",
                    options=", ".join(missing),
                ),
                2,
            )
    mode = _mode(flags)
    home = near.domain if near else None
    jid = flags.jid or _its_jid(mode, home)
    domain = domain_of(jid)
    server = domain if mode == "account" else domain.partition(".")[2] or domain
    return Answers(
        mode=mode,
        jid=jid,
        admin=flags.admin or _ask(Phrase("Admin's JID"), f"admin@{server}", bare),
        list_name=_default(
            flags.list_name, Phrase("First list"), _LIST, str, asks=asks
        ),
        timezone=_default(
            flags.timezone, Phrase("Time zone"), _zone(), _is_zone, asks=asks
        ),
        language=flags.language,
        password_file=flags.secret_file.absolute() if flags.secret_file else secret,
        password_is_there=flags.secret_file is not None,
        database=flags.database or _database(flags.folder),
        host=flags.host or _host(mode, near),
        port=flags.port,
        ca_file=flags.ca_file.absolute() if flags.ca_file else None,
    )


def password(answers: Answers, *, asks: bool) -> str | None:
    """Of an account that is there already; None: one has to be made."""
    if answers.mode == "component" or not asks:
        return None
    question = Phrase(
        "Password of {jid} (empty: there is no such account yet)", jid=answers.jid
    )
    text: str = typer.prompt(
        words(question), default="", hide_input=True, show_default=False, err=True
    )
    return text or None


def _mode(flags: Flags) -> Mode:
    if flags.mode is not None:
        return _one_of("--mode", flags.mode, MODES)
    if flags.jid is not None:
        return "account" if "@" in flags.jid else "component"
    return _ask(
        Phrase("Mode (component: a domain of its own; account: like anybody else)"),
        "component",
        lambda text: _choice(text, MODES),
    )


def _its_jid(mode: Mode, home: str | None) -> str:
    if home is not None:
        return _ask(Phrase("Its JID"), _suggested(mode, home), bare)
    example = _suggested(mode, "example.org")
    return _ask(Phrase("Its JID, such as {example}", example=example), None, bare)


def _suggested(mode: Mode, home: str) -> str:
    return f"announce.{home}" if mode == "component" else f"announce@{home}"


def _host(mode: Mode, near: Neighbour | None) -> str | None:
    """A server beside us is found without DNS."""
    if mode == "component" or (near is not None and listens(_C2S)):
        return LOOPBACK[0]
    return None


def _database(folder: Path) -> str:
    return f"sqlite:///{(DATA if folder == FOLDER else folder) / 'carillon.db'}"


def _zone() -> str:
    """Of this machine, else UTC."""
    parts = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return parts[2] if parts[2] in available_timezones() else "UTC"


def _is_zone(text: str) -> str:
    return wallclock.zone(text).key


def _default(
    given: str | None,
    question: Phrase,
    usual: str,
    read: Callable[[str], str],
    *,
    asks: bool,
) -> str:
    if given is not None:
        return given
    return _ask(question, usual, read) if asks else usual


def _one_of(option: str, text: str, known: Iterable[T]) -> T:
    try:
        return _choice(text, known)
    except Invalid as error:
        output.fail(output.about(option, error), 2)


def _choice(text: str, known: Iterable[T]) -> T:
    names = list(known)
    for name in names:
        if str(name) == text.strip().lower():
            return name
    raise Invalid(
        Phrase("{text!r} is none of {names}", text=text[:40], names=", ".join(names))
    )


def _ask(question: Phrase, usual: str | None, read: Callable[[str], T]) -> T:
    """Until the answer can be read."""
    # plain: of an Enum the choices would be shown a second time
    default = None if usual is None else str(usual)
    while True:
        text: str = typer.prompt(words(question), default=default, err=True)
        try:
            return read(text.strip())
        except Invalid as error:
            output.note(output.about(Phrase("Error"), error))
