"""Adding what a deposit lacks, on screen."""

from __future__ import annotations

import io
import re

import pytest
from page_structure import PageStructure
from PIL import Image
from web_service import ANSWERS, Service, Visitor

from forms_service.web import taking_files
from forms_service.web.sent_by_script import SENDER

PDF = b"%PDF-1.4\nnot much of a document"


@pytest.fixture
def deposited(service: Service) -> str:
    dossier = service.new_dossier(ANSWERS)
    service.application.services.deposit(service.actor("applicant"), dossier, True)
    return dossier


def page(visitor: Visitor, path: str) -> str:
    html = visitor.get(path).get_data(as_text=True)
    assert PageStructure(html).faults() == []
    return html


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_missing_paper_is_added_from_the_page_that_names_it(
    service: Service, deposited: str, language: str
) -> None:
    visitor = service.visitor(language).sign_in("applicant")
    base = f"/dossiers/{deposited}"
    for place in ("/deposited", "/status"):
        assert f"/{language}{base}/complement" in page(visitor, base + place)
    lacking = page(visitor, f"{base}/complement")
    assert 'value="id_assured"' in lacking
    sent = visitor.post(
        f"{base}/complement", {"as_type": "id_assured", "files": (io.BytesIO(PDF), "cni.pdf")}
    )
    assert sent.headers["Location"] == f"/{language}{base}/complement"
    added = page(visitor, f"{base}/complement")
    assert "cni.pdf" in added
    assert added.count('class="tag warn"') == lacking.count('class="tag warn"') - 1
    assert f"{base}/complement/confirm" in added
    assert visitor.post(f"{base}/complement/confirm").headers["Location"] == f"/{language}{base}/status"
    after = page(visitor, f"{base}/status")
    assert re.search(r'class="notice done"', after)
    assert visitor.get(f"{base}/receipt.pdf").data.startswith(b"%PDF")


def test_a_paper_nobody_asked_for_and_an_empty_file_are_refused_in_words(
    service: Service, deposited: str
) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    base = f"/dossiers/{deposited}/complement"
    visitor.post(base, {"as_type": "no_such", "files": (io.BytesIO(PDF), "x.pdf")})
    assert "inconnu" in page(visitor, base)
    visitor.post(base, {"as_type": "id_assured", "files": (io.BytesIO(b""), "vide.pdf")})
    html = page(visitor, base)
    assert "vide.pdf" in html
    assert f"{base}/confirm" not in html
    visitor.post(base, {"as_type": "id_assured"})
    assert "Aucun fichier" in page(visitor, base)


def card(*names: str) -> dict[str, object]:
    return {"as_type": "id_assured", "files": [(io.BytesIO(PDF + name.encode()), name) for name in names]}


def test_front_and_back_of_a_card_come_together_or_one_after_the_other(
    service: Service, deposited: str
) -> None:
    visitor, base = service.visitor("fr").sign_in("applicant"), f"/dossiers/{deposited}/complement"
    visitor.post(base, card("recto.pdf", "verso.pdf"))
    html = page(visitor, base)
    assert "recto.pdf" in html and "verso.pdf" in html
    assert "ne manque pas" not in html
    assert "Ajouter une autre page" in html
    visitor.post(base, card("encore.pdf"))
    assert "encore.pdf" in page(visitor, base)
    visitor.post(f"{base}/confirm")
    visitor.post(base, card("trop-tard.pdf"))
    html = page(visitor, base)
    assert "ne manque pas" in html
    assert html.count("trop-tard.pdf") == 1, "named in its refusal only"


def test_what_arrived_before_the_answer_was_lost_is_not_taken_twice(service: Service, deposited: str) -> None:
    visitor, base = service.visitor("fr").sign_in("applicant"), f"/dossiers/{deposited}/complement"
    visitor.post(base, card("recto.pdf"))
    visitor.client.environ_base.update(HTTP_X_REQUESTED_WITH="uploads", HTTP_X_SENT_AGAIN="yes")
    answer = visitor.post(base, card("recto.pdf", "verso.pdf"))
    assert (answer.status_code, answer.headers["X-Next"]) == (204, f"/fr{base}")
    services, holder = service.application.services, service.actor("applicant")
    added = services.complement(holder, deposited).added
    assert [one.filename for one in added] == ["recto.pdf", "verso.pdf"]
    assert "ne manque pas" not in page(service.visitor("fr").sign_in("applicant"), base)


def test_no_file_is_dropped_without_a_word(
    service: Service, deposited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_files, "MOST_FILES", 2)
    visitor, base = service.visitor("fr").sign_in("applicant"), f"/dossiers/{deposited}/complement"
    visitor.post(base, card("1.pdf", "2.pdf", "3.pdf"))
    html = page(visitor, base)
    assert "Seuls 2 fichiers" in html
    assert "3.pdf" not in html


def test_the_script_sends_no_more_files_together_than_are_taken(service: Service) -> None:
    script = service.visitor().client.get("/static/uploads.js").get_data(as_text=True)
    assert f"const MOST_FILES_AT_ONCE = {taking_files.MOST_FILES};" in script
    assert "at === MOST_FILES_AT_ONCE" in script


def test_an_added_paper_is_taken_back(service: Service, deposited: str) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    base = f"/dossiers/{deposited}/complement"
    visitor.post(base, {"as_type": "id_assured", "files": (io.BytesIO(PDF), "cni.pdf")})
    action = re.search(rf'action="/fr({base}/[^/"]+/remove)"', page(visitor, base))
    assert action
    visitor.post(action[1])
    assert "cni.pdf" not in page(visitor, base)


def test_a_draft_has_nothing_to_complement(service: Service) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    draft = service.new_dossier(ANSWERS)
    assert visitor.get(f"/dossiers/{draft}/complement").headers["Location"] == f"/fr/dossiers/{draft}"


def test_nothing_is_promised_before_the_papers_are_read_and_what_is_found_is_told(service: Service) -> None:
    from forms_service.ocr.attachments.warnings import warn
    from forms_service.storage.models import AttachmentRow

    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    for need in services.completeness(applicant, dossier).required:
        if need.type not in ("form", "id_assured"):
            services.upload(applicant, dossier, "x.pdf", PDF, need.type, need.child)
    services.deposit(applicant, dossier, True)
    visitor = service.visitor("fr").sign_in("applicant")
    base = f"/dossiers/{dossier}"
    visitor.post(f"{base}/complement", {"as_type": "id_assured", "files": (io.BytesIO(PDF), "cni.pdf")})
    visitor.post(f"{base}/complement/confirm")
    after = page(visitor, f"{base}/status")
    assert "Leur lecture est en cours" in after
    assert "il ne manque plus rien" not in after
    assert 'id="paper-remarks"' not in after
    with services.database.writing() as session:
        row = session.get_one(AttachmentRow, services.dossier(applicant, dossier).attachments[-1].id)
        row.status = "read"
        row.warnings = [warn("expired", until="01/01/2020").message.as_dict()]
    told = page(visitor, f"{base}/status").partition('id="paper-remarks"')[2].partition("</section>")[0]
    assert "01/01/2020" in told


def test_what_is_lacking_is_named_as_everywhere_else_and_worded_as_the_form_does_below(
    service: Service, deposited: str
) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    lacking = page(visitor, f"/dossiers/{deposited}/complement")
    heads = re.findall(r"<h2 id=\"add-\d+\">([^<]+)", lacking)
    shown = page(visitor, f"/dossiers/{deposited}/status")
    assert heads
    assert all(one.strip() in shown for one in heads)
    assert not any("si elle n'a pas été" in one for one in heads)


def test_a_paper_sent_again_after_a_break_is_taken_where_it_is_wanted_though_it_lay_elsewhere(
    service: Service,
) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier = service.new_dossier(ANSWERS)
    drawn = io.BytesIO()
    Image.new("L", (900, 600), 200).save(drawn, "JPEG")
    services.upload(owner, dossier, "carte.jpg", drawn.getvalue(), "marriage")
    services.deposit(owner, dossier, True)
    visitor, path = service.visitor("fr").sign_in("applicant"), f"/dossiers/{dossier}/complement"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(visitor, path))
    assert token
    for _ in range(2):  # the break, and then once more
        paper = {"as_type": "id_assured", "files": (io.BytesIO(drawn.getvalue()), "carte.jpg")}
        visitor.client.post(
            f"/fr{path}",
            data={"csrf_token": token[1], **paper},
            headers={"X-Requested-With": SENDER, "X-Sent-Again": "yes"},
            content_type="multipart/form-data",
        )
    held = [one.declared_type for one in services.dossier(owner, dossier).attachments if not one.is_form]
    assert held == ["marriage", "id_assured"]
