"""The templates that come along."""

import pytest

from bot.domain.errors import Invalid
from bot.domain.fields import FieldType
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import render

SHIPPED = JinjaTemplates()
CONTEXT = {"list_title": "Wartung", "list_name": "w", "service": "announce.example.org"}


@pytest.mark.parametrize("name", SHIPPED.names())
def test_check(name: str) -> None:
    """Every shipped template passes its own check, in five languages."""
    assert SHIPPED.check(name) == []
    assert SHIPPED.get(name).languages == ("en", "de", "fr", "es", "pl")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pl"])
@pytest.mark.parametrize("name", SHIPPED.names())
def test_nothing_is_said_twice(name: str, language: str) -> None:
    """Some clients show the subject above the body, others not at all: it says what
    kind of thing it is and of which day, and the body alone says what.
    """
    given = {
        field.name: "Quantenschaum"
        for field in SHIPPED.get(name).fields
        if field.type in {FieldType.TEXT, FieldType.LINE}
    }
    given |= {
        field.name: "2026-12-05T22:00:00Z"
        for field in SHIPPED.get(name).fields
        if field.type is FieldType.MOMENT and field.required
    }
    text = render(SHIPPED, name, given=given, language=language, context=CONTEXT)
    assert text.subject is not None
    assert "Quantenschaum" not in text.subject
    assert text.subject not in text.body.splitlines()
    if given:
        assert "Quantenschaum" in text.body


def test_maintenance_in_full() -> None:
    """Everything given, in English and in the reader's zone."""
    values = {
        "summary": {"en": "New disks", "de": "Neue Platten"},
        "start": {"": "2026-12-05T22:00:00Z"},
        "duration": {"": "PT90M"},
        "affected": {"": "mail\nchat"},
        "details": {"": "We also move to a new rack."},
        "contact": {"": "help@example.org"},
    }
    text = render(SHIPPED, "maintenance", values=values, zone="Europe/Warsaw")
    assert text.subject == "Maintenance on Saturday, December 5, 2026"
    assert text.body == (
        "Planned maintenance: New disks\n"
        "\n"
        "Start: Saturday, December 5, 2026, 11:00 PM CET\n"
        "End: Sunday, December 6, 2026, 12:30 AM CET (about 1 hour and 30 minutes)\n"
        "\n"
        "During this time you may not be able to use:\n"
        "- mail\n"
        "- chat\n"
        "\n"
        "We also move to a new rack.\n"
        "\n"
        "Sorry for the inconvenience, and thank you for your patience!\n"
        "\n"
        "Questions? help@example.org"
    )


def test_maintenance_in_short() -> None:
    """Only what is required, in German: no gaps where the rest would stand."""
    given = {"summary": "Neue Platten", "start": "2026-12-05T22:00:00Z"}
    text = render(
        SHIPPED, "maintenance", given=given, language="de", zone="Europe/Berlin"
    )
    assert text.language == "de"
    assert text.body == (
        "Geplante Wartung: Neue Platten\n"
        "\n"
        "Beginn: Samstag, 5. Dezember 2026, 23:00 MEZ\n"
        "\n"
        "Entschuldigt die Störung, und danke für eure Geduld!"
    )


def test_maintenance_that_ends_before_it_starts() -> None:
    """An end before the start is refused with what to do."""
    given = {
        "summary": "x",
        "start": "2026-12-05T22:00:00Z",
        "end": "2026-12-05T21:00:00Z",
    }
    with pytest.raises(
        Invalid, match="`end - start` comes to less than no time; what stands before"
    ):
        render(SHIPPED, "maintenance", given=given)


@pytest.mark.parametrize("language", SHIPPED.get("welcome").languages)
def test_welcome(language: str) -> None:
    """The body repeats the list's title and says how to leave."""
    text = render(SHIPPED, "welcome", language=language, context=CONTEXT)
    assert text.subject is not None
    assert "Wartung" in text.subject
    assert "Wartung" in text.body
    how_to_leave = text.body.split("\n\n")[1]
    assert how_to_leave.count(".") == 2  # with a contact to remove, and without


def test_welcome_without_a_list() -> None:
    """A template that speaks of the list is refused where there is none."""
    with pytest.raises(Invalid, match="needs list_title"):
        render(SHIPPED, "welcome", context={"service": "announce.example.org"})


def test_incident_in_french() -> None:
    """As far as it is known, with no-break spaces."""
    given = {
        "summary": "Les messages arrivent en retard",
        "status": "identified",
        "since": "2026-12-01T07:10:00Z",
        "next_update": "2026-12-01T10:00:00Z",
    }
    text = render(SHIPPED, "incident", given=given, language="fr", zone="Europe/Paris")
    assert text.subject == "Incident"
    assert text.body.startswith("Incident\u00a0: Les messages arrivent en retard\n")
    assert text.body == (
        "Incident\u00a0: Les messages arrivent en retard\n"
        "\n"
        "Début\u00a0: mardi 1er décembre 2026, 08:10 CET\n"
        "\n"
        "La cause est identifiée et nous travaillons à la corriger.\n"
        "\n"
        "Prochaines nouvelles, au plus tard\u00a0: mardi 1er décembre 2026, 11:00 CET\n"
        "\n"
        "Toutes nos excuses pour la gêne occasionnée. "
        "Nous vous préviendrons dès que tout fonctionnera de nouveau."
    )


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pl"])
def test_a_repaired_incident(language: str) -> None:
    """What is said to be repaired is not promised to work again one day."""
    texts = {
        status: render(
            SHIPPED,
            "incident",
            given={"summary": "x", "status": status},
            language=language,
        ).body
        for status in ("investigating", "identified", "monitoring")
    }
    endings = {status: text.splitlines()[-1] for status, text in texts.items()}
    assert endings["investigating"] == endings["identified"] != endings["monitoring"]


def test_resolved_incident_in_spanish() -> None:
    """Of an end on the day of the start, only the time is said."""
    given = {
        "summary": "Los mensajes llegaban con retraso",
        "start": "2026-12-01T07:10:00Z",
        "end": "2026-12-01T09:00:00Z",
    }
    text = render(SHIPPED, "incident-resolved", given=given, language="es")
    assert text.body == (
        "Resuelto: Los mensajes llegaban con retraso\n"
        "\n"
        "Todo vuelve a funcionar con normalidad.\n"
        "\n"
        "Inicio: martes, 1 de diciembre de 2026, 7:10 UTC\n"
        "Fin: 9:00 UTC (duración: 1 hora y 50 minutos)\n"
        "\n"
        "Gracias por su paciencia y disculpe las molestias."
    )


def test_terms_in_polish() -> None:
    """The day in the form that follows a preposition."""
    given = {"effective": "2027-01-01T11:00:00Z", "changes": "jedno\ndrugie"}
    text = render(SHIPPED, "terms-changed", given=given, language="pl")
    assert text.subject == "Nowy regulamin od 1 stycznia 2027"
    assert text.body == (
        "Zmieniamy nasz regulamin. Nowa wersja obowiązuje od 1 stycznia 2027.\n"
        "\n"
        "Co się zmienia:\n"
        "- jedno\n"
        "- drugie"
    )
