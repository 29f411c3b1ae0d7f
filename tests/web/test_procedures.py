"""The catalogue of procedures as people meet it: found, read, begun, deposited."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pypdf
import pytest
from web_service import Service

from forms_service.render.receipt_pdf import AFFILIATION, REGISTRATION


@pytest.mark.parametrize(
    ("language", "words", "title"),
    [
        ("ar", "البطاقه الضائعه", "طلب نظير لبطاقة التسجيل"),
        ("fr", "cartes perdues", "Demande de duplicata de la carte d'immatriculation"),
        ("fr", "06-1-321", "Demande d'immatriculation d'un salarié"),
    ],
)
def test_a_procedure_is_found_by_its_words(service: Service, language: str, words: str, title: str) -> None:
    client = service.app.test_client()
    found = client.get(f"/{language}/procedures/", query_string={"q": words}).get_data(as_text=True)
    assert title in unescape(found)


def test_its_page_tells_what_to_bring_by_when_where_and_what_is_proposed(service: Service) -> None:
    client = service.app.test_client()
    card, change = (
        unescape(client.get(f"/fr/forms/{name}").get_data(as_text=True))
        for name in ("card-duplicate", "enterprise-change")
    )
    assert re.search(r"Nombre\s:\s\W*2\W", card)
    assert "l'agence CNSS la plus proche" in card and "Modèle proposé" in card
    assert "un mois à compter du changement" in change and "l'employeur, avec son cachet" in change
    assert "demande la confirmation de la Caisse" in change


def test_the_home_page_leads_to_every_topic_and_nonsense_finds_nothing(service: Service) -> None:
    client = service.app.test_client()
    home = client.get("/fr/").get_data(as_text=True)
    assert "/fr/procedures/?topic=pensions" in home and "/fr/forms/311-1-14" in home
    nothing = client.get("/fr/procedures/?q=zzzz").get_data(as_text=True)
    assert "Aucune démarche ne correspond" in nothing


def test_programs_list_the_forms_of_some_people_about_something(service: Service, program: Any) -> None:
    items = program("applicant").get("/forms?who=employer&topic=employer")["items"]
    assert "enterprise-change" in {one["id"] for one in items}
    assert all("employer" in one["procedure"]["who"] for one in items)
    assert program("applicant").get("/forms?q=321.3.10")["items"][0]["id"] == "321-3-10"


@pytest.mark.parametrize(
    ("form", "answers", "number", "words"),
    [
        (
            "enterprise-change",
            {"employer.name": "Atlas SARL", "employer.affiliation": "7654321", "change.kind": ["closure"]},
            "7654321",
            AFFILIATION,
        ),
        (
            "work-resumption",
            {"assured.last": "El Amrani", "assured.first": "Sara", "assured.registration": "123456782"},
            "123456782",
            REGISTRATION,
        ),
    ],
)
def test_the_receipt_words_whose_number_it_bears(
    service: Service, form: str, answers: dict[str, Any], number: str, words: Any
) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier(answers, form)
    services.deposit(applicant, dossier_id, True)
    receipt = services.latest_receipt(applicant, dossier_id)
    assert receipt.registration == number
    assert receipt.affiliation is (words is AFFILIATION)
    text = pypdf.PdfReader(io.BytesIO(services.receipt_pdf(applicant, dossier_id))).pages[0].extract_text()
    assert " ".join(words.fr.split()) in " ".join(text.split())


def test_a_clerk_opens_for_an_employer_by_affiliation_and_for_whoever_has_no_number_yet(
    service: Service,
) -> None:
    clerk = service.visitor("fr").sign_in("clerk")
    asked = {"form": "enterprise-change", "registration": "7654399"}
    told = clerk.post("/agency/open", asked)
    assert told.status_code == 422 and "7654399" in told.get_data(as_text=True)
    opened = clerk.post("/agency/open", asked | {"anyway": "7654399"})
    assert opened.status_code == 303
    services, actor = service.application.services, service.actor("clerk")
    view = services.dossier(actor, opened.location.rstrip("/").rpartition("/")[2])
    assert view.dossier.answers()["employer.affiliation"] == "7654399"
    assert clerk.post("/agency/open", {"form": "321-1-06", "registration": ""}).status_code == 303
    assert clerk.post("/agency/open", {"form": "work-resumption", "registration": ""}).status_code == 422
