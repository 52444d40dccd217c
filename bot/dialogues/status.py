"""Whether the service is up, what it sends now and what comes next."""

from collections.abc import Iterator

from bot.desk.verbs.status import STATUS, Status, StatusWish
from bot.dialogues import lines
from bot.dialogues.forms import Words
from bot.dialogues.talk import Command, Dialogue, Part, Shown, Talk, admins
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Page
from bot.service.ports.pulses import Reading
from bot.service.requests.schedules import Report


async def _status(talk: Talk) -> Dialogue:
    found = await talk.ask(STATUS(StatusWish()))
    yield Shown(tuple(_parts(found, talk)))


def _parts(found: Status, talk: Talk) -> Iterator[Part]:
    yield Part(Phrase("Service"), lines.or_none(_health(found, talk)))
    sending = [lines.broadcast(one, talk) for one in found.sending]
    yield Part(Phrase("Going out now"), lines.or_none(sending))
    coming = [lines.announcement(one, talk) for one in found.upcoming]
    yield Part(Phrase("Going out next"), lines.or_none(coming))
    for label, page in (
        (Phrase("Held, waits for an admin"), found.held),
        (Phrase("Paused"), found.paused),
    ):
        yield Part(label, lines.or_none(_waiting(page, talk)))


def _waiting(page: Page[Report], talk: Talk) -> Iterator[Words]:
    for one in page.items:
        yield lines.announcement(one, talk)
    if (more := page.count - len(page.items)) > 0:
        yield Counted("and {count} more", "and {count} more", more)


def _health(found: Status, talk: Talk) -> Iterator[Words]:
    health = found.health
    for pulse in health.up:
        yield Phrase(
            "{service}: up since {time}, version {version}",
            service=pulse.service,
            time=lines.moment(pulse.started_at, talk),
            version=pulse.version,
        )
        if pulse.reading is not None:
            yield from _configuration(pulse.reading, talk)
    if found.standstill is not None:
        yield found.standstill.in_words(talk.zone.key)
    if not health.connected:
        yield Phrase("not connected to its XMPP server")
    for one in health.open:
        yield Phrase(
            "{server} no longer holds back what is to be sent later, since {time}",
            server=one.server,
            time=lines.moment(one.open_since, talk),
        )
    for unreadable in health.unreadable:
        yield unreadable.in_words
    if health.held_up is not None:
        yield health.held_up


def _configuration(reading: Reading, talk: Talk) -> Iterator[Words]:
    """When it was read, and what is to be known of it."""
    yield Phrase("configuration read at {time}", time=lines.moment(reading.at, talk))
    for fault in reading.faults:
        yield Phrase("since then it cannot be used: {why}", why=fault)
    if reading.waiting:
        yield Phrase("waits for a start: {keys}", keys=", ".join(reading.waiting))


COMMAND = Command(
    node="status",
    name=Phrase("Status"),
    for_whom=admins,
    dialogue=_status,
)
