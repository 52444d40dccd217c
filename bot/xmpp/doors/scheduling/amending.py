"""`<correct/>` and `<retract/>`, read into what the use cases take.

Beside the draft, in our own namespace (`urn:x-carillon:announce:0`); an IQ `set` to
the service holds one of them:

.. code-block:: xml

    <correct xmlns='urn:x-carillon:announce:0'>
      <id>monthly-maintenance</id>
      <occurrence due='2026-12-01T09:00:00Z'/>
      <body xmlns='urn:xmpp:scheduling:0' xml:lang='en'>At 23:00, not at 22:00.</body>
    </correct>

    <retract xmlns='urn:x-carillon:announce:0'>
      <id>monthly-maintenance</id>
      <owner>somebody@example.org</owner>
    </retract>

`<occurrence/>` where it is one of several. What it is to say stands in it as in a
request: bodies and subjects (in our namespace, too), payloads, `<announce/>` (within
`<metadata/>` or without), or all of that in a `<schedule/>` as in an edit; `<field/>`s
alone are of the template that it was said with, and the others stay. Only the shape is
judged here; the values are read by `bot.service`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.domain.access import owner_named
from bot.domain.audit import Action
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.service.requests.request import ScheduleChange, ScheduleName, ScheduleRequest
from bot.xmpp.doors.scheduling.requests import described, fields_of, one_of, owner_of
from bot.xmpp.doors.scheduling.steering import due_of
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.stanzas.scheduling import NS

#: payload of an IQ `set` -> what is asked
VERBS: Mapping[str, Action] = {
    f"{{{ANNOUNCE}}}{action.value}": action
    for action in (Action.CORRECT, Action.RETRACT)
}
#: of ours where they stand in the verb itself, and of the draft
_EITHER = ("id", "body", "subject")
#: in a request these say to whom and when, which has been done
_DONE = (
    *("to", "deliver-at", "delay-seconds", "timezone"),
    *("recurrence", "expires", "cancel"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentRequest:
    """What went out is to be corrected, or withdrawn."""

    action: Action
    name: ScheduleName
    #: which occurrence of several, as given
    due: str | None = None
    #: of a correction: what it is to say
    change: ScheduleChange | None = None


def read_amendment(element: ET.Element, stanza_language: str) -> AmendmentRequest:
    """`element` is one of VERBS; raises Invalid, which names the element,
    PolicyViolation or NotOffered.
    """
    action = VERBS[element.tag]
    whole = _as_request(element)
    request = described(whole, stanza_language)
    for name in _DONE:
        if one_of(whole, NS, name) is not None:
            raise Invalid(
                Phrase(
                    "{name} says when or to whom, which is done: leave it out.",
                    name=name,
                ),
                field=name,
                named=True,
            )
    if request.client_id is None:
        raise Invalid(Phrase("say which announcement is meant."), field="id")
    metadata = one_of(whole, NS, "metadata")
    owner = owner_of(metadata)
    return AmendmentRequest(
        action=action,
        name=ScheduleName(id=request.client_id, owner=owner_named(owner)),
        due=_due(metadata),
        change=_change(action, request, metadata),
    )


def _as_request(element: ET.Element) -> ET.Element:
    """The same as the `<schedule/>` that would say it."""
    inner = one_of(element, NS, "schedule")
    attributes = element.attrib if inner is None else element.attrib | inner.attrib
    found = ET.Element(f"{{{NS}}}schedule", attributes)
    metadata = ET.Element(f"{{{NS}}}metadata")
    beside = (child for child in element if child is not inner)
    for child in (*beside, *(() if inner is None else inner)):
        namespace, _, name = child.tag.rpartition("}")
        if child.tag == metadata.tag:
            metadata.extend(child)
        elif namespace != f"{{{ANNOUNCE}":
            found.append(child)
        elif name in _EITHER:
            said = ET.SubElement(found, f"{{{NS}}}{name}", child.attrib)
            said.text = child.text
        else:
            metadata.append(child)
    found.append(metadata)
    return found


def _due(metadata: ET.Element | None) -> str | None:
    found = None if metadata is None else one_of(metadata, ANNOUNCE, "occurrence")
    return None if found is None else due_of(found)


def _change(
    action: Action, request: ScheduleRequest, metadata: ET.Element | None
) -> ScheduleChange | None:
    fields = {} if metadata is None else fields_of(metadata)
    if fields and request.template is not None:
        raise Invalid(
            Phrase("Give fields within announce or without it, not both."),
            field="field",
            named=True,
        )
    change = ScheduleChange(
        bodies=request.bodies,
        subjects=request.subjects,
        payloads=request.payloads,
        language=request.language,
        template=request.template,
        values=fields or request.values,
    )
    if action is Action.CORRECT:
        return change
    if change.changes_content:
        raise Invalid(
            Phrase("what is withdrawn says nothing: leave the text out."),
            field="retract",
        )
    return None
