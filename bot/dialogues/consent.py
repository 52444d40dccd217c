"""Who may schedule messages to whoever asks, and what waits for his answer.

docs/conformance.md, Commands about oneself: my-messages, consent, my-data
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk.verbs import consent as verbs
from bot.dialogues import lines
from bot.dialogues.choices import ONWARD, one_of, pages
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Command, Dialogue, Said, Talk, everybody
from bot.domain import durations
from bot.domain.consent import Consent, Who
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Counted, Phrase
from bot.service.people.approvals import Waiting
from bot.service.people.choices import ConsentRequest
from bot.service.ports.paging import Page, Paging

#: of what waits that is put in order; the others come up as these are answered
_MOST = 200

TASK = Field(
    name="task",
    type=FieldType.CHOICE,
    label=Phrase("What to do"),
    help=Phrase("Nothing is changed before you are asked."),
    choices=("requests", "choose"),
    choice_labels={
        "requests": Phrase("Look at what waits for me"),
        "choose": Phrase("Choose who may"),
    },
)
_HELP = Phrase("When it would come, and from whom.")
VERDICT = Field(
    name="verdict",
    type=FieldType.CHOICE,
    label=Phrase("Your answer"),
    help=Phrase("Until it is due you may change your mind."),
    choices=("later", "approve", "refuse"),
    choice_labels={
        "later": Phrase("Decide later"),
        "approve": Phrase("Let it come"),
        "refuse": Phrase("Refuse it"),
    },
)


async def _consent(talk: Talk) -> Dialogue:
    chosen = await talk.look(verbs.LOOK(verbs.ConsentOf()))
    waiting = await talk.look(verbs.REQUESTS(_first()))
    if waiting.count:
        given = yield Form(heading=tuple(_standing(chosen, waiting)), fields=(TASK,))
        task = given.text("task")
    else:
        task = "choose"
    if task == "choose":
        given = yield Form(
            heading=(Phrase("This holds for all that is not delivered yet."),),
            fields=_fields(chosen),
            values=_values(chosen),
            is_last=True,
        )
        preview = given.flag("preview") and given.text("who") == Who.ASK
        request = ConsentRequest(
            who=given.text("who"),
            allow=given.several("allow"),
            block=given.several("block"),
            max_per_day=given.given("max-per-day"),
            max_ahead=_seconds(given.given("max-ahead")),
            preview=preview,
        )
        after = await talk.ask(verbs.SET(request))
        yield Said(
            Phrase(
                "Saved. Who may schedule messages to you: {who}.",
                who=verbs.CHOICES[after.who],
            )
        )
        return
    found = {str(one.id): one for one in sorted(waiting.items, key=_due)}
    name = next(iter(found))
    if len(found) > 1:
        for options in pages(_labels(found, talk).items()):
            given = yield Form(
                heading=tuple(_standing(chosen, waiting)),
                fields=(one_of("request", Phrase("Which message"), options, _HELP),),
            )
            if (name := given.text("request")) != ONWARD:
                break
    one = found[name]
    given = yield Form(
        heading=(Phrase("What you do not approve is not delivered."),),
        shows=tuple(_shown(one, talk)),
        fields=(VERDICT,),
        is_last=True,
    )
    verdict = given.text("verdict")
    if verdict == "later":
        yield Said(Phrase("It still waits for you."))
        return
    await talk.ask(verbs.ANSWER(verbs.Answer(ref=str(one.id), verdict=verdict)))
    if verdict == "approve":
        yield Said(
            Phrase(
                "The message of {jid} comes {time}.",
                jid=one.sender,
                time=lines.moment(one.due_at, talk),
            )
        )
        return
    yield Said(Phrase("The message of {jid} will not come.", jid=one.sender))


def _first() -> verbs.RequestsWish:
    return verbs.RequestsWish(paging=Paging(limit=_MOST))


def _due(one: Waiting) -> datetime:
    """What comes first is asked first."""
    return one.due_at


def _standing(chosen: Consent, waiting: Page[Waiting]) -> list[Words]:
    return [
        Counted(
            "{count} message waits for your answer.",
            "{count} messages wait for your answer.",
            waiting.count,
        ),
        Phrase("Who may now: {who}.", who=verbs.CHOICES[chosen.who]),
    ]


def _labels(found: Mapping[str, Waiting], talk: Talk) -> dict[str, Words]:
    return {
        name: lines.label(lines.moment(one.due_at, talk), one.sender)
        for name, one in found.items()
    }


def _shown(one: Waiting, talk: Talk) -> list[Words]:
    shown: list[Words] = [
        Phrase("From: {jid}", jid=one.sender),
        Phrase("Due: {time}", time=lines.moment(one.due_at, talk)),
    ]
    if one.content is None:
        shown.append(Phrase("You see what it says once it comes."))
        return shown
    for text in one.content.texts:
        shown += filter(None, (text.subject, text.body))
    if one.content.payloads and not one.content.texts:
        shown.append(Phrase("It holds what only your client can show."))
    return shown


def _fields(chosen: Consent) -> tuple[Field[Phrase], ...]:
    """Those of the verb, with what he has chosen first: a client may take the first
    for chosen.
    """
    by_name = {one.name: one for one in verbs.SET.fields}
    return (
        Field(
            name="who",
            type=FieldType.CHOICE,
            label=Phrase("Who may"),
            help=by_name["who"].help,
            choices=(
                chosen.who,
                *(one for one in verbs.CHOICES if one != chosen.who),
            ),
            choice_labels=verbs.CHOICES,
        ),
        by_name["allow"],
        by_name["block"],
        replace(by_name["max_per_day"], name="max-per-day"),
        Field(
            name="max-ahead",
            type=FieldType.DURATION,
            label=Phrase("How far ahead"),
            help=Phrase("How far ahead it may be scheduled, say 30d."),
        ),
        replace(
            by_name["preview"],
            help=Phrase("Show what a message says while it waits for your answer."),
        ),
    )


def _values(chosen: Consent) -> dict[str, str | tuple[str, ...]]:
    return {
        "who": chosen.who,
        "allow": tuple(sorted(chosen.allowed)),
        "block": tuple(sorted(chosen.blocked)),
        "max-per-day": str(chosen.max_per_day or ""),
        "max-ahead": durations.written(chosen.max_ahead or 0),
        "preview": "true" if chosen.preview else "false",
    }


def _seconds(text: str | None) -> str | None:
    if text is None:
        return None
    return str(durations.parse(text) // timedelta(seconds=1))


COMMAND = Command(
    node="consent",
    name=Phrase("Who may schedule to me"),
    for_whom=everybody,
    dialogue=_consent,
)
