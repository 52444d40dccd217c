"""Everything stopped in an emergency; once it is, let go on."""

from bot.desk.verb import Plain
from bot.desk.verbs import stopping as verbs
from bot.dialogues.choices import yes_or_no
from bot.dialogues.forms import Form
from bot.dialogues.talk import Command, Dialogue, Level, Said, Talk, admins, on_with
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.standstill import Standstill
from bot.service.delivery.standstill import Movement

_EVERYTHING = Plain("everything")


async def _stop_all(talk: Talk) -> Dialogue:
    found = await talk.look(verbs.LOOK(_EVERYTHING))
    if found.standstill is not None:
        yield on_with(_resume_all, found, found.standstill)
        return
    given = yield Form(
        heading=(
            Phrase("Nothing more goes out then, until you let all go on here."),
            Counted(
                "{count} broadcast is being sent: it stops for good.",
                "{count} broadcasts are being sent: they stop for good.",
                found.sending,
            ),
            _waiting(found),
        ),
        fields=(yes_or_no("sure", Phrase("Stop everything?")),),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Nothing was stopped."), Level.WARN)
        return
    done = await talk.ask(verbs.STOP(_EVERYTHING))
    stopped = Counted(
        "{count} broadcast was stopped for good",
        "{count} broadcasts were stopped for good",
        done.stopped,
    )
    waits = Counted(
        "{count} announcement waits", "{count} announcements wait", done.before.pending
    )
    yield Said(
        Phrase("Everything is stopped: {counts}.", counts=Listed(stopped, waits))
    )


async def _resume_all(talk: Talk, found: Movement, since: Standstill) -> Dialogue:
    given = yield Form(
        heading=(
            since.in_words(talk.zone.key),
            _waiting(found),
            Phrase(
                "What was due meanwhile goes out, or is missed, as each announcement"
                " says of what is late. What began before stays stopped."
            ),
        ),
        fields=(yes_or_no("sure", Phrase("Let all go on?")),),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield Said(Phrase("Everything is still stopped."), Level.WARN)
        return
    after = await talk.ask(verbs.RESUME(_EVERYTHING))
    yield Said(
        Counted(
            "All goes on: {count} announcement is to come.",
            "All goes on: {count} announcements are to come.",
            after.pending,
        )
    )


def _waiting(found: Movement) -> Phrase:
    return Counted(
        "{count} announcement is still to come: it waits.",
        "{count} announcements are still to come: they wait.",
        found.pending,
    )


COMMAND = Command(
    node="stop-all",
    name=Phrase("Stop everything"),
    for_whom=admins,
    dialogue=_stop_all,
)
