"""An engine that crashes, hangs or swells on one page costs that page, and nothing of the others."""

from __future__ import annotations

import io
import json
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from paper_office import SALMA, Agency, scanned
from PIL import Image

from forms_service.config import ReadingLimits
from forms_service.messages import say
from forms_service.ocr.engine import LineMode, chosen_engine, text_engine
from forms_service.reading_process import ReadingOutcome, ReadingRequest, run_reading_of_pages
from tests.ocr.attachments.drawn import drawn_page

pytestmark = pytest.mark.tesseract

FORM_SPECS = Path(__file__).parents[2] / "form_specs"

_BAD_ENGINE = '''
    """Imported by every Python that starts with this folder on its path: registers an engine of a test."""
    import os, signal, time
    from pathlib import Path

    def hang():
        """Nobody here need wait for all the seconds of a page: where they are counted, one is left."""
        left = signal.alarm(0)
        signal.alarm(1 if 0 < left <= {page_seconds} else 0)
        time.sleep(100)

    if os.environ.get("FORMS_TEXT_ENGINE") == "bad":
        from forms_service.ocr.engine import ENGINES, TesserocrEngine

        class Bad(TesserocrEngine):
            name = "bad"

            def read(self, *asked, **more):
                at_work = Path("at-page").read_text().split(" ")[0]
                if at_work in {pages!r}.split():
                    {deed}
                return super().read(*asked, **more)

        ENGINES["bad"] = Bad
'''

_PAGE_SECONDS = 30


def _program(text: str, deed: str, pages: str) -> str:
    return textwrap.dedent(text).format(deed=deed, pages=pages, page_seconds=_PAGE_SECONDS)


def ended_at(outcome: ReadingOutcome) -> str:
    """The pages at which the locked process ended, in turn: itself it can leave nothing behind."""
    told = json.loads((outcome.folder / "request.json").read_text())
    return "".join(map(str, told["ended_at"]))


@pytest.fixture
def read_with(agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read three sheets of one form with an engine that does something bad on some pages."""

    def read(deed: str, pages: str, **limits: object) -> tuple[dict, str]:
        bad = _program(_BAD_ENGINE, deed, pages)
        (tmp_path / "path").mkdir()
        (tmp_path / "path" / "sitecustomize.py").write_text(bad)
        monkeypatch.setattr(sys, "path", [str(tmp_path / "path"), *sys.path])
        monkeypatch.setenv("FORMS_TEXT_ENGINE", "bad")
        dossier = agency.open()
        config, reference = agency.application.config, agency.reference(dossier)
        sheets = scanned(*[agency.paper(SALMA, reference)] * 3, dpi=120)
        request = ReadingRequest(
            "read", "three.pdf", str(config.spec_folder), "leave-1", 1, reference, "form"
        )
        request = replace(request, on="2026-02-20")
        with run_reading_of_pages(request, sheets, ReadingLimits(**limits), config.scratch_folder) as outcome:
            assert list(config.scratch_folder.glob("reading-*")) == [outcome.folder]
            return outcome.result, ended_at(outcome)

    return read


def test_a_bad_page_costs_a_retry_and_nothing_else(read_with) -> None:
    deed = "hang() if at_work == '2' else os.kill(os.getpid(), signal.SIGSEGV)"
    result, tried = read_with(deed, "1 2", page_seconds=_PAGE_SECONDS)
    assert tried == "1122", "each was tried once more, then left out"
    assert result["status"] == "read"
    assert result["warnings"][:2] == [
        say("page_unread", page=1).as_dict(),
        say("page_too_slow", page=2).as_dict(),
    ]
    assert [page["registered"] for page in result["pages"]] == [True]
    read = {one["field_id"]: one["value"] for one in result["extractions"]}
    assert read["person.registration"] == SALMA["person.registration"]


_BAD_RECOGNISER = '''
    """As above: the recogniser of Arabic lines does something bad on some pages."""
    import os, signal, sys, time
    from pathlib import Path

    if "forms_service.reading_process" in " ".join(sys.orig_argv):
        from forms_service.ocr.line_network import LineNetwork

        read = LineNetwork.characters_seen

        def bad(*asked):
            at_work = Path("at-page").read_text().split(" ")[0]
            if at_work in {pages!r}.split():
                {deed}
            return read(*asked)

        LineNetwork.characters_seen = bad
'''


@pytest.fixture
def read_papers_with(agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Read a file of a birth extract and a card with a reader that does something bad on some pages."""

    def read(bad: str, deed: str, pages: str) -> tuple[dict, str, dict]:
        bad = _program(bad, deed, pages)
        (tmp_path / "path").mkdir()
        (tmp_path / "path" / "sitecustomize.py").write_text(bad)
        monkeypatch.setattr(sys, "path", [str(tmp_path / "path"), *sys.path])
        if "ENGINES[" in bad:
            monkeypatch.setenv("FORMS_TEXT_ENGINE", "bad")
        drawn = [drawn_page("birth_extract", 4), drawn_page("identity_card", 6)]
        out = io.BytesIO()
        first, second = (Image.fromarray(page.pixels) for page, _, _ in drawn)
        first.save(out, "PDF", save_all=True, append_images=[second], resolution=200)
        config = agency.application.config
        request = ReadingRequest("read", "two.pdf", str(FORM_SPECS), "311-1-14", 1, on="2026-02-20")
        with run_reading_of_pages(
            request, out.getvalue(), ReadingLimits(page_seconds=_PAGE_SECONDS), config.scratch_folder
        ) as outcome:
            return outcome.result, ended_at(outcome), drawn[0][1]

    return read


@pytest.mark.parametrize(
    ("bad", "deed", "tries"),
    [
        (_BAD_ENGINE, "hang()", "1"),
        (_BAD_RECOGNISER, "os.kill(os.getpid(), signal.SIGSEGV)", "11"),
    ],
    ids=["engine of lines hangs", "recogniser crashes"],
)
def test_a_reader_that_breaks_on_a_paper_costs_a_retry_and_the_others_still_read_it(
    read_papers_with, bad: str, deed: str, tries: str
) -> None:
    """Who breaks decides what is tried next; how it broke only decides what is told, as above."""
    result, tried, true = read_papers_with(bad, deed, "1")
    assert tried == tries, "it is not used a second time where it broke"
    assert result["document_class"] == "birth_extract"
    assert (result["facts"]["birth"], result["facts"]["act"]) == (true["birth"], true["act"])
    assert [other["document_class"] for other in result["others"]] == ["identity_card"]


def test_the_chosen_engine_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two engines in the register read the same line: readers never know which it is."""
    import cv2

    line = np.full((60, 420), 255, np.uint8)
    cv2.putText(line, "3 141 592", (10, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 0, 3, cv2.LINE_AA)
    for name in ("tesserocr", "pytesseract"):
        monkeypatch.setenv("FORMS_TEXT_ENGINE", name)
        assert chosen_engine() == name
        reading = text_engine().read(line, "eng", LineMode.LINE, "0123456789")
        assert reading.text.replace(" ", "") == "3141592"
        assert 0.0 < reading.confidence <= 1.0
