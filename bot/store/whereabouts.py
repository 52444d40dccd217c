"""What a database's URL gives away without connecting."""

from pathlib import Path

from bot.store.backend import parse_url
from bot.store.sqlite import database_file


def file_of(url: str) -> Path | None:
    """SQLite's file; None for another database. Raises Invalid."""
    parsed = parse_url(url)
    return database_file(parsed) if parsed.get_backend_name() == "sqlite" else None


def holds_password(url: str) -> bool:
    """Raises Invalid where the URL cannot be read."""
    return parse_url(url).password is not None
