"""What a machine read goes into the dossier once, and never over what a person typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from core.dossier import Origin
from core.rib import rib_key
from forms_service.reading_process import ReadingFailed, ReadingOutcome
from forms_service.services import ReadingStatus, reading_results
from forms_service.upload_reading import _result
from tests.services.prepared_readings import PDF, extractions, page, read, refused, scan


def test_sure_readings_fill_empty_answers(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, scan(read("assured.last", "Tazi"), read("assured.city", "Fès", "review")))
    value = office.services.dossier(office.applicant, dossier).dossier.values["assured.last"]
    assert (value.value, value.origin, value.confidence) == ("Tazi", Origin.SCAN, 0.93)
    found = extractions(office, dossier)
    assert (found["assured.last"].decision, found["assured.city"].decision) == ("filled", None)
    assert "assured.city" not in office.values(dossier)
    (line,) = office.services.dossiers(office.applicant).lines
    assert (line.to_review, line.reading, line.owner_name) == (1, 0, "Tazi …")


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
    inner = reading_results.run_reading_of_pages
    upload = office.services.upload(office.applicant, dossier, "scan.pdf", PDF)

    @contextmanager
    def slow(*args: object) -> Iterator[ReadingOutcome]:
        with inner(*args) as outcome:
            monkeypatch.setattr(reading_results, "run_reading_of_pages", inner)
            office.services.read_upload(upload.id)  # the other worker is done first
            yield outcome

    arrives(office.open(), scan(read("assured.last", "Tazi")))
    monkeypatch.setattr(reading_results, "run_reading_of_pages", slow)
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


TWO_PEOPLE = {
    "quality": "assured",
    "assured.first": "Mohamed",
    "assured.last": "El Idrissi",
    "assured.id_no": "BE123456",
    "spouse.first": "Salma",
    "spouse.last": "Tazi",
}


@pytest.mark.parametrize(
    ("facts", "unsure", "named"),
    [
        ({"number": "ZZ111111", "first": "NADIA", "last": "BERRADA"}, (), "NADIA BERRADA, n° ZZ111111"),
        ({"first": "NADIA", "last": "BERRADA"}, (), "NADIA BERRADA"),
        ({"number": "ZZ111111"}, (), None),
        ({"number": "ZZ111111", "birth": "1990-01-01"}, (), None),
        ({"number": "ZZ111111", "first": "NADIA", "last": "BERRADA"}, ("first", "last"), None),
        ({"number": "AB654321", "first": "SALMA", "last": "TAZI"}, ("first", "last"), None),
    ],
    ids=[
        "name and number",
        "name",
        "number alone",
        "number and birth",
        "unsure name",
        "the spouse's, unsure",
    ],
)
def test_a_card_of_nobody_in_the_request_is_told_whose_it_is(
    office, arrives, facts: dict[str, str], unsure: tuple[str, ...], named: str | None
) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, TWO_PEOPLE, {})
    sure = {one: 0.5 if one in unsure else 0.99 for one in facts}
    arrives(dossier, {**card(**facts), "fact_confidences": sure})
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    if named is None:
        assert not any("ne figure pas" in one.fr for one in view.warnings), "it may be the spouse's"
        return
    (told,) = view.warnings
    assert view.type is None and "Ce n'est pas sa place" in told.fr and "ليست في مكانها" in told.ar
    assert f"« {named} », et cette personne ne figure pas dans la demande" in told.fr


def test_who_is_typed_later_is_no_longer_a_stranger(office, arrives) -> None:
    dossier, services = office.open(), office.services
    services.answer(office.applicant, dossier, TWO_PEOPLE, {})
    sure = dict.fromkeys(("number", "first", "last"), 0.99)
    arrives(dossier, {**card(number="ZZ111111", first="NADIA", last="BERRADA"), "fact_confidences": sure})
    services.answer(office.applicant, dossier, {"spouse.first": "Nadia", "spouse.last": "Berrada"}, {})
    (view,) = services.dossier(office.applicant, dossier).attachments
    assert ["ne figure pas" in one.fr for one in view.warnings] == [False]


def test_a_paper_nobody_asked_for_is_told_whose_it_is_too(office, arrives) -> None:
    dossier, services = office.open(), office.services
    services.answer(office.applicant, dossier, {**TWO_PEOPLE, "nature": "initial_or_additional"}, {})
    facts = {"name": "NADIA BERRADA"}
    found = _result("read", pages=[page(None, ours=False)], document_class="death_certificate", facts=facts)
    arrives(dossier, {**found, "fact_confidences": {"name": 0.99}})
    (view,) = services.dossier(office.applicant, dossier).attachments
    report = services.completeness(office.applicant, dossier)
    assert view.type is not None and view.type not in {one.type for one in report.required}
    (told,) = view.warnings
    assert "« NADIA BERRADA »" in told.fr and "ne figure pas" in told.fr
    assert told in [one.message for one in report.findings]


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


FAMILY = {
    "quality": "assured",
    "assured.first": "Youssef",
    "assured.last": "Bennani",
    "assured.birth": "12/03/1985",
    "spouse.first": "Salma",
    "spouse.last": "Ben Ali",
    "spouse.work": "employee",
}
CHILDREN = [
    {"first": "Adam", "last": "Bennani", "birth": "15/06/2011", "student": "true"},
    {"first": "Lina", "last": "Bennani", "birth": "20/11/2022"},
]
SURE, UNSURE = 0.88, 0.6


@pytest.mark.parametrize(
    ("as_type", "child", "facts", "confidence", "told"),
    [
        ("birth", 1, {"first": "Adam", "last": "BENNANI", "birth": "2011-06-15"}, SURE, []),
        ("birth", 1, {"first": "Rayan", "last": "Fassi", "birth": "2011-06-15"}, SURE, ["Rayan Fassi"]),
        ("birth", 1, {"first": "Adam", "birth": "2011-06-16"}, SURE, ["16/06/2011", "15/06/2011"]),
        ("birth", 1, {"first": "Rayan", "last": "Fassi", "birth": "2011-06-16"}, UNSURE, []),
        ("school", 1, {"name": "BENNANI Adam"}, SURE, []),
        ("school", 1, {"name": "BENNANI Youssef"}, SURE, ["BENNANI Youssef", "Adam Bennani"]),
        ("marriage", None, {"husband": "Bennani Youssef", "wife": "Selma Benali"}, SURE, []),
        ("marriage", None, {"husband": "Youssef Bennani", "wife": "Khadija Tazi"}, SURE, ["Khadija Tazi"]),
        ("marriage", None, {"husband.ar": "يوسف بناني", "wife.ar": "سلمى بنعلي"}, SURE, []),
        ("marriage", None, {"husband.ar": "يوسف بناني", "wife.ar": "خديجة التازي"}, SURE, ["خديجة التازي"]),
        ("spouse_activity", None, {"name": "Salma Benali"}, SURE, []),
        ("spouse_activity", None, {"name": "Rachid Ouazzani"}, SURE, ["Rachid Ouazzani", "Salma Ben Ali"]),
        ("bank", None, {"name": "M. Youssef BENNANI"}, SURE, []),
        ("bank", None, {"name": "Khadija Tazi"}, SURE, ["Khadija Tazi", "Youssef Bennani"]),
    ],
)
def test_what_a_paper_says_is_compared_with_the_answers(
    office, arrives, as_type: str, child: int | None, facts, confidence: float, told: list[str]
) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, FAMILY, {})
    office.services.answer_group(office.applicant, dossier, "children", CHILDREN)
    paper = _result("read", pages=[page(None, ours=False)], facts=facts)
    arrives(dossier, {**paper, "fact_confidences": dict.fromkeys(facts, confidence)}, as_type, child)
    found = [
        one
        for one in office.services.completeness(office.applicant, dossier).findings
        if one.code == "document_mismatch"
    ]
    assert len(found) == bool(told)
    for one in found:
        assert all(word in one.message.ar and word in one.message.fr for word in told)
        assert one.severity == "warning"
    office.services.deposit(office.applicant, dossier, True)
    seen = [one for one in office.services.dossier(office.reviewer, dossier).attachments if one.facts]
    assert [one.warnings for one in seen] == [tuple(one.message for one in found)]


def test_names_that_differ_are_shown_in_the_script_of_whoever_reads(office, arrives) -> None:
    dossier = office.open()
    spouses = {"assured.first": "Ali", "assured.first.ar": "علي", "assured.last": "Alami"}
    spouses |= {"assured.last.ar": "العلمي", "spouse.first": "Salma", "spouse.last": "Tazi"}
    spouses |= {"spouse.first.ar": "سلمى", "spouse.last.ar": "التازي"}
    office.services.answer(office.applicant, dossier, spouses, {})
    facts = {"husband": "Ali Alami", "wife": "Hanane Berrada", "wife.ar": "حنان برادة"}
    paper = _result("read", pages=[page(None, ours=False)], facts=facts)
    arrives(dossier, {**paper, "fact_confidences": dict.fromkeys(facts, SURE)}, "marriage")
    report = office.services.completeness(office.applicant, dossier)
    (told,) = [one.message for one in report.findings if one.code == "document_mismatch"]
    assert "الزوجة: «حنان برادة» في الوثيقة و«علي العلمي / سلمى التازي» في الطلب" in told.ar
    assert "L'épouse : « Hanane Berrada » sur le document, « Ali Alami / Salma Tazi »" in told.fr


def test_a_guardian_is_no_spouse_of_the_dead_and_a_court_file_no_identity_number(office, arrives) -> None:
    dossier = office.open()
    guarded = {"quality": "guardian", "assured.first": "Rachid", "assured.last": "Ouazzani"}
    guarded |= {"guardian.first": "Abdelkader", "guardian.last": "Tazi"}
    office.services.answer(office.applicant, dossier, guarded, {})
    facts = {"husband.ar": "رشيد الوزاني", "wife.ar": "فاطمة الصقلي"}
    arrives(dossier, _result("read", pages=[page(None, ours=False)], facts=facts), "marriage_parents")
    other = office.open()
    office.services.answer(office.applicant, other, {"quality": "ipp70", "assured.id_no": "BE123456"}, {})
    facts = {"number": "932/1501/2025", "ipp_rate": 75}
    arrives(other, _result("read", pages=[page(None, ours=False)], facts=facts), "ipp_judgment")
    for one in (dossier, other):
        codes = [finding.code for finding in office.services.completeness(office.applicant, one).findings]
        assert "document_mismatch" not in codes


@pytest.mark.parametrize(("rib", "is_told"), [("own", False), ("other", True)])
def test_the_account_on_a_bank_paper_is_compared_with_the_one_answered(office, arrives, rib, is_told) -> None:
    ribs = {"own": "230810978800021100140091", "other": "011780000012345678901219"}
    ribs = {name: number[:22] + rib_key(number[:22]) for name, number in ribs.items()}
    dossier = office.open("310-1-32")
    office.services.answer(office.applicant, dossier, {"bank.rib": ribs["own"]}, {})
    arrives(
        dossier,
        _result(
            "read",
            pages=[page(None, ours=False)],
            document_class="bank_attestation",
            facts={"rib": ribs[rib]},
            fact_confidences={"rib": 0.98},
        ),
    )
    report = office.services.completeness(office.applicant, dossier)
    (told,) = [one.message for one in report.findings if one.code == "document_mismatch"] or [None]
    assert (told is not None) == is_told
    assert told is None or (ribs["own"] in told.fr and ribs["other"] in told.ar)


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
    from forms_service.messages import say

    dossier = office.open()
    arrives(dossier, _result("refused", message=say("other_reference"), pages=[page(ours=False)]), "form")
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert (view.status, view.message) == (ReadingStatus.REFUSED, say("other_reference"))
    assert office.services.dossier(office.applicant, dossier).dossier.attachments == ()
    assert office.services.attachment_file(office.applicant, dossier, view.id)[0] == PDF


def test_a_file_refused_twice_stands_there_once_and_not_at_all_for_the_review(office, arrives) -> None:
    from forms_service.messages import say

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


def test_a_refused_upload_is_told_one_thing(office, arrives) -> None:
    """Another dossier's sheet is a page of a form: nobody says beside it that none was found."""
    from forms_service.messages import say

    dossier = office.open()
    arrives(dossier, _result("refused", message=say("other_reference"), pages=[page(ours=False)]), "form")
    (seen,) = office.services.dossier(office.applicant, dossier).attachments
    assert (seen.message, seen.warnings) == (say("other_reference"), ())


def test_a_scan_without_our_pages_is_told_in_one_way(office, arrives) -> None:
    from forms_service.messages import say
    from forms_service.ocr.page_messages import PageCode, page_sentence

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

    monkeypatch.setattr(reading_results, "run_reading_of_pages", fails)
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

    monkeypatch.setattr(reading_results, "run_reading_of_pages", fails)
    dossier = office.open()
    office.services.upload(office.applicant, dossier, "scan.pdf", PDF, "bank")
    office.read_all()
    (view,) = office.services.dossier(office.applicant, dossier).attachments
    assert view.status == ReadingStatus.FAILED


def _two_papers(**first: Any) -> dict[str, Any]:
    card = {
        "document_class": "identity_card",
        "facts": {"number": "AB123456"},
        "fact_confidences": {"number": 0.99},
        "valid_until": "2030-01-01",
        "confidence": 0.9,
        "warnings": [],
        "pages": [1],
    }
    described = [page(None, ours=False), page(None, ours=False)]
    return _result("read", pages=described, document_class="birth_extract", others=[card], **first)


def test_a_second_paper_in_a_file_is_filed_for_itself(office, arrives) -> None:
    dossier = office.open()
    arrives(dossier, _two_papers(facts={"birth": "2020-05-01"}))
    held = office.services.dossier(office.applicant, dossier).attachments
    assert [(one.type, one.status, one.pages) for one in held] == [
        ("birth", "read", 1),
        ("id_assured", "read", 1),
    ]
    assert held[1].filename == held[0].filename
    assert (held[1].facts, held[1].valid_until) == ({"number": "AB123456"}, date(2030, 1, 1))
    original, _, _ = office.services.attachment_file(office.applicant, dossier, held[1].id)
    assert original == PDF
    office.services.remove_attachment(office.applicant, dossier, held[0].id)
    (left,) = office.services.dossier(office.applicant, dossier).attachments
    assert left.type == "id_assured"


def test_a_second_paper_that_finds_no_room_is_named(office, arrives) -> None:
    dossier = office.open()
    object.__setattr__(office.application.config, "max_uploads", 1)
    arrives(dossier, _two_papers())
    (held,) = office.services.dossier(office.applicant, dossier).attachments
    assert "Carte nationale d'identité" in held.warnings[-1].fr


def test_children_typed_after_their_papers_get_them_and_what_a_person_placed_stays(office, arrives) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"quality": "assured"}, {})
    extract = _result("read", pages=[page(None, ours=False)], document_class="birth_extract")
    for facts in (
        {"birth": "2018-09-01"},
        {"birth": "2015-03-12"},
        {"birth": "2020-05-05", "first": "Lina", "last": "Tazi"},
        {"birth": "2020-05-05", "first": "Adam", "last": "Tazi"},
        {},
    ):
        arrives(dossier, {**extract, "facts": facts})
    arrives(dossier, {**extract, "facts": {"birth": "2015-03-12"}}, "birth", 2)
    twins = [{"birth": "05/05/2020", "first": first, "last": "Tazi"} for first in ("Adam", "Lina")]

    def children() -> list[int | None]:
        return [one.child for one in office.services.dossier(office.applicant, dossier).attachments]

    assert children() == [None, None, None, None, None, 2]
    born = [{"birth": "12/03/2015"}, {"birth": "01/09/2018"}]
    office.services.answer_group(office.applicant, dossier, "children", [*born, *twins])
    assert children() == [2, 1, 4, 3, None, 2]
    office.services.answer_group(office.applicant, dossier, "children", [born[1], *twins])
    assert children() == [1, None, 3, 2, None, 1], "placed with the second child, who is the first now"
