"""The verbs of steering a job, read into what the use cases take.

Beside the draft, in our own namespace (`urn:x-carillon:announce:0`); an IQ `set` to
the service holds exactly one of them:

.. code-block:: xml

    <edit xmlns='urn:x-carillon:announce:0' revision='2'>
      <schedule xmlns='urn:xmpp:scheduling:0'>
        <id>monthly-maintenance</id>
        <deliver-at>2026-12-02T09:00:00Z</deliver-at>
        <expires/>
      </schedule>
    </edit>

    <skip xmlns='urn:x-carillon:announce:0' due='2026-12-01T09:00:00Z'>
      <id>monthly-maintenance</id>
      <owner>somebody@example.org</owner>
    </skip>

`<pause/>`, `<resume/>`, `<send-now/>` and `<unskip due=''/>` are shaped as `<skip/>`
is. Only the shape is judged here; the values are read by `bot.service`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.domain.access import owner_named
from bot.domain.audit import Action
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.service.requests.bounds import check_request
from bot.service.requests.request import ScheduleChange, ScheduleName, ScheduleRequest
from bot.xmpp.doors.scheduling.requests import described, one_of, owner_of
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.stanzas.verbatim import serialised

#: payload of an IQ `set` -> what is asked
VERBS: Mapping[str, Action] = {
    f"{{{ANNOUNCE}}}{action.value}": action
    for action in (
        *(Action.EDIT, Action.PAUSE, Action.RESUME, Action.SEND_NOW),
        *(Action.SKIP, Action.UNSKIP),
    )
}
#: what an edit takes away by an empty element
_TAKEN_AWAY = frozenset({"timezone", "recurrence", "expires"})
_UPDATES = f"{{{ANNOUNCE}}}updates"
_URGENT = f"{{{ANNOUNCE}}}urgent"
_OWNER = f"{{{ANNOUNCE}}}owner"
_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringRequest:
    """One verb and the job that it is about."""

    action: Action
    name: ScheduleName
    #: of an edit
    change: ScheduleChange | None = None
    #: of an edit: the revision that the caller has seen, where he says so
    revision: int | None = None
    #: of skip and unskip: the occurrence, as given
    due: str | None = None


def read_steering(element: ET.Element, stanza_language: str) -> SteeringRequest:
    """`element` is one of VERBS; raises Invalid, which names the element,
    PolicyViolation or NotOffered.
    """
    action = VERBS[element.tag]
    if action is Action.EDIT:
        return _edit(element, stanza_language)
    check_request(element, frozenset())
    owner = one_of(element, ANNOUNCE, "owner")
    if owner is not None and not (owner.text or "").strip():
        raise Invalid(
            Phrase("{name} is empty.", name="owner"), field="owner", named=True
        )
    given = owner_of(one_of(element, NS, "metadata")) if owner is None else owner.text
    return SteeringRequest(
        action=action,
        name=_name(id_of(element), given),
        due=due_of(element) if action in {Action.SKIP, Action.UNSKIP} else None,
    )


def _edit(element: ET.Element, stanza_language: str) -> SteeringRequest:
    inner = one_of(element, NS, "schedule")
    if inner is None:
        raise Invalid(Phrase("put what changes into <schedule/>."), field="edit")
    if one_of(inner, NS, "cancel") is not None:
        together = Phrase("cancel cannot go with {name}.", name="edit")
        raise Invalid(together, field="cancel", named=True)
    request = described(inner, stanza_language, _TAKEN_AWAY)
    metadata = one_of(inner, NS, "metadata")
    return SteeringRequest(
        action=Action.EDIT,
        name=_name(request.client_id, owner_of(metadata)),
        change=_change(request, metadata),
        revision=revision_of(element),
    )


def _change(request: ScheduleRequest, metadata: ET.Element | None) -> ScheduleChange:
    """The owner only says which job is meant; the rest of the metadata is changed."""
    kept, urgent, updates = None, None, None
    if metadata is not None:
        found = ET.Element(metadata.tag, metadata.attrib)
        found.text = metadata.text
        found.extend(child for child in metadata if child.tag != _OWNER)
        kept = serialised(found)
        urgent = request.urgent if found.find(_URGENT) is not None else None
        updates = request.updates if found.find(_UPDATES) is not None else None
    return ScheduleChange(
        to=request.to,
        list_name=request.list_name,
        people=request.people,
        bodies=request.bodies,
        subjects=request.subjects,
        payloads=request.payloads,
        language=request.language,
        template=request.template,
        values=request.values,
        deliver_at=request.deliver_at,
        delay_seconds=request.delay_seconds,
        timezone=request.timezone,
        recurrence=request.recurrence,
        expires=request.expires,
        late_policy=request.late_policy,
        late_within=request.late_within,
        urgent=urgent,
        holidays=request.holidays,
        on_holiday=request.on_holiday,
        updates=updates,
        metadata=kept,
    )


def _name(client_id: str | None, owner: str | None) -> ScheduleName:
    if client_id is None:
        raise Invalid(Phrase("say which announcement is meant."), field="id")
    return ScheduleName(
        id=client_id, owner=owner_named(owner.strip() if owner else None)
    )


def id_of(element: ET.Element) -> str | None:
    """In our namespace, as its parent, or in the draft's, as in a cancel."""
    found = [*element.findall(f"{{{ANNOUNCE}}}id"), *element.findall(f"{{{NS}}}id")]
    if len(found) > 1:
        several = Phrase(
            "{name} is given {count} times; give it once.", name="id", count=len(found)
        )
        raise Invalid(several, field="id", named=True)
    if not found:
        return None
    text = found[0].text or ""
    if not text.strip():
        empty = Phrase("{name} is empty; leave it out or fill it in.", name="id")
        raise Invalid(empty, field="id", named=True)
    return text


def due_of(element: ET.Element) -> str:
    """Needed: without it, a repeat would leave out another occurrence."""
    due = element.get("due", "").strip()
    if not due:
        raise Invalid(
            Phrase("say which occurrence is meant, by its moment."), field="due"
        )
    return due


def revision_of(element: ET.Element) -> int | None:
    given = element.get("revision")
    if given is None:
        return None
    if not _REVISION.fullmatch(given.strip()):
        raise Invalid(Phrase("a whole number, 1 or more."), field="revision")
    return int(given)
