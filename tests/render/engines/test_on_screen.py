"""pdf.js on screen, where fields are inputs of the browser: it shapes the letters, we say value and side."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Paper
from paper_engines import DPI, cut, grey
from pdfjs_harness import PdfJs

from core.localized_text import Direction
from core.placement import WidgetKind
from forms_service.render.appearance import base_direction
from forms_service.render.form_pdf import render_filled
from forms_service.render.layout import lay_out

INPUTS = """() => [...document.querySelectorAll('.annotationLayer [name]')].map(
    one => [one.name, one.type, one.value, getComputedStyle(one).textAlign, one.checked])"""


@pytest.mark.parametrize("name", ["311-1-14", "310-1-32", "small"])
def test_inputs_show_each_value_on_its_side(name: str, papers: dict[str, Paper], pdfjs: PdfJs) -> None:
    paper = papers[name]
    pdfjs.open(paper.filled)
    shown, ticked = {}, 0
    for page in range(1, pdfjs.pages + 1):
        pdfjs.show(page)
        for field, kind, value, side, is_ticked in pdfjs.page.evaluate(INPUTS):
            shown[field] = (value, "right" if side in ("right", "end") else "left")
            ticked += kind in ("radio", "checkbox") and is_ticked
    for field, place, text in paper.written():
        direction = base_direction(text, place.script)
        value, side = shown[field.id]
        assert value == text, field.id
        if place.widget is not WidgetKind.COMB:
            assert side == ("right" if direction is Direction.RTL else "left"), field.id
    assert ticked == sum(is_ticked for _, is_ticked in paper.ticks())


def stretches(ink: np.ndarray) -> int:
    """How many stretches of ink there are from left to right."""
    columns = ink.any(axis=0).astype(int)
    return int((np.diff(columns, prepend=0) == 1).sum())


def test_letters_of_an_input_are_joined(papers: dict[str, Paper], pdfjs: PdfJs) -> None:
    spec = papers["311-1-14"].spec
    (place,) = lay_out(spec).layout.of_field("assured.last.ar")

    def seen(value: str) -> int:
        pdfjs.open(render_filled(spec, {"assured.last.ar": value}))
        pdfjs.show(1, DPI)
        pdfjs.field("assured.last.ar").evaluate("(input, text) => { input.value = text; }", value)
        return stretches(cut(grey(pdfjs.screen(1, DPI)), place.box.inset(0.8)))

    assert seen("محمد") <= 2 < 4 == seen("م ح م د")
