"""Where things stand on paper: room to write, nothing over anything else, the same for ever."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise
from statistics import median

import pytest

from core.field_kinds import kind_of
from core.form_spec import FormSpec
from core.localized_text import Language, LocalizedText, Script
from core.placement import (
    MARK_SIZE_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    BoxMm,
    WidgetKind,
    corner_mark_boxes,
    qr_box,
)
from forms_service.render.artwork import Line, Panel, Words
from forms_service.render.field_rows import shared_widths
from forms_service.render.layout import VARIANTS, PrintedForm, lay_out, layout_problems
from forms_service.render.paper_grid import BODY_BOTTOM, LARGE, PRINTS
from tests.render.conftest import ROOT


def quiet_zones() -> tuple[BoxMm, ...]:
    """One black cell around the corner marks, four modules around the QR code."""
    return (*(box.inset(-MARK_SIZE_MM / 6) for box in corner_mark_boxes()), qr_box().inset(-2.4))


@pytest.fixture(params=VARIANTS, ids=["usual", "large"])
def any_print(any_form: FormSpec, request: pytest.FixtureRequest) -> PrintedForm:
    return lay_out(any_form, request.param)


def test_every_printed_field_has_its_place(any_print: PrintedForm) -> None:
    layout = any_print.layout
    for field in any_print.spec.printed_fields():
        places = layout.of_field(field.id)
        expected = len(field.choices) if field.choices else 1
        assert len(places) == expected, field.id
        assert {place.choice for place in places} == ({c.value for c in field.choices} or {None})
        assert {place.script for place in places} <= {field.script, Script.ANY}
        widget = WidgetKind.COMB if field.comb else kind_of(field).widget
        assert {place.widget for place in places} == {widget}


def test_fields_on_screen_only_have_no_place(allowance: FormSpec) -> None:
    layout = lay_out(allowance).layout
    assert layout.of_field("assured.id_kind") == ()


def test_boxes_are_big_enough_for_a_hand(any_print: PrintedForm) -> None:
    """Lines at least 7 mm high and cells 5 mm wide; in large print 11 and 7."""
    line_mm, cell_mm = (11.0, 7.0) if any_print.variant == LARGE else (7.0, 5.0)
    for place in any_print.layout.placements:
        assert place.frame is not None
        if place.widget is WidgetKind.TICK:
            side = PRINTS[any_print.variant].tick_size
            assert place.frame.width == place.frame.height == pytest.approx(side)
            assert side >= (6.0 if any_print.variant == LARGE else 4.5)
            continue
        assert place.frame.height / place.lines >= line_mm - 1e-6, place.field_id
        if place.comb:
            assert place.box.width / place.comb >= cell_mm - 1e-6, place.field_id
        if place.widget is WidgetKind.SIGNATURE:
            assert place.frame.height >= 15.0 and place.frame.width >= 60.0


def test_large_print_is_large(any_form: FormSpec) -> None:
    form = lay_out(any_form, LARGE)
    assert form.problems == ()
    for number, page in enumerate(form.artwork, start=1):
        for piece in [*page, *form.identity_artwork(number, "CN-2026-ABCDEFGH")]:
            if isinstance(piece, Words) and not _is_mark(piece):
                assert piece.size_pt >= 11.99, piece


def _is_mark(words: Words) -> bool:
    """A raised footnote mark."""
    return re.fullmatch(r"(\([*\d]+\))+", words.text) is not None


def test_nothing_is_printed_in_gray_strokes_or_gray_letters(any_print: PrintedForm) -> None:
    """A printer would screen them into dots, which a copier loses."""
    for page in any_print.artwork:
        for piece in page:
            if isinstance(piece, Words | Line):
                assert piece.ink == 0.0, piece
            if isinstance(piece, Line):
                assert piece.width >= 0.2, piece
            if isinstance(piece, Panel) and piece.stroke is not None:
                assert piece.stroke == 0.0 and piece.stroke_width >= 0.2, piece


def test_arabic_is_set_larger_than_french_wherever_there_is_room(any_print: PrintedForm) -> None:
    sizes: dict[Language, list[float]] = {Language.AR: [], Language.FR: []}
    for page in any_print.artwork:
        for piece in page:
            if isinstance(piece, Words) and not _is_mark(piece):
                sizes[Language(piece.language)].append(piece.size_pt)
    assert median(sizes[Language.AR]) >= 1.05 * median(sizes[Language.FR])


def test_boxes_neither_overlap_nor_leave_the_page(any_print: PrintedForm) -> None:
    layout = any_print.layout
    for page in range(1, layout.pages + 1):
        places = layout.on_page(page)
        for place in places:
            assert place.box.x >= 5 and place.box.right <= PAGE_WIDTH_MM - 5, place.field_id
            assert place.box.bottom <= BODY_BOTTOM
        for one, other in combinations(places, 2):
            assert not one.box.overlaps(other.box), (one.field_id, other.field_id)


def test_marks_and_qr_stay_in_white(any_print: PrintedForm) -> None:
    form = any_print
    for number, page in enumerate(form.artwork, start=1):
        for piece in [*page, *form.identity_artwork(number, "CN-2026-ABCDEFGH")]:
            if isinstance(piece, Words | Line | Panel):
                assert not any(piece.box.overlaps(zone) for zone in quiet_zones()), piece


def test_words_do_not_run_into_each_other(any_print: PrintedForm) -> None:
    form = any_print
    for number, page in enumerate(form.artwork, start=1):
        pieces = [*page, *form.identity_artwork(number, "CN-2026-ABCDEFGH")]
        words = [(piece, _ink(piece)) for piece in pieces if isinstance(piece, Words)]
        for (one, box), (other, other_box) in combinations(words, 2):
            assert not box.overlaps(other_box), (one.text, other.text)


def test_words_stay_out_of_the_boxes(any_print: PrintedForm) -> None:
    form = any_print
    for number, page in enumerate(form.artwork, start=1):
        boxes = [place.box for place in form.layout.on_page(number)]
        for piece in page:
            if isinstance(piece, Words):
                assert not any(_ink(piece).overlaps(box) for box in boxes), piece.text


def _ink(words: Words) -> BoxMm:
    """The letters' bodies; tails and accents may reach a little further."""
    em = words.size_pt * 25.4 / 72
    return BoxMm(words.left + 0.05, words.baseline - 0.6 * em, words.width - 0.1, 0.62 * em)


def test_a_name_in_two_scripts_shares_one_frame(allowance: FormSpec) -> None:
    layout = lay_out(allowance).layout
    (latin,), (arabic,) = layout.of_field("assured.last"), layout.of_field("assured.last.ar")
    assert latin.frame == arabic.frame
    assert latin.script is Script.LATN and arabic.script is Script.ARAB
    assert latin.box.right < arabic.box.x
    assert latin.frame is not None
    assert latin.box.right < latin.frame.x + latin.frame.width / 2 < arabic.box.x


def test_the_allowance_is_filled_in_on_its_first_page(allowance: FormSpec) -> None:
    form = lay_out(allowance)
    assert {place.page for place in form.layout.placements} == {1}
    assert form.layout.pages <= 3
    assert form.problems == ()


def test_the_refund_fits_two_pages(refund: FormSpec) -> None:
    form = lay_out(refund)
    assert form.layout.pages == 2
    assert form.problems == ()


def test_ticks_stand_in_the_order_of_the_spec(allowance: FormSpec) -> None:
    places = lay_out(allowance).layout.of_field("quality")
    assert [place.choice for place in places] == [c.value for c in allowance.field("quality").choices]
    assert [place.box.x for place in places] == sorted(place.box.x for place in places)


def test_french_stands_left_and_arabic_right_of_every_label(allowance: FormSpec) -> None:
    words = [piece for piece in lay_out(allowance).artwork[0] if isinstance(piece, Words)]
    french = next(word for word in words if word.text == "Adresse")
    arabic = next(word for word in words if word.text == "العنوان")
    (place,) = lay_out(allowance).layout.of_field("assured.address")
    assert french.left == pytest.approx(place.box.x, abs=1)
    assert arabic.left + arabic.width == pytest.approx(place.box.right, abs=1)
    assert french.baseline < place.box.y and arabic.baseline < place.box.y


def test_marks_of_footnotes_are_raised_where_the_form_prints_them(small: FormSpec) -> None:
    words = [piece for piece in lay_out(small).artwork[0] if isinstance(piece, Words)]
    label = next(word for word in words if word.text == "N° d'immatriculation")
    marks = [word for word in words if word.text == "(1)" and word.baseline < label.baseline]
    assert len(marks) == 1, "only the French wording carries the mark"
    assert marks[0].size_pt < label.size_pt
    assert marks[0].left > label.left + label.width


def test_printed_rows_of_a_group_become_a_table(small: FormSpec) -> None:
    layout = lay_out(small).layout
    births = [layout.of_field(f"children.{row}.birth")[0] for row in range(1, 5)]
    assert len({place.box.x for place in births}) == 1
    assert all(above.box.bottom < below.box.y for above, below in pairwise(births))


def test_a_section_may_begin_a_page(small: FormSpec) -> None:
    layout = lay_out(small).layout
    assert layout.of_field("person.last")[0].page == 1
    assert layout.of_field("office.agent")[0].page == 2


def test_a_title_is_never_the_last_thing_on_a_page(small: FormSpec) -> None:
    person = small.sections[0]
    blocks = tuple(
        replace(
            person,
            id=f"p{n}",
            title=LocalizedText(f"القسم {n}", f"Section {n}"),
            rows=tuple(tuple(replace(f, id=f"p{n}.{f.id}", twin=None) for f in row) for row in person.rows),
        )
        for n in range(1, 9)
    )
    form = lay_out(replace(small, sections=blocks, groups=()))
    assert form.layout.pages > 1
    for number, page in enumerate(form.artwork, start=1):
        titles = [p for p in page if isinstance(p, Words) and p.text.startswith("Section ")]
        lowest = max(place.box.bottom for place in form.layout.on_page(number))
        assert titles and all(title.baseline < lowest for title in titles)


def test_a_label_too_long_for_its_box_is_reported_with_its_language(small: FormSpec) -> None:
    row = small.sections[0].rows[3]
    assert isinstance(row, tuple)
    long = replace(row[0], label=LocalizedText(row[0].label.ar, "Montant demandé " * 20))
    person = replace(small.sections[0], rows=((long, row[1]), *small.sections[0].rows[:3]))
    problems = layout_problems(replace(small, sections=(person, *small.sections[1:])))
    (problem,) = [one for one in problems if one.subject == "amount"]
    assert problem.language is Language.FR
    assert problem.excess_mm > 10
    assert "amount" in problem.message.fr and "amount" in problem.message.ar


def test_a_row_with_too_many_combs_is_reported(small: FormSpec) -> None:
    (rib,) = [field for field in small.fields() if field.id == "rib"]
    row = (rib, replace(rib, id="rib2"))
    person = replace(small.sections[0], rows=(row,))
    problems = layout_problems(replace(small, sections=(person,), groups=()))
    assert [one.subject for one in problems if one.language is None] == ["rib"]


def test_forms_are_laid_out_the_same_in_every_process(allowance: FormSpec) -> None:
    script = (
        "import json\nfrom pathlib import Path\nfrom core.spec_parser import parse_spec\n"
        "from forms_service.render.layout import lay_out\n"
        "p = Path('form_specs/311-1-14/v1.yaml')\n"
        "layout = lay_out(parse_spec(p.read_text(encoding='utf-8'), p.name)).layout\n"
        "print(json.dumps([[x.field_id, x.page, x.box.as_list()] for x in layout.placements]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    here = [[x.field_id, x.page, x.box.as_list()] for x in lay_out(allowance).layout.placements]
    assert json.loads(done.stdout) == here


def test_pages_are_a4(any_form: FormSpec) -> None:
    for page in lay_out(any_form).artwork:
        for piece in page:
            if isinstance(piece, Words):
                assert piece.box.x >= 5 and piece.box.right <= PAGE_WIDTH_MM - 5, piece.text
                assert piece.box.y >= 0 and piece.box.bottom <= PAGE_HEIGHT_MM - 5, piece.text


@pytest.mark.parametrize(
    ("room", "weights", "least", "most", "shares"),
    [
        (100.0, [1.0, 1.0], [10.0, 10.0], [math.inf, math.inf], [50.0, 50.0]),
        (100.0, [1.0, 3.0], [40.0, 10.0], [math.inf, math.inf], [40.0, 60.0]),
        (100.0, [1.0, 1.0, 2.0], [5.0, 5.0, 5.0], [20.0, math.inf, 30.0], [20.0, 50.0, 30.0]),
        (100.0, [1.0, 1.0], [10.0, 10.0], [20.0, 30.0], [45.0, 55.0]),
        (100.0, [2.0, 1.0], [10.0, 50.0], [60.0, 50.0], [50.0, 50.0]),
    ],
)
def test_the_room_of_a_row_is_shared_by_weight_within_bounds(
    room: float, weights: list[float], least: list[float], most: list[float], shares: list[float]
) -> None:
    assert shared_widths(room, weights, least, most) == pytest.approx(shares, abs=1e-3)


def test_a_large_print_says_whose_boxes_open_a_page(allowance: FormSpec) -> None:
    form = lay_out(allowance, LARGE)
    titles = [section.title.fr for section in allowance.sections if section.title is not None]
    for page in range(2, 5):
        placed = [place for place in form.layout.on_page(page) if place.widget is not WidgetKind.SIGNATURE]
        first_box = min(place.box.y for place in placed)
        over = [
            piece.text.removesuffix(" (suite)")
            for piece in form.artwork[page - 1]
            if isinstance(piece, Words) and piece.baseline < first_box and piece.language is Language.FR
        ]
        assert any(text in title for text in over for title in titles if len(text) > 12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_arabic_label_of_a_comb_ends_where_its_cells_end(allowance: FormSpec, variant: str) -> None:
    form = lay_out(allowance, variant)
    for place in form.layout.placements:
        if place.comb is None or place.frame is None:
            continue
        for piece in form.artwork[place.page - 1]:
            is_label = (
                isinstance(piece, Words) and piece.path and piece.path[-1].key == f"{place.field_id}.ar"
            )
            if is_label and 2 * piece.width < place.frame.width:
                assert piece.left + piece.width <= place.frame.right + 6.0
