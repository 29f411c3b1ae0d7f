"""Errors as ``application/problem+json`` (RFC 9457): a stable code, and words in both languages."""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, json, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from core.errors import FormsError
from core.localized_text import Language, LocalizedText
from forms_service.locales import both, has
from forms_service.web import looks, out_of_order
from forms_service.web.errors import status_of

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("forms_service.api")
_STATUS = {
    "revision_changed": 412,
    "unknown_field": 422,
    "unknown_document_type": 422,
    "too_many_rows": 422,
    "declaration_needed": 422,
    "reason_needed": 422,
    "unknown_outcome": 422,
    "note_too_long": 422,
    "file_too_large": 413,
    "unknown_reading": 404,
    "no_receipt": 404,
    "no_correction_open": 404,
    "no_such_receipt": 404,
    "unknown_reference": 404,
    "registration_not_known": 409,
}
_KINDS_OF_MISTAKE = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_type": "text",
    "bool_type": "yes_or_no",
    "bool_parsing": "yes_or_no",
    "int_type": "number",
    "int_parsing": "number",
    "float_type": "number",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "literal_error": "choice",
    "enum": "choice",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "string_pattern_mismatch": "characters",
    "date_from_datetime_parsing": "day",
    "date_parsing": "day",
}
_BOUNDS = ("ge", "le", "max_length", "expected")


def problem(
    status: int,
    code: str,
    message: LocalizedText,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: str,
) -> Response:
    """One problem as an answer."""
    looks.only_told()
    language = Language(request.accept_languages.best_match(["fr", "ar"], "fr"))
    body = {
        "type": f"urn:forms-service:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message.in_language(language),
        "code": code,
        "message": message.as_dict(),
        **({"errors": errors} if errors else {}),
        **more,
    }
    answer = Response(json.dumps(body, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    answer.headers["Content-Language"] = language.value
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def of_error(error: FormsError) -> Response:
    """An error of a use case."""
    if (what := out_of_order.told(error)) is not None:
        return _out_of_order(what)
    status = _STATUS.get(error.code, status_of(error))
    if status == 500:
        return _incident(error)
    wait = 2 if error.code == "request_under_way" else getattr(error, "retry_after_s", 0)
    headers = {"Retry-After": str(wait)} if wait else None
    return problem(status, error.code, error.message, headers=headers)


def install(app: APIFlask) -> None:
    """Answer every failure with a problem a program can act on."""
    app.register_error_handler(FormsError, of_error)
    app.register_error_handler(HTTPError, _of_input)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _incident)


def _of_input(error: HTTPError) -> Response:
    cause = error.__cause__
    found = list(_mistakes(cause)) if isinstance(cause, ValidationError) else []
    return problem(error.status_code, "invalid_request", both("api.invalid"), found)


def _mistakes(error: ValidationError) -> Iterator[dict[str, Any]]:
    """What is wrong, once for each place: unions try every kind and complain of each."""
    told: set[str] = set()
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"] if not _names_a_kind(part))
        if place in told:
            continue
        told.add(place)
        bound = next((one.get("ctx", {})[name] for name in _BOUNDS if name in one.get("ctx", {})), "")
        if one["type"] in ("literal_error", "enum"):  # «'a', 'b' or 'c'», in English
            bound = " / ".join(re.findall(r"'([^']*)'", str(bound)))
        code = "api.mistake." + _KINDS_OF_MISTAKE.get(one["type"], "other")
        yield {"place": place or "body", "message": both(code, bound=bound).as_dict()}


def _names_a_kind(part: int | str) -> bool:
    """Whether a step of a path is not of the request but of a union's kinds (``constrained-str``)."""
    return isinstance(part, str) and ("constrained-" in part or "[" in part or part in _PLAIN_KINDS)


_PLAIN_KINDS = frozenset({"bool", "int", "float", "str", "none"})


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    headers = {}
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        headers["Allow"] = ", ".join(sorted(allowed))
    code = f"api.http_{status}" if has(f"api.http_{status}") else "api.http_other"
    return problem(status, f"http_{status}", both(code), headers=headers)


def _out_of_order(what: LocalizedText) -> Response:
    return problem(out_of_order.STATUS, out_of_order.CODE, what, headers=out_of_order.RETRY_AFTER)


def _incident(error: Exception) -> Response:
    """Something nobody foresaw: a reference to tell, and in the log where it happened, nothing of what was sent."""
    if (what := out_of_order.told(error)) is not None:
        return _out_of_order(what)
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    place = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    _log.error("incident %s %s %s at %s", reference, request.endpoint, type(error).__name__, place)
    return problem(500, "incident", both("api.incident"), incident=reference)
