"""Remission as employers live it: what is owed and remitted, instalments that add up, guarantees, the commission."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core.errors import DossierError
from forms_service.registers import FileRegisters
from forms_service.services import Actor
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.models import HonourDeclarationRow
from tests.services.conftest import PASSWORD, Office
from tests.services.post_room import PostRoom

REGISTERS = Path(__file__).resolve().parents[2] / "samples" / "registers"
WHO = {"signatory.name": "Karim Bennis", "signatory.capacity": "gérant"}


@pytest.fixture
def office(office: Office) -> Office:
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    return office


@pytest.fixture
def employer(office: Office) -> Callable[[str], Office]:
    """The office with an employer as its applicant."""

    def sign_in(number: str) -> Office:
        actor = office.services.add_account(number, PASSWORD, f"Employeur {number}", {"applicant"})
        return replace(office, applicant=actor)

    return sign_in


def course(office: Office, dossier: str):
    return office.services.course(office.applicant, dossier)


def take(office: Office, dossier: str, action: str, actor: Actor | None = None, **more: object) -> str:
    return office.services.take_action(actor or office.applicant, dossier, action, **more)


def simulated(
    office: Office, affiliation: str, mode: str = "instalments", count: str = "6", **more: str
) -> str:
    """A request that stands at its simulation."""
    dossier = office.open("debt-remission")
    answers = {**WHO, "request": "new", "employer.affiliation": affiliation, **more}
    office.services.answer(office.applicant, dossier, answers)
    take(office, dossier, "confirm")
    take(office, dossier, "choose_payment")
    field = office.services.dossier(office.applicant, dossier).spec.field("account")
    office.services.answer(
        office.applicant,
        dossier,
        {
            "mode": mode,
            "account": field.choices[0].value,
            **({"inst.count": count} if mode != "integral" else {}),
        },
    )
    accepted = ("guarantees",) if mode == "instalments" else ()
    take(office, dossier, "simulate_payment", accepted=accepted)
    return dossier


def validated(office: Office, dossier: str, mode: str) -> str:
    take(office, dossier, "agree")
    return take(office, dossier, f"validate_{mode}", accepted=(f"terms_{mode}",))


def amounts(office: Office, dossier: str) -> dict[str, float]:
    found = office.services.completeness(office.applicant, dossier).amounts
    return {name: one["value"] for name, one in found.items() if isinstance(one, dict) and "formula" in one}


def schedule(office: Office, dossier: str) -> list[dict]:
    tables = office.services.completeness(office.applicant, dossier).amounts["tables"]
    return next(one["rows"] for one in tables if one["id"] == "schedule")


def test_the_debt_is_shown_by_period_and_as_a_whole(employer) -> None:
    office = employer("1000001")
    dossier = office.open("debt-remission")
    office.services.answer(office.applicant, dossier, {**WHO, "request": "new"})
    take(office, dossier, "confirm")
    shown = {one.id: one for one in course(office, dossier).shows}
    periods = [row[0]["fr"] for row in shown["debts_by_period"].table["rows"]]
    assert periods == ["2019-11", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]
    found = amounts(office, dossier)
    assert found["debt"] == round(found["principal"] + found["surcharges"] + found["costs"], 2)
    assert "eligible_total" in shown


def test_a_group_chooses_among_its_affiliations(employer) -> None:
    office = employer("2000000")
    dossier = office.open("debt-remission")
    field = office.services.dossier(office.applicant, dossier).spec.field("employer.affiliation")
    assert [one.value for one in field.choices] == ["2000001", "2000002"]
    office.services.answer(office.applicant, dossier, {**WHO, "request": "new"})
    with pytest.raises(DossierError):
        take(office, dossier, "confirm")
    office.services.answer(office.applicant, dossier, {"employer.affiliation": "1000001"})
    report = office.services.completeness(office.applicant, dossier)
    assert "not_in_register" in {one.code for one in report.findings}


def test_at_the_counter_the_number_somebody_shows_papers_for_is_asked(office: Office) -> None:
    dossier = office.services.open_dossier(office.clerk, "debt-remission", "fr", for_registration="2000001")
    office.services.answer(office.clerk, dossier, {**WHO, "request": "new"})
    held = office.services.dossier(office.clerk, dossier).spec.held
    assert held["debts"] and held["accounts"]
    assert take(office, dossier, "confirm", actor=office.clerk) == "debt"


@pytest.mark.parametrize("account", ["2000000", "149364188"])
def test_the_debts_and_accounts_of_others_are_told_to_nobody(employer, account: str) -> None:
    office = employer(account)
    dossier = office.open("debt-remission")
    office.services.answer(office.applicant, dossier, {"request": "new", "employer.affiliation": "1000001"})
    view = office.services.dossier(office.applicant, dossier)
    assert not view.spec.held["debts"] and not view.spec.held["accounts"]
    report = office.services.completeness(office.applicant, dossier)
    assert report.amounts["debt"]["value"] == 0
    assert "not_in_register" in {one.code for one in report.findings}


def test_an_account_of_one_enterprise_is_asked_nothing(employer) -> None:
    office = employer("1000001")
    dossier = office.open("debt-remission")
    office.services.answer(office.applicant, dossier, {**WHO, "request": "new"})
    assert take(office, dossier, "confirm") == "debt"


def test_only_a_declared_bank_account_can_be_chosen(employer) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001")
    office.services.answer(office.applicant, dossier, {"account": "011810604621160763012149"})
    take(office, dossier, "agree")
    with pytest.raises(DossierError) as refused:
        take(office, dossier, "validate_instalments", accepted=("terms_instalments",))
    assert refused.value.code == "not_complete"


def test_integral_payment_is_simulated_with_its_formula(employer) -> None:
    office = employer("2000000")
    dossier = simulated(office, "2000001", mode="integral")
    found = amounts(office, dossier)
    assert found["rate"] == 90
    rest = round((found["surcharges"] + found["costs"]) * 0.1, 2)
    assert found["payable"] == pytest.approx(found["principal"] + rest, abs=0.01)
    report = office.services.completeness(office.applicant, dossier).amounts
    assert "calc.rate" in report["remitted"]["formula"]
    assert report["parameters"]["partial_rate_short"]["value"] == 90


@pytest.mark.parametrize(("count", "rate"), [("24", 90), ("25", 60), ("42", 60)])
def test_the_rate_follows_the_number_of_instalments(employer, count: str, rate: int) -> None:
    office = employer("2000000")
    dossier = simulated(office, "2000001", count=count)
    assert amounts(office, dossier)["rate"] == rate


def test_a_schedule_adds_up_whatever_advance_and_number(employer) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001")
    for count, advance in (("7", ""), ("60", "1234.56"), ("1", "0")):
        office.services.answer(office.applicant, dossier, {"inst.count": count, "inst.advance": advance})
        assert take(office, dossier, "simulate") == "simulation"
        rows = schedule(office, dossier)
        assert round(sum(row["amount"] for row in rows), 2) == amounts(office, dossier)["payable"]
        assert rows[0]["day"] == "2026-04-10"


def test_too_many_instalments_keep_the_request_back(employer) -> None:
    office = employer("2000000")
    dossier = simulated(office, "2000001", count="43")
    take(office, dossier, "agree")
    with pytest.raises(DossierError) as refused:
        take(office, dossier, "validate_instalments", accepted=("terms_instalments",))
    assert refused.value.code == "not_complete"


def test_conditions_are_accepted_word_for_word(employer) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001")
    take(office, dossier, "agree")
    with pytest.raises(DossierError) as refused:
        take(office, dossier, "validate_instalments")
    assert refused.value.code == "declaration_needed"
    take(office, dossier, "validate_instalments", accepted=("terms_instalments",))
    with office.application.database.reading() as session:
        kept = {one.declaration: one.text for one in session.scalars(select(HonourDeclarationRow))}
    assert {"guarantees", "terms_instalments"} <= set(kept)
    assert "10 du mois" in kept["terms_instalments"]["fr"]


def test_instalments_chosen_after_their_step_take_the_guarantees_all_the_same(employer) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001", mode="integral")
    office.services.answer(office.applicant, dossier, {"mode": "instalments", "inst.count": "6"})
    take(office, dossier, "agree")
    with pytest.raises(DossierError) as refused:
        take(office, dossier, "validate_instalments", accepted=("terms_instalments",))
    assert refused.value.code == "declaration_needed"
    take(office, dossier, "validate_instalments", accepted=("guarantees", "terms_instalments"))


def test_instalments_wait_for_guarantees_and_integral_payment_does_not(employer) -> None:
    office = employer("2000000")
    first = simulated(office, "2000001")
    assert validated(office, first, "instalments") == "registered"
    assert "dépôt des garanties" in course(office, first).text.fr
    office.clock.move(days=20)
    assert take(office, first, "guarantees_deposited", actor=office.clerk) == "validated"
    (paper,) = course(office, first).papers
    pdf = office.services.outcome_paper_pdf(office.applicant, first, paper.id)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "10/04/2026" in text and text.count("/2026") >= 6
    office = employer("1000001")
    second = simulated(office, "1000001", mode="integral")
    assert validated(office, second, "integral") == "taken_up"
    assert course(office, second).papers


def test_the_debit_falls_on_the_tenth_of_the_month_after_validation(employer) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001", mode="integral")
    validated(office, dossier, "integral")
    assert "10/04/2026" in course(office, dossier).text.fr
    office.clock.move(days=38)
    office.services.run_due_timers()
    assert course(office, dossier).step == "taken_up"
    office.clock.move(days=1)
    office.services.run_due_timers()
    assert course(office, dossier).step == "settled"


def may_go_on(office: Office, request: str) -> bool:
    """Whether another request of the enterprise may choose how to pay."""
    again = office.open("debt-remission")
    office.services.answer(office.applicant, again, {**WHO, "request": request})
    take(office, again, "confirm")
    offers = {one.id: one.why_not for one in course(office, again).offers}
    return offers["choose_payment"] is None


def test_a_new_request_is_closed_while_one_is_in_force(employer) -> None:
    office = employer("1000001")
    validated(office, simulated(office, "1000001", mode="integral"), "integral")
    assert not may_go_on(office, "new")
    assert not may_go_on(office, "reconversion")  # nothing is better than the total remission it has


def test_reconversion_is_open_only_to_something_better(employer) -> None:
    office = employer("2000000")
    for affiliation, is_open in (("2000002", True), ("2000001", False)):
        dossier = office.open("debt-remission")
        answers = {**WHO, "request": "reconversion", "employer.affiliation": affiliation}
        office.services.answer(office.applicant, dossier, answers)
        take(office, dossier, "confirm")
        offers = {one.id: one.why_not for one in course(office, dossier).offers}
        assert (offers["choose_payment"] is None) is is_open


def contested(office: Office) -> str:
    """A contestation before the commission."""
    dossier = office.open("remission-contestation")
    office.services.answer(
        office.applicant,
        dossier,
        {
            **WHO,
            "employer.email": "riad@exemple.ma",
            "contest.segment": "stopped",
            "contest.turnover_drop": "70",
        },
    )
    assert take(office, dossier, "contest", accepted=("honour",)) == "before_commission"
    return dossier


def test_the_commissions_answer_goes_to_the_mailbox_given_for_it(employer) -> None:
    office = employer("3000001")
    post = PostRoom(office.services)
    dossier = contested(office)
    take(office, dossier, "reject", actor=office.reviewer, reason="segment non concerné")
    post.deliver(office.jobs.keys)
    received, answer = post.to("riad@exemple.ma")
    assert (received.channel, answer.channel) == ("email", "email")
    assert "segment non concerné" in answer.text


def test_where_two_must_agree_the_commission_decides_by_two(make_office) -> None:
    office = make_office(four_eyes=frozenset({"all"}))
    object.__setattr__(office.services.adapters, "registers", FileRegisters(REGISTERS))
    office = replace(
        office, applicant=office.services.add_account("3000001", PASSWORD, "Riad", {"applicant"})
    )
    second = office.services.add_account("controle2", PASSWORD, "Second", {"reviewer"})
    dossier = contested(office)
    assert take(office, dossier, "uphold", actor=office.reviewer) == "before_commission"
    with pytest.raises(DossierError) as refused:
        take(office, dossier, "reject", actor=second, reason="Segment non retenu")
    assert refused.value.code == "decision_waits"
    with pytest.raises(DossierError):
        office.services.confirm_decision(office.reviewer, dossier)
    office.services.confirm_decision(second, dossier)
    assert course(office, dossier).step == "upheld"
    assert office.services.dossier(office.applicant, dossier).state == "accepted"


def test_an_upheld_contestation_opens_the_total_remission(employer) -> None:
    office = employer("3000001")
    dossier = contested(office)
    before = office.open("debt-remission")
    office.services.answer(office.applicant, before, {**WHO, "request": "new"})
    partial = amounts(office, before)["debt"]
    assert take(office, dossier, "uphold", actor=office.reviewer) == "upheld"
    assert amounts(office, before)["debt"] > partial
    take(office, before, "confirm")
    assert "eligible_total" in {one.id for one in course(office, before).shows}


def test_a_partial_remission_is_converted_once_the_commission_upheld_the_right_to_the_total_one(
    employer,
) -> None:
    office = employer("3000001")
    validated(office, simulated(office, "3000001", mode="integral"), "integral")
    assert not may_go_on(office, "reconversion")
    office.clock.move(days=1)
    take(office, contested(office), "uphold", actor=office.reviewer)
    assert may_go_on(office, "reconversion") and not may_go_on(office, "new")


def test_a_contestation_needs_its_declaration_and_says_where_nothing_is_to_contest(employer) -> None:
    office = employer("1000001")
    dossier = office.open("remission-contestation")
    office.services.answer(
        office.applicant,
        dossier,
        {
            **WHO,
            "employer.email": "a@exemple.ma",
            "contest.segment": "reduced",
            "contest.turnover_drop": "20",
        },
    )
    with pytest.raises(DossierError):
        take(office, dossier, "contest")
    findings = office.services.completeness(office.applicant, dossier).findings
    assert any(re.search("rien à contester", one.message.fr) for one in findings)


def test_the_schedule_keeps_the_rate_that_was_accepted(employer) -> None:
    office = employer("2000000")
    dossier = simulated(office, "2000001")
    validated(office, dossier, "instalments")
    spec = office.services.catalogue.get("debt-remission")
    rate = next(one for one in spec.parameters if one.id == "partial_rate_short")
    deposited = office.services.dossier(office.applicant, dossier).deposited_at.date()
    lower = replace(rate.values[0], value=50, since=deposited + timedelta(days=5))
    changed = replace(rate, values=(*rate.values, lower))
    others = tuple(changed if one is rate else one for one in spec.parameters)
    office.clock.move(days=20)
    with patch.object(SpecCatalogue, "get", lambda *_: replace(spec, parameters=others)):
        take(office, dossier, "guarantees_deposited", actor=office.clerk)
        (paper,) = course(office, dossier).papers
        pdf = office.services.outcome_paper_pdf(office.applicant, dossier, paper.id)
    assert "90 %" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(
        "\xa0", " "
    )


def test_what_was_declared_stays_what_was_seen(employer, tmp_path: Path) -> None:
    office = employer("1000001")
    dossier = simulated(office, "1000001", mode="integral")
    validated(office, dossier, "integral")
    owed = amounts(office, dossier)["debt"]
    object.__setattr__(office.services.adapters, "registers", FileRegisters(tmp_path))
    assert amounts(office, dossier)["debt"] == owed > 0
