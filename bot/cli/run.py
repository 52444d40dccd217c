"""`carillon run`: the service."""

import structlog
import typer

from bot.cli import logs
from bot.cli.session import locate
from bot.settings import load

log = structlog.get_logger(__name__)


def run(context: typer.Context) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP has it read its configuration.

    An empty or older SQLite schema, or an empty PostgreSQL one, is brought up to
    date first.
    """
    file = locate(context.find_root().obj)
    settings = load(file)
    # not above: slow, and no use with bad settings
    from bot.app import running  # noqa: PLC0415
    from bot.app.checks.files import template_faults  # noqa: PLC0415
    from bot.app.wiring import templates_of  # noqa: PLC0415

    logs.configure(settings.log)
    for fault in template_faults(settings, templates_of(settings)):
        log.error(str(fault))
    running.run(settings, file)
