"""`<maintenance/>`, read into what the use cases take.

Beside the draft, in our own namespace (`urn:x-carillon:announce:0`). An IQ `set` to the
service opens one, or does something with it:

.. code-block:: xml

    <maintenance xmlns='urn:x-carillon:announce:0' action='open' finish='ask'>
      <id>disks</id>
      <list>maintenance</list>
      <start>2026-12-05T21:00:00Z</start>
      <duration>PT2H</duration>
      <timezone>Europe/Warsaw</timezone>
      <field var='summary'><value>New disks</value></field>
      <remind before='PT24H'/>
    </maintenance>

    <maintenance xmlns='urn:x-carillon:announce:0' action='move' revision='2'>
      <id>disks</id>
      <occurrence due='2026-12-05T21:00:00Z'/>
      <start>2026-12-05T22:00:00Z</start>
    </maintenance>

`extend` takes `<end/>`, `finish` and `call-off` nothing; `<owner/>` names whose it is.
An IQ `get` with `<id/>` asks for one, without it for a page (XEP-0059, version 1.0).
Only the shape is judged here; the values are read by `bot.service`.
"""

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from bot.domain.access import owner_named
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.requests.bounds import check_request
from bot.xmpp.doors.scheduling.requests import fields_of, one_of, text_of
from bot.xmpp.doors.scheduling.steering import due_of, id_of, revision_of
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG
from bot.xmpp.stanzas.result_sets import RSM, PageWish
from bot.xmpp.stanzas.result_sets import read_wish as page_wish

MAINTENANCE = f"{{{ANNOUNCE}}}maintenance"
OPEN = "open"
_TIMES = ("start", "end", "duration")
_WINDOW = frozenset({"id", "owner", "occurrence"})
#: what each may say; what is ours and another's is refused, all else ignored
_MAY_SAY: Mapping[str, frozenset[str]] = {
    OPEN: frozenset(
        {"id", "list", *_TIMES, "timezone", "recurrence", "field", "remind"}
    ),
    "move": _WINDOW | {*_TIMES},
    "extend": _WINDOW | {"end"},
    "finish": _WINDOW,
    "call-off": _WINDOW,
}
_CHANGES: Mapping[str, Callable[..., Change]] = {
    "move": MoveWindow,
    "extend": ExtendWindow,
    "finish": FinishWindow,
    "call-off": CallOff,
}
_KNOWN = frozenset[str]().union(*_MAY_SAY.values())


def action_of(element: ET.Element) -> str:
    """What is asked of it; raises Invalid."""
    given = element.get("action", "").strip()
    if given not in _MAY_SAY:
        choices = ", ".join(_MAY_SAY)
        raise Invalid(Phrase("one of {choices}.", choices=choices), field="action")
    return given


def read_opening(element: ET.Element, stanza_language: str) -> OpenMaintenance:
    """Raises Invalid, which names the element, or PolicyViolation."""
    _check(element, OPEN)
    return OpenMaintenance(
        origin=Origin.IQ,
        client_id=id_of(element),
        list_name=text_of(element, "list"),
        template=element.get("template", "maintenance").strip(),
        values=fields_of(element),
        **_times(element),
        timezone=text_of(element, "timezone"),
        recurrence=text_of(element, "recurrence"),
        finish=element.get("finish"),
        reminders=_reminders(element),
        language=element.get(LANG) or stanza_language,
    )


def read_change(element: ET.Element) -> tuple[WindowName, Change]:
    """Raises Invalid, which names the element, or PolicyViolation."""
    action = action_of(element)
    _check(element, action)
    return _window(element), _CHANGES[action](**_times(element))


def read_wish(element: ET.Element) -> tuple[WindowName | None, PageWish]:
    """One, or where none is named a page of them; raises Invalid, PolicyViolation,
    NotFound for an item that cannot be, or NotOffered.
    """
    check_request(element, frozenset())
    name = None if id_of(element) is None else _window(element)
    return name, page_wish(one_of(element, RSM, "set"))


def _check(element: ET.Element, action: str) -> None:
    check_request(element, frozenset())
    prefix = f"{{{ANNOUNCE}}}"
    for child in element:
        name = child.tag.removeprefix(prefix)
        if child.tag.startswith(prefix) and name in _KNOWN - _MAY_SAY[action]:
            apart = Phrase(
                "{name} does not go with {action}.", name=name, action=action
            )
            raise Invalid(apart, field=name, named=True)


def _window(element: ET.Element) -> WindowName:
    given = id_of(element)
    if given is None:
        raise Invalid(Phrase("say which maintenance is meant."), field="id")
    occurrence = one_of(element, ANNOUNCE, "occurrence")
    return WindowName(
        id=given,
        owner=owner_named(text_of(element, "owner")),
        due=None if occurrence is None else due_of(occurrence),
        revision=revision_of(element),
    )


def _times(element: ET.Element) -> dict[str, Any]:
    """Those that are given."""
    found = {name: text_of(element, name) for name in _TIMES}
    return {name: text for name, text in found.items() if text is not None}


def _reminders(element: ET.Element) -> tuple[str, ...] | None:
    """None: those of the list; an empty one says that there are none."""
    found = element.findall(f"{{{ANNOUNCE}}}remind")
    given = tuple(filter(None, (one.get("before", "").strip() for one in found)))
    return given if found else None
