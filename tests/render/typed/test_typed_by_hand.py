"""What a person types in Chromium's own viewer or in pdf.js, saves and sends, comes back exactly."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image

from core.dossier import answers_from_paper
from core.errors import UnreadableDocument
from core.form_spec import FormSpec
from core.placement import BoxMm, WidgetKind
from forms_service.cli import commands
from forms_service.render.form_pdf import read_values, render_blank, render_filled
from forms_service.render.layout import lay_out
from tests.pdfjs_harness import PdfJs
from tests.render.conftest import crop, page_pixels
from tests.render.typed.chromium_viewer import ChromiumViewer
from tests.render.typed.conftest import CLEAR, OpenViewer, fill_by_hand

pytestmark = pytest.mark.browser
VIEWERS = ["chromium", "pdfjs"]
REFERENCE = "CN-2026-7K3QX"

TYPED: dict[str, object] = {
    "hdr.file_no": "2026/00417",
    "nature": "initial_or_additional",
    "children_to_declare": "3",
    "quality": "divorced",
    "assured.birth": "12031985",
    "assured.id_no": "BK304512",
    "assured.registration": "123456789",
    "assured.first": "Noël-Éric",
    "assured.first.ar": "عبد السلام",
    "assured.last": "N'Guyén Aït Çoï",
    "assured.last.ar": "فاطمة الزهراء",
    "assured.address": "شقة 12، زنقة N'Guyen",
    "assured.postcode": "20250",
    "assured.city": "Salé (Maroc)",
    "assured.quarter": "حي الرياض (أ)",
    "assured.mobile": "0612345678",
    "assured.email": "noel.eric+cnss@example.ma",
    "spouse.last.ar": "لالة الإدريسي مُحَمَّد",
    "spouse.work": "none",
    "spouse.mobile": "٠٦٦١٢٣٤٥٦٧",
    "decl.true": True,
}
"""Latin with accents, Arabic with lam-alef and vowels, both in one line, digits in cells, ticks."""

READ = {
    **TYPED,
    "children_to_declare": 3,
    "assured.birth": "1985-03-12",
    "spouse.mobile": "0661234567",
}

TYPED_SMALL: dict[str, object] = {
    "person.last": "œuvre À l'été",
    "person.last.ar": "بنّاني",
    "person.remarks": "السطر الأول: شقة 12\nDeuxième ligne, n° 7\n\nوالأخير N'Guyen",
    "help": ["glasses", "home"],
    "urgent": True,
    "amount": "1250,50",
    "children.2.name.ar": "آدم",
    "children.2.student": True,
}


@dataclass(frozen=True)
class ByHand:
    """The long form, typed: as each viewer saved it, and as pdf.js prints it at 150 dpi."""

    saved: dict[str, bytes]
    printed: np.ndarray


@pytest.fixture(scope="module")
def by_hand(viewer_of: OpenViewer, pdfjs: PdfJs, allowance: FormSpec) -> ByHand:
    saved = {}
    for name in VIEWERS:
        viewer = viewer_of(name, allowance)
        viewer.open(render_blank(allowance, REFERENCE))
        fill_by_hand(viewer, allowance, TYPED)
        saved[name] = viewer.save()
    return ByHand(saved, cv2.cvtColor(pdfjs.printed(1, 150), cv2.COLOR_RGB2GRAY))


@pytest.fixture(scope="module")
def typed(by_hand: ByHand) -> dict[str, bytes]:
    return by_hand.saved


@pytest.mark.parametrize("name", VIEWERS)
def test_what_was_typed_comes_back_from_the_command(
    typed: dict[str, bytes], name: str, tmp_path: Path
) -> None:
    file = tmp_path / "typed.pdf"
    file.write_bytes(typed[name])
    result = CliRunner().invoke(commands, ["pdf", "read", str(file), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["form"], said["version"], said["reference"]) == ("311-1-14", 1, REFERENCE)
    assert said["values"] == READ
    assert (said["problems"], said["remarks"]) == ({}, {})


def test_a_copy_printed_instead_of_saved_is_told_from_other_files(by_hand: ByHand, tmp_path: Path) -> None:
    file = tmp_path / "printed.pdf"
    Image.fromarray(by_hand.printed).save(file, resolution=150)
    result = CliRunner().invoke(commands, ["pdf", "read", str(file), "--json"])
    assert isinstance(result.exception, UnreadableDocument)
    assert result.exception.code == "no_fields"
    assert "scan read" in result.exception.message.fr and "scan read" in result.exception.message.ar


@pytest.mark.parametrize("name", VIEWERS)
def test_good_viewers_leave_nothing_to_look_at(typed: dict[str, bytes], name: str) -> None:
    assert read_values(typed[name]).values == TYPED
    assert read_values(typed[name]).remarks == {}


@pytest.mark.parametrize("name", VIEWERS)
def test_several_lines_and_several_choices_come_back(
    viewer_of: OpenViewer, small: FormSpec, name: str
) -> None:
    viewer = viewer_of(name, small)
    viewer.open(render_blank(small))
    fill_by_hand(viewer, small, TYPED_SMALL)
    read = read_values(viewer.save())
    assert (read.values, read.remarks) == (TYPED_SMALL, {})
    answers, problems = answers_from_paper(small, read.values)
    assert answers == {**TYPED_SMALL, "amount": "1250.50"}
    assert problems == {}


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("flatten", [False, True])
def test_our_copy_of_what_was_typed_is_the_form_as_we_would_fill_it(
    typed: dict[str, bytes], allowance: FormSpec, name: str, flatten: bool
) -> None:
    answers, _ = answers_from_paper(allowance, read_values(typed[name]).values)
    copy = render_filled(allowance, answers, REFERENCE, flatten=flatten)
    ours = render_filled(allowance, READ, REFERENCE, flatten=flatten)
    blank = page_pixels(render_blank(allowance, REFERENCE))
    assert np.array_equal(page_pixels(copy), page_pixels(ours))
    assert (page_pixels(copy) != blank).mean() > 0.003, "the answers are drawn"


@pytest.mark.parametrize("name", VIEWERS)
def test_a_form_that_we_filled_is_changed_where_it_was_typed_into_and_nowhere_else(
    viewer_of: OpenViewer, allowance: FormSpec, name: str
) -> None:
    viewer = viewer_of(name, allowance)
    filled = read_values(pdf := render_filled(allowance, READ, REFERENCE)).values
    viewer.open(pdf)
    changes = {"assured.city": CLEAR, "spouse.first.ar": "خديجة", "quality": "assured", "decl.true": True}
    fill_by_hand(viewer, allowance, changes)
    expected = {**filled, "spouse.first.ar": "خديجة", "quality": "assured"}
    del expected["assured.city"], expected["decl.true"]
    read = read_values(viewer.save())
    assert (read.values, read.remarks, read.reference) == (expected, {}, REFERENCE)


def test_pdfjs_prints_what_was_typed_joined_and_in_its_boxes(by_hand: ByHand, allowance: FormSpec) -> None:
    printed = by_hand.printed
    empty = page_pixels(render_blank(allowance, REFERENCE))
    ours = page_pixels(render_filled(allowance, READ, REFERENCE))
    for place in lay_out(allowance).layout.on_page(1):
        answer = TYPED.get(place.field_id)
        is_written = answer == place.choice if place.choice else bool(answer)
        box = place.box.inset(0.4)
        typed_ink, our_ink = (_ink(page, empty, box) for page in (printed, ours))
        assert (typed_ink.sum() > 20) == is_written, (place.field_id, place.choice)
        if place.field_id.endswith(".ar") and is_written:
            letters, our_letters = (cv2.connectedComponents(ink)[0] for ink in (typed_ink, our_ink))
            assert letters <= our_letters + 2, f"{place.field_id} is printed with its letters apart"


def _ink(page: np.ndarray, empty: np.ndarray, box: BoxMm) -> np.ndarray:
    """Where a page is dark in a box and its blank is not."""
    dark = crop(page, box) < 128
    background = cv2.dilate((crop(empty, box) < 200).astype(np.uint8), np.ones((5, 5), np.uint8))
    height, width = (min(one.shape[axis] for one in (dark, background)) for axis in (0, 1))
    return (dark[:height, :width] & (background[:height, :width] == 0)).astype(np.uint8)


@pytest.mark.parametrize("order", [VIEWERS, VIEWERS[::-1]], ids="-then-".join)
def test_one_viewer_goes_on_where_the_other_saved(
    viewer_of: OpenViewer, typed: dict[str, bytes], allowance: FormSpec, order: list[str]
) -> None:
    first, second = order
    additions = [
        (second, {"guardian.last.ar": "الحسين بنعلي", "guardian.postcode": "10000"}),
        (first, {"guardian.address": "Lot 3، حي السلام", "guardian.birth": "01021960"}),
    ]
    pdf, expected = typed[first], dict(TYPED)
    for name, added in additions:
        viewer = viewer_of(name, allowance)
        viewer.open(pdf)
        fill_by_hand(viewer, allowance, added)
        pdf = viewer.save()
        expected |= added
    assert read_values(pdf).values == expected


def test_the_tab_key_goes_through_every_box_in_reading_order(
    chromium: ChromiumViewer, allowance: FormSpec
) -> None:
    blank = render_blank(allowance)
    with pikepdf.open(io.BytesIO(blank)) as document:
        # In any other order PDFium would never come back from the key, for a box without a place.
        assert all(page.Tabs == "/S" for page in document.pages)
    chromium.open(blank)
    places = [one for one in lay_out(allowance).layout.placements if one.widget is not WidgetKind.SIGNATURE]
    chromium.click(places[0])
    chromium.wait_for_focus("text")
    for number, place in enumerate(places):
        if place.widget is not WidgetKind.TICK:
            chromium.type(str(number))
        chromium.page.keyboard.press("Tab")
    expected = {
        place.field_id: str(number)
        for number, place in enumerate(places)
        if place.widget is not WidgetKind.TICK
    }
    assert read_values(chromium.save()).values == expected
