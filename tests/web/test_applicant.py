from __future__ import annotations

import io
import re
from typing import Any

import pytest
from web_service import ALLOWANCE, ANSWERS, REFUND, Service, Visitor
from werkzeug.test import TestResponse


@pytest.fixture
def draft(service: Service) -> str:
    return service.new_dossier()


def deposits(visitor: Visitor, dossier_id: str, **said: str) -> TestResponse:
    """Send the page of answers off as a browser does, the revision it shows included."""
    page = visitor.get(f"/dossiers/{dossier_id}/check").get_data(as_text=True)
    shown = re.search(r'name="revision" value="(\d+)"', page)
    return visitor.post(f"/dossiers/{dossier_id}/deposit", {"revision": shown[1] if shown else "", **said})


def answers_of(service: Service, dossier_id: str) -> dict[str, Any]:
    return service.application.services.dossier(service.actor("applicant"), dossier_id).dossier.answers()


def as_form(answers: dict[str, str]) -> dict[str, str]:
    """Answers as a browser posts them."""
    posted = {}
    for name, value in answers.items():
        if re.fullmatch(r"[\d]*/[\d]*/[\d]*", value):
            day, month, year = value.split("/")
            posted |= {f"q.{name}.day": day, f"q.{name}.month": month, f"q.{name}.year": year}
        else:
            posted[f"q.{name}"] = value
    return posted


ASSURED = {name: value for name, value in ANSWERS.items() if name.startswith("assured.")}


def test_a_request_is_begun_from_the_list_of_forms(service: Service, applicant: Visitor) -> None:
    answer = applicant.post("/dossiers/", {"form": ALLOWANCE})
    assert answer.status_code == 303
    assert applicant.client.get(answer.headers["Location"]).status_code == 200


def test_what_is_typed_on_a_page_is_kept(service: Service, applicant: Visitor, draft: str) -> None:
    answer = applicant.post(f"/dossiers/{draft}/section/assured", as_form(ASSURED))
    assert answer.status_code == 303
    stored = answers_of(service, draft)
    assert stored["assured.birth"] == "1988-03-12"
    assert stored["assured.last.ar"] == "العمراني"
    page = applicant.get(f"/dossiers/{draft}/section/assured").get_data(as_text=True)
    assert re.search(
        r'id="q-assured-last-ar" name="q.assured.last.ar" value="العمراني"[^>]*lang="ar"[^>]*dir="rtl"', page
    )
    assert re.search(r'name="q.assured.birth.year" value="1988"', page)


def test_a_wrong_answer_is_shown_as_typed_with_a_link_to_it(
    service: Service, applicant: Visitor, draft: str
) -> None:
    typed = as_form({**ASSURED, "assured.birth": "31/02/1988"})
    answer = applicant.post(f"/dossiers/{draft}/section/assured", typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "هناك مشكلة" in html
    assert 'href="#q-assured-birth-day"' in html
    assert 'id="q-assured-birth-day" name="q.assured.birth.day" value="31"' in html
    assert "<title>خطأ:" in html
    stored = answers_of(service, draft)
    assert stored["assured.last"] == "El Amrani"
    assert "assured.birth" not in stored
    again = applicant.get(f"/dossiers/{draft}/section/assured").get_data(as_text=True)
    assert 'name="q.assured.birth.day" value="31"' in again


def test_only_what_applies_is_asked(applicant: Visitor, draft: str) -> None:
    tasks = applicant.get(f"/dossiers/{draft}").get_data(as_text=True)
    assert "/section/guardian" not in tasks
    assert applicant.get(f"/dossiers/{draft}/section/guardian").status_code == 404
    applicant.post(f"/dossiers/{draft}/section/quality", {"q.quality": "guardian"})
    tasks = applicant.get(f"/dossiers/{draft}").get_data(as_text=True)
    assert "/section/guardian" in tasks
    assert applicant.get(f"/dossiers/{draft}/section/guardian").status_code == 200


def test_what_the_fund_fills_in_and_the_signature_are_not_asked(
    service: Service, applicant: Visitor, draft: str
) -> None:
    spec = service.application.catalogue.get(ALLOWANCE)
    hidden = [one.id for one in spec.fields() if one.office or one.kind == "signature"]
    assert hidden
    pages = [
        applicant.get(f"/dossiers/{draft}/section/{section.id}").get_data(as_text=True)
        for section in spec.sections
    ]
    for field_id in hidden:
        assert not any(f'name="q.{field_id}"' in page for page in pages)


def test_two_windows_do_not_overwrite_each_other(service: Service, applicant: Visitor, draft: str) -> None:
    old = re.search(
        r'name="revision" value="(\d+)"', applicant.get(f"/dossiers/{draft}/section/assured").text
    )
    assert old
    applicant.post(f"/dossiers/{draft}/section/assured", as_form({**ASSURED, "assured.city": "Rabat"}))
    late = as_form({**ASSURED, "assured.city": "Fès"}) | {"revision": old[1]}
    answer = applicant.post(f"/dossiers/{draft}/section/assured", late)
    assert answer.status_code == 409
    assert 'value="Fès"' in answer.get_data(as_text=True)
    assert "المسجل الآن في «\u2068المدينة\u2069»: \u2068Rabat\u2069" in answer.get_data(as_text=True)
    assert answers_of(service, draft)["assured.city"] == "Rabat"


def test_children_are_added_changed_and_removed(service: Service, applicant: Visitor, draft: str) -> None:
    base = f"/dossiers/{draft}/list/children"
    assert applicant.post(f"{base}/1", as_form({"birth": "01/06/2012", "student": "true"})).status_code == 303
    assert applicant.post(f"{base}/2", as_form({"birth": "40/06/2012"})).status_code == 422
    assert applicant.post(f"{base}/2", as_form({"birth": "04/06/2014"})).status_code == 303
    assert applicant.get(f"{base}/9").status_code == 404
    view = service.application.services.dossier(service.actor("applicant"), draft)
    assert [row["birth"] for row in view.dossier.groups["children"]] == ["2012-06-01", "2014-06-04"]
    assert view.dossier.groups["children"][0]["student"] is True
    assert view.dossier.groups["children"][0]["resident"] is False
    assert applicant.post(f"{base}/1/remove").status_code == 303
    view = service.application.services.dossier(service.actor("applicant"), draft)
    assert [row["birth"] for row in view.dossier.groups["children"]] == ["2014-06-04"]


def test_the_situation_asked_is_kept_as_yes_or_no(service: Service, applicant: Visitor, draft: str) -> None:
    asked = [fact.id for fact in service.application.catalogue.get(ALLOWANCE).facts if fact.asked]
    assert "pensioner" in asked

    def pensioner() -> object:
        view = service.application.services.dossier(service.actor("applicant"), draft)
        return view.dossier.facts.get("pensioner")

    address = f"/dossiers/{draft}/situation"
    assert pensioner() is None
    more = applicant.post(address, {"q.pensioner": "true"})
    assert pensioner() is True
    assert more.headers["Location"].endswith("/situation"), "the date of the pension is now asked"
    assert "q.pension_effect_date.year" in applicant.get(address).text
    assert applicant.post(address).headers["Location"].endswith("/documents")
    assert pensioner() is False


def test_documents_are_sent_told_apart_and_removed(service: Service, applicant: Visitor, draft: str) -> None:
    services, actor = service.application.services, service.actor("applicant")
    services.answer(actor, draft, ANSWERS)
    services.answer_group(actor, draft, "children", [{"birth": "01/06/2024"}])
    files = {
        "files": [(io.BytesIO(b"\xff\xd8\xff\xe0" + b"0" * 50), "عقد.jpg"), (io.BytesIO(b""), "empty.pdf")],
        "as_type": "birth",
        "child": "1",
        "target": "doc-birth-1",
    }
    answer = applicant.post(f"/dossiers/{draft}/documents", files)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#doc-birth-1")
    html = applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)
    assert "تم استلام ملف واحد" in html
    assert "empty.pdf" in html
    views = services.dossier(actor, draft).attachments
    assert [(v.filename, v.declared_type, v.child) for v in views if v.status != "refused"] == [
        ("عقد.jpg", "birth", 1)
    ]
    for view in views:
        assert applicant.post(f"/dossiers/{draft}/documents/{view.id}/remove").status_code == 303
    assert not services.dossier(actor, draft).attachments
    service.jobs.keys.clear()


def test_a_file_still_being_read_is_not_called_attached(
    service: Service, applicant: Visitor, draft: str
) -> None:
    services, actor = service.application.services, service.actor("applicant")
    services.answer(actor, draft, ANSWERS)

    def tag() -> str:
        html = applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)
        block = html.partition('id="doc-bank"')[2]
        return re.search(r'class="tag \w+">([^<]+)<', block)[1]

    assert tag() == "ناقصة"
    services.upload(actor, draft, "rib.jpg", b"\xff\xd8\xff\xe0" + b"0" * 50, "bank")
    assert tag() == "قيد القراءة"
    assert "قيد القراءة" in applicant.get(f"/dossiers/{draft}/check").get_data(as_text=True)
    service.read_all()
    assert tag() == "ناقصة"
    (view,) = services.dossier(actor, draft).attachments
    assert view.status == "refused"


def test_sending_no_file_says_so(applicant: Visitor, draft: str) -> None:
    applicant.post(f"/dossiers/{draft}/documents", {"as_type": "birth"})
    assert "لم تختاروا أي ملف" in applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)


def test_what_the_fund_already_has_is_not_asked_again(
    service: Service, applicant: Visitor, draft: str
) -> None:
    services, actor = service.application.services, service.actor("applicant")
    services.answer(actor, draft, ANSWERS)
    applicant.post(
        f"/dossiers/{draft}/documents",
        {"exemptions": "", "on_file": ["id_assured"], "declared": ["marriage"]},
    )
    report = services.completeness(actor, draft)
    assert {one.document_id for one in report.lifted} == {"id_assured", "marriage"}
    html = applicant.get(f"/dossiers/{draft}/documents").get_data(as_text=True)
    assert "حسب تصريحكم: لدى الصندوق" in html
    assert "سبق التصريح" in html


def test_the_list_of_what_is_missing_leads_to_each_place(applicant: Visitor, draft: str) -> None:
    html = applicant.get(f"/dossiers/{draft}/missing").get_data(as_text=True)
    links = re.findall(r'<li>(?:<div>)?<a href="([^"]+)"', html)
    assert f"/ar/dossiers/{draft}/section/assured#q-assured-last" in links
    assert links.count(f"/ar/dossiers/{draft}/section/assured") == 1, (
        "the empty answers of a page are one point"
    )
    assert all(applicant.client.get(link.partition("#")[0]).status_code == 200 for link in set(links))


def test_changing_an_answer_from_the_check_leads_straight_back(
    service: Service, applicant: Visitor, draft: str
) -> None:
    service.application.services.answer(service.actor("applicant"), draft, ANSWERS)
    html = applicant.get(f"/dossiers/{draft}/check").get_data(as_text=True)
    assert f"/ar/dossiers/{draft}/section/quality?back=check#q-quality" in html
    answer = applicant.post(f"/dossiers/{draft}/section/nature?back=check", {"q.nature": "transfer"})
    assert answer.headers["Location"] == f"/ar/dossiers/{draft}/check"


def test_the_estimate_shows_its_amount_its_day_and_its_rates(
    service: Service, applicant: Visitor, draft: str
) -> None:
    services, actor = service.application.services, service.actor("applicant")
    services.answer(actor, draft, ANSWERS)
    services.answer_group(actor, draft, "children", [{"birth": "01/06/2024", "resident": "true"}])
    html = applicant.get(f"/dossiers/{draft}/check").get_data(as_text=True)
    assert re.search(r'class="amount">300 درهم', html)
    assert "محسوب بتاريخ" in html


def test_a_deposit_needs_the_declaration_and_happens_once(
    service: Service, applicant: Visitor, draft: str
) -> None:
    services, actor = service.application.services, service.actor("applicant")
    services.answer(actor, draft, ANSWERS)
    refused = deposits(applicant, draft)
    assert refused.status_code == 422
    assert 'href="#declaration"' in refused.get_data(as_text=True)
    assert services.dossier(actor, draft).state == "draft"
    places = [deposits(applicant, draft, declaration="true") for _ in range(2)]
    assert [one.status_code for one in places] == [303, 303]
    assert {one.headers["Location"] for one in places} == {f"/ar/dossiers/{draft}/deposited"}
    view = services.dossier(actor, draft)
    assert view.state == "submitted"
    assert sum(event.action == "deposited" for event in view.events) == 1
    page = applicant.get(f"/dossiers/{draft}/deposited").get_data(as_text=True)
    assert view.reference in page
    assert "ينقص" in page


def test_ticking_the_declaration_makes_the_statement_beside_the_signature(
    service: Service, applicant: Visitor, draft: str
) -> None:
    assert "section/declaration" not in applicant.get(f"/dossiers/{draft}").get_data(as_text=True)
    deposits(applicant, draft, declaration="true")
    assert answers_of(service, draft)["decl.true"] is True


def test_a_deposited_request_can_be_followed_but_not_changed(
    service: Service, applicant: Visitor, draft: str
) -> None:
    deposits(applicant, draft, declaration="true")
    for path in ("", "/section/assured", "/documents", "/check", "/list/children", "/missing"):
        answer = applicant.get(f"/dossiers/{draft}{path}")
        assert answer.status_code in (302, 303)
        assert answer.headers["Location"].endswith("/status")
    answer = applicant.post(f"/dossiers/{draft}/section/assured", as_form(ASSURED))
    assert answer.status_code == 409
    assert f"/dossiers/{draft}/status" in answer.get_data(as_text=True)
    assert "assured.last" not in answers_of(service, draft)


def test_a_correction_shows_what_to_mend_and_where(service: Service, applicant: Visitor) -> None:
    dossier_id = service.under_review()
    services, reviewer = service.application.services, service.actor("reviewer")
    services.request_correction(reviewer, dossier_id, ["assured.id_no"], ["birth"], "صححوا الرقم")
    html = applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
    assert "صححوا الرقم" in html
    assert f"/ar/dossiers/{dossier_id}/section/assured#q-assured-id_no" in html
    answer = deposits(applicant, dossier_id, declaration="true")
    assert answer.headers["Location"].endswith("/deposited")
    assert services.dossier(reviewer, dossier_id).state == "submitted"


def test_a_receipt_is_genuine_until_a_byte_changes(service: Service, applicant: Visitor, draft: str) -> None:
    deposits(applicant, draft, declaration="true")
    pdf = applicant.get(f"/dossiers/{draft}/receipt.pdf").data
    visitor = service.visitor("fr")

    def verdict(data: bytes) -> str:
        answer = visitor.post("/verify", {"files": (io.BytesIO(data), "accuse.pdf")})
        found = re.search(r'role="status">\s*<h2>([^<]+)</h2>', answer.get_data(as_text=True))
        assert found
        return found[1]

    assert verdict(pdf) == "Accusé authentique"
    place = len(pdf) // 2
    assert verdict(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]) == "Accusé modifié"
    assert verdict(b"%PDF-1.7 nothing of ours") == "Accusé inconnu"


def test_a_receipts_code_is_checked_without_the_file(service: Service, draft: str) -> None:
    services, actor = service.application.services, service.actor("applicant")
    receipt = services.deposit(actor, draft, True)
    visitor = service.visitor("fr")
    answer = visitor.client.get(
        "/fr/verify", query_string={"reference": receipt.reference, "code": receipt.control_code()}
    )
    page = visitor.client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Accusé authentique" in page.text
    assert "123456782" not in page.text
    assert visitor.get(f"/receipt/{receipt.reference}/AAAA-AAAA").status_code == 404


def test_the_qr_code_printed_on_a_receipt_opens_its_page(
    service: Service, applicant: Visitor, draft: str
) -> None:
    import pypdfium2
    import zxingcpp

    deposits(applicant, draft, declaration="true")
    sheet = pypdfium2.PdfDocument(applicant.get(f"/dossiers/{draft}/receipt.pdf").data)[0]
    found = zxingcpp.read_barcodes(sheet.render(scale=3).to_pil())
    address = next(one.text for one in found if "/receipt/" in one.text)
    public_url = service.application.config.public_url
    assert address.startswith(public_url)
    client = service.app.test_client()
    page = client.get(address.removeprefix(public_url), follow_redirects=True)
    assert page.status_code == 200
    assert "وصل صحيح" in page.text
    spoilt = address.removeprefix(public_url)[:-6] + "AAAAAA"
    assert client.get(spoilt, follow_redirects=True).status_code == 404


def test_every_form_can_be_walked_from_task_to_task(service: Service, applicant: Visitor) -> None:
    for form in (ALLOWANCE, REFUND):
        dossier_id = service.new_dossier(form=form)
        html = applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
        tasks = re.findall(rf'<div><a href="(/ar/dossiers/{dossier_id}/[^"]+)"', html)
        assert len(tasks) >= 4
        for task in tasks:
            assert applicant.client.get(task).status_code == 200


def test_the_person_is_named_in_the_pages_own_script(service: Service) -> None:
    names = {"assured.first": "Youssef", "assured.first.ar": "يوسف", "assured.last": "Bennani"}
    dossier = service.new_dossier({**ANSWERS, **names, "assured.last.ar": "بناني"})
    for language, name in (("ar", "بناني يوسف"), ("fr", "Bennani Youssef")):
        for page in ("", "/status"):
            html = (
                service.visitor(language)
                .sign_in("applicant")
                .get(f"/dossiers/{dossier}{page}")
                .get_data(True)
            )
            assert name in html, (language, page)
