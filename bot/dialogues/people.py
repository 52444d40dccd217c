"""One person found: where he stands, what he was told and why not; who is suspended."""

from collections.abc import Iterable, Iterator

from bot.desk.verbs import finding as verbs
from bot.desk.verbs.subscribers import PersonName
from bot.dialogues import lines
from bot.dialogues.choices import one_of, yes_or_no
from bot.dialogues.forms import Form, Words
from bot.dialogues.preferences import in_words
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Level,
    Part,
    Said,
    Shown,
    Talk,
    admins,
    on_with,
)
from bot.domain import meanings
from bot.domain.fields import Field, FieldType
from bot.domain.lists import EndReason
from bot.domain.phrase import Phrase
from bot.domain.roles import in_words as role_in_words
from bot.service.readers.finding import Place, Told

#: broadcasts that are shown of one person
TOLD = 20
#: of those who are suspended
SUSPENDED = 50
#: the command line has all of it
_MORE = Phrase("and more")

_JID: Field[Words] = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Address"),
    help=Phrase("Such as anna@example.org. Empty: who is suspended."),
)


async def _people(_: Talk) -> Dialogue:
    given = yield Form(heading=(Phrase("Whom are you looking for?"),), fields=(_JID,))
    jid = given.text("jid")
    yield on_with(_person, jid) if jid else on_with(_suspended)


async def _person(talk: Talk, jid: str) -> Dialogue:
    wish = verbs.PersonWish(jid=jid, limit=TOLD + 1)
    shown = await talk.look(verbs.SHOW(wish))
    if any(_is_suspended(one) for one in shown.found.places):
        given = yield Form(
            heading=(
                Phrase("{jid} is told nothing: messages came back.", jid=jid),
                *(_place(one, talk) for one in shown.found.places),
            ),
            fields=(
                one_of(
                    "do",
                    Phrase("What is to be done?"),
                    {
                        "show": Phrase("Show what he was told"),
                        "restore": Phrase("Take him up again"),
                    },
                ),
            ),
        )
        if given.text("do") == "restore":
            yield on_with(_restore, jid)
            return
    yield Shown(tuple(_parts(shown, talk)))


def _is_suspended(one: Place) -> bool:
    return one.subscription.end_reason is EndReason.SUSPENDED


def _parts(shown: verbs.Shown, talk: Talk) -> Iterator[Part]:
    found, known = shown.found, shown.found.subscriber
    chosen: list[Words] = list(in_words(known.preferences, talk)) if known else []
    if known and known.language_seen:
        chosen.append(
            Phrase("his client says: {language}", language=known.language_seen)
        )
    chosen += [role_in_words(one.role, one.list_name) for one in found.roles]
    yield Part(found.jid, lines.or_none(chosen))
    places = [_place(one, talk) for one in found.places]
    yield Part(Phrase("Lists"), lines.or_none(places))
    told = [line for one in shown.told[:TOLD] for line in _told(one, talk)]
    if len(shown.told) > TOLD:
        told.append(_MORE)
    yield Part(Phrase("Was told"), lines.or_none(told))


def _place(one: Place, talk: Talk) -> Words:
    """news: since 2026-12-01 09:00 CET"""
    place, name = one.subscription, one.entry.name
    since = lines.moment(place.ended_at or place.started_at, talk)
    match place.end_reason:
        case None:
            return Phrase("{list}: since {moment}", list=name, moment=since)
        case EndReason.LEFT:
            return Phrase("{list}: left {moment}", list=name, moment=since)
        case EndReason.REMOVED:
            return Phrase("{list}: removed {moment}", list=name, moment=since)
    why = meanings.condition(one.condition or "unknown")
    return Phrase("{list}: suspended {moment}, {why}", list=name, moment=since, why=why)


def _told(one: Told, talk: Talk) -> Iterable[Words]:
    """#12/3 2026-12-05 22:00 CET, news: failed, and below why."""
    account = one.account
    when = lines.moment(account.broadcast.created_at, talk)
    yield Phrase(
        "{broadcast} {moment}, {list}: {state}",
        broadcast=account.name.shown,
        moment=when,
        list=lines.target(account.schedule, talk),
        state=meanings.state(one.fate),
    )
    if one.exception is not None:
        yield meanings.condition(one.exception.condition)


async def _suspended(talk: Talk) -> Dialogue:
    found = await talk.look(verbs.SUSPENDED(verbs.SuspendedWish(limit=SUSPENDED + 1)))
    listed: list[Words] = [
        Phrase(
            "{jid}, {list}: {why}",
            jid=one.subscription.jid,
            list=one.entry.name,
            why=meanings.condition(one.condition or "unknown"),
        )
        for one in found[:SUSPENDED]
    ]
    if len(found) > SUSPENDED:
        listed.append(_MORE)
    yield Shown((Part(Phrase("Suspended"), lines.or_none(listed)),))


async def _restore(talk: Talk, jid: str) -> Dialogue:
    given = yield Form(
        heading=(
            Phrase(
                "{jid} is told again what comes next. Bounces are forgotten.", jid=jid
            ),
        ),
        fields=(yes_or_no("sure", Phrase("Take him up again?")),),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Nothing was changed."), Level.WARN)
        return
    names = await talk.ask(verbs.RESTORE(PersonName(jid)))
    yield Said(Phrase("{jid} is told again: {lists}.", jid=jid, lists=", ".join(names)))


COMMAND = Command(
    node="people", name=Phrase("Find a person"), for_whom=admins, dialogue=_people
)
