"""A deposited dossier whose form came back on paper: many values sure, a few in doubt, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2

from core.form_spec import FormSpec
from core.placement import BoxMm
from forms_service.bootstrap import Application
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.previewing import sample_answers
from forms_service.reading_process import ReadingOutcome
from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out
from forms_service.services import Actor, reading_results
from forms_service.upload_reading import _result

ALLOWANCE = "311-1-14"
FIELDS, DOUBTS = 60, 5
_DPI = 100
_PX_PER_MM = _DPI / 25.4
_ROW_VALUES = {"date": "2015-03-12", "latin_name": "Adam", "arabic_name": "آدم"}
_DOUBTED_KINDS = ("latin_name", "arabic_name", "text")


def actor(application: Application, role: str) -> Actor:
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
    found = application.services.authenticate(account.login, account.password)
    assert found
    return found


def reviewable(application: Application, folder: Path, jobs: Any) -> tuple[str, list[str]]:
    """A dossier of sixty read fields, five of them in doubt; gives its id and the doubtful fields."""
    services, applicant = application.services, actor(application, "applicant")
    dossier_id = services.open_dossier(applicant, ALLOWANCE, "ar")
    view = services.dossier(applicant, dossier_id)
    pdf = render_filled(view.spec, sample_answers(view.spec), reference=view.reference, flatten=True)
    extractions, doubtful = _extractions(view.spec)
    pages = form_pages(view.spec, view.reference, pdf, folder)
    result = _result(
        "read", pages=pages, extractions=extractions, is_form=True, signed_paper=True, confidence=0.9
    )
    services.upload(applicant, dossier_id, "formulaire.pdf", pdf, "form", None)
    with _prepared(result, folder):
        while jobs.waiting:
            services.read_upload(jobs.waiting.pop(0))
    services.deposit(applicant, dossier_id, True)
    return dossier_id, doubtful


def form_pages(spec: FormSpec, reference: str, pdf: bytes, folder: Path) -> list[dict[str, Any]]:
    """The pages of a dossier's form as a reading describes them; their pictures lie in the folder."""
    every = pypdfium2.PdfDocument(pdf)
    pages = []
    for number, page in enumerate(every):
        page.render(scale=_DPI / 72).to_pil().convert("L").save(
            folder / f"page-{number}.png", compress_level=1
        )
        pages.append(
            {
                "image": f"page-{number}.png",
                "scale": 1.0,
                "form": spec.id,
                "version": spec.version,
                "form_page": number + 1,
                "form_pages": len(every),
                "variant": "",
                "reference": reference,
                "ours": True,
                "registered": True,
            }
        )
    return pages


@contextmanager
def _prepared(result: dict[str, Any], folder: Path) -> Iterator[None]:
    @contextmanager
    def reading(*_args: object) -> Iterator[ReadingOutcome]:
        yield ReadingOutcome(result, folder)

    kept = reading_results.run_reading_of_pages
    reading_results.run_reading_of_pages = reading
    try:
        yield
    finally:
        reading_results.run_reading_of_pages = kept


def _extractions(spec: FormSpec) -> tuple[list[dict[str, Any]], list[str]]:
    """What the printed boxes say, then rows of the group until there are enough."""
    found, doubtful = printed_extractions(spec, sample_answers(spec))
    for field_id, value in _rows(spec):
        if len(found) < FIELDS and field_id not in {one["field_id"] for one in found}:
            found.append(
                _extraction(
                    field_id, value, 1, [200, 300 + 12 * len(found), 700, 310 + 12 * len(found)], False
                )
            )
    return found[:FIELDS], doubtful


def printed_extractions(spec: FormSpec, answers: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """What the printed boxes say of those answers, each at its place; some words are in doubt."""
    layout = lay_out(spec).layout
    found: list[dict[str, Any]] = []
    doubtful: list[str] = []
    for field in spec.printed_fields():
        if field.office or answers.get(field.id) is None:
            continue
        place = layout.of_field(field.id)[0]
        doubt = field.kind in _DOUBTED_KINDS and len(doubtful) < DOUBTS
        if doubt:
            doubtful.append(field.id)
        value = True if field.kind == "declaration" else answers[field.id]  # the deposit declares it as well
        found.append(_extraction(field.id, value, place.page - 1, _pixels(place.box), doubt))
    return found, doubtful


def _rows(spec: FormSpec) -> Iterator[tuple[str, Any]]:
    for group in spec.groups:
        for number in range(1, group.maximum + 1):
            for field in group.fields:
                if field.kind in _ROW_VALUES:
                    yield f"{group.id}.{number}.{field.id}", _ROW_VALUES[field.kind]


def _extraction(field_id: str, value: Any, page: int, box: list[int], doubt: bool) -> dict[str, Any]:
    return {
        "field_id": field_id,
        "raw": str(value),
        "value": value,
        "problem": None,
        "confidence": 0.61 if doubt else 0.97,
        "page": page,
        "box": box,
        "verdict": "review" if doubt else "accept",
        "engine": "prepared",
        "reason": "low_confidence" if doubt else None,
    }


def _pixels(box: BoxMm) -> list[int]:
    sides = (box.x, box.y, box.x + box.width, box.y + box.height)
    return [round(one * _PX_PER_MM) for one in sides]
