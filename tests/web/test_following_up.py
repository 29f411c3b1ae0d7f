"""The page that follows a request: what moved it on, newest first; other requests only where that is true."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

from web_service import REFUND, Service, Visitor

from forms_service.services.views import EventView
from forms_service.web.history import history

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def event(minutes: int, action: str, who: str = "Fatima") -> EventView:
    return EventView(START + timedelta(minutes=minutes), who, action, {})


def test_steps_stand_apart_newest_first_and_details_alike_are_told_once() -> None:
    told = history(
        [
            event(0, "opened"),
            *(event(n, "answered") for n in (1, 2, 3)),
            event(4, "read", "—"),
            event(5, "deposited"),
        ]
    )
    assert [one.action for one in told.steps] == ["deposited", "opened"]
    assert [(one.event.action, one.times) for one in told.details] == [("read", 1), ("answered", 3)]
    assert told.details[1].event.at == START + timedelta(minutes=3)


def test_details_are_folded_away(service: Service, applicant: Visitor) -> None:
    dossier = service.under_review()
    page = html.unescape(applicant.get(f"/dossiers/{dossier}/status").get_data(as_text=True))
    steps, _, details = page.partition('class="timeline"')[2].partition("</ol>")
    assert re.findall(r"<strong>([^<]+)</strong>", steps) == ["بدء الدراسة", "إيداع الطلب", "فتح الملف"]
    assert "تسجيل أجوبة" in details.partition('id="every-detail"')[2]


def test_of_deposited_requests_others_are_told_only_where_they_are_deposited_too(
    service: Service, applicant: Visitor
) -> None:
    services, person = service.application.services, service.actor("applicant")
    said = {"assured.registration": "987654321", "assured.last": "El Amrani"}
    first = service.new_dossier(said, REFUND)
    services.deposit(person, first, True)
    second = service.new_dossier(said, REFUND)
    notice = 'id="other-dossiers"'
    assert notice not in applicant.get(f"/dossiers/{first}/status").get_data(as_text=True)
    assert "فلا حاجة إلى إيداعه" in applicant.get(f"/dossiers/{second}").get_data(as_text=True)
    services.deposit(person, second, True)
    assert "فأخبروا وكالتكم" in applicant.get(f"/dossiers/{first}/status").get_data(as_text=True)
