"""Configurations that cannot be used: a line that says what to change."""

import codecs
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.settings import WebSettings, load
from bot.settings.sections import FeedSettings, XMPPSettings
from bot.store.database import backend_of
from tests.cli.workplace import Workplace


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CARILLON_ACCESS__ADMINS", "a@example.org", "JSON"),
        ("CARILLON_LISTS__NEWS__PUBLISHERS", "a@example.org", "JSON"),
        ("CARILLON_LISTS__NEWS__LANGUAGE", "no language!", "no language tag"),
        ("CARILLON_LISTS__NEWS__LANGUAGE", "German", "do you mean 'de'?"),
        ("CARILLON_LISTS__NEWS__LANGUAGE", "xx", "there is no language 'xx'"),
        ("CARILLON_LIMITS__USER__WINDOW_DAYS", "99999999999", "366000 is the most"),
        ("CARILLON_SENDING__RATE", "fast", "a whole number"),
        ("CARILLON_SENDING__WINDOW", "0", "1 is the least"),
        ("CARILLON_XMPP__MODE", "both", "none of 'component', 'account'"),
        ("CARILLON_XMPP__RESOURCE", "", "it is empty"),
        ("CARILLON_WEB__EXPOSE", "perhaps", "either true or false"),
        ("CARILLON_ACCESS__ADMINS", "{}", "a list is wanted"),
        ("CARILLON_ACCESS__ADMINS", "[1]", "a text is wanted"),
        ("CARILLON_ACCESS__ADMINS", '["@x"]', "'@x' has nothing before the @"),
        (
            "CARILLON_ACCESS__ADMINS",
            '["\u1d3foot@x"]',
            "do not know the character U+1D3F",
        ),
        ("CARILLON_ACCESS__AUDITORS", '["a@-b"]', "no domain, '-b' is not letters"),
        ("CARILLON_ACCESS__DOMAINS", '["b..c"]', "nothing beside a dot"),
        ("CARILLON_ACCESS__DOMAINS", '["a@b"]', "a@b is a person, not a domain"),
        ("CARILLON_NOTIFY__JIDS", '["a@b_.-c"]', "'-c' is not letters"),
        ("CARILLON_XMPP__JID", "announce.b-", "'b-' is not letters"),
        ("CARILLON_LIMITS__USER__FREQUENCIES", '["HOURLY"]', "none of"),
        ("CARILLON_LISTS__NEWS", "[]", "a section is wanted"),
        ("CARILLON_WEB__LISTEN", "9464", "write IP:PORT"),
        ("CARILLON_WEB__LISTEN", "localhost:9464", "write IP:PORT"),
        ("CARILLON_WEB__LISTEN", "127.0.0.1:99999", "write IP:PORT"),
        ("CARILLON_WEB__LISTEN", "127.0.0.1:1/x", "write IP:PORT"),
        ("CARILLON_SENDING__NONSENSE", "1", "no such key"),
    ],
)
def test_faults_in_the_environment(
    place: Workplace, name: str, value: str, says: str
) -> None:
    """A variable that cannot be used is named, with what it should be."""
    fault = place("lists", env={name: value}).fault()
    assert name in fault
    assert says in fault


def test_the_name_of_a_list(place: Workplace) -> None:
    """One with other characters is refused, with the form that it should have."""
    fault = place("lists", env={"CARILLON_LISTS__-X__TITLE": "x"}).fault()
    assert "lists.-x: '-x' is no name of a list: lower-case letters" in fault


def test_a_list_in_the_environment(place: Workplace) -> None:
    """JSON makes a list."""
    admins = {"CARILLON_ACCESS__ADMINS": '["a@example.org"]'}
    assert place("lists", env=admins).code == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), (b" \n", "is empty"), (b"\xff", "not UTF-8")],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_password_file_that_is_of_no_use(
    place: Workplace, command: str, content: bytes | None, says: str
) -> None:
    """The file is named with the reason, before anything is connected to."""
    file = place.folder / "password"
    if content is not None:
        file.write_bytes(content)
    text = place.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith("password"))
    place.config.write_text(text.replace(line, f'password_file = "{file}"'))
    ran = place.program(command)
    assert ran.code == 1
    told = " ".join((ran.out + ran.err).split())
    assert str(file) in told
    assert says in told
    assert "Traceback" not in told


@pytest.mark.parametrize("handed_over", [True, False], ids=["secret", "blank"])
def test_a_password_file_that_systemd_hands_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, handed_over: bool
) -> None:
    """It is read where systemd puts it, unless what is there is blank."""
    file = tmp_path / "etc" / "secret"
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "secret").write_text("bells\n" if handed_over else "\n")
    if not handed_over:
        file.parent.mkdir()
        file.write_text("bells\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    xmpp = XMPPSettings(
        mode="component", jid="announce.example.org", password_file=file
    )
    assert xmpp.secret == "bells"


def test_a_file_in_use_is_not_upgraded(place: Workplace) -> None:
    """A second service is refused before it changes the schema of the first."""
    file = place.folder / "other.db"
    with backend_of(f"sqlite:///{file}").hold("announce.example.org"):
        env = {"CARILLON_DATABASE__URL": f"sqlite:///{file}"}
        assert "Another service runs" in place("run", env=env).fault()
    assert not file.exists()


def test_a_command_that_only_looks_waits_for_no_writer(place: Workplace) -> None:
    """`lists` answers while another process is writing for long."""
    place.done("lists")
    file = place.folder / "carillon.db"
    with sqlite3.connect(file) as other:
        other.execute("BEGIN IMMEDIATE")
        assert place("lists").code == 0
        other.rollback()


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "192.0.2.1:80", "[::]:9464"])
def test_web_pages_for_others_have_to_be_meant(place: Workplace, address: str) -> None:
    """An address that is not on loopback needs a second key, which the fault names."""
    listen = {"CARILLON_WEB__LISTEN": address}
    assert "expose = true" in place("lists", env=listen).fault()
    meant = listen | {"CARILLON_WEB__EXPOSE": "true"}
    assert place("lists", env=meant).code == 0


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("", None),
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:0", ("::1", 0)),
    ],
)
def test_web_addresses(listen: str, address: tuple[str, int] | None) -> None:
    """IPv4, IPv6 in brackets, or nothing for none."""
    assert WebSettings(listen=listen).address == address


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://status.example.org", "https://status.example.org/"),
        ("http://192.0.2.1:8080/a/", "http://192.0.2.1:8080/a/"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x/"),
        *((f"https://{odd}", None) for odd in ("", "user@a.b", "a.b/?c", "a.b/#c")),
        *(
            (odd, None)
            for odd in ("ftp://a.b/", "a.b", "https://a.b/ü", "https://a:x/")
        ),
        *((odd, None) for odd in ("https://a.b/\n", "https://a.b:0/", "https:///x")),
    ],
)
def test_where_feeds_are_found(given: str, url: str | None) -> None:
    """An address of the web, with a / at its end, without anybody's name and password
    and nothing behind its path.
    """
    if url is not None:
        assert FeedSettings(urls=[given]).urls == [url]
    else:
        with pytest.raises(ValueError, match="write where the files are found"):
            FeedSettings(urls=[given])


def test_feeds_are_shown_somewhere(place: Workplace) -> None:
    """In a folder or on web pages, else whoever wants them is told what to change."""
    feeds = {"CARILLON_FEEDS__ENABLED": "true", "CARILLON_WEB__LISTEN": ""}
    assert "[feeds] directory" in place("lists", env=feeds).fault()
    folder = {"CARILLON_FEEDS__DIRECTORY": str(place.folder)}
    assert place("lists", env=feeds | folder).code == 0


def test_a_closed_list_is_not_public(place: Workplace) -> None:
    """Who says both is told; a mandatory one may be."""
    closed = {
        "CARILLON_LISTS__MAINTENANCE__KIND": "closed",
        "CARILLON_LISTS__MAINTENANCE__PUBLIC": "true",
    }
    assert "nobody else knows that it is there" in place("lists", env=closed).fault()
    mandatory = {"CARILLON_LISTS__MAINTENANCE__KIND": "mandatory"}
    assert place("lists", env=closed | mandatory).code == 0


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ('timezone = "Europe/Warsaw"', 'timezone = "Mars"', "LINE: lists.maintenance."),
        ('mode = "component"', 'mode = "account"', "4: xmpp: jid: an account's"),
        ("port = 1", "prot = 1", "7: xmpp.prot: there is no such key; do you mean"),
        ('mode = "component"', "", "2: xmpp.mode: has to be given"),
        ("port = 1", "port = ", "7: not TOML: "),
        ("port = 1", "port = 1\nport = 2", "8: port is given twice, first in line 7"),
        ("port = 1", "port = 1  # Grüße", "7: the line is not UTF-8; save the file as"),
    ],
)
def test_a_fault_has_its_line(
    place: Workplace, written: str, instead: str, says: str
) -> None:
    """A fault in the file comes with the line where it stands."""
    before, found, after = place.config.read_text().partition(written)
    assert found
    place.config.write_bytes((before + instead + after).encode("latin-1"))
    line = str(before.count("\n") + 1)
    assert says.replace("LINE", line) in place("lists").fault()


def test_byte_order_marks(place: Workplace) -> None:
    """The mark that some editors put before a file is part of no key and no secret."""
    secret = place.folder / "password"
    secret.write_bytes(codecs.BOM_UTF8 + b"secret\n")
    text = place.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith("password"))
    text = text.replace(line, f'password_file = "{secret}"')
    place.config.write_bytes(codecs.BOM_UTF8 + text.encode())
    assert load(place.config).xmpp.secret == "secret"
    place.done("lists")


@pytest.mark.parametrize("content", [None, b"no certificate", b""])
def test_certificates_that_are_of_no_use(
    place: Workplace, content: bytes | None
) -> None:
    """A ca_file that is away or holds none is named before anything is connected to."""
    file = place.folder / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    text = place.config.read_text()
    place.config.write_text(text.replace("port = 1", f'port = 1\nca_file = "{file}"'))
    assert f"8: xmpp: ca_file: {file}: " in place("lists").fault()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://bot@db/carillon", None),
        ("postgresql+psycopg://bot:known@db/carillon", "no password"),
        ("postgresql+psycopg://db/carillon", "with a user"),
        ("sqlite:////tmp/carillon.db", "with a user"),
    ],
)
def test_a_database_password_in_a_file(
    place: Workplace, url: str, said: str | None
) -> None:
    """It becomes part of the URL, whatever is in it; where it cannot, that is told."""
    file = place.folder / "secret"
    file.write_text("p@ss/wörd %\n")
    text = place.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith("url"))
    secret = f'url = "{url}"\npassword_file = "{file}"'
    place.config.write_text(text.replace(line, secret))
    if said is None:
        found = make_url(load(place.config).database.url)
        assert (found.username, found.password) == ("bot", "p@ss/wörd %")
        assert (found.host, found.database) == ("db", "carillon")
    else:
        assert said in place("lists").fault()
