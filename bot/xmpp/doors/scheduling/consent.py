"""A recipient's say: who may schedule messages to him, and what waits for him.

Message Scheduling, draft 1.0.0, §11, in our own namespace
(`urn:x-carillon:announce:0`), in an IQ to the service:

.. code-block:: xml

    <consent xmlns='urn:x-carillon:announce:0' who='ask' preview='true'
             max-per-day='3' max-ahead='604800'>
      <allow jid='ann@example.org'/>
      <block jid='evil.example'/>
    </consent>

`get` with an empty one gives what is chosen, `set` replaces it. What waits is a page
(XEP-0059, version 1.0) of what `get` with `<requests/>` asks for:

.. code-block:: xml

    <requests xmlns='urn:x-carillon:announce:0'>
      <request ref='407193' from='eve@example.org' due='2026-12-24T18:00:00Z'/>
    </requests>

`set` with `<answer ref='407193' verdict='approve'/>`, or `refuse`, answers one.
"""

from contextlib import suppress
from xml.etree import ElementTree as ET

from bot.desk.verbs.consent import Answer
from bot.domain import timestamps
from bot.domain.consent import Consent
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.schedule import TextContent
from bot.service.people.approvals import Waiting
from bot.service.people.choices import ConsentRequest
from bot.service.ports.paging import Page
from bot.service.requests.bounds import check_request
from bot.xmpp.doors.scheduling.requests import one_of
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG
from bot.xmpp.stanzas.result_sets import RSM, PageWish, page_element, read_wish
from bot.xmpp.stanzas.scheduling import NS

CONSENT = f"{{{ANNOUNCE}}}consent"
REQUESTS = f"{{{ANNOUNCE}}}requests"
ANSWER = f"{{{ANNOUNCE}}}answer"

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


# --- read ------------------------------------------------------------------------


def read_consent(element: ET.Element) -> ConsentRequest:
    """Raises Invalid, which names the element or attribute, or PolicyViolation."""
    check_request(element, frozenset())
    preview = element.get("preview", "false").strip()
    if preview not in _TRUTH:
        raise Invalid(Phrase("either true or false."), field="preview")
    return ConsentRequest(
        who=element.get("who", "").strip(),
        allow=_jids(element, "allow"),
        block=_jids(element, "block"),
        max_per_day=element.get("max-per-day"),
        max_ahead=element.get("max-ahead"),
        preview=_TRUTH[preview],
    )


def read_requests(element: ET.Element) -> PageWish:
    """Raises Invalid, NotFound or NotOffered."""
    check_request(element, frozenset())
    return read_wish(one_of(element, RSM, "set"))


def read_answer(element: ET.Element) -> Answer:
    """Raises Invalid where a part is missing; which there are says `bot.service`."""
    check_request(element, frozenset())
    given = {name: element.get(name, "").strip() for name in ("ref", "verdict")}
    for name, value in given.items():
        if not value:
            missing = Phrase("the attribute {name} is missing.", name=name)
            raise Invalid(missing, field="answer")
    return Answer(**given)


def _jids(element: ET.Element, name: str) -> tuple[str, ...]:
    found = element.findall(f"{{{ANNOUNCE}}}{name}")
    jids = tuple(one.get("jid", "").strip() for one in found)
    if not all(jids):
        missing = Phrase("the attribute {name} is missing.", name="jid")
        raise Invalid(missing, field=name)
    return jids


# --- answered --------------------------------------------------------------------


def chosen(consent: Consent) -> ET.Element:
    """What somebody has chosen, or the operator for him."""
    given = {
        "who": consent.who.value,
        "max-per-day": consent.max_per_day,
        "max-ahead": consent.max_ahead,
        "preview": "true" if consent.preview else None,
    }
    said = {name: str(value) for name, value in given.items() if value is not None}
    element = ET.Element(CONSENT, said)
    for jid in sorted(consent.allowed):
        ET.SubElement(element, f"{{{ANNOUNCE}}}allow", {"jid": jid})
    for jid in sorted(consent.blocked):
        ET.SubElement(element, f"{{{ANNOUNCE}}}block", {"jid": jid})
    return element


def answered(answer: Answer) -> ET.Element:
    return ET.Element(ANSWER, {"ref": answer.ref, "verdict": answer.verdict})


def waiting(page: Page[Waiting], wish: PageWish) -> ET.Element:
    element = ET.Element(REQUESTS)
    for one in () if wish.count_only else page.items:
        item = ET.SubElement(
            element,
            f"{{{ANNOUNCE}}}request",
            {
                "ref": str(one.id),
                "from": one.sender,
                "due": timestamps.format(one.due_at),
            },
        )
        if one.content is not None:
            item.append(_preview(one.content, one.recurrence))
    element.append(page_element(page, wish))
    return element


def size(one: Waiting) -> int:
    """About how many characters it takes among many."""
    if one.content is None:
        return 200 + len(one.sender)
    texts = sum(len(it.body) + len(it.subject or "") for it in one.content.texts)
    return 1_000 + texts + sum(map(len, one.content.payloads))


def _preview(content: TextContent, recurrence: str | None) -> ET.Element:
    """What it says, as the draft says it: to whoever chose to see that beforehand."""
    element = ET.Element(f"{{{NS}}}schedule")
    if recurrence is not None:
        ET.SubElement(element, f"{{{NS}}}recurrence").text = recurrence
    for text in content.texts:
        tagged = {LANG: text.language} if text.language else {}
        if text.subject is not None:
            ET.SubElement(element, f"{{{NS}}}subject", tagged).text = text.subject
        ET.SubElement(element, f"{{{NS}}}body", tagged).text = text.body
    for payload in content.payloads:
        with suppress(ET.ParseError):  # else somebody changed the database
            element.append(ET.fromstring(payload))  # noqa: S314 - written by us
    return element
