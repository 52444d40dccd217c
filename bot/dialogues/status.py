"""Whether the service is up, what it sends now and what comes next."""

from collections.abc import Iterator

from bot.desk.verbs.status import STATUS, Status, StatusWish
from bot.dialogues import lines
from bot.dialogues.forms import Words
from bot.dialogues.talk import Command, Dialogue, Part, Shown, Talk, admins
from bot.domain.phrase import Phrase


async def _status(talk: Talk) -> Dialogue:
    found = await talk.ask(STATUS(StatusWish()))
    yield Shown(tuple(_parts(found, talk)))


def _parts(found: Status, talk: Talk) -> Iterator[Part]:
    yield Part(Phrase("Service"), tuple(_health(found, talk)))
    sending = [lines.broadcast(one, talk) for one in found.sending]
    yield Part(Phrase("Going out now"), lines.or_none(sending))
    for label, page in (
        (Phrase("Going out next"), found.upcoming),
        (Phrase("Held, waits for an admin"), found.held.items),
        (Phrase("Paused"), found.paused.items),
    ):
        coming = [lines.announcement(one, talk) for one in page]
        yield Part(label, lines.or_none(coming))


def _health(found: Status, talk: Talk) -> Iterator[Words]:
    for pulse in found.health.up:
        yield Phrase(
            "{service}: up since {time}, version {version}",
            service=pulse.service,
            time=lines.moment(pulse.started_at, talk),
            version=pulse.version,
        )
    if found.standstill is not None:
        yield found.standstill.in_words(talk.zone.key)
    if not found.health.connected:
        yield Phrase("not connected to its XMPP server")
    if found.health.held_up is not None:
        yield found.health.held_up


COMMAND = Command(
    node="status",
    name=Phrase("Status"),
    for_whom=admins,
    dialogue=_status,
)
