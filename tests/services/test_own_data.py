"""What somebody may know of their own data: everything, in a file to read and to give to programs."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest

from forms_service.services import Actor
from forms_service.services.looks import Look
from forms_service.services.throttle import TooManyAttempts
from tests.services.conftest import PASSWORD, Office
from tests.services.prepared_readings import PDF, refused


@pytest.fixture
def operator(office: Office) -> Actor:
    return office.services.add_account("pilotage", PASSWORD, "Pilotage", {"operator"})


@pytest.fixture
def deposited(office: Office) -> str:
    dossier, services = office.open(), office.services
    services.answer(
        office.applicant, dossier, {"quality": "assured", "assured.last": "Zqxnom", "assured.city": "Fès"}, {}
    )
    services.answer_group(
        office.applicant, dossier, "children", [{"first": "Zqxenfant", "birth": "2019-05-06"}]
    )
    services.upload(office.applicant, dossier, "mon rib/../x.pdf", PDF, "bank")
    services.deposit(office.applicant, dossier, True)
    return dossier


def opened(file) -> tuple[dict, zipfile.ZipFile]:
    archive = zipfile.ZipFile(io.BytesIO(file.read()))
    return json.loads(archive.read("donnees.json")), archive


def test_the_copy_holds_answers_files_receipts_and_who_looked(office: Office, deposited: str) -> None:
    services = office.services
    services.note_look(office.reviewer, Look("dossier_viewed", deposited))
    told, archive = opened(services.export_own_data(office.applicant))
    assert (told["format"], told["account"]["login"]) == ("forms-service personal data 1", "123456782")
    (request,) = told["requests"]
    answers = {one["field"]: one["value"]["fr"] for one in request["answers"]}
    assert answers["assured.last"] == "Zqxnom" and answers["assured.city"] == "Fès"
    (children,) = [one for one in request["lists"] if one["list"] == "children"]
    assert {cell["field"]: cell["value"]["fr"] for cell in children["rows"][0]}["first"] == "Zqxenfant"
    assert request["kept_until"] is None, "it waits for somebody"
    files = {one["type"]: one["file"] for one in request["papers"]}
    assert archive.read(files["bank"]) == PDF and ".." not in files["bank"]
    assert archive.read(files["receipt"]) == services.receipt_pdf(office.applicant, deposited)
    (look,) = request["looked_at"]
    assert (look["roles"], look["what"][0]["code"]) == (["reviewer"], "dossier_viewed")
    whole = archive.read("mes-donnees.html").decode()
    for said in (
        "Zqxnom",
        "Zqxenfant",
        "معطياتي",
        "Mes données",
        "Dossier consulté",
        "الاطلاع على ملف",
        files["receipt"],
    ):
        assert said in whole
    assert "Contrôle" not in whole + json.dumps(told, ensure_ascii=False), "an agent's name is not told"


def test_what_somebody_typed_is_text_in_the_page_and_nothing_else(office: Office) -> None:
    dossier = office.open()
    office.services.answer(office.applicant, dossier, {"assured.city": "<script>x</script>"}, {})
    _, archive = opened(office.services.export_own_data(office.applicant))
    page = archive.read("mes-donnees.html").decode()
    assert "<script" not in page and "&lt;script&gt;" in page


def test_nobody_gets_anything_of_others(office: Office, deposited: str) -> None:
    told, archive = opened(office.services.export_own_data(office.neighbour))
    assert told["requests"] == [] and set(archive.namelist()) == {"donnees.json", "mes-donnees.html"}
    assert "Zqx" not in json.dumps(told)


def test_a_copy_is_handed_out_three_times_a_day(office: Office) -> None:
    for _ in range(3):
        office.services.export_own_data(office.applicant).close()
    with pytest.raises(TooManyAttempts):
        office.services.export_own_data(office.applicant)
    office.services.export_own_data(office.neighbour).close()
    office.clock.move(days=1, minutes=1)
    office.services.export_own_data(office.applicant).close()


def test_an_operator_hands_out_a_copy_on_paper_and_it_is_on_record(
    office: Office, operator, deposited
) -> None:
    for text in (" ", "lettre de Fatima Alaoui, 3 mars"):
        with refused("reason_needed"):
            office.services.export_data_of(operator, "123456782", text)
    with refused("unknown_account"):
        office.services.export_data_of(operator, "000000000", "letter")
    with refused("not_allowed"):
        office.services.export_data_of(office.clerk, "123456782", "letter")
    told, _ = opened(office.services.export_data_of(operator, "123456782", "letter"))
    assert len(told["requests"]) == 1
    from forms_service.services.records import RecordWish

    line = office.services.record_page(operator, RecordWish(action="data_exported")).lines[0]
    assert (line.person, line.details["reason"]) == ("Pilotage", "letter")


def test_each_request_says_until_when_it_is_kept(office: Office, deposited: str) -> None:
    draft = office.open()
    services = office.services
    services.start_review(office.reviewer, deposited)
    services.decide(office.reviewer, deposited, "refused", "non", despite_gaps=True)
    told = {one.id: one for one in services.own_requests(office.applicant).part.lines}
    assert told[draft].kept_until == date(2026, 6, 2) and told[draft].rule.then == "erase"
    assert told[deposited].kept_until == date(2031, 3, 2) and told[deposited].rule.then == "anonymise"
