"""Which XMPP servers `init` finds on the machine."""

from pathlib import Path

import pytest

from bot.app.setup.neighbours import Neighbour, neighbours
from bot.app.snippets import ServerKind

PROSODY = (
    'VirtualHost "localhost"\n-- VirtualHost "no.example"\nVirtualHost "xmpp.test"\n'
)


@pytest.mark.parametrize(
    ("name", "text", "kind", "domain"),
    [
        ("etc/prosody/prosody.cfg.lua", PROSODY, ServerKind.PROSODY, "xmpp.test"),
        ("etc/prosody/prosody.cfg.lua", "", ServerKind.PROSODY, None),
        (
            "etc/ejabberd/ejabberd.yml",
            "hosts:\n  - xmpp.test\n",
            ServerKind.EJABBERD,
            "xmpp.test",
        ),
        (
            "opt/ejabberd/conf/ejabberd.yml",
            'hosts: ["a.b"]\n',
            ServerKind.EJABBERD,
            "a.b",
        ),
    ],
)
def test_neighbours(
    tmp_path: Path, name: str, text: str, kind: ServerKind, domain: str | None
) -> None:
    """A server is known by its configuration, and its domain by what stands there."""
    assert neighbours(tmp_path) == []
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert neighbours(tmp_path) == [Neighbour(kind=kind, file=file, domain=domain)]
