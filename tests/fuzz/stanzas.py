"""Whole stanzas as the server hands them over: requests, messages, presences.

The input is one stanza as XML. `from` and `to` are what the server vouches for, so
they become somebody known and an address of ours. One of those known is a server, which
hands over what its people say and what came back to them. What is looked for:

    a failure inside, or one on the way out
    an answer to an error or a result, two answers, an answer to somebody else
    a row that the sender had no right to change
    an answer that is too large, echoes a message or holds control characters
"""

import json
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from bot.domain.errors import CarillonError
from bot.domain.jid import bare_of, domain_of
from bot.xmpp.doors.people.handover import BOUNCE
from bot.xmpp.doors.scheduling import amending
from bot.xmpp.doors.scheduling.amending import AmendmentRequest, read_amendment
from bot.xmpp.doors.scheduling.maintenance import (
    MAINTENANCE,
    OPEN,
    action_of,
    read_change,
    read_opening,
)
from bot.xmpp.doors.scheduling.steering import (
    VERBS,
    SteeringRequest,
    read_steering,
)
from bot.xmpp.stanzas.namespaces import LANG, STANZAS
from tests.fuzz.standing import HOME, PEOPLE, READER, Rows, Standing
from tests.world import ADMIN, PUBLISHER, SERVICE, USER

Values = Mapping[str, Any]

COMPONENT = "jabber:component:accept"
ADDRESSES = (
    SERVICE,
    *(f"{name}@{SERVICE}" for name in ("news", "staff", "nix")),
    f"{SERVICE}/x",
    f"news@{SERVICE}/x",
)
#: how what steers a job, or amends what it sent, is read
STEERED: Mapping[
    str, Callable[[ET.Element, str], SteeringRequest | AmendmentRequest]
] = {
    **dict.fromkeys(VERBS, read_steering),
    **dict.fromkeys(amending.VERBS, read_amendment),
}
#: servers end the stream over more (Prosody: 512 KiB from a component)
LARGEST = 300_000
#: stand for the ids of messages to the reader: ours, and a user's own
OUR_ID, THEIR_ID = "OUR-ID", "THEIR-ID"


@cache
def service() -> Standing:
    """One for the whole process."""
    return Standing()


def requests(data: bytes) -> None:
    """An `<iq/>`."""
    _stanza(data, frozenset({"iq"}))


def inbox(data: bytes) -> None:
    """A `<message/>` or `<presence/>`."""
    _stanza(data, frozenset({"message", "presence"}))


def steering(data: bytes) -> None:
    """An `<iq/>` with a verb of steering or of maintenance, as far as it is read."""
    stanza = read(data)
    if stanza is None or len(stanza) != 1:
        return
    if stanza[0].tag == MAINTENANCE:
        _maintenance(stanza[0], stanza.get(LANG, ""))
    if stanza[0].tag not in STEERED:
        return
    try:
        asked = STEERED[stanza[0].tag](stanza[0], stanza.get(LANG, ""))
    except CarillonError:
        return
    assert asked.name.id, "no job is named"
    if isinstance(asked, SteeringRequest) and asked.change is not None:
        assert asked.change.fingerprint(asked.revision) == asked.change.fingerprint(
            asked.revision
        ), "an edit is not its own repeat"


def _maintenance(element: ET.Element, language: str) -> None:
    try:
        if action_of(element) == OPEN:
            request = read_opening(element, language)
            assert request.fingerprint() == request.fingerprint(), "not its own repeat"
        else:
            name, _ = read_change(element)
            assert name.id, "no maintenance is named"
    except CarillonError:
        return


def _stanza(data: bytes, kinds: frozenset[str]) -> None:
    standing = service()
    stanza = read(data)
    if stanza is None or stanza.tag.removeprefix(f"{{{COMPONENT}}}") not in kinds:
        return
    kind, sender = stanza.get("type"), stanza.get("from", "")
    identifier = stanza.get("id")
    says, asks = handed(stanza)
    sent, after = standing.put(stanza)
    # the stream has made it one of jabber:client
    name = _name(stanza)
    if kind == "error" or (name, kind) == ("iq", "result"):
        assert not sent, "an answer to an error or a result"
    answers = [one for one in sent if _name(one) == name]
    if name == "iq":
        assert len(answers) == (kind in {"get", "set"}), "not one answer to a request"
    if name == "message":
        assert len(answers) <= 1, "several answers to a message"
    for answer in answers:
        assert name == "presence" or answer.get("id") == identifier, "another id"
        assert name != "message" or answer.get("type") == "error", "a message back"
    bare = sender.partition("/")[0]
    for one in sent:
        _check_sent(one, bare)
        for within in one.iterfind("./*/{urn:xmpp:forward:0}forwarded/{*}iq"):
            _check_sent(within, within.get("to", "").partition("/")[0])
    _check_rights(standing.before, after, says, asks or kind)


def handed(stanza: ET.Element) -> tuple[str, str | None]:
    """The bare JID of whoever says it, and "bounce" where it is one: a server speaks
    for its people.
    """
    sender = stanza.get("from", "").partition("/")[0]
    inner = stanza.find("./*/{urn:xmpp:forward:0}forwarded/*")
    if sender != HOME or inner is None:
        return sender, None
    is_bounce = stanza[0].tag == BOUNCE
    person = bare_of(inner.get("to" if is_bounce else "from", "")) or sender
    return person, "bounce" if is_bounce else None


def read(data: bytes) -> ET.Element | None:
    """The stanza as a server would deliver it; None where it would not."""
    if b"<!" in data or b"<?" in data:
        return None  # RFC 6120 §11.1; servers end the stream
    wrapped = b"<s xmlns='%s'>%s</s>" % (COMPONENT.encode(), data)
    try:
        [stanza] = ET.fromstring(wrapped)
    except (ET.ParseError, ValueError):
        return None
    sender, _, resource = stanza.get("from", "").partition("/")
    known = sender if sender in PEOPLE else USER
    stanza.set("from", f"{known}/x" if resource else known)
    if stanza.get("to") not in ADDRESSES:
        stanza.set("to", SERVICE)
    ids = {OUR_ID: service().message_id, THEIR_ID: service().their_id}
    for one in (stanza, *stanza.iterfind(".//{jabber:client}message")):
        one.set("id", ids.get(one.get("id", ""), one.get("id", "")))
    # no server lets an IQ without one through; slixmpp writes a line break in one as
    # it is, so it reaches the other side as a space
    stanza.set("id", " ".join(stanza.get("id", "").split()) or "none")
    stanza.tail = None
    return stanza


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _check_sent(one: ET.Element, bare: str) -> None:
    assert one.get("to", "").partition("/")[0] == bare, "an answer to somebody else"
    assert len(ET.tostring(one)) <= LARGEST, "too large"
    assert not [part for part in one.iter() if _name(part) == "body"], "a body back"
    if one.get("type") != "error":
        return
    failed = one.find(f".//{{{STANZAS}}}internal-server-error")
    assert failed is None, "an internal error"
    text = one.findtext(f".//{{{STANZAS}}}text") or ""
    assert text, "an error without a text"
    assert harmless(text), "control characters in an error's text"


def harmless(text: str) -> bool:
    """No control character, and none that turns the direction of writing."""
    return not any(unicodedata.category(one) in {"Cc", "Cf", "Cs"} for one in text)


def _check_rights(before: Rows, after: Rows, bare: str, kind: str | None) -> None:
    """What changed is of a kind that the sender may change."""
    if before is after:
        return
    people = {row["id"]: row["jid"] for row in map(dict, after["subscriber"])}
    places = {
        row["id"]: people[row["subscriber_id"]]
        for row in map(dict, after["subscription"])
    }
    # an entry says whom it names; it is whose choice it belongs to
    consents = {
        row["id"]: row["jid"]
        for rows in (before, after)
        for row in map(dict, rows["consent"])
    }
    for table, rows in after.items():
        for one in rows ^ before[table]:
            row = dict(one)
            if "consent_id" in row:
                row["jid"] = consents[row["consent_id"]]
            if "subscriber_id" in row:
                row["jid"] = people[row["subscriber_id"]]
            if "subscription_id" in row:
                row["jid"] = places[row["subscription_id"]]
            may = _MAY.get(table, lambda *_: False)
            assert may(row, bare, kind), (table, row)


def _may_schedule(row: Values, bare: str, _: str | None) -> bool:
    """Their own, to a person or to the list that they publish; admins anything."""
    audience = json.loads(row["audience"])
    is_person = domain_of(bare) == HOME and audience.keys() == {"person"}
    is_list = bare == PUBLISHER and audience == {"list": "news"}
    return bare == ADMIN or (row["owner"] == bare and (is_person or is_list))


def _may_open(row: Values, bare: str, kind: str | None) -> bool:
    """Their own, to the list that they publish; admins any."""
    is_theirs = row["owner"] == bare and row["list_name"] == "news"
    return kind == "set" and (bare == ADMIN or (bare == PUBLISHER and is_theirs))


def _may_steer(_row: Values, bare: str, kind: str | None) -> bool:
    """What becomes of a schedule, by those who have one that they may steer."""
    return kind == "set" and bare in {ADMIN, PUBLISHER}


def _is_theirs(row: Values, bare: str, _: str | None) -> bool:
    return bool(row["jid"] == bare)


#: what the sender may add or change by a stanza of that type
_MAY: Mapping[str, Callable[[Values, str, str | None], bool]] = {
    "schedule": _may_schedule,
    "occurrence": _may_steer,
    "maintenance": _may_open,
    "maintenance_window": _may_steer,
    "maintenance_notice": _may_steer,
    "broadcast": _may_steer,
    "broadcast_content": _may_steer,
    "chunk": _may_steer,
    "subscriber": _is_theirs,
    "subscription": _is_theirs,
    "welcome": _is_theirs,
    "suspension": _is_theirs,
    "consent": _is_theirs,
    "consent_entry": _is_theirs,
    "approval": lambda row, bare, kind: row["recipient"] == bare and kind == "set",
    "delivery_exception": lambda row, bare, kind: (
        row["jid"] == (bare if kind == "error" else READER)
        and (kind == "error" or (bare == USER and kind == "bounce"))
    ),
    "notice": lambda row, bare, kind: (
        harmless(row["text"] or "")
        and (
            bare in {ADMIN, PUBLISHER, row["recipient"]} or kind in {"error", "bounce"}
        )
    ),
    "audit": lambda row, bare, _: (
        row["caller"] == bare and harmless(row["detail"] or "")
    ),
    "request_count": lambda _row, _bare, kind: kind in {"get", "set"},
    "sqlite_sequence": lambda _row, _bare, _kind: True,
}
