"""What all tables have in common."""

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: `info` of a column that holds what people wrote, or a digest that would tell a guess
#: of it: sealed where the configuration names keys (`bot.store.sealing`)
CONTENT = {"content": True}


def one_of(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def literals(values: Iterable[StrEnum]) -> "list[sa.ColumnClause[str]]":
    """For the condition of a partial index, which serves a query that repeats it word
    for word, as a bound value does not.
    """
    return [sa.literal_column(f"'{value}'") for value in sorted(values)]


def service() -> "sa.Column[str]":
    """Whose row it is: the bare JID of a service."""
    return sa.Column("service", sa.Text, nullable=False)
