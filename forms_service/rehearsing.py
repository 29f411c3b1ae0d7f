"""Rehearses a published form: prints its blank, and has it filled, spoilt and read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.form_spec import FormSpec
from forms_service.rehearsal.field_reasons import reasons_of
from forms_service.rehearsal.rehearse import RehearsalReport, rehearse


def rehearse_spec(
    spec: FormSpec, copies: int, seed: int, watch: Callable[[int], None] | None = None, variant: str = ""
) -> RehearsalReport:
    """Tell how well scans of ``spec`` will be read, and why not.

    Args:
        copies: Copies filled in; they take the standard degradations in turn.
        watch: Told the number of copies done.
        variant: Which print of the form is rehearsed; its pages that ask nothing are left out.
    """
    from forms_service.render.layout import lay_out

    layout = lay_out(spec, variant).layout
    pages = blank_pages_with_answers(spec, variant)
    report = rehearse(spec, layout, pages, forms=copies, seed=seed, watch=watch)
    return replace(report, reasons=reasons_of(spec, layout, pages, report))


def blank_pages_with_answers(spec: FormSpec, variant: str = "") -> list[np.ndarray]:
    """The blank pages up to the last one that asks something."""
    from forms_service.render.layout import lay_out

    layout = lay_out(spec, variant).layout
    return blank_pages(spec, variant)[: max(layout.pages_with_answers(), default=0)]


def blank_pages(spec: FormSpec, variant: str = "") -> list[np.ndarray]:
    """The blank pages of a form as gray images at 300 dpi."""
    from forms_service.ocr.page_images import load_pages
    from forms_service.render.form_pdf import render_blank

    return [page.pixels for page in load_pages(render_blank(spec, variant=variant), f"{spec.id}.pdf")]
