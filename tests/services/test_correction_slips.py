"""What a slip says goes into the open request, rows of groups included, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.correction_slip import requested, slip_code
from core.errors import DossierError
from forms_service.reading_process import ReadingOutcome
from forms_service.services import reading_results
from forms_service.upload_reading import _result

PDF = b"%PDF-1.4\nnot much of a document"
ROWS = [{"first": "Adam", "birth": "2015-02-01"}, {"first": "Lina", "birth": "2012-02-01"}]


def read(field: str, value: object, verdict: str = "accept") -> dict[str, Any]:
    return {
        "field_id": field,
        "raw": str(value),
        "value": value,
        "problem": None,
        "confidence": 0.95,
        "page": 0,
        "box": [100, 200, 400, 240],
        "verdict": verdict,
        "engine": "test",
        "reason": None if verdict == "accept" else "low_confidence",
        "slip": True,
    }


@pytest.fixture
def slip_arrives(office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Upload something that is read as the slip of these fields, saying that."""
    cv2.imwrite(str(tmp_path / "page.png"), np.full((1000, 800), 250, np.uint8))

    def arrive(dossier: str, fields: list[str], *said: dict[str, Any]) -> str:
        spec = office.services.dossier(office.applicant, dossier).spec
        code = slip_code(spec, requested(spec, fields).asked)
        page = {
            "image": "page.png",
            "scale": 1.0,
            "form": spec.id,
            "version": spec.version,
            "variant": code,
            "form_page": 1,
            "form_pages": 1,
            "reference": None,
            "ours": True,
            "registered": True,
        }
        signed = read("slip.sign", True)
        result = _result("read", is_form=True, pages=[page], slips=[code], extractions=[*said, signed])

        @contextmanager
        def reading(*_args: object) -> Iterator[ReadingOutcome]:
            yield ReadingOutcome(result, tmp_path)

        monkeypatch.setattr(reading_results, "run_reading_of_pages", reading)
        view = office.services.upload(office.applicant, dossier, "slip.pdf", PDF)
        office.read_all()
        return view.id

    return arrive


def asked_again(office, fields: list[str], documents: tuple[str, ...] = ()) -> str:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.city": "Fès", "assured.last": "Tazi"})
    office.services.answer_group(office.applicant, dossier, "children", ROWS)
    office.services.deposit(office.applicant, dossier, True)
    office.clock.move(hours=1)
    office.services.start_review(office.reviewer, dossier)
    office.services.request_correction(office.reviewer, dossier, fields, documents, "Corrigez.")
    office.clock.move(hours=1)
    return dossier


def progress(office, dossier: str) -> dict[str, bool]:
    return dict(office.services.correction_progress(office.applicant, dossier).fields)


def test_rows_of_groups_are_corrected_in_their_place(office, slip_arrives) -> None:
    fields = ["children.2.birth", "children.2.student", "assured.last"]
    dossier = asked_again(office, fields)
    slip_arrives(dossier, fields, read("children.2.birth", "2012-02-03"), read("children.2.student", True))
    first, second = office.services.dossier(office.applicant, dossier).dossier.groups["children"]
    assert dict(first) == ROWS[0]
    assert dict(second) == {"first": "Lina", "birth": "2012-02-03", "student": True}
    assert progress(office, dossier) == {
        "assured.last": False,
        "children.2.birth": True,
        "children.2.student": True,
    }
    labels = {one.field_id: one.label.fr for one in office.services.extractions(office.reviewer, dossier)}
    assert labels["children.2.birth"] == "Date de naissance de l'enfant"


def test_what_was_not_asked_is_left_alone(office, slip_arrives) -> None:
    dossier = asked_again(office, ["assured.last", "assured.city"])
    slip_arrives(
        dossier, ["assured.last"], read("assured.last", "Tazzi"), read("assured.mobile", "0612345678")
    )
    answers = office.values(dossier)
    assert (answers["assured.last"], answers.get("assured.mobile")) == ("Tazzi", None)
    assert {one.field_id for one in office.services.extractions(office.reviewer, dossier)} == {"assured.last"}


def test_a_doubtful_answer_waits_for_a_person_and_counts_as_given(office, slip_arrives) -> None:
    dossier = asked_again(office, ["assured.last"])
    slip_arrives(dossier, ["assured.last"], read("assured.last", "Tazzi", "review"))
    assert office.values(dossier)["assured.last"] == "Tazi"
    assert progress(office, dossier) == {"assured.last": True}
    (waiting,) = office.services.extractions(office.reviewer, dossier)
    assert (waiting.verdict, waiting.conflicts, waiting.decision) == ("review", True, None)


def test_an_answer_in_either_script_answers_a_name(office) -> None:
    dossier = asked_again(office, ["assured.last"])
    office.services.answer(office.applicant, dossier, {"assured.last.ar": "التازي"})
    assert progress(office, dossier) == {"assured.last": True}


def test_facts_and_rows_count_when_they_are_answered_on_screen(office) -> None:
    dossier = asked_again(office, ["children.1.birth", "children.2.birth", "pensioner"])
    rows = [ROWS[0], {**ROWS[1], "birth": "2012-02-03"}]
    office.services.answer_group(office.applicant, dossier, "children", rows)
    told = {"children.1.birth": False, "children.2.birth": True, "pensioner": False}
    assert progress(office, dossier) == told
    office.services.answer(office.applicant, dossier, {}, {"pensioner": "true"})
    assert progress(office, dossier) == {**told, "pensioner": True}


def test_a_slip_without_an_open_request_changes_nothing(office, slip_arrives) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.last": "Tazi"})
    upload = slip_arrives(dossier, ["assured.last"], read("assured.last", "Tazzi"))
    assert office.values(dossier) == {"assured.last": "Tazi"}
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert (view.id, view.is_slip, view.type) == (upload, True, None)
    assert "n'attend aucune correction" in view.message.fr
    assert office.services.extractions(office.applicant, dossier) == []


def test_no_slip_is_printed_where_nothing_is_asked(office) -> None:
    dossier = office.open()
    with pytest.raises(DossierError, match="aucune correction") as caught:
        office.services.correction_slip_pdf(office.applicant, dossier)
    assert caught.value.code == "no_correction_open"
    with pytest.raises(DossierError) as hidden:
        office.services.correction_slip_pdf(office.neighbour, dossier)
    assert hidden.value.code == "not_yours"
