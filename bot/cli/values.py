"""What may stand for a value on the command line, by what the help calls it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.cli import session
from bot.cli.parts import configured, glance
from bot.cli.reader import tags
from bot.domain import timestamps, wallclock
from bot.domain.access import OPERATOR, owner_named
from bot.domain.language import choose
from bot.domain.maintenance import MaintenanceName
from bot.domain.schedule import ON_THE_WIRE
from bot.texts import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from bot.settings import Settings

#: announcements, broadcasts or people that are offered
_MOST = 100
#: commands that may come before there is a configuration, or a database
_BEFORE_ALL = frozenset({"adopt", "check", "init"})


class Word(NamedTuple):
    value: str
    #: what it is, for shells that show it
    text: str = ""


def _settings(context: Any) -> "Settings":
    """Of the file that is typed, as the shell would read its name."""
    root = context.find_root()
    if given := root.params.get("config"):
        root.obj = Path(os.path.expandvars(Path(given).expanduser()))
    return session.settings_of(context)


def _look(context: Any) -> "glance.Glance":
    settings = _settings(context)
    return glance.Glance(settings.database.url, settings.xmpp.addresses.own)


def _lists(context: Any, _: str) -> Iterator[Word]:
    configured = _settings(context).lists
    for name, entry in configured.items():
        yield Word(name, entry.title or "")
    with suppress(Exception):  # whatever keeps the database from being looked at
        for name, title in _look(context).lists():
            if name not in configured:
                yield Word(name, title)


def _calendars(context: Any, _: str) -> Iterator[Word]:
    yield from map(Word, _settings(context).holidays)


def _templates(context: Any, _: str) -> Iterator[Word]:
    for name in configured.templates_of(_settings(context)).names():
        yield Word(name)


def _fields(context: Any, beginning: str) -> Iterator[Word]:
    """`summary=`, and in which languages once the name stands there: `summary:de=`."""
    params = context.params
    name = params.get("template") or params.get("name") or _template_of(context)
    if not name:
        return
    template = configured.templates_of(_settings(context)).get(name)
    for field in template.fields:
        yield Word(f"{field.name}=", _in_words(field.label))
        if beginning.startswith(f"{field.name}:"):
            for language in template.languages:
                yield Word(f"{field.name}:{language}=", _in_words(field.label))
        if field.choices and beginning.startswith(f"{field.name}="):
            for choice in field.choices:
                yield Word(f"{field.name}={choice}")


def _template_of(context: Any) -> str | None:
    """Of the announcement that is to be edited."""
    if not (reference := context.params.get("reference")):
        return None
    number = reference.removeprefix("#")
    return _look(context).template(
        int(number) if number.isdecimal() else None,
        reference,
        owner_named(context.params.get("owner")) or OPERATOR,
    )


def _announcements(context: Any, _: str) -> Iterator[Word]:
    """Numbers, and the ids of what is the operator's."""
    found = _look(context).schedules(_MOST, ended=context.info_name == "show")
    for one in found:
        due = timestamps.format(one.next_at) if one.next_at else ""
        text = ", ".join(filter(None, (one.list_name, due)))
        yield Word(str(one.number), f"{text}, {one.id}")
        if one.owner == OPERATOR and not one.id.isdecimal():
            yield Word(one.id, f"{one.number}, {text}")


def _maintenances(context: Any, _: str) -> Iterator[Word]:
    """Names, and the ids of what is the operator's."""
    for one in _look(context).maintenances(_MOST, ended=context.info_name == "show"):
        name = str(MaintenanceName(one.number))
        yield Word(name, f"{one.list_name}, {one.id}")
        if one.owner == OPERATOR:
            yield Word(one.id, f"{name}, {one.list_name}")


def _incidents(context: Any, _: str) -> Iterator[Word]:
    over = context.info_name == "show"
    for number, called, told in _look(context).incidents(_MOST, over=over):
        yield Word(f"I{number}", f"{told}, {called}")


def _broadcasts(context: Any, _: str) -> Iterator[Word]:
    for one in _look(context).broadcasts(_MOST, sending=context.info_name == "stop"):
        started = timestamps.format(one.started_at)
        name = f"{one.schedule}/{one.number}"
        yield Word(name, ", ".join(filter(None, (one.list_name, started))))


def _people(context: Any, beginning: str) -> Iterator[Word]:
    """Who stands on the list that is named, else whoever is known."""
    if context.info_name in {"add", *_BEFORE_ALL}:
        return
    params = context.params
    there = set(params.get("jids") or ())
    for jid in _look(context).people(beginning, _MOST, params.get("list_name")):
        if jid not in there:
            yield Word(jid)


def _languages(context: Any, _: str) -> Iterator[Word]:
    """Those of the program, and of the lists where there is a configuration."""
    yield from map(Word, LANGUAGES)
    if context.info_name not in _BEFORE_ALL:
        for entry in _settings(context).lists.values():
            if entry.language not in LANGUAGES:
                yield Word(entry.language)


def _in_languages(context: Any, beginning: str) -> Iterator[Word]:
    for language, text in _languages(context, beginning):
        yield Word(f"{language}=", text)


def _zones(_context: Any, _: str) -> Iterator[Word]:
    yield from map(Word, wallclock.spellings().values())


def _one_of(*values: str) -> Callable[[Any, str], Iterator[Word]]:
    return lambda _context, _: map(Word, values)


def _in_words(label: Mapping[str, str]) -> str:
    return label[choose(label, *tags(), ENGLISH)] if label else ""


#: by what the help calls the value (its metavar)
VALUES: Mapping[str, Callable[[Any, str], Iterator[Word]]] = {
    "ANNOUNCEMENT": _announcements,
    "BROADCAST": _broadcasts,
    "CALENDAR": _calendars,
    "INCIDENT": _incidents,
    "JID": _people,
    "JID...": _people,
    "K=V": _fields,
    "LANG": _languages,
    "LANG=TEXT": _in_languages,
    "LIST": _lists,
    "MAINTENANCE": _maintenances,
    "MODE": _one_of("component", "account"),
    "NAME": _templates,
    "NAME...": _templates,
    "POLICY": _one_of("run", "skip", "hold"),
    "SERVER": _one_of("prosody", "ejabberd"),
    "STATE": _one_of("held", *sorted({*ON_THE_WIRE, *ON_THE_WIRE.values()})),
    "TAG": _languages,
    "WAY": _one_of("skip", "shift"),
    "ZONE": _zones,
}
