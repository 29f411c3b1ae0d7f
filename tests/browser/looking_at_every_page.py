"""Everything that is looked at on a page, in one visit: access, width, weight and language.

A page is opened once, looked at on the smallest phone in large letters and usual ones, and on a wide screen: in
the first language by night, in the second by day.  Pages take turns in which width comes first, so that the
window changes once for each.  Opening a page again for each question would say the same and take three times as
long.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from demonstration import Demonstration, demonstration, prepare
from every_page import PageOfSomebody, every_page, session_of
from language_of_pages import words_in_the_wrong_language
from playwright.sync_api import Browser, Page
from readings_at_hand import readings_at_hand

from forms_service.first_look import NoLook

AXE = (Path(__file__).resolve().parents[1] / "third_party" / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_THE_SIZE = ("target-size", "scrollable-region-focusable", "link-in-text-block")
"""Rules whose answer may change with the width; the others look at what a page says, which does not."""
OF_COLOURS = ("color-contrast",)
"""The dearest rule: every page is asked it wide, by night in the first language and by day in the second.  On the
narrow screen it is asked again where text stands in colours, or in a size, that the same page does not show wide."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
BY_DAY = "fr"
LEAST_BYTES, MOST_BYTES = 30_000, 100_000
NOT_PROSE = frozenset({"author-preview", "author-source", "programs-interface", "operator-user"})
"""A form in both languages; its source; header names of the interface; a person's name as title."""
NOT_THERE = {"not-found": 404, "receipt-unknown": 404}
PATIENCE_MS = 60_000
_SENT = """() => {
    const kinds = ["link", "script", "css", "font", "other"];
    const parts = performance.getEntriesByType("resource").filter(
        (one) => kinds.includes(one.initiatorType) && !/\\.(png|svg)/.test(one.name));
    const page = performance.getEntriesByType("navigation")[0];
    return page.encodedBodySize + parts.reduce((sum, one) => sum + one.encodedBodySize, 0);
}"""

_UNFOLDED = """() => {
    const ids = [...document.querySelectorAll('a[href^="#"]')]
        .map((one) => decodeURIComponent(one.getAttribute("href").slice(1)));
    document.querySelectorAll("details").forEach((one) => { one.open = true; });
    return ids.filter((id) => id && !document.getElementById(id));
}"""
"""Unfolds everything; gives the links to places of the page that are not there."""

_TOO_WIDE = """(letters) => {
    const page = document.documentElement, usual = page.dataset.text || "";
    if (letters) page.dataset.text = letters;
    const wide = page.clientWidth, wider = page.scrollWidth - wide;
    const outside = wider <= 0 ? [] : [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 1 && (box.left < -1 || box.right > wide + 1) && !one.closest(".scroll, .sr");
    });
    page.dataset.text = usual;
    const named = outside.slice(0, 4).map((one) => `${one.tagName} .${one.className} ${one.id}`);
    return wider <= 0 ? null : `${wider} px wider than its window: ${named.join("; ")}`;
}"""
"""Whether the page must be pushed sideways, in letters of some size, and by which of its parts."""


_COLOURS = """() => {
    const seen = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const fields = [...document.querySelectorAll("input, select, textarea")];
    const holders = new Set(fields);
    while (walk.nextNode()) if (walk.currentNode.data.trim()) holders.add(walk.currentNode.parentElement);
    for (const one of holders) {
        if (!one.checkVisibility({visibilityProperty: true})) continue;
        const style = getComputedStyle(one), under = [];
        for (let behind = one; behind; behind = behind.parentElement) {
            const of = getComputedStyle(behind);
            const clear = of.backgroundColor === "rgba(0, 0, 0, 0)" && of.backgroundImage === "none";
            if (!clear || of.opacity !== "1") under.push(of.backgroundColor, of.backgroundImage, of.opacity);
        }
        const size = parseFloat(style.fontSize), bold = style.fontWeight >= 700;
        seen.add([style.color, size >= 24 || (bold && size >= 18.66), ...under].join(" "));
    }
    return [...seen];
}"""
"""What the contrast of a page's texts comes from: each colour, on all that lies behind it, large or not."""


@dataclass
class Everything:
    """The demonstration, its pages, and who is signed in for each."""

    demo: Demonstration
    pages: list[PageOfSomebody]
    sessions: dict[str | None, str | None]


@contextmanager
def everything_shown(folder: Path) -> Iterator[Everything]:
    """Run the demonstration and find its pages."""
    with (
        readings_at_hand(folder),
        demonstration(first_look=NoLook()) as demo,
        ThreadPoolExecutor(1) as aside,  # the browser's loop runs in this thread
    ):
        pages = aside.submit(lambda: every_page(demo, prepare(demo))).result()
        sessions = {who: session_of(demo, who) for who in dict.fromkeys(one.who for one in pages)}
        yield Everything(demo, pages, sessions)


def found_by_visiting(browser: Browser, everything: Everything, language: str) -> list[str]:
    """Go through every page as the person it is for; gives all that is wrong with any."""
    found, is_wide = [], False
    context = browser.new_context(bypass_csp=True, viewport=NARROW)
    context.add_init_script(AXE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    for who, session in everything.sessions.items():
        page.goto("about:blank")  # nothing of the last person's is on its way any more
        context.clear_cookies()
        if session:
            context.add_cookies([{"name": "session", "value": session, "url": everything.demo.address}])
        for one in everything.pages:
            if one.who == who:
                answer = page.goto(f"{everything.demo.address}/{language}{one.path}")
                if answer is None or answer.status not in (200, NOT_THERE.get(one.name)):
                    found.append(f"{one.name}: answers {answer and answer.status}")
                found += [f"{one.name}: {trouble}" for trouble in _looked_at(page, one, language, is_wide)]
                is_wide = not is_wide
    context.close()
    return found


def _looked_at(page: Page, one: PageOfSomebody, language: str, is_wide: bool) -> Iterator[str]:
    """What is wrong with a page that was opened in a wide or a narrow window, and is left in the other."""
    there = unquote(urlsplit(page.url).path)
    if there != f"/{language}{one.path.partition('?')[0]}":
        yield f"shows {there} instead"
    sent = page.evaluate(_SENT)
    if not LEAST_BYTES < sent < MOST_BYTES:  # below, the measure does not see fonts and styles
        yield f"{sent} bytes come over the wire"
    if one.name not in NOT_PROSE:
        yield from words_in_the_wrong_language(page, language)
    yield from (f"a link leads nowhere: #{id}" for id in page.evaluate(_UNFOLDED))
    colours: dict[bool, set[str]] = {}
    for wide in (is_wide, not is_wide):
        if wide != is_wide:
            page.set_viewport_size(WIDE if wide else NARROW)  # type: ignore[arg-type]
        colours[wide] = set(page.evaluate(_COLOURS)) if language == BY_DAY else set()
        yield from _wide(page, language) if wide else _narrow(page)
    if colours[False] - colours[True]:
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        yield from (f"narrow: {one}" for one in violations(page, only=OF_COLOURS))
        page.set_viewport_size(NARROW if is_wide else WIDE)  # type: ignore[arg-type]


def _narrow(page: Page) -> Iterator[str]:
    for letters in ("largest", ""):
        yield from too_wide(page, letters)
    yield from (f"narrow: {one}" for one in violations(page, only=OF_THE_SIZE))


def _wide(page: Page, language: str) -> Iterator[str]:
    """Everything a page says, and its colours: they are the same in both languages, but not by day and night."""
    yield from too_wide(page)
    if language != BY_DAY:
        page.emulate_media(color_scheme="dark")
    yield from (f"wide: {one}" for one in violations(page, RULES))
    if language != BY_DAY:
        page.emulate_media(color_scheme="light")


def violations(page: Page, tags: list[str] | None = None, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds by the rules of some kinds, or by some rules.

    Style sheets are not collected for it: the one rule that reads them is experimental, and not among these.
    """
    chosen = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": tags}
    options: dict[str, Any] = {"runOnly": chosen, "resultTypes": ["violations"], "reporter": "no-passes"}
    options["preload"] = {"assets": ["media"]}
    broken = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        f"{one['id']} {node['target']} {node['html'][:120]} {_why(node)}"
        for one in broken
        for node in one["nodes"][:3]
    ]


def _why(node: dict[str, Any]) -> str:
    every = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(one["message"] for one in every)[:200]


def too_wide(page: Page, letters: str = "") -> list[str]:
    """Whether the page must be pushed sideways, in letters of some size, and by which of its parts."""
    wider = page.evaluate(_TOO_WIDE, letters)
    return [f"{wider} ({letters or 'usual'} letters, {page.viewport_size})"] if wider else []
