"""Drills have the services of the end-to-end tests."""

from tests.e2e.conftest import make

__all__ = ["make"]
