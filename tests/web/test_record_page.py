"""The operator's record page: how far the record is checked and sealed, and the record to take away."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from web_service import ANSWERS, Service, Visitor

from core.record_check import Finding, RecordCheck, as_records
from forms_service.receipt_keys import find_keys
from forms_service.record_seals import SealCheck
from forms_service.services.record_keeping import RecordKeeping


@pytest.fixture
def operator(service: Service) -> Visitor:
    return service.visitor("fr").sign_in("operator")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").split())


def test_the_page_says_how_far_the_record_is_checked(service: Service, operator: Visitor) -> None:
    service.new_dossier(ANSWERS)
    state = service.application.services.chain_state(service.actor("operator"))
    assert state.finding is None and state.checked_to == state.last > 0
    page = words(operator.get("/operator/record").get_data(as_text=True))
    assert "Intégrité du journal intact" in page
    found = re.search(r"la ligne (\d+) sur (\d+)", page)
    assert found is not None and found[1] == found[2]
    assert "aucun encore" in page
    arabic = service.visitor().sign_in("operator").get("/operator/record").get_data(as_text=True)
    assert "سلامة السجل" in arabic and "لم يُختم أي يوم بعد" in arabic


def test_a_broken_record_is_told_with_what_to_do(
    service: Service, operator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = RecordKeeping.chain_state

    def broken(self: Any, actor: Any) -> Any:
        return replace(told(self, actor), finding=Finding("altered", 7), overdue=3)

    monkeypatch.setattr(type(service.application.services), "chain_state", broken)
    page = words(operator.get("/operator/record").get_data(as_text=True))
    assert "Intégrité du journal altéré" in page
    assert "La ligne 7 a été modifiée" in page
    assert "Ne touchez plus à la base" in page
    assert "3 journées ne sont pas encore scellées" in page


def test_the_record_is_taken_from_the_page_and_checked_elsewhere(service: Service, operator: Visitor) -> None:
    page = operator.get("/operator/record").get_data(as_text=True)
    address = re.search(r'href="/fr(/operator/record\.jsonl[^"]*)"', page)
    assert address is not None
    answer = operator.get(address[1])
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=record-")
    rows = answer.data.splitlines()
    check = SealCheck(find_keys(service.application.config.keys_folder))
    found = RecordCheck(check).run(as_records(rows))
    assert found.is_whole
    last = json.loads(rows[-1])["line"]
    assert (last["action"], last["actor"]) == ("record_exported", service.actor("operator").id)
    rows[3] = rows[3].replace(b'"action":"', b'"action":"x')
    spoilt = RecordCheck(check).run(as_records(rows)).finding
    assert spoilt is not None and (spoilt.code, spoilt.position) == ("altered", 3)


def test_only_operators_take_the_record(service: Service) -> None:
    for role in ("applicant", "clerk", "reviewer"):
        assert service.visitor().sign_in(role).get("/operator/record.jsonl").status_code == 404
