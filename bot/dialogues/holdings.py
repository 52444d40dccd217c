"""What is stored about somebody, a few lines for each row."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.desk.verbs.consent import CHOICES
from bot.dialogues.forms import Words
from bot.domain import durations, meanings, moments
from bot.domain.characters import line
from bot.domain.phrase import Counted, Phrase
from bot.domain.roles import RoleName, in_words
from bot.service.ports.personal import Part

Row = Mapping[str, Any]
_At = Callable[[datetime | None], str]

LABELS: Mapping[Part, Phrase] = {
    Part.PERSON: Phrase("You"),
    Part.SUBSCRIPTIONS: Phrase("Your lists, now and before"),
    Part.WELCOMES: Phrase("Welcomes that you had"),
    Part.JOIN_REQUESTS: Phrase("Where you wait to be let in"),
    Part.CONTACT_NEWS: Phrase("What your client is told next"),
    Part.CONSENT: Phrase("Who may schedule messages to you"),
    Part.REQUESTS: Phrase("What you were asked to approve"),
    Part.ANNOUNCEMENTS: Phrase("What you have asked for"),
    Part.MAINTENANCES: Phrase("Maintenance that you keep"),
    Part.INCIDENTS: Phrase("Incidents that you opened"),
    Part.SENT: Phrase("What of that went out"),
    Part.RECEIVED: Phrase("What was sent to you by name"),
    Part.EXCEPTIONS: Phrase("What did not simply arrive"),
    Part.REPORTS: Phrase("Reports that wait to be sent"),
    Part.ROLES: Phrase("Your roles"),
    Part.AUDIT: Phrase("What you asked of the service"),
    Part.COUNTS: Phrase("How much you asked of late"),
    Part.FORGOTTEN: Phrase("You asked to be forgotten"),
}
_ENDS: Mapping[str, Phrase] = {
    "left": Phrase("you left"),
    "removed": Phrase("an admin removed you"),
    "suspended": Phrase("suspended, messages came back"),
}
_APPROVALS: Mapping[str, Phrase] = {
    "waiting": Phrase("waits for you"),
    "approved": Phrase("approved"),
    "refused": Phrase("refused"),
    "void": Phrase("changed since"),
}


def told(part: Part, row: Row, zone: str) -> list[Words]:
    """The lines of a row, with moments as clocks in that zone show them."""
    return list(_TOLD[part](row, lambda at: moments.local(at, zone)))


def _person(row: Row, at: _At) -> Iterator[Words]:
    yield row["jid"]
    yield Phrase("known since {time}", time=at(row["since"]))
    if row["language"]:
        yield Phrase("language: {language}", language=row["language"])
    if row["language_seen"]:
        yield Phrase("your messages are in: {language}", language=row["language_seen"])
    if row["timezone"]:
        yield Phrase("time zone: {zone}", zone=row["timezone"])
    if row["quiet"]:
        yield Phrase("quiet hours: {hours}", hours=row["quiet"])
    if row["paused_until"]:
        yield Phrase("paused until {time}", time=at(row["paused_until"]))
    if row["bounce_score"]:
        yield Counted(
            "{count} message came back",
            "{count} messages came back",
            row["bounce_score"],
        )


def _subscription(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase("{list}: since {time}", list=row["list"], time=at(row["since"]))
    if row["until"]:
        why = _ENDS[row["reason"]]
        yield Phrase("until {time}: {why}", time=at(row["until"]), why=why)
    if row["condition"]:
        yield meanings.condition(row["condition"])


def _welcome(row: Row, at: _At) -> Iterator[Words]:
    yield f"{row['list']}: {at(row['at'])}"


def _join_request(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase("{list}: since {time}", list=row["list"], time=at(row["asked_at"]))


def _news(row: Row, at: _At) -> Iterator[Words]:
    yield f"{row['list']}: {at(row['created_at'])}"


def _consent(row: Row, _: _At) -> Iterator[Words]:
    yield CHOICES[row["who"]]
    for jid in row["allow"]:
        yield Phrase("always: {jid}", jid=jid)
    for jid in row["block"]:
        yield Phrase("never: {jid}", jid=jid)
    if row["max_per_day"] is not None:
        yield Phrase("at most {count} a day from one", count=row["max_per_day"])
    if row["max_ahead"] is not None:
        ahead = durations.written(row["max_ahead"])
        yield Phrase("at most {length} ahead", length=ahead)


def _request(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase(
        "{time} from {jid}: {state}",
        time=at(row["created_at"]),
        jid=row["from"],
        state=_APPROVALS[row["state"]],
    )


def _announcement(row: Row, at: _At) -> Iterator[Words]:
    to = row["list"] or ", ".join(row["people"])
    when = at(row["next_at"] or row["deliver_at"])
    yield Phrase(
        "#{number} {time} to {to}: {state}",
        number=row["reference"],
        time=when,
        to=to,
        state=meanings.state(row["state"]),
    )
    if row["title"]:
        yield line(row["title"])


def _maintenance(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase(
        "M{number} of {list}: since {time}",
        number=row["reference"],
        list=row["list"],
        time=at(row["created_at"]),
    )
    for by_language in (row["values"] or {}).values():
        yield from map(line, by_language.values())


def _incident(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase(
        "I{number} {time} to {list}: {state}",
        number=row["reference"],
        time=at(row["created_at"]),
        list=row["list"],
        state=meanings.state(row["state"]),
    )


def _sent(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase(
        "#{number} {time}: {state}, to {count}",
        number=row["announcement"],
        time=at(row["started_at"]),
        state=meanings.state(row["state"]),
        count=row["total"],
    )


def _received(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase("{time} from {who}", time=at(row["at"]), who=_sender(row))


def _exception(row: Row, at: _At) -> Iterator[Words]:
    yield Phrase(
        "{time} from {who}: {state}",
        time=at(row["first_at"]),
        who=_sender(row),
        state=meanings.state(row["state"]),
    )
    yield meanings.condition(row["condition"])


def _sender(row: Row) -> Words:
    return row["from"] or row["list"] or Phrase("the service")


def _report(row: Row, at: _At) -> Iterator[Words]:
    yield at(row["created_at"])
    if row["text"]:
        yield line(row["text"])


def _role(row: Row, _: _At) -> Iterator[Words]:
    yield in_words(RoleName(row["role"]), row["list"])


def _asked(row: Row, at: _At) -> Iterator[Words]:
    about = f" {line(row['about'])}" if row["about"] else ""
    yield f"{at(row['at'])} {row['action']}{about}: {row['result']}"


def _count(row: Row, at: _At) -> Iterator[Words]:
    yield Counted(
        "{count} request since {time}",
        "{count} requests since {time}",
        row["requests"],
        time=at(row["since"]),
    )


def _forgotten(row: Row, at: _At) -> Iterator[Words]:
    yield at(row["since"])


_TOLD: Mapping[Part, Callable[[Row, _At], Iterator[Words]]] = {
    Part.PERSON: _person,
    Part.SUBSCRIPTIONS: _subscription,
    Part.WELCOMES: _welcome,
    Part.JOIN_REQUESTS: _join_request,
    Part.CONTACT_NEWS: _news,
    Part.CONSENT: _consent,
    Part.REQUESTS: _request,
    Part.ANNOUNCEMENTS: _announcement,
    Part.MAINTENANCES: _maintenance,
    Part.INCIDENTS: _incident,
    Part.SENT: _sent,
    Part.RECEIVED: _received,
    Part.EXCEPTIONS: _exception,
    Part.REPORTS: _report,
    Part.ROLES: _role,
    Part.AUDIT: _asked,
    Part.COUNTS: _count,
    Part.FORGOTTEN: _forgotten,
}
