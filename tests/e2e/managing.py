"""A service without limits, and jobs put into it in any state."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.domain.message import Text
from bot.domain.schedule import (
    ListAudience,
    Origin,
    Schedule,
    TextContent,
)
from bot.service.ports.unit_of_work import UnitOfWork
from tests.e2e.speaking import (
    S,
    Stage,
    fresh,
    payload,
    staged,
)
from tests.e2e.xml_client import XmlClient

UNLIMITED = {
    f"CARILLON_LIMITS__{role}__{limit}": "0"
    for role in ("USER", "ADMIN")
    for limit in ("REQUESTS_PER_MINUTE", "PENDING", "DELIVERIES_PER_DAY")
}


def unlimited(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    rate: int = 100,
) -> Iterator[Stage]:
    """A slow service without limits, at the request's parameter of PLACES."""
    name, mode = request.param
    server = request.getfixturevalue(name)
    folder = tmp_path_factory.mktemp("service")
    with staged(
        server, mode, folder, environment=UNLIMITED, rate=rate, window=10
    ) as found:
        yield found


def shown(stage: Stage, client_id: str, who: XmlClient | None = None) -> ET.Element:
    return payload(stage.query(f"<id>{client_id}</id>", who=who))


def asked(stage: Stage, name: str) -> Schedule:
    """The admin's job of that id."""
    found = stage.service.uses.database.look(
        lambda uow: uow.schedules.find(stage.admin.bare, name)
    )
    assert found is not None
    return found


def wait_for(stage: Stage, client_id: str, state: str) -> None:
    stage.service.until(
        lambda: shown(stage, client_id).findtext(f"{S}status") == state, seconds=30
    )


def store(stage: Stage, owner: str, count: int = 1, **changes: Any) -> list[str]:
    """Jobs that lie far ahead, put there without asking; their ids."""
    service = stage.service.uses
    now = service.clock.now().replace(microsecond=0)
    usual = Schedule(
        owner=owner,
        client_id="",
        origin=Origin.IQ,
        fingerprint="f00d",
        audience=ListAudience(list_name="news"),
        content=TextContent(texts=(Text(language="en", body="a-secret-word"),)),
        timezone="",
        deliver_at=now + timedelta(days=30),
        next_at=now + timedelta(days=30),
        updates=False,
        created_at=now,
    )
    ids = [fresh() for _ in range(count)]

    def add(uow: UnitOfWork) -> None:
        for client_id in ids:
            uow.schedules.add(replace(usual, client_id=client_id, **changes))

    service.database.call(add)
    return ids
