"""Which keys of two configurations differ, and which a running service takes up."""

import base64
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.settings.comparing import changed, differing, digests, taken_up, waits
from bot.xmpp.doors.contacts.bells import bell

BASE: dict[str, Any] = {
    "xmpp": {"mode": "component", "jid": "announce.example.org", "password": "x"},
    "lists": {"news": {"default": True}},
}


def settings(**sections: dict[str, Any]) -> Settings:
    return Settings(**{**BASE, **sections})


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        ("access", {"admins": ["a@example.org"]}, "access.admins"),
        ("lists", {"news": {"default": True, "title": "N"}}, "lists.news.title"),
        ("lists", {**BASE["lists"], "club": {"title": "C"}}, "lists.club"),
        ("limits", {"user": {"body": 10}}, "limits.user.body"),
        # what it says itself differs, though it comes to the same
        ("limits", {"publisher": {"body": 16_000}}, "limits.publisher.body"),
        ("notify", {"jids": []}, "notify.jids"),
        ("access", {"servers": ["example.com"]}, "access.servers"),
        ("people", {"consent": "nobody"}, "people.consent"),
        ("retention", {"personal_days": 1}, "retention.personal_days"),
        ("sending", {"rate": 5}, "sending.rate"),
        ("xmpp", {**BASE["xmpp"], "contact": "me"}, "xmpp.contact"),
    ],
)
def test_what_differs(section: str, values: dict[str, Any], key: str) -> None:
    """Each key is named, by values as by digests; what is left at its default is not
    told from what says so.
    """
    one, other = settings(), settings(**{section: values})
    assert changed(one, other) == (key,)
    assert differing(digests(one, ""), digests(other, "")) == (key,)
    assert changed(one, settings(sending={"rate": 1000})) == ()


def test_what_is_nobody_elses(tmp_path: Path) -> None:
    """No digest is made of secrets, or of what is another's for good reason: where the
    database is, and how it is logged. In one's own file all of that is compared.
    """
    (tmp_path / "secret").write_text("y")
    xmpp = {**BASE["xmpp"], "password_file": tmp_path / "secret", "password": None}
    one = settings()
    other = settings(
        xmpp=xmpp, database={"url": "sqlite:///x.db"}, log={"level": "debug"}
    )
    assert digests(one, "") == digests(other, "")
    told = {"xmpp.password", "xmpp.password_file", "database.url", "log.level"}
    assert set(changed(one, other)) == told
    assert set(filter(waits, told)) == told - {"log.level"}


def test_a_folder_stands_for_its_files() -> None:
    """Where templates lie is not compared, but what they are."""
    here, there = (settings(templates={"folder": one}) for one in ("/a", "/b"))
    assert digests(here, "1f") == digests(there, "1f")
    assert differing(digests(here, "1f"), digests(here, "")) == ("templates.folder",)


def test_what_is_taken_up() -> None:
    """Of a file that was read anew all that can be, and nothing else."""
    old = settings()
    new = settings(
        xmpp={**BASE["xmpp"], "contact": "me", "resource": "other"},
        access={"auditors": ["a@example.org"]},
        people={"enabled": False},
        sending={"window": 5},
        log={"level": "debug", "format": "json"},
    )
    taken = taken_up(old, new)
    assert changed(old, taken) == (
        *("access.auditors", "log.level", "people.enabled", "xmpp.contact"),
    )
    assert all(map(waits, changed(taken, new)))
    assert changed(taken, new) == ("log.format", "sending.window", "xmpp.resource")


def test_a_picture(tmp_path: Path) -> None:
    """What a list wears is compared by what lies in the file, and taken up."""
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    one.write_bytes(bell("news").content)
    same.write_bytes(bell("news").content)
    other.write_bytes(bell("maintenance").content)
    found = [
        settings(lists={"news": {"default": True, "avatar": str(file)}})
        for file in (one, same, other)
    ]
    assert changed(found[0], found[1]) == ()
    assert changed(found[0], found[2]) == ("lists.news.avatar",)
    assert changed(settings(), found[0]) == ("lists.news.avatar",)
    assert differing(digests(found[0], ""), digests(found[1], "")) == ()
    assert changed(found[0], taken_up(found[0], found[2])) == ("lists.news.avatar",)


def test_keys(tmp_path: Path) -> None:
    """Keys of storage are compared by what lies in their file, wherever that is; none
    of it can be told from the digest.
    """
    keys = [base64.b64encode(bytes([number]) * 32).decode() for number in range(2)]
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    one.write_text(f"{keys[0]}\n")
    same.write_text(f"# the first\n\n{keys[0]}\n")
    other.write_text("\n".join(keys))
    found = [settings(storage={"key_file": file}) for file in (one, same, other)]
    assert changed(found[0], found[1]) == ()
    assert changed(found[0], found[2]) == ("storage.key_file",)
    assert changed(settings(), found[0]) == ("storage.key_file",)
    assert not waits("storage.key_file")
    assert differing(digests(found[0], ""), digests(found[1], "")) == ()
    assert keys[0] not in repr(digests(found[0], ""))
