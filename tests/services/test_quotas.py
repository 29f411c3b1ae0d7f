"""What applicants may use in a day is counted with what is kept, and staff who scan are not hindered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from core.errors import DossierError
from forms_service.access_settings import AccessSettings, WrongAccessSetting
from forms_service.messages import say
from forms_service.services.throttle import Span, UsedUp
from forms_service.storage.models import AttachmentRow
from forms_service.storage.objects import AWAY, ObjectsUnavailable
from tests.services.conftest import ALLOWANCE

PDF = b"%PDF-1.4 " + b"x" * 991
"""A file of 1000 bytes."""


@pytest.fixture
def limited(office) -> Iterator[object]:
    """Changes what may be used, for one test."""

    def change(**limits: int) -> None:
        config = office.services.adapters.config
        object.__setattr__(config, "access", replace(AccessSettings(), **limits))

    yield change


def send(office, dossier: str, number: int, actor: object = None) -> None:
    office.services.upload(actor or office.applicant, dossier, f"{number}.pdf", PDF, "birth")


def kept(office) -> int:
    with office.application.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AttachmentRow)) or 0


def test_files_and_bytes_of_a_day_run_out_and_come_back(office, limited) -> None:
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    limited(upload_files_a_day=3, upload_bytes_a_day=2500)
    send(office, dossier, 1)
    send(office, dossier, 2)
    with pytest.raises(UsedUp) as bytes_used:
        send(office, dossier, 3)
    assert "volume" in bytes_used.value.message.fr and "الحجم" in bytes_used.value.message.ar
    assert 0 < bytes_used.value.retry_after_s <= 24 * 3600
    assert kept(office) == 2
    limited(upload_files_a_day=3, upload_bytes_a_day=0)
    send(office, dossier, 3)
    with pytest.raises(UsedUp) as files_used:
        send(office, dossier, 4)
    assert "tous les fichiers permis" in files_used.value.message.fr
    office.clock.move(days=1)
    send(office, dossier, 4)
    assert kept(office) == 4


def test_what_was_refused_for_another_reason_used_up_nothing(office, limited) -> None:
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    limited(upload_files_a_day=1)
    with pytest.raises(DossierError):
        office.services.upload(office.applicant, dossier, "a.pdf", PDF, "no such paper")
    with pytest.raises(DossierError):
        send(office, dossier, 1, office.neighbour)
    send(office, dossier, 1)
    assert kept(office) == 1


def test_a_dossier_that_is_full_lets_nobody_fill_the_disk(office, limited) -> None:
    object.__setattr__(office.services.adapters.config, "max_uploads", 1)
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    send(office, dossier, 1)
    for number in range(3):
        with pytest.raises(DossierError) as full:
            office.services.upload(office.applicant, dossier, "a.pdf", PDF + bytes([number]), "birth")
        assert full.value.code == "too_many_uploads"
    assert len(list(office.services.objects.keys())) == 1


def test_what_is_refused_once_it_lies_on_the_disk_stays_counted(office, limited, monkeypatch) -> None:
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    limited(upload_files_a_day=2)

    def full(*_args: object) -> None:
        raise DossierError(say("too_many_uploads", maximum=1), code="too_many_uploads")

    monkeypatch.setattr(office.services, "take_in", full)
    for _ in range(2):
        with pytest.raises(DossierError):
            send(office, dossier, 1)
    with pytest.raises(UsedUp):
        send(office, dossier, 1)


def test_a_store_that_is_away_uses_up_nothing(office, limited, monkeypatch) -> None:
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    limited(upload_files_a_day=1)

    class Away:
        def put(self, _content: bytes) -> str:
            raise ObjectsUnavailable(AWAY)

    with monkeypatch.context() as outage:
        outage.setattr(office.services, "objects", Away())
        for _ in range(3):
            with pytest.raises(ObjectsUnavailable):
                send(office, dossier, 1)
    send(office, dossier, 1)
    assert kept(office) == 1


def test_many_at_once_get_no_more_than_one_after_the_other(office, limited) -> None:
    dossier = office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    limited(upload_files_a_day=4)
    refused: list[int] = []

    def one(number: int) -> None:
        try:
            send(office, dossier, number)
        except UsedUp:
            refused.append(number)

    senders = [Thread(target=one, args=(number,)) for number in range(10)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert (kept(office), len(refused)) == (4, 6)


def test_whoever_scans_at_a_desk_is_not_counted_with_applicants(office, limited) -> None:
    dossier = office.services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration="777888999")
    limited(upload_files_a_day=1, upload_bytes_a_day=1500, open_dossiers=1)
    for number in range(5):
        send(office, dossier, number, office.clerk)
    for _ in range(3):
        office.services.open_dossier(office.clerk, ALLOWANCE, "ar", for_registration="777888999")
    assert kept(office) == 5
    limited(staff_upload_bytes_a_day=1500)
    send(office, dossier, 6, office.clerk)
    with pytest.raises(UsedUp):
        send(office, dossier, 7, office.clerk)


def test_applications_are_not_begun_without_end(office, limited) -> None:
    limited(open_dossiers=2)
    for _ in range(2):
        office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    with pytest.raises(DossierError, match="commencé beaucoup de demandes"):
        office.services.open_dossier(office.applicant, ALLOWANCE, "ar")
    assert office.services.open_dossier(office.neighbour, ALLOWANCE, "ar")


def test_the_pace_is_shared_by_all_processes_and_ends_with_the_minute(office, limited) -> None:
    """Two processes hold blocks of the same allowance: together they grant no more than it."""
    limited(costly_a_minute=40, costly_a_minute_from=60)
    other = type(office.services)(office.services.adapters)
    granted = 0
    for number in range(60):
        try:
            (office.services if number % 2 else other).pace_costly("somebody", "")
            granted += 1
        except UsedUp as wait:
            assert 0 < wait.retry_after_s <= 60
    assert granted == 40
    office.services.pace_costly("somebody else", "")
    for number in range(60):
        office.services.pace_costly(f"one of many {number}", "203.0.113.7")
    with pytest.raises(UsedUp, match="peu de temps"):
        office.services.pace_costly("another", "203.0.113.7")
    office.clock.move(minutes=1)
    office.services.pace_costly("somebody", "203.0.113.7")


def test_a_slow_write_for_one_keeps_nobody_else_waiting(office, limited, monkeypatch) -> None:
    limited(costly_a_minute=40)
    services, slow, reached = office.services, Event(), Event()
    at_once = services._block

    def block(span: Span, who: str, most: int) -> int:
        if who == "slow":
            reached.set()
            assert slow.wait(60)
        return at_once(span, who, most)

    monkeypatch.setattr(services, "_block", block)
    waiting = Thread(target=services.pace_costly, args=("slow", ""))
    waiting.start()
    assert reached.wait(60)
    quick = Thread(target=services.pace_costly, args=("quick", ""))
    quick.start()
    quick.join(60)
    was_kept_waiting = quick.is_alive()
    slow.set()
    for one in (waiting, quick):
        one.join()
    assert not was_kept_waiting


def test_blocks_taken_at_once_are_all_spent_and_no_more(office, limited) -> None:
    limited(costly_a_minute=40)
    granted: list[int] = []

    def ask() -> None:
        for number in range(10):
            with contextlib.suppress(UsedUp):
                office.services.pace_costly("many threads", "")
                granted.append(number)

    askers = [Thread(target=ask) for _ in range(6)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    ask()  # what the last block still held
    assert len(granted) == 40


def test_settings_say_what_is_wrong_with_them() -> None:
    staff = AccessSettings.from_environment({})
    assert staff.second_step_roles == {"clerk", "reviewer", "author", "operator"}
    assert AccessSettings.from_environment({"FORMS_DEMO": "1"}).second_step_roles == frozenset()
    assert (
        AccessSettings.from_environment({"FORMS_SECOND_STEP_ROLES": "none"}).second_step_roles == frozenset()
    )
    assert (
        AccessSettings.from_environment({"FORMS_UPLOAD_MB_A_DAY": "3"}).upload_bytes_a_day == 3 * 1024 * 1024
    )
    for name, value in (("FORMS_SECOND_STEP_ROLES", "applicant"), ("FORMS_OPEN_DOSSIERS", "many")):
        with pytest.raises(WrongAccessSetting, match=name):
            AccessSettings.from_environment({name: value})
