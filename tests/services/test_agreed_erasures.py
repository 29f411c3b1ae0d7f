"""What was decided is let go by two people: one asks, another agrees, and both are named in the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from forms_service.services import Actor
from forms_service.services.agreed_erasures import ASKING_HOLDS
from forms_service.services.erasures import Erasure
from forms_service.services.receipt_checks import operator as console
from forms_service.storage.models import AccountRow, AuditRow, DossierRow
from forms_service.storage.privacy_models import ErasureAskingRow, ErasureRow
from tests.services.conftest import Office
from tests.services.prepared_readings import refused

WHY = "lettre Zqxmotif du 3 mars"


@pytest.fixture
def operators(office: Office) -> tuple[Actor, Actor]:
    with office.application.database.writing() as session:
        for name in ("Premier", "Seconde"):
            kept = {"login": name, "password_hash": "-", "created_at": office.clock.now}
            session.add(AccountRow(id=name.lower(), name=name, roles=["operator"], **kept))
    return Actor("premier", "Premier", frozenset({"operator"})), Actor(
        "seconde", "Seconde", frozenset({"operator"})
    )


@pytest.fixture
def reference(office: Office) -> str:
    """A request that was deposited and refused."""
    services, dossier = office.services, office.open()
    services.answer(office.applicant, dossier, {"quality": "assured", "assured.last": "Zqxnom"}, {})
    services.deposit(office.applicant, dossier, True)
    services.start_review(office.reviewer, dossier)
    services.decide(office.reviewer, dossier, "refused", "hors champ", despite_gaps=True)
    return services.dossier(office.applicant, dossier).reference


def is_there(office: Office, reference: str) -> bool:
    with office.application.database.reading() as session:
        return session.scalar(select(DossierRow.id).where(DossierRow.reference == reference)) is not None


def on_record(office: Office) -> list[tuple[str, str, dict]]:
    with office.application.database.reading() as session:
        lines = session.scalars(
            select(AuditRow).where(AuditRow.action.startswith("eras")).order_by(AuditRow.id)
        )
        return [(one.action, one.actor_id, dict(one.details)) for one in lines]


def test_one_asks_and_another_one_lets_it_go(office: Office, operators, reference: str) -> None:
    services, (first, second) = office.services, operators
    assert services.erase_on_request(first, reference, f" {WHY} ") is None
    assert is_there(office, reference)
    with refused("asked_already"):
        services.erase_on_request(second, reference, "encore")
    with refused("second_person_needed"):
        services.agree_to_erasure(first, reference)
    with refused("not_allowed"):
        services.agree_to_erasure(office.reviewer, reference)
    with refused("not_allowed"):
        services.decline_erasure(office.reviewer, reference)
    with office.application.database.reading() as session:
        (kept,) = session.connection().exec_driver_sql("select reason from erasure_asking").one()
    assert kept.startswith("~") and "Zqx" not in kept, "why lies sealed"
    (waits,) = services.waiting_erasures(second)
    assert (waits.reference, waits.asked_by_name, waits.reason) == (reference, "Premier", WHY)
    assert waits.until == office.clock.now + ASKING_HOLDS
    gone = services.agree_to_erasure(second, reference)
    assert (gone.asked_by, gone.agreed_by, gone.reason) == (first.id, second.id, WHY)
    assert (gone.ending, gone.left, gone.proved_at is not None) == ("anonymise", (), True)
    assert not is_there(office, reference) and services.waiting_erasures(first) == []
    assert services.who_erased(first, [gone]) == {first.id: "Premier", second.id: "Seconde"}
    both = {"occasion": "asked", "ending": "anonymise", "asked_by": first.id, "agreed_by": second.id}
    assert on_record(office) == [("erasure_asked", first.id, {}), ("erased", second.id, both)]
    with refused("unknown_reference"):
        services.agree_to_erasure(second, reference)
    one_person_erases_again_what_a_kept_list_proves(office, gone)


def test_what_is_held_declined_taken_back_or_too_late_stays(
    office: Office, operators, reference: str
) -> None:
    services, (first, second) = office.services, operators
    for who in (second, first):
        services.erase_on_request(first, reference, WHY)
        services.decline_erasure(who, reference)
        with refused("nothing_asked"):
            services.agree_to_erasure(second, reference)
    services.erase_on_request(first, reference, WHY)
    office.clock.now += ASKING_HOLDS
    with refused("nothing_asked"):
        services.agree_to_erasure(second, reference)
    assert services.waiting_erasures(second) == []
    assert (services.let_askings_lapse(), services.let_askings_lapse()) == (1, 0)
    asked = ("erasure_asked", first.id, {})
    after = [("erasure_declined", second.id), ("erasure_withdrawn", first.id), ("erasure_lapsed", "system")]
    assert on_record(office) == [line for what in after for line in (asked, (*what, {}))]
    services.erase_on_request(second, reference, WHY)
    office.clock.now += ASKING_HOLDS - timedelta(seconds=1)
    assert services.waiting_erasures(first)[0].asked_by == second.id, "the last moment counts"
    services.decline_erasure(first, reference)
    a_hold_wins_and_the_machine_is_one_person(office, first, second, reference)
    office.clock.now += timedelta(days=366 * 6)
    services.erase_on_request(first, reference, WHY)
    assert services.erase_what_is_due() == 1, "what waits goes with its request when its time is over"
    with office.application.database.reading() as session:
        assert session.scalars(select(ErasureAskingRow)).all() == []


def a_hold_wins_and_the_machine_is_one_person(
    office: Office, first: Actor, second: Actor, reference: str
) -> None:
    services = office.services
    services.erase_on_request(first, reference, WHY)
    services.place_hold(second, reference, "enquête 12/2026")
    with refused("held_by_law"):
        services.agree_to_erasure(second, reference)
    services.decline_erasure(second, reference)
    with refused("held_by_law"):
        services.erase_on_request(first, reference, WHY)
    assert is_there(office, reference)
    services.lift_hold(second, reference)
    services.erase_on_request(console("salma"), reference, WHY)
    with refused("second_person_needed"):
        services.agree_to_erasure(console("root"), reference)
    assert services.waiting_erasures(first)[0].asked_by == "operator"
    services.decline_erasure(first, reference)
    services.erase_on_request(first, reference, WHY)
    services.decline_erasure(console("salma"), reference)


def one_person_erases_again_what_a_kept_list_proves(office: Office, gone: Erasure) -> None:
    services, reference = office.services, gone.reference
    line = {
        "dossier": gone.dossier_id,
        "reference": reference,
        "occasion": gone.occasion,
        "asked_by": gone.asked_by,
        "agreed_by": gone.agreed_by,
        "erased_at": gone.erased_at.isoformat(timespec="seconds"),
        "reason": WHY,
        "proof": services.proof_for_later(gone),
    }
    assert services.erase_again(console("salma"), line) is None, "it is gone"
    with office.application.database.writing() as session:  # as a backup brings it back
        session.execute(delete(ErasureRow))
        session.execute(update(DossierRow.__table__).values(erased_at=None, state="under_review"))
    with refused("still_in_hand"):
        services.erase_again(console("salma"), line)
    with office.application.database.writing() as session:
        session.execute(update(DossierRow.__table__).values(state="refused"))
    other = services.dossier(office.applicant, office.open())
    for forged in ({"proof": ""}, {"agreed_by": gone.asked_by}, {"dossier": other.id}, {"proof": None}):
        with refused("not_proved_erased"):
            services.erase_again(console("salma"), {**line, **forged})
    for occasion in ("own_draft", "asked", "again"):  # it went as a draft, was restored, sent and decided on
        alone = replace(gone, occasion=occasion, agreed_by=None)
        proved = {"occasion": occasion, "agreed_by": None, "proof": services.proof_for_later(alone)}
        with refused("not_proved_erased"):
            services.erase_again(console("salma"), {**line, **proved})
    with refused("not_allowed"):
        services.erase_again(office.clerk, line)
    assert services.erase_again(console("salma"), {**line, "occasion": "retention"}) is None
    again = services.erase_again(console("salma"), line)
    assert (again.occasion, again.asked_by, again.agreed_by) == ("again", gone.asked_by, gone.agreed_by)
    assert again.left == () and not is_there(office, reference)
    assert on_record(office)[-1][:2] == ("erased", "operator")
