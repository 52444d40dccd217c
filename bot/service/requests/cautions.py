"""What to know about a schedule beside its moments: who is told, and what.

A preview knows what the rule and the clocks will do (`bot.domain.preview`); these are
the cautions that need the list, the template or the zone's name. One list of all goes
to every door, which tells each by its code and its words.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import coming, payloads, recurrence, wallclock
from bot.domain.errors import CarillonError, Invalid
from bot.domain.fields import FieldType, Template, check
from bot.domain.language import base_of, choose
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution, CautionKind, each_reader
from bot.domain.schedule import (
    FieldValues,
    ListAudience,
    Schedule,
    TemplateContent,
    TextContent,
)
from bot.domain.standstill import WAY_ON
from bot.domain.zones import fixed
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.voices import list_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cautions:
    templates: Templates

    def of(
        self, uow: UnitOfWork, schedule: Schedule, skipped: Collection[datetime]
    ) -> tuple[Caution, ...]:
        """None for what has nothing ahead, and none where its zone or its rule can be
        read no longer: that is for others to tell.
        """
        if schedule.next_at is None:
            return ()
        try:
            return (
                *_of_all(uow),
                *_of_zone(schedule),
                *self._of_content(uow, schedule, skipped),
                *_of_audience(uow, schedule),
                *_of_readers_hours(uow, schedule),
            )
        except Invalid:
            return ()

    def _of_content(
        self, uow: UnitOfWork, schedule: Schedule, skipped: Collection[datetime]
    ) -> Iterator[Caution]:
        content = schedule.content
        if not isinstance(content, TemplateContent):
            yield from _of_subjects(content.texts)
            yield from _of_payloads(content.payloads)
            yield from _of_links(uow, schedule, content, skipped)
            return
        if content.template not in self.templates.names():
            gone = Phrase(
                "there is no template {name!r} any more", name=content.template
            )
            yield Caution(kind=CautionKind.GONE, phrase=gone)
            return
        try:
            template = self.templates.get(content.template)
            moments = _moments(template, content)
        except CarillonError:
            return  # broken, or changed: whoever asks for its texts is told so
        for name, moment in moments:
            yield from _before(schedule, skipped, name, moment)
        # of a reader's own text the values are chosen by his language alone
        if not self.templates.reads_recipient(content.template):
            entry = list_of(uow, schedule)
            spoken = entry.language if entry else ""
            yield from of_languages(template, content.values, spoken)


def _of_all(uow: UnitOfWork) -> Iterator[Caution]:
    if uow.standstills.get() is not None:
        why = Phrase(
            "everything is stopped: it goes out only once an admin lets all go on"
            " ({command})",
            command=WAY_ON,
        )
        yield Caution(kind=CautionKind.STANDSTILL, phrase=why)


def _of_zone(schedule: Schedule) -> Iterator[Caution]:
    why = fixed(schedule.timezone)
    if why is not None:
        yield Caution(kind=CautionKind.FIXED_OFFSET, phrase=why)


def _of_audience(uow: UnitOfWork, schedule: Schedule) -> Iterator[Caution]:
    if not isinstance(schedule.audience, ListAudience):
        return
    name = schedule.audience.list_name
    found = uow.lists.get(name)
    if found is None:
        gone = Phrase("there is no list {name!r} any more", name=name)
        yield Caution(kind=CautionKind.GONE, phrase=gone)
    elif not uow.subscriptions.page(found.id, after=0, limit=1):
        nobody = Phrase("nobody is on the list {name!r}", name=name)
        yield Caution(kind=CautionKind.NO_READERS, phrase=nobody)


def _of_readers_hours(uow: UnitOfWork, schedule: Schedule) -> Iterator[Caution]:
    """A send window on the readers' clocks; one on the list's shows in its moments."""
    entry = list_of(uow, schedule) if schedule.keeps_hours else None
    window = entry.send_window if entry is not None else None
    if window is None or window.of_list or schedule.any_hour:
        return
    yield each_reader(window)


def _of_subjects(texts: Iterable[Text]) -> Iterator[Caution]:
    """One for all: what is said of each is the same."""
    if any(text.subject and not _says(text.body, text.subject) for text in texts):
        why = Phrase(
            "many clients do not show the subject; say what it says in the body, too"
        )
        yield Caution(kind=CautionKind.SUBJECT, phrase=why)


def _of_payloads(given: Sequence[str]) -> Iterator[Caution]:
    if payloads.refers(given):
        why = Phrase(
            "it answers, corrects or reacts to another message, which may be gone by"
            " then"
        )
        yield Caution(kind=CautionKind.GONE, phrase=why)
    if payloads.seems_encrypted(given):
        why = Phrase(
            "it is encrypted for the devices that there are now; those added later"
            " cannot read it"
        )
        yield Caution(kind=CautionKind.ENCRYPTED, phrase=why)


def _of_links(
    uow: UnitOfWork,
    schedule: Schedule,
    content: TextContent,
    skipped: Collection[datetime],
) -> Iterator[Caution]:
    """One for each service that deletes a file before it is told of for the last time.

    What is linked to was there when it was asked for, at the latest from then on.
    """
    links = payloads.links(content.texts, content.payloads)
    sights = uow.sights.all() if links else []
    uploads = {
        base: timedelta(seconds=seconds)
        for sight in sights
        for base, seconds in sight.uploads.items()
    }
    found: dict[str, timedelta] = {}
    for link in links:
        kept = payloads.kept_for(link, uploads)
        if kept is not None:
            host = payloads.host_of(link)
            found[host] = min(kept, found.get(host, kept))
    for host, kept in found.items():
        first = _first_after(schedule, skipped, schedule.created_at + kept)
        if first is not None:
            why = Phrase(
                "{host} keeps files for {length}: one that a link leads to may be gone"
                " by {moment}",
                host=host,
                length=_length(kept),
                moment=schedule.shown(first),
            )
            yield Caution(kind=CautionKind.UPLOAD, phrase=why, moment=first)


def _length(time: timedelta) -> Phrase:
    if time < _DAY:
        hours = max(1, time // timedelta(hours=1))
        return Counted("{count} hour", "{count} hours", hours)
    return Counted("{count} day", "{count} days", time // _DAY)


def _says(body: str, subject: str) -> bool:
    """Whatever the case, the space, and how its sentence ends."""
    said = " ".join(subject.casefold().split()).rstrip(".:!?…")
    return said in " ".join(body.casefold().split())


def of_languages(
    template: Template, values: FieldValues, spoken: str
) -> Iterator[Caution]:
    """For each field the languages in which nobody is told its value, and those whose
    readers are told one that is neither in theirs nor in the list's, `spoken`.
    """
    for name, given in values.items():
        chosen = {tag: choose(given, tag, spoken) for tag in template.languages}
        told = set(chosen.values())
        unused = [
            tag
            for tag in given
            if tag and tag not in told and not _is_variety(tag, template.languages)
        ]
        if unused:
            why = Phrase(
                "{field} in {unused} is told to nobody: template {template!r} has"
                " {languages}",
                field=name,
                unused=", ".join(unused),
                template=template.name,
                languages=", ".join(template.languages),
            )
            yield Caution(kind=CautionKind.LANGUAGE, phrase=why)
        yield from _astray(name, given, chosen, spoken)


def _astray(
    name: str, given: Collection[str], chosen: Mapping[str, str], spoken: str
) -> Iterator[Caution]:
    """Where readers get a value in a language that nobody would expect."""
    astray: dict[str, list[str]] = {}
    for tag, found in chosen.items():
        is_theirs = base_of(found) in {"", base_of(tag), base_of(spoken)}
        if not is_theirs or (found and "" in given and base_of(found) != base_of(tag)):
            astray.setdefault(found, []).append(tag)
    for found, tags in astray.items():
        why = Phrase(
            "{field} is told in {given} to readers of {languages}; give it in theirs,"
            " too",
            field=name,
            given=found,
            languages=", ".join(tags),
        )
        yield Caution(kind=CautionKind.LANGUAGE, phrase=why)


def _is_variety(tag: str, languages: Iterable[str]) -> bool:
    """`de-AT` where there is `de`."""
    return any(tag.lower().startswith(f"{each.lower()}-") for each in languages)


def _moments(
    template: Template, content: TemplateContent
) -> list[tuple[str, datetime]]:
    """The fields that name a moment by its date, also by default, each moment once;
    raises Invalid.
    """
    told = check(template, content.values)
    return [
        (field.name, moment)
        for field in template.fields
        if field.type is FieldType.MOMENT and not field.past
        for moment in dict.fromkeys(told.get(field.name, {}).values())
        if isinstance(moment, datetime)
    ]


def _before(
    schedule: Schedule, skipped: Collection[datetime], name: str, moment: datetime
) -> Iterator[Caution]:
    first = _first_after(schedule, skipped, moment)
    if first is None:
        return
    zone = wallclock.zone(schedule.zone)
    told = {"field": name, "moment": wallclock.shown(moment, zone)}
    if schedule.recurrence is None:
        why = Phrase("{field}, {moment}, lies before the announcement", **told)
    elif first == schedule.next_at:
        why = Phrase(
            "{field}, {moment}, lies before each announcement;"
            " +PT28H means 28 hours after each",
            **told,
        )
    else:
        why = Phrase(
            "{field}, {moment}, lies before each announcement from that of {first} on;"
            " +PT28H means 28 hours after each",
            first=wallclock.shown(first, zone),
            **told,
        )
    yield Caution(kind=CautionKind.BEFORE, phrase=why, moment=first)


def _first_after(
    schedule: Schedule, skipped: Collection[datetime], moment: datetime
) -> datetime | None:
    """The first occurrence after `moment` that will be sent."""
    following = schedule.next_at
    assert following is not None  # noqa: S101 - asked by `of`
    if following > moment or schedule.recurrence is None:
        return following if following > moment else None
    if recurrence.parse(schedule.recurrence).count is None:
        # not one by one to a moment that may be in another century; a day before it,
        # for a gap puts a wall time off by up to that
        wall = wallclock.local(moment - _DAY, wallclock.zone(schedule.zone))
        through = schedule.through or wall
        schedule = replace(schedule, through=max(through, wall))
    for match in coming.coming(schedule):
        if match.moment > moment and match.wall not in skipped:
            return match.moment
    return None
