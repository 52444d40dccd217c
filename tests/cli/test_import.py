"""`subscribers import` and `subscribers export`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.cli.workplace import Outcome, Workplace

CSV = "jid,language,timezone\nanna@example.org,de,Europe/Berlin\nbert@example.org,,\n"
BAD = f"{CSV}no jid,,\nbert@example.org,,\ncarl@example.org,xx yy,\n"


def importing(place: Workplace, text: str | bytes, *more: str, name: str) -> Outcome:
    file = place.folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place("subscribers", "import", "news", str(file), *more)


def people(place: Workplace) -> list[tuple[str, str | None, str | None]]:
    items = place.data("subscribers", "list", "news")["items"]
    return [(one["jid"], one["language"], one["timezone"]) for one in items]


def jids(place: Workplace) -> list[str]:
    return [jid for jid, _, _ in people(place)]


def trail(place: Workplace) -> list[tuple[str, str]]:
    items = place.data("audit")["items"]
    return [(one["about"], one["result"]) for one in items]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", CSV.encode()),
        ("people.csv", b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode()),
        ("people.csv", CSV.replace(",", ";").encode()),
        ("people.txt", CSV.encode()),
        (
            "people.jsonl",
            (
                b'{"jid": "anna@example.org", "language": "de", "timezone":'
                b' "Europe/Berlin"}\n{"jid": "bert@example.org"}\n'
            ),
        ),
        (
            "people.jsonl",
            (
                b'\xef\xbb\xbf{"jid": "anna@example.org", "language": "de", "timezone":'
                b' "Europe/Berlin"}\n\xef\xbb\xbf{"jid": "bert@example.org"}\n'
            ),
        ),
    ],
    ids=["csv", "bom-crlf", "semicolon", "by-its-header", "jsonl", "put-together"],
)
def test_import(place: Workplace, name: str, text: bytes) -> None:
    """Everybody in the file is put on the list, with what they prefer."""
    ran = importing(place, text, name=name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "2 added to news.\n"
    assert people(place) == [
        ("anna@example.org", "de", "Europe/Berlin"),
        ("bert@example.org", None, None),
    ]
    about = f"news: import of {name}: people 2, duplicates 0, bad lines left out 0"
    assert trail(place) == [(about, "done")]


def test_bad_lines_keep_all_out(place: Workplace) -> None:
    """All or nothing: each bad line is shown with its number, value and reason."""
    ran = importing(place, BAD, name="people.csv")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "line 4: no jid: there is no @; --domain says whose users such names are",
        "line 6: carl@example.org: 'xx yy' is no language tag such as 'en'",
        "line 5: bert@example.org stands in line 3",
        (
            "carillon: 2 bad lines, so nobody was added."
            " Correct the file, or leave them out with --skip-bad."
        ),
    ]
    assert jids(place) == []
    assert trail(place) == [("news: import of people.csv", "invalid")]


def test_the_good_lines(place: Workplace) -> None:
    """With --skip-bad the others are added, and every kind is counted apart."""
    place.done("subscribers", "add", "news", "anna@example.org")
    ran = importing(place, BAD, "--skip-bad", name="people.csv")
    assert ran.code == 0
    assert ran.out == (
        "1 added to news; 1 stood there already; 1 has another language or zone now;"
        " 1 duplicate; 2 bad lines left out.\n"
    )
    assert jids(place) == ["anna@example.org", "bert@example.org"]


@pytest.mark.parametrize("more", [(), ("--skip-bad",)])
def test_a_dry_run(place: Workplace, more: tuple[str, ...]) -> None:
    """It tells what the real run would do, by its exit code too, and does nothing."""
    ran = importing(place, BAD, "--dry-run", *more, name="people.csv")
    assert ran.code == (0 if more else 1)
    if more:
        assert ran.out == (
            "2 would be added to news; 1 duplicate; 2 bad lines left out.\n"
        )
    else:
        assert "nobody would be added" in ran.err
    assert jids(place) == []
    assert trail(place) == []


def test_json(place: Workplace) -> None:
    """Programs get every bad line and duplicate, on success and on failure."""
    text = "jid,age\n" + "".join(f"bad {number},7\n" for number in range(30))
    ran = importing(
        place, text + "a@example.org,\nA@example.org,\n", "--json", name="x.csv"
    )
    assert ran.fault() == (
        "carillon: 30 bad lines, so nobody was added."
        " Correct the file, or leave them out with --skip-bad."
    )
    found = json.loads(ran.out)
    assert len(found["bad"]) == 30
    assert found["bad"][29]["line"] == 31
    assert found["bad"][29]["value"] == "bad 29"
    assert "there is no @" in found["bad"][29]["why"]
    assert found["duplicates"] == [{"line": 33, "jid": "a@example.org", "first": 32}]
    assert found["unused"] == ["age"]
    counts = {"people": 1, "added": 0, "there": 0, "changed": 0}
    counts |= {
        "left": 0,
        "suspended": 0,
        "forgotten": 0,
        "own": 0,
        "duplicates": 1,
        "bad": 30,
    }
    assert found["counts"] == counts
    ran = importing(place, CSV, "--json", name="people.csv")
    found = json.loads(ran.out)
    assert (found["bad"], found["duplicates"], found["dry_run"]) == ([], [], False)
    assert found["counts"]["added"] == 2


def test_many_bad_lines_are_cut(place: Workplace) -> None:
    """People see the first twenty, and how many more there are."""
    text = "".join(f"bad {number}@example.org\n" for number in range(30))
    lines = importing(place, text, name="people.txt").err.splitlines()
    assert len(lines) == 22
    assert lines[19].startswith("line 20: ")
    assert lines[20] == "and 10 bad lines more; --json has them all"


def test_columns_that_are_not_used(place: Workplace) -> None:
    """They are named once."""
    text = "jid,name,team\nanna@example.org,Anna,x\nbert@example.org,Bert,y\n"
    ran = importing(place, text, name="people.csv")
    assert (ran.code, ran.err) == (0, "these columns are not used: name, team\n")
    ran = importing(place, "jid,team\nanna@example.org,x\n", name="people.csv")
    assert (ran.code, ran.err) == (0, "this column is not used: team\n")


def test_preferences_that_change(place: Workplace) -> None:
    """It is told how many have another language or zone now, or would have."""
    importing(place, CSV, name="people.csv")
    other = CSV.replace(",de,", ",pl,")
    ran = importing(place, other, "--dry-run", name="people.csv")
    assert "2 stood there already; 1 would get another language or zone." in ran.out
    assert people(place)[0][1] == "de"
    ran = importing(place, other, name="people.csv")
    assert ran.out.replace("\n", " ").rstrip() == (
        "0 added to news; 2 stood there already; 1 has another language or zone now."
    )
    assert people(place)[0][1] == "pl"


def test_latin_1(place: Workplace) -> None:
    """A line in another encoding than UTF-8 is told as such."""
    ran = importing(place, b"jid\nj\xf6rg@example.org\n", name="people.csv")
    assert ran.err.splitlines()[0] == (
        "line 2: j\\udcf6rg@example.org: the line is not UTF-8; save the file as UTF-8"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "jid;language\nnobody;de\n"),
        ("people.jsonl", '{"jid": "nobody"}\n'),
        ("people.txt", "nobody\n"),
    ],
)
def test_names_without_a_domain(place: Workplace, name: str, text: str) -> None:
    """They are nobody, in every format, until --domain says whose users they are."""
    assert "there is no @; --domain" in importing(place, text, name=name).err
    assert jids(place) == []
    ran = importing(place, text, "--domain", "example.org", name=name)
    assert (ran.code, jids(place)) == (0, ["nobody@example.org"])


def test_standard_input(place: Workplace) -> None:
    """- is stdin; names without @ are completed by --domain."""
    command = place.command(
        "subscribers", "import", "news", "-", "--domain", "Example.ORG"
    )
    shell = f"printf 'anna\\nbert\\n' | {' '.join(command)}"
    ran = place.program(command=["sh", "-c", shell])
    assert (ran.code, ran.out) == (0, "2 added to news.\n"), ran.err
    assert jids(place) == ["anna@example.org", "bert@example.org"]
    assert trail(place)[0][0].startswith("news: import of stdin: people 2")


@pytest.mark.parametrize(
    ("text", "name", "more", "says"),
    [
        (b"", "people.txt", (), "does not tell its format"),
        (b"<?xml version='1.0'?>\n<users/>\n", "people.txt", (), "is XML or HTML"),
        (b"<html>\n", "people.csv", (), "is XML or HTML"),
        (b"[\n", "people.txt", (), "does not tell its format"),
        (b"Email\na@example.org\n", "people.txt", (), "under email are JIDs"),
        (b"name;e-mail\n", "people.txt", (), "under e-mail are JIDs"),
        (b"anna@example.org,de\n", "people.txt", (), "--format csv"),
        (b"anna@example.org,de\n", "people.csv", (), "no column jid"),
        (CSV.encode("utf-16"), "people.csv", (), "no text in UTF-8"),
        (b"\0" * 2_000_000, "people.txt", (), "line without end"),
        (b"anna\n", "people.txt", (), "1 bad line,"),
        (b"jid\ncaf\xe9@example.org\n", "people.csv", (), "1 bad line,"),
        (CSV.encode(), "people.csv", ("--welcome",), "'news' has no welcome"),
    ],
)
def test_files_that_cannot_be_used(
    place: Workplace, text: bytes, name: str, more: tuple[str, ...], says: str
) -> None:
    """One line says what is wrong with the file and what to do; nobody is added."""
    with place.config.open("a") as file:
        file.write('welcome = ""\n')
    ran = importing(place, text, *more, name=name)
    assert ran.code == 1
    assert says in ran.err.splitlines()[-1]
    assert jids(place) == []


def test_no_such_file(place: Workplace) -> None:
    """A file that is not there, or is a folder, is named; so is an unknown list."""
    ran = place("subscribers", "import", "news", "nowhere.csv")
    assert ran.fault() == "carillon: nowhere.csv: No such file or directory"
    ran = place("subscribers", "import", "news", str(place.folder))
    assert "Is a directory" in ran.fault()
    (place.folder / "people.csv").write_text(CSV)
    ran = place("subscribers", "import", "olds", str(place.folder / "people.csv"))
    assert "There is no list 'olds'" in ran.fault()


@pytest.mark.parametrize("domain", ["a@b", "a b", ""])
def test_no_such_domain(place: Workplace, domain: str) -> None:
    """--domain wants a domain."""
    ran = importing(place, "anna\n", "--domain", domain, name="people.txt")
    assert "--domain" in ran.fault(2)


def test_a_file_of_nobody(place: Workplace) -> None:
    """A list that is empty is imported as such."""
    ran = importing(place, "jid,language\r\n", name="people.csv")
    assert (ran.code, ran.out) == (0, "0 added to news.\n")


def test_a_bar_on_a_terminal_only(place: Workplace) -> None:
    """A bar shows how far it is where somebody looks; a pipe gets the last line."""
    file = place.folder / "people.csv"
    file.write_text(CSV)
    code, seen = place.terminal("subscribers", "import", "news", str(file))
    assert code == 0
    assert "reading" in seen
    assert "adding" in seen
    assert "100%" in seen
    assert "2 added to news." in seen
    ran = place.program("subscribers", "import", "news", str(file))
    assert (ran.out, ran.err) == ("0 added to news; 2 stood there already.\n", "")


def export(place: Workplace, *words: str) -> str:
    return place.done("subscribers", "export", *words)


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl"])
def test_an_export_imports_again(place: Workplace, name: str) -> None:
    """Into another database it brings the same people with the same preferences."""
    odd = [
        "=1+1@example.org",
        "a;b,c@example.org",
        "büro☃♪@example.org",
        "relay@x.net",
    ]
    place.done("subscribers", "add", "news", *odd, "--no-welcome")
    place.done("subscribers", "add", "news", odd[0], "--language", "de", "--tz", "UTC")
    place.done("subscribers", "add", "news", "gone@example.org")
    place.done("subscribers", "remove", "news", "gone@example.org")
    hours = ("--quiet-from", "22:00", "--quiet-to", "7:00", "--quiet-days", "MO")
    tomorrow = SystemClock().now().date() + timedelta(days=1)
    pause = ("--paused-until", f"{tomorrow} 09:00Z")
    place.done("people", "preferences", odd[2], *hours, *pause)
    # seen at the reader's client, never chosen
    with place.use_cases() as service:
        service.database.call(service.subscribers.alive, odd[2], "pl")
    file = place.folder / name
    ran = place("subscribers", "export", "news", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", "4 written\n")
    assert file.stat().st_mode & 0o777 == 0o600
    (place.folder / "elsewhere").mkdir()
    elsewhere = Workplace(place.folder / "elsewhere")
    elsewhere.done("db", "upgrade")
    elsewhere.done("subscribers", "import", "news", str(file))
    again = place.folder / f"again-{name}"
    elsewhere.done("subscribers", "export", "news", str(again))
    assert lines(again) == lines(file)
    assert "22:00-07:00 MO" in again.read_text()
    assert f"{tomorrow}T09:00:00Z" in again.read_text()


def lines(file: Path) -> list[str]:
    return sorted(file.read_text().splitlines())


def test_export_by_default(place: Workplace) -> None:
    """Without a file it is CSV on stdout; --json tells what was written to a file."""
    importing(place, CSV, name="people.csv")
    assert export(place, "news").splitlines() == [
        "jid,language,timezone,language_seen,suspended,quiet,paused_until",
        "anna@example.org,de,Europe/Berlin,,,,",
        "bert@example.org,,,,,,",
    ]
    file = str(place.folder / "out.jsonl")
    told = place.data("subscribers", "export", "news", file)
    assert told == {"list": "news", "file": file, "written": 2}
    assert "name one" in place("subscribers", "export", "news", "--json").fault(2)
    assert "no list 'olds'" in place("subscribers", "export", "olds").fault()
