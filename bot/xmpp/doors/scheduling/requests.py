"""`<schedule/>` and `<schedule-query/>` read into what the use cases take.

Message Scheduling, draft 1.0.0, §5.2, §7.1, §9, with our own elements
(`urn:x-carillon:announce:0`) in `<metadata/>`. Only the shape is judged here;
the values are read by `bot.service`.
"""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.domain.errors import Invalid, NotOffered
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.requests.bounds import check_request
from bot.service.requests.request import ScheduleRequest
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT, COMPONENT, LANG
from bot.xmpp.stanzas.result_sets import RSM, PageWish, read_wish
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.stanzas.verbatim import serialised

#: what a request may say once
_SINGLE = (
    "id",
    "to",
    "deliver-at",
    "delay-seconds",
    "timezone",
    "recurrence",
    "expires",
    "cancel",
)
_TEXTS = ("body", "subject")
#: these have limits of their own
_FREE = frozenset(f"{{{NS}}}{name}" for name in _TEXTS)
_STREAMS = (CLIENT, "jabber:server", COMPONENT, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest:
    """`<cancel>ID</cancel>` (§9.1)."""

    client_id: str
    #: whose it is, where an admin names another
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """`<schedule-query/>` (§9): one job, or a page of them."""

    client_id: str | None
    owner: str | None
    status: str | None
    wish: PageWish


def read_schedule(
    element: ET.Element, stanza_language: str
) -> ScheduleRequest | CancelRequest:
    """Raises Invalid, which names the element, PolicyViolation or NotOffered."""
    if one_of(element, NS, "cancel") is None:
        return described(element, stanza_language)
    _signature(element)
    check_request(element, _FREE)
    values = {name: _single(element, name) for name in _SINGLE}
    cancel = values.pop("cancel") or ""
    others = [name for name, value in values.items() if value is not None]
    others += [name for name in _TEXTS if element.findall(f"{{{NS}}}{name}")]
    if others:
        together = Phrase("cancel cannot go with {name}.", name=others[0])
        raise Invalid(together, field="cancel", named=True)
    if _payloads(element):
        together = Phrase("cancel cannot go with other elements.")
        raise Invalid(together, field="cancel", named=True)
    return CancelRequest(
        client_id=cancel, owner=owner_of(one_of(element, NS, "metadata"))
    )


def described(
    element: ET.Element,
    stanza_language: str,
    may_be_empty: frozenset[str] = frozenset(),
) -> ScheduleRequest:
    """What a `<schedule/>` says of a job, which `<cancel/>` is not.

    Those of `may_be_empty` are '' where they are. Raises as `read_schedule` does.
    """
    _signature(element)
    check_request(element, _FREE)
    values = {
        name: _single(element, name, may_be_empty=name in may_be_empty)
        for name in _SINGLE
    }
    metadata = one_of(element, NS, "metadata")
    template, fields = _announce(metadata)
    late = _ours(metadata, "late")
    return ScheduleRequest(
        origin=Origin.IQ,
        to=values["to"],
        list_name=_text_of(metadata, "list"),
        people=_audience(metadata),
        bodies=_texts(element, "body"),
        subjects=_texts(element, "subject"),
        language=element.get(LANG) or stanza_language,
        payloads=_payloads(element),
        template=template,
        values=fields,
        deliver_at=values["deliver-at"],
        delay_seconds=values["delay-seconds"],
        timezone=values["timezone"],
        recurrence=values["recurrence"],
        expires=values["expires"],
        client_id=values["id"],
        late_policy=late.get("policy") if late is not None else None,
        late_within=late.get("within") if late is not None else None,
        urgent=_is_wanted(metadata, "urgent", otherwise=False),
        updates=_is_wanted(metadata, "updates", otherwise=True),
        metadata=serialised(metadata) if metadata is not None else None,
    )


def read_query(element: ET.Element) -> QueryRequest:
    """Raises Invalid, NotFound for an item that cannot be, or NotOffered."""
    client_id = _single(element, "id")
    status = _single(element, "status")
    if client_id is not None and status is not None:
        raise Invalid(
            Phrase("Ask for an id or for a status, not both."), field="status"
        )
    return QueryRequest(
        client_id=client_id,
        owner=owner_of(one_of(element, NS, "metadata")),
        status=status,
        wish=read_wish(one_of(element, RSM, "set")),
    )


def _signature(element: ET.Element) -> None:
    signed = element.get("signed", "false").strip()
    if signed in {"true", "1"}:
        raise NotOffered(
            Phrase("Signed requests are not offered here; send it unsigned.")
        )
    if signed not in {"false", "0"}:
        raise Invalid(Phrase("either true or false."), field="signed")


def one_of(parent: ET.Element, namespace: str, name: str) -> ET.Element | None:
    """The child of that name; raises Invalid where there are several."""
    found = parent.findall(f"{{{namespace}}}{name}")
    if len(found) > 1:
        # never 1, so no language needs another form
        several = Phrase(
            "{name} is given {count} times; give it once.", name=name, count=len(found)
        )
        raise Invalid(several, field=name, named=True)
    return found[0] if found else None


def _single(parent: ET.Element, name: str, *, may_be_empty: bool = False) -> str | None:
    found = one_of(parent, NS, name)
    if found is None:
        return None
    text = found.text or ""
    if not text.strip():
        if may_be_empty:
            return ""
        empty = Phrase("{name} is empty; leave it out or fill it in.", name=name)
        raise Invalid(empty, field=name, named=True)
    # an id is opaque, so it is taken as it stands
    return text if name in {"id", "cancel"} else text.strip()


def _texts(element: ET.Element, name: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (found.get(LANG, ""), found.text or "")
        for found in element.findall(f"{{{NS}}}{name}")
    )


def _payloads(element: ET.Element) -> tuple[str, ...]:
    """Elements to deliver verbatim: neither the draft's nor ours."""
    payloads: list[str] = []
    for child in element:
        namespace, _, name = child.tag.rpartition("}")
        namespace = namespace.removeprefix("{")
        if namespace in _STREAMS:
            elsewhere = Phrase(
                "{name} stands in the namespace {given!r}, not in {wanted!r}.",
                name=name,
                given=namespace,
                wanted=NS,
            )
            raise Invalid(elsewhere, field=name, named=True)
        if namespace not in {NS, ANNOUNCE}:
            payloads.append(serialised(child))
    return tuple(payloads)


def _ours(metadata: ET.Element | None, name: str) -> ET.Element | None:
    return None if metadata is None else one_of(metadata, ANNOUNCE, name)


def _text_of(metadata: ET.Element | None, name: str) -> str | None:
    found = _ours(metadata, name)
    if found is None:
        return None
    text = (found.text or "").strip()
    if not text:
        raise Invalid(Phrase("{name} is empty.", name=name), field=name, named=True)
    return text


def owner_of(metadata: ET.Element | None) -> str | None:
    """Whose job is meant, where an admin names another."""
    return _text_of(metadata, "owner")


def _audience(metadata: ET.Element | None) -> tuple[str, ...]:
    audience = _ours(metadata, "audience")
    if audience is None:
        return ()
    jids = tuple(
        (jid.text or "").strip() for jid in audience.findall(f"{{{ANNOUNCE}}}jid")
    )
    if not jids:
        raise Invalid(Phrase("name at least one jid."), field="audience")
    return jids


def _is_wanted(metadata: ET.Element | None, name: str, *, otherwise: bool) -> bool:
    """`<updates wanted='false'/>`, `<urgent/>`; `otherwise`: where it is not there."""
    found = _ours(metadata, name)
    if found is None:
        return otherwise
    wanted = found.get("wanted", "true").strip()
    if wanted not in {"true", "1", "false", "0"}:
        raise Invalid(Phrase("wanted is either true or false."), field=name)
    return wanted in {"true", "1"}


def _announce(
    metadata: ET.Element | None,
) -> tuple[str | None, dict[str, dict[str, str]]]:
    """(template, {field: {language or '': text}})"""
    announce = _ours(metadata, "announce")
    if announce is None:
        return None, {}
    template = announce.get("template", "").strip()
    if not template:
        raise Invalid(Phrase("the attribute template is missing."), field="announce")
    return template, fields_of(announce)


def fields_of(parent: ET.Element) -> dict[str, dict[str, str]]:
    """Its `<field/>`s: {field: {language or '': text}}; raises Invalid."""
    fields: dict[str, dict[str, str]] = {}
    for field in parent.findall(f"{{{ANNOUNCE}}}field"):
        name = field.get("var", "")
        if not name:
            raise Invalid(Phrase("a field has no var."), field="announce")
        if name in fields:
            raise Invalid(Phrase("it is given twice."), field=f"set.{name}")
        fields[name] = _values(name, field)
    return fields


def _values(name: str, field: ET.Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for value in field.findall(f"{{{ANNOUNCE}}}value"):
        language = value.get(LANG, "")
        if language in values:
            both = Phrase("Two have the language {language!r}.", language=language)
            raise Invalid(both, field=f"set.{name}")
        values[language] = value.text or ""
    return values
