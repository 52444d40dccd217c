"""`carillon reload`: the running service reads its configuration anew."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from bot.cli import output, session
from bot.cli.parts import status, verb
from bot.desk import views
from bot.domain.phrase import Phrase, Quoted
from bot.service.ports.pulses import Pulse, Reading

if TYPE_CHECKING:
    from bot.desk.desk import Desk

#: seconds between two looks, and until a service that is up should have answered
_POLL_SECONDS = 0.3
_PATIENCE = 30.0


def reload(context: typer.Context, json: output.JSON = False) -> None:
    """Have the running service read its configuration and templates anew.

    It stays connected, and names what it takes up only when it is started again. Exit
    code 1: it cannot use the configuration and goes on with that of before, or no
    service is running.
    """
    with session.desk_of(context) as desk:
        asked = desk.ask_here(status.RELOAD(verb.Plain("configuration")))
        answers = _answers(desk, asked)
    if json:
        output.document({"services": [_as_data(*one) for one in answers]})
    if not asked:
        output.fail(
            Phrase(
                "no service is running that could read it; one that was started with"
                " another [xmpp] jid or [database] url is not seen from here and has"
                " to be started again"
            )
        )
    if not json:
        for pulse, reading in answers:
            if not reading.faults:
                output.say(_told(pulse, reading))
                if reading.waiting:
                    output.say(_waiting(reading))
        _tell_broken(answers)
    faults = [fault for _, reading in answers for fault in reading.faults]
    for fault in faults:
        output.fault(Quoted(fault))
    if faults:
        output.fail(
            Phrase("the configuration was not read anew: that of before stays in force")
        )
    if len(answers) < len(asked):
        output.fail(
            Phrase("the service has not answered; its log may say what keeps it")
        )


def _answers(desk: "Desk", asked: Mapping[str, int]) -> Sequence[tuple[Pulse, Reading]]:
    """Of all that were asked, or of those that have answered once time is up."""
    until = time.monotonic() + _PATIENCE
    while True:
        up = desk.ask_here(status.STATUS(status.StatusWish(limit=1))).health.up
        found = [
            (pulse, pulse.reading)
            for pulse in up
            if pulse.reading and pulse.reading.answers == asked.get(pulse.worker)
        ]
        if len(found) == len(asked) or time.monotonic() > until:
            return found
        time.sleep(_POLL_SECONDS)


def _tell_broken(answers: Sequence[tuple[Pulse, Reading]]) -> None:
    for _, reading in answers:
        for broken in reading.broken:
            output.fault(Quoted(broken))


def _as_data(pulse: Pulse, reading: Reading) -> dict[str, object]:
    return {"service": pulse.service, **views.reading(reading)}


def _told(pulse: Pulse, reading: Reading) -> Phrase:
    if not reading.changed:
        return Phrase(
            "{service} has read {file}: nothing has changed.",
            service=pulse.service,
            file=reading.file,
        )
    return Phrase(
        "{service} has read {file}. Changed: {keys}.",
        service=pulse.service,
        file=reading.file,
        keys=", ".join(reading.changed),
    )


def _waiting(reading: Reading) -> Phrase:
    return Phrase(
        "Not while it runs: {keys}. Start the service again for that.",
        keys=", ".join(reading.waiting),
    )
