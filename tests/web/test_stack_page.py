"""A stack's page says the same thing of neighbouring sheets once, and everything that differs apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from web_service import ALLOWANCE, Service, Visitor

from core.localized_text import LocalizedText
from forms_service.services.views import PageFate, StackSummary
from forms_service.storage.models import IntakeRow, PageRow, StackFileRow, StackSheetRow
from forms_service.web.agency import runs_of

BLANK = PageFate("pile.pdf", 1, "filed", LocalizedText("بيضاء", "blanche"))


def test_neighbours_of_one_fate_are_one_line_and_remarks_and_form_pages_stand_alone() -> None:
    remark = (LocalizedText("مرتين", "en double"),)
    form = replace(BLANK, page=5, form_page=1, message=LocalizedText("أُضيفت", "versée"))
    sheets = [
        BLANK,
        replace(BLANK, page=2),
        replace(BLANK, page=3, remarks=remark),
        replace(BLANK, page=4, remarks=remark),
        form,
        replace(form, page=6),
        replace(BLANK, page=7),
        replace(BLANK, page=9),
        replace(BLANK, page=10, file="other.pdf"),
    ]
    shown = [(first.file, first.page, last) for first, last in runs_of(sheets)]
    assert shown == [
        ("pile.pdf", 1, 2),
        ("pile.pdf", 3, 3),
        ("pile.pdf", 4, 4),
        ("pile.pdf", 5, 5),
        ("pile.pdf", 6, 6),
        ("pile.pdf", 7, 7),
        ("pile.pdf", 9, 9),
        ("other.pdf", 10, 10),
    ]


def test_progress_counts_files_until_all_their_pages_are_known() -> None:
    """Thirty files of which six are looked at are a tenth of the way, however many pages those had."""
    under_way = StackSummary("s", datetime(2026, 1, 1, tzinfo=UTC), "sorting", 30, False, 6, 6, 1, 0, 0)
    assert replace(under_way, files_seen=6).percent == 10
    counted = replace(under_way, counted=True, files_seen=30, total=40, seen=40)
    assert (counted.percent, replace(counted, settled=40).percent) == (51, 100)
    one_file = replace(under_way, files=1, counted=True, total=12, seen=6)
    assert one_file.percent == 25


def test_each_persons_pages_stand_together_with_their_pictures(service: Service, clerk: Visitor) -> None:
    services, actor = service.application.services, service.actor("clerk")
    held = [services.open_dossier(actor, ALLOWANCE, "ar", for_registration=f"27182818{n}") for n in (1, 2)]
    pages = [("a.jpg", held[0]), ("b.jpg", held[1]), ("c.jpg", held[0]), ("d.jpg", None)]
    with services.database.writing() as session:
        session.add(IntakeRow(id="by-person", scanned_by=actor.id, scanned_at=services.now(), state="done"))
        session.flush()
    for number, (name, dossier) in enumerate(pages):
        upload = (
            services.upload(actor, dossier, name, b"%PDF-1.4\n" + name.encode(), None).id if dossier else None
        )
        with services.database.writing() as session:
            if upload:
                session.add(PageRow(attachment_id=upload, number=0, image_object="k"))
            session.add(
                StackFileRow(intake_id="by-person", number=number, name=name, object_key=name, pages=1)
            )
            session.flush()
            session.add(
                StackSheetRow(
                    intake_id="by-person",
                    file=number,
                    page=1,
                    seen={"attachment": upload},
                    fate="filed" if dossier else "unidentified",
                    message={"ar": "قيل", "fr": "dit"},
                    dossier_id=dossier,
                )
            )
    html = clerk.get("/agency/stacks/by-person").get_data(as_text=True)
    first, second = html.split('<details class="card fates"')[1:3]
    for name, there in (("a.jpg", first), ("c.jpg", first), ("b.jpg", second)):
        assert name in there
    assert "b.jpg" not in first
    assert first.count("/page/0.png?width=160") == 2
    assert "d.jpg" in html.split("<details")[0], "what is in no dossier comes first"
    assert 'data-live="read-2"' in html, "both people's papers are still to be read"
    rows = clerk.get("/agency/day").get_data(as_text=True).split("<tr>")
    (mine,) = (one for one in rows if "271828181" in one)
    assert "دون اسم" in mine and mine.count("271828181") == 1


def test_a_dossier_drawn_for_a_check_is_announced_on_the_page_of_its_stack(
    service: Service, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, actor = service.application.services, service.actor("clerk")
    dossier = services.open_dossier(actor, ALLOWANCE, "ar", for_registration="271828189")
    with services.database.writing() as session:
        session.add(IntakeRow(id="drawn", scanned_by=actor.id, scanned_at=services.now(), state="done"))
        session.flush()
        session.add(StackFileRow(intake_id="drawn", number=0, name="p.pdf", object_key="k", pages=1))
        session.flush()
        told = {"ar": "أُضيفت", "fr": "versée"}
        sheet = {"file": 0, "page": 1, "seen": {}, "fate": "filed", "message": told, "dossier_id": dossier}
        session.add(StackSheetRow(intake_id="drawn", **sheet))
    assert 'id="drawn"' not in clerk.get("/agency/stacks/drawn").get_data(as_text=True)
    monkeypatch.setattr(services, "_drawn", lambda *_: True)
    services.deposit_stack(actor, "drawn", [dossier], True)
    reference = services.dossier(actor, dossier).reference
    for path in ("/agency/stacks/drawn", "/agency/stacks/drawn/receipts"):
        notice = clerk.get(path).get_data(as_text=True).partition('id="drawn"')[2].partition("</section>")[0]
        assert reference in notice, path
        assert "/agency/papers" in notice, path
