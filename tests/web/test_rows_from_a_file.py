"""An employer sends the month's rows as a file: what is right is taken over, what is not is named."""

from __future__ import annotations

import io

from web_service import Service, Visitor

FILE = "registration;name;days;wage;situation\n123456782;Amrani Fatima;26;4250,50;\n987654321;Tazi Omar;10;1200;IL\n"


def opened(service: Service) -> str:
    services = service.application.services
    return services.open_dossier(service.actor("applicant"), "wage-declaration", "fr")


def sent(visitor: Visitor, dossier: str, data: str) -> object:
    file = (io.BytesIO(data.encode()), "mars.csv")
    return visitor.post(f"/dossiers/{dossier}/list/employees/file", {"file": file})


def test_rows_of_a_file_are_taken_over_and_come_back_as_a_file(service: Service, applicant: Visitor) -> None:
    dossier = opened(service)
    page = applicant.get(f"/dossiers/{dossier}/list/employees/file").get_data(as_text=True)
    assert "registration" in page and "SO مغادر" in page, "whoever writes the file learns its codes there"
    answer = sent(applicant, dossier, FILE)
    assert answer.headers["Location"].endswith(f"/dossiers/{dossier}/list/employees")
    report = service.application.services.completeness(service.actor("applicant"), dossier)
    assert report.amounts["wages"]["value"] == 5450.5
    back = applicant.get(f"/dossiers/{dossier}/list/employees/file.csv")
    assert back.get_data(as_text=True).splitlines()[1] == "123456782;Amrani Fatima;26;4250.50;"


def test_mistakes_are_named_by_line_and_kept_as_written(service: Service, applicant: Visitor) -> None:
    dossier = opened(service)
    answer = sent(applicant, dossier, FILE.replace(";10;", ";ten;"))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "السطر 3" in page and "days" in page
    groups = service.application.services.dossier(service.actor("applicant"), dossier).dossier.groups
    assert len(groups["employees"]) == 2


def test_a_file_that_is_none_changes_nothing(service: Service, applicant: Visitor) -> None:
    dossier = opened(service)
    sent(applicant, dossier, FILE)
    answer = sent(applicant, dossier, "a;b\n1;2\n")
    assert answer.status_code == 422 and "لم يتغير شيء" in answer.get_data(as_text=True)
    groups = service.application.services.dossier(service.actor("applicant"), dossier).dossier.groups
    assert len(groups["employees"]) == 2


def test_only_lists_that_say_so_take_files(service: Service, applicant: Visitor) -> None:
    draft = service.application.services.open_dossier(service.actor("applicant"), "311-1-14", "fr")
    assert applicant.get(f"/dossiers/{draft}/list/children/file").status_code == 404


def test_whoever_cannot_deposit_yet_is_told_which_rows_and_why(service: Service, applicant: Visitor) -> None:
    dossier = opened(service)
    sent(applicant, dossier, FILE.replace(";26;", ";31;").replace(";IL", ";ZZ"))
    page = applicant.get(f"/dossiers/{dossier}/course").get_data(as_text=True)
    assert 'id="still-missing"' not in page, "nobody is scolded before they asked"
    typed = {"action": "declare", "revision": page.partition('name="revision" value="')[2].partition('"')[0]}
    refused = applicant.post(f"/dossiers/{dossier}/course", typed).get_data(as_text=True)
    told = refused.partition('id="still-missing"')[2].partition("</section>")[0]
    assert " 26 " in told and "SO" in told and "/list/employees/1" in told and "/list/employees/2" in told


def test_what_was_typed_is_kept_when_the_list_is_opened(service: Service, applicant: Visitor) -> None:
    dossier = opened(service)
    page = applicant.get(f"/dossiers/{dossier}/course").get_data(as_text=True)
    typed = {"open": "employees", "revision": page.partition('name="revision" value="')[2].partition('"')[0]}
    assert 'name="open" value="employees"' in page
    answer = applicant.post(f"/dossiers/{dossier}/course", {**typed, "q.employer.city": "Fès"})
    assert answer.headers["Location"].endswith(f"/dossiers/{dossier}/list/employees")
    assert 'value="Fès"' in applicant.get(f"/dossiers/{dossier}/course").get_data(as_text=True)


def test_enter_in_a_box_declares_and_does_not_open_the_list(service: Service, applicant: Visitor) -> None:
    page = applicant.get(f"/dossiers/{opened(service)}/course").get_data(as_text=True)
    form = page[page.index("<form", page.index("<main")) :]
    first = form[form.index("<button") : form.index("</button>")]
    assert 'name="action"' in first and 'name="open"' in form
