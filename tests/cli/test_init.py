"""`init` without a server: what it asks, writes, shows and refuses."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.program import app
from bot.settings import load
from bot.store import upgrade
from tests.cli.workplace import CTRL_C, CTRL_D, Outcome, Workplace

ALL = (
    *("--jid", "announce.example.org", "--admin", "admin@example.org"),
    *("--server", "prosody", "--tz", "Europe/Warsaw"),
)


class Place(Workplace):
    """Nothing is configured yet; `init` does not take -c."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config.unlink()
        self.dir = folder / "carillon"
        self.config = self.dir / "carillon.toml"
        command = f"carillon init --server prosody --dir {self.dir}"
        self.again = f"run `{command}` again to go on"

    def command(self, *args: str) -> list[str]:
        command = super().command(*args)
        at = command.index("-c")
        return [*command[:at], *command[at + 2 :], "--dir", str(self.dir)]

    def __call__(self, *args: str, **_: object) -> Outcome:
        ran = CliRunner().invoke(app, ["init", "--dir", str(self.dir), *args])
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Outcome(ran.exit_code, ran.stdout, ran.stderr)


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_is_written(empty: Place) -> None:
    """The configuration is small, explained, and says what was given."""
    assert empty(*ALL, "--no-test").code == 0
    found = load(empty.config)
    assert found.xmpp.jid == "announce.example.org"
    assert found.access.admins == found.notify.jids == ["admin@example.org"]
    assert found.lists["maintenance"].timezone == "Europe/Warsaw"
    assert found.lists["maintenance"].default
    assert found.database.url == f"sqlite:///{empty.dir}/carillon.db"
    assert found.xmpp.secret == (empty.dir / "secret").read_text().strip()
    text = empty.config.read_text()
    assert found.xmpp.secret not in text
    assert len(text.splitlines()) < 50
    assert (empty.dir / "secret").stat().st_mode & 0o777 == 0o600


def test_the_screen(empty: Place) -> None:
    """It says what it wrote, what to paste where, what to run, and what comes next."""
    out = empty.done(*ALL, "--no-test")
    secret = (empty.dir / "secret").read_text().strip()
    assert (
        out
        == f"""\
Wrote {empty.dir}/secret (mode 600).
Wrote {empty.config} (mode 640).

Paste this at the end of /etc/prosody/prosody.cfg.lua:

Component "announce.example.org"
  component_secret = "{secret}"

Then run, where the server is:

  systemctl restart prosody

The database is at {upgrade.head()}.

People can schedule messages to each other, too, once the server has Carillon's \
module. Run, where the server is:

  carillon module prosody --to /usr/local/lib/prosody/modules

Paste this above the first VirtualHost or Component of /etc/prosody/prosody.cfg.lua:

-- where there is such a line, add to it
plugin_paths = {{ "/usr/local/lib/prosody/modules" }}

Paste this below the line `VirtualHost "example.org"` of /etc/prosody/prosody.cfg.lua:

  modules_enabled = {{ "carillon" }} -- where there is such a line, add to it
  carillon_component = "announce.example.org"

Then run, where the server is:

  prosodyctl check config
  systemctl restart prosody

Next, check it and start the service:

  carillon -c {empty.config} check
  carillon -c {empty.config} run

To see what you can do, open the commands of announce.example.org in your client's\
 menu, or type /cmd list announce.example.org.
"""
    )


def test_an_account_on_ejabberd(empty: Place) -> None:
    """An account's password is not shown: the command that makes it reads it."""
    out = empty.done(
        *("--jid", "announce@example.org", "--admin", "a@example.org"),
        *("--server", "ejabberd", "--no-test"),
    )
    secret = empty.dir / "secret"
    assert secret.read_text().strip() not in out
    command = f'ejabberdctl register announce example.org "$(cat {secret})"'
    assert f"  {command}\n  ejabberdctl reload_config\n" in out
    assert '    user: ["announce@example.org"]\n' in out
    assert load(empty.config).xmpp.mode == "account"


def test_on_a_terminal(empty: Place) -> None:
    """It asks what no flag says, asks again for what cannot be, and connects on yes."""
    typed = (
        "\nhas spaces@x\nbells.example.org\nadmin@example.org\n\n\nMars\nEurope/Paris\n"
    )
    code, seen = empty.terminal(
        "init", "--server", "prosody", "--port", "1", types=typed + "y\nn\n"
    )
    assert code == 1
    assert "is not a JID" in seen
    assert "'Mars' is not a time zone" in seen
    assert "127.0.0.1 port 1: Connection refused" in seen
    assert "Try again?" in seen
    assert empty.again in seen
    found = load(empty.config)
    assert found.xmpp.jid == "bells.example.org"
    assert found.lists["maintenance"].timezone == "Europe/Paris"


def test_answers_that_cannot_be(empty: Place) -> None:
    """Each is judged when it is given, and asked for again with the reason."""
    turns = [
        ("Mode", "account\n"),
        ("Its JID", "announce\n"),
        ("form user@domain", "announce@example.org\n"),
        ("Admin's JID [admin@example.org]", "admin\n"),
        ("form user@domain", "\n"),
        ("turn to who answer announcements [xmpp:admin@example.org]", "\n"),
        ("First list", "Wartung\n"),
        ("'Wartung' is no name of a list: lower-case", "admin@example.org\n"),
        ("'admin@example.org' is no name of a list", "wartung\n"),
        ("Time zone", "UTC\n"),
        ("Password of announce@example.org", "geheim\n"),
    ]
    code, _ = empty.dialogue("init", "--server", "prosody", "--no-test", turns=turns)
    assert code == 0
    found = load(empty.config)
    assert found.xmpp.jid == "announce@example.org"
    assert found.access.admins == ["admin@example.org"]
    assert list(found.lists) == ["wartung"]


def test_a_component_with_an_at_sign(empty: Place) -> None:
    """It is told what a component's JID is; no admin is suggested at a bare name."""
    turns = [
        ("Mode", "component\n"),
        ("Its JID", "announce@example.org\n"),
        ("a component's JID is a domain, without @", "announce\n"),
        ("Admin's JID: ", CTRL_C),
    ]
    code, seen = empty.dialogue("init", "--server", "prosody", turns=turns)
    assert code == 1
    assert seen.splitlines()[-1] == "carillon: interrupted: nothing was written"


#: the questions of an account, up to that for its password
ACCOUNT = [
    ("Mode", "account\n"),
    ("Its JID", "bells@example.org\n"),
    ("Admin's JID", "admin@example.org\n"),
    ("Whom people turn to", "\n"),
    ("First list", "\n"),
    ("Time zone", "Europe/Paris\n"),
]
PASSWORD = "Password of bells@example.org (empty: there is no such account yet)"
TEST = "Has the server read that? Connect now?"
KEYS = {"Ctrl-C": CTRL_C, "Ctrl-D": CTRL_D}


@pytest.mark.parametrize("at", range(len(ACCOUNT) + 1))
@pytest.mark.parametrize("key", KEYS)
def test_interrupted_while_asking(empty: Place, key: str, at: int) -> None:
    """Ctrl-C or Ctrl-D at any question says that nothing was written, and so it is."""
    question = [*ACCOUNT, (PASSWORD, "")][at][0]
    turns = [*ACCOUNT[:at], (question, KEYS[key])]
    before = sorted(empty.folder.rglob("*"))
    code, seen = empty.dialogue("init", "--server", "prosody", turns=turns)
    assert code == 1
    assert seen.splitlines()[-1] == "carillon: interrupted: nothing was written"
    assert sorted(empty.folder.rglob("*")) == before


@pytest.mark.parametrize("key", KEYS)
def test_interrupted_before_the_test(empty: Place, key: str) -> None:
    """What was written by then can be gone on with, and that is said."""
    turns = [*ACCOUNT, (PASSWORD, "geheim\n"), (TEST, KEYS[key])]
    code, seen = empty.dialogue("init", "--server", "prosody", turns=turns)
    assert code == 1
    assert seen.splitlines()[-1] == f"carillon: not tested; {empty.again}"
    code, seen = empty.dialogue("init", turns=[("Connect now?", "n\n")])
    assert code == 1
    assert "add --server prosody|ejabberd" in " ".join(seen.split())
    assert seen.splitlines()[-1] == (
        f"carillon: not tested; run `carillon init --dir {empty.dir}` again to go on"
    )
    assert load(empty.config).xmpp.secret == "geheim"


def test_an_accounts_password(empty: Place) -> None:
    """It is not shown while it is typed, nor later; nobody is told to register."""
    turns = [*ACCOUNT, (PASSWORD, "geheim\n"), (TEST, "n\n")]
    _, seen = empty.dialogue("init", "--server", "prosody", turns=turns)
    assert load(empty.config).xmpp.secret == "geheim"
    assert (empty.dir / "secret").stat().st_mode & 0o777 == 0o600
    assert "geheim" not in seen
    assert "register" not in seen
    assert "bells@example.org\n" in seen  # what may be seen is


def test_an_account_that_is_to_be_made(empty: Place) -> None:
    """Without a password one is made up, and the command shown that registers it."""
    turns = [*ACCOUNT, (PASSWORD, "\n"), (TEST, "n\n")]
    _, seen = empty.dialogue("init", "--server", "prosody", turns=turns)
    secret = load(empty.config).xmpp.secret
    assert len(secret) > 20
    assert secret not in seen
    file = empty.dir / "secret"
    # in one piece, although the terminal is narrower
    assert f'  prosodyctl register bells example.org "$(cat {file})"\n' in seen


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--jid, --admin, --server prosody|ejabberd, --yes|--no-test"),
        (("--yes",), "give --jid, --admin, --server prosody|ejabberd\n"),
        (("--no-test", "--server", "prosody"), "give --jid, --admin\n"),
        (("--yes", "--server", "prosody", "--jid", "a.b"), "give --admin\n"),
        (ALL, "give --yes|--no-test\n"),
        ((*ALL, "--yes", "--wait", "soon"), "--wait: 'soon' is no length of time"),
    ],
)
def test_usage(empty: Place, arguments: tuple[str, ...], says: str) -> None:
    """Without a terminal, all that is missing is named at once, nothing written."""
    assert says in f"{empty(*arguments).fault(2)}\n"
    assert not empty.dir.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--mode", "bot"), "--mode: 'bot' is none of component, account"),
        (("--server", "xmppd"), "--server: 'xmppd' is none of prosody"),
        (("--jid", "a b"), "--jid: 'a b' is not a JID"),
        (("--mode", "account"), "--jid: an account's JID has the form user@domain"),
        (
            ("--mode", "component", "--jid", "a@example.org"),
            "--jid: a component's JID is a domain, without @",
        ),
        (("--admin", "x@@y"), "--admin: 'x@@y' is not a JID"),
        (("--admin", "admin"), "--admin: an account's JID has the form user@domain"),
        (
            ("--mode", "account", "--jid", "a@b.org", "--admin", "a@b.org"),
            "--admin: a@b.org is the service, which reads nothing",
        ),
        (("--list", "My List"), "--list: 'My List' is no name of a list: lower-case"),
        (("--list", "Wartung"), "--list: 'Wartung' is no name of a list: lower-case"),
        (("--list", "a@example.org"), "--list: 'a@example.org' is no name"),
        (("--tz", "Mars"), "--tz: 'Mars' is not a time zone"),
        (
            ("--language", "de_DE"),
            "--language: 'de_DE' is no language; do you mean 'de-DE'?",
        ),
        (("--database", "mysql://x"), "--database: sqlite:///FILE or postgresql"),
        (("--ca-file", "/nowhere"), "--ca-file: /nowhere: "),
        (("--secret-file", "/nowhere"), "--secret-file: "),
        (("--secret-file", "/dev/null"), "--secret-file: /dev/null: it is empty"),
    ],
)
def test_refused(empty: Place, arguments: tuple[str, ...], says: str) -> None:
    """A flag that cannot be is refused in one line that names it, nothing written."""
    assert says in empty(*ALL, "--no-test", *arguments).fault(2)
    assert not empty.dir.exists()


def test_a_dot_in_the_name_of_a_list(empty: Place) -> None:
    """The settings allow it, so the file that is written has to be read with it."""
    empty.done(*ALL, "--no-test", "--list", "news.2026")
    assert list(load(empty.config).lists) == ["news.2026"]


@pytest.mark.parametrize(
    ("language", "flags", "expected"),
    [
        ("de_DE.UTF-8", (), "de"),
        ("de_DE.UTF-8", ("--language", "pl"), "pl"),
        ("C", (), "en"),
    ],
)
def test_the_language(
    empty: Place,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    flags: tuple[str, ...],
    expected: str,
) -> None:
    """List and first announcement have the terminal's unless one is given."""
    monkeypatch.setenv("LC_ALL", language)
    empty.done(*ALL, "--no-test", *flags)
    assert load(empty.config).lists["maintenance"].language == expected


def test_again_without_a_terminal(empty: Place) -> None:
    """What is there need not be said again, not even which server it is."""
    empty.done(*ALL, "--no-test")
    out = empty.done("--no-test")
    assert "add --server prosody|ejabberd" in out
    assert out.endswith(
        f"  carillon -c {empty.config} run\n\nTo see what you can do, open the commands"
        " of announce.example.org in your client's menu, or type /cmd list"
        " announce.example.org.\n"
    )
    assert json.loads(empty.done("--no-test", "--json"))["server"] is None
    assert "give --yes|--no-test" in empty().fault(2)


def test_commands_are_not_wrapped(tmp_path: Path) -> None:
    """What is to be copied stands on a line of its own, however narrow the terminal."""
    folder = tmp_path / ("a long name of a folder " * 4).strip()
    folder.mkdir()
    place = Place(folder)
    given = ("--list", "news", "--contact", "", "--no-test")
    code, seen = place.dialogue("init", *ALL, *given, turns=[])
    assert code == 0
    assert f"\n  carillon -c '{place.config}' check\n" in seen
    assert f"\n  carillon -c '{place.config}' run\n" in seen


def test_nothing_is_overwritten(empty: Place) -> None:
    """A second run keeps every file; one that says otherwise is refused."""
    empty.done(*ALL, "--no-test")
    before = {
        file: file.read_bytes() for file in empty.dir.iterdir() if file.suffix != ".db"
    }
    assert "is there already" in empty.done(*ALL, "--no-test")
    refused = empty(*ALL, "--no-test", "--jid", "other.example.org").fault()
    assert "says announce.example.org, not --jid other.example.org" in refused
    assert {file: file.read_bytes() for file in before} == before


def test_force(empty: Place) -> None:
    """--force writes the configuration anew and keeps the secret the server knows."""
    empty.done(*ALL, "--no-test")
    secret = (empty.dir / "secret").read_text()
    empty.done(*ALL, "--no-test", "--force", "--list", "news")
    assert list(load(empty.config).lists) == ["news"]
    assert (empty.dir / "secret").read_text() == secret


def test_left_over_files(empty: Place) -> None:
    """A secret without a configuration is taken; a half file is cleared away."""
    empty.dir.mkdir()
    (empty.dir / "secret").write_text("kept\n")
    (empty.dir / ".carillon.toml.new").write_text("[xm")
    out = empty.done(*ALL, "--no-test")
    assert 'component_secret = "kept"' in out
    assert not (empty.dir / ".carillon.toml.new").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_root_gives_to_whom_the_database_belongs(empty: Place) -> None:
    """What root makes can be used by the user that the database's folder belongs to."""
    data = empty.folder / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    url = f"sqlite:///{data}/carillon.db"
    empty.done(*ALL, "--no-test", "--database", url)
    files = [empty.dir, empty.config, empty.dir / "secret", data / "carillon.db"]
    assert {file.stat().st_uid for file in files} == {12345}


def test_a_folder_that_cannot_be_made(empty: Place) -> None:
    """Where nothing can be written, the folder and a way out are named."""
    ran = empty(*ALL, "--no-test", "--dir", "/proc/carillon").fault()
    assert "/proc/carillon cannot be made" in ran
    assert "--dir" in ran


def test_as_json(empty: Place) -> None:
    """Programs get what was written, what to paste and what to run."""
    told = json.loads(empty.done(*ALL, "--no-test", "--json"))
    assert told["config"] == str(empty.config)
    assert told["server"]["kind"] == "prosody"
    assert told["server"]["commands"] == ["systemctl restart prosody"]
