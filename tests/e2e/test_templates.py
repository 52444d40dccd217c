"""The operator edits templates while the service runs."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

TOML = 'languages = ["en", "de"]\n[title]\nen = "Bulletin"\nde = "Bulletin"\n'


def write(folder: Path, *, body: str, greeting: str) -> None:
    """The template `bulletin`, which includes a greeting."""
    mine, shared = folder / "bulletin", folder / "_shared"
    for one in (mine, shared):
        one.mkdir(exist_ok=True)
    for tag in ("en", "de"):
        (mine / f"subject.{tag}.txt.j2").write_text("Bulletin")
        text = f'{body} {tag}\n{{% include "greeting" %}}\n'
        (mine / f"body.{tag}.txt.j2").write_text(text)
    (shared / "greeting.txt.j2").write_text(greeting)
    (mine / "template.toml").write_text(TOML)


def test_edits_count_without_restart(
    prosody: Prosody, make: Make, tmp_path: Path
) -> None:
    """A template put there while the service runs is used, as edited the last time."""
    folder = tmp_path / "templates"
    folder.mkdir()
    service = make(prosody, "component", templates=folder)
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(1), "de")
        service.start()
        service.wait_until_connected()
        write(folder, body="One", greeting="Bye")
        service.announce(template="bulletin", bodies=())
        sink.wait(1)
        write(folder, body="Two", greeting="Bye")
        service.announce(template="bulletin", bodies=())
        sink.wait(2)
        write(folder, body="Two", greeting="So long")
        service.announce(template="bulletin", bodies=())
        sink.wait(3)
        assert sink.bodies == ["One de\nBye", "Two de\nBye", "Two de\nSo long"]
        assert service.stop() == 0


def test_a_broadcast_that_has_begun_keeps_its_texts(
    prosody: Prosody, make: Make, tmp_path: Path
) -> None:
    """An edit after the first message, even a broken one, reaches none of its readers.

    Those of another language are written to only after it.
    """
    folder = tmp_path / "templates"
    folder.mkdir()
    write(folder, body="One", greeting="Bye")
    service = make(prosody, "component", templates=folder, rate=10)
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(50)[:40], "en")
        service.subscribe(sink.jids(50)[40:], "de")
        job = service.announce(template="bulletin", bodies=())
        service.start()
        sink.wait(1)
        write(folder, body="Two", greeting="{{ broken")
        assert len(sink.arrived) < 40
        sink.wait(50)
        service.until(lambda: service.sent(job))
        assert service.stop() == 0
    assert set(sink.bodies) == {"One en\nBye", "One de\nBye"}
    assert service.progress(job).failed == 0
