"""A month's report, written from the documentation alone in German, Polish and French:
what readers get is what somebody of that language would have written.
"""

from pathlib import Path

import pytest

from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import render

TEMPLATES = JinjaTemplates(Path(__file__).parent / "natives")
NBSP = "\u00a0"


def told(name: str, language: str, zone: str, numbers: str) -> list[str]:
    """The lines of the body; `numbers`: messages blocked, new rooms, hours."""
    blocked, rooms, hours = numbers.split()
    given = {"blocked": blocked, "rooms": rooms, "hours": hours}
    given |= {"storage": "1234.50", "cost": "1199.9", "start": "2027-01-01T22:00:00Z"}
    text = render(TEMPLATES, name, given=given, language=language, zone=zone)
    return text.body.splitlines()


def test_nothing_is_to_be_put_right() -> None:
    """`check` finds nothing, in any of them."""
    assert TEMPLATES.check_all() == []


@pytest.mark.parametrize(
    ("numbers", "blocked", "rooms", "hours"),
    [
        (
            "1 1 1",
            "wurde 1 unerwünschte Nachricht abgewiesen.",
            "1 neuer Raum ist dazugekommen.",
            "1 Stunde dauert.",
        ),
        (
            "22 12 4",
            "wurden 22 unerwünschte Nachrichten abgewiesen.",
            "12 neue Räume sind dazugekommen.",
            "4 Stunden dauert; plant bitte um.",
        ),
        (
            "1000 2 1.5",
            "wurden 1.000 unerwünschte Nachrichten abgewiesen.",
            "2 neue Räume sind dazugekommen.",
            "1,5 Stunden dauert.",
        ),
    ],
)
def test_german(numbers: str, blocked: str, rooms: str, hours: str) -> None:
    """Verbs and nouns go with their numbers."""
    assert told("monatsbericht", "de", "Europe/Berlin", numbers) == [
        f"Diesen Monat {blocked}",
        rooms,
        f"Der Speicher hat 1.234,50 GB und kostet 1.199,90{NBSP}€ im Monat.",
        "",
        f"Am 1. Januar 2027 um 23:00 MEZ beginnt eine Wartung, die {hours}",
        "Wochentag und Uhrzeit: Freitag, 1. Januar 2027, 23:00 MEZ",
    ]


@pytest.mark.parametrize(
    ("numbers", "blocked", "rooms", "hours"),
    [
        (
            "1 1 1",
            "została odrzucona 1 niechciana wiadomość.",
            "Przybył 1 nowy pokój.",
            "1 godzinę.",
        ),
        (
            "22 4 2",
            "zostały odrzucone 22 niechciane wiadomości.",
            "Przybyły 4 nowe pokoje.",
            "2 godziny.",
        ),
        (
            "12 25 5",
            "zostało odrzuconych 12 niechcianych wiadomości.",
            "Przybyło 25 nowych pokoi.",
            "5 godzin; prosimy to uwzględnić.",
        ),
        (
            "112 5 1.5",
            "zostało odrzuconych 112 niechcianych wiadomości.",
            "Przybyło 5 nowych pokoi.",
            "1,5 godziny.",
        ),
    ],
)
def test_polish(numbers: str, blocked: str, rooms: str, hours: str) -> None:
    """Four forms, of verbs too, and the accusative of a length."""
    assert told("raport", "pl", "Europe/Warsaw", numbers) == [
        f"W tym miesiącu {blocked}",
        rooms,
        f"Dysk ma 1234,50 GB i kosztuje 1199,90{NBSP}zł miesięcznie.",
        "",
        f"1 stycznia 2027 o 23:00 CET zaczną się prace, które potrwają {hours}",
        "Termin: piątek, 1 stycznia 2027, 23:00 CET",
    ]


@pytest.mark.parametrize(
    ("numbers", "blocked", "rooms", "hours"),
    [
        (
            "1 1 1",
            "1 message indésirable a été rejeté.",
            "1 nouveau salon a été ouvert.",
            "1 heure.",
        ),
        (
            "22 2 1.5",
            "22 messages indésirables ont été rejetés.",
            "2 nouveaux salons ont été ouverts.",
            "1,5 heure.",
        ),
        (
            "12345 12 4",
            f"12{NBSP}345 messages indésirables ont été rejetés.",
            "12 nouveaux salons ont été ouverts.",
            f"4 heures{NBSP}; merci de le noter.",
        ),
    ],
)
def test_french(numbers: str, blocked: str, rooms: str, hours: str) -> None:
    """One and a half is singular, and the first of a month is an ordinal."""
    assert told("bilan", "fr", "Europe/Paris", numbers) == [
        f"Ce mois-ci, {blocked}",
        rooms,
        f"Le stockage est de 1{NBSP}234,50 Go et coûte 1{NBSP}199,90{NBSP}€ par mois.",
        "",
        f"Le 1er janvier 2027 à 23:00 CET commence une maintenance, qui durera {hours}",
        f"Date et heure{NBSP}: vendredi 1er janvier 2027, 23:00 CET",
    ]


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("monatsbericht", "de", "Diesen Monat kam keine unerwünschte Nachricht."),
        ("raport", "pl", "W tym miesiącu nie było niechcianych wiadomości."),
        ("bilan", "fr", "Ce mois-ci, aucun message indésirable."),
    ],
)
def test_none(name: str, language: str, said: str) -> None:
    """Nothing is a sentence of its own, and what is none leaves no gap."""
    first, second, *_ = told(name, language, "UTC", "0 0 1")
    assert first == said
    assert "GB" in second or "Go" in second
