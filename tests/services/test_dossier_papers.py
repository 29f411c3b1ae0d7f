"""What the papers of a dossier say: corrections with old and new, decisions, and nobody else's identity."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from pypdf import PdfReader

from core.errors import DossierError
from core.localized_text import Language
from forms_service.render.form_pdf import read_values
from forms_service.services.staff_words import told_to_staff
from tests.services.prepared_readings import read, scan

ALLOWANCE, REFUND = "311-1-14", "310-1-32"
IDENTITY = {
    "assured.last": "Amrani",
    "assured.last.ar": "العمراني",
    "assured.first": "Fatima",
    "assured.first.ar": "فاطمة",
    "assured.birth": "1988-03-12",
    "assured.id_no": "AB123456",
    "assured.registration": "123456782",
    "assured.city": "Fès",
}


@pytest.fixture
def facts(office, monkeypatch: pytest.MonkeyPatch):
    """The facts a summary or cover sheet is drawn from, instead of its PDF."""
    taken = []

    def take(one, *_: object) -> bytes:
        taken.append(one)
        return b"%PDF-"

    monkeypatch.setattr("forms_service.render.reviewer_summary.render_reviewer_summary", take)
    monkeypatch.setattr("forms_service.render.cover_sheet.render_cover_sheet", take)

    def of(paper: str, actor, dossier: str):
        getattr(office.services, paper)(actor, dossier)
        return taken[-1]

    return of


def value(summary, field: str):
    return next(
        one for part in summary.parts for one in part.values if one.label.fr in (field, f"{field} (latin)")
    )


@pytest.fixture
def in_review(office, arrives) -> str:
    """A dossier with one sure reading, one doubtful, one against what was typed."""
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.city": "Fès"}, {})
    arrives(
        dossier,
        scan(
            read("assured.last", "Tazi"),
            read("assured.first", "Omar", "review"),
            read("assured.city", "Rabat", "review"),
        ),
        "form",
    )
    office.services.deposit(office.applicant, dossier, True)
    office.clock.move(hours=1)
    office.services.start_review(office.reviewer, dossier)
    return dossier


def extraction(office, dossier: str, field: str) -> str:
    return next(
        one.id for one in office.services.extractions(office.reviewer, dossier) if one.field_id == field
    )


def test_an_answer_is_shown_with_its_origin_its_picture_and_its_doubt(office, facts, in_review: str) -> None:
    summary = facts("reviewer_summary", office.reviewer, in_review)
    sure, doubtful = value(summary, "Nom"), value(summary, "Prénom")
    assert sure.value.fr == "Tazi"
    assert [one.fr for one in sure.notes] == ["du papier · 93 %"]
    assert not sure.alarms
    assert sure.crop
    assert sure.crop.image.startswith(b"\xff\xd8")
    assert doubtful.value is None
    assert "lu : « Omar »" in [one.fr for one in doubtful.notes]
    assert doubtful.alarms[0].fr.startswith("à vérifier : ")
    assert doubtful.alarms[0].ar.startswith("للتحقق: ")


def test_a_correction_says_old_and_new_role_and_moment(office, facts, in_review: str) -> None:
    office.clock.move(hours=1)
    city = extraction(office, in_review, "assured.city")
    assert "diffère" in value(facts("reviewer_summary", office.reviewer, in_review), "Ville").alarms[0].fr
    office.services.accept_value(office.reviewer, city)
    office.services.correct_value(office.reviewer, extraction(office, in_review, "assured.last"), "Tazzi")
    summary = facts("reviewer_summary", office.reviewer, in_review)
    (change,) = value(summary, "Ville").changes
    assert change.fr == "« Fès » remplacé par « Rabat » (gestionnaire, 02/03/2026\u00a012:30)"
    assert change.ar == "«Fès» عُوض بـ«Rabat» (المكلف بدراسة الملف، 02/03/2026\u00a012:30)"
    (change,) = value(summary, "Nom").changes
    assert change.fr.startswith("« Tazi » remplacé par « Tazzi »")
    assert not value(summary, "Ville").alarms
    assert ("Réponses corrigées", "2") in [(label.fr, said.fr) for label, said in summary.stated]


def test_what_an_applicant_types_again_before_the_deposit_is_no_correction(office, facts) -> None:
    dossier = office.open()
    for city in ("Fès", "Rabat"):
        office.services.answer(office.applicant, dossier, {"assured.city": city}, {})
    office.services.deposit(office.applicant, dossier, True)
    assert not value(facts("reviewer_summary", office.reviewer, dossier), "Ville").changes


def test_rows_of_groups_are_corrected_too(office, facts) -> None:
    dossier = office.open()
    office.services.answer_group(office.applicant, dossier, "children", [{"birth": "01/06/2012"}])
    office.services.answer_group(office.clerk, dossier, "children", [{"birth": "01/07/2012"}])
    office.services.deposit(office.applicant, dossier, True)
    born = value(facts("reviewer_summary", office.reviewer, dossier), "Date de naissance de l'enfant")
    assert born.value.fr == "01/07/2012"
    (change,) = born.changes
    assert change.fr.startswith("« 01/06/2012 » remplacé par « 01/07/2012 » (agence, ")


def test_a_refused_document_shows_its_coded_reason_and_who_decided(office, facts, in_review: str) -> None:
    (paper,) = office.services.dossier(office.reviewer, in_review).attachments
    office.services.decide_document(office.reviewer, in_review, paper.id, False, "expired")
    (shown,) = facts("reviewer_summary", office.reviewer, in_review).documents
    assert shown.is_declined
    assert shown.verdict.fr == "Refusé"
    assert shown.alarms[0].fr.startswith("Document périmé")
    assert shown.alarms[0].ar.startswith("انتهت صلاحية الوثيقة")
    assert any("gestionnaire" in one.fr for one in shown.notes)


def test_findings_stand_with_their_rules(office, facts, in_review: str) -> None:
    summary = facts("reviewer_summary", office.reviewer, in_review)
    report = office.services.completeness(office.reviewer, in_review)
    said = [one.message for one in summary.findings]
    assert said == [one.message for one in told_to_staff(report).findings]
    assert len(said) == len(report.findings)
    assert not any("Remplissez cette case" in one.fr or "املؤوا هذه الخانة" in one.ar for one in said)
    assert any(one.rule.startswith("V") for one in summary.findings)


def test_what_is_claimed_to_be_on_file_is_listed_for_checking(office, facts) -> None:
    dossier = office.open()
    answers = {**IDENTITY, "nature": "initial_or_additional", "quality": "assured"}
    office.services.answer(office.applicant, dossier, answers, {})
    office.services.set_on_file(office.applicant, dossier, {"id_assured"}, set())
    office.services.deposit(office.applicant, dossier, True)
    last = facts("reviewer_summary", office.reviewer, dossier).findings[-1]
    assert last.severity.fr == "à vérifier"
    assert "dit déjà déposé à la caisse" in last.message.fr
    assert "مصرح بأنها مودعة لدى الصندوق" in last.message.ar
    assert not last.is_error


def test_only_reviewers_get_a_summary_and_never_of_a_draft(office, in_review: str) -> None:
    draft = office.open()
    for actor, dossier in (
        (office.clerk, in_review),
        (office.applicant, in_review),
        (office.reviewer, draft),
    ):
        with pytest.raises(DossierError) as refusal:
            office.services.reviewer_summary(actor, dossier)
        assert refusal.value.code in ("not_allowed", "not_yours")


def test_a_summary_is_small_and_carries_its_pictures(office, in_review: str) -> None:
    pdf = office.services.reviewer_summary(office.reviewer, in_review, Language.FR)
    assert len(pdf) < 150_000
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert sum(len(page.images) for page in pages) == 3


# --- cover sheet ----------------------------------------------------------------------------------


def test_a_cover_sheet_counts_what_every_child_needs_in_one_line(office, facts) -> None:
    dossier = office.open()
    answers = {**IDENTITY, "nature": "initial_or_additional", "quality": "assured"}
    office.services.answer(office.applicant, dossier, answers, {})
    children = [{"birth": f"0{month}/06/2024"} for month in range(1, 5)]
    office.services.answer_group(office.applicant, dossier, "children", children)
    office.services.upload(office.applicant, dossier, "acte.pdf", b"%PDF-1.4 x", "birth", 2)
    sheet = facts("cover_sheet", office.clerk, dossier)
    birth = next(one for one in sheet.documents if one.rows)
    assert (birth.required, birth.received, birth.missing) == (4, 1, 3)
    assert birth.rows.fr == "Enfants à déclarer : 1 à 4"
    assert birth.missing_rows.fr == "1, 3, 4"
    assert sheet.applicant_name.ar == "العمراني فاطمة"
    assert not sheet.complete


def test_a_document_said_to_be_on_file_is_counted_apart(office, facts) -> None:
    dossier = office.open()
    answers = {**IDENTITY, "nature": "initial_or_additional", "quality": "assured"}
    office.services.answer(office.applicant, dossier, answers, {})
    before = facts("cover_sheet", office.clerk, dossier)
    office.services.set_on_file(office.applicant, dossier, {"id_assured"}, set())
    after = facts("cover_sheet", office.clerk, dossier)
    assert sum(one.on_file for one in before.documents) == 0
    (lifted,) = [one for one in after.documents if one.on_file]
    assert (lifted.required, lifted.missing) == (1, 0)


def test_empty_fields_are_named_together(office, facts) -> None:
    dossier = office.open()
    office.services.answer(
        office.applicant, dossier, {"quality": "assured", "assured.birth": "31/02/1988"}, {}
    )
    sheet = facts("cover_sheet", office.applicant, dossier)
    to_fill = [one.fr for one in sheet.to_do if "Informations concernant l'assuré" in one.fr]
    assert len(to_fill) == 2
    assert "N° CNI" in to_fill[0]
    assert "Prénom" in to_fill[0]
    assert to_fill[1].endswith("corriger Date de naissance.")


# --- personal blank -------------------------------------------------------------------------------


def written(pdf: bytes) -> dict[str, object]:
    return {name: text for name, text in read_values(pdf).values.items() if text}


def test_a_personal_blank_holds_the_identity_and_nothing_else(office) -> None:
    dossier = office.open()
    other = {"quality": "assured", "nature": "transfer", "spouse.last": "Tazi", "decl.true": "true"}
    office.services.answer(office.applicant, dossier, {**IDENTITY, **other}, {})
    pdf = office.services.personal_blank(office.applicant, dossier)
    assert set(written(pdf)) == set(IDENTITY)
    assert read_values(pdf).reference == office.services.dossier(office.applicant, dossier).reference


def test_what_an_earlier_dossier_of_another_form_tells_is_written_too(office) -> None:
    earlier = office.open(REFUND)
    office.services.answer(office.applicant, earlier, {**IDENTITY, "bank.rib": ""}, {})
    new = office.open(ALLOWANCE)
    office.services.answer(office.applicant, new, {"assured.city": "Salé"}, {})
    found = written(office.services.personal_blank(office.applicant, new))
    assert set(found) == set(IDENTITY)
    assert found["assured.city"] == "Salé"


def test_an_account_gives_its_number_where_nothing_else_is_known(office) -> None:
    found = written(office.services.personal_blank(office.applicant, office.open()))
    assert found == {"assured.registration": "123456782"}


def test_typing_somebody_elses_number_does_not_show_their_identity(office) -> None:
    """Their blank holds their own data, also when a clerk prints it who sees all dossiers."""
    theirs = office.open()
    office.services.answer(office.applicant, theirs, IDENTITY, {})
    mine = office.services.open_dossier(office.neighbour, ALLOWANCE, "ar")
    office.services.answer(office.neighbour, mine, {"assured.registration": "123456782"}, {})
    for whoever in (office.neighbour, office.clerk):
        assert set(written(office.services.personal_blank(whoever, mine))) == {"assured.registration"}
    at_counter = office.services.open_dossier(office.clerk, ALLOWANCE, "ar", "123456782")
    assert set(written(office.services.personal_blank(office.clerk, at_counter))) == set(IDENTITY)


def test_whoever_types_a_number_writes_nothing_on_its_holders_blank(office) -> None:
    mine = office.services.open_dossier(office.neighbour, ALLOWANCE, "ar")
    office.services.answer(office.neighbour, mine, IDENTITY, {})
    found = written(office.services.personal_blank(office.clerk, office.open()))
    assert found == {"assured.registration": "123456782"}


def test_without_an_account_the_number_leads_to_dossiers_of_the_counter_only(office) -> None:
    number = "135792468"
    typed = office.services.open_dossier(office.neighbour, ALLOWANCE, "ar")
    office.services.answer(
        office.neighbour, typed, {"assured.registration": number, "assured.last": "Tazi"}, {}
    )
    office.clock.move(hours=-1)
    known = office.services.open_dossier(office.clerk, ALLOWANCE, "ar", number)
    office.services.answer(office.clerk, known, {"assured.city": "Salé"}, {})
    new = office.services.open_dossier(office.clerk, REFUND, "ar", number)
    found = written(office.services.personal_blank(office.clerk, new))
    assert found == {"assured.registration": number, "assured.city": "Salé"}


@pytest.mark.parametrize("large", [False, True])
def test_to_print_it_has_no_fields_left_and_still_says_who(office, large: bool) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, IDENTITY, {})
    reader = PdfReader(io.BytesIO(office.services.personal_blank(office.applicant, dossier, True, large)))
    assert not reader.get_fields()
    assert "Amrani" in "".join(page.extract_text() for page in reader.pages)


def test_a_stranger_gets_no_paper_of_somebody_elses_dossier(office) -> None:
    dossier = office.open()
    for paper in (office.services.cover_sheet, office.services.personal_blank):
        with pytest.raises(DossierError) as refusal:
            paper(office.neighbour, dossier)
        assert refusal.value.code == "not_yours"


def test_a_personal_blank_scanned_back_files_itself(office) -> None:
    """Every page carries the reference: a stack puts it into its dossier without anybody's help."""
    dossier = office.open(REFUND)
    office.services.answer(office.applicant, dossier, IDENTITY, {})
    pdf = pypdfium2.PdfDocument(office.services.personal_blank(office.applicant, dossier, flatten=True))
    pages = [page.render(scale=150 / 72, grayscale=True).to_pil().rotate(0.8, fillcolor=255) for page in pdf]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    result = office.services.intake_scan(office.clerk, [("back.pdf", out.getvalue())])
    assert result.found == (dossier,)
    assert {one.dossier_id for one in result.pages} == {dossier}
