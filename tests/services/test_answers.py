"""Answers: nothing typed is lost, nothing is overwritten unseen, everything keeps its origin."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.dossier import Origin
from core.errors import DossierError, UnknownForm
from forms_service.storage.models import AnswerRow


def refused(code: str):
    return pytest.raises(DossierError, check=lambda error: error.code == code)


def test_a_new_dossier_is_an_empty_draft_of_the_newest_version(office) -> None:
    view = office.services.dossier(office.applicant, office.open())
    assert (view.state, view.revision, view.spec.version) == ("draft", 0, 1)
    assert view.dossier.answers() == {}
    assert [event.action for event in view.events] == ["opened"]
    assert view.may_edit


def test_an_unknown_form_cannot_be_opened(office) -> None:
    with pytest.raises(UnknownForm):
        office.open("999-9-99")


def test_answers_are_stored_in_canonical_form_with_their_origin(office) -> None:
    dossier = office.open()
    typed = {
        "assured.birth": "٠٥/٠٣/١٩٨٨",
        "assured.mobile": "06 12 34 56 78",
        "assured.last": " El  Idrissi ",
    }
    assert office.services.answer(office.applicant, dossier, typed, {}) == {}
    assert office.values(dossier) == {
        "assured.birth": "1988-03-05",
        "assured.mobile": "0612345678",
        "assured.last": "El Idrissi",
    }
    value = office.services.dossier(office.applicant, dossier).dossier.values["assured.birth"]
    assert (value.origin, value.by) == (Origin.SCREEN, office.applicant.id)


def test_what_is_not_valid_is_kept_as_typed_and_named(office) -> None:
    dossier = office.open()
    problems = office.services.answer(
        office.applicant, dossier, {"assured.birth": "31/02/1985", "assured.last": "Tazi"}, {}
    )
    view = office.services.dossier(office.applicant, dossier)
    assert list(problems) == ["assured.birth"]
    assert view.dossier.answers() == {"assured.last": "Tazi"}
    assert view.raw == {"assured.birth": "31/02/1985"}
    assert view.problems == problems
    report = office.services.completeness(office.applicant, dossier)
    assert ("unreadable_answer", "assured.birth") in {(one.code, one.subject) for one in report.findings}


def test_a_mended_answer_takes_the_place_of_the_wrong_one(office) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.birth": "31/02/1985"}, {})
    assert office.services.answer(office.applicant, dossier, {"assured.birth": "28/02/1985"}, {}) == {}
    view = office.services.dossier(office.applicant, dossier)
    assert (view.raw, view.problems) == ({}, {})
    assert view.dossier.answers() == {"assured.birth": "1985-02-28"}


def test_old_answers_stay_in_the_history(office) -> None:
    dossier = office.open()
    for name in ("Tazi", "Bennani", ""):
        office.services.answer(office.applicant, dossier, {"assured.last": name}, {})
    assert office.values(dossier) == {}
    with office.application.database.reading() as session:
        rows = session.scalars(select(AnswerRow).order_by(AnswerRow.id)).all()
    assert [row.value and row.value["value"] for row in rows] == ["Tazi", "Bennani", None]
    assert [row.superseded_at is None for row in rows] == [False, False, True]


def test_sending_the_same_page_again_changes_nothing(office) -> None:
    dossier = office.open()
    page = {"assured.last": "Tazi", "assured.birth": "99/99/9999", "assured.first": ""}
    office.services.answer(office.applicant, dossier, page, {})
    before = office.services.dossier(office.applicant, dossier)
    assert office.services.answer(office.applicant, dossier, page, {}, before.revision).keys() == {
        "assured.birth"
    }
    after = office.services.dossier(office.applicant, dossier)
    assert (after.revision, len(after.events)) == (before.revision, len(before.events))


def test_two_tabs_never_overwrite_each_other_unseen(office) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.city": "Rabat"}, {})
    seen = office.services.dossier(office.applicant, dossier).revision
    office.services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {}, seen)
    with refused("changed_meanwhile"):
        office.services.answer(
            office.applicant, dossier, {"assured.city": "Oujda", "assured.last": "Tazi"}, {}, seen
        )
    assert office.values(dossier) == {"assured.city": "Fès"}


def test_two_tabs_may_fill_in_different_answers(office) -> None:
    dossier = office.open()
    seen = office.services.dossier(office.applicant, dossier).revision
    office.services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {}, seen)
    office.services.answer(office.applicant, dossier, {"assured.last": "Tazi"}, {}, seen)
    assert office.values(dossier) == {"assured.city": "Fès", "assured.last": "Tazi"}


def test_unknown_fields_are_refused_before_anything_is_stored(office) -> None:
    dossier = office.open()
    with refused("unknown_field"):
        office.services.answer(office.applicant, dossier, {"assured.last": "Tazi", "no.such": "1"}, {})
    assert office.values(dossier) == {}


def test_what_the_fund_fills_in_is_not_the_applicants_to_answer(office, catalogue) -> None:
    reserved = [one.id for one in catalogue.get("311-1-14").fields() if one.office]
    assert reserved
    dossier = office.open()
    with refused("unknown_field"):
        office.services.answer(office.applicant, dossier, {reserved[0]: "1"}, {})
    office.services.answer(office.clerk, dossier, {reserved[0]: "1"}, {})
    assert office.values(dossier) == {reserved[0]: "1"}


def test_rows_of_a_group_keep_what_was_typed(office) -> None:
    dossier = office.open()
    problems = office.services.answer_group(
        office.applicant, dossier, "children", [{"birth": "12/03/2015"}, {"birth": "yesterday"}]
    )
    assert list(problems) == [(2, "birth")]
    view = office.services.dossier(office.applicant, dossier)
    assert view.dossier.groups["children"] == ({"birth": "2015-03-12"}, {})
    assert view.group_raw == {("children", 2, "birth"): "yesterday"}
    assert view.group_problems[("children", 2, "birth")] == problems[2, "birth"]


def test_rows_are_guarded_like_answers(office) -> None:
    dossier = office.open()
    office.services.answer_group(office.applicant, dossier, "children", [{"birth": "12/03/2015"}])
    seen = office.services.dossier(office.applicant, dossier).revision
    office.services.answer_group(office.applicant, dossier, "children", [], seen)
    with refused("changed_meanwhile"):
        office.services.answer_group(office.applicant, dossier, "children", [{"birth": "1/1/2016"}], seen)
    with refused("unknown_group"):
        office.services.answer_group(office.applicant, dossier, "nephews", [{}])
    with refused("too_many_rows"):
        office.services.answer_group(office.applicant, dossier, "children", [{}] * 99)
    with refused("unknown_field"):
        office.services.answer_group(office.applicant, dossier, "children", [{"shoe_size": "42"}])
    assert office.services.dossier(office.applicant, dossier).dossier.groups["children"] == ()


def test_what_the_fund_knows_lifts_demands(office) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured"}, {})

    def demanded() -> set[str]:
        return {one.type for one in office.services.completeness(office.applicant, dossier).required}

    assert "id_assured" in demanded()
    office.services.set_on_file(office.applicant, dossier, {"id_assured"}, set())
    assert "id_assured" not in demanded()


def test_nobody_sees_or_changes_what_is_not_theirs(office) -> None:
    dossier = office.open()
    services, stranger = office.services, office.neighbour
    for attempt in (
        lambda: services.dossier(stranger, dossier),
        lambda: services.answer(stranger, dossier, {"assured.last": "Mine"}, {}),
        lambda: services.answer_group(stranger, dossier, "children", [{}]),
        lambda: services.set_on_file(stranger, dossier, set(), set()),
        lambda: services.upload(stranger, dossier, "a.pdf", b"%PDF-1.4"),
        lambda: services.completeness(stranger, dossier),
        lambda: services.deposit(stranger, dossier, True),
        lambda: services.receipt_pdf(stranger, dossier),
        lambda: services.filled_pdf(stranger, dossier),
        lambda: services.extractions(stranger, dossier),
        lambda: services.dossier(office.reviewer, dossier),
        lambda: services.dossier(office.applicant, "no-such-dossier"),
    ):
        with refused("not_yours"):
            attempt()
    assert services.dossiers(stranger).lines == ()
    assert office.values(dossier) == {}


def test_lists_show_the_persons_name_and_number(office) -> None:
    dossier = office.open()
    office.services.answer(
        office.applicant,
        dossier,
        {"assured.last": "Amrani", "assured.first": "Fatima", "assured.registration": "123456782"},
        {},
    )
    (line,) = office.services.dossiers(office.applicant).lines
    assert (line.id, line.owner_name, line.registration) == (dossier, "Amrani Fatima", "123456782")
    assert [one.id for one in office.services.find_dossiers(office.clerk, "amrani")] == [dossier]
    assert [one.id for one in office.services.find_dossiers(office.clerk, line.reference.lower())] == [
        dossier
    ]
    assert [one.id for one in office.services.find_dossiers(office.clerk, "123456782")] == [dossier]
    assert office.services.find_dossiers(office.clerk, "100%") == []
    assert office.services.find_dossiers(office.reviewer, "amrani") == []


def test_a_clerk_opens_a_dossier_for_somebody(office) -> None:
    dossier = office.services.open_dossier(office.clerk, "311-1-14", "fr", for_registration="123456782")
    assert office.values(dossier) == {"assured.registration": "123456782"}
    assert [one.id for one in office.services.dossiers(office.applicant).lines] == [dossier]


def test_an_answer_that_passes_can_be_printed_at_the_deposit(office) -> None:
    dossier = office.open()
    name = "ABDERRAHMANE BEN MOHAMMED EL HAOUARI"
    typed = {"assured.first": name, "assured.last": name, "assured.first.ar": "عبد الرحمان بن محمد الهواري"}
    assert office.services.answer(office.applicant, dossier, typed, {}) == {}
    assert office.services.filled_pdf(office.applicant, dossier, flatten=True).startswith(b"%PDF")


def test_an_answer_too_long_for_its_box_is_told_at_once_and_kept_as_typed(office, monkeypatch) -> None:
    from core.localized_text import LocalizedText
    from forms_service.render import answer_misfits

    sentence = LocalizedText("طويل", "Trop long")
    monkeypatch.setattr(answer_misfits, "misfits", lambda _spec, values: dict.fromkeys(values, sentence))
    dossier = office.open()
    told = office.services.answer(office.applicant, dossier, {"assured.city": "Meknès"}, {})
    assert told == {"assured.city": sentence}
    view = office.services.dossier(office.applicant, dossier)
    assert view.raw["assured.city"] == "Meknès" and "assured.city" not in view.dossier.answers()


def test_a_widows_receipt_bears_her_name_and_not_her_late_husbands(office) -> None:
    dossier = office.open()
    typed = {"quality": "widow_no_pension", "assured.last": "Ouazzani", "assured.first": "Rachid"}
    office.services.answer(office.applicant, dossier, typed, {})
    receipt = office.services.deposit(office.applicant, dossier, declaration_accepted=True)
    assert receipt.applicant_name.fr == office.applicant.name


def test_another_persons_registration_number_is_told(office) -> None:
    def told(**values: str) -> list[str]:
        dossier = office.open()
        office.services.answer(office.applicant, dossier, {"quality": "assured", **values}, {})
        findings = office.services.completeness(office.applicant, dossier).findings
        return [one.severity for one in findings if one.code == "other_registration"]

    assert told(**{"assured.registration": "987654321"}) == ["warning"]
    assert told(**{"assured.registration": "123456782"}) == []
    assert told(**{"assured.registration": "987654321", "quality": "guardian"}) == []
