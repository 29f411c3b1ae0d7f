"""A clock that goes back or forward by an hour lets nobody in twice, and keeps nobody out for good."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from forms_service.services.accounts import LONGEST_SESSION
from forms_service.services.one_time_codes import CodeGone, CodePurpose, WrongCode
from forms_service.services.second_step import WrongSecondStep
from forms_service.services.throttle import SIGN_IN, TooManyAttempts
from forms_service.storage.account_models import HolderRow
from tests.services.conftest import PASSWORD


def made(office) -> tuple[str, str]:
    with office.application.database.writing() as session:
        return office.services.make_code(session, CodePurpose.RESET, "sms", {"what": "it"})


def used(office, code_id: str) -> None:
    with office.application.database.writing() as session:
        office.services.use_code(office.services.passed_code(session, code_id, CodePurpose.RESET))


@pytest.fixture
def app(office) -> pyotp.TOTP:
    """The application of the reviewer's second step, which counts."""
    secret, _ = office.services.offered_app(office.reviewer)
    shown = pyotp.TOTP(secret)
    office.services.confirm_app(office.reviewer, shown.at(office.clock.now))
    office.clock.move(minutes=1)
    return shown


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_a_code_of_the_application_counts_once_and_again_at_once_after_a_jump(office, app, hours) -> None:
    def step(code: str) -> None:
        office.services.take_second_step(office.reviewer.id, code)

    before = app.at(office.clock.now)
    step(before)
    office.clock.move(hours=hours)
    step(ahead := app.at(office.clock.now))
    office.clock.move(hours=-hours)
    with pytest.raises(WrongSecondStep):
        step(before)
    office.clock.move(minutes=1)
    step(now := app.at(office.clock.now))
    with pytest.raises(WrongSecondStep):
        step(now)
    office.clock.move(hours=hours, minutes=-1)
    with pytest.raises(WrongSecondStep):
        step(ahead)
    office.clock.move(minutes=1)
    step(app.at(office.clock.now))


def test_a_one_time_code_lives_no_longer_and_serves_once_whatever_the_clock_does(office) -> None:
    try_code = office.services.try_code
    code_id, digits = made(office)
    office.clock.move(hours=1)
    with pytest.raises(CodeGone):
        try_code(code_id, digits)
    ahead_id, ahead = made(office)
    office.clock.move(hours=-1)
    with pytest.raises(CodeGone):
        try_code(ahead_id, ahead)
    assert try_code(code_id, digits) is None, "its own ten minutes are not over"
    used(office, code_id)
    for hours in (1, -2, 1):
        office.clock.move(hours=hours)
        with pytest.raises(CodeGone):
            try_code(code_id, digits)
    other_id, other = made(office)
    assert isinstance(try_code(other_id, "x"), WrongCode)
    assert try_code(other_id, other) is None, "whoever asks for another gets in"
    office.clock.move(hours=-1)
    with pytest.raises(CodeGone):
        used(office, other_id)


def test_attempts_of_before_the_clock_went_back_keep_nobody_out(office) -> None:
    def attempt() -> None:
        with office.application.database.writing() as session:
            office.services.count_attempt(session, (SIGN_IN, "somebody"))

    office.clock.move(days=365)
    for _ in range(SIGN_IN.most):
        attempt()
    with pytest.raises(TooManyAttempts):
        attempt()
    office.clock.move(days=-365)
    for _ in range(SIGN_IN.most):
        attempt()
    with pytest.raises(TooManyAttempts):
        attempt()
    office.clock.move(hours=1, minutes=1)
    attempt()


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_sessions_that_were_ended_stay_so_and_new_ones_begin_after_a_jump(office, hours) -> None:
    services, clock, person = office.services, office.clock, office.applicant
    first = clock.now
    clock.move(hours=hours)
    services.change_password(person, PASSWORD, "ein anderes langes 7 Passwort")
    ahead = clock.now
    assert services.actor(person.id, ahead) is not None
    clock.move(hours=-hours)
    assert services.actor(person.id, first) is None, "its password was changed since"
    assert services.actor(person.id, ahead) is None, "it would outlast every other"
    clock.move(minutes=1)
    services.let_sessions_begin(person)
    assert services.actor(person.id, clock.now) is not None
    assert services.actor(person.id, first) is None and services.actor(person.id, ahead) is None
    with office.application.database.reading() as session:
        assert session.get_one(HolderRow, person.id).sessions_from == clock.now
    began = clock.now
    clock.move(hours=1)
    assert services.actor(person.id, began) is not None
    clock.now = began + LONGEST_SESSION + timedelta(minutes=1)
    assert services.actor(person.id, began) is None
