"""Every page, in both languages: axe-core finds nothing, nothing is too wide, too heavy or in the wrong language.

The pages come from the service's own table of addresses (scripts/every_page.py): none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from demonstration import Demonstration, demonstration, prepare
from every_page import PageOfSomebody, every_page, session_of, unvisited
from language_of_pages import words_in_the_wrong_language
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "third_party" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
MOST_BYTES = 100_000
NOT_PROSE = frozenset({"author-preview", "programs-interface", "operator-user"})
"""A form in both languages with its source; header names of the interface; a person's name as title."""
PATIENCE_MS = 60_000


@dataclass
class Everything:
    """The demonstration, its pages, and who is signed in for each."""

    demo: Demonstration
    pages: list[PageOfSomebody]
    sessions: dict[str | None, str | None]


@pytest.fixture(scope="module")
def everything() -> Iterator[Everything]:
    with demonstration() as demo, ThreadPoolExecutor(1) as aside:  # the browser's loop runs in this thread
        pages = aside.submit(lambda: every_page(demo, prepare(demo))).result()
        sessions = {who: session_of(demo, who) for who in {one.who for one in pages}}
        yield Everything(demo, pages, sessions)


@pytest.fixture
def visit(browser: Browser, everything: Everything) -> Iterator[Callable[..., Iterator[tuple[str, Page]]]]:
    """Go through every page as the person it is for; gives ``name in language`` and the open page."""
    opened = []

    def through(language: str, **options: Any) -> Iterator[tuple[str, Page]]:
        for who, session in everything.sessions.items():
            context = browser.new_context(bypass_csp=True, **options)
            opened.append(context)
            if session:
                address = everything.demo.address
                context.add_cookies([{"name": "session", "value": session, "url": address}])
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            for one in everything.pages:
                if one.who == who:
                    page.goto(f"{everything.demo.address}/{language}{one.path}", timeout=PATIENCE_MS)
                    yield f"{one.name} ({language})", page

    yield through
    for context in opened:
        context.close()


def test_no_page_is_forgotten(everything: Everything) -> None:
    assert len(everything.pages) > 30
    assert unvisited(everything.demo, everything.pages) == []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_axe_finds_nothing(visit: Callable[..., Iterator[tuple[str, Page]]], language: str) -> None:
    """By day and by night on a wide screen, and on the narrowest phone; what is folded away is unfolded."""
    found = []
    for name, page in visit(language, viewport=WIDE):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found += [f"{name}, by day: {one}" for one in violations(page, RULES)]
        page.emulate_media(color_scheme="dark")
        found += [f"{name}, by night: {one}" for one in violations(page, only="color-contrast")]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        found += [f"{name}, narrow: {one}" for one in violations(page, RULES)]
        found += too_wide(name, page)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert not found, "\n".join(found)


def violations(page: Page, tags: list[str] | None = None, only: str | None = None) -> list[str]:
    chosen = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": tags}
    options = {"runOnly": chosen, "resultTypes": ["violations"]}
    result = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{one['id']} {node['target']} {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in result["violations"]
        for node in one["nodes"][:3]
    ]


def test_axe_would_find_something(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='x'><input><p style='color:#ccc'>pale</p></body></html>")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = " ".join(violations(page, RULES))
    page.close()
    for rule in ("image-alt", "label", "color-contrast", "html-has-lang"):
        assert rule in found


def too_wide(name: str, page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{name}: {wider} px wider than its window"] if wider > 0 else []


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_pages_fit_with_the_largest_letters_and_are_light(
    everything: Everything, visit: Callable[..., Iterator[tuple[str, Page]]], language: str
) -> None:
    """The largest letters fit the smallest phone wherever applicants and visitors come.

    Light is what comes over the wire for a first visit of any page, pictures apart, packed as it is sent.
    """
    people = {f"{one.name} ({language})" for one in everything.pages if _of_the_public(one.who)}
    wide, heavy = [], []
    for name, page in visit(language, viewport=NARROW):
        page.evaluate("document.documentElement.dataset.text = 'largest'")
        wide += too_wide(name, page) if name in people else []
        sent = page.evaluate(
            """() => {
                const kinds = ["link", "script", "css", "font", "other"];
                const parts = performance.getEntriesByType("resource").filter(
                    (one) => kinds.includes(one.initiatorType) && !/\\.(png|svg)/.test(one.name));
                const page = performance.getEntriesByType("navigation")[0];
                return page.encodedBodySize + parts.reduce((sum, one) => sum + one.encodedBodySize, 0);
            }"""
        )
        assert sent > 30_000, f"{name}: the measure sees the fonts and styles"
        if sent >= MOST_BYTES:
            heavy.append(f"{name}: {sent} bytes")
    assert not wide, "\n".join(wide)
    assert not heavy, "\n".join(heavy)


def _of_the_public(who: str | None) -> bool:
    return who in (None, "newcomer") or who.startswith("applicant")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_page_speaks_its_own_language(
    visit: Callable[..., Iterator[tuple[str, Page]]], language: str
) -> None:
    found = []
    for name, page in visit(language, viewport=WIDE):
        if name.split()[0] in NOT_PROSE:
            continue
        found += [f"{name}: {words}" for words in words_in_the_wrong_language(page, language)]
    assert not found, "\n".join(found)
