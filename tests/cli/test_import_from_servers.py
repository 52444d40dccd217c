"""What the real servers print of their users is imported as it stands."""

import json
import subprocess

import pytest

from tests.cli.workplace import Workplace
from tests.servers.ejabberd import Ejabberd
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e


def test_prosody(place: Workplace, prosody: Prosody) -> None:
    """`prosodyctl shell user list HOST`, through a pipe."""
    users = prosody.register_many(3, "imported")
    listing = prosody.control("shell", "user", "list", prosody.domain)
    counts = imported(place, listing)
    assert counts["bad"] == 0
    assert counts["added"] == len(listing.splitlines()) - 1
    assert set(users) <= set(standing(place))


def test_ejabberd(place: Workplace, ejabberd: Ejabberd) -> None:
    """`ejabberdctl registered_users HOST`, a name on each line, with --domain.

    The test asks over HTTP, for ejabberdctl needs a node with a name.
    """
    users = ejabberd.register_many(3, "imported")
    names = ejabberd.call("registered_users", host=ejabberd.domain)
    listing = "".join(f"{name}\n" for name in names)
    counts = imported(place, listing, "--domain", ejabberd.domain)
    assert (counts["added"], counts["bad"]) == (len(names), 0)
    assert set(users) <= set(standing(place))


def imported(place: Workplace, listing: str, *more: str) -> dict[str, int]:
    done = subprocess.run(
        place.command("subscribers", "import", "news", "-", "--json", *more),
        input=listing.encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    counts: dict[str, int] = json.loads(done.stdout)["counts"]
    return counts


def standing(place: Workplace) -> list[str]:
    exported = place.done("subscribers", "export", "news", "--format", "jsonl")
    return [json.loads(line)["jid"] for line in exported.splitlines()]
