"""However a person's JID is written, at every door he is one."""

import json

import pytest

from bot.domain.access import Role
from bot.domain.jid import bare_of
from bot.domain.schedule import Origin, PeopleAudience
from bot.service.requests.request import ScheduleRequest
from bot.settings import load
from tests.cli.workplace import Workplace

#: as somebody writes them, and as servers do
WRITTEN = ("anna@straße.test", "Anna@STRASSE.test", "anna@\u017ftra\u00df\u00ade.test")
ANNA = "anna@strasse.test"


def on_it(place: Workplace) -> list[str]:
    return [one["jid"] for one in place.data("subscribers", "list", "news")["items"]]


@pytest.mark.parametrize("again", WRITTEN)
def test_added_and_removed(place: Workplace, again: str) -> None:
    """Who is added under one form is there under the other, and removed by it."""
    place.done("subscribers", "add", "news", WRITTEN[0], "--no-welcome")
    assert place.data("subscribers", "add", "news", again)["added"] == 0
    assert on_it(place) == [ANNA]
    place.done("subscribers", "remove", "news", again)
    assert on_it(place) == []


def test_imported(place: Workplace) -> None:
    """A file in which somebody stands under two forms has him twice."""
    file = place.folder / "people.txt"
    file.write_text("\n".join([*WRITTEN, "bob@straße.test"]))
    ran = place("subscribers", "import", "news", str(file))
    assert (ran.code, "2 duplicates" in ran.out) == (0, True)
    assert on_it(place) == [ANNA, "bob@strasse.test"]
    file.write_text("anna\ncarol")
    place.done(*("subscribers", "import", "news", str(file), "--domain", "straße.test"))
    assert on_it(place) == [ANNA, "bob@strasse.test", "carol@strasse.test"]


def test_who_leaves_himself(place: Workplace) -> None:
    """Who was imported leaves by what the server calls him, and is told no more."""
    place.done("subscribers", "add", "news", WRITTEN[0], "--no-welcome")
    with place.use_cases() as use_cases:
        leave = use_cases.subscribers.leave
        stamped = bare_of(f"{ANNA}/phone") or ""
        to = "news@announce.example.org"
        assert use_cases.database.call(leave, stamped, to) == 1
    assert on_it(place) == []


def test_named_in_the_configuration(place: Workplace) -> None:
    """Admins, auditors, publishers, domains and who is told have what they are given,
    in whatever form.
    """
    given = json.dumps([WRITTEN[0]])
    text = place.config.read_text()
    text = text.replace("[access]\n", f"[access]\nauditors = {given}\n")
    text = text.replace('admins = ["admin@example.org"]', f"admins = {given}")
    text = text.replace("[lists.news]\n", f"[lists.news]\npublishers = {given}\n")
    place.config.write_text(f"{text}\n[notify]\njids = {given}\n")
    settings = load(place.config)
    assert settings.access.admins == settings.access.auditors == [ANNA]
    assert settings.lists["news"].publishers == settings.notify.jids == [ANNA]
    with place.use_cases() as use_cases:
        assert use_cases.policy.caller(ANNA).role is Role.ADMIN
        # no form of a name that servers would not register has a right
        assert bare_of("ann\u1d43@strasse.test") is None


def test_asked_for(place: Workplace) -> None:
    """Whose jobs and whose requests are wanted may be said in any form."""
    text = place.config.read_text()
    place.config.write_text(
        text.replace('"admin@example.org"', json.dumps(WRITTEN[0], ensure_ascii=False))
    )
    with place.use_cases() as use_cases:
        caller = use_cases.policy.caller(ANNA)
        for number, _ in enumerate(WRITTEN):
            request = ScheduleRequest(
                origin=Origin.IQ,
                people=WRITTEN,
                bodies=(("en", "Hello"),),
                delay_seconds="3600",
                client_id=f"hers-{number}",
            )
            create = use_cases.schedules.create
            report, _ = use_cases.database.call(create, caller, request)
            assert report.schedule.audience == PeopleAudience(jids=(ANNA,))
    for number, form in enumerate(WRITTEN):
        name = f"hers-{number}"
        done = place.data("schedules", "cancel", name, "--owner", form)
        assert (done["owner"], done["state"]) == (ANNA, "cancelled")
