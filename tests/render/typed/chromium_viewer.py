"""Chromium's own PDF viewer, used as people do: with mouse, keyboard and the toolbar's buttons.

The viewer is an extension inside the browser that drives PDFium.  Everything is the real thing save
one: without a screen there is no window to choose where to save, so the test answers that question and
takes what the viewer writes.
"""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, TimeoutError

from core.placement import Placement

PATIENCE_MS = 20_000
_VIEWER = "document.querySelector('pdf-viewer')"


class _OneFile(ThreadingHTTPServer):
    """Hands out one PDF on a free loopback port."""

    daemon_threads = True
    pdf = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: _OneFile

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(self.server.pdf)))
        self.end_headers()
        self.wfile.write(self.server.pdf)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests say what they have to say themselves."""


class ChromiumViewer:
    """One PDF at a time in the browser's viewer, a whole page of it in sight, the first.

    Attributes:
        page: The browser's page, for keys.
    """

    def __init__(self, page: Page, files: _OneFile) -> None:
        self.page = page
        self._files = files
        self._opened = 0
        self._frame: Frame | None = None
        self._awake = False
        page.set_default_timeout(PATIENCE_MS)

    def open(self, pdf: bytes) -> None:
        """Open a PDF at full size, without its row of small pages."""
        self._files.pdf = pdf
        self._opened += 1
        self._awake = False
        with self.page.expect_event(
            "framenavigated", lambda frame: "chrome-extension:" in frame.url
        ) as shown:
            self.page.goto(
                f"http://127.0.0.1:{self._files.server_port}/{self._opened}.pdf#zoom=100&navpanes=0"
            )
        self._frame = shown.value
        self._wait(f"{_VIEWER} && {_VIEWER}.loadState_ === 'success'")

    # --- typing --------------------------------------------------------------------------------

    def click(self, place: Placement) -> None:
        """Click into the middle of a box."""
        assert place.page == 1, "further pages would have to be turned to"
        left, top, width = self._page_rectangle()
        pixels_a_mm = width / 210
        x = left + (place.box.x + place.box.width / 2) * pixels_a_mm
        y = top + (place.box.y + place.box.height / 2) * pixels_a_mm
        self.page.mouse.click(x, y)
        # A viewer that has just opened loses clicks; a person sees no caret and clicks again.
        for _ in range(20):
            if self._awake or self._has_focus_soon():
                self._awake = True
                return
            self.page.mouse.click(x, y)

    def _has_focus_soon(self) -> bool:
        try:
            self._wait(f"{_VIEWER}.formFieldFocus_ !== 'none'", timeout_ms=1000)
        except TimeoutError:
            return False
        return True

    def type_into(self, place: Placement, text: str) -> None:
        """Click into a box and type; the Enter key ends a line."""
        self.click(place)
        self.wait_for_focus("text")
        self.type(text)

    def clear(self, place: Placement) -> None:
        """Click into a box and delete what stands there."""
        self.click(place)
        self.wait_for_focus("text")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")

    def type(self, text: str) -> None:
        """Type where the caret is."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.type(line)

    def wait_for_focus(self, kind: str) -> None:
        """Wait until a field of that kind has the caret: ``text``, ``non-text`` or ``none``."""
        self._wait(f"{_VIEWER}.formFieldFocus_ === '{kind}'")

    def save(self) -> bytes:
        """Save with the toolbar's button «With your changes»."""
        self._run(_CATCH_SAVED_FILE)
        self._inside.locator("#downloads #save").click()
        self._inside.locator("#save-edited").click()
        self._wait("window.savedFile")
        return base64.b64decode(self._run(_SAVED_FILE))

    # --- looking -------------------------------------------------------------------------------

    def screen(self) -> np.ndarray:
        """The first page as it stands on the screen, at 96 dpi. RGB."""
        left, top, width = self._page_rectangle()
        picture = self.page.screenshot(
            clip={"x": left, "y": top, "width": width, "height": width * 297 / 210}, animations="disabled"
        )
        return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))

    # --- the viewer inside ----------------------------------------------------------------------

    @property
    def _inside(self) -> Frame:
        assert self._frame is not None, "open a PDF first"
        return self._frame

    def _run(self, script: str) -> Any:
        return self._inside.evaluate(script)

    def _wait(self, condition: str, timeout_ms: float = PATIENCE_MS) -> None:
        self._inside.wait_for_function(f"() => {condition}", polling=20, timeout=timeout_ms)

    def _page_rectangle(self) -> tuple[float, float, float]:
        """Left, top and width of the first page on the screen."""
        return tuple(self._run(_PAGE_RECTANGLE))


_PAGE_RECTANGLE = f"""() => {{
    const viewport = {_VIEWER}.viewport_, page = viewport.getPageScreenRect(0);
    const window_ = viewport.scrollContent_.container_.getBoundingClientRect();
    return [window_.x + page.x, window_.y + page.y, page.width];
}}"""
_CATCH_SAVED_FILE = """() => {
    window.savedFile = null;
    const writer = {write: file => { window.savedFile = file; }};
    chrome.fileSystem.chooseEntry = (question, answer) => answer({createWriter: use => use(writer)});
    const parts = [];
    const stream = {
        write: async part => { parts.push(part); },
        close: async () => { window.savedFile = new Blob(parts); },
    };
    window.showSaveFilePicker = async question => ({createWritable: async () => stream});
}"""
_SAVED_FILE = """async () => {
    const bytes = new Uint8Array(await window.savedFile.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768)
        text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
}"""


@contextmanager
def open_chromium_viewer(browser: Browser) -> Iterator[ChromiumViewer]:
    """The viewer in a window that shows a whole A4 page."""
    files = _OneFile()
    thread = threading.Thread(target=files.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page(viewport={"width": 900, "height": 1200})
    try:
        yield ChromiumViewer(page, files)
    finally:
        page.close()
        files.shutdown()
        files.server_close()
        thread.join(timeout=30)
