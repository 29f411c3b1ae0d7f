"""The author's preview in a real browser: language by keyboard, lines by link, phones without scrolling sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_service.previewing import PreviewWish, write_preview
from forms_service.spec_catalogue import default_directory

pytestmark = pytest.mark.browser

FORM = Path(__file__).resolve().parents[1] / "third_form" / "leave-1" / "v1.yaml"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("preview")
    draft = folder / "draft.yaml"
    both, latin = ("id: person.first, kind: name, scripts: " + scripts for scripts in ("both", "latn"))
    text = FORM.read_text(encoding="utf-8").replace(both, latin)
    draft.write_text(text, encoding="utf-8")
    write_preview(draft, folder / "out", default_directory(), PreviewWish(sample=True, boxes=True))
    return (folder / "out" / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser, index: str) -> Page:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(index)
    yield page
    page.close()


def test_the_language_is_chosen_by_keyboard_and_the_page_turns(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#show-both")).to_be_focused()
    heading = page.locator("h1")
    expect(heading.get_by_text("إشعار بالانقطاع عن العمل")).to_be_visible()
    expect(heading.get_by_text("Avis d'interruption de travail")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(heading.get_by_text("إشعار بالانقطاع عن العمل")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(heading.get_by_text("Avis d'interruption de travail")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"


@pytest.mark.parametrize("language", ["both", "fr", "ar"])
def test_a_phone_never_scrolls_sideways(page: Page, language: str) -> None:
    page.check(f"#show-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_remark_leads_to_its_line_of_the_file(page: Page) -> None:
    page.locator("#remarks + .card a").first.click()
    line = page.locator(".source span:target")
    expect(line).to_be_in_viewport()
    expect(line).to_contain_text("person.first")


def test_every_picture_is_shown(page: Page) -> None:
    widths = page.evaluate("[...document.images].map(one => one.naturalWidth)")
    assert len(widths) == 3 and min(widths) > 1000
