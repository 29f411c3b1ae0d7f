"""Filled papers as four engines show them, each page rendered once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from paper_engines import Pages, engines
from pdfjs_harness import PdfJs, pdfjs

from core.form_spec import FieldSpec, FormSpec
from core.placement import Placement, WidgetKind
from forms_service.render.answer_misfits import paper_text
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from tests.render.conftest import load

__all__ = ["pdfjs"]

LATIN = ["Noël-Éric", "N'Guyen El Idrissi", "Aït Ben-Haddou", "El Khattabi", "Çelik Ørsted", "Fatima-Zohra"]
ARABIC = ["عبد السلام", "الإدريسي العلوي", "آيت واحمان", "الخطابي", "سلام لالة", "فاطمة الزهراء"]
ANY = [
    "شقة 12، زنقة N'Guyen، حي السلام",
    "Salé",
    "حي الرياض (أ)",
    "المملكة المغربية",
    "12, rue Ibn Sina, étage 3",
    "عمارة 7، الطابق 3",
]
LONG = "تجزئة الأمل، شارع الجيش الملكي، إقامة المنصور، العمارة الثالثة، الطابق الثاني، شقة 27، حي الرياض، سلا الجديدة"
BLOCK = (
    "أحتاج إلى مساعدة في التنقل بين البيت والمستشفى مرتين في الأسبوع (ليلا أو نهارا)، وإلى كرسي متحرك. "
    "شكرا لكم على حسن تعاونكم."
)
BY_KIND: dict[str, object] = {
    "date": "1985-03-12",
    "identity_number": "BK304512",
    "registration_number": "123456789",
    "postal_code": "20250",
    "phone": "0612345678",
    "email": "noel.eric+cnss@example.ma",
    "integer": 3,
    "amount": "1234.50",
    "rib": "007780000123456789012345",
    "declaration": True,
    "office_text": "2026/00417",
}


def answer_of(field: FieldSpec, index: int) -> object:
    """A value for every field: each script and shape comes up on every form."""
    if field.kind in BY_KIND:
        return BY_KIND[field.kind]
    if field.choices:
        last = field.choices[-1].value
        return [field.choices[0].value, last] if field.kind == "choices" else last
    if field.lines > 1:
        return BLOCK
    if field.id == "guardian.address":
        return LONG
    by_script = {"latin_name": LATIN, "arabic_name": ARABIC}.get(field.kind, ANY)
    return by_script[index % len(by_script)]


@dataclass
class Paper:
    """A form with every field answered."""

    name: str
    spec: FormSpec

    @cached_property
    def answers(self) -> dict[str, object]:
        fields = [field for field in self.spec.printed_fields() if field.kind != "signature"]
        return {field.id: answer_of(field, index // 2) for index, field in enumerate(fields)}

    @cached_property
    def blank(self) -> bytes:
        return render_blank(self.spec)

    @cached_property
    def filled(self) -> bytes:
        return render_filled(self.spec, self.answers)

    @cached_property
    def flattened(self) -> bytes:
        return render_filled(self.spec, self.answers, flatten=True)

    def written(self) -> list[tuple[FieldSpec, Placement, str]]:
        """Every text that is written, with its place."""
        places = lay_out(self.spec).layout
        return [
            (field, place, paper_text(self.answers[field.id], field))
            for field in self.spec.printed_fields()
            for place in places.of_field(field.id)
            if place.widget in (WidgetKind.TEXT, WidgetKind.COMB)
        ]

    def ticks(self) -> list[tuple[Placement, bool]]:
        """Every tick box, and whether it is ticked."""
        found = []
        for place in lay_out(self.spec).layout.placements:
            if place.widget is WidgetKind.TICK:
                answer = self.answers[place.field_id]
                chosen = answer if isinstance(answer, list) else [answer]
                found.append((place, place.choice in chosen if place.choice else answer is True))
        return found


def papers_of() -> list[Paper]:
    catalogue = SpecCatalogue.load()
    small = load(Path(__file__).parents[1] / "small_form.yaml")
    return [*(Paper(name, catalogue.get(name)) for name in ("311-1-14", "310-1-32")), Paper("small", small)]


@pytest.fixture(scope="package")
def papers() -> dict[str, Paper]:
    return {paper.name: paper for paper in papers_of()}


class Shown:
    """Pictures of PDFs by engine, made when first asked for."""

    def __init__(self, viewer: PdfJs) -> None:
        self._engines = engines(viewer)
        self._made: dict[tuple[str, bytes], Pages] = {}

    def pages(self, engine: str, pdf: bytes) -> Pages:
        if (engine, pdf) not in self._made:
            self._made[engine, pdf] = self._engines[engine](pdf)
        return self._made[engine, pdf]


@pytest.fixture(scope="module")
def shown(pdfjs: PdfJs) -> Shown:
    return Shown(pdfjs)
