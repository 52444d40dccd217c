"""What an edit changes, as data: for the command line, and for forms.

Fields bear the names of the command line's options; texts and template fields have
their language behind a dot where they have one: `body.de`, `set.summary.de`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.schedule import Schedule, TemplateContent

Value = str | datetime | bool | int | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field before and after; None where it is not there."""

    field: str
    old: Value | None
    new: Value | None


def differences(before: Schedule, after: Schedule) -> tuple[Difference, ...]:
    """In the order in which a schedule is told; empty where both say the same."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return tuple(
        Difference(field=name, old=old.get(name), new=new.get(name))
        for name in _in_order(old, new)
        if old.get(name) != new.get(name)
    )


def _in_order(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[str, ...]:
    """The names of both; what is new stands before what follows it in `new`."""
    names = list(old)
    place = len(names)
    for name in reversed(tuple(new)):
        if name in old:
            place = names.index(name)
        else:
            names.insert(place, name)
    return tuple(names)


def _fields(schedule: Schedule) -> Iterator[tuple[str, Value]]:
    """What there is to say of it, each with a name of its own."""
    audience = schedule.audience
    if audience.list_name is not None:
        yield "list", audience.list_name
    if audience.jids:
        yield "people", audience.jids
    yield from _content(schedule)
    if schedule.next_at is not None:
        yield "at", schedule.next_at
    if schedule.recurrence is not None:
        # DTSTART: where the rule begins, which may move while the next moment stays
        yield "begin", schedule.deliver_at
    if schedule.timezone:
        yield "tz", schedule.timezone
    if schedule.recurrence is not None:
        yield "every", schedule.recurrence
    if schedule.holidays is not None:
        yield "holidays", schedule.holidays
        yield "on-holiday", str(schedule.on_holiday)
    if schedule.expires_at is not None:
        yield "expires", schedule.expires_at
    yield "late", str(schedule.late.policy)
    yield "within", schedule.late.within
    yield "urgent", schedule.urgent
    yield "updates", schedule.updates
    if schedule.metadata is not None:
        yield "metadata", schedule.metadata


def _content(schedule: Schedule) -> Iterator[tuple[str, Value]]:
    content = schedule.content
    if isinstance(content, TemplateContent):
        yield "template", content.template
        for name, by_language in content.values.items():
            for language, value in by_language.items():
                yield _named(f"set.{name}", language), value
        return
    for text in content.texts:
        if text.subject is not None:
            yield _named("subject", text.language), text.subject
        yield _named("body", text.language), text.body
    if content.payloads:
        yield "payload", content.payloads


def _named(name: str, language: str) -> str:
    return f"{name}.{language}" if language else name
