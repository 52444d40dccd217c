"""Where templates come from, and when an edit counts."""

import os
from pathlib import Path

import pytest

import bot
from bot.domain.errors import Invalid
from bot.rendering.folder import shipped
from bot.rendering.templates import JinjaTemplates
from bot.service.ports.outside import Templates
from tests.rendering.conftest import TOML, Write, render

SHIPPED = [
    *("incident", "incident-resolved", "maintenance", "news", "shutdown"),
    *("terms-changed", "welcome"),
]


def test_names(write: Write, templates: JinjaTemplates, tmp_path: Path) -> None:
    """Shipped and own templates stand side by side; other folders do not count."""
    write("bulletin")
    (tmp_path / ".git").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "stray.txt").touch()
    assert templates.names() == sorted([*SHIPPED, "bulletin"])
    assert templates.get("bulletin").languages == ("en", "de")


def test_port(templates: JinjaTemplates) -> None:
    """The templates are what the use cases ask for; the type checker proves it."""
    port: Templates = templates
    assert port.get("welcome").name == "welcome"


def test_missing_folder(tmp_path: Path) -> None:
    """An operator's folder that is not there leaves the shipped ones."""
    templates = JinjaTemplates(tmp_path / "nowhere")
    assert templates.names() == SHIPPED


@pytest.mark.parametrize(
    "name", ["nothing", "", ".", "..", "../t", "t/../t", "/etc", "T", "t\0", "a" * 999]
)
def test_unknown(write: Write, templates: JinjaTemplates, name: str) -> None:
    """A name that is none is refused with those there are; paths are no names."""
    write("t")
    for ask in (templates.get, templates.check, templates.reads_recipient):
        with pytest.raises(
            Invalid, match=r"there are incident, .*, t, terms-changed, welcome"
        ):
            ask(name)


def test_override(write: Write, templates: JinjaTemplates, tmp_path: Path) -> None:
    """The operator's template replaces the shipped one of that name, wholly."""
    folder = write("welcome", {"body.en": "Our own welcome"})
    assert render(templates, "welcome").body == "Our own welcome"
    folder.rename(tmp_path / "other")
    context = {"list_title": "News", "list_name": "news", "service": "s"}
    assert "News" in render(templates, "welcome", context=context).body


def test_half_override(write: Write, templates: JinjaTemplates) -> None:
    """Wording without a template.toml is reported, not passed over."""
    write("welcome", toml=None)
    with pytest.raises(Invalid, match="broken"):
        templates.get("welcome")
    (fault,) = templates.check("welcome")
    assert (fault.file.name, fault.text) == ("template.toml", "the file is missing")


def test_edits_count_at_once(write: Write, templates: JinjaTemplates) -> None:
    """Changed wording, fields and languages are picked up by the next call."""
    folder = write("t")
    assert render(templates).body == "body en"
    (folder / "body.en.txt.j2").write_text("changed")
    assert render(templates).body == "changed"
    write("t", toml=TOML + '[fields.x]\ntype = "line"\nlabel.en = "X"\n')
    assert [field.name for field in templates.get("t").fields] == ["x"]
    (folder / "body.de.txt.j2").unlink()
    with pytest.raises(Invalid, match="broken"):
        render(templates)
    write("t", toml=TOML)
    assert render(templates, language="de").body == "body de"


def test_replaced_file_counts(write: Write, templates: JinjaTemplates) -> None:
    """A file replaced by one of the same size and time is still noticed."""
    folder = write("t", {"body.en": "one"})
    assert render(templates).body == "one"
    path, new = folder / "body.en.txt.j2", folder / "new"
    old = path.stat()
    new.write_text("two")
    os.utime(new, ns=(old.st_atime_ns, old.st_mtime_ns))
    new.replace(path)
    assert render(templates).body == "two"


def test_unchanged_is_read_once(write: Write, templates: JinjaTemplates) -> None:
    """What has not changed is not compiled again."""
    folder = write("t")
    render(templates)
    before = templates._sources[folder]
    render(templates)
    assert templates._sources[folder] is before


def test_editors_lock_does_not_disturb(write: Write, templates: JinjaTemplates) -> None:
    """A dangling link, as editors put beside an open file, changes nothing."""
    folder = write("welcome", {"body.en": "ours"})
    (folder / ".#body.en.txt.j2").symlink_to("user@host.123")
    assert render(templates, "welcome").body == "ours"


def test_shipped_in_a_checkout() -> None:
    """In a checkout the shipped templates are the top-level folder's."""
    assert shipped() == Path(bot.__file__).parent.parent / "templates/announcements"


def test_shipped_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed from a wheel they lie in the package."""
    (tmp_path / "bot/_templates/announcements/only").mkdir(parents=True)
    (tmp_path / "bot/_templates/announcements/only/template.toml").write_text(TOML)
    monkeypatch.setattr(bot, "__file__", str(tmp_path / "bot/__init__.py"))
    assert JinjaTemplates().names() == ["only"]
