"""What went out, worded anew or withdrawn: who has it sees the corrected one, or that
it is withdrawn. The form begins with what was sent, as its readers have it now.
"""

from collections.abc import Iterator

from bot.desk.verbs import amending as verbs
from bot.dialogues import lines, previews, rewording
from bot.dialogues.choices import NOT_CHANGED_YET, SURE
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Again, Dialogue, Level, Said, Talk, on_with
from bot.domain.broadcast import BroadcastName
from bot.domain.phrase import Counted, Phrase
from bot.service.delivery.broadcasts import Account
from bot.service.requests.correcting import Correction
from bot.service.requests.request import ScheduleChange

_SAME = Said(Phrase("Nothing changes."))


async def correct(talk: Talk, name: BroadcastName) -> Dialogue:
    found = await talk.look(verbs.LOOK(_sent(talk, name)))
    content = found.schedule.content
    given = yield rewording.form(content, talk, lines.broadcast(found, talk))
    change = rewording.change(content, given, talk)
    if change is None:
        yield _SAME
        return
    # the very one, also where another begins meanwhile
    yield on_with(_decide, found.name, change)


async def _decide(talk: Talk, name: BroadcastName, change: ScheduleChange) -> Dialogue:
    wish = verbs.Corrected(name=name, origin=talk.door, change=change)
    draft = await talk.look(verbs.DRAFT(wish))
    if not draft.changes:
        yield _SAME
        return
    given = yield Form(
        heading=(Phrase("Last step. This is what readers get."),),
        shows=tuple(_becomes(draft)),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        # what a client took for chosen throws away nothing that was typed
        given = yield Again(NOT_CHANGED_YET)
    if given.text("sure") != "yes":
        yield Said(Phrase("Nothing was corrected."), Level.WARN)
        return
    done = await talk.ask(verbs.CORRECT(wish))
    yield Said(
        Counted(
            "{name} is corrected, for {count} reader; look at it again in a while.",
            "{name} is corrected, for {count} readers; look at it again in a while.",
            done.account.progress.sent,
            name=done.account.name.shown,
        )
    )


def _becomes(draft: Correction) -> Iterator[Words]:
    yield from previews.written(draft.texts)
    yield from _readers(draft.account)


def _readers(one: Account) -> Iterator[Words]:
    progress = one.progress
    yield Counted(
        "{count} has the old one, and gets this.",
        "{count} have the old one, and get this.",
        progress.sent,
    )
    if progress.later:
        yield Counted(
            "{count} was not told yet, and gets this alone.",
            "{count} were not told yet, and get this alone.",
            progress.later,
        )


async def retract(talk: Talk, name: BroadcastName) -> Dialogue:
    sent = _sent(talk, name)
    draft = await talk.look(verbs.DRAFT_RETRACTION(sent))
    found = draft.account
    given = yield Form(
        heading=(
            Phrase("Last step. Some clients take it away; others show these words."),
        ),
        shows=(
            *previews.written(draft.texts),
            lines.broadcast(found, talk),
            Counted(
                "{count} has it; nobody else hears it.",
                "{count} have it; nobody else hears it.",
                found.progress.sent,
            ),
        ),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Nothing was withdrawn."), Level.WARN)
        return
    done = await talk.ask(verbs.RETRACT(sent))
    yield Said(
        Counted(
            "{name} is withdrawn from {count} reader; look at it again in a while.",
            "{name} is withdrawn from {count} readers; look at it again in a while.",
            done.account.progress.sent,
            name=done.account.name.shown,
        )
    )


def _sent(talk: Talk, name: BroadcastName) -> verbs.Sent:
    return verbs.Sent(name=name, origin=talk.door)
