"""The author's pages: the forms and their versions, what lint says, what they look like, how they are read."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import Response as PageResponse
from werkzeug.wrappers import Response as BaseResponse

from core.form_spec import FormSpec
from forms_service.procedures import by_topic
from forms_service.render.lint_advice import AdviceSeverity
from forms_service.services.rehearsals import KeptRehearsal
from forms_service.spec_linting import LintedSpec, lint_spec
from forms_service.web import security
from forms_service.web.downloads import picture
from forms_service.web.languages import language, translate
from forms_service.web.security import needs, services, the_actor
from forms_service.web.spec_preview import ShownRemark, Surroundings, preview_page

PREFIX = "/author"
pages = Blueprint("author", __name__)

_DPI = 120
_WORST = 15
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FieldRate:
    """How one field fared in a rehearsal."""

    field_id: str
    label: str
    answers: int
    exact: int
    accepted: int
    wrong: int


@pages.get("/")
@needs("author", "operator")
def forms() -> str:
    """Every version of the forms of one topic, with what lint says and when it was rehearsed."""
    topics = by_topic(_catalogue().forms())
    asked = request.args.get("topic", "")
    shown = next((one for one in topics if one.id == asked), topics[0]) if topics else None
    ids = {spec.id for spec in shown.forms} if shown else set()
    every = sorted(
        (spec for spec in _catalogue().specs.values() if spec.id in ids),
        key=lambda one: (one.id, -one.version),
    )
    newest = {one.id: one.version for one in reversed(every)}
    lines = [
        (
            one,
            _linted(one),
            next(iter(services().rehearsals(the_actor(), one)), None),
            one.version == newest[one.id],
        )
        for one in every
    ]
    return render_template("author_forms.html", lines=lines, topics=topics, shown=shown)


@pages.get("/<form_id>/<int:version>")
@needs("author", "operator")
def form(form_id: str, version: int) -> str:
    """One version: remarks, pages, rehearsals."""
    spec = _catalogue().get(form_id, version)
    kept = services().rehearsals(the_actor(), spec)
    return render_template(
        "author_form.html",
        spec=spec,
        linted=_linted(spec),
        errors=AdviceSeverity.ERROR,
        page_count=len(_drawn(spec)),
        rehearsals=kept,
        run=services().latest_run(the_actor(), spec),
        worst=_worst(spec, kept[0]) if kept else [],
        shown_language=language().value,
    )


@pages.post("/<form_id>/<int:version>/rehearsal")
@needs("author", "operator")
def rehearse(form_id: str, version: int) -> PageResponse | BaseResponse:
    """Have the version rehearsed in the background; the page tells how far it is."""
    spec = _catalogue().get(form_id, version)
    services().ask_rehearsal(the_actor(), spec, request.form.get("large") == "true")
    flash(translate("authors.rehearsal_asked"), "done")
    place = url_for(".form", form_id=form_id, version=version, _anchor="rehearsals")
    return redirect(place, code=303)


@pages.get("/<form_id>/<int:version>/pages/<int:number>.png")
@needs("author", "operator")
def page(form_id: str, version: int, number: int) -> Response:
    """One page of the blank form."""
    drawn = _drawn(_catalogue().get(form_id, version))
    if not 1 <= number <= len(drawn):
        abort(404)
    return picture(drawn[number - 1])


@pages.get("/<form_id>/<int:version>/preview")
@needs("author", "operator")
def preview(form_id: str, version: int) -> PageResponse:
    """Questions, documents and conditions in words, as ``specs preview`` writes them.

    Its paper is one page up and its lines are one page on: whoever reads questions does not wait for them.
    """
    spec = _catalogue().get(form_id, version)
    remarks = [
        ShownRemark(one.place.line, one.severity is AdviceSeverity.ERROR, one.english, one.message)
        for one in _linted(spec).remarks
    ]
    chosen = None if request.args.get("both") else language()
    around = Surroundings(
        stylesheet=url_for("static", filename="style.css", v=current_app.jinja_env.globals["asset_version"]),
        source=url_for(".source", form_id=form_id, version=version),
        form=url_for(".form", form_id=form_id, version=version),
        mark=url_for("static", filename="mark.svg"),
    )
    html = preview_page(spec, remarks, "", (), _catalogue().document_types(), chosen, around)
    return _with_own_style(html)


@pages.get("/<form_id>/<int:version>/source")
@needs("author", "operator")
def source(form_id: str, version: int) -> str:
    """The lines of the spec, numbered as lint names them."""
    spec = _catalogue().get(form_id, version)
    lines = _path(spec).read_text(encoding="utf-8").splitlines()
    remarked = {one.place.line for one in _linted(spec).remarks}
    return render_template("author_source.html", spec=spec, lines=lines, remarked=remarked)


def _with_own_style(html: str) -> PageResponse:
    """A page that adds a style of its own to the service's, and may carry nothing else."""
    digests = (
        base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
        for style in _STYLE.findall(html)
    )
    styles = " ".join(f"'sha256-{one}'" for one in digests)
    response = PageResponse(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self' {styles}; img-src 'self'; font-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def _catalogue() -> Any:
    return security.application().catalogue


def _path(spec: FormSpec) -> Path:
    return security.application().config.spec_folder / spec.id / f"v{spec.version}.yaml"


def _linted(spec: FormSpec) -> LintedSpec:
    return _lint(_path(spec), security.application().config.spec_folder, spec.digest)


@lru_cache(maxsize=256)
def _lint(path: Path, folder: Path, _digest: str) -> LintedSpec:
    return lint_spec(path, folder)


def _drawn(spec: FormSpec) -> tuple[bytes, ...]:
    return _draw(spec.id, spec.version, spec.digest, security.application().config.spec_folder)


@lru_cache(maxsize=32)
def _draw(form_id: str, version: int, _digest: str, _folder: Path) -> tuple[bytes, ...]:
    """The pages of the blank as PNG: a version is never edited, so they are drawn once."""
    import pypdfium2

    from forms_service.render.form_pdf import render_blank

    found = []
    for one in pypdfium2.PdfDocument(render_blank(_catalogue().get(form_id, version))):
        out = io.BytesIO()
        one.render(scale=_DPI / 72, draw_annots=True).to_pil().convert("L").save(out, "PNG", optimize=True)
        found.append(out.getvalue())
    return tuple(found)


def _worst(spec: FormSpec, rehearsal: KeptRehearsal) -> list[FieldRate]:
    """The fields that were read worst, as far as any was not read exactly each time."""
    fields: Mapping[str, Mapping[str, Any]] = rehearsal.figures.get("fields", {})
    labels = {one.id: one.label.in_language(language()) for one in spec.printed_fields()}
    rates = [
        FieldRate(
            name, labels.get(name, name), one["answers"], one["exact"], one["accepted"], one["accepted_wrong"]
        )
        for name, one in fields.items()
        if one["exact"] < one["answers"] or one["accepted_wrong"]
    ]
    return sorted(rates, key=lambda one: one.exact / max(1, one.answers))[:_WORST]
