from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from core.form_spec import FormSpec
from core.placement import BoxMm
from core.spec_parser import parse_spec

ROOT = Path(__file__).resolve().parents[2]

ANSWERS: dict[str, object] = {
    "hdr.file_no": "2026/00417",
    "nature": "initial_or_additional",
    "children_to_declare": 3,
    "quality": "assured",
    "assured.birth": "1985-03-12",
    "assured.id_no": "BK304512",
    "assured.registration": "123456789",
    "assured.first": "Noël-Éric",
    "assured.first.ar": "عبد السلام",
    "assured.last": "N'Guyen El Idrissi",
    "assured.last.ar": "الإدريسي العلوي",
    "assured.address": "شقة 12، زنقة N'Guyen، حي السلام",
    "assured.postcode": "20250",
    "assured.city": "Salé",
    "assured.quarter": "حي الرياض (أ)",
    "assured.mobile": "0612345678",
    "assured.email": "noel.eric+cnss@example.ma",
    "spouse.work": "none",
    "decl.true": True,
}
"""An invented person's answers to 311-1-14."""


def load(path: Path) -> FormSpec:
    return parse_spec(path.read_text(encoding="utf-8"), path.name)


@pytest.fixture(scope="session")
def small() -> FormSpec:
    """A form with every construct of the paper: twins, combs, ticks, a table, an office zone, texts."""
    return load(Path(__file__).with_name("small_form.yaml"))


@pytest.fixture(scope="session")
def allowance() -> FormSpec:
    return load(ROOT / "form_specs" / "311-1-14" / "v1.yaml")


@pytest.fixture(scope="session")
def refund() -> FormSpec:
    return load(ROOT / "form_specs" / "310-1-32" / "v1.yaml")


@pytest.fixture(scope="session", params=["small", "allowance", "refund"])
def any_form(request: pytest.FixtureRequest) -> FormSpec:
    return request.getfixturevalue(request.param)


@pytest.fixture
def answers() -> dict[str, object]:
    return dict(ANSWERS)


def page_pixels(pdf: bytes, page: int = 0, dpi: int = 150) -> np.ndarray:
    """One page as grey pixels, its fields drawn, as Chrome shows it."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    image = document[page].render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("L")
    return np.asarray(image)


def crop(pixels: np.ndarray, box: BoxMm, dpi: int = 150) -> np.ndarray:
    scale = dpi / 25.4
    return pixels[
        round(box.y * scale) : round(box.bottom * scale), round(box.x * scale) : round(box.right * scale)
    ]


def ink_columns(cropped: np.ndarray) -> np.ndarray:
    """Indexes of the columns that hold dark pixels."""
    return np.flatnonzero((cropped < 128).any(axis=0))
