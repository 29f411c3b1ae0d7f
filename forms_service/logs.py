"""Structured logs, one JSON object a line, about requests, jobs and ids; never names, numbers or answers.

Whoever looks for the cause of a fault follows one id: that of the request stands in each of its lines, in
those of the jobs it handed over, and in the answer (``X-Request-ID``).  Libraries are not trusted to keep
what people typed to themselves: of their remarks only the wording written in their code is kept, and of an
exception what it is and where it arose, never what it says.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from forms_service.quiet_readers import quieten_readers
from forms_service.watching_settings import LOG_LEVELS

LEVELS = {name: logging.getLevelNamesMapping()[name.upper()] for name in LOG_LEVELS}
"""What ``FORMS_LOG_LEVEL`` may say, as Python's own logging calls it."""

OURS = ("forms_service", "core")
"""Loggers whose sentences are our own and hold ids only."""

_MOST_FRAMES = 12
_MOST_CAUSES = 4
_REQUEST_ID = re.compile(
    r"[0-9a-f]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)
"""What proxies write: 32 hexadecimal digits or a UUID.  Anything shorter may be somebody's number."""

_process: dict[str, Any] = {}


def prepare_logs(level: str = "info") -> None:
    """Send structured lines to the error stream, our own and those of libraries in the same form."""
    quieten_readers()
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    for handler in [one for one in root.handlers if isinstance(one, JsonHandler)]:
        root.removeHandler(handler)
    root.addHandler(JsonHandler())
    for name in OURS:
        logging.getLogger(name).setLevel(LEVELS[level])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _say_when_and_where,
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stream of now, which may change
        cache_logger_on_first_use=False,
    )


def own_process(kind: str) -> None:
    """Let every line tell which process wrote it, and what nobody catches be a line without values."""
    _process.update(process=kind, pid=os.getpid())
    sys.excepthook = lambda _kind, error, _trace: _tell_uncaught(error)
    threading.excepthook = lambda uncaught: _tell_uncaught(uncaught.exc_value)


# --- ids ------------------------------------------------------------------------------------------


def request_id_from(said: str) -> str:
    """The id that a proxy gave the request, or a new one where it gave none that can be one."""
    return said if _REQUEST_ID.fullmatch(said) else secrets.token_hex(16)


def request_id() -> str:
    """The id of the request that is being answered, or whose job is being done; empty for none."""
    return str(structlog.contextvars.get_contextvars().get("request", ""))


@contextmanager
def about_request(given_id: str) -> Iterator[None]:
    """Put the request's id into every line written meanwhile."""
    with structlog.contextvars.bound_contextvars(request=given_id):
        yield


@contextmanager
def about_job(job: str, asked_by: str = "") -> Iterator[None]:
    """Put the job's id into every line written meanwhile, and the id of the request that handed it over."""
    asked = {"request": asked_by} if asked_by else {}
    with structlog.contextvars.bound_contextvars(job=job, **asked):
        yield


# --- what a line may hold -------------------------------------------------------------------------


class JsonHandler(logging.Handler):
    """Writes the lines of Python's own logging in the form of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line to the error stream of now."""
        try:
            line: MutableMapping[str, Any] = {
                **structlog.contextvars.get_contextvars(),
                "event": _sentence(record),
                "level": record.levelname.lower(),
                "logger": record.name,
            }
            if record.exc_info and record.exc_info[1]:
                line["exc_info"] = record.exc_info
            line = _without_values(None, "", _say_when_and_where(None, "", line))
            text = structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", line)
            sys.stderr.write(f"{text!s}\n")
        except Exception:  # a line that cannot be written must not end a request
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say only that a line was lost: the library would print what it was to hold."""
        sys.stderr.write(f'{{"event": "a line was lost", "logger": "{record.name}"}}\n')


def _sentence(record: logging.LogRecord) -> str:
    """What a record says; of a library's only the words written in its code, and numbers of its own."""
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    given = record.args if isinstance(record.args, tuple) else ()
    shown = tuple(one if isinstance(one, int) and abs(one) < 10**7 else "…" for one in given)
    try:
        return str(record.msg) % shown if shown else _first_words(record)
    except (TypeError, ValueError):
        return str(record.msg)


def _first_words(record: logging.LogRecord) -> str:
    """A remark put together by the library may hold anything: only a short wording without figures is kept."""
    said = str(record.msg).partition("\n")[0]
    return said if len(said) <= 80 and not re.search(r"\d{4}|@|'|\"", said) else "…"


def _say_when_and_where(_logger: object, _name: str, line: MutableMapping[str, Any]) -> Any:
    return {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **_process, **line}


def _without_values(_logger: object, _name: str, line: MutableMapping[str, Any]) -> Any:
    """Put in place of an exception what it is and where it arose."""
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = trace_of(error)
    return line


def trace_of(error: BaseException) -> list[dict[str, Any]]:
    """An exception and its causes as their classes and places in the code; what they say may be personal."""
    told: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < _MOST_CAUSES:
        frames = traceback.extract_tb(cause.__traceback__)[-_MOST_FRAMES:]
        places = [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames]
        told.append({"class": type(cause).__qualname__, "places": places})
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _tell_uncaught(error: BaseException | None) -> None:
    structlog.get_logger(__name__).critical("nobody caught", exc_info=error)
