"""What of a server's offers fits this release, and what is said where it does not."""

from pathlib import Path
from typing import Any

import pytest

from bot.app.checks.fitting import judged
from bot.service.ports.sights import Sight
from bot.settings import load
from tests.world import NOON

SERVICE, SERVER = "announce.example.org", "example.org"
PARTS = frozenset({"divert", "deliver", "bounce", "relation"})
GRANT = "urn:xmpp:privilege:2"
S, X = "urn:xmpp:scheduling:0", "urn:x-carillon:announce:0"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, {"people": ("ok", "serves announce.example.org (bounce, deliver,")}),
        ({"version": "0.2.17"}, {"people": ("ok", "0.2.17")}),
        ({"version": "0.1.9"}, {"people": ("fault", "this release needs 0.2")}),
        ({"version": "x"}, {"people": ("fault", "this release needs 0.2")}),
        ({"version": "0.3.0"}, {"people": ("warning", "newer than this release")}),
        (
            {"serves": "bot.example.org", "parts": frozenset()},
            {"people": ("fault", "serves bot.example.org, not announce.example.org")},
        ),
        (
            {"serves": "", "parts": frozenset()},
            {"people": ("fault", "serves nobody, not")},
        ),
        ({"parts": PARTS - {"divert"}}, {"people": ("warning", "goes out at once")}),
        ({"parts": PARTS - {"bounce"}}, {"people": ("warning", "comes back")}),
        ({"parts": PARTS - {"deliver"}}, {"people": ("fault", "are refused")}),
        (
            {"parts": PARTS - {"deliver", "relation"}, "privilege": GRANT,
             "rosters": True},
            {"people": ("ok", "divert")},
        ),
        ({"parts": PARTS - {"relation"}}, {"people": ("warning", "whose contact")}),
        ({"version": ""}, {"people": ("warning", "are refused")}),
        ({"version": "", "privilege": GRANT}, {"people": ("warning", GRANT)}),
        (
            {"delegated": frozenset({S, X})},
            {"people": ("ok", ""), "delegation": ("ok", f"{X}, {S}")},
        ),
    ],
)  # fmt: skip
def test_what_is_found(
    tmp_path: Path, told: dict[str, Any], found: dict[str, tuple[str, str]]
) -> None:
    """Each is told by itself, and whatever is wrong with what to change."""
    config = tmp_path / "carillon.toml"
    config.write_text(
        f'[xmpp]\nmode = "component"\njid = "{SERVICE}"\npassword = "x"\n'
    )
    values: dict[str, Any] = {
        "version": "0.2.0",
        "serves": SERVICE,
        "parts": PARTS,
    } | told
    sight = Sight(server=SERVER, seen_at=NOON, **values)
    findings = {one.name: one for one in judged(sight, config, load(config))}
    assert set(findings) == set(found)
    for name, (result, words) in found.items():
        one = findings[name]
        assert one.result == result
        assert words in str(one.text)
        assert str(one.text).startswith(SERVER)
        assert (one.change is None) == (result == "ok")
