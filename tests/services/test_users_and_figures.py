"""Accounts of staff, the record of changes, and the figures an operator sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert

from core.errors import DossierError, InvalidValue
from forms_service.services import statistics
from forms_service.services.records import RecordWish
from forms_service.storage.models import AccountRow
from tests.services.conftest import PASSWORD, REFUND
from tests.services.prepared_readings import extractions, read, refused, scan


@pytest.fixture
def operator(office):
    return office.services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})


def test_an_operator_opens_an_account_and_its_password_works_once_told(office, operator) -> None:
    user, password = office.services.open_staff_account(
        operator, "Rabat1", " Salma  Idrissi ", ["clerk"], "Agdal"
    )
    assert (user.login, user.name, user.roles, user.agency) == (
        "rabat1",
        "Salma Idrissi",
        ("clerk",),
        "Agdal",
    )
    assert office.services.authenticate("rabat1", password).id == user.id
    with pytest.raises(DossierError) as taken:  # told to the operator, not to whoever opens their own
        office.services.open_staff_account(operator, "RABAT1", "Autre", ["clerk"])
    assert taken.value.code == "login_taken"
    assert "rabat1" in taken.value.message.fr and "Connectez-vous" not in taken.value.message.fr
    with pytest.raises(InvalidValue) as parted:
        office.services.open_staff_account(operator, " AG ENCE ", "Autre", ["clerk"])
    assert parted.value.code == "login_spaces" and "ag.ence" in parted.value.message.ar
    for login, roles in (("123456789", ["clerk"]), ("", ["clerk"]), ("x1", []), ("x1", ["applicant"])):
        with pytest.raises(InvalidValue):
            office.services.open_staff_account(operator, login, "Autre", roles)


def test_only_operators_look_after_accounts_figures_and_the_record(office, operator) -> None:
    day = date(2026, 3, 1)
    for stranger in (office.clerk, office.reviewer, office.applicant):
        for attempt in (
            lambda who: office.services.users(who),
            lambda who: office.services.close_account(who, operator.id),
            lambda who: office.services.reset_password(who, operator.id),
            lambda who: office.services.open_staff_account(who, "x", "X", ["operator"]),
            lambda who: office.services.change_user(who, who.id, "X", ["operator"], ""),
            lambda who: office.services.record_page(who, RecordWish()),
            lambda who: office.services.statistics(who, day, day),
        ):
            with refused("not_allowed"):
                attempt(stranger)
    # and an operator sees no dossier
    dossier = office.open()
    with refused("not_yours"):
        office.services.dossier(operator, dossier)


def test_a_closed_account_lets_nobody_in_until_it_is_opened_again(office, operator) -> None:
    office.services.close_account(operator, office.clerk.id)
    assert office.services.authenticate("agence", PASSWORD) is None
    assert office.services.actor(office.clerk.id) is None
    office.services.reopen_account(operator, office.clerk.id)
    assert office.services.authenticate("agence", PASSWORD)


def test_the_last_operator_stays(office, operator) -> None:
    with refused("last_operator"):
        office.services.close_account(operator, operator.id)
    with refused("last_operator"):
        office.services.change_user(operator, operator.id, "Pilotage", ["clerk"], "")
    other, _ = office.services.open_staff_account(operator, "second", "Second", ["operator"])
    office.services.close_account(operator, other.id)
    with refused("last_operator"):  # a closed one does not count
        office.services.change_user(operator, operator.id, "Pilotage", ["clerk"], "")
    office.services.reopen_account(operator, other.id)
    office.services.change_user(operator, operator.id, "Pilotage", ["clerk"], "Fès")
    assert office.services.actor(operator.id).roles == {"clerk"}


def test_a_new_password_ends_the_old_one_and_everything_is_on_record(office, operator) -> None:
    password = office.services.reset_password(operator, office.reviewer.id)
    assert office.services.authenticate("controle", PASSWORD) is None
    assert office.services.authenticate("controle", password)
    office.services.change_user(operator, office.reviewer.id, "Contrôle", ["reviewer", "clerk"], "Fès")
    page = office.services.record_page(operator, RecordWish(person="pilotage"))
    assert {one.action for one in page.lines} == {"password_reset", "account_changed"}
    changed = next(one for one in page.lines if one.action == "account_changed")
    assert changed.details["roles_before"] == ["reviewer"]
    assert changed.details["roles"] == ["clerk", "reviewer"]
    assert password not in str([one.details for one in page.lines])


def test_the_record_is_narrowed_by_day_action_and_dossier(office, operator) -> None:
    first, second = office.open(), office.open()
    office.clock.move(days=2)
    office.services.answer(office.applicant, first, {"assured.last": "Amrani"})
    reference = office.services.dossier(office.applicant, first).reference

    def actions(**wish: object) -> list[str]:
        return [one.action for one in office.services.record_page(operator, RecordWish(**wish)).lines]

    assert actions(reference=reference.lower()) == ["answered", "opened"]
    assert actions(action="opened") == ["opened", "opened"]
    day = office.services.today()
    assert actions(since=day, reference=reference) == ["answered"]
    assert actions(until=day - timedelta(days=1), reference=reference) == ["opened"]
    assert actions(person="nobody of that name") == []
    assert second


def test_figures_count_what_happened(office, operator, arrives) -> None:
    services = office.services
    day = services.today()
    dossier = office.open()
    arrives(
        dossier,
        scan(
            read("assured.last", "Omrani", "review"),
            read("assured.first", "Adam"),
            read("assured.city", "Fes", "review"),
        ),
    )
    services.deposit(office.applicant, dossier, True)
    services.start_review(office.reviewer, dossier)
    found = extractions(office, dossier)
    services.correct_value(office.reviewer, found["assured.last"].id, "El Amrani")
    services.reject_value(office.reviewer, found["assured.city"].id, "unreadable")
    office.clock.move(days=4)
    services.decide(office.reviewer, dossier, "refused", "Hors délai")
    other = office.open(REFUND)
    services.deposit(office.applicant, other, True)
    figures = services.statistics(operator, day, services.today())
    assert [number for _, number in figures.arrivals] == [1, 0, 0, 0, 1]
    assert (figures.waiting.decided, figures.waiting.median_days, figures.open_now) == (1, 4.0, 1)
    assert dict(figures.waiting.steps)[7] == 1
    assert (figures.complete_at_first, figures.first_deposits) == (0, 2)
    assert [(one.since, one.complete, one.deposits) for one in figures.completeness] == [
        (day, 0, 1),
        (services.today(), 0, 1),
    ]
    by_month = services.statistics(operator, day - timedelta(days=200), services.today()).completeness
    assert sum(one.deposits for one in by_month) == 2 and {one.since.day for one in by_month} == {1}
    by_field = {one.field_id: one for one in figures.fields}
    last, city, first = (by_field[f"assured.{one}"] for one in ("last", "city", "first"))
    assert (last.read, last.taken, last.doubtful, last.corrected, last.asked_again) == (1, 0, 1, 1, 0)
    assert (city.corrected, city.asked_again) == (0, 1)
    assert "assuré" in last.part.fr, "another part has a name as well"
    assert (first.taken, first.taken_share, first.doubtful) == (1, 1.0, 0)
    only = services.statistics(operator, day, services.today(), REFUND)
    assert sum(number for _, number in only.arrivals) == 1
    assert only.fields == ()


def test_of_many_deposits_the_fields_are_counted_on_a_fair_draw(
    office, operator, arrives, monkeypatch
) -> None:
    services, day = office.services, office.services.today()
    for _ in range(6):
        dossier = office.open()
        arrives(dossier, scan(read("assured.last", "Omrani", "review")))
        services.deposit(office.applicant, dossier, True)
    assert services.statistics(operator, day, day).drawn is None
    monkeypatch.setattr(statistics, "MOST_FOR_FIELDS", 3)
    found = services.statistics(operator, day, day)
    assert sum(number for _, number in found.arrivals) == 6, "only the fields are counted on a draw"
    assert sum(one.read for one in found.fields) == found.drawn
    monkeypatch.setattr(statistics, "MOST_FOR_FIELDS", 500)
    ids = [services.new_id() for _ in range(4000)]
    for deposits in (501, 1_000, 20_000):
        bound = statistics._bound_of_draw(deposits)
        assert sum(one < bound for one in ids) / len(ids) == pytest.approx(500 / deposits, abs=0.04)


def test_an_empty_box_is_not_read_and_what_applicants_mend_is_counted_apart(
    office, operator, arrives
) -> None:
    services, day = office.services, office.services.today()
    dossier = office.open()
    arrives(
        dossier,
        scan(
            read("assured.last", "Omrani", "review"),
            read("assured.first", "Adem", "review"),
            read("assured.city", None, "empty"),
            read("assured.address", "Hay Salam"),
        ),
    )
    mended = {extractions(office, dossier)["assured.last"].id: "Amrani"}
    assert services.confirm_answers(office.applicant, dossier, {}, mended) == {}
    services.deposit(office.applicant, dossier, True)
    services.start_review(office.reviewer, dossier)
    services.correct_value(office.reviewer, extractions(office, dossier)["assured.first"].id, "Adam")
    by_field = {one.field_id: one for one in services.statistics(operator, day, day).fields}
    assert "assured.city" not in by_field, "nobody wrote anything there"
    assert (by_field["assured.address"].read, by_field["assured.address"].taken) == (1, 1)
    last, first = by_field["assured.last"], by_field["assured.first"]
    assert (last.corrected, last.mended, last.doubtful) == (0, 1, 1)
    assert (first.corrected, first.mended, first.doubtful) == (1, 0, 1)


def test_reading_the_record_is_on_record_and_taking_it_away_leaves_nothing_out(
    office, operator, monkeypatch
) -> None:
    monkeypatch.setattr("forms_service.services.records._AT_ONCE", 2)
    dossier = office.open()
    for name in ("Alami", "Bennani", "Chraibi", "Drissi", "El Fassi"):
        office.services.answer(office.applicant, dossier, {"assured.last": name})
    reference = office.services.dossier(office.applicant, dossier).reference
    office.services.record_page(operator, RecordWish(reference=reference))
    taken = office.services.record_lines(operator, RecordWish(reference=reference))
    office.services.answer(office.applicant, dossier, {"assured.last": "Fikri"})  # after it was asked for
    assert [one.action for one in taken] == ["answered"] * 5 + ["opened"]
    own = office.services.record_page(operator, RecordWish(person="pilotage")).lines
    assert [(one.action, dict(one.details)) for one in own] == [
        ("record_exported", {"lines": 6, "by": ["reference"]}),
        ("record_read", {"page": 1, "by": ["reference"]}),
    ]


def test_a_rehearsal_is_kept_with_the_text_it_was_made_with(office, operator) -> None:
    spec = office.application.catalogue.get(REFUND)
    assert office.services.rehearsals(operator, spec) == []
    office.services.keep_rehearsal(spec, {"overall": {"exact_share": 0.97}}, 9, "")
    (kept,) = office.services.rehearsals(operator, spec)
    assert (kept.copies, kept.figures["overall"]["exact_share"], kept.current) == (9, 0.97, True)
    with refused("not_allowed"):
        office.services.rehearsals(office.clerk, spec)


@pytest.fixture
def crowd(office, operator) -> int:
    """More accounts than anybody reads: staff and applicants; gives how many of the staff there are."""
    rows = [
        {
            "id": f"crowd-{number}",
            "login": f"crowd{number}",
            "name": f"Agent {number:03}" if number < 70 else f"Demandeur {number:03}",
            "roles": ["clerk"] if number < 70 else ["applicant"],
            "password_hash": "-",
            "agency": "",
            "created_at": office.services.now(),
        }
        for number in range(300)
    ]
    with office.application.database.writing() as session:
        session.execute(insert(AccountRow), rows)
    return 70 + len({"agence", "controle", "pilotage"})


@pytest.fixture
def loaded() -> Iterator[list[str]]:
    """The accounts that are read from the database meanwhile."""
    seen: list[str] = []
    event.listen(AccountRow, "load", note := lambda row, _: seen.append(row.id))
    yield seen
    event.remove(AccountRow, "load", note)


def test_accounts_come_a_page_at_a_time_however_many_there_are(office, operator, crowd, loaded) -> None:
    services = office.services
    first, second = (services.users(operator, page=page) for page in (1, 2))
    assert (first.pages, len(first.lines)) == (2, 50)
    assert first.total >= crowd
    assert len(first.lines) + len(second.lines) == first.total
    assert {one.id for one in first.lines}.isdisjoint(one.id for one in second.lines)
    assert all(one.is_staff for one in (*first.lines, *second.lines))
    assert len(loaded) <= 2 * 50, "what is not shown is not read"


def test_accounts_are_found_by_login_whoever_holds_it_and_staff_by_name(office, operator, crowd) -> None:
    found = office.services.users
    assert [one.login for one in found(operator, "crowd299").lines] == ["crowd299"]
    assert [one.login for one in found(operator, "gent 06").lines] == [f"crowd{n}" for n in range(60, 70)]
    assert found(operator, "Demandeur").lines == (), "nobody leafs through applicants"
    assert found(operator, "%").lines == ()


def test_whether_an_operator_is_the_last_is_asked_of_the_database(office, operator, crowd, loaded) -> None:
    with refused("last_operator"):
        office.services.close_account(operator, operator.id)
    assert len(set(loaded)) <= 1
