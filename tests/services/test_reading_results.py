"""What a machine read goes into the dossier once, and never over what a person typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import text

from core.dossier import Origin
from core.errors import DossierError
from forms_service.ocr.evidence import Evidence, Group
from forms_service.reading_process import ReadingFailed, ReadingOutcome
from forms_service.services import ExtractionView, ReadingStatus, reading_results
from forms_service.upload_reading import _result

PDF = b"%PDF-1.4\nnot much of a document"


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


def read(field: str, value: object, verdict: str = "accept", **more: Any) -> dict[str, Any]:
    return {
        "field_id": field,
        "raw": str(value),
        "value": value,
        "problem": None,
        "confidence": 0.93,
        "page": 0,
        "box": [100, 200, 400, 240],
        "verdict": verdict,
        "engine": "test",
        "reason": None if verdict == "accept" else "low_confidence",
        **more,
    }


def page(form_page: int | None = 1, ours: bool = True, of: int = 1, variant: str = "") -> dict[str, Any]:
    return {
        "image": "page.png",
        "scale": 1.0,
        "form": "311-1-14",
        "version": 1,
        "form_page": form_page,
        "form_pages": of,
        "variant": variant,
        "reference": None,
        "ours": ours,
        "registered": ours,
    }


def scan(*extractions: dict[str, Any], pages: int = 1, **more: Any) -> dict[str, Any]:
    found = {"is_form": True, "signed_paper": True, "confidence": 1.0, **more}
    shown = [page(number + 1, of=pages) for number in range(pages)]
    return _result("read", pages=shown, extractions=list(extractions), **found)


@pytest.fixture
def arrives(office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Upload something and let the reading give a prepared result."""
    cv2.imwrite(str(tmp_path / "page.png"), np.full((1000, 800), 250, np.uint8))
    results: list[dict[str, Any]] = []

    @contextmanager
    def reading(*_args: object) -> Iterator[ReadingOutcome]:
        yield ReadingOutcome(results[-1], tmp_path)

    monkeypatch.setattr(reading_results, "run_reading", reading)

    def arrive(dossier: str, result: dict[str, Any], as_type: str | None = None) -> str:
        results.append(result)
        view = office.services.upload(office.applicant, dossier, "scan.pdf", PDF, as_type)
        office.read_all()
        return view.id

    return arrive


def extractions(office, dossier: str) -> dict[str, ExtractionView]:
    return {one.field_id: one for one in office.services.extractions(office.applicant, dossier)}


def test_sure_readings_fill_empty_answers(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Tazi"), read("assured.city", "Fès", "review")))
    value = office.services.dossier(office.applicant, dossier).dossier.values["assured.last"]
    assert (value.value, value.origin, value.confidence) == ("Tazi", Origin.SCAN, 0.93)
    found = extractions(office, dossier)
    assert (found["assured.last"].decision, found["assured.city"].decision) == ("filled", None)
    assert "assured.city" not in office.values(dossier)
    (line,) = office.services.dossiers(office.applicant)
    assert (line.to_review, line.reading, line.owner_name) == (1, 0, "Tazi")


def test_a_reading_never_overwrites_what_was_typed(office, arrives) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.last": "Bennani", "assured.city": "Fès"}, {})
    arrives(dossier, scan(read("assured.last", "Tazi"), read("assured.city", "Fès")))
    assert office.values(dossier) == {"assured.last": "Bennani", "assured.city": "Fès"}
    found = extractions(office, dossier)
    doubt = found["assured.last"]
    assert (doubt.verdict, doubt.reason, doubt.conflicts, doubt.current) == (
        "review",
        "conflict",
        True,
        "Bennani",
    )
    assert found["assured.city"].decision == "filled"


def test_what_was_typed_wrongly_is_not_overwritten_either(office, arrives) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.birth": "31/02/1985"}, {})
    arrives(dossier, scan(read("assured.birth", "1985-03-31")))
    assert office.services.dossier(office.applicant, dossier).raw == {"assured.birth": "31/02/1985"}
    assert extractions(office, dossier)["assured.birth"].verdict == "review"


def test_an_answer_typed_while_the_scan_was_read_stays(office, arrives) -> None:
    dossier = office.open()
    seen = office.services.dossier(office.applicant, dossier).revision
    arrives(dossier, scan(read("assured.city", "Fès")))
    with refused("changed_meanwhile"):
        office.services.answer(office.applicant, dossier, {"assured.city": "Rabat"}, {}, seen)
    now = office.services.dossier(office.applicant, dossier).revision
    office.services.answer(office.applicant, dossier, {"assured.city": "Rabat"}, {}, now)
    assert office.values(dossier) == {"assured.city": "Rabat"}


def test_reading_twice_changes_nothing(office, arrives) -> None:
    dossier = office.open()
    upload = arrives(dossier, scan(read("assured.last", "Tazi")))
    before = office.services.dossier(office.applicant, dossier)
    office.services.read_upload(upload)
    office.services.give_up_reading(upload)
    after = office.services.dossier(office.applicant, dossier)
    assert (after.revision, len(after.events)) == (before.revision, len(before.events))
    assert len(office.services.extractions(office.applicant, dossier)) == 1


def test_a_second_worker_that_finishes_late_changes_nothing(office, arrives, monkeypatch) -> None:
    dossier = office.open()
    inner = reading_results.run_reading
    upload = office.services.upload(office.applicant, dossier, "scan.pdf", PDF)

    @contextmanager
    def slow(*args: object) -> Iterator[ReadingOutcome]:
        with inner(*args) as outcome:
            monkeypatch.setattr(reading_results, "run_reading", inner)
            office.services.read_upload(upload.id)  # the other worker is done first
            yield outcome

    arrives(office.open(), scan(read("assured.last", "Tazi")))
    monkeypatch.setattr(reading_results, "run_reading", slow)
    office.services.read_upload(upload.id)
    assert len(office.services.extractions(office.applicant, dossier)) == 1
    assert [event.action for event in office.services.dossier(office.applicant, dossier).events].count(
        "read"
    ) == 1


def test_pages_with_answers_still_to_come_are_named_over_all_uploads(office, arrives) -> None:
    """Of the three pages only the first asks anything."""
    dossier = office.open()
    rest = scan(pages=3)
    rest["pages"] = rest["pages"][1:]
    arrives(dossier, rest)
    (warning,) = office.services.dossier(office.applicant, dossier).attachments[0].warnings
    assert ": 1." in warning.fr
    first = scan(pages=3)
    first["pages"] = first["pages"][:1]
    arrives(dossier, first)
    views = office.services.dossier(office.applicant, dossier).attachments
    assert [one.warnings for one in views] == [(), ()]


def test_a_correction_slip_is_not_taken_for_a_page_of_the_form(office, arrives) -> None:
    dossier = office.open()
    slip = scan()
    slip["pages"] = [page(variant="C1F")]
    arrives(dossier, slip)
    assert office.services.dossier(office.applicant, dossier).attachments[0].warnings == ()
    rest = scan()
    rest["pages"] = [page(2, of=3)]
    arrives(dossier, rest)
    (warning,) = office.services.dossier(office.applicant, dossier).attachments[1].warnings
    assert ": 1." in warning.fr


def test_pages_that_only_inform_need_not_come_back(office, arrives) -> None:
    dossier = office.open()
    first = scan(pages=3)
    first["pages"] = first["pages"][:1]
    arrives(dossier, first)
    assert office.services.dossier(office.applicant, dossier).attachments[0].warnings == ()


def test_signed_pages_count_as_the_form(office, arrives) -> None:
    dossier = office.open()

    def form_is_there() -> bool:
        report = office.services.completeness(office.clerk, dossier)
        return next(one.satisfied for one in report.required if one.type == "form")

    assert not form_is_there()
    for sent_as in (None, "form"):
        arrives(dossier, scan(signed_paper=False, origin="pdf"), sent_as)
        assert not form_is_there()
    arrives(dossier, scan())
    assert form_is_there()


def test_a_form_typed_later_takes_over_from_an_earlier_scan_but_not_from_the_screen(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.city", "Fes"), read("assured.last", "Tazl")))
    office.services.answer(office.applicant, dossier, {"assured.last": "Tazi"}, {})
    typed = [read("assured.city", "Fès", engine="acroform"), read("assured.last", "TAZI", engine="acroform")]
    arrives(dossier, scan(*typed, origin="pdf", signed_paper=False))
    assert office.values(dossier) == {"assured.city": "Fès", "assured.last": "Tazi"}
    assert (
        office.services.dossier(office.applicant, dossier).dossier.values["assured.city"].origin == Origin.PDF
    )


def test_what_a_pdf_holds_that_is_not_valid_is_kept_as_typed(office, arrives) -> None:
    dossier = office.open()
    wrong = read("assured.birth", None, raw="99991985", problem={"ar": "تاريخ", "fr": "date"})
    arrives(dossier, scan(wrong, origin="pdf", signed_paper=False))
    view = office.services.dossier(office.applicant, dossier)
    assert view.raw == {"assured.birth": "99991985"}
    assert view.problems["assured.birth"].fr == "date"


def card(**facts: object) -> dict[str, Any]:
    pages = [page(None, ours=False)]
    return _result("read", pages=pages, document_class="identity_card", facts=facts)


def test_an_identity_card_goes_to_the_person_whose_number_it_bears(office, arrives) -> None:
    dossier = office.open()
    values = {"quality": "assured", "spouse.last": "Tazi", "assured.id_no": "BE123456"}
    office.services.answer(office.applicant, dossier, {**values, "spouse.id_no": "AB654321"}, {})
    for facts in ({"number": "AB654321"}, {"number": "BE123456"}, {"number": "ZZ111111"}):
        arrives(dossier, card(**facts))
    views = office.services.dossier(office.applicant, dossier).attachments
    assert [one.type for one in views] == ["id_spouse", "id_assured", None]
    assert [len(one.warnings) for one in views] == [0, 0, 1]


def test_a_card_that_nothing_tells_whose_it_is_takes_the_only_role_still_wanted(office, arrives) -> None:
    dossier = office.open()
    office.services.answer(
        office.applicant, dossier, {"quality": "assured", "spouse.last": "Tazi", "spouse.work": "none"}, {}
    )
    arrives(dossier, card())
    arrives(dossier, card(), "id_assured")
    arrives(dossier, card())
    roles = [one.type for one in office.services.dossier(office.applicant, dossier).attachments]
    assert roles == [None, "id_assured", "id_spouse"]


NAMED = {
    "quality": "assured",
    "assured.id_no": "BE123456",
    "assured.first": "Mohamed",
    "assured.last": "El Idrissi",
}


@pytest.mark.parametrize(
    ("values", "as_type", "facts", "doubted"),
    [
        ({"quality": "assured", "assured.id_no": "BE123456"}, "id_assured", {"number": "BE123456"}, False),
        ({"quality": "assured", "assured.id_no": "BE123456"}, "id_assured", {"number": "AB654321"}, True),
        ({"quality": "assured", "assured.id_no": "BE123456"}, "id_assured", {}, False),
        ({"quality": "assured", "assured.birth": "31/03/1985"}, "id_assured", {"birth": "1985-03-31"}, False),
        ({"quality": "assured", "assured.birth": "31/03/1985"}, "id_assured", {"birth": "1958-03-31"}, True),
        (
            {"quality": "widow_no_pension", "assured.id_no": "BE123456"},
            "id_widow",
            {"number": "BE123456"},
            True,
        ),
        ({"quality": "widow_no_pension", "assured.id_no": "BE123456"}, "id_widow", {"number": "AB1"}, False),
        (NAMED, "id_assured", {"number": "BE123456", "first": "MOHAMMED", "last": "EL IDRISSI"}, False),
        (NAMED, "id_assured", {"number": "BE123456", "first": "RACHID", "last": "OUAZZANI"}, True),
        (
            {**NAMED, "assured.first.ar": "محمد", "assured.last.ar": "الادريسي"},
            "id_assured",
            {"first": "RACHID", "last": "OUAZZANI", "first.ar": "محمد", "last.ar": "الإدريسي"},
            False,
        ),
    ],
    ids=[
        *("own", "another", "unread", "born then", "born another day", "the dead husband's", "the widow's"),
        *("spelled otherwise", "named otherwise", "the Arabic name is theirs"),
    ],
)
def test_a_paper_of_somebody_else_is_told(office, arrives, values, as_type, facts, doubted: bool) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, values, {})
    arrives(dossier, card(**facts), as_type)
    report = office.services.completeness(office.applicant, dossier)
    found = [one.subject for one in report.findings if one.code == "document_mismatch"]
    assert found == ([as_type] if doubted else [])
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert len(view.warnings) == len(found)


def test_a_childs_paper_goes_to_the_child_it_names(office, arrives) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured"}, {})
    office.services.answer_group(
        office.applicant, dossier, "children", [{"birth": "12/03/2015"}, {"birth": "01/09/2018"}]
    )
    extract = _result("read", pages=[page(None, ours=False)], document_class="birth_extract")
    arrives(dossier, {**extract, "facts": {"birth": "2018-09-01"}})
    arrives(dossier, {**extract, "facts": {}})
    found = [(one.type, one.child) for one in office.services.dossier(office.applicant, dossier).attachments]
    assert found == [("birth", 2), ("birth", None)]


def test_a_recognised_document_that_nobody_asked_for_keeps_its_name(office, arrives) -> None:
    dossier = office.open()
    certificate = _result(
        "read", pages=[page(None, ours=False)], document_class="apprenticeship_certificate", facts={}
    )
    arrives(dossier, certificate)
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert (view.type, view.declared_type) == ("apprentice", None)


def test_what_the_person_said_a_paper_is_stands(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, _result("read", pages=[page(None, ours=False)], document_class="identity_card"), "bank")
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert view.type == "bank"


def test_a_refused_upload_says_why_and_counts_for_nothing(office, arrives) -> None:
    from forms_service.services.messages import say

    dossier = office.open()
    arrives(dossier, _result("refused", message=say("other_reference"), pages=[page(ours=False)]), "form")
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert (view.status, view.message) == (ReadingStatus.REFUSED, say("other_reference"))
    assert office.services.dossier(office.applicant, dossier).dossier.attachments == ()
    assert office.services.attachment_file(office.applicant, dossier, view.id)[0] == PDF


def test_a_file_refused_twice_stands_there_once_and_not_at_all_for_the_review(office, arrives) -> None:
    from forms_service.services.messages import say

    dossier, services = office.open(), office.services
    for _ in range(2):
        arrives(dossier, _result("refused", message=say("other_reference"), pages=[page(ours=False)]), "form")
    for _ in range(2):
        services.upload(office.applicant, dossier, "empty.pdf", b"", "bank")
    views = services.dossier(office.applicant, dossier).attachments
    assert [one.declared_type for one in views] == ["form", "bank"]
    services.remove_attachment(office.applicant, dossier, views[1].id)
    services.deposit(office.applicant, dossier, True)
    seen = services.dossier(office.reviewer, dossier).attachments
    assert [one.made_on_screen for one in seen] == [True]


def test_a_scan_without_our_pages_is_told_in_one_way(office, arrives) -> None:
    from forms_service.ocr.page_messages import PageCode, page_sentence
    from forms_service.services.messages import say

    told = page_sentence(PageCode.UNIDENTIFIED)
    dossier = office.open()
    for warnings in ([], [told]):
        arrives(dossier, _result("read", pages=[page(None, ours=False)], warnings=warnings), "form")
    first, second = office.services.dossier(office.applicant, dossier).attachments
    assert (first.warnings, second.warnings) == ((say("not_the_form"),), (told,))


def test_a_failed_reading_waits_for_another_try_and_then_for_a_person(office, monkeypatch) -> None:
    @contextmanager
    def fails(*_args: object) -> Iterator[ReadingOutcome]:
        raise ReadingFailed("killed")
        yield

    monkeypatch.setattr(reading_results, "run_reading", fails)
    dossier = office.open()
    upload = office.services.upload(office.applicant, dossier, "scan.pdf", PDF, "bank")
    with pytest.raises(ReadingFailed):
        office.services.read_upload(upload.id)
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert view.status == ReadingStatus.READING
    office.services.give_up_reading(upload.id)
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert (view.status, view.type) == (ReadingStatus.FAILED, "bank")
    assert view.message.ar != view.message.fr
    assert [one.type for one in office.services.dossier(office.applicant, dossier).dossier.attachments] == [
        "bank"
    ]


def test_a_paper_that_takes_all_its_time_is_not_tried_again(office, monkeypatch) -> None:
    @contextmanager
    def fails(*_args: object) -> Iterator[ReadingOutcome]:
        raise ReadingFailed("out_of_time")
        yield

    monkeypatch.setattr(reading_results, "run_reading", fails)
    dossier = office.open()
    office.services.upload(office.applicant, dossier, "scan.pdf", PDF, "bank")
    office.read_all()
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert view.status == ReadingStatus.FAILED


# --- review ----------------------------------------------------------------------------------------


@pytest.fixture
def under_review(office, arrives) -> str:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.last": "Bennani"}, {})
    arrives(
        dossier,
        scan(
            read("assured.last", "Bennanl", "review"),
            read("assured.city", "Fès", "review"),
            read("assured.birth", None, "review", raw="3l021985"),
        ),
        "form",
    )
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    return dossier


def test_the_reviewer_accepts_corrects_and_decides(office, under_review: str) -> None:
    services, reviewer = office.services, office.reviewer
    found = extractions(office, under_review)
    assert services.queue(reviewer)[0].to_review == 3
    services.accept_value(reviewer, found["assured.city"].id)
    assert services.correct_value(reviewer, found["assured.last"].id, "Bennani") is None
    with refused("nothing_to_accept"):
        services.accept_value(reviewer, found["assured.birth"].id)
    problem = services.correct_value(reviewer, found["assured.birth"].id, "31/02/1985")
    assert problem is not None
    with refused("unsettled_values"):
        services.decide(reviewer, under_review, "accepted")
    assert services.correct_value(reviewer, found["assured.birth"].id, "28/02/1985") is None
    for said in ({}, {"despite_gaps": True}, {"note": "vu à l'agence"}):
        with refused("accepted_despite_gaps"):
            services.decide(reviewer, under_review, "accepted", **said)
    services.decide(reviewer, under_review, "accepted", "vu à l'agence", despite_gaps=True)
    view = services.dossier(office.applicant, under_review)
    assert view.state == "accepted"
    assert view.dossier.answers() == {
        "assured.last": "Bennani",
        "assured.city": "Fès",
        "assured.birth": "1985-02-28",
        "decl.true": True,
    }
    assert view.dossier.values["assured.city"].origin == Origin.REVIEWER
    settled = extractions(office, under_review)
    assert {one.decided_by for one in settled.values()} == {"Contrôle"}
    assert settled["assured.birth"].decision == "corrected"


def test_two_reviewers_never_overwrite_each_other_unseen(office, under_review: str) -> None:
    other = office.services.add_account("controle2", "a long enough password", "Autre", {"reviewer"})
    found = extractions(office, under_review)["assured.city"]
    office.services.accept_value(office.reviewer, found.id)
    with refused("changed_meanwhile"):
        office.services.correct_value(other, found.id, "Rabat")
    assert office.services.correct_value(office.reviewer, found.id, "Fès") is None
    assert office.values(under_review)["assured.city"] == "Fès"


def test_the_crop_shows_the_box_with_a_margin(office, under_review: str) -> None:
    found = extractions(office, under_review)["assured.city"]
    crop = cv2.imdecode(np.frombuffer(office.services.crop(office.reviewer, found.id), np.uint8), 0)
    assert crop.shape == (40 + 2 * 55, 300 + 2 * 55)
    whole = office.services.scan_page(office.reviewer, under_review, found.scan_id, 0)
    assert cv2.imdecode(np.frombuffer(whole, np.uint8), 0).shape == (1000, 800)
    narrow = office.services.attachment_page_image(office.applicant, under_review, found.scan_id, 0, 200)
    assert cv2.imdecode(np.frombuffer(narrow, np.uint8), 0).shape == (250, 200)
    for stranger in (lambda: office.services.crop(office.neighbour, found.id),):
        with refused("not_yours"):
            stranger()


def test_a_complement_goes_to_the_applicant_and_back(office, under_review: str) -> None:
    services = office.services
    with refused("reason_needed"):
        services.request_correction(office.reviewer, under_review, [], [], " ")
    services.request_correction(office.reviewer, under_review, ["assured.city"], ["bank"], "RIB illisible")
    view = services.dossier(office.applicant, under_review)
    assert (view.state, view.may_edit) == ("correction_requested", True)
    assert (view.correction.fields, view.correction.documents, view.correction.message) == (
        ("assured.city",),
        ("bank",),
        "RIB illisible",
    )
    services.answer(office.applicant, under_review, {"assured.city": "Fès"}, {})
    first = view.deposited_at
    office.clock.move(days=2)
    again = services.deposit(office.applicant, under_review, True)
    view = services.dossier(office.applicant, under_review)
    assert (view.state, view.correction.answered, view.deposited_at) == ("submitted", True, first)
    assert (again.deposited_at, again.completed_at) == (first, office.clock.now)
    assert again.reference == view.reference


def test_a_refused_document_counts_no_more(office, under_review: str) -> None:
    (form,) = office.services.dossier(office.reviewer, under_review).attachments
    with refused("reason_needed"):
        office.services.decide_document(office.reviewer, under_review, form.id, False, "")
    office.services.decide_document(office.reviewer, under_review, form.id, False, "sans signature")
    report = office.services.completeness(office.reviewer, under_review)
    assert not next(one.satisfied for one in report.required if one.type == "form")
    (view,) = office.services.dossier(office.applicant, under_review).attachments
    assert (view.decision, view.decision_reason) == ("refused", "sans signature")


def test_only_reviewers_review(office, under_review: str) -> None:
    found = extractions(office, under_review)["assured.city"]
    for actor in (office.applicant, office.clerk):
        for attempt in (
            lambda actor=actor: office.services.queue(actor),
            lambda actor=actor: office.services.start_review(actor, under_review),
            lambda actor=actor: office.services.accept_value(actor, found.id),
            lambda actor=actor: office.services.correct_value(actor, found.id, "X"),
            lambda actor=actor: office.services.decide(actor, under_review, "accepted"),
            lambda actor=actor: office.services.request_correction(actor, under_review, [], [], "x"),
            lambda actor=actor: office.services.decide_document(actor, under_review, found.scan_id, True),
        ):
            with refused("not_allowed"):
                attempt()
    assert office.services.dossier(office.applicant, under_review).state == "under_review"


def test_a_decided_dossier_changes_no_more(office, under_review: str) -> None:
    found = extractions(office, under_review)["assured.city"]
    with refused("reason_needed"):
        office.services.decide(office.reviewer, under_review, "refused", "")
    with refused("unknown_outcome"):
        office.services.decide(office.reviewer, under_review, "forgotten", "x")
    office.services.decide(office.reviewer, under_review, "refused", "hors délai")
    assert office.services.dossier(office.applicant, under_review).decision_note == "hors délai"
    for attempt in (
        lambda: office.services.accept_value(office.reviewer, found.id),
        lambda: office.services.decide(office.reviewer, under_review, "accepted"),
        lambda: office.services.start_review(office.reviewer, under_review),
        lambda: office.services.decide_document(office.reviewer, under_review, found.scan_id, True),
    ):
        with refused("wrong_state"):
            attempt()
    assert office.services.deposit(office.applicant, under_review, True).reference


def test_the_history_names_fields_but_never_their_contents(office, under_review: str) -> None:
    found = extractions(office, under_review)
    office.services.correct_value(office.reviewer, found["assured.last"].id, "Bennani")
    told = repr(
        [(one.action, one.details) for one in office.services.dossier(office.reviewer, under_review).events]
    )
    assert "assured.last" in told
    assert "Bennan" not in told
    assert "Fès" not in told


# --- what reviews teach the next calibration --------------------------------------------------------


def spoken(group: str, score: float, doubt: str | None = None) -> dict[str, Any]:
    evidence = Evidence(Group(group), {"tesseract": score}, doubt=doubt)
    return {"confidence": score, "evidence": evidence.as_dict()}


@pytest.fixture
def with_evidence(office, arrives) -> str:
    dossier = office.open()
    arrives(
        dossier,
        scan(
            read("assured.last", "Bennanl", "review", **spoken("latin", 0.61)),
            read("assured.city", "Fès", "review", **spoken("latin", 0.87, "readings_disagree")),
            read("assured.birth", None, "review", raw="3l021985"),
            read("assured.email", "h.bennani@iam.net.ma", **spoken("email", 0.98)),
        ),
        "form",
    )
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    return dossier


def test_what_reviewers_settle_is_kept_as_evidence_right_or_wrong(office, with_evidence: str) -> None:
    services, reviewer = office.services, office.reviewer
    found = extractions(office, with_evidence)
    assert services.reading_evidence() == []
    services.accept_value(reviewer, found["assured.city"].id)
    services.correct_value(reviewer, found["assured.last"].id, "Bennani")
    services.correct_value(reviewer, found["assured.birth"].id, "28/02/1985")
    kept = {one["confidence"]: one for one in services.reading_evidence()}
    assert {score: one["right"] for score, one in kept.items()} == {0.61: False, 0.87: True}
    assert Evidence.from_dict(kept[0.87]["evidence"]) == Evidence(
        Group.LATIN, {"tesseract": 0.87}, doubt="readings_disagree"
    )


def test_a_wrong_value_that_was_accepted_unseen_is_evidence_too(office, with_evidence: str) -> None:
    email = extractions(office, with_evidence)["assured.email"]
    office.services.correct_value(office.reviewer, email.id, "a.bennani@iam.net.ma")
    assert [one["right"] for one in office.services.reading_evidence()] == [False]


def test_settling_again_corrects_the_evidence_and_adds_none(office, with_evidence: str) -> None:
    city = extractions(office, with_evidence)["assured.city"]
    office.services.accept_value(office.reviewer, city.id)
    office.services.correct_value(office.reviewer, city.id, "Fquih Ben Salah")
    assert [one["right"] for one in office.services.reading_evidence()] == [False]


def test_what_applicants_settle_about_themselves_is_no_evidence(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.city", "Fès", "review", **spoken("latin", 0.87))), "form")
    office.services.accept_value(office.applicant, extractions(office, dossier)["assured.city"].id)
    assert office.services.reading_evidence() == []


def test_the_evidence_names_nobody_and_says_nothing(office, with_evidence: str) -> None:
    """Every column of the table and every line of the export, searched for what must not be there."""
    found = extractions(office, with_evidence)
    office.services.accept_value(office.reviewer, found["assured.city"].id)
    office.services.correct_value(office.reviewer, found["assured.last"].id, "Bennani")
    with office.application.database.reading() as session:
        rows = session.execute(text("select * from reading_evidence")).mappings().all()
        columns = set(rows[0])
        reference = session.execute(text("select reference from dossier")).scalar_one()
    assert columns == {"id", "evidence", "confidence", "right"}
    kept = json.dumps([dict(row) for row in rows], default=str) + json.dumps(
        office.services.reading_evidence()
    )
    for forbidden in (
        *("Bennan", "Fès", "F\\u00e8s", "iam.net", "assured", "1985", reference, with_evidence),
        *(one.id for one in found.values()),
        *(office.reviewer.id, office.applicant.id, "2026"),
    ):
        assert forbidden not in kept
