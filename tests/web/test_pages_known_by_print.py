"""A page of which only the print is left is proposed to the person whose number or name it bears, or to nobody."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw
from test_stack import SECOND_PERSON, scan, settle_all, sheets, stack_of, waiting
from web_service import ANSWERS, Service, Visitor

pytestmark = pytest.mark.tesseract
STRANGER = {**SECOND_PERSON, "assured.registration": "112233447", "assured.last": "Ouazzani"}


def labelled(page: Image.Image) -> Image.Image:
    """A page with labels over its corners: no code and no mark is left, its answers are."""
    covered, edge = page.copy(), 300
    draw, (width, height) = ImageDraw.Draw(covered), page.size
    for x in (0, width - edge):
        for y in (0, height - edge):
            draw.rectangle((x, y, x + edge, y + edge), fill=255)
    return covered


@pytest.fixture
def dossiers(service: Service) -> tuple[str, str]:
    """References of two people's dossiers, whose numbers are known."""
    actor, services = service.actor("clerk"), service.application.services
    made = []
    for answers in (ANSWERS, SECOND_PERSON):
        name = service.new_dossier({k: answers[k] for k in ("assured.registration", "assured.last")})
        made.append(services.dossier(actor, name).reference)
    return made[0], made[1]


def test_its_own_number_decides_and_not_the_form_before_it(
    service: Service, clerk: Visitor, dossiers: tuple[str, str]
) -> None:
    before, its_own = dossiers
    first = sheets(service, ANSWERS, before)[0]
    theirs, strangers = (
        labelled(sheets(service, one, "6MWU-T4A5-HTG3")[0]) for one in (SECOND_PERSON, STRANGER)
    )
    scan(service, clerk, stack_of(first, theirs, strangers), "labelled.pdf")
    known, unknown = waiting(service)
    assert (known.form_page, known.suggested, known.why) == (1, its_own, "number")
    assert known.number_read == SECOND_PERSON["assured.registration"]
    assert (unknown.suggested, unknown.number_read) == (None, STRANGER["assured.registration"])
    html = clerk.get("/agency/intake").get_data(as_text=True)
    assert "رقم التسجيل المقروء على الصفحة" in html, "the clerk is told why"
    assert f'value="{STRANGER["assured.registration"]}"' in html, "ready to open a dossier, not opened"
    settle_all(service)
