"""What the reviewer's page says of readings and papers: names, doubts and states, and no code."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from forms_service.ocr.attachments.warnings import warn
from forms_service.ocr.picture_quality import Flaw, what_to_do
from forms_service.render.form_pdf import render_filled
from forms_service.storage.models import AttachmentRow
from forms_service.storage.sealed_objects import SealedStore
from forms_service.web.correction import place_names


def test_a_name_in_two_scripts_says_which_script_is_asked(service: Service, reviewer: Visitor) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani", "assured.last.ar": "العمرني"})
    view = services.dossier(owner, dossier_id)
    pdf = render_filled(
        view.spec, dossier_from_answers(view.spec, ANSWERS).dossier.answers(), reference=view.reference
    )
    services.upload(owner, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(owner, dossier_id, True)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    doubts = html.partition('id="doubts"')[2].partition('id="sure"')[0]
    labels = re.findall(r'aria-label="(الاسم العائلي[^"]*)"', doubts)
    assert sorted(labels) == ["الاسم العائلي (بالحروف العربية)", "الاسم العائلي (بالحروف اللاتينية)"]


def _paper(service: Service, dossier_id: str, **found: Any) -> str:
    """An upload as a reading left it, stored without reading anything."""
    services = service.application.services
    upload = services.upload(service.actor("applicant"), dossier_id, "paper.pdf", b"%PDF-1.4", None, None)
    service.jobs.keys.clear()
    with services.database.writing() as session:
        row = session.get_one(AttachmentRow, upload.id)
        row.status = "read"
        for name, value in found.items():
            setattr(row, name, value)
    return upload.id


def _seen(service: Service, visitor: Visitor, dossier_id: str, paper: str) -> str:
    """What the reviewer's page says of one paper, as text."""
    services = service.application.services
    services.deposit(service.actor("applicant"), dossier_id, True)
    services.start_review(service.actor("reviewer"), dossier_id)
    html = visitor.get(f"/review/{dossier_id}").get_data(as_text=True)
    return html.partition(f'id="attachment-{paper}"')[2].partition("</article>")[0]


def test_what_rules_hang_on_and_each_childs_answers_say_where_they_come_from(
    service: Service, reviewer: Visitor, program: Any
) -> None:
    services, owner, clerk = service.application.services, service.actor("applicant"), service.actor("clerk")
    dossier_id = service.new_dossier(ANSWERS)
    services.answer_group(owner, dossier_id, "children", [{"first": "Adam"}])
    services.answer_group_row(clerk, dossier_id, "children", 1, {"last": "Amrani"})
    services.answer(owner, dossier_id, {}, {"pensioner": "true"})
    services.deposit(owner, dossier_id, True)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    told = html.partition('id="answers"')[2].partition("<h2")[0]
    assert "<h3>وضعية صاحب الطلب</h3>" in told, "staff are not addressed as the person"
    lines = {
        re.sub(r"<[^>]+>", "", label): re.sub(r"<[^>]+>|\s+", " ", rest)
        for label, rest in re.findall(r"<dt>(.*?)</dt>(.*?)</div>", told, re.DOTALL)
    }
    assert owner.name in lines["المؤمن له(ها) يتقاضى معاشا من الصندوق الوطني للضمان الاجتماعي"]
    assert owner.name in next(said for said in lines.values() if "Adam" in said)
    assert clerk.name in next(said for said in lines.values() if "Amrani" in said and "El Amrani" not in said)
    given = program("reviewer").get(f"/dossiers/{dossier_id}")["given"]
    assert given["pensioner"]["origin"] == given["children.1.last"]["origin"] == "screen"
    assert given["children.1.last"]["at"] > given["children.1.first"]["at"]


def test_facts_of_a_paper_in_another_ones_place_have_names(service: Service, reviewer: Visitor) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    facts = {"wife.ar": "سلمى التازي", "married": "2010-08-14"}
    paper = _paper(service, dossier_id, type="id_assured", facts=facts)
    named = re.findall(r"<dt>(.*?)</dt>", _seen(service, reviewer, dossier_id, paper))
    assert len(named) == 2
    for one in named:
        assert re.search("[\u0621-\u064a]", one), one
        assert not re.search("[a-z]", one), one


def test_facts_of_a_paper_say_how_sure_they_are_and_dates_are_written_as_people_do(
    service: Service, reviewer: Visitor
) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    paper = _paper(
        service,
        dossier_id,
        type="id_assured",
        facts={"last": "BENNANI", "birth": "1985-03-12", "valid_until": "2033-01-20"},
        fact_confidences={"last": 0.97, "birth": 0.55, "valid_until": 0.97},
        valid_until="2033-01-20",
    )
    seen = _seen(service, reviewer, dossier_id, paper)
    facts = dict(re.findall(r"<dd><bdi[^>]*>(.*?)</bdi>(.*?)</dd>", seen))
    assert set(facts) == {"BENNANI", "\u206612/03/1985\u2069", "\u206620/01/2033\u2069"}
    assert "قراءة واضحة" in facts["BENNANI"]
    assert "97" in facts["BENNANI"]
    doubted = facts["\u206612/03/1985\u2069"]
    assert "قراءة غير مؤكدة" in doubted
    assert 'class="tag warn">\u206655 %\u2069' in doubted
    assert 'class="small unsure">قراءة غير مؤكدة' in seen, "said once for all of them"
    assert seen.count("2033") == 1


def test_a_paper_with_a_remark_is_not_called_read(
    service: Service, reviewer: Visitor, applicant: Visitor
) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    blurred = what_to_do(Flaw.BLURRED).as_dict()
    doubtful = _paper(service, dossier_id, type="bank", warnings=[blurred])
    page = applicant.get(f"/dossiers/{dossier_id}/documents").get_data(as_text=True)
    card = page.partition('id="doc-bank')[2].partition("</section>")[0]
    assert 'class="tag warn">تم الفحص، مع ملاحظات' in card
    assert 'class="tag warn">مرفقة، مع ملاحظات' in card
    assert "tag good" not in card
    clear = _paper(service, dossier_id, type="bank")
    page = applicant.get(f"/dossiers/{dossier_id}/documents").get_data(as_text=True)
    card = page.partition('id="doc-bank')[2].partition("</section>")[0]
    assert 'class="tag good">مرفقة<' in card
    assert 'class="tag read">تمت قراءتها' in card
    assert 'class="tag warn">تم الفحص، مع ملاحظات' in _seen(service, reviewer, dossier_id, doubtful)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    assert 'class="tag read">' in html.partition(f'id="attachment-{clear}"')[2].partition("</article>")[0]


def test_a_reviewer_is_told_the_state_of_a_picture_and_not_how_to_hold_a_telephone(
    service: Service, reviewer: Visitor
) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    told = [what_to_do(Flaw.BLURRED), what_to_do(Flaw.DARK, 2), warn("unrecognised").message]
    paper = _paper(service, dossier_id, type="bank", warnings=[one.as_dict() for one in told])
    seen = _seen(service, reviewer, dossier_id, paper)
    remarks = re.findall(r"<li>(.*?)</li>", seen)
    assert remarks == [
        "الصورة غير واضحة.",
        "الصفحة 2 – الصورة مظلمة.",
        "لم يتم التعرف على نوع هذه الوثيقة.",
    ]
    french = service.visitor("fr").sign_in("reviewer").get(f"/review/{dossier_id}").get_data(as_text=True)
    assert "L&#39;image est floue.</li>" in french


def test_a_refused_file_is_named_once_and_can_only_be_replaced_or_removed(
    service: Service, applicant: Visitor
) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    said = {"files": (io.BytesIO(b"PK\x03\x04" + b"0" * 200), "papers.zip")}
    assert applicant.post(f"/dossiers/{dossier_id}/documents", said).status_code == 303
    page = applicant.get(f"/dossiers/{dossier_id}/documents").get_data(as_text=True)
    notices = [one for one in re.findall(r'<div class="notice.*?</div>', page, re.S) if "papers.zip" in one]
    assert [one.count("papers.zip") for one in notices] == [1]
    listed = page.partition('<li id="attachment-')[2].partition('id="other-type"')[0]
    assert "papers.zip" in listed
    assert "وثيقة لم يُعرف نوعها بعد" not in listed
    assert "ليست في مكانها" not in listed
    assert "/remove" in listed
    assert 'name="replaces.' in listed


def test_a_childs_paper_names_the_child_and_each_unplaced_one_serves_one_child(
    service: Service, reviewer: Visitor, applicant: Visitor
) -> None:
    dossier_id = service.new_dossier(ANSWERS)
    named = _paper(service, dossier_id, type="birth", facts={"birth": "2018-09-01"})
    plain = [_paper(service, dossier_id, type="birth") for _ in range(2)]
    children = [{"birth": "12/03/2015"}, {"birth": "01/09/2018", "first": "Lina", "last": "Tazi"}]
    children.append({"birth": "02/02/2019"})
    owner = service.actor("applicant")
    service.application.services.answer_group(owner, dossier_id, "children", children)
    html = applicant.get(f"/dossiers/{dossier_id}/documents").get_data(as_text=True)
    for child, paper in enumerate((plain[0], named, plain[1]), start=1):
        block = html.partition(f'id="doc-birth-{child}"')[2].partition("</section>")[0]
        assert re.findall(r'id="attachment-(\w+)"', block) == [paper]
    heading = re.search(r"<h3>.*?</h3>", _seen(service, reviewer, dossier_id, named), re.DOTALL)
    assert heading and "الطفل 2 (Lina)" in heading[0]


def test_the_review_page_opens_no_whole_picture_of_a_sheet(
    service: Service, reviewer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani"})
    view = services.dossier(owner, dossier_id)
    pdf = render_filled(view.spec, {"assured.last": "El Amrani"}, reference=view.reference)
    services.upload(owner, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(owner, dossier_id, True)
    sizes = services.page_sizes(service.actor("reviewer"), dossier_id)
    assert sizes and all(width > 500 and height > width for width, height in sizes.values())
    opened: list[str] = []
    monkeypatch.setattr(SealedStore, "get", lambda _, key: opened.append(key))
    assert reviewer.get(f"/review/{dossier_id}").status_code == 200
    assert opened == []


def test_a_heading_is_named_only_where_labels_are_alike(service: Service) -> None:
    spec = service.application.catalogue.get(ALLOWANCE)
    with service.app.test_request_context("/fr/review/"):
        service.app.preprocess_request()
        names = place_names(spec)
    assert names["assured.birth"] != names["spouse.birth"]
    assert "quality" not in names
