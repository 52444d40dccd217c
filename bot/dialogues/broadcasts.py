"""What is or was sent: how far it is, who was not told and why; stopped, tried once
more, corrected, withdrawn.
"""

from collections.abc import Iterator

from bot.desk.verbs import broadcasts as verbs
from bot.dialogues import correcting, lines
from bot.dialogues.choices import MORE, MORE_LABEL, PAGE, SURE, one_of, yes_or_no
from bot.dialogues.forms import Form, Words
from bot.dialogues.lines import cut
from bot.dialogues.talk import (
    Command,
    Dialogue,
    Level,
    Part,
    Said,
    Shown,
    Talk,
    on_with,
    publishers,
)
from bot.domain import meanings
from bot.domain.amendment import Amendment
from bot.domain.broadcast import BroadcastName, BroadcastState, DeliveryException
from bot.domain.phrase import Counted, Phrase
from bot.service.delivery.broadcasts import Account, AmendedBy
from bot.service.ports.paging import Page

#: people on one page
NAMES = 50
#: in place of a condition
_ALL = "all"


async def _broadcasts(talk: Talk) -> Dialogue:
    after, chosen = None, MORE
    while chosen == MORE:
        page = await talk.look(verbs.LIST(verbs.BroadcastWish(limit=PAGE, after=after)))
        if not page.items:
            yield Said(Phrase("Nothing was sent yet."))
            return
        given = yield Form(
            heading=(Phrase("The latest is first."),),
            fields=(one_of("broadcast", Phrase("Broadcast"), _options(page, talk)),),
        )
        chosen, after = given.text("broadcast"), page.items[-1].name
    schedule, _, number = chosen.partition("/")
    yield on_with(_about, BroadcastName(int(schedule), int(number)))


def _options(page: Page[Account], talk: Talk) -> dict[str, Words]:
    found: dict[str, Words] = {
        str(one.name): lines.broadcast_label(one, talk) for one in page.items
    }
    if page.index + len(page.items) < page.count:
        found[MORE] = MORE_LABEL
    return found


async def _about(talk: Talk, name: BroadcastName) -> Dialogue:
    one = await talk.look(verbs.SHOW(verbs.OneBroadcast(name)))
    title = lines.title(one.schedule)
    given = yield Form(
        heading=(lines.broadcast(one, talk), *((title,) if title else ())),
        fields=(one_of("do", Phrase("What is to be done?"), dict(_tasks(one, talk))),),
    )
    match given.text("do"):
        case "failures":
            yield on_with(_failures, name)
        case "stop":
            yield on_with(_stop, name)
        case "retry":
            yield on_with(_retry, name)
        case "correct":
            yield on_with(correcting.correct, name)
        case "retract":
            yield on_with(correcting.retract, name)
        case _:
            yield Shown(tuple(_progress(one, talk)))


def _tasks(one: Account, talk: Talk) -> Iterator[tuple[str, Words]]:
    """First what changes nothing."""
    caller, progress = talk.caller, one.progress
    yield "show", Phrase("Show how far it is")
    if progress.failed or progress.deferred or progress.skipped:
        yield "failures", Phrase("Show who was not told")
    state = one.broadcast.state
    is_sending = state is BroadcastState.SENDING
    may_change = one.schedule.owner == caller.owner or caller.is_admin
    is_withdrawn = one.broadcast.retracted_at is not None
    if may_change and not one.broadcast.in_owners_name and not is_withdrawn:
        yield "correct", Phrase("Correct it")
        yield "retract", Phrase("Withdraw it")
    if is_sending and may_change:
        yield "stop", Phrase("Stop it")
    is_over = not is_sending and state is not BroadcastState.STOPPED
    if progress.failed and is_over and may_change:
        yield "retry", Phrase("Try once more")


def _progress(one: Account, talk: Talk) -> Iterator[Part]:
    found = one.broadcast
    why = () if found.reason is None else (meanings.reason(found.reason),)
    yield Part(Phrase("Broadcast"), (lines.broadcast(one, talk), *why))
    yield Part(
        Phrase("Readers"),
        [
            Phrase("{label}: {count}", label=label, count=count)
            for label, count in meanings.counts(one.progress)
        ],
    )
    times = [Phrase("started: {moment}", moment=lines.moment(found.created_at, talk))]
    if found.finished_at is not None:
        over = lines.moment(found.finished_at, talk)
        times.append(Phrase("finished: {moment}", moment=over))
    yield Part(Phrase("When"), times)
    if amended := [_amended(each) for each in one.amendments]:
        yield Part(Phrase("Amended"), amended)


def _amended(one: AmendedBy) -> Phrase:
    """By what, and how many of its readers have that."""
    found = one.progress
    done = {"number": one.schedule.id, "count": found.sent if found else 0}
    if one.kind is Amendment.CORRECT:
        return Phrase("corrected by #{number}: {count} told", **done)
    return Phrase("withdrawn by #{number}: {count} told", **done)


async def _failures(talk: Talk, name: BroadcastName) -> Dialogue:
    """By condition in words, then who."""
    found = await talk.look(verbs.CONDITIONS(verbs.OneBroadcast(name)))
    if not found:
        yield Said(Phrase("Everybody was told."))
        return
    options: dict[str, Words] = {
        _ALL: Phrase("All of them"),
        **{term: cut(talk.said(meanings.condition(term))) for term, _ in found},
    }
    given = yield Form(
        heading=(Phrase("Why, and how many. Whose names are to be shown?"),),
        shows=tuple(
            Phrase("{count}: {why}", count=count, why=meanings.condition(term))
            for term, count in found
        ),
        fields=(one_of("why", Phrase("Whom"), options),),
    )
    why = given.text("why")
    yield on_with(_names, name, None if why == _ALL else why)


async def _names(talk: Talk, name: BroadcastName, condition: str | None) -> Dialogue:
    """A page of them after the other."""
    after = ""
    while True:
        wish = verbs.FailuresWish(
            name=name, after=after, limit=NAMES + 1, condition=condition
        )
        found = await talk.look(verbs.FAILURES(wish))
        shown = [_name(one, condition) for one in found[:NAMES]]
        if len(found) <= NAMES:
            yield Shown((Part(Phrase("Not told"), lines.or_none(shown)),))
            return
        given = yield Form(
            heading=(Phrase("Not told"),),
            shows=tuple(shown),
            fields=(yes_or_no("more", Phrase("Show more?")),),
        )
        if given.text("more") != "yes":
            yield Said(Phrase("There are more that were not told."))
            return
        after = found[NAMES - 1].jid


def _name(one: DeliveryException, condition: str | None) -> Words:
    state = meanings.state(one.kind)
    if condition is not None:
        return Phrase("{label}: {state}", label=one.jid, state=state)
    return Phrase(
        "{label}: {state}, {why}",
        label=one.jid,
        state=state,
        why=meanings.condition(one.condition),
    )


async def _stop(talk: Talk, name: BroadcastName) -> Dialogue:
    one = await talk.look(verbs.SHOW(verbs.OneBroadcast(name)))
    given = yield Form(
        heading=(Phrase("Nothing more of it leaves; who was told stays told."),),
        shows=(lines.broadcast(one, talk),),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Nothing was stopped."), Level.WARN)
        return
    stopped = await talk.ask(verbs.STOP(verbs.OneBroadcast(name)))
    yield Said(
        Counted(
            "{name} is stopped; {count} of {total} was told.",
            "{name} is stopped; {count} of {total} were told.",
            stopped.progress.sent,
            name=stopped.name.shown,
            total=stopped.progress.total,
        )
    )


async def _retry(talk: Talk, name: BroadcastName) -> Dialogue:
    one = await talk.look(verbs.SHOW(verbs.OneBroadcast(name)))
    given = yield Form(
        heading=(
            Counted(
                "{count} was not reached. Not tried are those who left, who are"
                " suspended, or who refused it.",
                "{count} were not reached. Not tried are those who left, who are"
                " suspended, or who refused it.",
                one.progress.failed,
            ),
        ),
        shows=(lines.broadcast(one, talk),),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Nobody is tried again."), Level.WARN)
        return
    done = await talk.ask(verbs.RETRY(verbs.OneBroadcast(name)))
    if not done.count:
        yield Said(Phrase("There is nobody to try."), Level.WARN)
        return
    yield Said(
        Counted(
            "{name}: {count} is tried once more; look at it again in a while.",
            "{name}: {count} are tried once more; look at it again in a while.",
            done.count,
            name=name.shown,
        )
    )


COMMAND = Command(
    node="broadcasts",
    name=Phrase("Broadcasts"),
    for_whom=publishers,
    dialogue=_broadcasts,
)
