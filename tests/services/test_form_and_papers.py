"""A form and papers in one file: what becomes of each page, with the readers' answers given."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.extraction import BoxPx, Extraction, Verdict
from core.placement import PageIdentity
from forms_service import reading_papers, upload_reading
from forms_service.messages import say
from forms_service.ocr import scan
from forms_service.ocr.attachments import AttachmentReading
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.page_messages import PageCode
from forms_service.ocr.scan import ScanProblem
from forms_service.reading_process import ReadingRequest
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.whose_page import SeenPage

FORM_ID, REFERENCE = "311-1-14", "AF-1"
IDENTITY = PageIdentity(FORM_ID, 1, 1, 1, REFERENCE)
UNIDENTIFIED = say("some_pages_left_out", pages="1")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Read a file of a page that is no form's and then a form's, the first seen as this paper."""

    def read(seen_as: str) -> dict:
        answer = Extraction(
            "person.registration",
            "123456789",
            "123456789",
            0.99,
            1,
            BoxPx(0, 0, 9, 9),
            Verdict.ACCEPT,
            "engine",
        )
        answers = SimpleNamespace(
            form_id=FORM_ID,
            version=1,
            reference=REFERENCE,
            variant="",
            fields={"person.registration": answer},
        )
        reading = SimpleNamespace(
            pages=[SimpleNamespace(identity=one, registered=one is not None) for one in (None, IDENTITY)],
            sets=[answers],
            problems=[ScanProblem(PageCode.UNIDENTIFIED, UNIDENTIFIED, (0,))],
        )
        monkeypatch.setattr(scan, "read_scan", lambda images, *_, **__: list(images) and reading)

        def read_paper(images, *_):
            assert [image.page for image in images] == [1], "only what is no form's page"
            return AttachmentReading(
                seen_as, seen_as, 0.9, {"number": "BK123456"}, {"number": 0.99}, pages=(1,)
            )

        monkeypatch.setattr(reading_papers, "read_attachment", read_paper)
        pages = [
            SeenPage(PageImage("both.pdf", number, np.full((400, 300), 200, np.uint8), None), identity, None)
            for number, identity in ((1, None), (2, IDENTITY))
        ]
        request = ReadingRequest("read", "both.pdf", "", FORM_ID, 1, REFERENCE, on="2026-02-20")
        described = [
            upload_reading._describe_page(at, page, tmp_path, request) for at, page in enumerate(pages)
        ]
        return upload_reading._read_form(request, pages, described, SpecCatalogue.load(), tmp_path)

    return read


def test_a_paper_before_a_form_is_filed_and_the_answers_stay_on_their_page(read) -> None:
    result = read("identity_card")
    (card,) = result["others"]
    assert (card["document_class"], card["facts"]) == ("identity_card", {"number": "BK123456"})
    assert [page["image"] for page in result["pages"]] == ["page-1.png", "page-0.png"]
    assert card["pages"] == [1]
    (answer,) = result["extractions"]
    assert (answer["value"], answer["page"]) == ("123456789", 0)
    assert UNIDENTIFIED.as_dict() not in result["warnings"]


@pytest.mark.parametrize("seen_as", ["unknown", "form_311_1_14"])
def test_what_is_no_paper_stays_with_the_form_and_is_told(read, seen_as: str) -> None:
    result = read(seen_as)
    assert result["others"] == []
    assert [page["image"] for page in result["pages"]] == ["page-0.png", "page-1.png"]
    assert result["extractions"][0]["page"] == 1
    assert UNIDENTIFIED.as_dict() in result["warnings"]
