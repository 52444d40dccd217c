"""`templates`: what announcements can be made of."""

from pathlib import Path

import pytest

from tests.cli.workplace import Workplace

GOOD = 'languages = ["en"]\ntitle = { en = "Own" }\n'


def test_list_shows_shipped_own_and_broken(place: Workplace) -> None:
    """Every template is listed; a broken one says so."""
    place.add_template("own", "Hello", GOOD)
    place.add_template("torn", "{{ x", GOOD)
    out = place.done("templates", "list")
    for name in ("maintenance", "welcome", "own", "torn"):
        assert name in out
    items = {one["name"]: one for one in place.data("templates", "list")["items"]}
    assert items["own"]["fault"] is None
    assert "broken" in items["torn"]["fault"]
    assert items["maintenance"]["languages"] == ["en", "de", "fr", "es", "pl"]


def test_show_tells_the_fields(place: Workplace) -> None:
    """Each field shows with what it takes."""
    out = place.done("templates", "show", "maintenance")
    assert "summary" in out
    assert "a moment such as" in out
    data = place.data("templates", "show", "maintenance")
    assert (Path(data["folder"]) / "body.en.txt.j2").is_file()
    assert data["folder"] in out
    assert data["fields"][0]["name"] == "summary"
    assert data["fields"][0]["required"] is True
    assert "asks for nothing" in place.done("templates", "show", "welcome")


def test_render_shows_what_readers_get(place: Workplace) -> None:
    """Each language is rendered in the zone; --language picks one."""
    asked = (
        *("templates", "render", "maintenance", "--set", "summary=Disks"),
        *("--set", "start=2040-12-05 22:00", "--tz", "Europe/Warsaw"),
    )
    assert "[de] Wartung" in place.done(*asked)
    data = place.data(*asked, "--language", "de-AT")
    assert [one["language"] for one in data["texts"]] == ["de"]
    assert "22:00" in data["texts"][0]["body"]


def test_render_knows_the_configured_limits(place: Workplace) -> None:
    """What would be refused when it is due is refused when it is tried out."""
    place.add_template("own", "Hello {{ service }}", GOOD)
    assert "Hello" in place.done("templates", "render", "own")
    limits = {f"CARILLON_LIMITS__{role}__BODY": "10" for role in ("USER", "ADMIN")}
    fault = place("templates", "render", "own", env=limits).fault()
    assert "10" in fault
    assert "characters" in fault


MAINTENANCE = (
    *("templates", "render", "maintenance", "--set", "summary=Disks"),
    *("--set", "start=2040-12-05 22:00"),
)


def test_render_for_a_reader(place: Workplace) -> None:
    """--for takes the reader's language and zone; wall times stay the list's."""
    people = place.folder / "people.csv"
    people.write_text("jid,language,timezone\nAnn@example.org,de-AT,America/New_York\n")
    place.done("subscribers", "import", "maintenance", str(people), "--no-welcome")
    out = place.done(*MAINTENANCE, "--for", "ann@example.org")
    assert "ann@example.org" in out
    assert "[de] Wartung am Mittwoch, 5. Dezember 2040\n" in out
    assert "16:00 EST" in out  # 22:00 in Warsaw
    assert "[en]" not in out
    data = place.data(*MAINTENANCE, "--for", "ann@example.org", "--language", "fr")
    assert data["reader"] == {"jid": "ann@example.org", "known": True}
    assert data["timezone"] == "America/New_York"
    ((text,),) = (data["texts"],)
    assert (text["language"], "16:00 EST" in text["body"]) == ("fr", True)


def test_render_in_the_zone_of_the_default_list(place: Workplace) -> None:
    """Without any list, times and the rest are as the default one says them, and no
    database is asked.
    """
    place.add_template("hello", "{{ list_name }}, {{ start }}", GOOD)
    toml = place.folder / "templates" / "hello" / "template.toml"
    with toml.open("a") as file:
        file.write('\n[fields.start]\ntype = "moment"\nlabel.en = "S"\n')
    said = place.done("templates", "render", "hello", "--set", "start=2040-12-05 22:00")
    assert "maintenance, Wednesday, December 5, 2040, 10:00 PM CET" in said


def test_render_for_a_stranger(place: Workplace) -> None:
    """Of whom nothing is known, the list's language and zone are taken."""
    out = place.done(*MAINTENANCE, "--for", "eve@example.org")
    assert "nothing yet" in out
    assert "[en] Maintenance on Wednesday, December 5, 2040\n" in out
    assert "10:00 PM CET" in out
    data = place.data(*MAINTENANCE, "--for", "eve@example.org", "--tz", "Asia/Tokyo")
    assert data["reader"]["known"] is False
    assert "10:00 PM JST" in data["texts"][0]["body"]


def test_render_for_nobody_in_particular(place: Workplace) -> None:
    """Where nobody is named its clocks are those of the default list."""
    out = place.done(*MAINTENANCE)
    assert "10:00 PM CET" in out
    assert "UTC" not in out


def test_render_names_the_reader_and_the_list(place: Workplace) -> None:
    """What is said of reader and list is true of them."""
    place.add_template("hello", "{{ recipient }} on {{ list_name }}", GOOD)
    asked = ("templates", "render", "hello", "--for", "Ann@Example.org")
    data = place.data(*asked, "--list", "news")
    assert data["texts"][0]["body"] == "ann@example.org on news"
    assert place.data(*asked)["texts"][0]["body"] == "ann@example.org on maintenance"
    welcome = place.data("templates", "render", "welcome", "--list", "maintenance")
    assert len(welcome["texts"]) == 5
    assert "“Maintenance”" in welcome["texts"][0]["body"]


def test_check_of_what_is_shared(place: Workplace) -> None:
    """A fault in a shared file is told once, and with it what nobody includes."""
    shared = place.folder / "templates" / "_shared"
    shared.mkdir()
    (shared / "signature.txt.j2").write_text("{{ x")
    ran = place("templates", "check")
    assert ran.code == 1
    assert ran.out.count("signature.txt.j2:1:") == 1
    ran = place("templates", "check", "maintenance", "welcome")
    assert ran.out.count("signature.txt.j2:1:") == 1
    (shared / "signature.txt.j2").rename(shared / "signatur.txt.j2")
    ran = place("templates", "check")
    assert "signatur.txt.j2:1: no template includes" in ran.out


def test_check_knows_the_limits(place: Workplace) -> None:
    """What is too long is so by the widest of the configured limits."""
    place.add_template("own", "x" * 60, GOOD)
    roles = ("user", "publisher", "admin")
    limits = "".join(f"[limits.{role}]\nbody = 50\n" for role in roles)
    place.config.write_text(place.config.read_text() + limits)
    ran = place("templates", "check", "own")
    assert "body.en.txt.j2:1: it is over 50 characters" in ran.out
    place.config.write_text(place.config.read_text().replace("body = 50", "body = 60"))
    assert "1 template is in order" in place.done("templates", "check", "own")


def test_check_tells_where(place: Workplace) -> None:
    """`check` is content with the shipped ones and points at what is broken."""
    assert "7 templates are in order" in place.done("templates", "check")
    place.add_template("torn", "one\n{{ x", GOOD)
    ran = place("templates", "check", "torn")
    assert ran.code == 1
    assert "body.en.txt.j2:2:" in ran.out
    assert ran.err.startswith("carillon: ")
    assert place("templates", "check", "--json").code == 1
    assert place.data("templates", "check", "welcome") == {"faults": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nothing"), "no template is called 'nothing'"),
        (("show", "../../etc"), "no template is called"),
        (("show", "\x1b"), "no template is called"),
        (("check", "nothing"), "no template is called"),
        (("render", "maintenance"), "'summary'"),
        (("render", "welcome", "--set", "a=b"), "no field 'a'"),
        (("render", "welcome", "--tz", "Mars"), "time zone"),
        (("render", "welcome", "--for", "@"), "'@'"),
        (("render", "welcome", "--for", "example.org"), "not a person"),
        (("render", "welcome", "--list", "nothing"), "no list 'nothing'"),
        (("render", "welcome", "--language", "?"), "no language tag"),
        (("render", "welcome", "--language", "Polish"), "do you mean 'pl'?"),
        (("render", "news", "--set", "text:xx=x"), "there is no language 'xx'"),
    ],
)
def test_refusals(place: Workplace, arguments: tuple[str, ...], says: str) -> None:
    """Unknown templates, fields, zones and tags are refused in one line."""
    assert says in place("templates", *arguments).fault()


def test_they_need_no_database(bare_place: Workplace) -> None:
    """Templates can be looked at where there is no database yet."""
    bare_place.done("templates", "list")
    bare_place.done("templates", "show", "maintenance")
    assert not (bare_place.folder / "carillon.db").exists()


def test_a_language_that_the_template_lacks(place: Workplace) -> None:
    """Its words are told to nobody: the text is that of the others, and a note says
    so, also to programs.
    """
    told = (
        *("templates", "render", "news", "--set", "headline=H", "--set", "text=Hello"),
        *("--set", "text:nl=Hallo", "--language", "nl"),
    )
    out = place.done(*told)
    assert "Hello" in out
    assert "Hallo" not in out
    assert "Note: text in nl is told to nobody: template 'news' has en, de" in out
    [warning] = place.data(*told)["warnings"]
    assert warning["code"] == "language-not-in-template"
