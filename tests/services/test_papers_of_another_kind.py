"""A paper that clearly is another than it was sent as is missing still, until its sender insists."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import DossierError
from core.form_spec import Severity
from forms_service.ocr.attachments.reader import SURE_MARGIN, _is_clearly_other
from forms_service.ocr.attachments.recognition import UNKNOWN, Recognition
from forms_service.ocr.attachments.warnings import warn
from forms_service.upload_reading import _result
from tests.services.prepared_readings import page


def paper(seen_as: str | None, **more: Any) -> dict[str, Any]:
    found = {"pages": [page(None, ours=False)], "document_class": seen_as, "seen_as": seen_as, **more}
    return _result("read", **found)


def begun(office) -> str:
    dossier = office.open()
    office.services.answer(
        office.applicant, dossier, {"quality": "assured", "nature": "initial_or_additional"}
    )
    return dossier


def need(office, dossier: str, document_type: str = "id_assured"):
    report = office.services.completeness(office.applicant, dossier)
    return next(one for one in report.required if one.type == document_type)


@pytest.mark.parametrize("seen_as", ["marriage_act", "blank"])
def test_another_paper_or_a_blank_page_leaves_the_demand_open(office, arrives, seen_as: str) -> None:
    dossier = begun(office)
    arrives(dossier, paper(seen_as), as_type="id_assured")
    assert not need(office, dossier).satisfied
    report = office.services.completeness(office.applicant, dossier)
    missing = [one for one in report.findings if one.code == "missing_document"]
    assert need(office, dossier).document_id in {one.subject for one in missing}
    assert all(one.severity is Severity.ERROR for one in missing)


def test_what_is_not_clearly_another_paper_counts(office, arrives) -> None:
    dossier = begun(office)
    unsure = warn("type_mismatch", seen="x", expected="y").message
    arrives(dossier, paper(None, document_class="marriage_act", warnings=[unsure]), as_type="id_assured")
    assert need(office, dossier).satisfied


def test_its_sender_may_insist_and_the_reviewer_still_sees_the_remark(office, arrives) -> None:
    dossier = begun(office)
    told = warn("other_kind", seen="x", expected="y").message
    one = arrives(dossier, paper("marriage_act", warnings=[told]), as_type="id_assured")
    office.services.keep_as_sent(office.applicant, dossier, one)
    assert need(office, dossier).satisfied
    view = office.services.dossier(office.applicant, dossier)
    assert "kept_as_sent" in [event.action for event in view.events]
    assert [str(warning.fr) for warning in view.attachments[0].warnings] == [told.fr]


def test_nobody_may_insist_on_a_blank_page_nor_against_a_receipt(office, arrives) -> None:
    dossier = begun(office)
    blank = arrives(dossier, paper("blank"), as_type="id_assured")
    with pytest.raises(DossierError, check=lambda error: error.code == "wrong_state"):
        office.services.keep_as_sent(office.applicant, dossier, blank)
    other = arrives(dossier, paper("marriage_act"), as_type="bank")
    office.services.deposit(office.applicant, dossier, True)
    office.clock.move(days=1)
    with pytest.raises(DossierError, check=lambda error: error.code == "wrong_state"):
        office.services.keep_as_sent(office.applicant, dossier, other)
    assert not need(office, dossier).satisfied
    assert not need(office, dossier, "bank").satisfied


def test_a_receipt_lists_it_as_what_it_is(office, arrives) -> None:
    dossier = begun(office)
    arrives(dossier, paper("marriage_act"), as_type="id_assured")
    receipt = office.services.deposit(office.applicant, dossier, True)
    assert "marriage_act" in {one.type for one in receipt.received}
    assert "id_assured" not in {one.type for one in receipt.received}
    assert "id_assured" in {one.type for one in receipt.missing}


def seen(class_id: str, margin: float = SURE_MARGIN) -> Recognition:
    return Recognition(class_id, 0.7 if class_id != UNKNOWN else 0.0, margin)


@pytest.mark.parametrize(
    ("pages", "is_other"),
    [
        ([seen("marriage_act")], True),
        ([seen("marriage_act", SURE_MARGIN - 0.1)], False),
        ([seen("marriage_act"), seen(UNKNOWN)], False),
        ([seen("marriage_act"), seen("identity_card")], False),
        ([seen(UNKNOWN)], False),
        ([], False),
    ],
)
def test_only_what_is_known_beyond_doubt_page_by_page_is_another_paper(
    pages: list[Recognition], is_other: bool
) -> None:
    best = next((one for one in pages if one.class_id == "marriage_act"), seen(UNKNOWN))
    assert _is_clearly_other(("identity_card",), best, pages) is is_other
    assert not _is_clearly_other((), best, pages), "a type with no look of its own is never contradicted"
