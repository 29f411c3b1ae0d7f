"""Everything that is looked at on a page, in one visit: access, width, weight and language.

A page is opened once on the smallest phone, looked at in large letters and usual ones, then on a wide screen
by day, and in the first language by night.  Opening it again for each question would say the same and take
three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demonstration import Demonstration, demonstration, prepare
from every_page import PageOfSomebody, every_page, session_of
from language_of_pages import words_in_the_wrong_language
from playwright.sync_api import Browser, Page

AXE = (Path(__file__).resolve().parents[1] / "third_party" / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_THE_SIZE = ("target-size", "scrollable-region-focusable", "link-in-text-block")
"""Rules whose answer may change with the width; the others look at what a page says, which does not."""
OF_COLOURS = ("color-contrast",)
"""The dearest rule: it changes with the width and by night as well, but not with the language."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
LEAST_BYTES, MOST_BYTES = 30_000, 100_000
NOT_PROSE = frozenset({"author-preview", "author-source", "programs-interface", "operator-user"})
"""A form in both languages; its source; header names of the interface; a person's name as title."""
PATIENCE_MS = 60_000
_SENT = """() => {
    const kinds = ["link", "script", "css", "font", "other"];
    const parts = performance.getEntriesByType("resource").filter(
        (one) => kinds.includes(one.initiatorType) && !/\\.(png|svg)/.test(one.name));
    const page = performance.getEntriesByType("navigation")[0];
    return page.encodedBodySize + parts.reduce((sum, one) => sum + one.encodedBodySize, 0);
}"""

_DEAD_LINKS = """() => [...document.querySelectorAll('a[href^="#"]')]
    .map((one) => decodeURIComponent(one.getAttribute("href").slice(1)))
    .filter((id) => id && !document.getElementById(id))"""


@dataclass
class Everything:
    """The demonstration, its pages, and who is signed in for each."""

    demo: Demonstration
    pages: list[PageOfSomebody]
    sessions: dict[str | None, str | None]


@contextmanager
def everything_shown() -> Iterator[Everything]:
    """Run the demonstration and find its pages."""
    with demonstration() as demo, ThreadPoolExecutor(1) as aside:  # the browser's loop runs in this thread
        pages = aside.submit(lambda: every_page(demo, prepare(demo))).result()
        sessions = {who: session_of(demo, who) for who in dict.fromkeys(one.who for one in pages)}
        yield Everything(demo, pages, sessions)


def found_by_visiting(browser: Browser, everything: Everything, language: str) -> list[str]:
    """Go through every page as the person it is for; gives all that is wrong with any."""
    found = []
    for who, session in everything.sessions.items():
        context = browser.new_context(bypass_csp=True, viewport=NARROW)
        if session:
            address = everything.demo.address
            context.add_cookies([{"name": "session", "value": session, "url": address}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        for one in everything.pages:
            if one.who == who:
                page.set_viewport_size(NARROW)  # type: ignore[arg-type]
                page.goto(f"{everything.demo.address}/{language}{one.path}", timeout=PATIENCE_MS)
                found += [f"{one.name}: {trouble}" for trouble in _looked_at(page, one.name, language)]
        context.close()
    return found


def _looked_at(page: Page, name: str, language: str) -> Iterator[str]:
    sent = page.evaluate(_SENT)
    if not LEAST_BYTES < sent < MOST_BYTES:  # below, the measure does not see fonts and styles
        yield f"{sent} bytes come over the wire"
    if name not in NOT_PROSE:
        yield from words_in_the_wrong_language(page, language)
    yield from (f"a link leads nowhere: #{one}" for one in page.evaluate(_DEAD_LINKS))
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    usual = page.evaluate("document.documentElement.dataset.text || ''")
    page.evaluate("document.documentElement.dataset.text = 'largest'")
    yield from too_wide(page, "in the largest letters")
    page.evaluate("(usual) => { document.documentElement.dataset.text = usual; }", usual)
    page.evaluate(AXE)
    yield from too_wide(page, "unfolded")
    of_colours = OF_COLOURS if language == "ar" else ()
    yield from (f"narrow: {one}" for one in violations(page, only=OF_THE_SIZE + of_colours))
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    yield from too_wide(page, "on a wide screen")
    yield from (f"by day: {one}" for one in violations(page, RULES))
    if of_colours:
        page.emulate_media(color_scheme="dark")
        yield from (f"by night: {one}" for one in violations(page, only=of_colours))
        page.emulate_media(color_scheme="light")


def violations(page: Page, tags: list[str] | None = None, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds by the rules of some kinds, or by some rules."""
    chosen = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": tags}
    options = {"runOnly": chosen, "resultTypes": ["violations"]}
    result = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{one['id']} {node['target']} {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in result["violations"]
        for node in one["nodes"][:3]
    ]


def too_wide(page: Page, when: str) -> list[str]:
    """Whether the page must be pushed sideways, and by which of its parts."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wider} px wider than its window {when}: {page.evaluate(_OUTSIDE)}"] if wider > 0 else []


_OUTSIDE = """() => {
    const wide = document.documentElement.clientWidth;
    const seen = [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 1 && (box.left < -1 || box.right > wide + 1) && !one.closest(".scroll, .sr");
    });
    return seen.slice(0, 4).map((one) => `${one.tagName} .${one.className} ${one.id}`).join("; ");
}"""
