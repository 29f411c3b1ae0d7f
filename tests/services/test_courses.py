"""A request on a course of its own: guards, code, acceptances, receipt, messages, time, the paper it ends in."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.errors import DossierError
from core.spec_parser import parse_spec
from forms_service.sending import Letter
from forms_service.services import course as courses
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.account_models import HolderRow, LetterRow
from forms_service.storage.course_models import CourseEventRow, CourseTimerRow
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AuditRow, HonourDeclarationRow
from tests.services.conftest import Office

ANSWERS = {
    "person.registration": "123456782",
    "person.mobile": "0612345678",
    "person.first": "Fatima",
    "person.last": "Amrani",
    "debt.principal": "1000",
    "mode": "instalments",
    "instalments": "3",
}


LEAVE = (Path(__file__).parents[1] / "third_form" / "leave-1" / "v1.yaml").read_text(encoding="utf-8")
EXAMINED = (
    LEAVE.replace("id: leave-1", "id: leave-examined").replace("leave-1}", "leave-examined}")
    + """
flow:
  start: fill_in
  notices:
    - {id: granted, subject: {fr: "Accordé {reference}", ar: "مقبول {reference}"}, text: {fr: Accordé., ar: مقبول.}}
  states:
    - id: fill_in
      label: {fr: À remplir, ar: التعبئة}
      stage: draft
      actions: [{id: send, label: {fr: Envoyer, ar: إرسال}, by: [applicant], does: deposit, to: desk}]
    - id: desk
      label: {fr: Au bureau, ar: في المكتب}
      stage: submitted
      actions: [{id: take, label: {fr: Prendre, ar: أخذ}, by: [reviewer], does: start_review, to: study}]
    - id: study
      label: {fr: À l'étude, ar: قيد النظر}
      stage: under_review
      actions:
        - {id: ask, label: {fr: Demander, ar: طلب}, by: [reviewer], does: request_correction, to: mend}
        - {id: grant, label: {fr: Accorder, ar: قبول}, by: [reviewer], does: accept, to: granted, notify: [granted]}
    - id: mend
      label: {fr: À compléter, ar: للتكملة}
      stage: correction_requested
      actions: [{id: again, label: {fr: Renvoyer, ar: إعادة}, by: [applicant], does: deposit, to: desk}]
    - {id: granted, label: {fr: Accordé, ar: مقبول}, stage: accepted}
"""
)


@pytest.fixture(scope="module")
def catalogue() -> SpecCatalogue:
    tests = Path(__file__).parents[1]
    own, standard = (SpecCatalogue.load(tests / name) for name in ("flow_form", "third_form"))
    examined = parse_spec(EXAMINED, "examined.yaml")
    return SpecCatalogue({**own.specs, **standard.specs, (examined.id, examined.version): examined})


class Phone:
    """Keeps what was sent; the office's person has this phone and a mailbox."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    def check(self) -> None:
        pass


@pytest.fixture
def phone(office: Office) -> Phone:
    phone = Phone()
    adapters = office.services.adapters
    object.__setattr__(adapters, "carriers", {"sms": phone, "email": phone})
    with office.application.database.writing() as session:
        session.add(
            HolderRow(
                account_id=office.applicant.id,
                first_name="Fatima",
                identity_number="AB123456",
                birth="1980-01-01",
                phone="+212612345678",
                email="fatima@example.ma",
                language="fr",
                notify_by=["sms"],
            )
        )
    return phone


def send_all(office: Office, phone: Phone) -> list[Letter]:
    before = len(phone.letters)
    with office.application.database.reading() as session:
        waiting = [f"{one.id}.{one.tries}" for one in session.scalars(select(LetterRow)) if one.sealed]
    for key in waiting:
        office.services.send_letter(key)
    return phone.letters[before:]


def take(office: Office, dossier: str, action: str, actor=None, **more: object) -> str:
    return office.services.take_action(actor or office.applicant, dossier, action, **more)


def confirmed(office: Office, mode: str = "instalments") -> str:
    """A request that stands before its confirmation."""
    dossier = office.open("course-1")
    office.services.answer(office.applicant, dossier, {**ANSWERS, "mode": mode})
    assert [take(office, dossier, one) for one in ("go_on", "choose")] == ["plan", "confirm"]
    return dossier


def registered(office: Office, phone: Phone) -> str:
    dossier = confirmed(office)
    take(office, dossier, "ask_code")
    (letter,) = send_all(office, phone)
    digits = re.search(r"\b\d{6}\b", letter.text).group()
    assert take(office, dossier, "register", accepted=("terms", "guarantees"), code=digits) == "registered"
    return dossier


def test_guards_code_and_acceptances_lead_to_a_receipt_and_are_kept(office: Office, phone: Phone) -> None:
    dossier = office.open("course-1")
    view = office.services.course(office.applicant, dossier)
    assert (view.step, [one.place for one in view.way]) == ("identity", ["here", "ahead", "ahead", "ahead"])
    assert view.offers[0].why_not.fr == "Indiquez d'abord votre numéro et votre nom."
    with pytest.raises(DossierError) as early:
        take(office, dossier, "go_on")
    assert early.value.code == "not_yet"
    office.services.answer(office.applicant, dossier, ANSWERS)
    assert take(office, dossier, "go_on") == "plan"
    assert take(office, dossier, "simulate") == "plan"
    shown = office.services.course(office.applicant, dossier).shows
    assert [one.kind for one in shown] == ["section", "lines", "table"]
    assert [row[2]["fr"].replace("\u00a0", " ") for row in shown[2].table["rows"]] == [
        "333,33 DH",
        "333,33 DH",
        "333,34 DH",
    ]
    take(office, dossier, "choose")
    take(office, dossier, "ask_code")
    (letter,) = send_all(office, phone)
    assert letter.channel == "sms" and letter.address.endswith("612345678")
    right = re.search(r"\b\d{6}\b", letter.text).group()
    wrong = "000000" if right != "000000" else "111111"
    both = ("terms", "guarantees")
    for accepted, code, why in ((both, wrong, "wrong_code"), (("terms",), right, "declaration_needed")):
        with pytest.raises(DossierError) as refused:
            take(office, dossier, "register", accepted=accepted, code=code)
        assert refused.value.code == why
    assert take(office, dossier, "register", accepted=both, code=right) == "registered"
    view = office.services.dossier(office.applicant, dossier)
    assert view.state == "submitted" and view.receipt_available
    with office.application.database.reading() as session:
        kept = {one.declaration: one for one in session.scalars(select(HonourDeclarationRow))}
        assert kept["guarantees"].declared_by == office.applicant.id
        assert kept["guarantees"].text["fr"].startswith("Je m'engage à déposer les garanties")
        assert set(kept) == {"deposit", "terms", "guarantees"}
        (event,) = session.scalars(select(CourseEventRow).where(CourseEventRow.action == "register"))
        assert (event.from_step, event.to_step, event.by_name) == ("confirm", "registered", "Fatima Amrani")
    (notice,) = send_all(office, phone)
    assert notice.text == f"Demande {view.reference} enregistrée"


def test_what_is_not_theirs_nobody_does(office: Office, phone: Phone) -> None:
    dossier = registered(office, phone)
    for actor, action, why in (
        (office.applicant, "guarantees_in", "not_allowed"),
        (office.neighbour, "guarantees_in", "not_yours"),
        (office.clerk, "register", "wrong_state"),
        (office.clerk, "give_up", "reason_needed"),
    ):
        with pytest.raises(DossierError) as refused:
            take(office, dossier, action, actor)
        assert refused.value.code == why
    seen = office.services.course(office.applicant, dossier)
    assert not seen.offers and seen.text.fr.startswith("Votre demande a été bien enregistrée.")
    assert (seen.awaited[0].label.fr, seen.awaited[0].by.fr) == (
        "Garanties déposées",
        "le guichet de l'agence ou le service qui examine",
    )
    assert [one.id for one in office.services.course(office.clerk, dossier).offers] == [
        "guarantees_in",
        "give_up",
    ]
    assert take(office, dossier, "give_up", office.clerk, reason="Désistement") == "lapsed"
    view = office.services.course(office.applicant, dossier)
    assert view.taken[0].note == "Désistement" and view.stage == "closed"


def test_the_paper_it_ends_in_is_issued_and_downloaded(office: Office, phone: Phone) -> None:
    dossier = registered(office, phone)
    send_all(office, phone)
    office.clock.move(days=40)
    assert take(office, dossier, "guarantees_in", office.clerk) == "agreed"
    (told,) = send_all(office, phone)
    assert told.channel == "email", "declared to go by e-mail, whatever was chosen"
    assert "Premier prélèvement le 10/05/2026." in told.text and told.text.startswith("Bonjour Fatima,")
    (paper,) = office.services.course(office.applicant, dossier).papers
    for actor in (office.applicant, office.clerk, office.reviewer):
        pdf = office.services.outcome_paper_pdf(actor, dossier, paper.id)
    reader = PdfReader(io.BytesIO(pdf))
    text = reader.pages[0].extract_text()
    assert "Accord de paiement" in text and "10/05/2026" in text and "333,34" in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    with pytest.raises(DossierError):
        office.services.outcome_paper_pdf(office.neighbour, dossier, paper.id)
    assert office.services.dossier(office.applicant, dossier).state == "accepted"


def test_time_reminds_once_and_ends_what_waits_too_long(office: Office, phone: Phone) -> None:
    dossier = registered(office, phone)
    send_all(office, phone)
    office.clock.move(days=14)
    assert office.services.run_due_timers() == 0
    office.clock.move(days=1)
    assert [office.services.run_due_timers() for _ in range(2)] == [1, 0]
    (reminder,) = send_all(office, phone)
    assert "vos garanties" in reminder.text
    office.clock.move(days=15)
    assert office.services.run_due_timers() == 1
    view = office.services.course(office.applicant, dossier)
    assert view.step == "lapsed" and view.taken[0].by_time
    with office.application.database.reading() as session:
        assert not list(session.scalars(select(CourseTimerRow).where(CourseTimerRow.ended_at.is_(None))))
        told = [one.action for one in session.scalars(select(AuditRow))]
    assert told.count("step_by_time") == 2


def test_a_round_that_is_cut_off_is_done_again_and_nothing_twice(
    office: Office, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = registered(office, phone)
    send_all(office, phone)
    office.clock.move(days=31)
    real, cut = courses.elapse, iter([True, False, False])

    def killed(*given: object) -> object:
        if next(cut):
            raise RuntimeError("killed")
        return real(*given)

    monkeypatch.setattr(courses, "elapse", killed)
    assert office.services.run_due_timers() == 1, "the one that was cut off left nothing behind"
    assert office.services.run_due_timers() <= 1
    assert office.services.run_due_timers() == 0
    assert office.services.course(office.applicant, dossier).step == "lapsed"
    assert len(send_all(office, phone)) <= 1


def test_paying_all_at_once_is_accepted_by_the_deposit_and_debited_on_the_tenth(
    office: Office, phone: Phone
) -> None:
    dossier = confirmed(office, "integral")
    offers = {one.id: one for one in office.services.course(office.applicant, dossier).offers}
    assert offers["register"].why_not and not offers["pay_all"].why_not
    assert [name for name, _ in offers["pay_all"].accepts] == ["terms"]
    assert take(office, dossier, "pay_all", accepted=("terms",)) == "agreed"
    view = office.services.dossier(office.applicant, dossier)
    assert view.state == "accepted" and view.receipt_available
    office.clock.now += timedelta(days=38)
    assert office.services.run_due_timers() == 0
    office.clock.now += timedelta(days=1)
    assert office.services.run_due_timers() == 1
    assert office.services.course(office.applicant, dossier).step == "debited"


def test_the_standard_course_keeps_its_history_by_the_same_way(office: Office) -> None:
    dossier = office.open("leave-1")
    office.services.deposit(office.applicant, dossier, True)
    office.services.start_review(office.reviewer, dossier)
    view = office.services.course(office.applicant, dossier)
    assert not view.is_own and view.stage == view.step == "under_review"
    assert [one.label.fr for one in view.taken] == ["Commencer l'examen", "Déposer la demande"]
    assert [(one.label.fr, one.place) for one in view.way] == [
        ("Brouillon", "done"),
        ("Déposé", "done"),
        ("En cours d'examen", "here"),
        ("Accepté", "ahead"),
    ]


def test_an_empty_draft_opened_by_mistake_goes_whatever_its_course(office: Office) -> None:
    dossier = office.services.open_dossier(office.clerk, "course-1", "fr", "987654321")
    with office.application.database.writing() as session:
        for row in DossierRepository(session).answers(dossier).values():
            session.delete(row)
    office.services.discard_empty_draft(office.clerk, dossier)
    view = office.services.course(office.clerk, dossier)
    assert (view.step, view.stage, view.offers) == ("lapsed", "closed", ())


def test_the_services_own_work_has_its_place_in_a_course_of_its_own(office: Office, phone: Phone) -> None:
    services, owner, reviewer = office.services, office.applicant, office.reviewer
    dossier = office.open("leave-examined")
    assert take(office, dossier, "send") == "desk"
    assert [one.step_label.fr for one in services.dossiers(owner).lines] == ["Au bureau"]
    services.start_review(reviewer, dossier)
    services.request_correction(reviewer, dossier, ["leave.begins"], [], "Quel jour ?")
    assert services.course(owner, dossier).step == "mend"
    services.answer(owner, dossier, {"leave.begins": "2026-03-01"})
    assert take(office, dossier, "again") == "desk"
    assert take(office, dossier, "take", reviewer) == "study"
    with pytest.raises(DossierError) as refused:
        services.decide(reviewer, dossier, "refused", "Non")
    assert refused.value.code == "wrong_state", "this course knows no refusal"
    assert services.decide(reviewer, dossier, "accepted", "Vu", despite_gaps=True)
    view = services.dossier(owner, dossier)
    assert view.state == "accepted" and view.decision_note.startswith("Vu")
    assert [one.text.split()[0] for one in send_all(office, phone)] == ["Accordé"]
