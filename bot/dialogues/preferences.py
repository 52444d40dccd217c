"""What a reader chooses for himself, in one form."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.desk.verbs import preferences as verbs
from bot.desk.verbs.preferences import PreferencesOf
from bot.dialogues.forms import Answers, Form
from bot.dialogues.talk import Command, Dialogue, Said, Talk, everybody
from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.fields import Field, FieldType
from bot.domain.lists import Preferences
from bot.domain.phrase import Listed, Phrase
from bot.domain.quiet import EVERY_DAY, WEEKDAYS, QuietHours
from bot.service.readers.preferring import PreferencesRequest
from bot.texts import LANGUAGES
from bot.texts.languages import native

#: of the language: none is chosen
_AS_SEEN = "auto"
_MOST_LANGUAGES = 9


async def _preferences(talk: Talk) -> Dialogue:
    now = await talk.look(verbs.LOOK(PreferencesOf()))
    zone = wallclock.zone_or_utc(now.timezone) if now.timezone else talk.zone
    until = _as_typed(now.paused_until.astimezone(zone)) if now.paused_until else ""
    quiet = now.quiet
    given = yield Form(
        heading=(
            Phrase("This holds for all lists. Leave empty what you do not want."),
            Phrase("A time of day is such as 22:00."),
        ),
        fields=(
            _language(now, talk),
            verbs.TIMEZONE,
            replace(verbs.QUIET_FROM, name="quiet-from"),
            replace(verbs.QUIET_TO, name="quiet-to"),
            replace(verbs.QUIET_DAYS, name="quiet-days"),
            replace(verbs.PAUSED_UNTIL, name="paused-until"),
        ),
        values={
            "language": now.language or _AS_SEEN,
            "timezone": now.timezone or "",
            "quiet-from": f"{quiet.begin:%H:%M}" if quiet else "",
            "quiet-to": f"{quiet.end:%H:%M}" if quiet else "",
            "quiet-days": [
                WEEKDAYS[day] for day in sorted(quiet.days if quiet else EVERY_DAY)
            ],
            "paused-until": until,
        },
        is_last=True,
    )
    done = await talk.ask(verbs.SET(_request(given, until)))
    chosen = tuple(in_words(done, talk))
    if chosen:
        yield Said(Phrase("Saved: {choices}.", choices=Listed(*chosen)))
        return
    yield Said(Phrase("Saved: nothing is chosen, all is as the lists have it."))


def _language(now: Preferences, talk: Talk) -> Field[Phrase | str]:
    """Those in which something can be told."""
    found = dict.fromkeys((*filter(None, [now.language]), *LANGUAGES))
    for name in talk.desk.templates.names():
        with suppress(Invalid):  # one that is broken says nothing
            found |= dict.fromkeys(talk.desk.templates.get(name).languages)
    tags = sorted(list(found)[:_MOST_LANGUAGES])
    labels: dict[str, Phrase | str] = {_AS_SEEN: Phrase("As my messages show")}
    return Field(
        name="language",
        type=FieldType.CHOICE,
        label=verbs.LANGUAGE.label,
        help=Phrase("The language that you like to read."),
        choices=(_AS_SEEN, *tags),
        choice_labels=labels | {tag: native(tag) for tag in tags},
    )


def _request(given: Answers, until: str) -> PreferencesRequest:
    language, typed = given.text("language"), given.text("paused-until")
    return PreferencesRequest(
        language="" if language == _AS_SEEN else language,
        timezone=given.text("timezone"),
        quiet_from=given.text("quiet-from"),
        quiet_to=given.text("quiet-to"),
        quiet_days=given.several("quiet-days"),
        # as it was shown it is that moment, whatever zone is chosen now
        paused_until=None if until and typed == until else typed,
    )


def in_words(chosen: Preferences, talk: Talk) -> Iterator[Phrase]:
    """What is chosen, a few words for each."""
    if chosen.language is not None:
        yield Phrase("language {name}", name=native(chosen.language))
    if chosen.timezone is not None:
        yield Phrase("clocks of {zone}", zone=chosen.timezone)
    if chosen.quiet is not None:
        yield _quiet(chosen.quiet)
    if chosen.paused_until is not None:
        zone = chosen.timezone or talk.zone.key
        moment = wallclock.shown_in(chosen.paused_until, zone)
        yield Phrase("nothing before {moment}, but what is urgent", moment=moment)


def _quiet(hours: QuietHours) -> Phrase:
    begin, end = f"{hours.begin:%H:%M}", f"{hours.end:%H:%M}"
    if hours.days == EVERY_DAY:
        return Phrase("quiet from {begin} to {end}", begin=begin, end=end)
    labels = verbs.QUIET_DAYS.choice_labels
    return Phrase(
        "quiet from {begin} to {end} (begins: {days})",
        begin=begin,
        end=end,
        days=Listed(*(labels[WEEKDAYS[day]] for day in sorted(hours.days))),
    )


def _as_typed(there: datetime) -> str:
    """On his clocks."""
    return f"{there.date()} {there:%H:%M}"


COMMAND = Command(
    node="preferences",
    name=Phrase("My preferences"),
    for_whom=everybody,
    dialogue=_preferences,
)
