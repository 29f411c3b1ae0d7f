"""A clerk's stack of real sheets: each to its dossier, what is not known waits and is not lost."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from forms_service.render.form_pdf import render_filled

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
STRANGE = SAMPLES / ALLOWANCE / "youssef-bennani" / "attachments" / "01-id-assured.jpg"
SECOND_PERSON = {**ANSWERS, "assured.last": "Tazi", "assured.registration": "198765432"}

pytestmark = pytest.mark.tesseract


def sheets(service: Service, answers: dict, reference: str) -> list[Image.Image]:
    """The printed and filled form as a scanner sees it, page by page."""
    spec = service.application.catalogue.get(ALLOWANCE)
    values = dossier_from_answers(spec, answers).dossier.answers()
    printed = {one.id for one in spec.printed_fields()}
    pdf = render_filled(
        spec, {k: v for k, v in values.items() if k in printed}, reference=reference, flatten=True
    )
    return [
        page.render(scale=200 / 72, grayscale=True).to_pil().rotate(0.5, fillcolor=255, resample=3)
        for page in pypdfium2.PdfDocument(pdf)
    ]


def stack_of(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


@dataclass
class Stack:
    """Three sheets of two people, shuffled, and a paper that is no form."""

    known: str
    printed: str
    html: str


@pytest.fixture
def stack(service: Service, clerk: Visitor) -> Stack:
    services = service.application.services
    known = service.new_dossier()
    reference = services.dossier(service.actor("clerk"), known).reference
    printed = "6MWU-T4A5-HTG3"
    first, second = sheets(service, ANSWERS, reference)[:2]
    other = sheets(service, SECOND_PERSON, printed)[0]
    with Image.open(STRANGE) as strange:
        pile = stack_of(second, other, strange.convert("L"), first)
    return Stack(known, printed, scan(service, clerk, pile, "pile.pdf"))


def scan(service: Service, clerk: Visitor, data: bytes, name: str) -> str:
    """Send a stack, let a worker sort it, and look at its page."""
    answer = clerk.post("/agency/intake", {"files": (io.BytesIO(data), name)})
    assert answer.status_code == 303
    place = answer.headers["Location"].partition("/ar")[2]
    assert "data-live" in clerk.get(place).get_data(as_text=True), "it is told that it is under way"
    service.application.services.sort_stack(place.rpartition("/")[2])
    html = clerk.get(place).get_data(as_text=True)
    assert "<progress" not in html
    return html


def waiting(service: Service):
    return service.application.services.left_pages(service.actor("clerk"))[0]


def settle_all(service: Service) -> None:
    for page in waiting(service):
        service.application.services.discard_left_page(service.actor("clerk"), page.id, "fin de l'essai")


def test_three_sheets_find_their_dossiers_and_the_foreign_page_waits_to_be_filed_by_hand(
    service: Service, clerk: Visitor, stack: Stack
) -> None:
    """One stack through all of it: each scanned page costs the test a reading."""
    services, actor = service.application.services, service.actor("clerk")
    service.read_all()
    first = services.dossier(actor, stack.known)
    (upload,) = first.attachments
    assert (upload.type, upload.pages) == ("form", 2)
    assert first.dossier.answers()["assured.registration"] == ANSWERS["assured.registration"]
    (line,) = services.find_dossiers(actor, stack.printed)
    second = services.dossier(actor, line.id)
    assert second.dossier.answers()["assured.registration"] == "198765432"
    assert [one.pages for one in second.attachments] == [1]
    assert stack.html.count("أُضيفت</span>") == 3
    check_that_the_foreign_page_waits_and_is_filed_by_hand(service, clerk, stack)


def check_that_the_foreign_page_waits_and_is_filed_by_hand(
    service: Service, clerk: Visitor, stack: Stack
) -> None:
    """With its picture, once only."""
    services = service.application.services
    (page,) = waiting(service)
    assert (page.file, page.number, page.picture) == ("pile.pdf", 3, True)
    assert f'id="page-{page.id}"' in clerk.get("/agency/intake").get_data(as_text=True)
    picture = clerk.get(f"/agency/pages/{page.id}.png")
    assert Image.open(io.BytesIO(picture.data)).width == 900
    assert clerk.get(f"/agency/pages/{page.id}/original").data.startswith(b"%PDF")
    reference = services.dossier(service.actor("clerk"), stack.known).reference
    asked = {"reference": reference.lower(), "as_type": "id_assured"}
    assert clerk.post(f"/agency/pages/{page.id}/file", asked).status_code == 303
    assert waiting(service) == []
    service.read_all()
    filed = services.dossier(service.actor("clerk"), stack.known).attachments[-1]
    assert (filed.filename, filed.type, filed.pages) == ("pile (3).png", "id_assured", 1)
    again = clerk.post(f"/agency/pages/{page.id}/file", asked)
    assert again.status_code == 422
    assert len(services.dossier(service.actor("clerk"), stack.known).attachments) == 2


@pytest.fixture
def foreign(service: Service, clerk: Visitor) -> Iterator[str]:
    """One foreign page alone."""
    never_seen_before = STRANGE.read_bytes() + secrets.token_bytes(8)
    scan(service, clerk, never_seen_before, "carte.jpg")
    (page,) = waiting(service)
    yield page.id
    settle_all(service)


def test_a_page_opens_a_dossier_for_a_registration_number(
    service: Service, clerk: Visitor, foreign: str
) -> None:
    page = waiting(service)[0]
    asked = {"registration": "112233445", "form": ALLOWANCE, "as_type": ""}
    assert clerk.post(f"/agency/pages/{page.id}/file", asked).status_code == 303
    (line,) = service.application.services.find_dossiers(service.actor("clerk"), "112233445")
    assert service.application.services.dossier(service.actor("clerk"), line.id).attachments


NOWHERE_TO_FILE = (
    {},
    {"reference": "XXXX-XXXX-XXXX"},
    {"registration": "12x", "form": ALLOWANCE},
    {"registration": "123456782"},
    {"as_type": "form"},
)


def test_a_page_that_cannot_be_filed_stays_and_is_discarded_for_a_reason_only(
    service: Service, clerk: Visitor, reviewer: Visitor, foreign: str
) -> None:
    """One page through all of it: each scanned page costs the test a reading."""
    (page,) = waiting(service)
    for asked in NOWHERE_TO_FILE:
        answer = clerk.post(f"/agency/pages/{page.id}/file", asked)
        assert answer.status_code == 422, asked
        html = answer.get_data(as_text=True)
        assert f'href="#reference-{page.id}"' in html, asked
        assert f'value="{asked.get("registration", "")}"' in html, asked
        assert [one.id for one in waiting(service)] == [page.id], asked
    for visitor in (reviewer, service.visitor().sign_in("applicant")):
        assert visitor.get(f"/agency/pages/{page.id}.png").status_code == 404
        assert visitor.post(f"/agency/pages/{page.id}/file", {"reference": "x"}).status_code == 404
    assert clerk.post(f"/agency/pages/{page.id}/discard", {"reason": " "}).status_code == 422
    assert clerk.post(f"/agency/pages/{page.id}/discard", {"reason": "publicité"}).status_code == 303
    assert waiting(service) == []
    assert clerk.get(f"/agency/pages/{page.id}/original").status_code == 200, "nothing is lost"


def test_the_samples_mixed_up_stack_opens_a_dossier_for_each_person(service: Service, clerk: Visitor) -> None:
    pile = (SAMPLES / "bad" / "two-people-mixed.tif").read_bytes()
    html = scan(service, clerk, pile, "mixed.tif")
    references = set(re.findall(r'<bdi class="code"[^>]*>([^<]+)</bdi> <span class="small">', html))
    assert len(references) == 2
    assert waiting(service) == []


def test_a_file_that_does_not_open_waits_as_a_whole(service: Service, clerk: Visitor) -> None:
    data = (SAMPLES / "bad" / "encrypted.pdf").read_bytes()
    html = scan(service, clerk, data, "locked.pdf")
    (page,) = waiting(service)
    assert (page.number, page.picture) == (0, False)
    assert "locked.pdf" in html
    warned = clerk.get(f"/agency/pages/{page.id}/original")
    assert warned.mimetype == "text/html" and data[:8] not in warned.data, "nobody opens it without a warning"
    assert clerk.post(f"/agency/pages/{page.id}/original").data == data
    assert clerk.get(f"/agency/pages/{page.id}.png").status_code == 404
    settle_all(service)
