"""Our errors as stanza errors, and what texts may not bring with them."""

import logging
from xml.etree import ElementTree as ET

import pytest

from bot.domain import errors
from bot.domain.phrase import Phrase, Quoted
from bot.xmpp.stanzas.errors import CONDITIONS, stanza_error
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG, STANZAS

NO = Phrase("no")


def test_every_error_has_its_condition() -> None:
    """The table names every kind of error there is, none falls through."""
    assert set(CONDITIONS) == set(errors.CarillonError.__subclasses__())


@pytest.mark.parametrize(
    ("error", "condition", "kind"),
    [
        (errors.Invalid(NO), "bad-request", "modify"),
        (errors.NotAllowed(NO), "not-allowed", "cancel"),
        (errors.Forbidden(NO), "forbidden", "auth"),
        (errors.NotFound(NO), "item-not-found", "cancel"),
        (errors.Conflict(NO), "conflict", "cancel"),
        (errors.Finished(NO), "unexpected-request", "wait"),
        (errors.NotOffered(NO), "feature-not-implemented", "cancel"),
    ],
)
def test_conditions(error: Exception, condition: str, kind: str) -> None:
    """Each error is the condition and type that the protocol fixes, with a text."""
    element = stanza_error(error).element()
    assert element.tag == "{jabber:client}error"
    assert element.get("type") == kind
    assert element[0].tag == f"{{{STANZAS}}}{condition}"
    assert element[1].tag == f"{{{STANZAS}}}text"
    assert element[1].get(LANG) == "en"
    assert element[1].text == "no"


@pytest.mark.parametrize(("wait", "kind"), [(True, "wait"), (False, "modify")])
def test_limits(wait: bool, kind: str) -> None:
    """A limit that is reached is named, with its value and how long to wait."""
    error = errors.PolicyViolation(
        Phrase("full"),
        limit="pending",
        maximum=5,
        wait=wait,
        retry_after=60 if wait else None,
    )
    element = stanza_error(error).element()
    assert element.get("type") == kind
    assert element.find(f"{{{STANZAS}}}policy-violation") is not None
    limit = element.find(f"{{{ANNOUNCE}}}limit")
    assert limit is not None
    assert limit.attrib == {
        "name": "pending",
        "max": "5",
        **({"retry-after": "60"} if wait else {}),
    }


def test_the_unexpected_is_a_reference(caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw is told as a number that the log has too, and no more."""
    with caplog.at_level(logging.ERROR):
        element = stanza_error(RuntimeError("secret")).element()
    assert element.find(f"{{{STANZAS}}}internal-server-error") is not None
    text = element.findtext(f"{{{STANZAS}}}text") or ""
    assert "secret" not in ET.tostring(element, encoding="unicode")
    reference = text.removeprefix("Internal error ").removesuffix(".")
    assert len(reference) == 8
    assert reference in caplog.text


def test_what_is_away_is_the_operators(caplog: pytest.LogCaptureFixture) -> None:
    """Which database cannot be used, and why, stands in the log and nowhere else."""
    with caplog.at_level(logging.WARNING):
        away = errors.Unavailable(Phrase("no 10.0.0.9 for carillon"))
        element = stanza_error(away).element()
    assert element.get("type") == "wait"
    assert element.find(f"{{{STANZAS}}}resource-constraint") is not None
    assert "10.0.0.9" not in ET.tostring(element, encoding="unicode")
    assert "10.0.0.9" in caplog.text


def test_texts_hold_no_control_characters() -> None:
    """What a text quotes cannot bring line breaks, controls or turned writing in."""
    error = errors.Invalid(Quoted("a\x85b\x9bc\u202ed\ne\x00f" + "x" * 1000))
    text = stanza_error(error).element()[1].text or ""
    assert text.startswith("a b\ufffdc\ufffdd e\ufffdfxxx")
    assert len(text) <= 500
