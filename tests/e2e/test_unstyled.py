"""Texts that clients are to show as they are (XEP-0393 1.1.1 §6): at every door."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.conftest import PLACES, Make
from tests.e2e.speaking import Stage, about, at_once, fresh, meta, refusal, to_list
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e

UNSTYLED = "{urn:xmpp:styling:0}unstyled"
STARS = "rm *.log ```now``` _and_ *.tmp"


def received(reader: XmlClient, client_id: str) -> ET.Element:
    message = reader.message(about(client_id))
    assert message.findtext(f"{C}body") == STARS
    return message


def test_over_xmpp(stage: Stage) -> None:
    """An element beside the body arrives with it; where there is none, none does."""
    stage.service.subscribe([stage.reader.bare])
    for hint, count in (("<unstyled xmlns='urn:xmpp:styling:0'/>", 1), ("", 0)):
        client_id = fresh()
        stage.create(
            f"<body>{STARS}</body>{hint}{at_once()}<id>{client_id}</id>"
            f"{meta(to_list())}"
        )
        message = received(stage.reader, client_id)
        assert len(message.findall(UNSTYLED)) == count


def test_on_the_command_line(stage: Stage) -> None:
    """`announce` says it, and an edit does; an edit of the words keeps it."""
    stage.service.subscribe([stage.reader.bare])
    command, client_id = stage.service.command, fresh()
    words = ("announce", "news", "--body", STARS, "--id", client_id, "--yes")
    command(*words, "--unstyled")
    assert received(stage.reader, client_id).find(UNSTYLED) is not None
    later = fresh()
    command("announce", "news", "--body", "x", "--id", later, "--yes", "--in", "1d")
    edit = ("schedules", "edit", later, "--yes")
    assert "payload" in command(*edit, "--unstyled")
    command(*edit, "--body", STARS, "--in", "1s")
    assert received(stage.reader, later).find(UNSTYLED) is not None


def test_beside_a_template(stage: Stage) -> None:
    """What is the template's to say is refused, and told where it is said."""
    announce = "<announce xmlns='urn:x-carillon:announce:0' template='maintenance'/>"
    answer = stage.admin.ask(
        stage.address,
        "set",
        "<schedule xmlns='urn:xmpp:scheduling:0'>"
        f"<unstyled xmlns='urn:xmpp:styling:0'/>{at_once()}"
        f"{meta(to_list() + announce)}</schedule>",
    )
    assert refusal(answer)[0] == "bad-request"
    assert "unstyled = true in its template.toml" in "".join(answer.itertext())


@pytest.mark.parametrize(("server_name", "mode"), PLACES)
def test_a_template_says_it(
    server_name: str,
    mode: str,
    make: Make,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """What is made of such a template goes out so, to each reader."""
    server = request.getfixturevalue(server_name)
    folder = tmp_path / "templates" / "raw"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(
        'languages = ["en"]\nunstyled = true\n[title]\nen = "Raw"\n'
    )
    (folder / "subject.en.txt.j2").write_text("Raw")
    (folder / "body.en.txt.j2").write_text(STARS)
    service = make(server, mode, templates=folder.parent)
    server.register(name := f"r{fresh()}")
    with XmlClient(server, user=name) as reader:
        service.subscribe([reader.bare])
        service.start()
        service.wait_until_connected()
        service.announce(template="raw", bodies=())
        message = reader.message(lambda one: one.find(f"{C}body") is not None)
        assert message.findtext(f"{C}body") == STARS
        assert message.find(UNSTYLED) is not None
        assert service.stop() == 0
