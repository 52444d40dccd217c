"""Statements are compiled once in a process, and for what runs them."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import sessions, sqlite, statements


def of_file(file: Path) -> sa.Engine:
    file.touch()
    return sqlite.engine(
        sa.make_url(f"sqlite:///{file}"), begin="BEGIN", connections=1, read_only=True
    )


def ran(engine: sa.Engine, name: str) -> tuple[str, bool, int]:
    """How a statement was written, whether it was compiled before, its answer."""
    seen: list[tuple[str, bool]] = []

    def look(
        _connection: object,
        _cursor: object,
        written: str,
        _parameters: object,
        context: sa.ExecutionContext,
        _many: object,
    ) -> None:
        hit = getattr(context, "cache_hit", None)
        seen.append((written, hit is sa.engine.interfaces.CacheStats.CACHE_HIT))

    sa.event.listen(engine, "before_cursor_execute", look)
    with engine.begin() as connection:
        select = sa.select(sa.literal(1).label(name) + 2)
        answer: int = connection.execute(select).scalar_one()
    engine.dispose()
    return (*seen[-1], answer)


def test_engines_share(tmp_path: Path) -> None:
    """What one engine has compiled serves another, on another file."""
    first, second = of_file(tmp_path / "a.db"), of_file(tmp_path / "b.db")
    name = "once"
    assert [ran(first, name)[1:], ran(second, name)[1:]] == [(False, 3), (True, 3)]


@pytest.mark.postgres
def test_each_database_its_own(tmp_path: Path, postgresql_url: str) -> None:
    """SQLite and PostgreSQL are written to as each reads it."""
    name = "apart"
    lite = ran(of_file(tmp_path / "a.db"), name)
    post = ran(sessions.engine(sa.make_url(postgresql_url)), name)
    assert (lite[1:], post[1:]) == ((False, 3), (False, 3))
    assert "?" in lite[0]
    assert "%(" in post[0]


def test_they_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of more statements than are kept, those used last are."""
    monkeypatch.setattr(statements, "MOST", 4)
    kept = statements.Compiled()
    dialect = of_file(tmp_path / "a.db").dialect
    for number in range(50):
        kept[(dialect, number)] = number
    assert len(kept) < 10
    assert kept.get((dialect, 49)) == 49
    assert kept.get((dialect, 0)) is None
