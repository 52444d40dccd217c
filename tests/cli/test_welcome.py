"""`carillon lists welcome`: what a list says to whoever joins it."""

import json

from tests.cli.workplace import Workplace


def shown(place: Workplace, *words: str) -> object:
    done = place("lists", "welcome", *words, "--json")
    assert done.code == 0, done
    return json.loads(done.out)


def test_own_words(place: Workplace) -> None:
    """Given, looked at, and taken back; the configuration's template is said again."""
    before = shown(place)
    assert isinstance(before, dict)
    name, template = before["list"], before["template"]
    assert before["text"] is None
    said = place("lists", "welcome", name, "--body", "Good that you are here.\n\nBye.")
    assert "Good that you are here." in said.out
    expected = {"list": name, "template": template}
    expected["text"] = "Good that you are here.\n\nBye."
    assert shown(place) == expected
    assert shown(place, "--remove") == expected | {"text": None}
    again = place("lists", "welcome", "--remove")
    assert again.code == 1
    assert ("configuration file" if template else "no welcome") in again.err


def test_refused(place: Workplace) -> None:
    for words, code, why in (
        (("--body", "x", "--remove"), 2, "exclude each other"),
        (("nothing", "--body", "x"), 1, "no list 'nothing'"),
        (("--body", " "), 1, "The body is empty"),
        (("--body", "a\x01"), 1, "U+0001"),
    ):
        done = place("lists", "welcome", *words)
        assert done.code == code, done
        assert why in done.err, done
