"""A clock that goes back or forward by an hour lets nobody in twice, and keeps nobody out for good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest

from forms_service.services.accounts import LONGEST_SESSION
from forms_service.services.one_time_codes import CodeGone, CodePurpose, WrongCode
from forms_service.services.second_step import WrongSecondStep
from forms_service.services.throttle import SIGN_IN, TooManyAttempts
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


class Sessions:
    """Sessions of the applicant, as their cookies carry them."""

    def __init__(self, office) -> None:
        self.services, self.clock, self.person = office.services, office.clock, office.applicant
        self.password = PASSWORD

    def begin(self) -> tuple[datetime, str]:
        return self.clock.now, self.services.session_mark(self.person)

    def end_all(self) -> None:
        new = f"ein anderes langes {self.password}"
        self.services.change_password(self.person, self.password, new)
        self.password = new

    def lives(self, one: tuple[datetime, str]) -> bool:
        since, mark = one
        return self.services.actor(self.person.id, since, mark=mark) is not None


@pytest.fixture
def sessions(office) -> Sessions:
    return Sessions(office)


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_sessions_that_were_ended_stay_so_and_new_ones_begin_after_a_jump(sessions, hours) -> None:
    clock, first = sessions.clock, sessions.begin()
    clock.move(hours=hours)
    clock.move(minutes=-30)
    between = sessions.begin()
    clock.move(minutes=30)
    assert sessions.lives(between)
    sessions.end_all()
    ahead = sessions.begin()
    assert sessions.lives(ahead)
    clock.move(hours=-hours)
    assert not sessions.lives(ahead), "it would outlast every other"
    began = sessions.begin()
    assert sessions.lives(began), "nobody waits for the clock to be there again"
    sessions.end_all()
    last = sessions.begin()
    assert sessions.lives(last) and not sessions.lives(began)
    for minutes in (1, 26, 4, 30):  # through every hour that comes a second time
        clock.move(minutes=minutes)
        assert [sessions.lives(one) for one in (first, between, ahead, began)] == [False] * 4
    assert sessions.lives(last)
    clock.now = last[0] + LONGEST_SESSION + timedelta(minutes=1)
    assert not sessions.lives(last)


def test_hosts_whose_clocks_differ_bring_no_session_back_and_keep_nobody_out(sessions) -> None:
    def known(shown: str) -> bool:
        with sessions.services.database.reading() as session:
            return bool(sessions.services.known_device(session, "123456782", shown))

    clock = sessions.clock
    clock.move(minutes=4)
    stolen = sessions.begin()
    device = sessions.services.remember_device(sessions.person)
    clock.move(minutes=-4)
    assert sessions.lives(stolen) and known(device)
    sessions.end_all()  # by the clock that is behind: before the stolen one began
    assert not sessions.lives(stolen)
    clock.move(minutes=4)
    sessions.end_all()
    clock.move(minutes=-4)
    own = sessions.begin()
    for ahead in (4, -4):
        assert sessions.lives(own) and not sessions.lives(stolen)
        clock.move(minutes=ahead)
    assert not known(device)


def test_an_update_signs_nobody_out_who_came_in_by_the_version_before(sessions) -> None:
    services, clock, person = sessions.services, sessions.clock, sessions.person
    sessions.end_all()

    def began() -> tuple[datetime, str]:
        """What that version left in a browser."""
        since = clock.now
        told = {"device": "d", "account": person.id, "since": since.isoformat()}
        return since, services.adapters.seal.close(told)

    def counts(one: tuple[datetime, str]) -> list[bool]:
        with services.database.reading() as session:
            known = services.known_device(session, "123456782", one[1])
        return [services.actor(person.id, one[0], mark=None) is not None, bool(known)]

    old = began()
    clock.move(minutes=1)
    assert counts(old) == [True, True]
    sessions.end_all()
    assert counts(old) == [False, False], "and no update keeps anybody in"
    assert counts(began()) == [True, True], "a host of that version beside this one"


def test_who_was_let_in_by_a_password_that_is_changed_at_that_moment_is_not_in(sessions) -> None:
    known = sessions.services.sign_in("123456782", sessions.password)
    sessions.end_all()
    assert known == sessions.person
    assert not sessions.lives((sessions.clock.now, sessions.services.session_mark(known)))
    with sessions.services.database.reading() as session:
        shown = sessions.services.remember_device(known)
        assert not sessions.services.known_device(session, "123456782", shown)
    known = sessions.services.sign_in("123456782", sessions.password)
    assert sessions.lives((sessions.clock.now, sessions.services.session_mark(known)))


def test_a_session_that_was_signed_out_stays_so_on_a_host_whose_clock_is_ahead(sessions) -> None:
    clock, services = sessions.clock, sessions.services
    clock.move(minutes=4)
    since = clock.now
    clock.move(minutes=-4)
    services.end_session("copied")
    clock.move(minutes=4)
    clock.now += LONGEST_SESSION - timedelta(minutes=1)
    services.end_session("another")
    assert services.actor(sessions.person.id, since, "copied") is None
