"""Forms that may be sent twice and do their work once: pressing twice, reloading, going back and on.

Each page with such a form carries a text of its own.  What comes a second time with the same text and
the same answers is the same request: it gets the answer of the first one, which programs get by an
idempotency key.  The answer is kept sealed, so that even a password shown once is not lost by a
second press that came before the first answer could be read.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from time import monotonic, sleep
from typing import Any

from flask import Flask, Response, make_response, request
from markupsafe import Markup

from core.errors import DossierError
from forms_service.locales import both
from forms_service.services.kept_answers import Attempt, KeptAnswer
from forms_service.web.security import services, the_actor

FIELD = "once"
_OF_A_PAGE = "page "
"""Begins the keys of what pages send; what was sent is known by the rest, which fits its column."""

_NOT_SAID = frozenset({"csrf_token"})
_LONGEST_WAIT_S, _PAUSE_S = 10.0, 0.1


def once_field() -> Markup:
    """The hidden field of a form whose sending counts once."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_urlsafe(18))


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view answer the same sending of a form once, whoever presses how often.

    It stands below ``needs``: it must be known who sends.  What was refused may be sent again.
    """

    @wraps(view)
    def answered_once(*args: Any, **kwargs: Any) -> Any:
        if not request.form.get(FIELD):
            return view(*args, **kwargs)
        attempt = _begun(the_actor().id, _key())
        if isinstance(attempt, KeptAnswer):
            return Response(attempt.body, attempt.status, attempt.headers)
        answer = None
        try:
            answer = make_response(view(*args, **kwargs))
        finally:
            done = answer is not None and answer.status_code < 400
            services().end_request(attempt, _as_kept(answer) if answer is not None and done else None)
        return answer

    return answered_once


def install(app: Flask) -> None:
    """Let templates write the field."""
    app.jinja_env.globals["once_field"] = once_field


def _begun(account_id: str, key: str) -> Attempt | KeptAnswer:
    """Begin; whoever presses again while the first one is carried out waits for its answer."""
    until = monotonic() + _LONGEST_WAIT_S
    while True:
        try:
            return services().begin_request(account_id, key, key.removeprefix(_OF_A_PAGE))
        except DossierError as busy:
            if busy.code != "request_under_way":
                raise
        while services().is_under_way(account_id, key):
            if monotonic() > until:
                raise DossierError(both("error.sent_twice"), code="request_under_way")
            sleep(_PAUSE_S)


def _key() -> str:
    """The same for the same page with the same answers: with others it is another request."""
    said = [one for one in request.form.items(multi=True) if one[0] not in _NOT_SAID]
    digest = hashlib.sha256(repr((request.path, sorted(said))).encode())
    return f"{_OF_A_PAGE}{digest.hexdigest()}"


def _as_kept(answer: Response) -> KeptAnswer:
    headers = {name: answer.headers[name] for name in ("Content-Type", "Location") if name in answer.headers}
    return KeptAnswer(answer.status_code, headers, answer.get_data())
