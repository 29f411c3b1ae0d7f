"""Operators see first whether all is well, and have work that was given up tried again or put aside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from web_service import ANSWERS, Service, Visitor

from forms_service.services.base import SYSTEM
from forms_service.services.views import ReadingStatus
from forms_service.storage.dead_letters import ENDED_READER, note_dead_letter
from forms_service.storage.models import AttachmentRow, WorkerLeaseRow
from forms_service.storage.watching_models import SlowPageRow

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"


@pytest.fixture
def operator(service: Service) -> Visitor:
    return service.visitor("fr").sign_in("operator")


@pytest.fixture
def stopped(service: Service) -> str:
    """An upload whose reading was given up; its dead letter's id."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    with service.application.database.writing() as session:
        row = AttachmentRow(
            id=services.new_id(),
            dossier_id=dossier,
            position=1,
            filename="acte-de-naissance-fatima.pdf",
            media_type="application/pdf",
            size=10,
            object_key="0" * 64,
            status=ReadingStatus.FAILED.value,
            uploaded_by=applicant.id,
            uploaded_at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        note_dead_letter(
            session,
            at=datetime.now(UTC),
            task="read_upload",
            key=row.id,
            cause=ENDED_READER,
            attempts=4,
            dossier_id=dossier,
        )
        return f"read_upload:{row.id}"


def page(visitor: Visitor, query: str = "") -> str:
    answer = visitor.get(f"/operator/status/{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def living_worker(service: Service) -> None:
    now = datetime.now(UTC)
    with service.application.database.writing() as session:
        lease = WorkerLeaseRow(executor_id="here-1", host="machine-a", pid=1, started_at=now, beat_at=now)
        session.merge(lease)


def test_only_operators_reach_it(service: Service, reviewer: Visitor) -> None:
    assert reviewer.get("/operator/status/").status_code == 404
    assert service.visitor().get("/operator/status/").status_code == 302


def test_without_a_worker_the_first_sentence_says_so_and_what_to_do(service: Service) -> None:
    with service.application.database.writing() as session:
        session.query(WorkerLeaseRow).delete()
    shown = page(service.visitor("ar").sign_in("operator"))
    assert "لا يوجد أي برنامج قراءة قيد التشغيل" in shown
    assert "forms-service worker" in re.sub("[\u2066-\u2069]", "", shown)


def test_version_forms_and_workers_are_shown_and_no_secret(service: Service, operator: Visitor) -> None:
    living_worker(service)
    shown = page(operator)
    from forms_service.build_facts import build_facts

    facts = build_facts(service.application.config.spec_folder)
    assert facts.version in shown and facts.spec_hash in shown
    assert "machine-a" in shown
    assert service.application.config.secret_key() not in shown
    assert "sqlite:///" not in shown


def test_it_renews_itself_only_when_asked_to(operator: Visitor) -> None:
    assert "Refresh" not in operator.get("/operator/status/").headers
    assert operator.get("/operator/status/?every=1").headers["Refresh"] == "30"
    assert 'http-equiv="refresh"' not in page(operator, "?every=1")


def test_stopped_work_is_told_in_words_and_tried_again(
    service: Service, operator: Visitor, stopped: str
) -> None:
    shown = page(operator)
    assert "Lecture d&#39;un document" in shown or "Lecture d'un document" in shown
    assert stopped in shown and "fatima" not in shown.lower()
    answer = operator.post("/operator/status/", {"do": "retry", "letter": stopped})
    assert answer.status_code == 303
    assert stopped.partition(":")[2] in service.jobs.keys
    assert stopped not in page(operator)
    record = operator.get("/operator/record?action=dead_letter_retried").get_data(as_text=True)
    assert "Travail arrêté relancé" in record
    again = operator.post("/operator/status/", {"do": "retry", "letter": stopped})
    assert again.status_code == 409


def test_all_are_tried_again_at_once(service: Service, operator: Visitor, stopped: str) -> None:
    answer = operator.post("/operator/status/", {"do": "retry_all"})
    assert answer.status_code == 303
    assert service.application.services.count_dead_letters() == 0


def test_setting_aside_needs_a_reason_that_the_record_keeps(operator: Visitor, stopped: str) -> None:
    refused = operator.post("/operator/status/", {"do": "set_aside", "letter": stopped, "reason": ""})
    assert refused.status_code == 422
    assert "Choisissez le motif" in refused.get_data(as_text=True)
    operator.post("/operator/status/", {"do": "set_aside", "letter": stopped, "reason": "sent_again"})
    assert stopped not in page(operator)
    record = operator.get("/operator/record?action=dead_letter_set_aside").get_data(as_text=True)
    assert "Le document est arrivé autrement" in record


def test_slow_pages_are_shown_by_endpoint_with_the_longest(service: Service, operator: Visitor) -> None:
    services = service.application.services
    services.note_slow_page("applicant.task_list", 2500, "a" * 32)
    services.note_slow_page("applicant.task_list", 7300, "b" * 32)
    shown = page(operator)
    row = re.search(r"applicant\.task_list.*?</tr>", shown, re.S)
    assert row and "7,3" in row[0] and ">2<" in row[0]
    with service.application.database.writing() as session:
        session.query(SlowPageRow).delete()


def test_both_languages_say_everything(service: Service, stopped: str) -> None:
    for lang in ("ar", "fr"):
        shown = page(service.visitor(lang).sign_in("operator"))
        assert "operating." not in re.sub(r"<[^>]*>", " ", shown)


def test_two_days_without_a_backup_are_told_until_there_is_one(service: Service, operator: Visitor) -> None:
    services, now = service.application.services, datetime.now(UTC)

    def note(action: str, at: datetime) -> None:
        with service.application.database.writing() as session:
            services.note(session, None, SYSTEM, action, {"papers": 3, "with_keys": False}, at)

    note("backup_made", now - timedelta(days=2, hours=1))
    assert "Aucune sauvegarde n&#39;a été faite depuis plus de deux jours" in page(operator)
    note("backup_made", now)
    shown = page(operator)
    assert "depuis plus de deux jours" not in shown
    assert "rien d&#39;inscrit" not in re.findall(r"Dernière sauvegarde</dt><dd>(.*?)</dd>", shown)[0]
    assert services.work_facts().backup_at is not None
    record = service.visitor("ar").sign_in("operator").get("/operator/record?action=backup_made")
    assert "إنجاز نسخة احتياطية" in record.get_data(as_text=True)
