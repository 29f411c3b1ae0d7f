"""A page of a form that waits goes only where it can belong, and its stack tells what became of it."""

from __future__ import annotations

import re

import pytest
from PIL import Image, ImageFilter
from test_stack import SECOND_PERSON, scan, settle_all, sheets, stack_of, waiting
from web_service import ALLOWANCE, ANSWERS, REFUND, Service, Visitor

pytestmark = pytest.mark.tesseract


@pytest.fixture(autouse=True)
def nothing_waits(service: Service) -> None:
    """The service is shared: pages that other tests left waiting are none of these tests'."""
    settle_all(service)


@pytest.fixture
def references(service: Service) -> list[str]:
    """Of a dossier of the allowance, and of another form."""
    services, actor = service.application.services, service.actor("clerk")
    opened = (service.new_dossier(), service.new_dossier(form=REFUND))
    return [services.dossier(actor, one).reference for one in opened]


def lone_second_page(service: Service) -> Image.Image:
    return sheets(service, SECOND_PERSON, "")[1]


def test_a_page_is_proposed_to_and_taken_by_dossiers_of_its_own_form_only(
    service: Service, clerk: Visitor, references: list[str]
) -> None:
    services, actor = service.application.services, service.actor("clerk")
    right, wrong = references
    first = sheets(service, ANSWERS, right)[0]
    before = scan(service, clerk, stack_of(lone_second_page(service), first), "after.pdf")
    assert "وُزع منها: 1" in before
    (page,) = waiting(service)
    assert (page.form_page, page.suggested) == (2, None), "the dossier after it is somebody else's"
    refused = clerk.post(f"/agency/pages/{page.id}/file", {"reference": wrong, "as_type": "form"})
    assert refused.status_code == 422
    assert ALLOWANCE in refused.get_data(as_text=True)
    assert [one.id for one in waiting(service)] == [page.id], "it still waits"
    (line,) = services.find_dossiers(actor, wrong)
    assert services.dossier(actor, line.id).attachments == ()
    assert clerk.post(f"/agency/pages/{page.id}/file", {"reference": right}).status_code == 303
    assert waiting(service) == []
    stack = services.stacks(actor)[0]
    sheet = services.stack(actor, stack.id).sheets[0]
    assert (sheet.fate, sheet.reference, stack.placed) == ("filed", right, 2), "its stack tells it too"
    html = clerk.get(f"/agency/stacks/{stack.id}").get_data(as_text=True)
    assert sheet.settled_by
    assert re.search(rf"من طرف [^<]{{0,2}}{re.escape(sheet.settled_by)}", html)
    assert "تحتاج إلى تدخل" not in html


def test_a_second_copy_of_a_page_joins_only_when_that_is_confirmed(
    service: Service, clerk: Visitor, references: list[str]
) -> None:
    services, actor = service.application.services, service.actor("clerk")
    right, _ = references
    both = sheets(service, ANSWERS, right)[:2]
    scan(service, clerk, stack_of(*both, lone_second_page(service)), "twice.pdf")
    (page,) = waiting(service)
    assert page.suggested is None, "the dossier before it has its second page"
    asked = {"reference": right, "as_type": "form"}
    assert "second_copy" not in clerk.get("/agency/intake").get_data(as_text=True), (
        "asked only when it is one"
    )
    (line,) = services.find_dossiers(actor, right)
    answer = clerk.post(f"/agency/pages/{page.id}/file", asked)
    assert answer.status_code == 422
    assert 'name="second_copy"' in answer.get_data(as_text=True)
    assert len(services.dossier(actor, line.id).attachments) == 1
    confirmed = clerk.post(f"/agency/pages/{page.id}/file", {**asked, "second_copy": "true"})
    assert confirmed.status_code == 303
    assert len(services.dossier(actor, line.id).attachments) == 2
    settle_all(service)


def test_a_blurred_sheet_waits_instead_of_following_a_form(
    service: Service, clerk: Visitor, references: list[str]
) -> None:
    first, second = sheets(service, ANSWERS, references[0])[:2]
    width, height = second.size
    half = second.crop((0, height // 3, width, height * 4 // 5)).filter(ImageFilter.GaussianBlur(12))
    services, actor = service.application.services, service.actor("clerk")
    services.intake_scan(actor, [("blurred.pdf", stack_of(first, half))], by_position=True)
    (page,) = waiting(service)
    assert page.number == 2
    html = clerk.get(f"/agency/stacks/{services.stacks(actor)[0].id}").get_data(as_text=True)
    assert "الصورة غير واضحة" in html
    assert 'tag good">أُضيفت' in html, "the form itself is filed"
    settle_all(service)
