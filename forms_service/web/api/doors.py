"""What every request passes before a use case is called: its token, its key, the revision it knows.

Nothing here decides about a dossier: the use cases do, for programs as for people.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, cast

from apiflask import APIFlask
from flask import Response, current_app, g, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from forms_service.locales import both
from forms_service.services.access_tokens import Grant
from forms_service.services.expected_revisions import expecting
from forms_service.services.kept_answers import Attempt, KeptAnswer, Made, answer_by, leave_attempt
from forms_service.services.views import Actor
from forms_service.web.api.problems import problem
from forms_service.web.security import services

TOKEN = "token"  # noqa: S105 - name of the security scheme
KEY_HEADER, KEY_PATTERN = "Idempotency-Key", r"^[A-Za-z0-9._:-]{8,100}$"
MATCH_HEADER, MATCH_PATTERN = "If-Match", r'^"?[0-9]{1,9}"?$'
KEPT_HEADERS = ("Location", "ETag")
LARGEST_JSON = 2 * 1024 * 1024
_CHUNK = 1024 * 1024

View = Callable[..., Any]


def the_actor() -> Actor:
    """Whoever the token acts as."""
    return cast(Grant, g.grant).actor


def allows(scope: str = "") -> Callable[[View], View]:
    """Let only tokens with that scope through; without one, every token that counts."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            grant: Grant | None = g.get("grant")
            if grant is None:
                said = both("api.no_token")
                return problem(
                    401, "no_token", said, headers={"WWW-Authenticate": 'Bearer realm="forms-service"'}
                )
            if scope and scope not in grant.scopes:
                challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
                said = both("api.no_scope", scope=scope)
                return problem(403, "insufficient_scope", said, headers={"WWW-Authenticate": challenge})
            return view(*args, **kwargs)

        _note(guarded, security=[{TOKEN: [scope] if scope else []}])
        return guarded

    return decorate


def matched(required: bool = False) -> Callable[[View], View]:
    """Carry a change out only on the revision that ``If-Match`` names, when it names one."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(dossier_id: str, *args: Any, **kwargs: Any) -> Any:
            given = request.headers.get(MATCH_HEADER)
            known = nullcontext() if given is None else expecting(dossier_id, int(given.strip('"')))
            with known:
                return view(dossier_id, *args, **kwargs)

        _note(guarded, match="required" if required else "optional")
        return guarded

    return decorate


def _note(view: Any, **what: Any) -> None:
    view._spec = {**getattr(view, "_spec", {}), **what}


def install(app: APIFlask) -> None:
    """Check tokens, keys and the form of every request, and keep what is answered to keys."""
    app.before_request(_check_token)
    app.before_request(_check_form)
    app.before_request(_check_match)
    app.before_request(lambda: _check_key(app))
    app.after_request(_keep_answer)
    app.teardown_request(lambda _error: leave_attempt())


def _check_form() -> Response | None:
    """Refuse what no use case could make sense of."""
    if "\x00" in request.path:
        return problem(404, "http_404", both("api.http_404"))
    if any(len(values) > 1 for _, values in request.args.lists()):
        return _bad("api.repeated")
    takes = _takes() if _opens() else None
    if takes == "application/json":
        if not request.is_json:
            raise UnsupportedMediaType
        request.max_content_length = LARGEST_JSON
    if takes == "multipart/form-data" and request.mimetype != takes:
        raise UnsupportedMediaType
    return None


def _noted() -> dict[str, Any]:
    """What the decorators noted of the view that is asked for."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    noted: dict[str, Any] = getattr(view, "_spec", {})
    return noted


def _opens() -> bool:
    """Whether the token opens this door at all; who may not in is not told what is wrong with their request."""
    security = _noted().get("security") or ()
    needed = {scope for one in security for scope in one[TOKEN]}
    return not security or (g.grant is not None and needed <= g.grant.scopes)


def _check_match() -> Response | None:
    """Refuse a revision that is none, and its absence where whole dossiers are judged."""
    wanted, given = _noted().get("match"), request.headers.get(MATCH_HEADER)
    if wanted is None or not _opens():
        return None
    if given is None:
        return problem(428, "revision_needed", both("api.revision_needed")) if wanted == "required" else None
    if not re.fullmatch(MATCH_PATTERN[1:-1], given):
        return problem(400, "wrong_revision", both("api.wrong_revision"))
    return None


def _takes() -> str | None:
    """The media type of the body the view reads, if it reads any."""
    noted = _noted()
    if not noted.get("body"):
        return None
    return str(noted.get("content_type") or "application/json")


def _bad(code: str) -> Response:
    return problem(400, "bad_request", both(code))


# --- tokens ----------------------------------------------------------------------------------------


def _check_token() -> Response | None:
    g.grant = None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.casefold() == "bearer" and token.strip():
        g.grant = services().grant(token.strip())
    if g.grant is None:
        challenge = 'Bearer realm="forms-service", error="invalid_token"'
        return problem(401, "invalid_token", both("api.wrong_token"), headers={"WWW-Authenticate": challenge})
    return _check_pace(g.grant)


def _check_pace(grant: Grant) -> Response | None:
    """Refuse a token that asks more than it may in a minute; nothing of the request is looked at."""
    seconds = services().wait_before_request(grant.token_id)
    if not seconds:
        return None
    most = current_app.extensions["forms_service"].config.requests_a_minute
    said = both("api.too_many_requests", most=most, seconds=seconds)
    return problem(429, "too_many_requests", said, headers={"Retry-After": str(seconds)})


# --- idempotency keys ------------------------------------------------------------------------------


def _check_key(app: APIFlask) -> Response | None:
    key, grant = request.headers.get(KEY_HEADER), g.grant
    if key is None or grant is None or request.method != "POST" or not _opens():
        return None
    if not re.fullmatch(KEY_PATTERN[1:-1], key):
        return _bad("api.wrong_key")
    begun = services().begin_request(grant.actor.id, key, _fingerprint())
    if isinstance(begun, KeptAnswer):
        answer = Response(begun.body, begun.status, begun.headers)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer
    g.attempt = begun
    return None


def _keep_answer(answer: Response) -> Response:
    attempt: Attempt | None = g.pop("attempt", None)
    if attempt is None:
        return answer
    lost = answer.status_code >= 500 or answer.is_streamed or answer.direct_passthrough
    counts = services().end_request(attempt, None if lost else _as_kept(answer))
    if counts is not None and lost:  # it was done, and what to answer was kept with it
        return Response(counts.body, counts.status, counts.headers)
    if counts is not None:
        answer.set_data(counts.body)
    return answer


def _as_kept(answer: Response) -> KeptAnswer:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    headers["Content-Type"] = answer.headers.get("Content-Type", "application/json")
    return KeptAnswer(answer.status_code, headers, answer.get_data())


def retold(tell: Callable[[Made], Response]) -> None:
    """Keep the answer with what the request does: killed in between, it is still answered alike.

    ``tell`` gives the answer from what was written; it is given the ids of what was made.
    """
    answer_by(lambda made: _as_kept(tell(made)))


def _fingerprint() -> str:
    """Tells two requests apart; the boundaries of a form, which every sending draws anew, do not count."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    digest.update(f"{request.headers.get(MATCH_HEADER, '')}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in request.form.items(multi=True):
            digest.update(f"{name}={len(value)}:{value}\n".encode("utf-8", "surrogatepass"))
        for name, file in request.files.items(multi=True):
            digest.update(f"{name}={file.filename}:{_digest_of(file)}\n".encode("utf-8", "surrogatepass"))
    else:
        digest.update(request.get_data(cache=True))
    return digest.hexdigest()


def _digest_of(file: FileStorage) -> str:
    digest = hashlib.sha256()
    while chunk := file.stream.read(_CHUNK):
        digest.update(chunk)
    file.stream.seek(0)
    return digest.hexdigest()
