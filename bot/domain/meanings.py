"""What the terms of states, reasons and conditions mean, for people: one table.

Terms are English, and stay: in JSON, in the log, in what is typed. People read a
state as one word in their language, a reason as half a sentence, and a condition with
its term behind it, for searching.
"""

from collections.abc import Mapping

from bot.domain.broadcast import Progress
from bot.domain.phrase import Phrase, Quoted

#: of schedules, occurrences, broadcasts, deliveries, maintenance and incidents, and
#: the protocol's five
STATES: Mapping[str, Phrase] = {
    "pending": Phrase("pending"),
    "paused": Phrase("paused"),
    "running": Phrase("running"),
    "sent": Phrase("sent"),
    "failed": Phrase("failed"),
    "cancelled": Phrase("cancelled"),
    "sending": Phrase("sending"),
    "stopped": Phrase("stopped"),
    "missed": Phrase("missed"),
    "skipped": Phrase("skipped"),
    "held": Phrase("held"),
    "retrying": Phrase("retrying"),
    "deferred": Phrase("deferred"),
    "waiting": Phrase("heard later"),
    "scheduled": Phrase("scheduled"),
    "queued": Phrase("queued"),
    "open": Phrase("unresolved"),
    "resolved": Phrase("resolved"),
    "planned": Phrase("planned"),
    "under-way": Phrase("under way"),
    "verifying": Phrase("verifying"),
    "finished": Phrase("finished"),
    "called-off": Phrase("called off"),
}

#: what people are told of a maintenance
PHASES: Mapping[str, Phrase] = {
    "announced": Phrase("announced"),
    "reminder": Phrase("reminder"),
    "started": Phrase("started"),
    "moved": Phrase("moved"),
    "extended": Phrase("extended"),
    "finished": Phrase("finished"),
    "called-off": Phrase("called off"),
}

#: of one delivery, beside those of STATES
FATES: Mapping[str, Phrase] = {
    "left-out": Phrase("over before its turn"),
}

#: why an occurrence was not sent
UNSENT: Mapping[str, Phrase] = {
    "expired": Phrase("it expired before it could be sent"),
    "superseded": Phrase("a newer one took its place"),
    "late": Phrase("the service was not up when it was due"),
    "not-allowed": Phrase("its owner may no longer announce there"),
    "deliveries-per-day": Phrase("its owner's announcements of that day were used up"),
    "list-gone": Phrase("the list no longer exists"),
    "content": Phrase("its template or one of its fields can no longer be rendered"),
    "unreadable": Phrase("its recurrence or its time zone can no longer be read"),
    "paused": Phrase("it was paused then"),
    "outside": Phrase("its list's send window was not open"),
    "holiday": Phrase("it was a holiday"),
    "ended": Phrase("its zone's clocks have changed, and its rule ends before it"),
    "stream-error": Phrase("the server closed the connection over it again and again"),
}

#: also why it was sent out of its time, and why an announcement ended
REASONS: Mapping[str, Phrase] = {
    **UNSENT,
    "send-now": Phrase("somebody sent it out of its time"),
    "cancelled": Phrase("its announcement was cancelled"),
    "skipped": Phrase("all that was left of it was skipped"),
    "retracted": Phrase("it was withdrawn"),
}

#: where several moments are told of in one sentence
REASONS_OF_MANY: Mapping[str, Phrase] = {
    "superseded": Phrase("a newer one was due before they could be sent"),
    "late": Phrase("the service was not up when they were due"),
    "paused": Phrase("it was paused then"),
    "outside": Phrase("the list's send window was not open"),
    "holiday": Phrase("those were holidays"),
}

#: why somebody was not told: RFC 6120 §8.3.3, RFC 3920 §9.3.3, and some of ours
CONDITIONS: Mapping[str, Phrase] = {
    "bad-request": Phrase("the server did not understand the message"),
    "conflict": Phrase("the server has another of that name"),
    "feature-not-implemented": Phrase("the server cannot do this"),
    "forbidden": Phrase("the server does not let us write there"),
    "gone": Phrase("the address no longer exists"),
    "internal-server-error": Phrase("the server had a fault of its own"),
    "item-not-found": Phrase("there is no such address"),
    "jid-malformed": Phrase("the address cannot be one"),
    "not-acceptable": Phrase("the reader, or his server, does not take such messages"),
    "not-allowed": Phrase("nobody, or not this service, may write there"),
    "not-authorized": Phrase("the server wants to know first who we are"),
    "payment-required": Phrase("the server wants to be paid"),
    "policy-violation": Phrase("it is against the server's rules"),
    "recipient-unavailable": Phrase("the reader cannot be reached now"),
    "redirect": Phrase("the reader is elsewhere for now"),
    "registration-required": Phrase("the server wants us to register first"),
    "remote-server-not-found": Phrase("the reader's server cannot be found"),
    "remote-server-timeout": Phrase("the reader's server does not answer"),
    "resource-constraint": Phrase("the server has no room now"),
    "service-unavailable": Phrase(
        "there is no such address, or it stores no more messages"
    ),
    "subscription-required": Phrase("the reader wants to be our contact first"),
    "undefined-condition": Phrase("the server does not say why"),
    "unexpected-request": Phrase("the server did not expect it"),
    "content": Phrase("the text could not be made for this reader"),
    "left": Phrase("unsubscribed before it was his turn"),
    "stream-error": Phrase("the server closed the connection over this message"),
    "quiet": Phrase("the reader has quiet hours"),
    "paused": Phrase("the reader wants nothing before then"),
    "expired": Phrase("it expires before the reader wants to hear anything"),
    "superseded": Phrase("a newer one came before the reader wanted to hear it"),
    "outside": Phrase("the list's send window is not open on the reader's clocks"),
    "never": Phrase("the reader's quiet hours leave nothing of the list's send window"),
    "stopped": Phrase("it was stopped before the reader wanted to hear it"),
    "retracted": Phrase("it was withdrawn before the reader had heard it"),
    "amended": Phrase("the reader was being told again while it was amended"),
    "sender-gone": Phrase("its sender's account no longer exists"),
    "unknown": Phrase("it is not known why"),
}

#: through which a request came in, and what moves readers without one
DOORS: Mapping[str, Phrase] = {
    "iq": Phrase("by an XMPP request"),
    "inline": Phrase("in a message"),
    "command": Phrase("by a command over XMPP"),
    "cli": Phrase("on the command line"),
    "web": Phrase("on the web page"),
    "file": Phrase("from a file"),
    "welcome": Phrase("as a welcome"),
    "presence": Phrase("by presence"),
    "bounce": Phrase("as messages came back"),
}

#: what is done with what could not be sent when it was due, but where it is sent
LATE: Mapping[str, Phrase] = {
    "skip": Phrase("it is left out"),
    "hold": Phrase("it waits for an admin"),
}


#: what is done with what falls on a holiday
ON_HOLIDAY: Mapping[str, Phrase] = {
    "skip": Phrase("it is left out"),
    "shift": Phrase("it is sent on the next day that is none"),
}


def counts(found: Progress) -> tuple[tuple[Phrase, int], ...]:
    """What became of the readers so far, in words."""
    return (
        (Phrase("readers"), found.total),
        (Phrase("told"), found.sent),
        (Phrase("not reached"), found.failed),
        (Phrase("left before"), found.skipped),
        (Phrase("tried again"), found.deferred - found.waiting),
        (Phrase("hear it later"), found.waiting),
    )


#: what a notice of an incident does
NOTICES: Mapping[str, Phrase] = {
    "opened": Phrase("first notice"),
    "updated": Phrase("update"),
    "resolved": Phrase("resolved"),
}


def notice(term: str) -> Phrase:
    return NOTICES[term]


def state(term: str) -> Phrase:
    """One word, where it is one of ours; of a delivery it may be more."""
    return STATES.get(term) or FATES.get(term) or Quoted(term)


def reason(term: str | None, *, many: bool = False) -> Phrase:
    """Half a sentence; `many`: of several moments."""
    if term is None:
        return Phrase("unknown")
    found = REASONS_OF_MANY.get(term) if many else None
    return found or REASONS.get(term) or Quoted(term)


def condition(term: str) -> Phrase:
    """What it means, and the term; what came in behind it stays."""
    name, _, detail = term.partition(": ")
    if name not in CONDITIONS:
        return Quoted(term)
    if detail:
        return Phrase(
            "{meaning} ({term}): {detail}",
            meaning=CONDITIONS[name],
            term=name,
            detail=detail,
        )
    return Phrase("{meaning} ({term})", meaning=CONDITIONS[name], term=name)
