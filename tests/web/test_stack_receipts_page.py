"""What the pages of a stack and of its receipts say of people who are in it twice."""

from __future__ import annotations

import re

from web_service import ALLOWANCE, Service, Visitor

from core.placement import PageIdentity
from forms_service.storage.models import AttachmentRow, ExtractionRow, IntakeRow, StackFileRow, StackSheetRow

PDF = b"%PDF-1.4\nnot much of a document"


def _stack_of_one_person_twice(service: Service, name: str = "twice", number: str = "777888999") -> list[str]:
    services, clerk = service.application.services, service.actor("clerk")
    held = [services.open_dossier(clerk, ALLOWANCE, "ar", for_registration=number) for _ in range(2)]
    upload = services.upload(clerk, held[0], "form.pdf", PDF, "form").id
    service.jobs.keys.clear()
    code = PageIdentity(ALLOWANCE, 1, 1, 3, "").encode()
    with services.database.writing() as session:
        session.get_one(AttachmentRow, upload).status = "read"
        doubt = {"raw": "Tazl", "value": {"value": "Tazl"}, "confidence": 0.5, "page": 0, "box": [1, 2, 3, 4]}
        doubt |= {"verdict": "review", "engine": "test", "reason": "low_confidence", "position": 0}
        session.add(
            ExtractionRow(id=name, dossier_id=held[0], attachment_id=upload, field_id="assured.last", **doubt)
        )
        session.add(IntakeRow(id=name, scanned_by=clerk.id, scanned_at=services.now(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id=name, number=0, name="pile.pdf", object_key="k", pages=2))
        for page, dossier in enumerate(held, start=1):
            told = {"ar": "أُضيفت", "fr": "versée"}
            session.add(
                StackSheetRow(
                    intake_id=name,
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
    picks = dict(zip((first, second), html.split('<li><div class="pick">')[1:3], strict=True))
    assert f"/dossiers/{first}/confirm" in picks[first]
    assert f"/dossiers/{second}/confirm" not in picks[second]
    for one, other in ((first, second), (second, first)):
        assert "777888999" in picks[one], "nobody knows the name"
        assert f"/dossiers/{other}" in picks[one]


def test_what_is_missing_and_why_a_dossier_is_not_ticked_is_told_beside_it(
    service: Service, clerk: Visitor
) -> None:
    first, second = _stack_of_one_person_twice(service, "told", "888999000")
    with service.application.services.database.writing() as session:
        unread = session.get_one(AttachmentRow, _paper(service, second))
        unread.status = "waiting"
    html = clerk.get("/agency/stacks/told/receipts").get_data(as_text=True)
    mine, other = html.split('<li><div class="pick">')[1:3]
    listed = mine.split("<details>")[1].split("</details>")[0]
    assert f'href="/ar/dossiers/{first}/' in listed, "each thing missing leads to where it is mended"
    assert "لم يُحدد" not in mine
    assert "لم تنته" in other
    assert f"/dossiers/{first}/confirm?stack=told" in mine


def test_after_comparing_the_clerk_is_back_at_the_stack(service: Service, clerk: Visitor) -> None:
    first, _ = _stack_of_one_person_twice(service, "back", "888999111")
    html = clerk.get(f"/dossiers/{first}/confirm?stack=back").get_data(as_text=True)
    assert "/agency/stacks/back/receipts" in html
    posted = clerk.post(
        f"/dossiers/{first}/confirm?stack=back", {"keep.back": "read", "revision": _revision(html)}
    )
    assert posted.headers["Location"].split("#")[0] == "/ar/agency/stacks/back/receipts"
    assert "/agency/stacks/back/receipts" in clerk.get(f"/dossiers/{first}").get_data(as_text=True)


def _paper(service: Service, dossier: str) -> str:
    paper = service.application.services.upload(service.actor("clerk"), dossier, "f.pdf", PDF, "form").id
    service.jobs.keys.clear()
    return paper


def _revision(html: str) -> str:
    return re.search(r'name="revision" value="(\d+)"', html)[1]
