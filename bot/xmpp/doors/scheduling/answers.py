"""Answers to `<schedule/>` and `<schedule-query/>` (draft 1.0.0, §5.2, §9).

What the draft does not name stands in `<metadata/>`, in our own namespace:

    <quota used= limit= />                            of a result; limit where one is
    <progress total= sent= failed= skipped= deferred= />   of one job
    <owner>JID</owner>                                for admins and auditors
    <urgent/>                                         of one that is
    <holidays name= on-holiday= />                    of one that goes by them
    <revision>N</revision>                            of a job looked at or steered
    <warning code=>TEXT</warning>                     of a job asked for or steered
    <amendment kind= id= due= status=><progress/></amendment>   of what it sent
    <list>NAME</list>, <audience><jid/></audience>    the target, without <to/>
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from xml.etree import ElementTree as ET

from bot.domain import timestamps
from bot.domain.access import Caller
from bot.domain.addresses import Addresses
from bot.domain.broadcast import Progress
from bot.domain.characters import printable
from bot.domain.schedule import (
    ListAudience,
    PeopleAudience,
    PersonAudience,
    Schedule,
    ToldAudience,
)
from bot.service.ports.paging import Page
from bot.service.requests.schedules import Report
from bot.service.rules.quotas import Quota
from bot.service.rules.rights import sees_content
from bot.texts import language_for, said
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG
from bot.xmpp.stanzas.result_sets import PageWish, page_element
from bot.xmpp.stanzas.scheduling import NS

SCHEDULE, QUERY = f"{{{NS}}}schedule", f"{{{NS}}}schedule-query"
_METADATA = f"{{{NS}}}metadata"
#: what only the service says, whatever the metadata as given hold
_SAID_BY_US = frozenset(
    f"{{{ANNOUNCE}}}{name}"
    for name in (
        *("amendment", "holidays", "occurrence", "owner", "progress", "quota"),
        *("revision", "urgent", "warning"),
    )
)


def accepted(report: Report, quota: Quota, language: str) -> ET.Element:
    """The result of a request: the job as it stands now, and what to know of it."""
    element = ET.Element(SCHEDULE)
    schedule = report.schedule
    _say(element, "id", schedule.client_id)
    _say(element, "status", schedule.wire_state)
    _say(element, "deliver-at", timestamps.format(report.moment))
    if schedule.expires_at is not None:
        _say(element, "expires", timestamps.format(schedule.expires_at))
    numbers = {"used": str(quota.used)}
    if quota.limit:  # 0: none
        numbers["limit"] = str(quota.limit)
    metadata = ET.SubElement(element, _METADATA)
    ET.SubElement(metadata, f"{{{ANNOUNCE}}}quota", numbers)
    metadata.extend(_warnings(report, language))
    return element


def cancelled(schedule: Schedule) -> ET.Element:
    element = ET.Element(SCHEDULE)
    _say(element, "id", schedule.client_id)
    _say(element, "status", schedule.wire_state)
    return element


def steered(report: Report, caller: Caller, language: str) -> ET.Element:
    """The result of a verb of steering: the job as it stands now."""
    element, schedule = ET.Element(SCHEDULE), report.schedule
    _say(element, "id", schedule.client_id)
    _say(element, "status", schedule.wire_state)
    _say(element, "deliver-at", timestamps.format(report.moment))
    if _is_private(schedule, caller):
        return element
    if schedule.expires_at is not None:
        _say(element, "expires", timestamps.format(schedule.expires_at))
    metadata = ET.SubElement(element, _METADATA)
    metadata.append(_revision(schedule))
    metadata.extend(_amendment(report))
    metadata.extend(_warnings(report, language))
    return element


def one(report: Report, caller: Caller) -> ET.Element:
    """The answer about one job."""
    element = ET.Element(QUERY)
    _describe(element, report, caller)
    metadata = _metadata(report.schedule, caller)
    audience = report.schedule.audience
    if _is_private(report.schedule, caller):
        if isinstance(audience, PersonAudience):
            _say(element, "to", audience.jid)
        elif isinstance(audience, PeopleAudience):
            metadata.append(_people(audience.jids))
    elif report.progress is not None:
        metadata.append(_progress(report.progress))
        metadata.extend(_amendment(report))
    _put(element, metadata)
    return element


def size(report: Report) -> int:
    """About how many characters a job takes among many."""
    schedule = report.schedule
    jids = getattr(schedule.audience, "jids", ())
    given = (schedule.client_id, schedule.metadata or "", *jids)
    return 1_000 + sum(map(len, given)) + 11 * len(jids)


def several(
    page: Page[Report],
    wish: PageWish,
    caller: Caller,
    addresses: Addresses,
) -> ET.Element:
    """The answer about many, a page of them."""
    element = ET.Element(QUERY)
    for report in () if wish.count_only else page.items:
        item = ET.SubElement(element, SCHEDULE)
        _describe(item, report, caller)
        audience = report.schedule.audience
        if isinstance(audience, ListAudience) and addresses.lists_have_addresses:
            _say(item, "to", addresses.of_list(audience.list_name))
        elif isinstance(audience, PersonAudience):
            _say(item, "to", audience.jid)
        metadata = _metadata(report.schedule, caller)
        metadata.extend(_target(report.schedule, addresses, metadata))
        _put(item, metadata)
    element.append(page_element(page, wish))
    return element


def _describe(element: ET.Element, report: Report, caller: Caller) -> None:
    schedule = report.schedule
    _say(element, "id", schedule.client_id)
    _say(element, "status", schedule.wire_state)
    _say(element, "deliver-at", timestamps.format(report.moment))
    _say(element, "created", timestamps.format(schedule.created_at))
    if _is_private(schedule, caller):
        return
    if schedule.timezone:
        _say(element, "timezone", schedule.timezone)
    if schedule.recurrence is not None:
        _say(element, "recurrence", schedule.recurrence)
    if schedule.expires_at is not None:
        _say(element, "expires", timestamps.format(schedule.expires_at))


def _is_private(schedule: Schedule, caller: Caller) -> bool:
    """Another's job to single people: who, to whom, when and how it stands only."""
    return not sees_content(caller, schedule)


def _metadata(schedule: Schedule, caller: Caller) -> ET.Element:
    """As given, where the caller may see it, and the owner for who sees all."""
    found = ET.Element(_METADATA)
    if schedule.metadata is not None and not _is_private(schedule, caller):
        with suppress(ET.ParseError):  # else somebody changed the database
            found = ET.fromstring(schedule.metadata)  # noqa: S314 - written by us
    for child in [child for child in found if child.tag in _SAID_BY_US]:
        found.remove(child)
    if caller.sees_all:
        ET.SubElement(found, f"{{{ANNOUNCE}}}owner").text = schedule.owner
    if not _is_private(schedule, caller):
        if schedule.urgent:
            ET.SubElement(found, f"{{{ANNOUNCE}}}urgent")
        if schedule.holidays is not None:
            by = {"name": schedule.holidays, "on-holiday": str(schedule.on_holiday)}
            ET.SubElement(found, f"{{{ANNOUNCE}}}holidays", by)
        found.append(_revision(schedule))
    return found


def _revision(schedule: Schedule) -> ET.Element:
    element = ET.Element(f"{{{ANNOUNCE}}}revision")
    element.text = str(schedule.revision)
    return element


def _warnings(report: Report, language: str) -> Iterator[ET.Element]:
    """In the language that was asked in, where it is one of ours."""
    told = language_for(language)
    for caution in report.warnings:
        attributes = {"code": caution.kind.value, LANG: told}
        element = ET.Element(f"{{{ANNOUNCE}}}warning", attributes)
        element.text = printable(said(caution.phrase, told))
        yield element


def _target(
    schedule: Schedule, addresses: Addresses, said: Iterable[ET.Element]
) -> list[ET.Element]:
    """Who is told, where neither <to/> nor the metadata as given says so."""
    audience = schedule.audience
    if isinstance(audience, ListAudience):
        if addresses.lists_have_addresses:
            return []
        target = ET.Element(f"{{{ANNOUNCE}}}list")
        target.text = audience.list_name
    elif isinstance(audience, PersonAudience | ToldAudience):
        return []
    else:
        target = _people(audience.jids)
    return [] if any(child.tag == target.tag for child in said) else [target]


def _people(jids: Iterable[str]) -> ET.Element:
    target = ET.Element(f"{{{ANNOUNCE}}}audience")
    for jid in jids:
        ET.SubElement(target, f"{{{ANNOUNCE}}}jid").text = jid
    return target


def _progress(progress: Progress) -> ET.Element:
    names = ("total", "sent", "failed", "skipped", "deferred")
    return ET.Element(
        f"{{{ANNOUNCE}}}progress",
        {name: str(getattr(progress, name)) for name in names},
    )


def _amendment(report: Report) -> Iterator[ET.Element]:
    """The latest correction or retraction of what it sent, and how far that is."""
    found = report.amendment
    if found is None:
        return
    told = {"kind": found.kind.value, "id": found.schedule.client_id}
    if report.amended_at is not None and report.schedule.recurrence is not None:
        told["due"] = timestamps.format(report.amended_at)
    element = ET.Element(
        f"{{{ANNOUNCE}}}amendment", {**told, "status": found.schedule.wire_state}
    )
    if found.progress is not None:
        element.append(_progress(found.progress))
    yield element


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{NS}}}{name}").text = str(text)


def _put(parent: ET.Element, metadata: ET.Element) -> None:
    """<metadata/> stands only where there is something in it."""
    if len(metadata) or metadata.attrib or (metadata.text or "").strip():
        parent.append(metadata)
