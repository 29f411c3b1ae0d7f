"""Takes a picture of every page in both languages, wide and phone-sized, to be looked at.

    python scripts/screenshots.py [-o var/screenshots] [--only tasks] [--page course] [--look phone] [--lang ar]

Runs a demonstration of the service in a temporary folder, with invented people, and drives a real
browser (Debian's Chromium) through it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from demonstration import Demonstration, demonstration, prepare
from every_page import PageOfSomebody, every_page, in_use, session_of
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from forms_service.logs import prepare_logs

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKS = {"wide": (1280, 900, "light"), "phone": (360, 740, "light"), "dark": (1280, 900, "dark")}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which pictures are wanted, and where they go."""

    folder: Path
    part_of_name: str
    names: list[str]
    looks: list[str]
    languages: list[str]

    def fits(self, name: str) -> bool:
        """Whether a page is wanted."""
        return self.part_of_name in name and (not self.names or name in self.names)


def signed_in(browser: Browser, demo: Demonstration, who: str | None, **options: Any) -> BrowserContext:
    """A browser context in which one of the demonstration's people is signed in."""
    context = browser.new_context(**options)
    session = session_of(demo, who)
    if session is not None:
        context.add_cookies([{"name": "session", "value": session, "url": demo.address}])
    return context


def take(browser: Browser, demo: Demonstration, pages: list[PageOfSomebody], wish: Wish) -> int:
    """Take the pictures, one browser context per person, width and colours; gives their number."""
    taken = 0
    for who in dict.fromkeys(one.who for one in pages):
        for look in wish.looks:
            width, height, scheme = LOOKS[look]
            size = {"width": width, "height": height}
            context = signed_in(browser, demo, who, viewport=size, color_scheme=scheme)
            page = context.new_page()
            for one in pages:
                if one.who != who:
                    continue
                for language in wish.languages if scheme == "light" else wish.languages[:1]:
                    name = f"{one.name}-{language}-{look}"
                    page.goto(f"{demo.address}/{language}{one.path}", wait_until="load")
                    _load_every_picture(page)
                    page.screenshot(path=wish.folder / f"{name}.png", full_page=True)
                    _report_overflow(page, name, print)
                    taken += 1
            context.close()
    return taken


def _load_every_picture(page: Page) -> None:
    """Scroll to the end as a person does: pictures further down load only then."""
    page.evaluate(
        """async () => {
            const step = window.innerHeight;
            for (let y = 0; y < document.body.scrollHeight; y += step) {
                window.scrollTo(0, y);
                await new Promise((done) => setTimeout(done, 60));
            }
            const shown = [...document.images].filter((one) => !one.closest("details:not([open])"));
            await Promise.all(shown.map((one) => one.complete || new Promise((done) => {
                one.onload = one.onerror = done;
            })));
            window.scrollTo(0, 0);
        }"""
    )


def _report_overflow(page: Page, name: str, say: Callable[[str], None]) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wider > 0:
        say(f"{name}: the page is {wider} px wider than its window")


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    parser.add_argument(
        "--page", action="append", default=[], help="only the page of this name; several times"
    )
    parser.add_argument("--look", action="append", choices=LOOKS, help="all by default")
    parser.add_argument("--lang", action="append", choices=("ar", "fr"), help="both by default")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    looks, languages = options.look or list(LOOKS), options.lang or ["ar", "fr"]
    with demonstration() as demo:
        prepare_logs("warning")
        picture_all(demo, Wish(options.output, options.only, options.page, looks, languages))


def picture_all(demo: Demonstration, wish: Wish) -> None:
    """Drive the browser through every page that is wished for."""
    pages = [one for one in (*every_page(demo, prepare(demo)), *in_use()) if wish.fits(one.name)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        taken = take(browser, demo, pages, wish)
        browser.close()
    print(f"{taken} pictures in {wish.folder}")


if __name__ == "__main__":
    main()
