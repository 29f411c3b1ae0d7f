"""The OpenAPI description: what APIFlask knows of the routes, and what every route has in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from apiflask import APIFlask
from flask import Response, current_app, json

from forms_service.web.api import shapes
from forms_service.web.api.doors import KEY_HEADER, KEY_PATTERN, MATCH_HEADER, MATCH_PATTERN, TOKEN
from forms_service.web.api.problems import MEDIA_TYPE

OPENAPI_VERSION = "3.1.0"
TAGS = {
    "forms": "Forms and receipts, for everybody: no token is needed",
    "knowledge": "Questions and answers, and calculators, for everybody: no token is needed",
    "dossiers": "Dossiers: open, answer, see what is missing, deposit, follow",
    "papers": "Papers: send them, see what was read, print",
    "agency": "The agency's work",
    "courses": "The course of a dossier: where it stands, what may be done next, the papers it ended in",
    "complements": "What an incomplete deposit lacks: add it, and get the receipt of that",
    "review": "The reviewer's work",
    "authoring": "The author's work: what lint says of a form, and how well it is read back",
    "office": "Whom a token acts as; for operators the figures and the record",
    "webhooks": "Being told of changes",
}
_ABOUT = (
    "Everything the screens do with forms, dossiers and papers, for programs. Errors are "
    "`application/problem+json` with a stable `code` and words in Arabic and French. "
    "See docs/api.md for a start in five minutes."
)
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_WORDS = {
    "400": "The request cannot be understood",
    "401": "No token, or one that does not count (any more)",
    "403": "The token's scopes, or its account, do not allow this",
    "404": "There is no such thing, or it is not yours",
    "409": "The dossier's state, or another request, forbids this",
    "412": "The dossier changed since the revision in If-Match",
    "413": "The file or request is too large",
    "415": "The body is of another media type than this route takes",
    "422": "Something in the request is not valid; `errors` says what",
    "428": "If-Match is needed here",
    "429": "The token sent more requests than it may in a minute; `Retry-After` says how long to wait",
}


def install(app: APIFlask) -> None:
    """Describe the interface, as JSON and as YAML."""
    app.config.update(
        OPENAPI_VERSION=OPENAPI_VERSION,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_SERVERS=False,
        TAGS=[{"name": name, "description": words} for name, words in TAGS.items()],
        SERVERS=[{"url": app.extensions["forms_service"].config.public_url + "/api/v1"}],
        SECURITY_SCHEMES={TOKEN: {"type": "http", "scheme": "bearer"}},
        INFO={"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
    )
    app.spec_processor(lambda spec: _completed(app, spec))
    app.add_url_rule("/openapi.json", "openapi_json", _as_json)
    app.add_url_rule("/openapi.yaml", "openapi_yaml", _as_yaml)
    for name in ("openapi_json", "openapi_yaml"):
        app.view_functions[name]._spec = {"hide": True}  # type: ignore[attr-defined]


def described() -> dict[str, Any]:
    """The description as data."""
    app: Any = current_app
    found: dict[str, Any] = app._get_spec("json")
    return found


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (method, path, operation) of a description, in its order."""
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield method, path, operation


def api_version() -> str:
    """The version of the service that answers."""
    return version("forms-service")


def _as_json() -> Response:
    return Response(json.dumps(described(), ensure_ascii=False), content_type="application/json")


def _as_yaml() -> Response:
    import yaml

    text = yaml.safe_dump(described(), allow_unicode=True, sort_keys=False)
    return Response(text, content_type="application/yaml; charset=utf-8")


# --- what all routes have in common ----------------------------------------------------------------


def _completed(app: APIFlask, spec: dict[str, Any]) -> dict[str, Any]:
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = shapes.Problem.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    endpoints: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        endpoints.setdefault(_path(rule.rule), {}).update(
            {method.lower(): rule.endpoint for method in rule.methods or ()}
        )
    for method, path, operation in operations(spec):
        view: Any = app.view_functions[endpoints[path][method]]
        noted: dict[str, Any] = view._spec
        operation["tags"] = [endpoints[path][method].partition(".")[0]]
        operation["operationId"] = view.__name__
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        operation["parameters"] = [*operation.get("parameters", []), *_headers(method, noted)]
        _describe_answers(operation, method, path, noted)
    return _with_plain_names(spec)


def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _headers(method: str, noted: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    if method == "post" and noted.get("security"):
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "The same key with the same request gets the same answer, and is carried out once.",
                "schema": {"type": "string", "pattern": KEY_PATTERN},
            }
        )
    if match := noted.get("match"):
        found.append(
            {
                "name": MATCH_HEADER,
                "in": "header",
                "required": match == "required",
                "description": "The revision you saw, as ETag gave it; at another one nothing is changed.",
                "schema": {"type": "string", "pattern": MATCH_PATTERN},
            }
        )
    return found


def _describe_answers(operation: dict[str, Any], method: str, path: str, noted: dict[str, Any]) -> None:
    codes = {"400"}
    codes |= {"401", "403", "429"} if noted.get("security") else set()
    codes |= {"404"} if "{" in path else set()
    codes |= {"422"} if noted.get("body") or noted.get("args") else set()
    codes |= {"413", "415"} if noted.get("body") else set()
    codes |= {"404", "409"} if method != "get" else set()
    codes |= {"412"} if noted.get("match") else set()
    codes |= {"428"} if noted.get("match") == "required" else set()
    for status, answer in operation["responses"].items():
        if noted.get("match") and status.startswith("2") and status != "204":
            answer.setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}}
    for code in sorted(codes):
        operation["responses"][code] = _answer(_WORDS[code])
        if code == "429":
            seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait"}
            operation["responses"][code]["headers"] = {"Retry-After": seconds}
    operation["responses"]["default"] = _answer("Anything else that went wrong")


def _answer(words: str) -> dict[str, Any]:
    return {"description": words, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def _with_plain_names(spec: dict[str, Any]) -> dict[str, Any]:
    """Name every shape once: APIFlask names a shape within a shape after both, once for each."""
    schemas: dict[str, Any] = spec["components"]["schemas"]
    plain = {name: name.rpartition(".")[2] for name in schemas}
    definitions = schemas["Problem"].pop("$defs", {})
    renamed = {**definitions, **{plain[name]: schema for name, schema in schemas.items()}}
    text = json.dumps({**spec, "components": {**spec["components"], "schemas": renamed}})
    found: dict[str, Any] = json.loads(
        re.sub(r'"#/components/schemas/[^"]*?([^"./]+)"', r'"#/components/schemas/\1"', text)
    )
    return found
