"""A world of its own for each test."""

from tests.service.conftest import blank, world

__all__ = ["blank", "world"]
