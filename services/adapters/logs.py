"""Logs: one JSON document a line on standard error, for our own events and the libraries' alike.

An event is a short name in snake case with named values, never a sentence with values in it:
`log.warning("kafka_lost", reason=...)`. Nothing here writes to a file or rotates one; whoever
starts the process keeps its standard error.
"""

import logging
import sys

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, Processor

QUIET_LIBRARIES = ("aiokafka", "httpx", "httpcore", "uvicorn.access")
"""Libraries that repeat themselves while a server is away: only warnings and errors are kept."""


def configure_logs(service: str, level: str = "info") -> None:
    """Send all logs of the process to standard error as JSON, each with the name of the service."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _ServiceName(service),
    ]
    renderers: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _logger_name], processors=renderers
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def logger(name: str) -> BoundLogger:
    """Make the logger of one part of a service; each of its lines names the part."""
    bound: BoundLogger = structlog.stdlib.get_logger(name).bind(part=name)
    return bound


class _ServiceName:
    """Puts the service's name into a line."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        event["service"] = self._service
        return event


def _logger_name(_logger: object, _method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None:
        event["part"] = record.name
    return event
