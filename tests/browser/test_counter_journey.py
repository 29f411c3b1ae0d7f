"""At the counter, in French: somebody without an account is served, and a request drawn for a check is brought in.

The share of deposits that are drawn is a setting; here it is all of them.  No script runs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from forms_service.bootstrap import build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from tests.browser.beginning_requests import begin
from tests.browser.review_desk import every_form
from tests.browser.service_with_worker import serving

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
PAPERS = Path(__file__).parents[2] / "samples" / "310-1-32" / "samira-lahlou" / "attachments"
REFUND = "Demande de remboursement des cotisations salariales"


@pytest.fixture
def everything_is_drawn(tmp_path: Path) -> Iterator[str]:
    """A service that draws every deposit for a check, by its setting."""
    settings = {"FORMS_DATA_DIR": str(tmp_path), "FORMS_DEMO": "1", "FORMS_PHYSICAL_CHECK_RATE": "1"}
    application = build(Config.from_environment(settings), first_look=NoLook(), catalogue=every_form())
    with serving(application) as address:
        yield address


def signed_in(browser: Browser, address: str, name: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    account = next(one for one in DEMO_ACCOUNTS if one.name == name)
    page.goto(f"{address}/fr/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def printed(page: Page, name: str) -> str:
    """What stands on the paper a link leads to."""
    paper = page.context.request.get(page.get_by_role("link", name=name).evaluate("one => one.href"))
    assert paper.ok
    return "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.body())).pages)


def deposit(page: Page) -> None:
    page.check("#declaration")
    page.click("form[action$='/deposit'] button")
    page.wait_for_url(re.compile("/deposited$"))


def test_a_request_drawn_for_a_check_is_told_so_at_once_and_goes_on_with_its_papers(
    browser: Browser, everything_is_drawn: str
) -> None:
    applicant = signed_in(browser, everything_is_drawn, "Samira Lahlou")
    begin(applicant, REFUND)
    applicant.locator("ul.tasks a[href$='/documents']").click()
    applicant.set_input_files("#doc-cnss_card-files", PAPERS / "01-cnss-card.jpg")
    applicant.click("#doc-cnss_card .drop + button")
    expect(applicant.locator(".notice.done")).to_have_text("1 fichier reçu.")
    applicant.click(".onward button")
    deposit(applicant)
    told = applicant.locator("#physical-check")
    expect(told.locator("h2")).to_contain_text("retenue pour un contrôle physique")
    expect(told).to_contain_text("Carte d'immatriculation à la CNSS")
    reference = applicant.locator(".panel .code").inner_text()
    applicant.get_by_role("link", name="Suivre la demande").click()
    state = applicant.locator(".meta .tag")
    expect(state).to_have_class(re.compile("state-physical_check_pending"))

    clerk = signed_in(browser, everything_is_drawn, "Agence de démonstration")
    clerk.locator("main h2 a[href$='/agency/papers']").click()
    clerk.fill("#reference", reference.lower().replace("-", " "))
    clerk.press("#reference", "Enter")
    expect(clerk.locator(".notice.done")).to_contain_text(reference)
    expect(clerk.locator("tbody tr")).to_have_count(0)
    clerk.fill("#reference", reference)
    clerk.press("#reference", "Enter")
    expect(clerk.locator(".summary")).to_contain_text(
        re.compile(r"son état est «\s.?Déposé.?\s»")
    )  # once only

    applicant.reload()
    expect(state).to_have_class(re.compile("state-submitted"))
    expect(applicant.locator("section[aria-labelledby=physical] h2")).to_be_visible()
    expect(applicant.locator("#physical-check")).to_have_count(0)
    reviewer = signed_in(browser, everything_is_drawn, "Contrôle de démonstration")
    expect(reviewer.get_by_role("link", name=reference)).to_be_visible()
    for page in (applicant, clerk, reviewer):
        page.context.close()


def test_somebody_who_walks_in_goes_with_a_form_of_their_own_and_comes_back_for_the_receipt(
    browser: Browser, address: str
) -> None:
    number = "556677889"
    clerk = signed_in(browser, address, "Agence de démonstration")
    clerk.fill("#q", number)
    clerk.press("#q", "Enter")
    expect(clerk.locator("#registration")).to_have_value(number)  # what was looked for is not typed again
    clerk.select_option("#form", label=REFUND)
    clerk.get_by_role("button", name="imprimer").click()
    expect(clerk.locator("#anyway")).to_be_visible()  # no account bears this number
    clerk.check("#anyway")
    clerk.get_by_role("button", name="imprimer").click()
    reference = clerk.locator(".meta .code").first.inner_text()
    paper = printed(clerk, "Imprimer le formulaire (PDF, nouvel onglet)")
    assert reference in paper
    assert number in re.sub(r"\s", "", paper)

    clerk.locator("nav a[href$='/agency/']").click()
    clerk.fill("#q", reference)
    clerk.press("#q", "Enter")
    clerk.locator("tbody").get_by_role("link", name=reference).click()
    clerk.locator("ul.tasks a[href$='/section/assured']").click()
    clerk.fill("[name='q.assured.last']", "Zerouali")
    clerk.fill("[name='q.assured.first']", "Hind")
    clerk.locator("main form button[name=later]").click()
    clerk.locator("ul.tasks a[href$='/check']").click()
    deposit(clerk)
    receipt = printed(clerk, "Télécharger l'accusé de dépôt")
    assert reference in receipt
    assert "Zerouali" in receipt
    clerk.locator("nav a[href$='/agency/']").click()
    clerk.locator("main h2 a[href$='/agency/day']").click()
    expect(clerk.locator("tbody tr", has_text=reference)).to_contain_text("Zerouali")
    clerk.context.close()
