"""Pages for everybody: the forms and what each needs, blanks, and checking a receipt."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.calculator import Calculator
from core.errors import FormsError
from core.form_spec import FormSpec
from core.guidance import GuidanceAnswer
from core.measures import measured
from forms_service.procedures import by_topic, listed
from forms_service.web import security
from forms_service.web.downloads import pdf_download
from forms_service.web.languages import translate
from forms_service.web.screens import Problem

PREFIX = ""
pages = Blueprint("public", __name__)


@dataclass(frozen=True, slots=True)
class MoreAbout:
    """What explains a procedure further."""

    answers: list[GuidanceAnswer]
    calculators: list[Calculator]


@pages.get("/")
def home() -> str:
    """The forms on offer and the way to each."""
    forms = listed(security.application().catalogue.forms())
    visits = [spec for spec in forms if spec.flow is not None and spec.flow.keeps_nothing]
    return render_template("home.html", topics=by_topic(forms), visits=visits)


@pages.get("/forms/<form_id>")
def form(form_id: str) -> str:
    """What one form is for, who may use it and which documents it needs."""
    spec = _spec(form_id)
    texts = [one for one in spec.sections if not one.lists and not any(True for _ in one.fields())]
    return render_template(
        "form.html",
        spec=spec,
        texts=texts,
        proposed=_is_proposed(spec),
        today=security.services().today(),
        measured=measured,
        more=_more_about(spec),
        document_types=security.application().catalogue.document_types(),
        physical_check=_may_be_checked(spec),
    )


@pages.get("/forms/<form_id>/blank.pdf")
def blank(form_id: str) -> object:
    """The blank form, to print or to fill in a PDF reader; in large print when asked."""
    spec = _spec(form_id)
    large = request.args.get("print") == "large"
    name = f"{spec.id}-large.pdf" if large else f"{spec.id}.pdf"
    return pdf_download(security.services().blank_pdf(spec.id, 1, large=large), name)


@pages.get("/verify")
def verify() -> str | Response:
    """Ask for the receipt to check; with a reference and its code, lead to what is known of it."""
    reference, code = (request.args.get(name, "").strip() for name in ("reference", "code"))
    if reference and code:
        return redirect(url_for(".receipt", reference=reference, code=code, typed="1"))
    return render_template("verify.html")


@pages.post("/verify")
def verify_file() -> str | tuple[str, int]:
    """Tell whether an uploaded receipt is genuine, and whether it still counts."""
    file = request.files.get("files")
    data = file.read() if file else b""
    if not data:
        problems = [Problem("receipt", translate("upload.nothing"))]
        return render_template("verify.html", problems=problems), 422
    check = security.services().check_receipt_pdf(data)
    if check.verification.checked == "code" and check.standing:  # a picture, of which the code is checked
        return render_template("receipt_check.html", check=check)
    return render_template("verify.html", check=check)


@pages.get("/receipt/<reference>/<code>")
def receipt(reference: str, code: str) -> str | tuple[str, int]:
    """What the QR code on a receipt leads to: is it genuine, and where does the dossier stand."""
    check = security.services().check_receipt_code(reference, code)
    if check.standing is None and request.args.get("typed") and check.outcome == "unknown":
        problems = [Problem("code", translate("verify.wrong_code"))]
        typed = {"reference": reference, "code": code}
        return render_template("verify.html", problems=problems, typed=typed), 404
    page = render_template("receipt_check.html", check=check)
    return page if check.standing else (page, 404)


def _spec(form_id: str) -> FormSpec:
    try:
        return security.application().catalogue.get(form_id)
    except (KeyError, FormsError):
        abort(404)


def _more_about(spec: FormSpec) -> MoreAbout:
    """The answers of the guidance that lead to this form, and the calculators they name."""
    guide = security.application().guide
    named = set(spec.procedure.guidance) if spec.procedure else set()
    answers = [
        one
        for theme in guide.guidance.themes
        for one in theme.answers
        if spec.id in one.procedures or one.id in named
    ]
    wanted = {name for one in answers for name in one.calculators}
    return MoreAbout(answers, [one for one in guide.calculators if one.id in wanted])


def _is_proposed(spec: FormSpec) -> bool:
    """Whether somebody who reads the page would otherwise trust what the sources do not say."""
    told = spec.procedure
    return told is not None and bool(
        spec.proposed or told.proposed or any(one.proposed for one in spec.documents)
    )


def _may_be_checked(spec: FormSpec) -> bool:
    """Whether a deposit on this form may be drawn for a check of its papers."""
    rate = security.application().config.physical_check_rate
    return (spec.physical_check_rate if rate is None else rate) > 0 or spec.physical_check_always is not None
