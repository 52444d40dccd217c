"""Runs the revisions on the connection that `bot.store.upgrade` hands over.

To draft a new one: `alembic -x url=sqlite:///draft.db revision --autogenerate
--rev-id 0004 -m slug` on a database that is at the head; then read it.
"""

import sqlalchemy as sa
from alembic import context

from bot.domain import wallclock
from bot.store.tables import metadata


def run(connection: sa.Connection) -> None:
    wallclock.look_again()  # for revisions that make zones themselves
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True)["url"]
    with sa.create_engine(url).begin() as opened:
        run(opened)
