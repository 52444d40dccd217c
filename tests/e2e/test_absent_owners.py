"""Owners who are away when their announcement goes out."""

import pytest

from tests.e2e.speaking import S, Stage, fresh, job, to_people
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e


def test_what_failed_waits_for_the_owner(stage: Stage) -> None:
    """The text waits on the server; so does the headline where servers keep them.

    Prosody keeps no headline for anybody (RFC 6121 §8.5.2.2 lets it drop them);
    ejabberd keeps those with a hint to store (XEP-0334).
    """
    client_id = fresh()
    nobody = stage.server.jid(f"nobody{fresh()}")
    stage.create(job(client_id, delay=2, target=to_people(nobody)))
    user = stage.admin.bare.partition("@")[0]
    stage.admin.send("<presence type='unavailable'/></stream:stream>")
    stage.notified.message(lambda one: client_id in (one.findtext(f"{C}body") or ""))
    with XmlClient(stage.server, user=user) as back:
        text = back.message(lambda one: client_id in (one.findtext(f"{C}body") or ""))
        assert text.get("type") == "chat"
        back.settle()
        told = [
            (one.get("type"), one.findtext(f"{S}schedule/{S}status"))
            for one in back.waiting
            if one.findtext(f"{S}schedule/{S}id") == client_id
        ]
    kept = stage.server.name == "ejabberd"
    assert told == ([("headline", "failed")] if kept else [])
