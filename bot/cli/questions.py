"""What `init` wants to know: from flags, from this machine, or by asking.

Each answer is judged when it is given: a flag that cannot be ends the program with
exit code 2, at a question it is asked again. Both have the settings' own judges.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import typer

from bot.app.setup.answers import Answers
from bot.app.setup.before import Before
from bot.app.setup.neighbours import Neighbour, listens
from bot.app.snippets import ServerKind
from bot.cli import output, reader
from bot.cli.reader import words
from bot.cli.session import FOLDER
from bot.domain import zones
from bot.domain.errors import Invalid
from bot.domain.jid import domain_of
from bot.domain.lists import list_name
from bot.domain.phrase import Phrase
from bot.settings import CLIENT_PORT, LOOPBACK, values
from bot.texts.languages import language_tag

DATA = Path("/var/lib/carillon")
_LIST = "maintenance"

Mode = Literal["component", "account"]
MODES: tuple[Mode, Mode] = ("component", "account")
T = TypeVar("T", bound=str)
Given = TypeVar("Given")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """As given; None is asked for, or follows from the rest."""

    mode: str | None
    jid: str | None
    admin: str | None
    contact: str | None
    list_name: str | None
    server: str | None
    timezone: str | None
    language: str | None
    host: str | None
    port: int | None
    ca_file: Path | None
    secret_file: Path | None
    database: str | None
    folder: Path


def judged(flags: Flags) -> Flags:
    """The same, normalised; ends with exit code 2 at the first that cannot be."""
    mode = _flag("--mode", flags.mode, _mode)
    return replace(
        flags,
        mode=mode,
        jid=_flag("--jid", flags.jid, lambda text: _own_jid(text, mode)),
        admin=_flag("--admin", flags.admin, _admin),
        contact=_flag("--contact", flags.contact, values.contact),
        list_name=_flag("--list", flags.list_name, list_name),
        server=_flag("--server", flags.server, _kind),
        timezone=_flag("--tz", flags.timezone, _zone),
        language=_flag("--language", flags.language, language_tag),
        ca_file=_flag("--ca-file", flags.ca_file, values.certificates),
        secret_file=_flag("--secret-file", flags.secret_file, _secret_file),
        database=_flag("--database", flags.database, values.database_url),
    )


def missing(flags: Flags, found: Sequence[Neighbour], before: Before) -> list[str]:
    """Options that a new configuration cannot do without where nobody is asked."""
    known = before.content or len(found) == 1
    wanted = {
        "--jid": flags.jid or _jid_of(flags, before),
        "--admin": flags.admin or before.admins,
        f"--server {'|'.join(ServerKind)}": flags.server or known,
    }
    return [option for option, known in wanted.items() if not known]


def kind_of(flags: Flags, found: Sequence[Neighbour]) -> ServerKind | None:
    """Which server: as given, or the only one here."""
    if flags.server is not None:
        return ServerKind(flags.server)
    if len(found) == 1:
        output.note(
            Phrase("Found {server}: {file}.", server=found[0].kind, file=found[0].file)
        )
        return found[0].kind
    return None


def kind(found: Sequence[Neighbour]) -> ServerKind:
    """Which server, by asking."""
    usual = found[0].kind if found else ServerKind.PROSODY
    return _ask(Phrase("XMPP server (prosody, ejabberd)"), usual, _kind)


def answers(
    flags: Flags, before: Before, near: Neighbour | None, secret: Path, *, asks: bool
) -> Answers:
    """From flags that are judged, without gaps unless it asks; what neither says is
    as before.
    """
    mode = _mode_of(flags, before, asks=asks)
    jid = flags.jid or _its_jid(
        mode, _jid_of(flags, before, mode), near.domain if near else None, asks=asks
    )
    admin = _its_admin(flags, before, jid, asks=asks)
    moved = before.mode != mode
    inline = before.text("xmpp", "password") is not None and flags.secret_file is None
    given = flags.secret_file.absolute() if flags.secret_file else None
    kept = given or _path(before.text("xmpp", "password_file"))
    ca_file = flags.ca_file.absolute() if flags.ca_file else None
    return Answers(
        mode=mode,
        jid=jid,
        admin=admin,
        contact=_default(
            flags.contact,
            Phrase("Whom people turn to who answer announcements"),
            _usual_contact(before, admin, asks=asks),
            values.contact,
            asks=asks,
        ),
        list_name=_default(
            flags.list_name,
            Phrase("First list"),
            before.list_name or _LIST,
            list_name,
            asks=asks,
        ),
        timezone=_default(
            flags.timezone,
            Phrase("Time zone"),
            _of_list(before, "timezone", "UTC") or _zone_here(),
            _zone,
            asks=asks,
        ),
        language=(
            flags.language or _of_list(before, "language", "en") or reader.language()
        ),
        password_file=None if inline else kept or secret,
        password_is_there=inline or kept is not None,
        database=(
            flags.database or before.text("database", "url") or _database(flags.folder)
        ),
        host=flags.host
        or (_host(mode, near) if moved else before.text("xmpp", "host")),
        port=flags.port or (None if moved else before.port),
        ca_file=ca_file or _path(before.text("xmpp", "ca_file")),
        before=before,
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
    # white space around it is no part of it (Settings)
    return text.strip() or None


# --- the judges --------------------------------------------------------------------


def _mode(text: str) -> Mode:
    return _choice(text, MODES)


def _kind(text: str) -> ServerKind:
    return _choice(text, ServerKind)


def _choice(text: str, known: Iterable[T]) -> T:
    names = list(known)
    for name in names:
        if str(name) == text.strip().lower():
            return name
    raise Invalid(
        Phrase("{text!r} is none of {names}", text=text[:40], names=", ".join(names))
    )


def _own_jid(text: str, mode: Mode | None) -> str:
    return values.own_jid(text, mode or _mode_by(text))


def _admin(text: str) -> str:
    """Somebody who can get the test."""
    return values.own_jid(text, "account")


def _somebody(service: str, text: str) -> str:
    admin = _admin(text)
    if admin == service:
        raise Invalid(
            Phrase(
                "{jid} is the service, which reads nothing; name a person", jid=admin
            )
        )
    return admin


def _zone(text: str) -> str:
    return zones.spelt(text)


def _secret_file(file: Path) -> Path:
    if not values.kept(file):
        raise Invalid(Phrase("{where}: it is empty", where=file))
    return file


def _flag(
    option: str, given: Given | None, read: Callable[[Given], Read]
) -> Read | None:
    try:
        return None if given is None else read(given)
    except Invalid as error:
        output.fail(output.about(option, error), 2)


# --- the questions -----------------------------------------------------------------


def _mode_of(flags: Flags, before: Before, *, asks: bool) -> Mode:
    if flags.mode is not None:
        return _mode(flags.mode)
    if flags.jid is not None:
        return _mode_by(flags.jid)
    if before.mode in MODES and not asks:
        return _mode(before.mode)
    return _ask(
        Phrase("Mode (component: a domain of its own; account: like anybody else)"),
        before.mode or "component",
        _mode,
    )


def _jid_of(flags: Flags, before: Before, mode: Mode | None = None) -> str | None:
    """The service's JID of before, where it suits the mode."""
    jid, wanted = before.text("xmpp", "jid"), mode or flags.mode or before.mode
    return jid if jid and _mode_by(jid) == wanted else None


def _mode_by(jid: str) -> Mode:
    return "account" if "@" in jid else "component"


def _its_jid(mode: Mode, usual: str | None, home: str | None, *, asks: bool) -> str:
    question = Phrase("Its JID")
    if usual is not None:
        if not asks:
            return usual
    elif home is not None:
        usual = _suggested(mode, home)
    else:
        example = _suggested(mode, "example.org")
        question = Phrase("Its JID, such as {example}", example=example)
    return _ask(question, usual, lambda text: values.own_jid(text, mode))


def _suggested(mode: Mode, home: str) -> str:
    return f"announce.{home}" if mode == "component" else f"announce@{home}"


def _its_admin(flags: Flags, before: Before, jid: str, *, asks: bool) -> str:
    judge, usual = partial(_somebody, jid), next(iter(before.admins), None)
    admin = flags.admin or (None if asks else usual)
    if admin is None:
        return _ask(Phrase("Admin's JID"), usual or _usual_admin(jid), judge)
    if admin == jid:  # which was not known when the option was judged
        _flag("--admin", admin, judge)
    return admin


def _usual_contact(before: Before, admin: str, *, asks: bool) -> str:
    """That of before, unless it was only the admin; "" for nobody."""
    contact = before.text("xmpp", "contact")
    if contact is None and before.content and not asks:
        return ""  # whom strangers would read of otherwise
    was = next(iter(before.admins), None)
    return f"xmpp:{admin}" if contact in {None, f"xmpp:{was}"} else contact


def _usual_admin(jid: str) -> str | None:
    """Where the account is, or around the component."""
    domain = domain_of(jid)
    server = domain if "@" in jid else domain.partition(".")[2]
    return f"admin@{server}" if server else None


def _host(mode: Mode, near: Neighbour | None) -> str | None:
    """A server beside us is found without DNS."""
    if mode == "component" or (near is not None and listens(CLIENT_PORT)):
        return LOOPBACK[0]
    return None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _of_list(before: Before, key: str, default: str) -> str | None:
    """Of the first list: as it is, said or by default; None where there is none."""
    return before.of_list(key) or (default if before.list_name else None)


def _database(folder: Path) -> str:
    return f"sqlite:///{(DATA if folder == FOLDER else folder) / 'carillon.db'}"


def _zone_here() -> str:
    """Of this machine, else UTC."""
    parts = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    with suppress(Invalid):
        return _zone(parts[2])
    return "UTC"


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
