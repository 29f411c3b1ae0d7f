"""Which addresses cost much to answer, and how fast anybody may ask for them."""

from __future__ import annotations

from flask import Flask, current_app, g, request

from forms_service.web import security

ENDINGS = (".pdf", ".csv", ".<any(csv, xlsx):kind>", ".xlsx")
"""Papers that are drawn, and tables that are gathered."""

SEARCHES = frozenset({"agency.desk", "reviewer.queue", "operator.users", "operator.record", "guidance.home"})
"""Pages that search when they are asked something."""

UPLOADS = frozenset(
    {
        *("documents.upload", "complements.add", "agency.take_stack", "group_files.take_file"),
        *("public.verify_file", "forms.verify_receipt", "papers.upload_attachment"),
        *("complements.add_missing_paper", "author.rehearse", "authoring.ask_rehearsal"),
    }
)
"""Where files are taken in and looked at."""

HANDED_OUT = frozenset({"documents.file", "agency.left_page_original", "papers.original_file"})
"""Where a copy that can do no harm is made of a file."""


def is_costly() -> bool:
    """Whether the request asks for what costs much."""
    rule = request.url_rule
    if rule is None or request.method in ("HEAD", "OPTIONS"):
        return False
    if rule.rule.endswith(ENDINGS):
        return True
    if request.method == "POST":
        return request.endpoint in UPLOADS
    if request.endpoint in HANDED_OUT:
        return True
    return request.endpoint in SEARCHES and bool(request.args)


def install(app: Flask) -> None:
    """Count such requests before anything of them is done; who asks too fast is told when to ask again."""
    app.before_request(_pace)


def _pace() -> None:
    if not is_costly():
        return
    grant = g.get("grant")
    if "forms_service_api" in current_app.extensions:  # pages; programs have tokens
        actor = security.current_actor()
    else:
        actor = grant.actor if grant is not None else None
    security.services().pace_costly(actor.id if actor else "", security.client())
