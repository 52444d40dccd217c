"""Services that end with their test."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.service import Service

Make = Callable[..., Service]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """`make(server, mode, …)`: a service that does not run yet."""
    made: list[Service] = []
    numbers = itertools.count()

    def new(*args: object, **options: object) -> Service:
        folder = tmp_path / f"service{next(numbers)}"
        folder.mkdir()
        service = Service(folder, *args, **options)  # type: ignore[arg-type]
        made.append(service)
        return service

    yield new
    for service in made:
        service.close()
