"""The draft's stanzas as slixmpp writes them."""

from xml.etree import ElementTree as ET

import pytest
from slixmpp import Message

from bot.xmpp.stanzas import scheduling
from bot.xmpp.stanzas.scheduling import NS


@pytest.fixture(autouse=True)
def _registered() -> None:
    scheduling.register()


def test_an_update_names_job_and_status() -> None:
    """An update is a <schedule/> with id and status, and metadata where there are."""
    message = Message()
    message["schedule"]["id"] = "job-1"
    message["schedule"]["status"] = "sent"
    ET.SubElement(message["schedule"]["metadata"].xml, "{urn:x}tag")
    element = message.xml.find(f"{{{NS}}}schedule")
    assert element is not None
    assert element.findtext(f"{{{NS}}}id") == "job-1"
    assert element.findtext(f"{{{NS}}}status") == "sent"
    assert element.find(f"{{{NS}}}metadata/{{urn:x}}tag") is not None


def test_scheduled_by_sits_on_a_message() -> None:
    """A delivered message names its scheduler, job and moment."""
    message = Message()
    message["scheduled_by"]["scheduler"] = "announce.example.org"
    message["scheduled_by"]["delivered-at"] = "2026-12-01T09:00:01Z"
    element = message.xml.find(f"{{{NS}}}scheduled-by")
    assert element is not None
    assert element.findtext(f"{{{NS}}}scheduler") == "announce.example.org"
