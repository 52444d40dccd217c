"""The one table from our errors to stanza errors (RFC 6120 §8.3; draft §8).

    reply = refusal(iq, error)      # an answer to an IQ get or set

Every error has a text that a person can act on, in the language of the stanza that
it answers (RFC 6120 §8.1.5), else in English. What nobody foresaw is told as a
reference number only, and logged under it.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq

from bot.domain import errors
from bot.domain.characters import printable
from bot.domain.phrase import Phrase
from bot.texts import language_for, said
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT, LANG, STANZAS

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class StanzaError:
    """What stands in `<error/>`."""

    condition: str
    type: str
    text: Phrase
    #: the language tag asked for, if any
    language: str = ""
    #: attributes of `<limit xmlns='urn:x-carillon:announce:0'/>`
    limit: Mapping[str, str] | None = None

    def element(self) -> ET.Element:
        error = ET.Element(f"{{{CLIENT}}}error", {"type": self.type})
        ET.SubElement(error, f"{{{STANZAS}}}{self.condition}")
        language = language_for(self.language)
        text = ET.SubElement(error, f"{{{STANZAS}}}text", {LANG: language})
        text.text = printable(said(self.text, language))
        if self.limit is not None:
            ET.SubElement(error, f"{{{ANNOUNCE}}}limit", dict(self.limit))
        return error


def stanza_error(
    error: Exception, language: str = "", reference: str | None = None
) -> StanzaError:
    """What to tell the caller; logs what only the operator is to know.

    `language`: the tag of the stanza that is answered, if it has one. `reference`: the
    request's, if its lines in the log have one already.
    """
    if isinstance(error, errors.PolicyViolation):
        return StanzaError(
            condition="policy-violation",
            type="wait" if error.wait else "modify",
            text=error.phrase,
            language=language,
            limit=_limit(error),
        )
    if isinstance(error, errors.Unavailable):
        # its text is the operator's: it may name hosts, users and files
        log.warning("not answered: %s", error.text)
        error = errors.Unavailable(
            Phrase("This cannot be done now; try again in a while.")
        )
    if isinstance(error, errors.CarillonError):
        for kind in type(error).__mro__:
            if kind in CONDITIONS:
                condition, etype = CONDITIONS[kind]
                return StanzaError(
                    condition=condition,
                    type=etype,
                    text=error.phrase,
                    language=language,
                )
    reference = reference or new_reference()
    log.error("error %s while answering", reference, exc_info=error)
    return StanzaError(
        condition="internal-server-error",
        type="cancel",
        text=Phrase("Internal error {reference}.", reference=reference),
        language=language,
    )


def new_reference() -> str:
    """What an error is looked up by in the log."""
    return secrets.token_hex(4)


def refusal(iq: Iq, error: Exception, reference: str | None = None) -> Iq:
    """The answer to a request that failed."""
    reply = iq.reply()
    reply["type"] = "error"
    # of what is asked, else of the stanza around it
    tags = [each.get(LANG) for each in (*iq.xml, iq.xml)]
    language = next(filter(None, tags), "")
    reply.xml.append(stanza_error(error, language, reference).element())
    return reply


def _limit(error: errors.PolicyViolation) -> dict[str, str]:
    limit = {"name": error.limit, "max": str(error.maximum)}
    if error.retry_after is not None:
        limit["retry-after"] = str(error.retry_after)
    return limit
