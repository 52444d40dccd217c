"""The only place that makes and reads `<error/>` (RFC 6120 §8.3; draft §8).

    reply = refusal(iq, error)                  # one of our errors, to an IQ get or set
    reply = iq_error(iq, stanza_error)          # an error of the protocol's own
    answer = error_answer(xml, stanza_error)    # to a message or a presence
    received = read_error(xml)                  # what came back to us

Every error has a text that a person can act on, in the language of the stanza that
it answers (`language_of`), else in English; what is said to who writes or subscribes
goes by what he is stored with first (docs/decisions/0042). What nobody foresaw is told
as a reference number only, and logged under it.

docs/conformance.md, Message Scheduling: §8
docs/conformance.md, More errors: <limit/>
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq
from slixmpp.stanza.error import Error

from bot.domain import errors
from bot.domain.characters import printable
from bot.domain.phrase import Phrase
from bot.texts import language_for, said
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT, LANG, STANZAS

log = logging.getLogger(__name__)

# COMPAT slixmpp 1.17 lacks this condition of RFC 6120 §8.3.3: it would send
# feature-not-implemented, and lose the IQ errors that carry it.
Error.conditions.add("policy-violation")

_ERROR, _TEXT = f"{{{CLIENT}}}error", f"{{{STANZAS}}}text"
#: children that hold what a person wrote
_WORDS = frozenset(f"{{{CLIENT}}}{name}" for name in ("body", "status"))

#: characters that are kept of a condition, an error's type and its text: others
#: choose them
MAX_CONDITION, MAX_TYPE, MAX_TEXT = 100, 20, 500

#: error -> (condition, type)
CONDITIONS: Mapping[type[errors.CarillonError], tuple[str, str]] = {
    errors.Invalid: ("bad-request", "modify"),
    errors.PolicyViolation: ("policy-violation", "modify"),  # or wait: see below
    errors.NotAllowed: ("not-allowed", "cancel"),
    errors.Forbidden: ("forbidden", "auth"),
    errors.NotFound: ("item-not-found", "cancel"),
    errors.Conflict: ("conflict", "cancel"),
    errors.Finished: ("unexpected-request", "wait"),
    errors.NotOffered: ("feature-not-implemented", "cancel"),
    errors.Unavailable: ("resource-constraint", "wait"),
}

#: elements and attributes that are named before what is wrong with them; of others
#: the text speaks for itself
_ELEMENTS = frozenset(
    {
        "allow",
        "announce",
        "holidays",
        "on-holiday",
        "audience",
        "block",
        "body",
        "deliver-at",
        "delay-seconds",
    }
    | {"due", "edit", "expires", "id", "late", "max-ahead", "max-per-day", "preview"}
    | {"action", "start", "end", "duration", "finish", "remind"}
    | {"recurrence", "ref", "revision", "signed", "status", "subject", "timezone"}
    | {"to", "updates", "verdict", "who"}
)
#: before the name of a template's field
_OF_TEMPLATE = "set."


@dataclass(frozen=True, slots=True, kw_only=True)
class StanzaError:
    """What stands in an `<error/>` that we send."""

    condition: str
    type: str
    text: Phrase
    #: attributes of `<limit xmlns='urn:x-carillon:announce:0'/>`
    limit: Mapping[str, str] | None = None

    def element(self, *languages: str) -> ET.Element:
        """`languages`: the tags that are wanted, most wanted first."""
        error = ET.Element(_ERROR, {"type": self.type})
        ET.SubElement(error, f"{{{STANZAS}}}{self.condition}")
        told = language_for(*languages)
        text = ET.SubElement(error, _TEXT, {LANG: told})
        text.text = printable(said(self.text, told))
        if self.limit is not None:
            ET.SubElement(error, f"{{{ANNOUNCE}}}limit", dict(self.limit))
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedError:
    """What stands in an `<error/>` that came to us, as another wrote it."""

    condition: str = "undefined-condition"
    type: str = "cancel"
    text: str | None = None


# --- from our errors to those of the protocol ------------------------------------


def stanza_error(error: Exception, reference: str | None = None) -> StanzaError:
    """What to tell the caller; logs what only the operator is to know.

    `reference`: the request's, if its lines in the log have one already.
    """
    if isinstance(error, errors.PolicyViolation):
        return StanzaError(
            condition="policy-violation",
            type="wait" if error.wait else "modify",
            text=_named(error),
            limit=_limit(error),
        )
    if isinstance(error, errors.Unavailable):
        # Who meets the outage has told it, once; those who ask meanwhile may be many.
        log.debug("not answered: %s", error.text)
        error = errors.Unavailable(error.public)
    if isinstance(error, errors.CarillonError):
        for kind in type(error).__mro__:
            if kind in CONDITIONS:
                condition, etype = CONDITIONS[kind]
                return StanzaError(condition=condition, type=etype, text=_named(error))
    return unforeseen(error, "while answering", reference)


def _named(error: errors.CarillonError) -> Phrase:
    """What the error says, with the element that it says it of."""
    field = error.field or ""
    if error.named:
        return error.phrase
    if field.startswith(_OF_TEMPLATE):
        return Phrase(
            "field {field!r}: {reason}",
            field=field.removeprefix(_OF_TEMPLATE),
            reason=error.phrase,
        )
    if field in _ELEMENTS:
        return Phrase("{what}: {why}", what=field, why=error.phrase)
    return error.phrase


def unforeseen(
    error: Exception,
    where: str,
    reference: str | None = None,
    *,
    traceback: bool = True,
) -> StanzaError:
    """A fault of ours: the log has all of it, the caller the number to look for.

    Without its `traceback` the log has its kind, not its words: others' may be in it.
    """
    reference = reference or new_reference()
    if traceback:
        log.error("error %s %s", reference, where, exc_info=error)
    else:
        log.error("error %s %s: %s", reference, where, type(error).__name__)
    return StanzaError(
        condition="internal-server-error",
        type="cancel",
        text=Phrase("Internal error {reference}.", reference=reference),
    )


def new_reference() -> str:
    """What an error is looked up by in the log."""
    return secrets.token_hex(4)


def _limit(error: errors.PolicyViolation) -> dict[str, str]:
    limit = {"name": error.limit, "max": str(error.maximum)}
    if error.retry_after is not None:
        limit["retry-after"] = str(error.retry_after)
    return limit


# --- answers ---------------------------------------------------------------------


def refusal(
    iq: Iq,
    error: Exception,
    reference: str | None = None,
    about: ET.Element | None = None,
) -> Iq:
    """The answer to a request that failed; `about` is the stanza of another that it
    hands over, in whose language it is told.
    """
    return iq_error(iq, stanza_error(error, reference), about)


def iq_error(iq: Iq, error: StanzaError, about: ET.Element | None = None) -> Iq:
    """The answer to an IQ get or set, without what was asked."""
    reply = iq.reply()
    reply["type"] = "error"
    asked = iq.xml if about is None else about
    reply.xml.append(error.element(language_of(asked)))
    return reply


def error_answer(
    stanza: ET.Element,
    error: StanzaError,
    stored: Sequence[str] = (),
    usual: str = "",
) -> ET.Element:
    """The answer to a message or a presence: its id, its addresses exchanged, and
    nothing of what it said.

    In the languages that its sender is `stored` with, else in its own, else in the
    one that is `usual` at the address.
    """
    given = {
        "id": stanza.get("id"),
        "from": stanza.get("to"),
        "to": stanza.get("from"),
    }
    attributes = {name: value for name, value in given.items() if value}
    answer = ET.Element(stanza.tag, {"type": "error", **attributes})
    answer.append(error.element(*stored, language_of(stanza), usual))
    return answer


def language_of(stanza: ET.Element) -> str:
    """The tag of the language that a stanza is in, "" where it says none.

    What was written or asked knows best: the body (a presence's status), else the
    first child. The stanza around it comes second, for servers write the language
    of the whole stream there where the client wrote none (RFC 6120 §8.1.5).
    """
    content = next((child for child in stanza if child.tag in _WORDS), None)
    if content is None:
        content = next(iter(stanza), stanza)
    return content.get(LANG, "") or stanza.get(LANG, "")


# --- errors that come in ---------------------------------------------------------


def read_error(stanza: ET.Element) -> ReceivedError:
    """Of a stanza of type error; whatever it does not say is as by default."""
    error, unsaid = stanza.find(_ERROR), ReceivedError()
    if error is None:
        return unsaid
    conditions = (
        child.tag.removeprefix(f"{{{STANZAS}}}")
        for child in error
        if child.tag.startswith(f"{{{STANZAS}}}") and child.tag != _TEXT
    )
    return ReceivedError(
        condition=next(conditions, unsaid.condition),
        type=error.get("type", unsaid.type),
        text=error.findtext(_TEXT),
    )


def make_readable(stanza: ET.Element) -> None:
    """Give an error of no known condition the one that stands for them.

    COMPAT slixmpp raises on others, and the IQ's future never ends; and it takes
    any stanza with `<error/>` for one of the type error.
    """
    found = stanza.findall(_ERROR)
    if stanza.get("type") != "error":
        for error in found:
            stanza.remove(error)
    elif found and not any(
        child.tag == f"{{{STANZAS}}}{condition}"
        for child in found[0]
        for condition in Error.conditions
    ):
        ET.SubElement(found[0], f"{{{STANZAS}}}undefined-condition")
