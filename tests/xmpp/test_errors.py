"""Our errors as stanza errors, and what texts may not bring with them."""

import logging
from xml.etree import ElementTree as ET

import pytest

from bot.domain import errors
from bot.domain.phrase import Phrase, Quoted
from bot.xmpp.stanzas.errors import (
    CONDITIONS,
    ReceivedError,
    language_of,
    read_error,
    stanza_error,
)
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
    """Which database cannot be used, and why, nobody else is told; nor is the log for
    each who asks, since the outage stands there once.
    """
    with caplog.at_level(logging.DEBUG):
        away = errors.Unavailable(Phrase("no 10.0.0.9 for carillon"))
        element = stanza_error(away).element()
    assert element.get("type") == "wait"
    assert element.find(f"{{{STANZAS}}}resource-constraint") is not None
    assert "10.0.0.9" not in ET.tostring(element, encoding="unicode")
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]


def test_texts_hold_no_control_characters() -> None:
    """What a text quotes cannot bring line breaks, controls or turned writing in."""
    error = errors.Invalid(Quoted("a\x85b\x9bc\u202ed\ne\x00f" + "x" * 1000))
    text = stanza_error(error).element()[1].text or ""
    assert text.startswith("a b\ufffdc\ufffdd e\ufffdfxxx")
    assert len(text) <= 500


@pytest.mark.parametrize(
    ("stanza", "language"),
    [
        ("<message xml:lang='de'><body>x</body></message>", "de"),
        ("<message><thread/><body xml:lang='pl'>x</body></message>", "pl"),
        ("<message xml:lang='en'><body xml:lang='pl'>x</body></message>", "pl"),
        (
            "<message xml:lang='de'><body/><body xml:lang='en'>y</body></message>",
            "de",
        ),
        ("<message xml:lang='en'><x xml:lang='pl' xmlns='urn:x'/></message>", "pl"),
        ("<iq xml:lang='de'><x xmlns='urn:x'/></iq>", "de"),
        ("<iq xml:lang='de'><x xml:lang='pl' xmlns='urn:x'/></iq>", "pl"),
        ("<presence xml:lang='de'><show>away</show></presence>", "de"),
        (
            "<presence><show>away</show><status xml:lang='fr'>x</status></presence>",
            "fr",
        ),
        ("<presence xml:lang='de'/>", "de"),
        ("<message><body>x</body></message>", ""),
    ],
)
def test_one_rule_for_the_language(stanza: str, language: str) -> None:
    """Of every kind of stanza what was written counts, then the stanza around it."""
    stream = ET.fromstring(f"<stream xmlns='jabber:client'>{stanza}</stream>")
    assert language_of(stream[0]) == language


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("", ReceivedError()),
        ("<error/>", ReceivedError()),
        (
            (
                f"<error type='wait'><text xmlns='{STANZAS}'>later</text>"
                f"<gone xmlns='urn:x'/><from-the-future xmlns='{STANZAS}'/></error>"
            ),
            ReceivedError(condition="from-the-future", type="wait", text="later"),
        ),
    ],
)
def test_what_came_back_is_read(error: str, expected: ReceivedError) -> None:
    """Condition, type and text of another's error, and defaults for what it lacks."""
    stanza = f"<message xmlns='jabber:client' type='error'>{error}</message>"
    assert read_error(ET.fromstring(stanza)) == expected
