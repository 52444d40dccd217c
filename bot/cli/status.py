"""`carillon status`: for people, and for health checks by its exit code."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from bot.cli import output, previews, session, showing
from bot.cli.parts import differences, renamed
from bot.cli.parts import status as verbs
from bot.desk import views
from bot.domain import moments
from bot.domain.phrase import Counted, Phrase
from bot.domain.schedule import Schedule
from bot.service.ports.paging import Page
from bot.service.ports.pulses import Pulse

if TYPE_CHECKING:
    from bot.service.requests.schedules import Report

_NEXT = 5


def status(context: typer.Context, json: output.JSON = False) -> None:
    """Is it up and connected, and what goes out next.

    Exit code 0: a service is up and connected; 1: none is.
    """
    differing = differences.Differences(session.settings_of(context))
    with session.desk_of(context) as desk:
        work = desk.ask_here(verbs.STATUS(verbs.StatusWish(limit=_NEXT)))
        found = work.health
        own = desk.policy.addresses.own
        # a service that cannot write gives no sign of life
        trouble = None if found.up else found.held_up or desk.trouble()
    hint = renamed.told(own, found.strangers)
    if json:
        output.document(
            {
                "up": bool(found.up),
                "connected": found.connected,
                "services": [
                    _pulse(pulse, differing) for pulse in (*found.up, *found.silent)
                ],
                "sending": [views.broadcast(one) for one in work.sending],
                "unreadable": [
                    {"reference": one.first, "count": one.total, "why": str(one.why)}
                    for one in found.unreadable
                ],
                "open_servers": [
                    {"server": one.server, "since": one.open_since}
                    for one in found.open
                ],
                "stopped": work.standstill and asdict(work.standstill),
                "held_up": str(found.held_up) if found.held_up else None,
                "next": [_schedule(one.schedule) for one in work.upcoming],
                "paused": [_schedule(one.schedule) for one in work.paused.items],
                "held": [_schedule(one.schedule) for one in work.held.items],
            }
        )
    else:
        clocks = previews.here(session.settings_of(context))
        _show(work, clocks)
        for pulse in found.up:
            for told in _configuration(pulse, differing, clocks):
                output.say(told)
        for one in found.open:
            output.say(
                Phrase(
                    "{server} does not hold back messages that are to be sent later,"
                    " since {time}: they may go out at once. {command} says more.",
                    server=one.server,
                    time=moments.local(one.open_since, clocks),
                    command="`carillon check`",
                )
            )
        if found.held_up and found.up:
            output.say(found.held_up)
        if hint:
            output.say(hint)
    if trouble is not None:
        output.fail(
            Phrase(
                "whether a service is running, nobody can tell: {trouble}",
                trouble=trouble,
            )
        )
    if not found.up:
        output.fail(Phrase("no service is running; start one with `carillon run`"))
    if not found.connected:
        output.fail(
            Phrase("the service is running, but not connected to its XMPP server")
        )


def _show(work: "verbs.Status", clocks: str) -> None:
    found = work.health
    up = [(pulse, Phrase("up")) for pulse in found.up]
    silent = [(pulse, Phrase("silent")) for pulse in found.silent]
    if up or silent:
        output.table(
            (
                *(Phrase("service"), Phrase("state"), Phrase("connected")),
                *(Phrase("since"), Phrase("last sign"), Phrase("version")),
            ),
            [
                (
                    pulse.service,
                    state,
                    pulse.connected and (pulse, state) in up,
                    moments.local(pulse.started_at, clocks),
                    moments.local(pulse.seen_at, clocks),
                    pulse.version,
                )
                for pulse, state in (*up, *silent)
            ],
        )
    if not (up or silent):
        output.say(Phrase("No service is running."))
    if work.standstill is not None:
        output.say(work.standstill.in_words(clocks))
    if work.sending:
        _headed(Phrase("Going out now:"))
        showing.broadcasts(work.sending)
    for one in found.unreadable:
        output.say(one.in_words)
    if work.upcoming:
        _headed(Phrase("Going out next:"))
        showing.coming(work.upcoming)
    else:
        output.say(Phrase("Nothing is scheduled."))
    _waiting(work.held, Phrase("Held, until an admin resumes or skips it:"), "held")
    _waiting(work.paused, Phrase("Paused, until somebody resumes it:"), "paused")


def _waiting(page: "Page[Report]", heading: Phrase, state: str) -> None:
    if not page.items:
        return
    _headed(heading)
    showing.coming(page.items)
    if page.count > len(page.items):
        output.say(
            Counted(
                "There is {count} more: {command}.",
                "There are {count} more: {command}.",
                page.count - len(page.items),
                command=f"`carillon schedules list --status {state}`",
            )
        )


def _headed(heading: Phrase) -> None:
    output.plain()
    output.say(heading)


def _configuration(
    pulse: Pulse, differing: "differences.Differences", clocks: str
) -> Iterator[Phrase]:
    """Which it has read, and what is to be known of it."""
    if pulse.reading is None:
        return
    yield Phrase(
        "Its configuration is {file}, read at {time}; templates of its own: {folder}.",
        file=pulse.reading.file,
        time=moments.local(pulse.reading.at, clocks),
        folder=pulse.reading.templates or Phrase("none"),
    )
    for told in differing.told(pulse):
        yield Phrase("Note: {text}.", text=told)


def _pulse(pulse: Pulse, differing: "differences.Differences") -> dict[str, Any]:
    reading = pulse.reading
    return {
        "worker": pulse.worker,
        "service": pulse.service,
        "version": pulse.version,
        "connected": pulse.connected,
        "started_at": pulse.started_at,
        "seen_at": pulse.seen_at,
        "configuration": views.reading(reading) if reading else None,
        "differs": differing.of(pulse),
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "reference": schedule.id,
        "id": schedule.client_id,
        "list": schedule.audience.list_name,
        "title": schedule.content.title,
        "state": schedule.state,
        "next_at": schedule.next_at,
    }
