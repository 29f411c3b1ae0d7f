"""What reviewers see, decide and correct, and what their decisions teach the next calibration."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import text

from core.dossier import Origin
from forms_service.ocr.evidence import Evidence, Group
from tests.services.prepared_readings import extractions, read, refused, scan


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
    crop = cv2.imdecode(
        np.frombuffer(office.services.crop(office.reviewer, under_review, found.id), np.uint8), 0
    )
    assert crop.shape == (40 + 2 * 55, 300 + 2 * 55)
    whole = office.services.scan_page(office.reviewer, under_review, found.scan_id, 0)
    assert cv2.imdecode(np.frombuffer(whole, np.uint8), 0).shape == (1000, 800)
    narrow = office.services.attachment_page_image(office.applicant, under_review, found.scan_id, 0, 200)
    assert cv2.imdecode(np.frombuffer(narrow, np.uint8), 0).shape == (250, 200)
    with refused("not_yours"):
        office.services.crop(office.neighbour, under_review, found.id)
    with refused("not_yours"):
        office.services.crop(office.reviewer, office.open(), found.id)


def test_no_neighbour_is_shown_for_a_box_outside_the_picture(office, arrives) -> None:
    outside = {"value": None, "raw": "", "confidence": 0.0, "reason": "outside_picture"}
    dossier = office.open()
    arrives(
        dossier,
        scan(
            read("assured.city", verdict="review", **outside, box=[100, 1000, 100, 1000]),
            read("assured.mobile", verdict="review", **outside, box=[100, 999, 400, 1000]),
            read("assured.country", verdict="review", **outside, box=[100, 960, 400, 1000]),
        ),
        "form",
    )
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    found = extractions(office, dossier)
    shown = {name: one.crop_available for name, one in found.items()}
    assert shown == {"assured.city": False, "assured.mobile": False, "assured.country": True}
    for name in ("assured.city", "assured.mobile"):
        with refused("unknown_page"):
            office.services.crop(office.reviewer, dossier, found[name].id)
    crop = cv2.imdecode(
        np.frombuffer(office.services.crop(office.reviewer, dossier, found["assured.country"].id), np.uint8),
        0,
    )
    assert crop.shape == (40 + 55, 300 + 2 * 55)


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
    for uncoded in ("", "because I say so"):
        with refused("reason_needed"):
            office.services.decide_document(office.reviewer, under_review, form.id, False, uncoded)
    office.services.decide_document(office.reviewer, under_review, form.id, False, "incomplete")
    report = office.services.completeness(office.reviewer, under_review)
    assert not next(one.satisfied for one in report.required if one.type == "form")
    (view,) = office.services.dossier(office.applicant, under_review).attachments
    assert (view.decision, view.decision_reason) == ("refused", "incomplete")


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
