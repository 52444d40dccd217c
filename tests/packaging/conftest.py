from tests.e2e.conftest import make

__all__ = ["make"]  # services that end with their test
