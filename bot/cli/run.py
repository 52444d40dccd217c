"""`carillon run`: the service."""

from typing import TYPE_CHECKING

import typer

from bot.cli.later import later
from bot.cli.parts import configured, files, running, settings, structlog
from bot.cli.session import locate

if TYPE_CHECKING:
    from bot.cli import logs
else:
    logs = later("bot.cli.logs")


def run(context: typer.Context) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP has it read its configuration.

    An empty or older SQLite schema, or an empty PostgreSQL one, is brought up to
    date first.
    """
    file = locate(context.find_root().obj)
    found = settings.load(file)
    logs.configure(found.log)
    log = structlog.get_logger(__name__)
    for fault in files.template_faults(found, configured.templates_of(found)):
        log.error(str(fault))
    running.run(found, file)
