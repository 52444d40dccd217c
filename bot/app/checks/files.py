"""The configuration, who may read it, the database, templates and time zones."""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shlex import quote

from bot.app import renamed
from bot.app.checks.finding import fault, ok, skipped, warning
from bot.app.configured import calendars_of, templates_of
from bot.app.wiring import database_of
from bot.domain import wallclock, zonedata
from bot.domain.errors import CarillonError, Invalid
from bot.domain.findings import Finding, Result
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.domain.reading import Misread, decoded, toml
from bot.domain.zones import fixed
from bot.rendering.templates import JinjaTemplates
from bot.settings import Settings, place
from bot.store import upgrade
from bot.store.files import is_missing, no_folder
from bot.store.whereabouts import file_of, holds_password

#: bytes free below which a disk is told of, and below which it is as good as full
_LITTLE, _FULL = 500_000_000, 50_000_000
#: how old rules for time zones may be, in years
_OLD = 2


def contact(config: Path, settings: Settings) -> Iterator[Finding]:
    """Whether who answers an announcement learns whom to turn to."""
    if settings.xmpp.contact is None:
        text = Phrase("who answers an announcement is not told whom to turn to")
        usual = next(iter(settings.access.admins), "support@example.org")
        change = f'{place(config, "xmpp", "contact")}: contact = "xmpp:{usual}"'
        yield warning("configuration", text, change)


def permissions(config: Path, settings: Settings) -> Iterator[Finding]:
    """Who may read the secrets, and change what the service does."""
    secret = settings.xmpp.password_file
    found = [*_writable(config)]
    if _holds_secret(config):
        text = Phrase(
            "everybody on this machine can read {file}, which holds a password",
            file=config,
        )
        found += _readable(config, text)
    if secret is not None:
        text = Phrase(
            "everybody on this machine can read {file}, which holds the secret",
            file=secret,
        )
        found += [*_writable(secret), *_readable(secret, text)]
    key_file = settings.storage.key_file
    if key_file is not None:
        text = Phrase(
            "everybody on this machine can read {file}, which holds keys",
            file=key_file,
        )
        found += [*_writable(key_file), *_readable(key_file, text)]
    database = file_of(settings.database.url)
    if database is not None and database.exists():
        text = Phrase(
            "everybody on this machine can read {file},"
            " which holds addresses and a key",
            file=database,
        )
        found += _readable(database, text)
    if found:
        yield from found
    else:
        safe = Phrase("nobody else can read a secret or change anything")
        yield ok("permissions", safe)


def _holds_secret(config: Path) -> bool:
    with contextlib.suppress(OSError, Misread):
        content = toml(decoded(config.read_bytes()))
        url = content.get("database", {}).get("url", "")
        return "password" in content["xmpp"] or bool(url and holds_password(url))
    return False


def _readable(path: Path, text: Phrase) -> Iterator[Finding]:
    with contextlib.suppress(OSError):
        if path.stat().st_mode & stat.S_IROTH:
            yield fault("permissions", text, f"chmod o= {quote(str(path))}")


def _writable(path: Path) -> Iterator[Finding]:
    with contextlib.suppress(OSError):
        if path.stat().st_mode & stat.S_IWOTH:
            text = Phrase("everybody on this machine can change {file}", file=path)
            yield fault("permissions", text, f"chmod o-w {quote(str(path))}")


def database(config: Path, settings: Settings) -> Iterator[Finding]:
    """Raises CarillonError where it cannot be used."""
    name, url = "database", settings.database.url
    file = file_of(url)
    if file is not None:
        here = place(config, "database", "url")
        found = [*_whereabouts(name, file, url, here)]
        yield from found
        if any(one.result is Result.FAULT for one in found):
            return
    if upgrade.is_new(url):
        command = "`carillon run`"
        yield ok(name, Phrase("new: {command} makes the tables", command=command))
    elif faults := upgrade.check(url):
        yield fault(name, faults[0], "carillon db upgrade")
    elif hint := _hint(settings):
        yield warning(name, hint)
    else:
        yield ok(name, Phrase("at {revision}", revision=upgrade.head()))


def _hint(settings: Settings) -> Phrase | None:
    with contextlib.closing(database_of(settings)) as stored:
        return renamed.hint(settings, stored)


def _whereabouts(name: str, file: Path, url: str, here: str) -> Iterator[Finding]:
    if not url.startswith("sqlite:////"):
        text = Phrase(
            "{file} is looked for in the folder where a command is started", file=file
        )
        change = f'{here}: url = "sqlite:///{file.absolute()}"'
        yield warning(name, text, change)
    folder = file.absolute().parent
    if is_missing(folder):
        yield fault(name, no_folder(folder).phrase, _make(folder))
        return
    # beside the file SQLite makes two more
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        text = Phrase(
            "{folder} is not ours to write to, and SQLite makes files there",
            folder=folder,
        )
        yield fault(name, text, f"chown {_us()} {quote(str(folder))}")
    if not file.exists():
        return
    if not os.access(file, os.R_OK | os.W_OK):
        text = Phrase("{file} is not ours to read and write", file=file)
        yield fault(name, text, f"chown {_us()} {quote(str(file))}")
    elif folder.stat().st_uid != file.stat().st_uid:
        text = Phrase(
            "{file} belongs to {owner}, its folder to {other}",
            file=file,
            owner=file.owner(),
            other=folder.owner(),
        )
        yield warning(name, text, f"chown {folder.owner()}: {quote(str(file))}*")


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room where the database grows."""
    name, file = "disk", file_of(settings.database.url)
    if file is None:
        yield skipped(name, Phrase("the database is not on this machine's disk"))
        return
    folder = next(one for one in file.absolute().parents if one.is_dir())
    free = shutil.disk_usage(folder).free
    text = Phrase("{free} GB free in {folder}", free=free // 10**9, folder=folder)
    if free < 10 * 10**9:
        text = Phrase("{free} MB free in {folder}", free=free // 10**6, folder=folder)
    if free >= _LITTLE:
        yield ok(name, text)
        return
    change = Phrase("make room: a full disk keeps announcements from going out")
    yield (fault if free < _FULL else warning)(name, text, change)


def _make(folder: Path) -> Phrase | str:
    """The command; whom the folder has to belong to is known where that is us."""
    there = next(one for one in folder.parents if one.is_dir())
    command, path = "install -d -m 700", quote(str(folder))
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{command} -o {_us()} {path}"  # by root, for us
    if os.getuid() != 0:
        return f"{command} {path}"
    return Phrase(
        "{command}\n(with -o USER where the service runs as another user)",
        command=f"{command} {path}",
    )


def _us() -> str:
    with contextlib.suppress(KeyError):
        import pwd  # noqa: PLC0415 - POSIX only

        return pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())


def templates(settings: Settings) -> Iterator[Finding]:
    known = templates_of(settings)
    found = [fault("templates", text) for text in template_faults(settings, known)]
    if found:
        yield from found
    else:
        yield ok("templates", Quoted(", ".join(known.names())))


def holidays(settings: Settings) -> Iterator[Finding]:
    """Each calendar by itself; nothing where there is none."""
    calendars = calendars_of(settings)
    for name in calendars.names():
        found = calendars.get(name)
        if found.fault is not None:
            yield fault("holidays", found.fault)
        else:
            days = len(found.days) + len(found.spans) + len(found.floating)
            told = Counted(
                "{name}: {count} day or span of hours",
                "{name}: {count} days or spans of hours",
                days,
                name=name,
            )
            yield ok("holidays", told)


def template_faults(settings: Settings, templates: JinjaTemplates) -> Iterator[Phrase]:
    """What will be missed when an announcement or a greeting is due."""
    folder = settings.templates.folder
    if folder is not None and not folder.is_dir():
        yield Phrase("[templates] folder: {folder} is no folder", folder=folder)
    for name, entry in settings.lists.items():
        if entry.welcome and entry.welcome not in templates.names():
            yield Phrase(
                "[lists.{list}] welcome: no template is called {template!r}",
                list=name,
                template=entry.welcome,
            )
    for found in templates.check_all():
        yield Phrase(
            "{file}:{line}: {text}", file=found.file, line=found.line, text=found.phrase
        )


def zones(now: datetime) -> Iterator[Finding]:
    """The rules of time zones: there, and not too old."""
    name = "time zones"
    try:
        wallclock.zone("Europe/Warsaw")
    except Invalid:
        yield fault(name, Phrase("there is no zone data"), "apt install tzdata")
        return
    used, *others = zonedata.known()
    source = Phrase("the Python package tzdata") if used.is_package else used.folder
    text = (
        Phrase("{version}, from {source}", version=used.version, source=source)
        if used.version
        else Phrase("of unknown version, from {source}", source=source)
    )
    older = [one for one in others if "" < one.version < used.version]
    if older:
        said = [Quoted(f"{one.folder} ({one.version})") for one in older]
        text = Phrase("{found}; older: {folders}", found=text, folders=Listed(*said))
    if used.version and int(used.version[:4]) <= now.year - _OLD:
        old = Phrase("{version}: rules change every year", version=text)
        yield warning(name, old, "apt install tzdata")
    else:
        yield ok(name, text)


def zones_of_lists(settings: Settings) -> Iterator[Finding]:
    """Those that mean other clocks than one may think."""
    for name, entry in settings.lists.items():
        if (why := fixed(entry.timezone)) is not None:
            key = f"[lists.{name}] timezone"
            text = Phrase("{what}: {why}", what=key, why=why)
            yield warning("time zones", text)


def tried(name: str, findings: Iterator[Finding]) -> list[Finding]:
    """All of them, and what kept it from going on."""
    found: list[Finding] = []
    try:
        found.extend(findings)
    except CarillonError as error:
        found.append(fault(name, error.phrase))
    except OSError as error:
        text = Phrase(
            "{file}: {reason}", file=error.filename or "", reason=error.strerror
        )
        found.append(fault(name, text))
    return found
