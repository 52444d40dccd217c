"""Answers to `<maintenance/>`, in our own namespace (`urn:x-carillon:announce:0`).

Of a change the same element, with what it has become:

.. code-block:: xml

    <maintenance xmlns='urn:x-carillon:announce:0' action='move'>
      <id>disks</id>
      <state>planned</state>
      <start>2026-12-05T22:00:00Z</start>
      <end>2026-12-06T00:00:00Z</end>
      <revision>3</revision>
    </maintenance>

Of one that was asked for, also what it was opened with, whose it is for who sees all,
and each `<notice phase= due= state= />`, in a state of the draft's (§7.1). Of what
recurs `<occurrence due=/>` says which window that is, by the rule's moment, and there
is one with state and times for each other that is open. Of several a page of them.
"""

from datetime import timedelta
from xml.etree import ElementTree as ET

from bot.domain import timestamps, wallclock
from bot.domain.access import Caller
from bot.domain.maintenance import Maintenance, Window
from bot.domain.updates import WireState
from bot.service.maintenance.shown import Notice, Shown
from bot.service.ports.paging import Page
from bot.xmpp.doors.scheduling.maintenance import MAINTENANCE
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.stanzas.result_sets import PageWish, page_element

_OCCURRENCE = f"{{{ANNOUNCE}}}occurrence"


def changed(shown: Shown, action: str) -> ET.Element:
    element = ET.Element(MAINTENANCE, {"action": action})
    _stands(element, shown)
    return element


def one(shown: Shown, caller: Caller) -> ET.Element:
    """With its windows, and what is told of the one that is meant."""
    element = ET.Element(MAINTENANCE)
    _describe(element, shown, caller)
    found = shown.maintenance
    for window in shown.windows if found.recurrence is not None else ():
        if window.id != shown.window.id:
            item = ET.SubElement(element, _OCCURRENCE, {"due": _due(found, window)})
            _times(item, window)
    element.extend(_notice(notice) for notice in shown.notices)
    return element


def several(page: Page[Shown], wish: PageWish, caller: Caller) -> ET.Element:
    element = ET.Element(MAINTENANCE)
    for shown in () if wish.count_only else page.items:
        _describe(ET.SubElement(element, MAINTENANCE), shown, caller)
    element.append(page_element(page, wish))
    return element


def size(shown: Shown) -> int:
    """About how many characters it takes among many."""
    return 1_500 + len(shown.maintenance.client_id)


def _stands(element: ET.Element, shown: Shown) -> None:
    found = shown.maintenance
    _say(element, "id", found.client_id)
    if found.recurrence is not None:
        ET.SubElement(element, _OCCURRENCE, {"due": _due(found, shown.window)})
    _times(element, shown.window)
    _say(element, "revision", str(found.revision))


def _describe(element: ET.Element, shown: Shown, caller: Caller) -> None:
    found = shown.maintenance
    element.attrib |= {"template": found.template, "finish": found.finish.value}
    _stands(element, shown)
    _say(element, "list", found.list_name)
    if found.timezone:
        _say(element, "timezone", found.timezone)
    if found.recurrence is not None:
        _say(element, "recurrence", found.recurrence)
    for reminder in found.reminders:
        ET.SubElement(element, f"{{{ANNOUNCE}}}remind", {"before": _iso(reminder)})
    if caller.sees_all:
        _say(element, "owner", found.owner)


def _times(element: ET.Element, window: Window) -> None:
    _say(element, "state", window.state.value)
    _say(element, "start", timestamps.format(window.starts_at))
    if window.until is not None:
        _say(element, "end", timestamps.format(window.until))


def _due(found: Maintenance, window: Window) -> str:
    """When the rule has it, whether it was moved or not."""
    zone = wallclock.zone_or_utc(found.zone)
    return timestamps.format(wallclock.resolve(window.wall, zone))


def _notice(notice: Notice) -> ET.Element:
    made = notice.schedule
    state = WireState.SCHEDULED if made is None else made.wire_state
    said = {
        "phase": notice.phase.value,
        "due": timestamps.format(notice.at),
        "state": state.value,
    }
    return ET.Element(f"{{{ANNOUNCE}}}notice", said)


def _iso(length: timedelta) -> str:
    """PT24H, as people say it, and not P1D."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + "".join(f"{count}{unit}" for count, unit in parts if count)


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ANNOUNCE}}}{name}").text = text
