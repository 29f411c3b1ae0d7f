"""The list of pages that wait does not send its reader to that list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete
from web_service import Service

from forms_service.messages import MESSAGES
from forms_service.services.correction_slips import WITHOUT_DOSSIER
from forms_service.services.staff_words import ON_THE_LIST, without_way
from forms_service.storage.models import IntakeRow, LeftPageRow

POINTING = {name: one for name, one in MESSAGES.items() if "pages à identifier" in one.fr}


def test_every_remark_that_leads_there_can_be_told_without_its_way() -> None:
    assert {"unidentified", "invalid_reference", "code_unreadable"} <= set(POINTING)
    for remark in (*POINTING.values(), WITHOUT_DOSSIER):
        assert ON_THE_LIST.ar in remark.ar
        here = without_way(remark)
        assert "لائحة" not in here.ar
        assert "liste" not in here.fr
    assert without_way(POINTING["unidentified"]).fr.endswith("Dites à qui elle est.")
    assert without_way(POINTING["code_unreadable"]).ar.endswith("حددوا صاحبها، أو أعيدوا مسحها.")


@pytest.fixture
def waiting_page(service: Service) -> Iterator[str]:
    """A sheet without an identity, as the sorting of a stack leaves it."""
    told = MESSAGES["unidentified"].as_dict()
    page = {"file": "pile.pdf", "number": 1, "original_object": "a" * 64, "fate": "unidentified"}
    at, database = datetime(2026, 3, 2, 10, 30, tzinfo=UTC), service.application.database
    with database.writing() as session:
        session.add(IntakeRow(id="s", scanned_by=service.actor("clerk").id, scanned_at=at, state="done"))
        session.flush()
        session.add(LeftPageRow(id="p", intake_id="s", message=told, scanned_at=at, **page))
    yield "p"
    with database.writing() as session:
        session.execute(delete(LeftPageRow).where(LeftPageRow.id == "p"))
        session.execute(delete(IntakeRow).where(IntakeRow.id == "s"))


def test_the_list_does_not_lead_to_itself(service: Service, waiting_page: str) -> None:
    for language, there in (("ar", "في لائحة"), ("fr", "dans la liste")):
        html = service.visitor(language).sign_in("clerk").get("/agency/intake").get_data(as_text=True)
        card = html.partition(f'id="page-{waiting_page}"')[2].partition("</article>")[0]
        said = re.findall(r"<p>(.*?)</p>", card, re.S)[0]
        assert without_way(MESSAGES["unidentified"]).as_dict()[language].partition("'")[0] in said
        assert there not in said
