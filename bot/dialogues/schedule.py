"""Something said to a list later, once or again and again: own words or a template.

list, how ─► own words, of each language   ─┬─► when ─► what is rare ─► preview
         └─► a template's fields, likewise ─┘
"""

from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.dialogues import audiences, previews, timing, wording
from bot.dialogues.choices import one_of
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.lines import cut
from bot.dialogues.talk import Command, Dialogue, Go, Talk, on_with, publishers
from bot.domain import moments, wallclock, zones
from bot.domain.errors import Invalid, about
from bot.domain.fields import Field, Template
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.service.requests.request import ScheduleRequest

#: in place of a template
OWN_WORDS = "own-words"


async def _schedule(talk: Talk, lists: audiences.Lists) -> Dialogue:
    given = yield Form(
        heading=(Phrase("Who is told, and how is it said?"),),
        fields=(audiences.which_list(lists), _how(lists, talk)),
    )
    target = lists[given.text("list")]
    if given.text("template") == OWN_WORDS:
        yield on_with(_in_own_words, target)
    else:
        template = talk.desk.templates.get(given.text("template"))
        yield on_with(_by_template, target, template)


def _how(lists: dict[str, AnnouncementList], talk: Talk) -> Field[Words]:
    """Own words, or a template; those that welcome are sent by themselves."""
    welcomes = {one.welcome for one in lists.values()}
    options: dict[str, Words] = {OWN_WORDS: Phrase("Own words")}
    for name in talk.desk.templates.names():
        if name in welcomes:
            continue
        with suppress(Invalid):  # one that is broken is none
            title = talk.desk.templates.get(name).title
            options[name] = cut(wording.by_author(title, talk.language) or name)
    return one_of("template", Phrase("Template"), options)


async def _in_own_words(talk: Talk, target: AnnouncementList) -> Dialogue:
    given = yield Form(
        heading=(Phrase("What is to be said?"), wording.spoken(target)),
        fields=(wording.SUBJECT, wording.BODY, wording.ANOTHER),
    )
    told = [("", given)]
    while given.text("another") == "yes":
        given = yield wording.TEXT_IN_ANOTHER
        told.append((wording.tag_of(given, told), given))
    yield on_with(_when, target, wording.said(_request(talk, target), told))


async def _by_template(
    talk: Talk, target: AnnouncementList, template: Template
) -> Dialogue:
    tags = wording.further(template)
    another = (wording.ANOTHER,) if tags else ()
    given = yield Form(
        heading=wording.about(template, talk),
        fields=(*wording.fields_of(template, talk), *another),
    )
    told = [wording.values(template, given)]
    while tags and given.text("another") == "yes":
        given = yield wording.which_language(tags)
        tag = given.text("language")
        given = yield wording.in_another(template, talk, tag)
        told.append(wording.values(template, given, tag))
    request = _request(talk, target)
    values = wording.joined(*told)
    yield on_with(
        _when, target, replace(request, template=template.name, values=values)
    )


def _request(talk: Talk, target: AnnouncementList) -> ScheduleRequest:
    return ScheduleRequest(origin=talk.door, list_name=target.name, on_the_wall=True)


async def _when(
    talk: Talk, target: AnnouncementList, request: ScheduleRequest
) -> Dialogue:
    when = yield Form(
        heading=(
            Phrase("When does it go out, by the clocks of {zone}?", zone=talk.zone),
            Phrase("Where nothing is said of it, it goes out at once."),
            timing.HOW,
        ),
        fields=(
            *(timing.AT, timing.IN, timing.EVERY),
            *wording.urgency(talk),
            timing.SETTINGS,
        ),
    )
    timing.check(when, talk.zone)
    more, fields = None, timing.further(when)
    if fields:
        more = yield Form(
            heading=(Phrase("What is rarely needed."),),
            fields=fields,
            values={"tz": talk.zone.key},
        )
    yield _timed(talk, target, request, when, more)


def _timed(
    talk: Talk,
    target: AnnouncementList,
    request: ScheduleRequest,
    when: Answers,
    more: Answers | None,
) -> Go:
    """The request with its moment, on to the preview; raises Invalid."""
    rule = timing.rule(when, more)
    with about("timezone"):
        tz = zones.spelt(more.text("tz")) if more and more.given("tz") else None
        typed_in = wallclock.zone(tz) if tz else talk.zone
    at = when.given("at")
    if at is not None and rule is not None:
        at = moments.as_typed(at, typed_in, "deliver-at")
    elif at is not None:
        at = moments.instant(at, typed_in, "deliver-at")
    expires = more.given("expires") if more else None
    return previews.decided(
        replace(
            request,
            deliver_at=at,
            delay_seconds=timing.delay(when) or (None if at else previews.AT_ONCE),
            recurrence=rule,
            # readers read what is once by their list's clocks, as they are used to
            timezone=tz or (talk.zone.key if rule else target.timezone),
            expires=expires and moments.instant(expires, typed_in, "expires"),
            urgent=when.flag("urgent"),
            late_policy=timing.late(more),
            client_id=more.given("id") if more else None,
        ),
        timing.oddities(when, more, typed_in, recurs=rule is not None),
    )


COMMAND = Command(
    node="schedule",
    name=Phrase("Announce later or by template"),
    for_whom=publishers,
    dialogue=partial(audiences.among, _schedule),
)
