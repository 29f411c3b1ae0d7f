"""What a clerk is told at the desk: nothing given in by hand vanishes, and every way on is on the page."""

from __future__ import annotations

import re

import pytest
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.errors import DossierError, InvalidValue
from core.localized_text import Language
from forms_service.messages import say
from forms_service.storage.models import AttachmentRow, IntakeRow, LeftPageRow

LOCKED = b"%PDF-1.4\nlocked"


def left_behind(service: Service, name: str, told: str, data: bytes = LOCKED, number: int = 0) -> str:
    """A file, or page of one, that waits in the queue for the reason told; gives its id."""
    services, clerk = service.application.services, service.actor("clerk")
    with services.database.writing() as session:
        session.add(IntakeRow(id=name, scanned_by=clerk.id, scanned_at=services.now(), state="done"))
        session.flush()
        session.add(
            LeftPageRow(
                id=name,
                intake_id=name,
                file=f"{name}.pdf",
                number=number,
                original_object=services.objects.put(data),
                fate="unreadable",
                message=say(told).as_dict() if told != "locked" else {"ar": "محمي", "fr": "protégé"},
                scanned_at=services.now(),
            )
        )
    return name


def card_of(html: str, page_id: str) -> str:
    return html.split(f'id="page-{page_id}"')[1].split("</article>")[0]


def test_a_file_that_does_not_open_is_sent_again_or_put_aside_and_filed_nowhere(
    service: Service, clerk: Visitor
) -> None:
    locked, given_up = (
        left_behind(service, "locked", "locked"),
        left_behind(service, "tired", "stack_given_up"),
    )
    html = clerk.get("/agency/intake").get_data(as_text=True)
    assert f"{locked}/file" not in card_of(html, locked)
    assert f"{locked}/discard" in card_of(html, locked)
    assert f"{given_up}/file" in card_of(html, given_up), "the machine failed, the file may be good"
    services, actor = service.application.services, service.actor("clerk")
    reference = services.dossier(actor, service.new_dossier()).reference
    with pytest.raises(DossierError) as refused:
        services.file_left_page(actor, locked, reference=reference)
    assert refused.value.code == "cannot_open"
    for one in (locked, given_up):
        services.discard_left_page(actor, one, "test")


def test_a_page_filed_into_a_deposited_dossier_that_turns_out_unusable_stays_in_sight(
    service: Service, clerk: Visitor, reviewer: Visitor
) -> None:
    dossier = service.under_review()
    services, actor = service.application.services, service.actor("clerk")
    page = left_behind(service, "given-in", "reading_failed")
    reference = services.dossier(actor, dossier).reference
    services.file_left_page(actor, page, reference=reference, as_type="birth", child=1)
    with services.database.writing() as session:
        rows = session.query(AttachmentRow).filter_by(dossier_id=dossier)
        (row,) = (one for one in rows if one.filename == "given-in.pdf")
        row.status, row.message = "refused", {"ar": "الملف تالف", "fr": "fichier abîmé"}
    for visitor, path in (
        (clerk, f"/dossiers/{dossier}/status"),
        (service.visitor().sign_in("applicant"), f"/dossiers/{dossier}/status"),
        (reviewer, f"/review/{dossier}"),
    ):
        html = visitor.get(path).get_data(as_text=True)
        assert "given-in.pdf" in html, path
        assert "الملف تالف" in html, path


def test_what_an_applicant_sent_in_vain_before_the_deposit_troubles_no_reviewer(
    service: Service, reviewer: Visitor
) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    services.upload(applicant, dossier, "in-vain.pdf", b"no paper at all", "birth")
    services.deposit(applicant, dossier, True)
    services.start_review(service.actor("reviewer"), dossier)
    html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    assert 'id="documents"' in html
    assert "in-vain.pdf" not in html


def paper_of_a_child(service: Service, dossier: str, **facts: str) -> str:
    """A birth extract as reading leaves it: its facts known, placed with nobody."""
    services, clerk = service.application.services, service.actor("clerk")
    upload = services.upload(clerk, dossier, f"{facts['first']}.pdf", LOCKED, None).id
    service.jobs.keys.clear()
    with services.database.writing() as session:
        row = session.get_one(AttachmentRow, upload)
        row.status, row.type, row.facts = "read", "birth", facts
        row.fact_confidences = {"birth": 0.5}
    return upload


def test_a_child_known_by_its_birth_extract_is_added_when_the_clerk_says_so_and_only_then(
    service: Service, clerk: Visitor
) -> None:
    dossier = service.new_dossier({**ANSWERS, "children_to_declare": "2"})
    services, actor = service.application.services, service.actor("clerk")
    amine = paper_of_a_child(service, dossier, first="Amine", last="Bennani", birth="2018-05-02")
    again = paper_of_a_child(service, dossier, first="Amine", last="Bennani", birth="2018-05-02")
    sara = paper_of_a_child(service, dossier, first="Sara", last="Bennani", birth="2020-01-09")
    assert services.dossier(actor, dossier).dossier.groups.get("children", ()) == ()
    html = clerk.get(f"/dossiers/{dossier}/list/children").get_data(as_text=True)
    offered = [one for one in (amine, again, sara) if f"from-paper/{one}" in html]
    assert offered == [amine, sara], "the second copy of a paper names nobody new"
    assert "02/05/2018" in html and "للتحقق" in html
    for _ in range(2):
        answer = clerk.post(f"/dossiers/{dossier}/list/children/from-paper/{amine}")
        assert answer.status_code == 303
    view = services.dossier(actor, dossier)
    (child,) = view.dossier.groups["children"]
    assert (child["first"], child["birth"]) == ("Amine", "2018-05-02")
    assert {one.id: one.child for one in view.attachments} == {amine: 1, again: 1, sara: None}
    html = clerk.get(f"/dossiers/{dossier}/list/children").get_data(as_text=True)
    assert f"from-paper/{amine}" not in html
    assert f"from-paper/{sara}" in html


def test_the_clerk_is_told_that_children_stand_on_no_paper(service: Service, clerk: Visitor) -> None:
    dossier = service.new_dossier({**ANSWERS, "children_to_declare": "2"})
    services, actor = service.application.services, service.actor("clerk")
    services.upload(actor, dossier, "form.pdf", LOCKED, "form")
    service.jobs.keys.clear()
    told = f'/dossiers/{dossier}/list/children">إدخال المعطيات'
    assert told in clerk.get(f"/dossiers/{dossier}").get_data(as_text=True)
    services.answer_group(actor, dossier, "children", [{"birth": "02/05/2018"}, {"birth": "09/01/2020"}])
    assert told not in clerk.get(f"/dossiers/{dossier}").get_data(as_text=True)


def test_a_number_too_short_opens_nothing_whatever_is_ticked(service: Service, clerk: Visitor) -> None:
    said = {"form": ALLOWANCE, "registration": "12345", "anyway": "12345"}
    answer = clerk.post("/agency/open", said)
    assert answer.status_code == 422
    assert "8 أو 9 أرقام" in answer.get_data(as_text=True)
    services, actor = service.application.services, service.actor("clerk")
    assert services.drafts_of(actor, "12345", ALLOWANCE) == []
    page = left_behind(service, "short", "stack_given_up")
    with pytest.raises(InvalidValue):
        services.file_left_page(actor, page, registration="12345", form_id=ALLOWANCE)
    services.discard_left_page(actor, page, "test")


def test_a_draft_of_the_same_form_is_offered_before_another_is_opened_and_an_empty_one_can_go(
    service: Service, clerk: Visitor
) -> None:
    said = {"form": ALLOWANCE, "registration": "314159265", "anyway": "314159265"}
    first = clerk.post("/agency/open", said).headers["Location"].rpartition("/")[2]
    html = clerk.post("/agency/open", said).get_data(as_text=True)
    assert f'/dossiers/{first}">' in html
    second = (
        clerk.post("/agency/open", {**said, "another": "314159265"}).headers["Location"].rpartition("/")[2]
    )
    services, actor = service.application.services, service.actor("clerk")
    services.answer(actor, first, {"quality": "assured"})
    assert f"/agency/dossiers/{second}/discard" in clerk.get(f"/dossiers/{second}").get_data(as_text=True)
    assert f"/agency/dossiers/{first}/discard" not in clerk.get(f"/dossiers/{first}").get_data(as_text=True)
    for one in (first, second):
        clerk.post(f"/agency/dossiers/{one}/discard")
    assert [str(services.dossier(actor, one).state) for one in (first, second)] == ["draft", "closed"]
    assert services.dossier(actor, second).events[-1].action == "draft_discarded"
    assert len(services.drafts_of(actor, "314159265", ALLOWANCE)) == 1


def test_a_draft_its_person_opened_is_not_closed_under_their_hands(service: Service, clerk: Visitor) -> None:
    services = service.application.services
    own = services.open_dossier(service.actor("applicant"), ALLOWANCE, Language.AR)
    assert f"/agency/dossiers/{own}/discard" not in clerk.get(f"/dossiers/{own}").get_data(as_text=True)
    clerk.post(f"/agency/dossiers/{own}/discard")
    assert str(services.dossier(service.actor("applicant"), own).state) == "draft"


def test_an_account_without_a_dossier_is_shown_and_its_number_carried_over(
    service: Service, clerk: Visitor
) -> None:
    services, actor = service.application.services, service.actor("clerk")
    services.add_account("271828184", "a long enough password", "Zoubida Ouezzine", {"applicant"})
    assert services.find_dossiers(actor, "271828184") == []
    for query in ("271828184", "Ouezzine"):
        html = clerk.get(f"/agency/?q={query}").get_data(as_text=True)
        assert "?for=271828184#registration" in html, query
    html = clerk.get("/agency/?for=271828184").get_data(as_text=True)
    assert 'name="registration" value="271828184"' in html
    html = clerk.get("/agency/?q=987654329").get_data(as_text=True)
    assert 'name="registration" value="987654329"' in html, "nobody has it: it is carried over all the same"


def test_filing_into_a_deposited_dossier_says_that_the_complement_is_to_be_confirmed(
    service: Service, clerk: Visitor
) -> None:
    dossier = service.under_review()
    services, actor = service.application.services, service.actor("clerk")
    reference = services.dossier(actor, dossier).reference
    page = left_behind(service, "later", "stack_given_up", b"%PDF-1.4\nlater")
    answer = clerk.post(f"/agency/pages/{page}/file", {"reference": reference, "as_type": "birth"})
    assert answer.status_code == 303
    place = answer.headers["Location"].removeprefix("/ar")
    notice = (
        clerk.get(place).get_data(as_text=True).partition('id="to-confirm"')[2].partition("</section>")[0]
    )
    assert reference in notice
    assert f"/dossiers/{dossier}/complement" in notice
    draft = services.dossier(actor, service.new_dossier()).reference
    other = left_behind(service, "sooner", "stack_given_up", b"%PDF-1.4\nsooner")
    place = clerk.post(f"/agency/pages/{other}/file", {"reference": draft, "as_type": "birth"}).headers[
        "Location"
    ]
    assert 'id="to-confirm"' not in clerk.get(place.removeprefix("/ar")).get_data(as_text=True)


def test_a_child_is_chosen_by_its_name_where_the_dossier_is_known(service: Service, clerk: Visitor) -> None:
    dossier = service.new_dossier(ANSWERS)
    services, actor = service.application.services, service.actor("clerk")
    services.answer_group(actor, dossier, "children", [{"first.ar": "ياسين", "birth": "02/05/2018"}])
    page = left_behind(service, "whose", "stack_given_up", b"%PDF-1.4\nwhose")
    bare = card_of(clerk.get("/agency/intake").get_data(as_text=True), page)
    assert "ياسين" not in bare
    assert "<optgroup" not in bare, "the papers of all forms together are hundreds"
    assert f'id="type-{page}-hint"' in bare
    reference = services.dossier(actor, dossier).reference
    with services.database.writing() as session:
        session.get_one(LeftPageRow, page).suggested = reference
    card = card_of(clerk.get("/agency/intake").get_data(as_text=True), page)
    assert "ياسين" in card.partition('name="child"')[2].partition("</select>")[0]
    first_group = card.partition("<optgroup")[2].partition("</optgroup>")[0]
    assert "ما زال منتظرا" in first_group, "what the dossier still waits for stands first"
    services.discard_left_page(actor, page, "test")


def test_pages_of_a_dossier_speak_to_staff_of_the_person_and_to_the_person_as_before(
    service: Service, clerk: Visitor
) -> None:
    dossier = service.under_review()
    services, reviewer = service.application.services, service.actor("reviewer")
    before = clerk.get(f"/dossiers/{dossier}/status").get_data(as_text=True)
    assert "يدرس أحد الموظفين ملفكم" not in before
    services.request_correction(reviewer, dossier, ["assured.last"], [], "صححوا الاسم", {})
    own, staff = (
        one.get(f"/dossiers/{dossier}").get_data(as_text=True)
        for one in (service.visitor().sign_in("applicant"), clerk)
    )
    for said in ("يجب تصحيح طلبكم", "تفضلون الورق؟", "تفضلون الجواب على الورق؟"):
        assert said in own
        assert said not in staff


def test_a_correction_asks_for_the_children_and_not_for_a_number_that_is_right(service: Service) -> None:
    services, applicant, reviewer = (
        service.application.services,
        service.actor("applicant"),
        service.actor("reviewer"),
    )
    ticked = {}
    for described in (0, 2):
        dossier = service.new_dossier({**ANSWERS, "children_to_declare": "1"})
        rows = [{"birth": "02/05/2018"}, {"birth": "09/01/2020"}][:described]
        services.answer_group(applicant, dossier, "children", rows)
        services.deposit(applicant, dossier, True)
        services.start_review(reviewer, dossier)
        html = service.visitor().sign_in("reviewer").get(f"/review/{dossier}").get_data(as_text=True)
        boxes = re.findall(r'<input type="checkbox"[^>]*name="fields"[^>]*>', html)
        ticked[described] = {
            re.search(r'value="([^"]+)"', one)[1] for one in boxes if re.search(r"\bchecked\b", one)
        }
    assert "children" in ticked[0]
    assert "children_to_declare" not in ticked[0]
    assert "children_to_declare" in ticked[2], "more are described than declared: the number may be wrong"
