"""Whose page is whose in a clerk's stack."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from core.placement import COVER, PageIdentity
from forms_service.render.form_pdf import render_filled
from forms_service.stack_grouping import SheetKind, SheetMark, group_pages, sort_sheets


def page(
    number: int, reference: str = "", form: str = "f", version: int = 1, variant: str = ""
) -> PageIdentity:
    return PageIdentity(form, version, number, 2, reference, variant)


@pytest.mark.parametrize(
    ("stack", "together"),
    [
        ([page(1, "A"), page(2, "A")], [0, 0]),
        ([page(2, "A"), page(1, "B"), page(1, "A"), page(2, "B")], [0, 1, 0, 1]),
        ([page(1), page(2), page(1), page(2)], [0, 0, 1, 1]),
        ([page(2), page(1)], [None, 0]),
        ([page(1), page(2, form="g")], [0, None]),
        ([page(1), page(2, version=2)], [0, None]),
        ([page(1), page(2, variant="L")], [0, None]),
        ([page(1, variant="L"), page(2, variant="L")], [0, 0]),
        ([page(1, "A"), page(1, "A", variant="L"), page(2, "A")], [0, 1, 0]),
        ([page(1), None, page(2)], [0, None, None]),
        ([page(1), page(1, "A"), page(2)], [0, 1, None]),
        ([page(1), page(1), page(2)], [0, 1, 1]),
        ([None], [None]),
        ([], []),
    ],
    ids=[
        "one person",
        "two people shuffled",
        "two anonymous people",
        "an anonymous second page first",
        "another form in between",
        "another version",
        "another print",
        "a large print",
        "two prints of one person",
        "a foreign sheet in between",
        "a known person in between",
        "a first page alone",
        "no identity",
        "nothing",
    ],
)
def test_pages_are_grouped_by_whose_they_are(stack: list, together: list) -> None:
    keys = group_pages(stack)
    order = {key: place for place, key in enumerate(dict.fromkeys(one for one in keys if one is not None))}
    assert [None if key is None else order[key] for key in keys] == together


@pytest.mark.parametrize(
    ("between", "kind"),
    [
        (SheetMark(marked=True), SheetKind.CODE_UNREADABLE),
        (SheetMark(readable=False), SheetKind.UNREADABLE),
    ],
    ids=["a form whose code is smudged", "a sheet that does not open"],
)
def test_papers_behind_a_sheet_that_may_begin_another_persons_wait(between: SheetMark, kind: str) -> None:
    card = SheetMark()
    sheets = sort_sheets([SheetMark(page(1, "A")), card, between, card], by_position=True)
    assert [one.kind for one in sheets] == [SheetKind.FORM, SheetKind.LOOSE, kind, SheetKind.UNIDENTIFIED]
    assert [one.behind for one in sheets] == [None, 0, 0, None], "nor is the person before proposed"


@pytest.mark.parametrize(
    ("number", "known_page"), [(0, 1), (2, None)], ids=["its answers", "information only"]
)
def test_a_trimmed_form_is_known_by_its_print_and_its_papers_are_not_the_last_persons(
    office, number: int, known_page: int | None
) -> None:
    """Neither its code nor a corner mark is left: it goes to a person, and so does what lies behind it."""
    spec = office.services.catalogue.get("311-1-14")
    reference = office.services.dossier(office.clerk, office.open()).reference
    forms = [
        pypdfium2.PdfDocument(render_filled(spec, {}, reference=one, flatten=True))[page]
        .render(scale=150 / 72, grayscale=True)
        .to_pil()
        for one, page in ((reference, 0), ("6MWU-T4A5-HTG3", number))
    ]
    trimmed = forms[1].crop((150, 170, forms[1].width - 150, forms[1].height - 170))
    card = Image.new("L", (1240, 1754), 250)
    ImageDraw.Draw(card).text((150, 300), "Carte nationale", fill=10, font_size=60)
    out, sheets = io.BytesIO(), [forms[0], card, trimmed, card]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    result = office.services.intake_scan(office.clerk, [("pile.pdf", out.getvalue())], by_position=True)
    assert [one.fate for one in result.pages] == ["filed", "filed", "code_unreadable", "unidentified"]
    waiting, _ = office.services.left_pages(office.clerk)
    assert [(one.number, one.form_page) for one in waiting] == [(3, known_page), (4, None)]


def test_a_sheet_that_does_not_show_what_it_is_waits_unless_a_cover_says_whose_it_is() -> None:
    card, cut, blurred = SheetMark(), SheetMark(unclear=True), SheetMark(unclear=True, blurred=True)
    form = SheetMark(page(1, "A"))
    kinds = [one.kind for one in sort_sheets([form, cut, card, blurred, card], by_position=True)]
    form_kind, loose, unclear = SheetKind.FORM, SheetKind.LOOSE, SheetKind.UNCLEAR
    assert kinds == [form_kind, unclear, loose, unclear, SheetKind.UNIDENTIFIED]
    cover = SheetMark(page(1, "A", variant=COVER))
    assert [one.kind for one in sort_sheets([cover, cut], by_position=True)] == [SheetKind.COVER, loose]
