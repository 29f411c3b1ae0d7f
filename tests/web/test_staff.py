from __future__ import annotations

import io
import re

import pytest
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from core.receipt import normalize_reference
from forms_service.render.form_pdf import render_filled
from forms_service.services.records import RecordWish


@pytest.fixture
def typed_form(service: Service) -> str:
    """A deposited dossier whose form came back as a PDF that says another last name."""
    services, applicant = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani"})
    view = services.dossier(applicant, dossier_id)
    answers = dossier_from_answers(view.spec, ANSWERS).dossier.answers()
    pdf = render_filled(view.spec, answers, reference=view.reference)
    services.upload(applicant, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(applicant, dossier_id, True)
    services.start_review(service.actor("reviewer"), dossier_id)
    return dossier_id


def test_blanks_are_printed_each_with_its_own_reference(service: Service, clerk: Visitor) -> None:
    from pypdf import PdfReader

    answer = clerk.post("/agency/blanks", {"form": ALLOWANCE, "copies": "3", "references": "true"})
    printed = service.application.services.record_page(service.actor("operator"), RecordWish()).lines[0]
    assert (printed.person, printed.action, printed.details["copies"]) == (
        service.actor("clerk").name,
        "blanks_printed",
        3,
    )
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    references = {
        word
        for page in pages
        for word in re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.extract_text())
        if normalize_reference(word)
    }
    assert len(references) == 3
    assert len(pages) % 3 == 0


@pytest.mark.parametrize("copies", ["", "0", "1001", "-1", "two"])
def test_a_senseless_number_of_copies_is_refused(clerk: Visitor, copies: str) -> None:
    answer = clerk.post("/agency/blanks", {"form": ALLOWANCE, "copies": copies})
    assert answer.status_code == 422
    assert 'href="#copies"' in answer.get_data(as_text=True)


def test_a_stack_without_files_or_with_a_foreign_one_is_told(clerk: Visitor) -> None:
    assert clerk.post("/agency/intake").status_code == 422
    answer = clerk.post("/agency/intake", {"files": (io.BytesIO(b"MZ not a scan"), "setup.exe")})
    assert answer.status_code == 303
    html = clerk.client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "setup.exe" in html
    assert "تحتاج إلى تدخل" in html


def test_a_clerk_opens_and_finds_a_dossier_for_a_person_at_the_counter(
    service: Service, clerk: Visitor
) -> None:
    asked = clerk.post("/agency/open", {"form": ALLOWANCE, "registration": "١٧٦٥٤٣٢٩٨"})
    assert asked.status_code == 422
    assert 'name="anyway" value="176543298"' in asked.get_data(as_text=True)
    said = {"form": ALLOWANCE, "registration": "176543298", "anyway": "176543298"}
    answer = clerk.post("/agency/open", said)
    assert answer.status_code == 303
    dossier_id = answer.headers["Location"].rpartition("/")[2]
    reference = service.application.services.dossier(service.actor("clerk"), dossier_id).reference
    for query in (reference, reference.lower().replace("-", ""), "176543298"):
        html = clerk.client.get("/ar/agency/", query_string={"q": query}).get_data(as_text=True)
        assert reference in html
    assert "لا يوجد ملف" in clerk.client.get("/ar/agency/?q=zzzz").get_data(as_text=True)


@pytest.mark.parametrize("number", ["", "abc", "1234567890", "12A4"])
def test_no_dossier_is_opened_for_what_is_no_registration_number(clerk: Visitor, number: str) -> None:
    answer = clerk.post("/agency/open", {"form": ALLOWANCE, "registration": number, "anyway": number})
    assert answer.status_code == 422
    assert 'href="#registration"' in answer.get_data(as_text=True)


def test_people_are_found_by_their_arabic_names_and_digits(service: Service, clerk: Visitor) -> None:
    names = {"assured.last.ar": "الإدريسي", "assured.first.ar": "هبة", "assured.last": "Idrissi"}
    dossier_id = service.new_dossier({**ANSWERS, **names, "assured.registration": "223344556"})
    reference = service.application.services.dossier(service.actor("applicant"), dossier_id).reference
    for query in ("الادريسي", "هبه الإدريسى", "٢٢٣٣٤٤٥٥٦", "idrissi"):
        html = clerk.client.get("/ar/agency/", query_string={"q": query}).get_data(as_text=True)
        assert reference in html, query
    html = clerk.client.get("/ar/agency/", query_string={"q": "هبة العلوي"}).get_data(as_text=True)
    assert reference not in html


def test_the_queue_counts_what_is_to_verify(service: Service, reviewer: Visitor, typed_form: str) -> None:
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    html = reviewer.get("/review/").get_data(as_text=True)
    row = html.partition(view.reference)[2].partition("</tr>")[0]
    assert re.search(r'class="tag warn">1<', row)


def test_a_doubtful_value_is_accepted_as_read(service: Service, reviewer: Visitor, typed_form: str) -> None:
    html = reviewer.get(f"/review/{typed_form}").get_data(as_text=True)
    doubts = html.partition('id="doubts"')[2].partition('id="sure"')[0]
    found = re.findall(r'/values/([^"]+)"', doubts)
    assert len(found) == 1
    assert 'value="El Amrani"' in doubts
    assert "El Omrani" in doubts
    answer = reviewer.post(f"/review/{typed_form}/values/{found[0]}", {"value": "El Amrani"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#documents")  # no doubt is left: on to the papers
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    assert view.dossier.answers()["assured.last"] == "El Amrani"


def test_a_value_is_corrected_and_a_wrong_correction_is_told(
    service: Service, reviewer: Visitor, typed_form: str
) -> None:
    every = service.application.services.extractions(service.actor("reviewer"), typed_form)
    last = next(one for one in every if one.field_id == "assured.last")
    address = f"/review/{typed_form}/values/{last.id}"
    wrong = reviewer.post(address, {"value": "العمراني"})
    assert wrong.status_code == 422
    assert f'href="#value-{last.id}"' in wrong.get_data(as_text=True)
    assert 'value="العمراني"' in wrong.get_data(as_text=True)
    assert reviewer.post(address, {"value": "El Imrani"}).status_code == 303
    given = service.application.services.dossier(service.actor("reviewer"), typed_form).dossier.values
    assert given["assured.last"].value == "El Imrani"
    assert given["assured.last"].origin == "reviewer"


def test_declining_a_document_needs_a_coded_reason_the_applicant_reads(
    service: Service, reviewer: Visitor, applicant: Visitor, typed_form: str
) -> None:
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    address = f"/review/{typed_form}/documents/{view.attachments[0].id}"
    assert reviewer.post(address, {"verdict": "decline"}).status_code == 422
    assert reviewer.post(address, {"verdict": "decline", "reason": "made up"}).status_code == 422
    assert reviewer.post(address, {"verdict": "decline", "reason": "unreadable"}).status_code == 303
    html = applicant.get(f"/dossiers/{typed_form}/status").get_data(as_text=True)
    assert "الوثيقة غير مقروءة" in html


def test_a_review_ends_with_a_decision_and_a_refusal_says_why(
    service: Service, reviewer: Visitor, applicant: Visitor
) -> None:
    dossier_id = service.under_review()
    address = f"/review/{dossier_id}/decision"
    assert reviewer.post(address, {"outcome": ""}).status_code == 422
    assert reviewer.post(address, {"outcome": "refused"}).status_code == 422
    note = "لا تتوفر شروط الاستفادة"
    assert reviewer.post(address, {"outcome": "refused", "note": note}).status_code == 303
    html = applicant.get(f"/dossiers/{dossier_id}/status").get_data(as_text=True)
    assert note in html
    assert "تم رفض طلبكم" in html


def test_a_correction_is_asked_with_a_message(service: Service, reviewer: Visitor) -> None:
    dossier_id = service.under_review()
    address = f"/review/{dossier_id}/correction"
    assert reviewer.post(address, {"fields": ["assured.last"]}).status_code == 422
    asked = {"fields": ["assured.last"], "documents": ["birth"], "message": "Corrigez le nom."}
    assert reviewer.post(address, asked).status_code == 303
    correction = service.application.services.dossier(service.actor("reviewer"), dossier_id).correction
    assert correction
    assert (correction.fields, correction.documents) == (("assured.last",), ("birth",))


def test_a_decision_in_the_wrong_state_is_told_not_crashed(service: Service, reviewer: Visitor) -> None:
    dossier_id = service.under_review()
    said = {"outcome": "accepted", "note": "vu à l'agence", "despite": "true"}
    assert reviewer.post(f"/review/{dossier_id}/decision", said).status_code == 303
    again = reviewer.post(f"/review/{dossier_id}/decision", said)
    assert again.status_code == 409
    html = again.get_data(as_text=True)
    assert 'class="summary"' in html
    assert "هذه العملية غير ممكنة" in html
    assert 'id="documents"' in html  # the dossier's own page
    assert "ملفكم" not in html.partition('class="summary"')[2].partition("</section>")[0]


def test_accepting_an_incomplete_dossier_takes_a_tick_and_a_reason(
    service: Service, reviewer: Visitor
) -> None:
    dossier_id = service.under_review()
    address = f"/review/{dossier_id}/decision"
    services, actor = service.application.services, service.actor("reviewer")
    gaps = services.acceptance_gaps(actor, dossier_id)
    assert {"assured.city", "bank"} <= {one.subject for one in gaps}
    bare = reviewer.post(address, {"outcome": "accepted", "note": "vu à l'agence"})
    html = bare.get_data(as_text=True)
    assert bare.status_code == 422
    assert 'href="#despite"' in html
    assert 'id="despite-error"' in html  # and said again where it is mended
    assert "vu à l&#39;agence</textarea>" in html
    assert re.search(r'id="outcome-accepted" checked', html)
    assert reviewer.post(address, {"outcome": "accepted", "despite": "true"}).status_code == 422
    assert services.dossier(actor, dossier_id).state == "under_review"
    said = {"outcome": "accepted", "note": "vu à l'agence", "despite": "true"}
    assert reviewer.post(address, said).status_code == 303
    view = services.dossier(actor, dossier_id)
    assert view.state == "accepted"
    assert view.decision_note
    assert view.decision_note.startswith("vu à l'agence")
    assert gaps[0].message.ar in view.decision_note
    accepted = next(one for one in view.events if one.details.get("outcome") == "accepted")
    assert accepted.details["despite"] == [one.subject for one in gaps]


def test_what_is_missing_is_ticked_in_the_request_for_a_correction(
    service: Service, reviewer: Visitor, applicant: Visitor
) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({**ANSWERS, "assured.id_no": ""})
    services.answer_group(owner, dossier_id, "children", [{"first": "Adam"}], 0)
    services.deposit(owner, dossier_id, True)
    services.start_review(service.actor("reviewer"), dossier_id)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    boxes = re.findall(r'name="(fields|documents)" value="([^"]+)" id="[^"]+"( checked)?', html)
    ticked = {subject for _, subject, tick in boxes if tick}
    assert {"assured.id_no", "birth.1", "children.1.birth"} <= ticked
    assert "assured.last" not in ticked
    asked = {"fields": ["children.1.birth"], "documents": ["birth.1"], "message": "Complétez."}
    assert reviewer.post(f"/review/{dossier_id}/correction", asked).status_code == 303
    page = applicant.get(f"/dossiers/{dossier_id}").get_data(as_text=True)
    notice = page.partition('id="correction-title"')[2].partition("</section>")[0]
    links = re.findall(r'href="([^"]+)"', notice)
    assert len(links) == 2
    for link in links:
        address, _, anchor = link.partition("#")
        answer = applicant.client.get(address)
        assert answer.status_code == 200
        assert not anchor or f'id="{anchor}"' in answer.get_data(as_text=True), link


def test_papers_only_claimed_as_filed_are_named(service: Service, reviewer: Visitor) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier(ANSWERS)
    need = next(one for one in services.completeness(owner, dossier_id).required if one.unless_on_file)
    services.set_on_file(owner, dossier_id, list(need.unless_on_file), [])
    services.deposit(owner, dossier_id, True)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    block = html.partition('id="lifted"')[2].partition("</section>")[0]
    assert "مصرح بإيداعها سابقا" in block
    assert need.label.ar in block


def test_a_refused_upload_cannot_be_accepted(service: Service, reviewer: Visitor) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier(ANSWERS)
    services.upload(owner, dossier_id, "broken.pdf", b"%PDF-1.4 nothing", "birth", None)
    service.read_all()
    (paper,) = services.dossier(owner, dossier_id).attachments
    assert paper.status == "refused"
    services.deposit(owner, dossier_id, True)
    services.start_review(service.actor("reviewer"), dossier_id)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    assert f"/documents/{paper.id}" not in html
    answer = reviewer.post(f"/review/{dossier_id}/documents/{paper.id}", {"verdict": "accept"})
    assert answer.status_code == 409
    assert "لا يمكن قبول هذه الوثيقة" in answer.get_data(as_text=True)


def test_an_emptied_answer_is_asked_about_and_told(
    service: Service, reviewer: Visitor, typed_form: str
) -> None:
    every = service.application.services.extractions(service.actor("reviewer"), typed_form)
    first = next(one for one in every if one.field_id == "assured.first")
    address = f"/review/{typed_form}/values/{first.id}"
    asked = reviewer.post(address, {"value": ""})
    assert asked.status_code == 422
    assert f'id="empty-{first.id}"' in asked.get_data(as_text=True)
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    assert view.dossier.answers()["assured.first"] == "Fatima Zahra"
    assert reviewer.post(address, {"value": "", "leave_empty": "true"}).status_code == 303
    assert "Fatima Zahra" in reviewer.get(f"/review/{typed_form}").get_data(as_text=True)
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    assert "assured.first" not in view.dossier.answers()


def test_dates_are_shown_and_kept_as_people_write_them(
    service: Service, reviewer: Visitor, typed_form: str
) -> None:
    every = service.application.services.extractions(service.actor("reviewer"), typed_form)
    birth = next(one for one in every if one.field_id == "assured.birth")
    html = reviewer.get(f"/review/{typed_form}").get_data(as_text=True)
    assert 'value="12/03/1988"' in html
    assert "1988-03-12" not in html
    assert ">True<" not in html
    kept = reviewer.post(f"/review/{typed_form}/values/{birth.id}", {"value": "12/03/1988"})
    assert kept.status_code == 303
    view = service.application.services.dossier(service.actor("reviewer"), typed_form)
    assert view.dossier.answers()["assured.birth"] == "1988-03-12"


def test_the_paper_file_of_a_physical_check_is_noted_by_the_clerk(
    service: Service, clerk: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = service.application.services
    monkeypatch.setattr(services, "_drawn", lambda _spec, _dossier, _day: True)
    dossier_id = service.new_dossier(ANSWERS)
    services.deposit(service.actor("applicant"), dossier_id, True)
    assert services.dossier(service.actor("clerk"), dossier_id).state == "physical_check_pending"
    html = (
        service.visitor().sign_in("applicant").get(f"/dossiers/{dossier_id}/deposited").get_data(as_text=True)
    )
    assert "للمراقبة المادية" in html.partition('id="physical-check"')[2].partition("</h2>")[0]
    assert clerk.post(f"/agency/dossiers/{dossier_id}/paper-received").status_code == 303
    assert services.dossier(service.actor("clerk"), dossier_id).state == "submitted"
