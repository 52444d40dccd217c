"""`init` where files are there already: nothing given is passed over, nothing that was
answered is forgotten.
"""

import re
import tomllib
from pathlib import Path

import pytest

from bot.app.snippets import ServerKind, snippet
from bot.settings import load
from tests.cli.test_init import ALL, Place
from tests.servers.certificates import make_certificates


@pytest.fixture
def there(tmp_path: Path) -> Place:
    """A first `init` has been."""
    place = Place(tmp_path)
    place.done(*ALL, "--no-test", "--language", "de")
    return place


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--mode", "account"), "says component, not --mode account"),
        (("--jid", "b.example.org"), "announce.example.org, not --jid b.example.org"),
        (("--admin", "b@x.org"), "says admin@example.org, not --admin b@x.org"),
        (("--contact", "Bob"), "says xmpp:admin@example.org, not --contact Bob"),
        (("--list", "news"), "says maintenance, not --list news"),
        (("--tz", "UTC"), "says Europe/Warsaw, not --tz UTC"),
        (("--language", "pl"), "says de, not --language pl"),
        (("--host", "192.0.2.1"), "says 127.0.0.1, not --host 192.0.2.1"),
        (("--port", "5300"), "says 5347, not --port 5300"),
        (("--secret-file", "/etc/hostname"), "secret, not --secret-file /etc/hostname"),
        (("--database", "sqlite:////x.db"), "carillon.db, not --database sqlite:////x"),
    ],
)
def test_an_option_that_says_otherwise(
    there: Place, given: tuple[str, str], says: str
) -> None:
    """It is refused with what the file says in its place, and with how to take it."""
    before = there.config.read_bytes()
    refused = there(*given, "--no-test").fault()
    assert says in refused
    assert "change it there, or let --force write it anew" in refused
    assert there.config.read_bytes() == before


def test_all_at_once(there: Place) -> None:
    """All options that say otherwise are told in one line, what is the same is not."""
    refused = there(*ALL, "--port", "5300", "--tz", "UTC", "--no-test").fault()
    assert "Europe/Warsaw, not --tz UTC; 5347, not --port 5300:" in refused
    assert "--jid" not in refused


def test_what_it_says_by_default(there: Place) -> None:
    """An option that gives what holds anyway is no contradiction."""
    usual = ("--host", "127.0.0.1", "--port", "5347", "--secret-file")
    there.done(*usual, str(there.dir / "secret"), "--no-test")


def test_force_keeps_the_rest(there: Place) -> None:
    """--force takes what is given; every other key stays, those of one's own, too."""
    text = there.config.read_text()
    text = text.replace(
        "[access]\n", '[access]\nauditors = ["eve@example.org"]\ndomains = []\n'
    )
    text = text.replace('"admin@example.org"', '"a@example.org", "b@example.org"')
    text += 'publishers = ["pat@example.org"]\n[lists."news.2026"]\ntype = "headline"\n'
    text += "[limits.user]\npending = 7\n[web]\nlisten = ''\n"
    there.config.write_text(text)
    before = tomllib.loads(text)
    out = there.done("--host", "192.0.2.7", "--port", "5300", "--no-test", "--force")
    after = tomllib.loads(there.config.read_text())
    assert after["xmpp"].pop("host") == "192.0.2.7"
    assert after["xmpp"].pop("port") == 5300
    del before["xmpp"]["host"]
    assert after["access"]["admins"] == ["a@example.org", "b@example.org"]
    assert after == before
    kept = there.dir / "carillon.toml.old"
    assert kept.read_text() == text
    assert f"What it said before is in {kept}." in " ".join(out.split())


def test_force_with_another_admin(there: Place) -> None:
    """The one of before makes room, among those who are told, too; others stay. Nor
    are people told to turn to him any more, unless that was an answer.
    """
    text = there.config.read_text()
    text = text.replace('"admin@example.org"', '"admin@example.org", "b@example.org"')
    there.config.write_text(text)
    there.done("--admin", "c@example.org", "--no-test", "--force")
    found = load(there.config)
    assert found.access.admins == ["c@example.org", "b@example.org"]
    assert found.notify.jids == ["c@example.org", "b@example.org"]
    assert found.xmpp.contact == "xmpp:c@example.org"
    there.done("--contact", "xmpp:help@example.org", "--no-test", "--force")
    there.done("--admin", "d@example.org", "--no-test", "--force")
    assert load(there.config).xmpp.contact == "xmpp:help@example.org"


def test_force_tells_strangers_of_nobody(there: Place) -> None:
    """Who named no contact has none afterwards, and what others could not read, since
    it may hold a password, they still cannot.
    """
    text = there.config.read_text()
    without = re.sub(r"(?m)^contact = .*\n", "", text)
    assert without != text
    there.config.write_text(without)
    there.config.chmod(0o600)
    there.done("--tz", "Europe/Paris", "--no-test", "--force")
    assert load(there.config).xmpp.contact is None
    assert there.config.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", [(), ("--secret-file", "known")])
def test_force_and_a_password_in_the_file(
    there: Place, given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays where it is, unless another is given."""
    monkeypatch.chdir(there.folder)
    (there.folder / "known").write_text("known\n")
    text = there.config.read_text()
    line = f'password_file = "{there.dir}/secret"'
    assert line in text
    there.config.write_text(text.replace(line, 'password = "inline"'))
    there.done("--no-test", "--force", *given)
    assert load(there.config).xmpp.secret == ("known" if given else "inline")


def test_force_on_a_terminal(there: Place) -> None:
    """It asks, and offers what was answered before."""
    turns = [
        ("Mode (component: a domain of its own; account: like", "\n"),
        ("Its JID [announce.example.org]", "\n"),
        ("Admin's JID [admin@example.org]", "root@example.org\n"),
        ("[xmpp:root@example.org]", "https://example.org/help\n"),
        ("First list [maintenance]", "\n"),
        ("Time zone [Europe/Warsaw]", "\n"),
    ]
    given = ("--server", "prosody", "--no-test", "--force")
    code, _ = there.dialogue("init", *given, turns=turns)
    assert code == 0
    found = load(there.config)
    assert found.access.admins == ["root@example.org"]
    assert found.xmpp.contact == "https://example.org/help"
    assert found.lists["maintenance"].language == "de"


def test_force_and_another_mode(there: Place) -> None:
    """Where to connect does not follow into another mode; the secret does."""
    there.done("--port", "5300", "--no-test", "--force")
    assert "give --jid" in there("--mode", "account", "--no-test", "--force").fault(2)
    secret = load(there.config).xmpp.secret
    there.done("--jid", "bells@example.org", "--no-test", "--force")
    found = load(there.config).xmpp
    assert (found.mode, found.host, found.port) == ("account", None, None)
    assert found.secret == secret


def test_force_and_another_database(there: Place) -> None:
    """A file with the password of the database of before goes with that one."""
    (there.folder / "pw").write_text("x")
    url = "postgresql+psycopg://carillon@127.0.0.1:1/x"
    text = there.config.read_text()
    [line] = [one for one in text.splitlines() if one.startswith("url")]
    pair = f'url = "{url}"\npassword_file = "{there.folder}/pw"'
    there.config.write_text(text.replace(line, pair))
    assert "not --database sqlite" in there(*_sqlite(there), "--no-test").fault()
    there.done(*_sqlite(there), "--no-test", "--force")
    assert "password_file" not in tomllib.loads(there.config.read_text())["database"]


def _sqlite(place: Place) -> tuple[str, str]:
    return ("--database", f"sqlite:///{place.dir}/carillon.db")


def test_force_on_a_file_that_cannot_be_read(there: Place) -> None:
    """Nothing of it is known: it is begun anew, which is said, and the old one kept."""
    there.config.write_text("[xmpp\n")
    assert "give --jid, --admin" in there("--no-test", "--force").fault(2)
    out = " ".join(there.done(*ALL, "--no-test", "--force").split())
    assert f"{there.config}:1: not TOML" in out
    assert "begun anew, without it." in out
    assert (there.dir / "carillon.toml.old").read_text() == "[xmpp\n"


def test_force_where_nothing_is_there(tmp_path: Path) -> None:
    """It is a first run like any other."""
    place = Place(tmp_path)
    assert "give --jid, --admin" in place("--no-test", "--force").fault(2)
    place.done(*ALL, "--no-test", "--force")
    assert not (place.dir / "carillon.toml.old").exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), "xmpp:admin@example.org"),
        (("--contact", " Room 12 "), "Room 12"),
        (("--contact", ""), None),
    ],
)
def test_the_contact(tmp_path: Path, given: tuple[str, ...], expected: str) -> None:
    """Who answers is sent to the admin, to whom is given, or to nobody."""
    place = Place(tmp_path)
    place.done(*ALL, "--no-test", *given)
    assert load(place.config).xmpp.contact == expected


def test_a_contact_of_two_lines(tmp_path: Path) -> None:
    """It stands in a sentence, so it is one line."""
    place = Place(tmp_path)
    refused = place(*ALL, "--no-test", "--contact", "a\nb").fault(2)
    assert "--contact: it stands in a sentence" in refused


def test_a_certificate_for_an_account(there: Place) -> None:
    """Certificates to trust are compared like all else."""
    certificate = make_certificates(there.folder, "example.org").ca_file
    given = ("--ca-file", str(certificate))
    assert "says nothing of it, not --ca-file" in there(*given, "--no-test").fault()
    there.done(*given, "--no-test", "--force")
    assert load(there.config).xmpp.ca_file == certificate


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((), ""),
        (("--port", "5300"), "component_ports = { 5300 }\n"),
        (("--host", "192.0.2.1"), 'component_interfaces = { "192.0.2.1" }\n'),
        (("--host", "xmpp.lan"), 'interfaces = { "IP address of xmpp.lan" }\n'),
        (("--host", "localhost"), ""),
    ],
)
def test_where_prosody_listens(
    tmp_path: Path, given: tuple[str, ...], says: str
) -> None:
    """Where that is not as usual, Prosody is told, above all that is of one host."""
    out = Place(tmp_path).done(*ALL, "--no-test", *given)
    assert says in out
    assert ("component_" in out.replace("component_secret", "")) == bool(says)
    place = "above the first VirtualHost" if says else "at the end"
    assert f"Paste this {place} of /etc/prosody/prosody.cfg.lua:" in out


def test_ejabberd_is_merged(tmp_path: Path) -> None:
    """The sections of ejabberd are there already, and that is said before and after."""
    out = Place(tmp_path).done(
        *("--jid", "announce.example.org", "--admin", "a@example.org"),
        *("--server", "ejabberd", "--port", "5300", "--host", "::1", "--no-test"),
    )
    told = " ".join(out.split())
    assert "Merge this under `listen:` of /etc/ejabberd/ejabberd.yml, beside" in told
    assert "add to them, and make no second one." in told
    assert '    port: 5300\n    ip: "::1"\n' in out


def test_where_an_account_is_merged() -> None:
    """Both sections are named."""
    found = snippet(ServerKind.EJABBERD, "account", "announce@example.org", "")
    assert found.merged
    assert "into `acl:` and `shaper_rules:` of" in str(found.place)
