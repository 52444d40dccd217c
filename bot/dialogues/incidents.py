"""What is broken: opened, gone on with until it is resolved, and looked at.

what stands ─┬─► list, template ─► its fields ─────────────┬─► preview
             └─► one ─► shown, or its fields as they stand ─┘

Fields begin with what was said before; what is said is of the revision that was looked
at. So somebody else's word in between is not passed over, and an answer that was lost
is not said twice.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.desk.verb import Verb
from bot.desk.verbs import incidents as verbs
from bot.dialogues import audiences, lines, previews, rewording, wording
from bot.dialogues.choices import MORE, MORE_LABEL, PAGE, SURE, one_of
from bot.dialogues.drafting import drafted
from bot.dialogues.forms import Form, Words
from bot.dialogues.lines import cut
from bot.dialogues.talk import (
    Again,
    Command,
    Dialogue,
    Part,
    Said,
    Shown,
    Talk,
    on_with,
    publishers,
)
from bot.domain import meanings
from bot.domain.errors import Invalid
from bot.domain.fields import Field, Template
from bot.domain.incident import PHASE, RESOLVED, TEMPLATE, Incident, IncidentState
from bot.domain.incident import UpdateKind as Kind
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Counted, Phrase
from bot.service.incidents.incidents import Draft, Notice, Thread
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.paging import Order, Page, Paging

_PHASE = f"set.{PHASE}"
#: in place of an incident
_NEW, _OVER = "new", "over"
_QUESTION = {
    "open": Phrase("Which one, or a new one?"),
    _OVER: Phrase("Which one"),
}
_STATES: Mapping[str, IncidentState] = {
    "open": IncidentState.OPEN,
    _OVER: IncidentState.RESOLVED,
}


async def _incidents(talk: Talk, which: str = "open") -> Dialogue:
    after, chosen = None, MORE
    while chosen == MORE:
        paging = Paging(limit=PAGE - 2, after=after, order=Order.LATEST)
        wish = verbs.IncidentWish(paging=paging, states=(_STATES[which],))
        page = await talk.look(verbs.LIST(wish))
        if which == _OVER and not page.items:
            yield Said(Phrase("Nothing was resolved yet."))
            return
        given = yield Form(
            heading=(_heading(which, page.count),),
            fields=(one_of("incident", _QUESTION[which], _options(page, which, talk)),),
        )
        chosen, after = (
            given.text("incident"),
            (page.items and page.items[-1].id) or None,
        )
    match chosen:
        case "new":
            yield on_with(partial(audiences.among, _open))
        case "over":
            yield on_with(_incidents, _OVER)
        case _:
            yield on_with(_one, int(chosen))


def _heading(which: str, count: int) -> Phrase:
    if which == _OVER:
        return Phrase("The latest is first.")
    if not count:
        return Phrase("Nothing is broken, as far as anybody was told.")
    return Counted(
        "{count} incident is not resolved.",
        "{count} incidents are not resolved.",
        count,
    )


def _options(page: Page[Incident], which: str, talk: Talk) -> dict[str, Words]:
    found: dict[str, Words] = {str(one.id): _label(one, talk) for one in page.items}
    if page.index + len(page.items) < page.count:
        found[MORE] = MORE_LABEL
    if which != _OVER:
        found[_NEW] = Phrase("Something new is broken")
        found[_OVER] = Phrase("What was resolved")
    return found


def _label(one: Incident, talk: Talk) -> str:
    """I5 12-05 22:00 news: Messages arrive… The year is what one can do without."""
    when = lines.moment(one.changed_at, talk)[5:16]
    what = one.summary or one.client_id
    return lines.label(one.shown, when, f"{one.list_name}:", what)


def _line(one: Incident, talk: Talk) -> str:
    state = talk.said(meanings.state(one.state))
    what = one.summary or one.client_id
    return f"{one.shown}, {one.list_name}: {what} ({state})"


# --- opened -------------------------------------------------------------------


async def _open(talk: Talk, lists: audiences.Lists) -> Dialogue:
    how = _how(talk)
    which = () if len(how) == 1 else (one_of("template", Phrase("Template"), how),)
    given = yield Form(
        heading=(
            Phrase("Who is told, and how is it said?")
            if which
            else Phrase("Who is told?"),
        ),
        fields=(audiences.which_list(lists), *which),
    )
    target = lists[given.text("list")]
    name = given.text("template") or next(iter(how))
    yield on_with(_first, target, talk.desk.templates.get(name))


def _how(talk: Talk) -> dict[str, Words]:
    """What an incident can be said with, the shipped one first: what has words for the
    first notice of one, or for the last. What only says that one is over comes by
    itself.
    """
    names = talk.desk.templates.names()
    found: dict[str, Words] = {}
    for name in sorted(names, key=lambda one: (one != TEMPLATE, one)):
        with suppress(Invalid):  # one that is broken is none
            template = talk.desk.templates.get(name)
            phases = (one.choices for one in template.fields if one.name == PHASE)
            begins = any(Kind.OPENED in choices for choices in phases)
            ends = f"{name}{RESOLVED}" in names
            if name == TEMPLATE or begins or ends:
                title = wording.by_author(template.title, talk.language)
                found[name] = cut(title or name)
    return found


async def _first(talk: Talk, target: AnnouncementList, template: Template) -> Dialogue:
    tags = wording.further(template)
    given = yield Form(
        heading=wording.about(template, talk),
        fields=(
            *_fields(template, talk),
            *wording.urgency(talk),
            *((wording.ANOTHER,) if tags else ()),
        ),
    )
    first, told = given, [wording.values(template, given)]
    while tags and given.text("another") == "yes":
        given = yield wording.which_language(tags)
        tag = given.text("language")
        given = yield wording.in_another(template, talk, tag)
        told.append(wording.values(template, given, tag))
    request = OpenIncident(
        origin=talk.door,
        list_name=target.name,
        template=template.name,
        values=wording.joined(*told),
        urgent=first.flag("urgent"),
        language=talk.language,
    )
    yield on_with(_decide_opening, request)


def _fields(template: Template, talk: Talk) -> tuple[Field[Words], ...]:
    """But which of the thread it is, which is known."""
    fields = wording.fields_of(template, talk)
    return tuple(one for one in fields if one.name != _PHASE)


async def _decide_opening(talk: Talk, request: OpenIncident) -> Dialogue:
    named, draft = await drafted(
        talk, request, verbs.OPEN_DRAFT, lambda draft: draft.incident
    )
    given = yield _preview(draft, talk)
    if given.text("sure") != "yes":
        given = yield Again(previews.NOT_ANNOUNCED_YET)
    if given.text("sure") != "yes":
        yield previews.NOTHING
        return
    thread = await talk.ask(verbs.OPEN(named))
    yield Said(_outcome(thread, draft))


# --- gone on with -------------------------------------------------------------


async def _one(talk: Talk, number: int) -> Dialogue:
    thread = await talk.look(verbs.SHOW(IncidentName(number=number)))
    options: dict[str, Words] = {"show": Phrase("Show it")}
    if not thread.incident.is_over:
        options["update"] = Phrase("Say what is new")
        options["resolve"] = Phrase("Say that it is over")
    given = yield Form(
        heading=(_line(thread.incident, talk),),
        fields=(one_of("do", Phrase("What is to be done?"), options),),
    )
    match given.text("do"):
        case "update":
            yield on_with(_go_on, number, Kind.UPDATED)
        case "resolve":
            yield on_with(_go_on, number, Kind.RESOLVED)
        case _:
            yield on_with(_show, number)


async def _go_on(talk: Talk, number: int, kind: Kind) -> Dialogue:
    name = IncidentName(number=number)
    change = UpdateIncident(
        origin=talk.door, name=name, kind=kind, language=talk.language
    )
    begun = await talk.look(verbs.BEGIN(change))
    form = rewording.form(begun.content, talk, _line(begun.incident, talk))
    about, *how = form.heading
    again = Phrase("What you leave as it is is said once more.")
    given = yield replace(
        form,
        heading=(about, again, *how),
        fields=tuple(one for one in form.fields if one.name != _PHASE),
    )
    typed = rewording.change(begun.content, given, talk)
    values = dict(typed.values) if typed is not None else {}
    values.pop(PHASE, None)  # which is not asked for
    change = replace(
        change,
        values={name: {"": "", **told} for name, told in values.items()},
        template=begun.content.template,
        revision=begun.incident.revision,
    )
    yield on_with(_decide, change)


async def _decide(talk: Talk, change: UpdateIncident) -> Dialogue:
    is_over = change.kind is Kind.RESOLVED
    look: Verb[UpdateIncident, Draft]
    look = verbs.RESOLVE_DRAFT if is_over else verbs.UPDATE_DRAFT
    draft = await talk.look(look(change))
    if draft.is_repeat:
        yield Said(Phrase("That was said already; nothing is said again."))
        return
    given = yield _preview(draft, talk)
    if given.text("sure") != "yes":
        given = yield Again(previews.NOT_ANNOUNCED_YET)
    if given.text("sure") != "yes":
        yield previews.NOTHING
        return
    say: Verb[UpdateIncident, Thread] = verbs.RESOLVE if is_over else verbs.UPDATE
    yield Said(_outcome(await talk.ask(say(change)), draft))


# --- shown --------------------------------------------------------------------


def _preview(draft: Draft, talk: Talk) -> Form:
    return Form(
        heading=(Phrase("Last step. This is what readers get."),),
        shows=(
            *previews.written(draft.texts),
            previews.how_many(draft.readers, draft.incident.list_name, talk),
            *((previews.URGENT,) if draft.incident.urgent else ()),
            *(previews.noted(draft.cautions) if draft.cautions else (previews.NOW,)),
        ),
        fields=(replace(SURE, label=Phrase("Send it?")),),
        is_last=True,
    )


def _outcome(thread: Thread, draft: Draft) -> Phrase:
    found = thread.incident
    return Counted(
        "{name} goes out to {list} now, to {count} reader.",
        "{name} goes out to {list} now, to {count} readers.",
        draft.readers,
        name=found.shown,
        list=found.list_name,
    )


async def _show(talk: Talk, number: int) -> Dialogue:
    thread = await talk.look(verbs.SHOW(IncidentName(number=number)))
    found = thread.incident
    facts = [
        Phrase("number: {number}", number=f"{found.shown} ({found.client_id})"),
        Phrase("to: {list}", list=found.list_name),
        Phrase("state: {state}", state=meanings.state(found.state)),
    ]
    if found.urgent:
        facts.append(previews.URGENT)
    yield Shown(
        (
            Part(Phrase("Incident"), facts),
            Part(Phrase("Said last"), lines.or_none(previews.written(thread.texts))),
            Part(
                Phrase("Said so far"),
                [line for one in thread.notices for line in _notice(one, talk)],
            ),
        )
    )


def _notice(one: Notice, talk: Talk) -> Iterator[Words]:
    """1: first notice, 2026-12-05 22:00 CET, #12, 340 of 1000"""
    told = one.progress
    yield Phrase(
        "{number}: {what}, {moment}, #{announcement}",
        number=one.update.number,
        what=meanings.notice(one.update.kind),
        moment=lines.moment(one.update.at, talk),
        announcement=one.update.schedule_id,
    )
    if told is not None:
        yield Phrase("{count} of {total}", count=told.sent, total=told.total)


COMMAND = Command(
    node="incidents",
    name=Phrase("Incidents"),
    for_whom=publishers,
    dialogue=_incidents,
)
