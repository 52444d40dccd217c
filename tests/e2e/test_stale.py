"""What goes stale before it goes out, asked for at home, on servers with our module."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    SCHEDULING,
    S,
    Stage,
    X,
    fresh,
    staged,
)
from tests.e2e.xml_client import XmlClient
from tests.servers.equipped import delegating
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

UPLOAD = "urn:xmpp:http:upload:0"


@pytest.fixture(scope="module")
def stage(
    equipped: XmppServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The servers keep their people's files for a day, and delegate our namespaces."""
    folder = tmp_path_factory.mktemp("service")
    with delegating(equipped), staged(equipped, "component", folder) as found:
        yield found


def test_what_goes_stale(stage: Stage) -> None:
    """An answer, encrypted, with a link to a file that the server deletes before: kept,
    with three warnings, told by IQ and in the headline that says that it is.
    """
    who, friend = stage.publisher, stage.reader.bare
    slot = who.ask(
        f"upload.{stage.server.domain}",
        "get",
        f"<request xmlns='{UPLOAD}' filename='x.png' size='10'/>",
    )
    get = slot.find(f"{{{UPLOAD}}}slot/{{{UPLOAD}}}get")
    assert get is not None
    link = get.get("url", get.text)
    stale = (
        f"<x xmlns='jabber:x:oob'><url>{link}</url></x>"
        "<reply xmlns='urn:xmpp:reply:0' id='1'/>"
        "<encrypted xmlns='urn:xmpp:omemo:2'/>"
    )
    later = "<delay-seconds>90000</delay-seconds>"  # a day and an hour
    codes = ["encrypted", "refers-to-gone", "upload-expires"]
    content = f"<to>{friend}</to><body>Look</body>{stale}"
    at_home = f"to='{who.bare}'"
    # the service has asked for how long files are kept, or will have in a moment
    stage.service.until(lambda: warned(asked(who, at_home, content + later)) == codes)
    soon = "<delay-seconds>7200</delay-seconds>"
    made = asked(who, at_home, content + soon)
    assert warned(made) == codes[:2]
    number = fresh()
    who.send(
        f"<message to='{friend}' type='chat' id='{number}'><body>Look</body>{stale}"
        f"<schedule xmlns='{SCHEDULING}'>{later}</schedule></message>"
    )
    told = who.message(lambda one: one.findtext(f"{S}schedule/{S}id") == number)
    assert told.findtext(f"{S}schedule/{S}status") == "scheduled"
    assert warned(told) == codes
    shown = json.loads(
        stage.service.command(
            "schedules", "show", number, "--owner", who.bare, "--json"
        )
    )
    assert shown["warnings"] == []  # they tell of what it says


def asked(who: XmlClient, to: str, content: str) -> ET.Element:
    number = fresh()
    schedule = f"<schedule xmlns='{SCHEDULING}'>{content}</schedule>"
    who.send(f"<iq {to} type='set' id='{number}'>{schedule}</iq>")
    return who.take(lambda one: one.get("id") == number)


def warned(answer: ET.Element) -> list[str]:
    """The codes of the warnings in metadata, each with a text."""
    found = answer.findall(f"{S}schedule/{S}metadata/{X}warning")
    assert all(one.text for one in found)
    return sorted(one.get("code", "") for one in found)
