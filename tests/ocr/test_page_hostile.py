"""Files made to harm: each ends in pages of a bearable size or in one clear refusal, and says nothing else."""

from __future__ import annotations

import contextlib

import pytest

from core.errors import UnreadableDocument
from forms_service.ocr import page_images
from forms_service.ocr.page_images import count_pages, load_page, load_pages
from forms_service.ocr.refusals import REFUSAL_CODES
from tests.hostile_files import HOSTILE, hostile


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_pages_or_a_clear_refusal(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    data = hostile(name)
    assert len(data) < 2_000_000, "the file itself is small: what it unfolds to is the harm"
    try:
        pages = load_pages(data, "scan.bin")
        assert sum(page.pixels.size for page in pages) <= page_images.MAX_PIXELS
    except UnreadableDocument as refused:
        assert refused.code in REFUSAL_CODES
        assert "scan.bin" in refused.message.ar
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "name", ["an archive", "a page of the web", "a drawing with a script", "an animation"]
)
def test_what_is_no_paper_is_refused_unopened(name: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        count_pages(hostile(name), "acte.pdf")
    assert refused.value.code == "unsupported_type"


@pytest.mark.parametrize(
    "name", ["a page tree in a circle", "a TIFF whose pages go in a circle", "many pages"]
)
def test_counting_and_opening_single_pages_bears_it_too(name: str) -> None:
    data = hostile(name)
    with contextlib.suppress(UnreadableDocument):
        assert 0 < count_pages(data, "scan.bin") <= page_images.MAX_PAGES
    with pytest.raises(UnreadableDocument):
        load_page(data, "scan.bin", 999)
