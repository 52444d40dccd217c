"""What the targets build once goes with the last test."""

from collections.abc import Iterator

import pytest

from tests.fuzz import stanzas


@pytest.fixture(scope="package", autouse=True)
def standing() -> Iterator[None]:
    """No loop, connection or folder outlives the tests."""
    yield
    if stanzas.service.cache_info().currsize:
        stanzas.service().close()
        stanzas.service.cache_clear()
