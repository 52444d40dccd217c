"""Whole stanzas as the server hands them over: requests, messages, presences.

The input is one stanza as XML. `from` and `to` are what the server vouches for, so
they become somebody known and an address of ours. What is looked for:

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
from bot.xmpp.doors.scheduling.steering import VERBS, read_steering
from bot.xmpp.stanzas.namespaces import LANG, STANZAS
from tests.fuzz.standing import HOME, PEOPLE, Rows, Standing
from tests.world import ADMIN, PUBLISHER, SERVICE, USER

Values = Mapping[str, Any]

COMPONENT = "jabber:component:accept"
ADDRESSES = (
    SERVICE,
    *(f"{name}@{SERVICE}" for name in ("news", "staff", "nix")),
    f"{SERVICE}/x",
    f"news@{SERVICE}/x",
)
#: servers end the stream over more (Prosody: 512 KiB from a component)
LARGEST = 300_000
#: stands for the id of our message to the reader
OUR_ID = "OUR-ID"


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
    """An `<iq/>` with a verb of steering, as far as it is read."""
    stanza = read(data)
    if stanza is None or len(stanza) != 1 or stanza[0].tag not in VERBS:
        return
    try:
        asked = read_steering(stanza[0], stanza.get(LANG, ""))
    except CarillonError:
        return
    assert asked.name.id, "no job is named"
    if asked.change is not None:
        assert asked.change.fingerprint(asked.revision) == asked.change.fingerprint(
            asked.revision
        ), "an edit is not its own repeat"


def _stanza(data: bytes, kinds: frozenset[str]) -> None:
    standing = service()
    stanza = read(data)
    if stanza is None or stanza.tag.removeprefix(f"{{{COMPONENT}}}") not in kinds:
        return
    kind, sender = stanza.get("type"), stanza.get("from", "")
    identifier = stanza.get("id")
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
    asking = _handed_on(stanza)
    asker = stanza if asking is None else asking
    bare = asker.get("from", "").partition("/")[0]
    for one in sent:
        _check_sent(one, sender.partition("/")[0])
        if (answer_within := _handed_on(one)) is not None:
            _check_sent(answer_within, bare)
    _check_rights(standing.before, after, bare, asker.get("type"))


def _handed_on(stanza: ET.Element) -> ET.Element | None:
    """The IQ within one to or from a server (XEP-0355)."""
    if HOME not in {stanza.get("from"), stanza.get("to")}:
        return None
    return stanza.find("{*}delegation/{*}forwarded/{*}iq")


def read(data: bytes) -> ET.Element | None:
    """The stanza as a server would deliver it; None where it would not."""
    if b"<!" in data or b"<?" in data:
        return None  # RFC 6120 §11.1; servers end the stream
    wrapped = b"<s xmlns='%s'>%s</s>" % (COMPONENT.encode(), data)
    try:
        [stanza] = ET.fromstring(wrapped)
    except (ET.ParseError, ValueError):
        return None
    _vouch(stanza)
    inner = _handed_on(stanza)
    if inner is not None:
        _vouch(inner)
    if stanza.get("to") not in ADDRESSES:
        stanza.set("to", SERVICE)
    if stanza.get("id") == OUR_ID:
        stanza.set("id", service().message_id)
    # no server lets an IQ without one through; slixmpp writes a line break in one as
    # it is, so it reaches the other side as a space
    stanza.set("id", " ".join(stanza.get("id", "").split()) or "none")
    stanza.tail = None
    return stanza


def _vouch(stanza: ET.Element) -> None:
    """Its sender is somebody known, as a server has written it."""
    sender, _, resource = stanza.get("from", "").partition("/")
    known = sender if sender in PEOPLE else USER
    stanza.set("from", f"{known}/x" if resource else known)


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
    """Their own, to the list that they publish; admins anything."""
    audience = json.loads(row["audience"])
    theirs = row["owner"] == bare == PUBLISHER and audience == {"list": "news"}
    return bare == ADMIN or theirs


def _may_steer(_row: Values, bare: str, kind: str | None) -> bool:
    """What becomes of a schedule, by those who have one that they may steer."""
    return kind == "set" and bare in {ADMIN, PUBLISHER}


def _is_theirs(row: Values, bare: str, _: str | None) -> bool:
    return bool(row["jid"] == bare)


#: what the sender may add or change by a stanza of that type
_MAY: Mapping[str, Callable[[Values, str, str | None], bool]] = {
    "schedule": _may_schedule,
    "occurrence": _may_steer,
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
        row["jid"] == bare and kind == "error"
    ),
    "notice": lambda row, bare, kind: (
        harmless(row["text"] or "") and (bare in {ADMIN, PUBLISHER} or kind == "error")
    ),
    "audit": lambda row, bare, _: (
        row["caller"] == bare and harmless(row["detail"] or "")
    ),
    "request_count": lambda _row, _bare, kind: kind in {"get", "set"},
    "sqlite_sequence": lambda _row, _bare, _kind: True,
}
