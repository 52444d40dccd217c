"""`check` where no server answers: what it finds on this machine, and what it skips."""

import importlib
import json
import os
import pwd
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workplace import Outcome, Workplace
from tests.servers import programs
from tests.zones import HOUR, Rules

#: what needs a server that answers
ONLINE = [
    *("login", "stream management", "rights", "server", "clock", "send rate"),
    *("people", "delegation", "no-reply", "capabilities", "commands"),
]

#: what every check has, in this order
ROWS = [
    *("configuration", "permissions", "database", "disk", "storage"),
    *("templates", "time zones", "dns", "port", "tls", "service", *ONLINE),
]


def checked(place: Workplace, **env: str) -> dict[str, dict[str, Any]]:
    """The JSON of a check that found faults, the first finding of each name."""
    ran = place("check", "--json", env=env)
    assert ran.code == 1
    return by_name(ran.out)


def by_name(out: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in json.loads(out)["checks"]:
        found.setdefault(one["check"], one)
    return found


def clock_of(year: str) -> dict[str, str]:
    """In the environment of a process, for which that year has just begun."""
    library = str(programs.faketime())
    return {"LD_PRELOAD": library, "FAKETIME": f"@{year}-01-01 00:00:00"}


def test_nobody_answers(place: Workplace) -> None:
    """A closed port is the fault; what needs a login is skipped and says why."""
    place.config.chmod(0o600)
    ran = place("check")
    assert ran.fault() == "carillon: to put right: port"
    found = checked(place)
    assert "127.0.0.1 port 1: Connection refused" in found["port"]["what"]
    assert found["port"]["change"].endswith(f"host and port: {place.config}:7")
    assert {found[name]["result"] for name in ONLINE} == {"skipped"}
    assert {found[name]["what"] for name in ONLINE} == {"no server answers"}
    faults = [name for name, one in found.items() if one["result"] == "fault"]
    assert faults == ["port"]
    assert list(found) == ROWS


def test_rows_without_a_server_and_a_database(bare_place: Workplace) -> None:
    """No row is left out: whether a service runs is skipped where nobody can tell."""
    found = checked(bare_place, CARILLON_DATABASE__URL="sqlite:////nowhere/c.db")
    assert list(found) == ROWS
    assert found["service"]["result"] == "skipped"
    assert "cannot be told" in found["service"]["what"]


def test_rows_without_an_address(place: Workplace) -> None:
    """Nor is one left out for an account whose domain DNS does not know."""
    text = place.config.read_text().replace('"component"', '"account"')
    text = text.replace('"announce.example.org"', '"bot@nowhere.invalid"')
    text = text.replace('host = "127.0.0.1"', "").replace("port = 1\n", "")
    place.config.write_text(text)
    found = checked(place)
    assert list(found) == ROWS
    assert found["port"]["result"] == "skipped"


def test_the_screen(place: Workplace) -> None:
    """Each check has its line; under the table stands what to change, worst first."""
    place.config.chmod(0o604)
    (place.folder / "carillon.db").chmod(0o600)
    out = place("check").out
    table, *changes = out.split("\n\n")
    rows = [line.split()[0] for line in table.splitlines()]
    assert rows[:4] == ["check", "configuration", "permissions", "database"]
    assert changes[0] == (f"permissions (fault), change:\n  chmod o= {place.config}")
    assert changes[1].startswith("port (fault), change:\n  start the server")
    assert "2 fault" in changes[-1]


def test_a_configuration_that_cannot_be_used(place: Workplace) -> None:
    """Each of its faults has a line with file and line; time zones are looked at."""
    text = place.config.read_text().replace("port = 1", "port = 0")
    text = text.replace("title =", "titel =")
    place.config.write_text(text)
    line = text[: text.index("titel")].count("\n") + 1
    ran = place("check", "--json")
    assert ran.fault() == "carillon: to put right: configuration"
    found = json.loads(ran.out)["checks"]
    faults = [one["what"] for one in found if one["result"] == "fault"]
    assert [text.split(": ")[0] for text in faults] == [
        f"{place.config}:7",
        f"{place.config}:{line}",
    ]
    # whose rules may be old when the tests run
    looked = [one["check"] for one in found if one["result"] in {"ok", "warning"}]
    assert looked == ["time zones"]
    assert {one["check"] for one in found} == set(ROWS)


def test_before_the_first_run(bare_place: Workplace) -> None:
    """A database is no fault before there is one, and none is made."""
    found = checked(bare_place)
    assert found["database"]["result"] == "ok"
    assert "`carillon run` makes the tables" in found["database"]["what"]
    assert not (bare_place.folder / "carillon.db").exists()


def test_a_database_in_no_folder(bare_place: Workplace) -> None:
    """A folder that does not exist is a fault, with the command that makes it."""
    folder = bare_place.folder / "new" / "data folder"
    url = f"sqlite:///{folder}/c.db"
    one = checked(bare_place, CARILLON_DATABASE__URL=url)["database"]
    assert one["result"] == "fault"
    assert f"There is no folder {folder} for the database" in one["what"]
    [command, *_] = one["change"].splitlines()
    subprocess.run(command, shell=True, check=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert checked(bare_place, CARILLON_DATABASE__URL=url)["database"]["result"] == "ok"


def test_a_folder_that_root_makes(place: Workplace) -> None:
    """Where we may not make the folder, the command gives it to us."""
    text = place.config.read_text()
    place.config.write_text(text.replace("/carillon.db", "/data/carillon.db"))
    place.folder.chmod(0o500)
    try:
        found = by_name(powerless(place).out)["database"]
    finally:
        place.folder.chmod(0o700)
    us = pwd.getpwuid(os.getuid()).pw_name
    assert found["change"] == f"install -d -m 700 -o {us} {place.folder}/data"


def test_run_without_the_folder(bare_place: Workplace) -> None:
    """`run` names the folder that is missing, not a file in it."""
    url = f"sqlite:///{bare_place.folder}/data/c.db"
    ran = bare_place.program("run", env={"CARILLON_DATABASE__URL": url})
    assert f"There is no folder {bare_place.folder}/data" in ran.fault()
    assert ".lock" not in ran.err


def test_an_old_database(place: Workplace) -> None:
    """A schema that differs is a fault that names the command."""
    (place.folder / "carillon.db").write_bytes(b"")
    assert checked(place)["database"]["result"] == "ok"  # empty is new
    (place.folder / "carillon.db").write_bytes(b"no database" * 500)
    assert checked(place)["database"]["result"] == "fault"


def test_a_relative_database(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that depends on where a command is started is warned of."""
    monkeypatch.chdir(place.folder)
    found = checked(place, CARILLON_DATABASE__URL="sqlite:///carillon.db")
    one = found["database"]
    assert one["result"] == "warning"
    wanted = f'CARILLON_DATABASE__URL: url = "sqlite:///{place.folder}/carillon.db"'
    assert one["change"] == wanted


@pytest.mark.parametrize(
    ("mode", "change"),
    [(0o644, "chmod o= "), (0o602, "chmod o-w "), (0o640, None), (0o600, None)],
)
@pytest.mark.parametrize("name", ["carillon.toml", "password"])
def test_modes(place: Workplace, name: str, mode: int, change: str | None) -> None:
    """Who may read a secret or change a file is told with the command that helps."""
    text = place.config.read_text()
    place.config.chmod(0o600)
    (place.folder / "carillon.db").chmod(0o600)
    file = place.folder / name
    if name == "password":
        file.write_text("secret\n")
        line = next(one for one in text.splitlines() if one.startswith("password"))
        place.config.write_text(text.replace(line, f'password_file = "{file}"'))
    file.chmod(mode)
    found = checked(place)["permissions"]
    assert found["change"] == (f"{change}{file}" if change else None)
    assert found["result"] == ("fault" if change else "ok")


def test_a_configuration_without_secrets_may_be_read(place: Workplace) -> None:
    """Where the secret is in a file of its own, anybody may read the configuration."""
    secret = place.folder / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    (place.folder / "carillon.db").chmod(0o600)
    text = place.config.read_text()
    place.config.write_text(
        text.replace('password = "not shown"', f'password_file = "{secret}"')
    )
    place.config.chmod(0o644)
    assert checked(place)["permissions"]["result"] == "ok"
    place.config.write_text(
        place.config.read_text().replace(
            "sqlite:///" + str(place.folder), "postgresql+psycopg://u:pw@127.0.0.1:1"
        )
    )
    assert checked(place)["permissions"]["result"] == "fault"


#: root without what lets root read and write everything
POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def powerless(place: Workplace) -> Outcome:
    command = place.command("check", "--json")
    return place.program(
        command=[*POWERLESS, *command] if os.getuid() == 0 else command
    )


def test_an_unreadable_configuration(place: Workplace) -> None:
    """A configuration that may not be read is named with the reason."""
    place.config.chmod(0)
    found = by_name(powerless(place).out)["configuration"]
    assert found["result"] == "fault"
    assert f"{place.config}: Permission denied" in found["what"]


def test_an_unreadable_secret(place: Workplace) -> None:
    """So is a secret, with the line that names it."""
    secret = place.folder / "secret"
    secret.touch(0)
    text = place.config.read_text()
    place.config.write_text(
        text.replace('password = "not shown"', f'password_file = "{secret}"')
    )
    found = by_name(powerless(place).out)["configuration"]
    assert found["what"].startswith(f"{place.config}:5: xmpp: password_file: ")
    assert "Permission denied" in found["what"]


def test_a_database_that_is_not_ours(place: Workplace) -> None:
    """A folder that may not be written to is a fault, though the file may."""
    place.folder.chmod(0o500)
    try:
        out = powerless(place).out
    finally:
        place.folder.chmod(0o700)
    found = by_name(out)["database"]
    faults = [one for one in json.loads(out)["checks"] if one["check"] == "database"]
    assert found["result"] == "fault"
    assert f"{place.folder} is not ours to write to" in found["what"]
    assert len(faults) == 1
    assert found["change"].endswith(str(place.folder))


def test_a_template_that_is_missing(place: Workplace) -> None:
    """A missing welcome template is found."""
    with place.config.open("a") as file:
        file.write('welcome = "nothing"\n')
    found = checked(place)["templates"]
    assert found["result"] == "fault"
    assert "no template is called 'nothing'" in found["what"]


def test_old_zone_data(place: Workplace) -> None:
    """Rules of time zones that are years old are warned of."""
    ran = place.program("check", "--json", env=clock_of("2040"))
    assert by_name(ran.out)["time zones"]["result"] == "warning"


def test_a_list_in_a_zone_without_summer(place: Workplace) -> None:
    """A list's zone that means other clocks than one may think is warned of."""
    text = place.config.read_text().replace("Europe/Warsaw", "EST")
    place.config.write_text(text)
    found = json.loads(place("check", "--json").out)["checks"]
    warnings = [one["what"] for one in found if one["result"] == "warning"]
    assert (
        "[lists.maintenance] timezone: EST never has summer time;"
        " America/New_York has it"
    ) in warnings


def test_which_zone_data(place: Workplace, tmp_path: Path) -> None:
    """Which rules of time zones are used is told, and which are older."""
    older = tmp_path / "older"
    (older / "Europe").mkdir(parents=True)
    (older / "Europe" / "Warsaw").write_bytes(Rules(5 * HOUR).as_file())
    (older / "+VERSION").write_text("1999a\n")
    newest = importlib.import_module("tzdata").IANA_VERSION
    env = {"PYTHONTZPATH": str(older), **clock_of(newest[:4])}
    found = by_name(place.program("check", "--json", env=env).out)["time zones"]
    assert found["result"] == "ok"
    assert found["what"] == (
        f"{newest}, from the Python package tzdata; older: {older} (1999a)"
    )
    (older / "+VERSION").write_text("9999z\n")
    said = by_name(place.program("check", "--json", env=env).out)["time zones"]["what"]
    assert said.startswith(f"9999z, from {older}; older: ")


def test_options_of_the_other_account(place: Workplace) -> None:
    """What belongs together is asked for together; a file that is away is named."""
    assert "--as" in place("check", "--server", "h").fault(2)
    assert "--password-file" in place("check", "--as", "a@example.org").fault(2)
    away = place("check", "--as", "a@example.org", "--password-file", "/nowhere")
    assert "/nowhere" in away.fault()
    empty = place("check", "--as", "a@example.org", "--password-file", "/dev/null")
    assert empty.fault().startswith("carillon: --password-file: /dev/null: it is empty")
    bad = place("check", "--as", "a", "--password-file", str(place.config))
    assert "user@domain" in bad.fault()


def test_nobody_to_turn_to(place: Workplace) -> None:
    """Where who answers is not told whom to turn to, a warning says what to write."""
    place.config.chmod(0o600)
    found = json.loads(place("check", "--json").out)["checks"]
    [one] = [one for one in found if "whom to turn to" in one["what"]]
    assert (one["check"], one["result"]) == ("configuration", "warning")
    assert one["change"].endswith('contact = "xmpp:admin@example.org"')
    text = place.config.read_text()
    place.config.write_text(text.replace("port = 1", 'port = 1\ncontact = "Room 12"'))
    found = json.loads(place("check", "--json").out)["checks"]
    assert not [one for one in found if "whom to turn to" in one["what"]]
