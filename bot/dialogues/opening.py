"""New work that people notice: when, what, and what each of them is told of it.

list, when ─► the fields of the template, in each language ─► what is rare ─► preview
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.desk.verbs.maintenance import DRAFT, FINISH_BY, OPEN
from bot.dialogues import audiences, lines, previews, timing, windows, wording
from bot.dialogues.choices import one_of
from bot.dialogues.drafting import drafted
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import Again, Dialogue, Level, Said, Talk, on_with
from bot.domain import moments, recurrence, reminders, timestamps, wallclock, zones
from bot.domain.errors import Invalid
from bot.domain.errors import about as about_field
from bot.domain.fields import Field, FieldType, Template
from bot.domain.lists import AnnouncementList
from bot.domain.maintenance import Phase
from bot.domain.phrase import Counted, Phrase
from bot.domain.schedule import FieldValues
from bot.service.maintenance.contents import OWN, PHASE, START
from bot.service.maintenance.request import OpenMaintenance

#: the one that is meant where nothing else is said
_USUAL = "maintenance"
#: in place of reminders
_NONE = "no"
HOW = Phrase(
    "Write 2026-12-05 22:00; an end may be 2h, too, and stays empty where nobody knows"
    " it."
)
START_AT: Field[Words] = Field(
    name="start",
    type=FieldType.LINE,
    label=Phrase("It begins"),
    help=Phrase("Such as 2026-12-05 22:00."),
    required=True,
)
END: Field[Words] = Field(
    name="end",
    type=FieldType.LINE,
    label=Phrase("It ends"),
    help=Phrase("A moment, or how long it takes: 2h. Empty: not known."),
)
_REMIND: Field[Words] = Field(
    name="remind",
    type=FieldType.LINE,
    label=Phrase("Reminders"),
    help=Phrase("How long before the start, say 24h 1h; empty: none."),
)
_TZ, _ID = timing.TZ, timing.ID


async def open_one(talk: Talk, lists: audiences.Lists) -> Dialogue:
    templates = _templates(talk)
    if not templates:
        yield Said(
            Phrase("There is no template with a field {field}.", field=START),
            Level.ERROR,
        )
        return
    which = () if len(templates) == 1 else (_which_template(templates, talk),)
    given = yield Form(
        heading=(
            Phrase("When is the work, by the clocks of {zone}?", zone=talk.zone),
            HOW,
        ),
        fields=(
            *(audiences.which_list(lists), *which),
            *(START_AT, END, timing.EVERY, timing.SETTINGS),
        ),
    )
    _check(given, talk)
    name = given.text("template") or next(iter(templates))
    yield on_with(_what, lists[given.text("list")], templates[name], given)


def _check(when: Answers, talk: Talk) -> None:
    """Raises Invalid, while the form is in sight; the service judges it once more."""
    start = moments.read(when.text("start"), talk.zone, "start")
    if start < talk.desk.clock.now() - timedelta(minutes=1):
        passed = lines.moment(start, talk)
        raise Invalid(Phrase("{moment} has passed.", moment=passed), field="start")
    if (typed := when.given("end")) is None:
        return
    end, _ = windows.until(typed, talk, "end")
    if end is not None and timestamps.parse(end) <= start:
        begins = lines.moment(start, talk)
        after = Phrase("must lie after the start, {moment}.", moment=begins)
        raise Invalid(after, field="end")


def _templates(talk: Talk) -> dict[str, Template]:
    """Those that have words for maintenance, the usual one first."""
    found = {}
    names = talk.desk.templates.names()
    for name in sorted(names, key=lambda one: (one != _USUAL, one)):
        with suppress(Invalid):  # one that is broken is none
            template = talk.desk.templates.get(name)
            if name == _USUAL or _has_phases(template):
                found[name] = template
    return found


def _has_phases(template: Template) -> bool:
    """Those of maintenance; incidents have a field of that name, too."""
    phase = next((one for one in template.fields if one.name == PHASE), None)
    return phase is not None and Phase.ANNOUNCED in phase.choices


def _which_template(found: dict[str, Template], talk: Talk) -> Field[Words]:
    options: dict[str, Words] = {
        name: lines.cut(wording.by_author(one.title, talk.language) or name)
        for name, one in found.items()
    }
    return one_of("template", Phrase("Template"), options)


async def _what(
    talk: Talk, target: AnnouncementList, template: Template, when: Answers
) -> Dialogue:
    """Its own fields; what each notice says of its window is not asked."""
    asked = tuple(one for one in template.fields if one.name not in OWN)
    worded = replace(template, fields=asked)
    tags = wording.further(worded)
    another = (wording.ANOTHER,) if tags else ()
    given = yield Form(
        heading=(Phrase("What is done, and what do people notice of it?"),),
        fields=(*wording.fields_of(worded, talk), *another),
    )
    told = [wording.values(worded, given)]
    while tags and given.text("another") == "yes":
        given = yield wording.which_language(tags)
        tag = given.text("language")
        given = yield wording.in_another(worded, talk, tag)
        told.append(wording.values(worded, given, tag))
    values = wording.joined(*told)
    more = None
    if fields := _further(when):
        more = yield Form(
            heading=(Phrase("What is rarely needed."),),
            fields=fields,
            values={
                "tz": talk.zone.key,
                "remind": reminders.written(target.reminders),
            },
        )
    yield on_with(_decide, _request(talk, target, template.name, values, when, more))


def _further(when: Answers) -> tuple[Field[Words], ...]:
    rule = timing.rule_wanted(when)
    rare = (_REMIND, replace(FINISH_BY), _TZ, _ID)
    return (*rule, *(rare if when.text("settings") == "yes" else ()))


def _request(
    talk: Talk,
    target: AnnouncementList,
    template: str,
    values: FieldValues,
    when: Answers,
    more: Answers | None,
) -> OpenMaintenance:
    """Raises Invalid."""
    rule = timing.rule(when, more)
    with about_field("timezone"):
        tz = zones.spelt(more.text("tz")) if more and more.given("tz") else None
        clocks = wallclock.zone(tz) if tz else talk.zone
    start = when.text("start")
    read = moments.instant if rule is None else moments.as_typed
    end, lasts = None, None
    if typed := when.given("end"):
        end, lasts = windows.until(typed, talk, "end", clocks)
    remind = None
    if more is not None and when.text("settings") == "yes":
        remind = tuple(more.text("remind").replace(",", " ").split())
    return OpenMaintenance(
        origin=talk.door,
        list_name=target.name,
        template=template,
        values=values,
        start=read(start, clocks, "start"),
        end=end,
        duration=lasts,
        # readers read what is once by their list's clocks, as they are used to
        timezone=tz or (talk.zone.key if rule else target.timezone),
        recurrence=rule and recurrence.spelt(rule),
        on_the_wall=True,
        finish=more.given("finish") if more else None,
        reminders=remind,
        client_id=more.given("id") if more else None,
    )


async def _decide(talk: Talk, request: OpenMaintenance) -> Dialogue:
    named, draft = await drafted(
        talk, request, DRAFT, lambda draft: draft.shown.maintenance
    )
    found = draft.shown.maintenance
    if found.id:
        yield Said(
            Phrase(
                "{name} ({id}) was there already; nothing was changed.",
                name=found.name,
                id=found.client_id,
            )
        )
        return
    given = yield Form(
        heading=(Phrase("Last step. This is what readers get, and when."),),
        shows=(*windows.drafted(draft, talk), *windows.facts(draft.shown, talk)),
        fields=(
            one_of(
                "sure",
                Phrase("Announce it?"),
                {
                    "no": Phrase("No, not yet"),
                    "yes": Counted(
                        "Yes, to {count} reader",
                        "Yes, to {count} readers",
                        draft.shown.readers,
                    ),
                },
            ),
        ),
        is_last=True,
    )
    if given.text("sure") != "yes":
        # what a client took for chosen throws away nothing that was typed
        given = yield Again(previews.NOT_ANNOUNCED_YET)
    if given.text("sure") != "yes":
        yield previews.NOTHING
        return
    yield Said(windows.outcome(await talk.ask(OPEN(named)), talk))
