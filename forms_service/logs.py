"""Structured logs, one JSON object a line, about jobs and ids; never names, numbers or answers."""

from __future__ import annotations

import logging
import sys

import structlog


def quieten_readers() -> None:
    """Keep the PDF readers from remarking on every damaged upload; we say ourselves what is wrong."""
    for name in ("pypdf", "pyhanko", "pikepdf"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def prepare_logs() -> None:
    """Send structured lines to the error stream."""
    quieten_readers()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stream of now, which may change
        cache_logger_on_first_use=False,
    )
