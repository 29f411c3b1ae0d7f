"""One request through a whole correction, in French: the reviewer by keyboard alone, the applicant by links.

The form came back filled in as a PDF and says otherwise than the screen; the card is a sample's own scan.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from core.dossier import dossier_from_answers
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.render.form_pdf import render_filled
from forms_service.spec_catalogue import SpecCatalogue
from tests.browser.beginning_requests import begin
from tests.browser.review_desk import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.tesseract]

PATIENCE_MS = 60_000
READING_MS = 240_000
LETTERS_APART_MS = 900  # letters that come sooner are those of a word and judge nothing
REFUND, TITLE = "310-1-32", "Demande de remboursement des cotisations salariales"
SAMPLES = Path(__file__).parents[2] / "samples"
SAMIRA = SAMPLES / REFUND / "samira-lahlou"
ON_PAPER = yaml.safe_load((SAMIRA / "values.yaml").read_text(encoding="utf-8"))
ON_SCREEN = {"assured.last": "Lahlu", "assured.last.ar": "الحلو", "assured.first": "Samera"}
SOMEBODY_ELSES_CARD = SAMPLES / "311-1-14" / "youssef-bennani" / "attachments" / "01-id-assured.jpg"
MESSAGE = "Le prénom et la carte, s'il vous plaît."


def page_of(browser: Browser, address: str, role: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles or one.name == role)
    page.goto(f"{address}/fr/sign-in")
    page.fill("#login", account.login)
    page.fill("#password", account.password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def typed_pdf(reference: str) -> bytes:
    spec = SpecCatalogue.load().get(REFUND)
    return render_filled(spec, dossier_from_answers(spec, ON_PAPER).dossier.answers(), reference=reference)


def send(page: Page, place: str, file: Path | dict[str, object]) -> None:
    page.set_input_files(f"#{place}-files", file)  # type: ignore[arg-type]
    page.click(f"#{place} .drop + button")
    expect(page.locator(f"#{place} .files > li")).to_have_count(1)


def deposit(page: Page) -> str:
    """Three names on screen, others in the PDF, another person's card; gives the reference."""
    begin(page, TITLE)
    page.wait_for_url(re.compile(r"/fr/dossiers/[^/]+$"))
    reference = page.locator(".meta .code").first.inner_text()
    page.locator("ul.tasks a[href$='/section/assured']").click()
    for field_id, text in ON_SCREEN.items():
        page.fill(f"[name='q.{field_id}']", text)
    page.click("main form button[name=later]")
    page.locator("ul.tasks a[href$='/documents']").click()
    page.click("#the-form details summary")
    form = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": typed_pdf(reference)}
    send(page, "the-form", form)
    send(page, "doc-cnss_card", SAMIRA / "attachments" / "01-cnss-card.jpg")
    send(page, "doc-id", SOMEBODY_ELSES_CARD)
    expect(page.locator("[data-live]")).to_have_count(
        0, timeout=READING_MS
    )  # read; the page looks again by itself
    page.click(".onward button")
    declare(page)
    return reference


def declare(page: Page) -> None:
    page.check("#declaration")
    page.click("form[action$='/deposit'] button")
    page.wait_for_url(re.compile("/deposited$"))


def open_by_keyboard(page: Page, reference: str) -> None:
    page.get_by_role("link", name=reference).press("Enter")
    page.wait_for_url(re.compile(r"/fr/review/[^/]+$"))
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#start")).to_have_count(0)


def choose_reason(page: Page, words: str) -> None:
    """Down to the reason that says so, and Enter."""
    box = page.locator("select:focus")
    expect(box).to_have_count(1)
    for _ in range(box.locator("option").count()):
        page.keyboard.press("ArrowDown")
        if words in box.locator("option:checked").inner_text():
            break
    assert words in box.locator("option:checked").inner_text()
    page.keyboard.press("Enter")


def reject_one_answer(page: Page) -> None:
    """Of three doubts two are as the paper says, in any order; the third is asked again."""
    doubts = page.locator(".reading.doubt")
    expect(doubts).to_have_count(3)
    boxes = [f"#{one.get_attribute('id')}" for one in doubts.all()]
    expect(page.locator(boxes[0])).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(boxes[1])).to_be_focused()
    page.keyboard.press("Enter")
    expect(doubts).to_have_count(2)
    expect(page.locator(boxes[2])).to_be_focused()
    page.keyboard.press("Enter")
    expect(doubts).to_have_count(1)
    expect(page.locator(boxes[0])).to_be_focused()
    page.keyboard.press("Alt+r")
    choose_reason(page, "Ne correspond pas")
    expect(doubts).to_have_count(0)
    at_rest(page)


def judge_the_papers(page: Page) -> None:
    """Each is seen; two are accepted by a key, another person's card is declined for that reason."""
    paper = page.locator("article.paper:focus")
    for kind, key in (("signé", "o"), ("CNSS", "o"), ("CNI", "n")):
        page.keyboard.press("d")
        expect(paper.locator("h3")).to_contain_text(kind)
        picture = paper.locator("img").first
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") > 900
        page.wait_for_timeout(LETTERS_APART_MS)
        page.keyboard.press(key)
    choose_reason(page, "autre personne")
    expect(page.locator("article.paper[data-open]")).to_have_count(0)
    at_rest(page)


def ask_for_both(page: Page) -> None:
    """What was rejected is ticked already; a few words, and it goes."""
    page.keyboard.press("c")
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator("#ask input[type=checkbox]:checked")).to_have_count(2)
    page.keyboard.type(MESSAGE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.done")).to_have_text("La demande de correction est envoyée.")


def mend_what_is_asked(page: Page) -> None:
    """Only what was rejected, each with its reason; everything else stays as it is, folded away."""
    page.get_by_role("link", name="Suivre la demande").click()
    asked = page.locator("section[aria-labelledby=correction-title]")
    expect(asked.locator("blockquote")).to_have_text(MESSAGE)
    expect(asked.locator("ul li")).to_have_count(2)
    expect(asked.locator("ul li").first).to_contain_text("Ne correspond pas au document joint.")
    expect(asked.locator("ul li").last).to_contain_text("Le document concerne une autre personne.")
    asked.locator("ul a").first.click()
    expect(page.locator("main [name^='q.']:visible")).to_have_count(2)  # the first name, in either script
    page.fill("[name='q.assured.first']", "Samira")
    page.locator("main form button[type=submit]").first.click()
    expect(asked.locator("ul li").first).to_contain_text("Répondu")  # not on to what nobody asked
    asked.locator("ul a").last.click()
    expect(page.locator(".demand:not(.settled)")).to_have_count(1)
    page.set_input_files("#doc-id-files", SAMIRA / "attachments" / "02-id.pdf")
    page.click("button[name=go][value=doc-id]")
    expect(page.locator(".notice.done")).to_have_text("1 fichier reçu.")
    expect(page.locator("[data-live]")).to_have_count(0, timeout=READING_MS)
    expect(page.locator(".notice.done")).to_have_text(
        "1 fichier reçu."
    )  # also when the page was loaded again
    page.click(".onward button")
    expect(page.locator("#corrected dt")).to_have_count(2)
    declare(page)


def see_where_answers_come_from(page: Page) -> None:
    """Every value keeps who gave it: the applicant just now, or the reviewer who took it from the paper."""
    page.locator("details.told > summary").press("Enter")
    told = page.locator("details.told dl.answers > div")
    expect(told.filter(has_text="Prénom (En lettres latines)")).to_contain_text("à l'écran – Samira Lahlou")
    family = told.filter(has_text=re.compile(r"Nom \(En lettres latines"))
    expect(family).to_contain_text("Lahlou")
    expect(family).to_contain_text("du gestionnaire – Contrôle de démonstration")


def accept(page: Page) -> None:
    page.keyboard.press("d")
    expect(page.locator("article.paper:focus h3")).to_contain_text("Ajouté après le dépôt")
    page.wait_for_timeout(LETTERS_APART_MS)
    page.keyboard.press("o")
    expect(page.locator("article.paper[data-open]")).to_have_count(0)
    at_rest(page)
    page.keyboard.press("v")
    expect(page.locator("#outcome-accepted")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.done")).to_have_text("La décision est enregistrée.")


_CUT_CHOICES = """(arrow) => {
    const pen = document.createElement("canvas").getContext("2d"), box = document.querySelector("#order");
    const style = getComputedStyle(box);
    pen.font = style.font;
    const room = box.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd) - arrow;
    return [...box.options].map((one) => one.text).filter((text) => pen.measureText(text).width > room);
}"""
_ARROW_PX = 16


def see_the_list_whole(page: Page) -> None:
    """Every order to choose is read to its end on any screen, and a wide one shows the table to its last column."""
    table = page.locator(".scroll:has(table.queue)")
    expect(table).to_be_visible()
    for width in (320, 390, 740, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(_CUT_CHOICES, _ARROW_PX) == [], width
    assert table.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0


def test_a_correction_goes_round_and_the_request_is_accepted(browser: Browser, address: str) -> None:
    applicant = page_of(browser, address, "Samira Lahlou")
    reference = deposit(applicant)
    page = page_of(browser, address, "reviewer")
    open_by_keyboard(page, reference)
    reject_one_answer(page)
    judge_the_papers(page)
    ask_for_both(page)
    mend_what_is_asked(applicant)
    page.locator("nav a[href$='/review/']").press("Enter")
    see_the_list_whole(page)
    open_by_keyboard(page, reference)
    see_where_answers_come_from(page)
    accept(page)
    applicant.get_by_role("link", name="Suivre la demande").click()
    expect(applicant.locator(".meta .tag")).to_have_class(re.compile("state-accepted"))
    applicant.context.close()
    page.context.close()
