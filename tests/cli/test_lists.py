"""`carillon lists`: made, changed and retired; who waits; places at somebody's wish."""

import json
import shutil

import pytest

from tests.cli.workplace import Workplace

BELLS = """
languages = ["en"]
title = { en = "Bells" }
description = { en = "Of them" }
"""
ANNA, BERT = "anna@example.org", "bert@example.org"


def named(place: Workplace) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in place.data("lists")["items"]}


def test_made_changed_retired(place: Workplace) -> None:
    """A list of the database is there beside those of the file, whatever that says;
    the trail tells who did what.
    """
    assert named(place)["maintenance"]["declared"] is True
    made = place.data("lists", "create", "weather", "--kind", "request")
    assert made["address"] == "weather@announce.example.org"
    assert (made["declared"], made["default"]) == (False, False)
    changed = place.data(
        *("lists", "change", "weather", "--title", "Wind"),
        *("--publisher", ANNA, "--publisher", BERT),
    )
    assert changed["publishers"] == [ANNA, BERT]
    changed = place.data("lists", "change", "weather", "--no-publisher", BERT)
    assert (changed["title"], changed["publishers"]) == ("Wind", [ANNA])
    assert changed["corrections"] is True
    changed = place.data("lists", "change", "weather", "--no-corrections")
    assert (changed["title"], changed["corrections"]) == ("Wind", False)
    assert "Wind" in place.done("lists")
    place.done("subscribers", "add", "weather", ANNA)
    retire = ("lists", "retire", "weather")
    code, seen = place.dialogue(*retire, turns=[("Retire it? [y/N]", "n\n")])
    assert (code, "carillon: nothing was retired" in seen) == (1, True)
    assert place.data(*retire, "--yes")["subscribers"] == 1
    assert "weather" not in named(place)
    actions = [one["action"] for one in place.data("audit")["items"]]
    assert actions == [
        *("retire-list", "subscribe", "change-list", "change-list", "change-list"),
        "create-list",
    ]


def test_reminders(place: Workplace) -> None:
    """As the file has them, a day and an hour before where it says nothing; by command
    in one option, an empty one takes them away.
    """
    assert named(place)["news"]["reminders"] == [86_400, 3_600]
    file = {"CARILLON_LISTS__NEWS__REMINDERS": '["2h"]'}
    shown = place("lists", "--json", env=file)
    [news] = [one for one in json.loads(shown.out)["items"] if one["name"] == "news"]
    assert news["reminders"] == [7_200]
    bad = {"CARILLON_LISTS__NEWS__REMINDERS": '["99d"]'}
    assert "lists.news.reminders: '99d': a reminder" in place("lists", env=bad).fault()
    made = place.data("lists", "create", "weather", "--reminders", "3d, 2h")
    assert made["reminders"] == [259_200, 7_200]
    assert (
        "--reminders: 'soon'"
        in place(*("lists", "change", "weather", "--reminders", "soon")).fault()
    )
    changed = place.data("lists", "change", "weather", "--reminders", "")
    assert changed["reminders"] == []


def test_send_window(place: Workplace) -> None:
    """Given and changed by command like the other keys; what is not named stays, and
    what is none is refused by the name of its option.
    """
    hours = "09:00-20:00 MO TU WE TH FR"
    made = place.data("lists", "create", "weather", "--send-window", hours)
    assert window(made) == (hours, "list", "wait")
    changed = place.data("lists", "change", "weather", "--send-window-zone", "reader")
    assert window(changed) == (hours, "reader", "wait")
    changed = place.data(
        *("lists", "change", "weather", "--outside", "skip"),
        *("--send-window", "22:00-2:00"),
    )
    assert window(changed) == ("22:00-02:00", "reader", "skip")
    shown = place.done("lists", "show", "weather")
    assert "22:00-02:00, on each reader's clocks; what falls outside is left" in shown
    assert window(place.data("lists", "show", "weather")) == window(changed)
    for bad in ("9-17", "09:00-20:00 XX", "00:00-00:00"):
        fault = place("lists", "change", "weather", "--send-window", bad).fault()
        assert fault.startswith(f"carillon: --send-window: {bad!r} is no send window")
    changed = place.data("lists", "change", "weather", "--send-window", "")
    assert window(changed) == (None, None, None)
    fault = place("lists", "change", "weather", "--outside", "skip").fault()
    assert fault == "carillon: --outside: it goes with a send window."


def window(entry: dict[str, object]) -> tuple[object, ...]:
    return entry["send_window"], entry["send_window_zone"], entry["outside"]


def test_the_file_says_what_its_readers_clients_know(place: Workplace) -> None:
    """Corrections go out in place unless a list says otherwise."""
    assert named(place)["maintenance"]["corrections"] is True
    with place.config.open("a") as file:
        file.write("[lists.pager]\ncorrections = false\n")
    assert named(place)["pager"]["corrections"] is False


@pytest.mark.parametrize("verb", ["change", "retire"])
def test_the_files_own(place: Workplace, verb: str) -> None:
    """What stands in the file is changed there, and the refusal says so."""
    assert "[lists.maintenance]" in place("lists", verb, "maintenance").fault()


def test_who_waits(place: Workplace) -> None:
    """Shown in the order of asking, let in or refused, all or none."""
    place.done("lists", "create", "club", "--kind", "request", "--welcome", "")
    for jid in (ANNA, BERT):
        assert place.data("lists", "join", "club", jid)["outcome"] == "asked"
    assert place.data("lists", "requests") == {
        "items": [{"list": "club", "waiting": 2}]
    }
    items = place.data("lists", "requests", "club")["items"]
    assert [one["jid"] for one in items] == [ANNA, BERT]
    first = place.data("lists", "requests", "club", "--limit", "1")
    assert len(first["items"]) == 1
    rest = place.data("lists", "requests", "club", "--after", str(first["after"]))
    assert [one["jid"] for one in rest["items"]] == [BERT]
    assert "does not wait" in place("lists", "approve", "club", ANNA, "x@y").fault()
    assert "1 let in" in place.done("lists", "approve", "club", ANNA)
    assert "1 refused" in place.done("lists", "refuse", "club", BERT)
    assert place.data("lists", "requests", "club")["items"] == []
    [mine] = [one for one in place.data("lists", "mine", ANNA)["items"] if one["since"]]
    assert mine["list"] == "club"


def test_places(place: Workplace) -> None:
    """Who asks the operator for it joins and leaves by the rules for him, and is not
    brought back by an import.
    """
    assert "is on" in place.done("lists", "join", "maintenance", ANNA)
    assert "has left" in place.done("lists", "leave", "maintenance", ANNA)
    people = place.folder / "people.csv"
    people.write_text(f"jid\n{ANNA}\n")
    place.done("subscribers", "import", "maintenance", str(people))
    assert "is not on" in place.done("lists", "leave", "maintenance", ANNA)
    assert "trusted" in place("lists", "join", "maintenance", "eve@evil.test").fault()


def test_a_welcome_that_is_gone(place: Workplace) -> None:
    """Check names a list of the database whose template is no more."""
    place.add_template("bells", "They ring.", BELLS)
    place.done("lists", "create", "weather", "--welcome", "bells")
    shutil.rmtree(place.folder / "templates" / "bells")
    assert "'bells'; no template is called so" in " ".join(place("check").out.split())


def test_in_both(place: Workplace) -> None:
    """What a command made and the file names is the file's, and check says so."""
    place.done("lists", "create", "weather", "--title", "Ours")
    with place.config.open("a") as file:
        file.write('\n[lists.weather]\ntitle = "Theirs"\n')
    assert named(place)["weather"]["title"] == "Theirs"
    assert "made by command" in place("check").out
