"""Guessing is held up where it comes from; nobody else is kept out by it."""

from __future__ import annotations

from threading import Thread
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from core.errors import InvalidValue
from core.localized_text import Language
from forms_service.services import accounts, throttle
from forms_service.services.throttle import (
    CODE_FOR,
    SIGN_IN,
    SIGN_IN_FROM,
    SIGN_IN_HERE,
    Limit,
    TooManyAttempts,
)
from forms_service.storage.account_models import AttemptRow
from tests.services.conftest import PASSWORD
from tests.services.post_room import PostRoom

FATIMA, OMAR = "123456782", "987654321"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def guess(office, times: int, login: str = FATIMA, client: str = HERE, device: str = "") -> None:
    for _ in range(times):
        assert office.services.sign_in(login, "guess guess", client, device) is None


def guess_from_everywhere(office) -> None:
    for place in range(SIGN_IN.most):
        guess(office, 1, client=f"192.0.2.{place}")


def test_passwords_are_not_tried_out_from_one_place(office) -> None:
    guess(office, SIGN_IN_HERE.most)
    with pytest.raises(TooManyAttempts):
        office.services.sign_in("١٢٣٤٥٦٧٨٢", PASSWORD, HERE)
    assert office.services.sign_in(OMAR, PASSWORD, HERE) == office.neighbour
    office.clock.move(minutes=11)
    assert office.services.sign_in(FATIMA, PASSWORD, HERE) == office.applicant


def test_six_wrong_passwords_of_a_stranger_keep_nobody_out(office) -> None:
    guess(office, SIGN_IN_HERE.most, client=ELSEWHERE)
    assert office.services.sign_in(FATIMA, PASSWORD, HERE) == office.applicant


def test_many_places_together_are_held_up_but_not_the_holders_own_browser(office) -> None:
    device = office.services.remember_device(office.applicant)
    guess_from_everywhere(office)
    for shown in ("", "nonsense", office.services.remember_device(office.neighbour)):
        with pytest.raises(TooManyAttempts):
            office.services.sign_in(FATIMA, PASSWORD, HERE, shown)
    assert office.services.sign_in(FATIMA, PASSWORD, HERE, device) == office.applicant
    guess(office, SIGN_IN_HERE.most, device=device)
    with pytest.raises(TooManyAttempts):  # a stolen browser guesses no more than a stranger's
        office.services.sign_in(FATIMA, PASSWORD, HERE, device)


def test_a_browser_is_a_strangers_after_a_year_and_once_the_password_changed(office) -> None:
    old = office.services.remember_device(office.applicant)
    office.clock.move(days=366)
    fresh = office.services.remember_device(office.applicant)
    guess_from_everywhere(office)
    with pytest.raises(TooManyAttempts):
        office.services.sign_in(FATIMA, PASSWORD, HERE, old)
    assert office.services.sign_in(FATIMA, PASSWORD, HERE, fresh) == office.applicant
    office.clock.move(seconds=1)
    office.services.change_password(office.applicant, PASSWORD, "un tout autre mot")
    guess_from_everywhere(office)
    with pytest.raises(TooManyAttempts):
        office.services.sign_in(FATIMA, "un tout autre mot", HERE, fresh)


def test_an_office_behind_one_address_signs_in_all_day(office, monkeypatch) -> None:
    """Attempts that succeed are no failures, and forgive nobody else's."""
    few = Limit(SIGN_IN_FROM.name, 8, SIGN_IN_FROM.minutes)
    monkeypatch.setattr(accounts, "SIGN_IN_FROM", few)
    for _ in range(few.most // 2 + 1):
        for login, actor in ((FATIMA, office.applicant), (OMAR, office.neighbour)):
            assert office.services.sign_in(login, PASSWORD, HERE) == actor
    for number in range(few.most - 1):
        guess(office, 1, login=str(10_000_000 + number))
    assert office.services.sign_in(FATIMA, PASSWORD, HERE) == office.applicant
    guess(office, 1, login="20000000")
    with pytest.raises(TooManyAttempts):
        office.services.sign_in(FATIMA, PASSWORD, HERE)
    assert office.services.sign_in(FATIMA, PASSWORD, ELSEWHERE) == office.applicant


def test_coming_in_forgives_ones_own_failures_and_not_a_strangers(office) -> None:
    for _ in range(3):
        guess(office, SIGN_IN_HERE.most - 1)
        assert office.services.sign_in(FATIMA, PASSWORD, HERE) == office.applicant
    for place in range(SIGN_IN.most - 3 * (SIGN_IN_HERE.most - 1)):
        guess(office, 1, client=f"192.0.2.{place}")
        assert office.services.sign_in(OMAR, PASSWORD, HERE) == office.neighbour
    with pytest.raises(TooManyAttempts):
        office.services.sign_in(FATIMA, PASSWORD, ELSEWHERE)


@pytest.fixture
def reachable(office):
    """The applicant with a telephone."""
    post = PostRoom(office.services)
    code_id, _ = office.services.begin_address_change(
        office.applicant, "sms", "0611223344", PASSWORD, Language.FR
    )
    post.deliver(office.jobs.keys)
    office.services.try_code(code_id, post.code_to("0611223344"))
    office.services.finish_address_change(office.applicant, code_id)
    return post


def test_a_code_lets_the_holder_in_while_strangers_guess(office, reachable) -> None:
    guess_from_everywhere(office)
    code_id, _ = office.services.begin_reset(FATIMA, "sms", Language.FR, HERE)
    reachable.deliver(office.jobs.keys)
    assert office.services.try_code(code_id, reachable.code_to("0611223344")) is None
    office.services.finish_reset(code_id, "un tout autre mot")
    assert office.services.sign_in(FATIMA, "un tout autre mot", HERE) == office.applicant


def test_codes_that_strangers_ask_for_do_not_use_up_the_holders(office, reachable) -> None:
    device = office.services.remember_device(office.applicant)

    def ask(client: str, shown: str = "") -> None:
        assert office.services.begin_reset(FATIMA, "sms", Language.FR, client, shown)[0]

    for _ in range(4):
        ask(ELSEWHERE)
    with pytest.raises(TooManyAttempts):
        ask(ELSEWHERE)
    ask(HERE)
    for place in range(CODE_FOR.most - 5):
        ask(f"192.0.2.{place}")
    with pytest.raises(TooManyAttempts):
        ask(HERE)
    ask(HERE, device)


def test_whoever_is_signed_in_proves_the_password_whatever_strangers_guess(office) -> None:
    guess_from_everywhere(office)
    with pytest.raises(InvalidValue):
        office.services.change_password(office.applicant, "not it", "un tout autre mot")
    assert office.services.change_password(office.applicant, PASSWORD, "un tout autre mot")
    for _ in range(6):
        with pytest.raises(InvalidValue):
            office.services.change_password(office.applicant, "not it", "encore un mot")
    with pytest.raises(TooManyAttempts):
        office.services.change_password(office.applicant, "un tout autre mot", "encore un mot")


def test_many_at_once_gain_nothing(office) -> None:
    let_through: list[bool] = []

    def attempt() -> None:
        try:
            let_through.append(office.services.sign_in(FATIMA, "guess guess", HERE) is None)
        except TooManyAttempts:
            let_through.append(False)

    threads = [Thread(target=attempt) for _ in range(SIGN_IN_HERE.most * 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(let_through) == SIGN_IN_HERE.most
    assert len(let_through) == len(threads)


def test_on_postgresql_those_of_one_subject_wait_for_one_another(office) -> None:
    """Always in one order, so that two of them never wait for each other."""
    done: list[tuple[str, int]] = []
    session = SimpleNamespace(
        get_bind=lambda: SimpleNamespace(dialect=SimpleNamespace(name="postgresql")),
        execute=lambda what, values: done.append((str(what), values["key"])),
    )
    subjects = [office.services.adapters.seal.fingerprint(one) for one in ("a", "b", "c")]
    throttle._one_at_a_time(session, subjects)
    throttle._one_at_a_time(session, subjects[::-1])
    assert done[:3] == done[3:]
    assert {what for what, _ in done} == {"select pg_advisory_xact_lock(:key)"}
    assert len({key for _, key in done}) == 3
    assert all(-(2**63) <= key < 2**63 for _, key in done)


def test_forgiving_one_attempt_never_forgives_another_that_was_given_its_number(office) -> None:
    """SQLite gives the number of the last row again once it is gone."""
    with office.application.database.writing() as session:
        first = office.services.count_attempt(session, (SIGN_IN, FATIMA))
        office.services.forgive_attempts(session, (SIGN_IN, FATIMA))
        (second,) = office.services.count_attempt(session, (SIGN_IN, OMAR))
        office.services.forgive(session, first)
        assert session.get(AttemptRow, second.id) is not None
        office.services.forgive(session, [second])
        session.expire_all()
        assert session.get(AttemptRow, second.id) is None


def test_attempts_are_forgotten_after_the_longest_limit(office) -> None:
    guess(office, 3)
    office.clock.move(days=1, seconds=1)
    guess(office, 1)
    with office.application.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AttemptRow)) == 3
