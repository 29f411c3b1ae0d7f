"""A stack's page says the same thing of neighbouring sheets once, and everything that differs apart."""

from __future__ import annotations

from dataclasses import replace

from core.localized_text import LocalizedText
from forms_service.services.views import PageFate
from forms_service.web.agency import runs_of

BLANK = PageFate("pile.pdf", 1, "filed", LocalizedText("بيضاء", "blanche"))


def test_neighbours_of_one_fate_are_one_line_and_remarks_and_form_pages_stand_alone() -> None:
    remark = (LocalizedText("مرتين", "en double"),)
    form = replace(BLANK, page=5, form_page=1, message=LocalizedText("أُضيفت", "versée"))
    sheets = [
        BLANK,
        replace(BLANK, page=2),
        replace(BLANK, page=3, remarks=remark),
        replace(BLANK, page=4, remarks=remark),
        form,
        replace(form, page=6),
        replace(BLANK, page=7),
        replace(BLANK, page=9),
        replace(BLANK, page=10, file="other.pdf"),
    ]
    shown = [(first.file, first.page, last) for first, last in runs_of(sheets)]
    assert shown == [
        ("pile.pdf", 1, 2),
        ("pile.pdf", 3, 3),
        ("pile.pdf", 4, 4),
        ("pile.pdf", 5, 5),
        ("pile.pdf", 6, 6),
        ("pile.pdf", 7, 7),
        ("pile.pdf", 9, 9),
        ("other.pdf", 10, 10),
    ]
