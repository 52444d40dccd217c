"""What is stored about whoever asks: shown, taken along, forgotten.

docs/conformance.md, Commands about oneself: my-messages, consent, my-data
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.desk.verbs import mydata as verbs
from bot.desk.verbs import schedules
from bot.dialogues import consent
from bot.dialogues.choices import one_of
from bot.dialogues.forms import Form, Words
from bot.dialogues.holdings import LABELS, told
from bot.dialogues.talk import Command, Dialogue, Part, Said, Shown, Talk, everybody
from bot.domain import timestamps
from bot.domain.fields import Field, FieldType
from bot.domain.lists import ListKind
from bot.domain.phrase import Counted, Phrase
from bot.service.ports import personal as stored
from bot.service.ports.paging import Paging
from bot.service.rules.quotas import LIVE

#: characters of an export that a client is sent; the operator has it whole
MAX_EXPORT = 50_000
_ROWS = 200  #: of a part that are looked up at once

TASK = Field(
    name="task",
    type=FieldType.CHOICE,
    label=Phrase("What to do"),
    help=Phrase("Nothing is changed before you are asked."),
    choices=("show", "export", "forget"),
    choice_labels={
        "show": Phrase("Show what is stored"),
        "export": Phrase("All of it, for programs"),
        "forget": Phrase("Forget me"),
    },
)
SURE = one_of(
    "sure",
    Phrase("Forget me?"),
    {"no": Phrase("No, keep all"), "yes": Phrase("Yes, forget me")},
    Phrase("This cannot be taken back."),
)


async def _my_data(talk: Talk) -> Dialogue:
    given = yield Form(
        heading=(Phrase("What this service has stored about you."),),
        fields=(TASK,),
    )
    if given.text("task") == "export":
        yield Shown((Part(Phrase("As JSON"), await _export(talk)),))
        return
    found = await talk.look(verbs.LOOK(verbs.Whose()))
    if given.text("task") == "show":
        yield Shown(tuple(_parts(found, talk)))
        return
    sure = yield Form(
        heading=(Phrase("Step 2 of 2. Nothing was changed yet."),),
        shows=tuple([one async for one in _consequences(found, talk)]),
        fields=(SURE,),
        is_last=True,
    )
    if sure.text("sure") != "yes":
        yield Said(Phrase("Nothing was changed."))
        return
    done = await talk.ask(verbs.FORGET(verbs.Whose()))
    yield Said(_outcome(done))


def _parts(found: Mapping[stored.Part, stored.Slice], talk: Talk) -> Iterator[Part]:
    for part, some in found.items():
        shown = [words for row in some.rows for words in told(part, row, talk.zone.key)]
        if some.following is not None:
            shown.append(Phrase("and more"))
        if shown:
            yield Part(LABELS[part], shown)


async def _consequences(
    found: Mapping[stored.Part, stored.Slice], talk: Talk
) -> AsyncIterator[Words]:
    """What will be gone, and what stays."""
    places = [one for one in found[stored.Part.SUBSCRIPTIONS].rows if not one["until"]]
    kept = [one["list"] for one in places if one["kind"] == ListKind.MANDATORY]
    left = [one["list"] for one in places if one["list"] not in kept]
    if left:
        yield Phrase("You leave {lists}.", lists=", ".join(left))
    wish = schedules.ScheduleWish(
        paging=Paging(limit=0), states=LIVE, own=True, personal=True
    )
    pending = (await talk.look(schedules.LIST(wish))).count
    if pending:
        yield Counted(
            "{count} message of yours that waits is cancelled.",
            "{count} messages of yours that wait are cancelled.",
            pending,
        )
    yield Phrase(
        "What you wrote to people, chose and asked, and what is known of deliveries"
        " to you, is erased."
    )
    yield Phrase(
        "What stays says nobody who you are: that you left, so that no admin puts you"
        " back by mistake, and from whom you take no messages."
    )
    yield Phrase(
        "What others have scheduled to you stays theirs. First decide about it in"
        " {command}, if you do not want it.",
        command=Phrase(
            "{title} ({id})", title=consent.COMMAND.name, id=consent.COMMAND.node
        ),
    )
    if kept:
        yield Phrase("You stay on {lists}: nobody leaves that.", lists=", ".join(kept))
    if found[stored.Part.ROLES].rows:
        yield Phrase("Your role stays, and announcements of yours to lists go on.")


def _outcome(done: verbs.Forgotten) -> Phrase:
    lists = ", ".join(one.title for one in done.stays.mandatory)
    if lists:
        return Phrase(
            "You are forgotten, but for your address on {lists}, which nobody leaves.",
            lists=lists,
        )
    if done.stays.has_role or done.stays.announcements:
        return Phrase("You are forgotten, but for your role and its announcements.")
    return Phrase("You are forgotten. Join a list, and you are known again.")


async def _export(talk: Talk) -> list[Words]:
    """As the command line has it, as far as a client can take it."""
    found: dict[str, Any] = {"jid": talk.jid}
    for part in stored.Part:
        wish = verbs.PartWish(part=part, limit=_ROWS)
        some = await talk.look(verbs.EXPORT(wish))
        one = next(iter(some.rows), None)
        found[part] = one if part in verbs.SINGLE else some.rows
        if some.following is not None:
            found["more"] = True
    text = json.dumps(found, indent=1, ensure_ascii=False, default=_plain)
    written: list[Words] = list(text[:MAX_EXPORT].splitlines())
    if len(text) > MAX_EXPORT or "more" in found:
        written.append(
            Phrase(
                "There is more: whoever runs the service can give you all of it"
                " ({command}).",
                command=f"carillon people export {talk.jid}",
            )
        )
    return written


def _plain(value: Any) -> str:
    return timestamps.format(value) if isinstance(value, datetime) else str(value)


COMMAND = Command(
    node="my-data",
    name=Phrase("What is stored about me"),
    for_whom=everybody,
    dialogue=_my_data,
)
