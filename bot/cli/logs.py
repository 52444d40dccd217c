"""What the running service writes to standard error."""

import logging
import sys

import structlog

from bot.cli.streams import is_terminal
from bot.domain.characters import block, line
from bot.settings import LogSettings

#: what has lines of its own
_BLOCKS = ("exception", "stack")


def configure(settings: LogSettings) -> None:
    """One form for every record, of this program and of its libraries.

    Neither bodies nor secrets are ever logged; recipients only at level debug.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor
    if settings.format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=is_terminal(sys.stderr),
            # that of Rich would show the values of variables: bodies and passwords
            exception_formatter=structlog.dev.plain_traceback,
        )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _harmless,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(settings.level.upper())


def _harmless(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Nothing that somebody sent moves a cursor or looks like a record of its own.

    The lines of a traceback are indented: the error's own text may have lines too.
    """
    for name, value in event.items():
        if name in _BLOCKS and isinstance(value, str):
            event[name] = "\n".join(f"  {row}" for row in block(value).split("\n"))
        elif not isinstance(value, int | float | None):
            event[name] = line(str(value))
    return event
