"""pdf.js in a real browser, for tests: look at our papers, read, search, fill and save them there.

Use the fixture ``pdfjs``, or ``open_pdfjs`` with a browser of one's own::

    def test_it_is_found(pdfjs: PdfJs) -> None:
        pdfjs.open(pdf)
        assert sum(pdfjs.find("الاسم")) == 1
"""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

HERE = Path(__file__).parent
FILES = HERE / "third_party" / "pdfjs"
VIEWER = HERE / "pdfjs_page.html"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
SCREEN_DPI = 96
PATIENCE_MS = 30_000
KINDS = {".html": "text/html", ".mjs": "text/javascript", ".css": "text/css", ".pdf": "application/pdf"}


class _Files(ThreadingHTTPServer):
    """The viewer's files and the PDFs under test, on a free loopback port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.pdfs: dict[str, bytes] = {}


class _Answer(BaseHTTPRequestHandler):
    server: _Files

    def do_GET(self) -> None:
        path = self.path.split("?")[0].removeprefix("/")
        body = self.server.pdfs.get(path)
        if body is None and path == "":
            path, body = VIEWER.name, VIEWER.read_bytes()
        elif body is None and path in {file.name for file in FILES.iterdir()}:
            body = (FILES / path).read_bytes()
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", KINDS.get(Path(path).suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Tests say what they have to say themselves."""


class PdfJs:
    """One PDF at a time, as pdf.js shows it; scripts inside PDFs are never run.

    Attributes:
        page: The browser's page, for what only a hand does: clicks and keys.
        pages: Number of pages of the open PDF.
    """

    def __init__(self, page: Page, files: _Files) -> None:
        self.page = page
        self.pages = 0
        self._files = files
        self._opened = 0
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{files.server_port}/")
        page.locator("html[data-ready=yes]").wait_for(state="attached")

    def open(self, pdf: bytes) -> None:
        """Open a PDF in place of the one before."""
        self._opened += 1
        name = f"{self._opened}.pdf"
        self._files.pdfs = {name: pdf}
        self.pages = self.page.evaluate("name => harness.open(name)", name)

    # --- looking -------------------------------------------------------------------------------

    def show(self, page: int = 1, dpi: int = SCREEN_DPI) -> None:
        """Turn to a page and wait until it, its text and its fields are there."""
        self.page.evaluate("([page, scale]) => harness.show(page, scale)", [page, dpi / SCREEN_DPI])

    def screen(self, page: int = 1, dpi: int = SCREEN_DPI) -> np.ndarray:
        """A page as a person sees it who may type into it: fields are inputs of the browser. RGB."""
        self.show(page, dpi)
        picture = self.page.locator(f'.page[data-page-number="{page}"]').screenshot(animations="disabled")
        return _pixels(picture)

    def printed(self, page: int = 1, dpi: int = SCREEN_DPI) -> np.ndarray:
        """A page as pdf.js prints it, with what was typed since it was opened. RGB."""
        return self._picture(page, dpi, "print")

    def drawn(self, page: int = 1, dpi: int = SCREEN_DPI) -> np.ndarray:
        """A page as pdf.js draws it for those who only look: fields by their appearances. RGB."""
        return self._picture(page, dpi, "drawn")

    def _picture(self, page: int, dpi: int, how: str) -> np.ndarray:
        url = self.page.evaluate(
            "([page, scale, how]) => harness.picture(page, scale, how)", [page, dpi / 72, how]
        )
        return _pixels(base64.b64decode(url.partition(",")[2]))

    # --- reading -------------------------------------------------------------------------------

    def text(self, page: int = 1) -> str:
        """The text that pdf.js extracts from a page."""
        return self.page.evaluate("page => harness.text(page)", page)

    def selected_text(self, page: int = 1) -> str:
        """The text that a person gets who selects the whole page and copies it."""
        return self.page.evaluate("page => harness.selected(page)", page)

    def find(self, query: str, **settings: bool) -> list[int]:
        """How often the viewer's own search finds words on each page.

        Args:
            settings: Of pdf.js's search: ``caseSensitive``, ``entireWord``, ``matchDiacritics``.
        """
        return self.page.evaluate("([query, settings]) => harness.find(query, settings)", [query, settings])

    # --- filling -------------------------------------------------------------------------------

    def field(self, name: str, value: str | None = None) -> Locator:
        """The input of a field on the page shown, to fill, type into or check.

        Args:
            value: For the buttons of a choice: which one.
        """
        if value is None:
            return self.page.locator(f'.annotationLayer [name="{name}"]')
        button = self.page.evaluate("([name, value]) => harness.buttonId(name, value)", [name, value])
        return self.page.locator(f'.annotationLayer input[data-element-id="{button}"]')

    def save(self) -> bytes:
        """The PDF with what was typed, as pdf.js saves it."""
        return base64.b64decode(self.page.evaluate("() => harness.save()"))


def _pixels(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


@contextmanager
def open_pdfjs(browser: Browser) -> Iterator[PdfJs]:
    """pdf.js in a page of a running browser, large enough for an A4 page at 150 dpi."""
    files = _Files()
    thread = threading.Thread(target=files.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page(viewport={"width": 1300, "height": 1800}, device_scale_factor=1)
    try:
        yield PdfJs(page, files)
    finally:
        page.close()
        files.shutdown()
        files.server_close()
        thread.join(timeout=30)


@pytest.fixture(scope="module")
def pdfjs() -> Iterator[PdfJs]:
    """pdf.js in Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.fail("needs Debian's chromium (scripts/debian-packages.sh installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=60_000)
        with open_pdfjs(browser) as viewer:
            yield viewer
        browser.close()
