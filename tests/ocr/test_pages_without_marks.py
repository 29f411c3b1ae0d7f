"""Pages without a corner mark and without a code are known by their print, or left to a person."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_location import Sighting, identify, lay
from forms_service.ocr.page_messages import PageCode
from forms_service.ocr.registration import TRUSTED_RESIDUAL_MM, corner_points
from forms_service.ocr.scan import ScanReading, read_scan
from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words
from forms_service.rehearsal.degradations import BY_NAME, SpoiltPage, spoil
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue, default_directory

FORMS = ("311-1-14", "310-1-32")
DAMAGE = (
    "no marks, no code",
    "no marks, no code, any rotation",
    "no marks, no code, phone",
    "trimmed by 12 mm all round",
    "only its middle half in the photo",
)
REVISED = "310-1-32"


class _Known:
    """What the reader knows of one catalogue."""

    def __init__(self, catalogue: SpecCatalogue) -> None:
        self.catalogue = catalogue
        self.forms, self.papers = form_lookup(catalogue), printed_papers(catalogue)
        self.features, self.printed = page_features(catalogue), printed_words(catalogue)

    def identify(self, pixels: np.ndarray) -> Sighting:
        return identify(pixels, self.papers, self.forms, self.features, self.printed)

    def read(self, pixels: np.ndarray) -> ScanReading:
        page = [PageImage("page.jpg", 1, pixels)]
        return read_scan(page, self.forms, papers=self.papers, features=self.features, printed=self.printed)


@cache
def _published() -> _Known:
    return _Known(SpecCatalogue.load())


@cache
def _blank(form_id: str) -> np.ndarray:
    return blank_pages(_published().catalogue.get(form_id))[0]


@cache
def _spoilt(form_id: str, damage: str) -> SpoiltPage:
    return spoil(_blank(form_id), BY_NAME[damage], np.random.default_rng(41))


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("form_id", FORMS)
def test_it_is_known_by_its_print_and_laid_where_it_truly_lies(form_id: str, damage: str) -> None:
    spoilt = _spoilt(form_id, damage)
    sighting = _published().identify(spoilt.pixels)
    assert sighting.identity is not None and sighting.by_print
    assert (sighting.identity.form_id, sighting.identity.page) == (form_id, 1)
    assert not sighting.identity.variant and not sighting.identity.reference
    layout = lay_out(_published().catalogue.get(form_id)).layout
    found = lay(spoilt.pixels, sighting, layout.on_page(1), _published().features)
    assert found is not None and found.residual_mm <= TRUSTED_RESIDUAL_MM
    height, width = spoilt.pixels.shape
    for place in layout.on_page(1):
        corners = corner_points(place.frame or place.box)
        truly = spoilt.true_places(corners)
        if (truly >= 0).all() and (truly <= (width, height)).all():
            assert np.linalg.norm(found.to_page(truly) - corners, axis=1).max() <= 0.3


def test_without_the_blanks_it_stays_unknown() -> None:
    known = _published()
    pixels = _spoilt("311-1-14", "no marks, no code").pixels
    assert identify(pixels, known.papers, known.forms).identity is None


def test_a_form_nobody_published_is_never_taken_for_one_that_was() -> None:
    """The fund's forms share their look and many words: only the very page may be named."""
    specs = _published().catalogue.specs
    for form_id in FORMS:
        others = _Known(
            SpecCatalogue(
                {key: one for key, one in specs.items() if key[0] != form_id}, _published().catalogue.types
            )
        )
        others.features, others.printed = (
            _published().features,
            _published().printed,
        )  # of those it knows alike
        for damage in ("no marks, no code", "no marks, no code, phone"):
            assert others.identify(_spoilt(form_id, damage).pixels).identity is None


@pytest.mark.parametrize("page", [1, 2])
def test_pages_that_only_inform_are_taken_for_no_other(page: int) -> None:
    pixels = blank_pages(_published().catalogue.get("311-1-14"))[page]
    assert (
        _published()
        .identify(spoil(pixels, BY_NAME["no marks, no code"], np.random.default_rng(3)).pixels)
        .identity
        is None
    )


def test_a_mirrored_page_is_no_page() -> None:
    pixels = np.fliplr(_spoilt("311-1-14", "no marks, no code").pixels)
    assert _published().identify(np.ascontiguousarray(pixels)).identity is None


FUND_FORMS = ("310-1-32", "311-1-14")
"""Forms of their own: those made of shared blocks are not looked for by their print."""


def _catalogue_with(folder: Path, second: str) -> _Known:
    """The published forms, and a second version of one of them."""
    source = default_directory()
    for path in [
        source / "document_types.yaml",
        source / "privacy.yaml",
        *(source / one / "v1.yaml" for one in FUND_FORMS),
    ]:
        target = folder / path.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text("utf-8"), "utf-8")
    (folder / REVISED / "v2.yaml").write_text(second.replace("version: 1\n", "version: 2\n", 1), "utf-8")
    return _Known(SpecCatalogue.load(folder))


@cache
def _first_version() -> str:
    return (default_directory() / REVISED / "v1.yaml").read_text("utf-8")


def _page_of(known: _Known, version: int) -> np.ndarray:
    page = blank_pages(known.catalogue.get(REVISED, version))[0]
    return spoil(page, BY_NAME["no marks, no code"], np.random.default_rng(8)).pixels


@pytest.mark.tesseract
def test_each_version_is_known_for_what_it_is_and_the_old_one_told(tmp_path: Path) -> None:
    text = _first_version()
    bank, honour = text.index("  - id: bank\n"), text.index("  - id: honour\n")
    known = _catalogue_with(tmp_path, text[:bank] + text[honour:])
    for version in (1, 2):
        reading = known.read(_page_of(known, version))
        identity = reading.pages[0].identity
        assert identity is not None and (identity.form_id, identity.version) == (REVISED, version)
        told = [one.message for one in reading.problems if one.code is PageCode.OUTDATED_VERSION]
        assert bool(told) == (version == 1)
        if told:
            assert "version 1" in told[0].fr and "version 2" in told[0].fr
            assert "الصيغة 1" in told[0].ar and "الصيغة 2" in told[0].ar


def test_versions_that_look_alike_are_left_to_a_person(tmp_path: Path) -> None:
    """Only a small text differs: which of the two it is, nobody should guess."""
    known = _catalogue_with(tmp_path, _first_version().replace("loi 09-08", "loi 09-09"))
    assert known.identify(_page_of(known, 1)).identity is None
