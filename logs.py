"""Structured logs for the bot that comes with Inferbot; the rest of the package only uses `logging`."""

import logging
import sys
from collections.abc import Callable

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from .settings import Settings

HIDDEN = "[hidden]"


def configure_logs(settings: Settings) -> None:
    """Send every log record of this process to standard error, with the bot's token hidden wherever it appears.

    Tracebacks are plain: they name lines of code, never the values of variables, which may be what people sent.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    secret = settings.discord_token.get_secret_value() if settings.discord_token else None
    console = settings.log_format == "console"
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, _hide(secret)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for chatty in ("discord", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.getLogger().level, logging.WARNING))


def _hide(secret: str | None) -> Callable[[WrappedLogger, str, EventDict], str]:
    """Return the last processor, which replaces the secret in the rendered text."""

    def hide(_logger: WrappedLogger, _method: str, rendered: EventDict) -> str:
        return str(rendered).replace(secret, HIDDEN) if secret else str(rendered)

    return hide
