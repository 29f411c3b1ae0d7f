"""Every filled field in PDFium, pdf.js, MuPDF and poppler against an independent drawing.

Fields shaped, in the right order, on the right side, nothing outside their boxes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pypdf
import pytest
from conftest import Paper, Shown
from paper_engines import PX_PER_MM, cut, likeness, lines_of, reference

from core.form_spec import FieldSpec
from core.localized_text import Direction
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.appearance import base_direction
from forms_service.render.layout import lay_out
from forms_service.render.value_fitting import BoxedValue, set_text, spare_box

ENGINES = ["PDFium", "pdf.js", "MuPDF", "poppler"]
NAMES = ["311-1-14", "310-1-32", "small"]
FORMS = ["filled", "flattened"]
ALIKE = 0.82
CELL_ALIKE = 0.8


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_every_value_looks_as_it_must(
    name: str, form: str, engine: str, papers: dict[str, Paper], shown: Shown
) -> None:
    paper = papers[name]
    pages = shown.pages(engine, getattr(paper, form))
    wrong = {}
    for field, place, text in paper.written():
        seen = pages[place.page - 1]
        is_comb = place.widget is WidgetKind.COMB
        alike = worst_cell(seen, place, text) if is_comb else worst_line(paper, seen, field, place, text)
        if alike < (CELL_ALIKE if is_comb else ALIKE):
            wrong[field.id] = (text, round(alike, 3))
    assert not wrong


def worst_cell(seen: np.ndarray, place: Placement, text: str) -> float:
    """The least likeness of a comb's characters, each in its own cell."""
    width = place.box.width / (place.comb or 1)
    alike = []
    for index in range(place.comb or 1):
        cell = BoxMm(place.box.x + index * width, place.box.y, width, place.box.height).inset(0.6)
        character = text[index] if index < len(text) else " "
        ink = cut(seen, cell)
        if character.strip():
            alike.append(likeness(ink, reference(character)))
        else:
            alike.append(float(not ink.any()))
    return min(alike)


def worst_line(paper: Paper, seen: np.ndarray, field: FieldSpec, place: Placement, text: str) -> float:
    """The least likeness of a value's lines; 0 when they do not hug the side they begin on."""
    boxed = BoxedValue(text, field, place, spare_box(field, place, paper.answers))
    setting = set_text(boxed)
    assert setting is not None
    ink = cut(seen, setting.box.inset(0.5))
    if not hugs_its_side(ink, base_direction(text, place.script)):
        return 0.0
    is_rtl = base_direction(text, place.script) is Direction.RTL
    lines = lines_of(ink, len(setting.lines))
    return min(
        likeness(line, reference(words, right_to_left=is_rtl))
        for line, words in zip(lines, setting.lines, strict=True)
    )


def hugs_its_side(ink: np.ndarray, direction: Direction) -> bool:
    columns = np.flatnonzero(ink.any(axis=0))
    if not columns.size:
        return False
    left, right = columns[0], ink.shape[1] - 1 - columns[-1]
    near = left if direction is Direction.LTR else right
    return near < 1.6 * PX_PER_MM


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_ticks_stand_where_they_were_made(
    name: str, form: str, engine: str, papers: dict[str, Paper], shown: Shown
) -> None:
    pages = shown.pages(engine, getattr(papers[name], form))
    seen = {
        place: cut(pages[place.page - 1], place.box.inset(0.8)).mean() for place, _ in papers[name].ticks()
    }
    assert not {
        (place.field_id, place.choice): seen[place]
        for place, is_ticked in papers[name].ticks()
        if bool(seen[place] > 0.1) is not is_ticked
    }
    assert sum(is_ticked for _, is_ticked in papers[name].ticks()) >= 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_outside_the_boxes(
    name: str, engine: str, papers: dict[str, Paper], shown: Shown
) -> None:
    paper = papers[name]
    pairs = zip(shown.pages(engine, paper.blank), shown.pages(engine, paper.filled), strict=True)
    for number, (blank, filled) in enumerate(pairs, start=1):
        changed = np.abs(blank.astype(int) - filled) > 60
        for box in boxes_of(paper, number):
            rows = slice(int(box.y * PX_PER_MM), int(box.bottom * PX_PER_MM) + 2)
            changed[rows, int(box.x * PX_PER_MM) : int(box.right * PX_PER_MM) + 2] = False
        assert not changed.any()


def boxes_of(paper: Paper, page: int) -> Iterator[BoxMm]:
    for place in lay_out(paper.spec).layout.on_page(page):
        yield place.box
        if place.frame is not None:
            yield place.frame


# --- the comparison notices ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["عبد السلام", "الإدريسي العلوي", "الخطابي", "فاطمة الزهراء", "شقة 12، زنقة N'Guyen، حي السلام"]
)
def test_unjoined_and_reversed_letters_are_noticed(text: str) -> None:
    right = reference(text, right_to_left=True)
    small = right[:: right.shape[0] // 22, :: right.shape[0] // 22]
    assert likeness(small, right) >= ALIKE
    assert likeness(small, reference(text, joined=False, right_to_left=True)) < ALIKE
    assert likeness(small, reference(text[::-1], right_to_left=True)) < ALIKE
    assert likeness(small[:, :0], right) == 0


def test_mixed_text_in_the_wrong_order_is_noticed() -> None:
    text = "شقة 12، زنقة N'Guyen، حي السلام"
    right = reference(text, right_to_left=True)
    assert likeness(right, reference(text, right_to_left=False)) < ALIKE


@pytest.mark.parametrize("engine", ENGINES)
def test_what_another_filler_writes_is_noticed(
    engine: str, papers: dict[str, Paper], shown: Shown, foreign: bytes
) -> None:
    """pypdf fills the same blank: Arabic missing, unjoined or on the wrong side (a rare name comes out right)."""
    paper = papers["311-1-14"]
    pages = shown.pages(engine, foreign)
    found = {
        field.id: worst_line(paper, pages[place.page - 1], field, place, text)
        for field, place, text in paper.written()
        if place.widget is WidgetKind.TEXT and base_direction(text, place.script) is Direction.RTL
    }
    assert len(found) > 5
    taken_for_right = [field_id for field_id, likeness_ in found.items() if likeness_ >= ALIKE]
    assert len(taken_for_right) <= len(found) // 10, taken_for_right


@pytest.fixture(scope="module")
def foreign(papers: dict[str, Paper]) -> bytes:
    paper = papers["311-1-14"]
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper.blank))
    texts = {field.id: text for field, _, text in paper.written()}
    for page in writer.pages:
        writer.update_page_form_field_values(page, texts, auto_regenerate=False)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
