"""A test goes to whoever is named, and to none of the list's readers."""

import pytest

from tests.e2e.conftest import PLACES, Make
from tests.e2e.sink import Sink

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("name", "mode"), PLACES)
def test_only_who_is_named_gets_it(
    name: str, mode: str, make: Make, request: pytest.FixtureRequest
) -> None:
    """In his language, from the list's address, at once; the readers hear only of the
    announcement that follows.
    """
    server = request.getfixturevalue(name)
    service = make(server, mode)
    with Sink(server, server.spares[0]) as sink:
        named, *others = sink.jids(5)
        service.subscribe([named], "de")
        service.subscribe(others, "en")
        service.start()
        service.wait_until_connected()
        said = (
            *("announce", "news", "--template", "maintenance", "--set", "start=+1d"),
            *("--set", "summary=Disks", "--set", "summary:de=Platten", "--yes"),
        )
        service.command(*said, "--in", "3h", "--to", named, "--wait")
        sink.wait(1)
        service.command(*said, "--wait")
        sink.wait(6)
        assert service.stop() == 0
    first, *rest = sink.said
    assert first[1] == named
    assert first[2].startswith("Geplante Wartung: Platten\n")
    assert first[0] in {sender for sender, *_ in rest}
    assert sorted(to for _, to, _ in rest) == sorted([named, *others])
