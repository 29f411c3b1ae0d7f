"""A day at an agency: asked for, moved with a reason, confirmed on paper, recalled the day before."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from forms_service.registers import FileRegisters
from tests.services.conftest import Office

REGISTERS = Path(__file__).resolve().parents[2] / "samples" / "registers"
VISITOR = {
    "visitor.first": "Naima",
    "visitor.first.ar": "نعيمة",
    "visitor.last": "Fassi",
    "visitor.last.ar": "الفاسي",
    "visitor.id_no": "AB123456",
    "visitor.mobile": "0612345678",
}


@pytest.fixture
def office(office: Office) -> Office:
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    return office


def on_the_day(office: Office, dossier: str, day: str) -> set[str]:
    """What is said of that day."""
    office.services.answer(office.applicant, dossier, {"visit.day": day})
    found = office.services.completeness(office.applicant, dossier).findings
    return {one.message.fr for one in found if one.subject == "visit.day"}


def take(office: Office, dossier: str, action: str, *, clerk: bool = False, reason: str = "") -> str:
    actor = office.clerk if clerk else office.applicant
    return office.services.take_action(actor, dossier, action, reason=reason)


def test_a_day_is_asked_for_moved_confirmed_recalled_and_past(office: Office) -> None:
    dossier = office.open("appointment-request")
    wish = {"visit.agency": "Rabat", "visit.half": "morning", "visit.about": "Ma pension", **VISITOR}
    office.services.answer(office.applicant, dossier, wish)
    today = office.clock.now.date()
    assert any("à partir de demain" in said for said in on_the_day(office, dossier, today.isoformat()))
    assert any("samedi" in said for said in on_the_day(office, dossier, "2026-03-14"))
    assert not on_the_day(office, dossier, "2026-03-10"), "a Tuesday"
    assert take(office, dossier, "to_you") == "you"
    assert take(office, dossier, "ask") == "asked"
    view = office.services.course(office.clerk, dossier)
    (answers,) = [one for one in view.shows if one.id == "visit"]
    assert "Ma pension" in {said.fr for _, said in answers.lines}, "whoever answers sees what is asked"

    assert take(office, dossier, "move", clerk=True, reason="Complet. Le 12 mars ?") == "other_day"
    told = office.services.course(office.applicant, dossier).text
    assert "Complet. Le 12 mars ?" in told.fr and "Complet. Le 12 mars ?" in told.ar
    assert not on_the_day(office, dossier, "2026-03-12")
    assert take(office, dossier, "ask_again") == "asked"

    assert take(office, dossier, "confirm", clerk=True) == "confirmed"
    (paper,) = office.services.course(office.applicant, dossier).papers
    pdf = office.services.outcome_paper_pdf(office.applicant, dossier, paper.id)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "Convocation" in text and "12/03/2026" in text and "avenue des Orangers" in text

    awaited = office.services.course(office.applicant, dossier).awaited
    due = {one.label.fr: one.on for one in awaited if one.on}
    assert due == {"Rappel la veille": date(2026, 3, 11), "Une semaine après le jour": date(2026, 3, 19)}
    office.clock.move(days=(due["Rappel la veille"] - today).days)
    assert [office.services.run_due_timers() for _ in range(2)] == [1, 0], "recalled once"
    assert office.services.course(office.applicant, dossier).step == "confirmed"
    office.clock.move(days=8)
    office.services.run_due_timers()
    assert office.services.course(office.applicant, dossier).step == "missed"
