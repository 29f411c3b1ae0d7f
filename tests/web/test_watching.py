"""What machines are told of the service: whether it lives and is ready, its figures, and an id for each request."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from web_service import ANSWERS, Service

from forms_service import leaving
from forms_service.settings import InvalidSetting
from forms_service.watching_settings import WatchingSettings
from forms_service.web import create_app, health
from tests.backends import LAPTOP, Backend

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"REMOTE_ADDR": "10.20.30.40"}
PHOTO = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def asked_anew(service: Service) -> Iterator[None]:
    """No test hears what an earlier one was told a moment ago."""
    service.app.extensions.pop(health._KEY, None)
    yield
    service.app.extensions.pop(health._KEY, None)


def figures(service: Service) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = service.app.test_client().get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def figure(service: Service, name: str, **labels: str) -> float:
    return figures(service).get((name, frozenset(labels.items())), 0.0)


def test_living_asks_nobody_and_readiness_asks_everything(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = service.app.test_client()
    assert client.get("/readyz").json == {
        "status": "ready",
        "parts": {"database": "ok", "migrations": "ok", "store": "ok", "keys": "ok"},
    }

    def away(*_: object) -> None:
        raise OSError("/secret/place is away")

    service.app.extensions.pop(health._KEY)
    monkeypatch.setattr(service.application.services.objects, "check", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"]["store"] == "failing"
    assert "secret" not in answer.get_data(as_text=True)
    assert client.get("/livez").json == {"status": "alive"}


def test_an_outage_holds_one_thread_that_asks_and_no_other(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_LONGEST_LOOK_S", 0.0)
    monkeypatch.setattr(health, "_ASKED_AGAIN_AFTER_S", 600.0)
    begun, over, asked = threading.Event(), threading.Event(), []

    def waits() -> dict[str, bool]:
        asked.append(1)
        begun.set()
        assert over.wait(60)
        return {"database": False}

    def ask(path: str = "/readyz") -> tuple[int, dict[str, str]]:
        answer = service.app.test_client().get(path)
        return answer.status_code, answer.json

    service.app.extensions.pop(health._KEY, None)
    monkeypatch.setattr(service.application.services, "readiness", waits)
    first = threading.Thread(target=ask)
    first.start()
    assert begun.wait(60)
    assert [ask()[0] for _ in range(3)] == [503] * 3, "nobody waits for the first"
    assert ask("/healthz")[0] == 503
    over.set()
    first.join()
    assert ask() == (503, {"status": "failing", "parts": {"database": "failing"}})
    assert len(asked) == 1, "a bad answer is kept for a moment, too"
    service.app.extensions.pop(health._KEY)


def test_tables_behind_are_not_ready_and_tables_ahead_are(service: Service) -> None:
    services, database = service.application.services, service.application.database

    def set_version(version: str) -> str:
        with database.writing() as session:
            before = session.execute(text("select version_num from alembic_version")).scalar()
            session.execute(text("update alembic_version set version_num = :v"), {"v": version})
        return str(before)

    newest = set_version("0001")
    try:
        assert services.readiness()["migrations"] is False
        set_version("9999")
        assert services.readiness()["migrations"] is True
    finally:
        set_version(newest)


def test_a_process_that_leaves_says_not_ready_and_still_answers(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = service.app.test_client()
    monkeypatch.setattr(health, "is_leaving", lambda: True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "leaving"})
    assert client.get("/fr/").status_code == 200
    assert not leaving.is_leaving()


def test_figures_are_for_the_networks_named_and_never_through_a_proxy(service: Service) -> None:
    client = service.app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    settings = WatchingSettings.from_environment({"FORMS_METRICS_NETWORKS": "10.20.0.0/16"})
    config = replace(service.application.config, watching=settings)
    opened = create_app(replace(service.application, config=config)).test_client()
    assert opened.get("/metrics", environ_base=ELSEWHERE).status_code == 200
    assert opened.get("/metrics").status_code == 404


def test_requests_are_counted_by_endpoint_and_never_by_path(service: Service) -> None:
    labels = {"endpoint": "none", "status": "404"}
    before = figure(service, "forms_requests_total", **labels)
    service.app.test_client().get("/fr/nowhere/AB123456")
    shown = service.app.test_client().get("/metrics").get_data(as_text=True)
    assert figure(service, "forms_requests_total", **labels) == before + 1
    assert "AB123456" not in shown
    assert "nowhere" not in shown


def test_deposits_uploads_and_work_are_counted(service: Service) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    named = {"form": "311-1-14"}
    before = figures(service)

    def grew(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return figures(service).get(key, 0.0) - before.get(key, 0.0)

    dossier = service.new_dossier(ANSWERS)
    services.upload(applicant, dossier, "photo.png", PHOTO)
    services.deposit(applicant, dossier, True)
    assert grew("forms_deposits_total", **named) == 1
    assert grew("forms_uploads_total", kind="paper") == 1
    assert grew("forms_uploaded_bytes_total") == len(PHOTO)
    shown = figures(service)
    assert shown["forms_reached", frozenset({("part", "database")})] == 1
    assert any(name == "forms_build_info" for name, _ in shown)


def test_what_is_rolled_back_is_not_counted(service: Service) -> None:
    from forms_service.storage.models import IntakeRow

    before = figure(service, "forms_uploads_total", kind="stack")
    services = service.application.services
    with pytest.raises(RuntimeError), service.application.database.writing() as session:
        clerk = service.actor("clerk")
        session.add(
            IntakeRow(id=services.new_id(), scanned_by=clerk.id, scanned_at=services.now(), state="waiting")
        )
        session.flush()
        raise RuntimeError
    assert figure(service, "forms_uploads_total", kind="stack") == before


def test_errors_of_the_database_are_counted_and_say_no_values(service: Service, backend: Backend) -> None:
    kind = "OperationalError" if backend.name == LAPTOP else "UndefinedTable"
    before = figure(service, "forms_database_errors_total", kind=kind)
    with pytest.raises(DBAPIError) as caught, service.application.database.reading() as session:
        session.execute(text("select :name from no_such_table"), {"name": "Fatima"})
    assert "Fatima" not in str(caught.value)
    assert figure(service, "forms_database_errors_total", kind=kind) == before + 1


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_an_id_of_a_proxy_is_kept_and_anything_else_is_not(service: Service, lang: str) -> None:
    client = service.app.test_client()
    for given in ("0123456789abcdef0123456789abcdef", "4fa85f64-5717-4562-b3fc-2c963f66afa6"):
        assert client.get(f"/{lang}/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    for other in ("AB123456", "011780000012345678901234", "0612345678", "x" * 200, ""):
        made = client.get(f"/{lang}/", headers={"X-Request-ID": other}).headers["X-Request-ID"]
        assert made != other
        assert re.fullmatch("[0-9a-f]{32}", made)


def test_each_request_is_one_line_by_endpoint_and_role(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    dossier = service.new_dossier(ANSWERS)
    capsys.readouterr()
    answer = visitor.get(f"/dossiers/{dossier}?from=secret")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"request"' in line]
    (line,) = [one for one in lines if one["event"] == "request"]
    assert line["endpoint"] == "applicant.task_list"
    assert (line["status"], line["role"], line["method"]) == (200, "applicant", "GET")
    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["ms"] >= 0
    assert not {"address", "path", "query"} & set(line)
    assert dossier not in json.dumps(line)
    assert "secret" not in json.dumps(line)


def test_a_slow_answer_is_noted_once_a_minute(service: Service) -> None:
    from forms_service.web.watching import SlowPages

    noted: list[str] = []

    class Services:
        def note_slow_page(self, endpoint: str, milliseconds: int, request: str) -> None:
            noted.append(endpoint)

    slow = SlowPages(Services())  # type: ignore[arg-type]
    for endpoint in ("a", "b", "a"):
        slow.note(endpoint, 9000, "")
    limit = time.monotonic() + 20
    while len(noted) < 2 and time.monotonic() < limit:
        time.sleep(0.01)
    assert sorted(noted) == ["a", "b"]


def test_settings_of_watching_are_wrong_all_at_once() -> None:
    with pytest.raises(InvalidSetting) as caught:
        WatchingSettings.from_environment(
            {"FORMS_LOG_LEVEL": "loud", "FORMS_METRICS_LISTEN": "9464", "FORMS_SLOW_PAGE_MS": "-1"}
        )
    assert len(caught.value.problems) == 3


def test_every_alert_stands_on_figures_that_are_told_and_says_what_to_do(service: Service) -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/forms-service.rules.yml").read_text(encoding="utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    shown = service.app.test_client().get("/metrics").get_data(as_text=True)
    told = set(re.findall(r"^# TYPE (\S+)", shown, re.M))
    used = {name for rule in alerts for name in re.findall(r"forms_[a-z_]+", rule["expr"])}
    assert len(used) >= 10
    assert {re.sub("_bucket$", "", name) for name in used} <= told
    endpoints = {rule.endpoint for rule in service.app.url_map.iter_rules()}
    named = re.findall(r'endpoint!~"([^"]+)"', " ".join(rule["expr"] for rule in alerts))
    assert named and all(any(re.fullmatch(one, known) for known in endpoints) for one in named)
    assert all(rule["annotations"]["summary"] and rule["annotations"]["action"] for rule in alerts)
