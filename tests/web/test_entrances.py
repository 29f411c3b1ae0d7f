"""The fund's other addresses lead where people mean to go, and the page of contacts names what the sources name."""

from __future__ import annotations

import pytest
from web_service import Service

ENTRANCES = {
    "/recouvrement": "/fr/procedures/?topic=remission",
    "/damancom": "/fr/procedures/?who=employer",
    "/taawidaty": "/fr/forms/310-1-32",
    "/tns": "/fr/visit/self-employed-registration",
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_an_entrance_leads_to_its_procedures(service: Service, entrance: str) -> None:
    visitor = service.visitor("fr")
    answer = visitor.get(entrance)
    assert answer.headers["Location"] == ENTRANCES[entrance]
    assert visitor.client.get(ENTRANCES[entrance]).status_code == 200


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_contacts_can_be_called_and_written_to(service: Service, lang: str) -> None:
    page = service.visitor(lang).get("/contact").get_data(as_text=True)
    for reached in (
        "tel:0802033333",
        "tel:0802007200",
        "mailto:infos@cnss.ma",
        "BP 2023",
        "www.macnss.ma",
        "09-08",
    ):
        assert reached in page
    assert f'href="/{lang}/contact"' in service.visitor(lang).get("/").get_data(as_text=True)


def test_the_self_employed_find_their_way_in_from_home_and_catalogue(service: Service) -> None:
    visitor = service.visitor("fr")
    begin = '"/fr/visit/self-employed-registration"'
    for page in ("/", "/forms/self-employed-registration"):
        assert begin in visitor.get(page).get_data(as_text=True)
    found = visitor.get("/procedures/?q=non+salarié").get_data(as_text=True)
    assert "/fr/forms/self-employed-registration" in found
