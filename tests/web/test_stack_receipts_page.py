"""What the pages of a stack and of its receipts say of people who are in it twice."""

from __future__ import annotations

import re

from web_service import ALLOWANCE, Service, Visitor

from core.placement import PageIdentity
from forms_service.storage.models import AttachmentRow, ExtractionRow, IntakeRow, StackFileRow, StackSheetRow

PDF = b"%PDF-1.4\nnot much of a document"


def _stack_of_one_person_twice(service: Service) -> list[str]:
    services, clerk = service.application.services, service.actor("clerk")
    held = [services.open_dossier(clerk, ALLOWANCE, "ar", for_registration="777888999") for _ in range(2)]
    upload = services.upload(clerk, held[0], "form.pdf", PDF, "form").id
    service.jobs.keys.clear()
    code = PageIdentity(ALLOWANCE, 1, 1, 3, "").encode()
    with services.database.writing() as session:
        session.get_one(AttachmentRow, upload).status = "read"
        doubt = {"raw": "Tazl", "value": {"value": "Tazl"}, "confidence": 0.5, "page": 0, "box": [1, 2, 3, 4]}
        doubt |= {"verdict": "review", "engine": "test", "reason": "low_confidence", "position": 0}
        session.add(
            ExtractionRow(
                id="twice", dossier_id=held[0], attachment_id=upload, field_id="assured.last", **doubt
            )
        )
        session.add(IntakeRow(id="twice", scanned_by=clerk.id, scanned_at=services.now(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="twice", number=0, name="pile.pdf", object_key="k", pages=2))
        for page, dossier in enumerate(held, start=1):
            told = {"ar": "أُضيفت", "fr": "versée"}
            session.add(
                StackSheetRow(
                    intake_id="twice",
                    file=0,
                    page=page,
                    seen={"code": code},
                    fate="filed",
                    message=told,
                    form_page=1,
                    dossier_id=dossier,
                )
            )
    return held


def test_only_the_first_of_two_dossiers_of_a_person_is_ticked_with_what_is_to_know(
    service: Service, clerk: Visitor
) -> None:
    first, second = _stack_of_one_person_twice(service)
    html = clerk.get("/agency/stacks/twice").get_data(as_text=True)
    assert "الصفحة التي تُعبأ موجودة (1 من 1)" in html
    assert "لا تنقص أي صفحة" not in html
    assert html.count("هي الصفحة نفسها الموجودة في الورقة 1 من المجموعة") == 1
    html = clerk.get("/agency/stacks/twice/receipts").get_data(as_text=True)
    boxes = {one: re.search(rf'<input[^>]*id="dossier-{one}"[^>]*>', html)[0] for one in (first, second)}
    assert ("checked" in boxes[first], "checked" in boxes[second]) == (True, False)
    picks = dict(zip((first, second), html.split('<div class="pick">')[1:3], strict=True))
    assert f"/dossiers/{first}/confirm" in picks[first]
    assert f"/dossiers/{second}/confirm" not in picks[second]
    for one, other in ((first, second), (second, first)):
        assert "777888999" in picks[one], "nobody knows the name"
        assert f"/dossiers/{other}" in picks[one]
