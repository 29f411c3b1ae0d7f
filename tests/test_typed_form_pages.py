"""What a reviewer sees of a typed form: our own drawing of the values, and anything else it shows."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pikepdf
import pytest

from core.form_spec import FormSpec
from core.placement import PageIdentity, Placement
from forms_service.ocr.page_images import PageImage, load_pages
from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.typed_form_pages import as_we_draw_it

REFERENCE = "CN-2026-7K3QX"
ANSWERS: dict[str, object] = {
    "assured.last.ar": "فاطمة الزهراء",
    "assured.city": "Salé",
    "quality": "divorced",
}


@pytest.fixture(scope="module")
def spec() -> FormSpec:
    return SpecCatalogue.load().get("311-1-14")


def saved_by_a_viewer(
    spec: FormSpec, values: dict[str, object], also: Callable[[pikepdf.Pdf], None] | None = None
) -> list[PageImage]:
    """The form as a viewer left it that cannot draw Arabic: stored, and not to be seen."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(render_filled(spec, values, REFERENCE))) as document:
        empty = document.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        for note in document.pages[0].Annots:
            if str(note.get("/T", "")).endswith(".ar"):
                empty.BBox = note.AP.N.BBox
                note.AP.N = empty
        if also:
            also(document)
        document.save(out)
    return load_pages(out.getvalue(), "typed.pdf")


def identities(pages: list[PageImage]) -> list[PageIdentity | None]:
    return [PageIdentity("311-1-14", 1, number, len(pages), REFERENCE) for number in range(1, len(pages) + 1)]


def place_of(spec: FormSpec, field_id: str) -> Placement:
    return lay_out(spec).layout.of_field(field_id)[0]


def cut(page: PageImage, place: Placement) -> np.ndarray:
    scale, box = page.pixels.shape[1] / 210, place.box
    rows = slice(round(box.y * scale), round(box.bottom * scale))
    return page.pixels[rows, round(box.x * scale) : round(box.right * scale)]


def test_values_that_a_viewer_drew_badly_are_shown_as_we_draw_them(spec: FormSpec) -> None:
    uploaded = saved_by_a_viewer(spec, ANSWERS)
    ours = load_pages(render_filled(spec, ANSWERS, REFERENCE), "ours.pdf")
    shown = as_we_draw_it(spec, ANSWERS, REFERENCE, uploaded, identities(uploaded))
    assert not np.array_equal(uploaded[0].pixels, ours[0].pixels)
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(shown, ours, strict=True))
    assert [(one.file, one.page) for one in shown] == [(one.file, one.page) for one in uploaded]


def test_a_signature_drawn_in_is_never_hidden(spec: FormSpec) -> None:
    box = place_of(spec, "sign").box

    def sign(document: pikepdf.Pdf) -> None:
        x, y = (box.x + 5) / 25.4 * 72, (297 - box.y - 12) / 25.4 * 72
        stroke = document.make_stream(f"q 1.2 w {x} {y} m {x + 60} {y + 15} l S Q".encode())
        document.pages[0].contents_add(stroke)

    uploaded = saved_by_a_viewer(spec, ANSWERS, sign)
    shown = as_we_draw_it(spec, ANSWERS, REFERENCE, uploaded, identities(uploaded))
    assert shown[0] is uploaded[0]


def test_a_value_that_cannot_be_drawn_keeps_the_looks_it_came_with(spec: FormSpec) -> None:
    uploaded = saved_by_a_viewer(spec, ANSWERS)
    typed = {**ANSWERS, "assured.city": "大阪", "assured.birth": "99999999", "assured.last": "W" * 79}
    shown = as_we_draw_it(spec, typed, REFERENCE, uploaded, identities(uploaded))
    assert shown[0] is not uploaded[0]
    city, arabic = place_of(spec, "assured.city"), place_of(spec, "assured.last.ar")
    assert np.array_equal(cut(shown[0], city), cut(uploaded[0], city))
    assert (cut(shown[0], arabic) < 100).sum() > (cut(uploaded[0], arabic) < 100).sum()


def test_pages_that_nobody_knows_stay_as_they_are(spec: FormSpec) -> None:
    uploaded = saved_by_a_viewer(spec, ANSWERS)
    unknown: list[PageIdentity | None] = [None] * len(uploaded)
    shown = as_we_draw_it(spec, ANSWERS, REFERENCE, uploaded, unknown)
    assert all(one is other for one, other in zip(shown, uploaded, strict=True))
