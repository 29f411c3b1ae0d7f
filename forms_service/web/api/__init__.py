"""The interface for programs, under ``/api/v1``: the use cases of the pages, as JSON.

It is an application of its own beside the pages: no cookie, no session and no page's error handler
ever meets a program's request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apiflask import APIFlask
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from forms_service.web import asked_numbers, costly, looks, security, watching
from forms_service.web.api import (
    agency,
    authoring,
    complements,
    courses,
    description,
    doors,
    dossiers,
    forms,
    knowledge,
    office,
    papers,
    problems,
    review,
    webhooks,
)

if TYPE_CHECKING:
    from forms_service.bootstrap import Application

PREFIX = "/api/v1"
_FILES_AT_ONCE = 4


def create_api(application: Application) -> APIFlask:
    """Make the interface around the use cases of ``application``."""
    app = APIFlask(
        __name__,
        title="forms-service",
        version=description.api_version(),
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]
    )
    asked_numbers.install(app)
    app.extensions["forms_service"] = application
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=_FILES_AT_ONCE * application.config.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_SECURE=application.config.public_url.startswith("https://"),
        PROPAGATE_EXCEPTIONS=False,
    )
    watching.install(app, "api.")
    security.install(app)
    doors.install(app)
    costly.install(app)
    problems.install(app)
    looks.install(app, looks.LISTS_FOR_PROGRAMS, problems.of_error)
    for area in (
        forms,
        knowledge,
        dossiers,
        papers,
        complements,
        courses,
        agency,
        review,
        office,
        authoring,
        webhooks,
    ):
        app.register_blueprint(area.routes)
    description.install(app)
    return app


def mount(pages: Flask, application: Application) -> None:
    """Answer programs' requests beside the pages, in the same process."""
    api = create_api(application)
    pages.extensions["forms_service_api"] = api
    pages.wsgi_app = DispatcherMiddleware(pages.wsgi_app, {PREFIX: api.wsgi_app})  # type: ignore[method-assign]
