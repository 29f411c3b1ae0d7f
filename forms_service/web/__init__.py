"""The screens: server-rendered pages in Arabic and French over the use cases, and nothing else.

Nothing needs JavaScript.  Every page lives under its language (``/ar/…``, ``/fr/…``).  What is posted and
kept ends in a redirect, what is wrong in the same page; what would begin something anew, or shows a
secret once, carries a text of its own (``once``), so that pressing twice does no harm.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from forms_service.web import (
    about,
    account,
    account_opening,
    agency,
    api,
    applicant,
    asked_numbers,
    assets,
    auth,
    author,
    calculators,
    codes_in_arabic,
    complements,
    compression,
    confirming,
    costly,
    counter,
    course,
    decisions,
    deposit,
    documents,
    dossier_papers,
    errors,
    group_files,
    groups,
    guidance,
    health,
    kept_typing,
    languages,
    letting_go,
    looks,
    newsletter,
    once,
    operator,
    own_data,
    presentation,
    procedures,
    programs,
    provider,
    proxies,
    public,
    reviewer,
    revocation,
    second_step,
    security,
    sent_by_script,
    status,
    text_size,
    visitor,
    watching,
)

if TYPE_CHECKING:
    from forms_service.bootstrap import Application

_FILES_AT_ONCE = 4
SESSION_LIFETIME = timedelta(minutes=45)
ASSETS_KEPT = timedelta(days=1)


def create_app(application: Application) -> Flask:
    """Make the web service around the use cases of ``application``."""
    app = Flask(__name__)
    _ = application.guide.knowledge  # what is wrong with it is told at the start, not to the first visitor
    asked_numbers.install(app)
    config = application.config
    app.config.update(
        SECRET_KEY=config.secret_key(),
        MAX_CONTENT_LENGTH=_FILES_AT_ONCE * config.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        SEND_FILE_MAX_AGE_DEFAULT=ASSETS_KEPT,
    )
    app.extensions["forms_service"] = application
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset_version"] = _asset_version(Path(app.root_path) / "static")
    watching.install(app)  # first, so that it tells of whatever the others refuse
    CSRFProtect(app)
    compression.install(app)  # what is registered first sees answers last, when nobody changes them any more
    sent_by_script.install(app)
    text_size.install(app)
    once.install(app)
    languages.install(app)
    presentation.install(app)
    codes_in_arabic.install(app)
    kept_typing.install(app)
    security.install(app)
    costly.install(app)
    errors.install(app)
    looks.install(app, looks.LISTS, errors.unrecorded)
    for area in (
        public,
        about,
        auth,
        second_step,
        provider,
        account_opening,
        account,
        applicant,
        groups,
        group_files,
        confirming,
        documents,
        dossier_papers,
        deposit,
        course,
        complements,
        agency,
        counter,
        reviewer,
        decisions,
        revocation,
        author,
        operator,
        status,
        procedures,
        guidance,
        calculators,
        newsletter,
        own_data,
        letting_go,
        programs,
        visitor,
    ):
        app.register_blueprint(area.pages, url_prefix="/<any(ar, fr):lang>" + area.PREFIX)
    app.register_blueprint(assets.pages)
    app.register_blueprint(health.pages)
    api.mount(app, application)
    watching.watch(app, application)
    if config.trusted_proxies:
        app.wsgi_app = proxies.TrustedProxies(app.wsgi_app, config.trusted_proxies)  # type: ignore[method-assign]
    return app


def _asset_version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
