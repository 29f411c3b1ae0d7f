"""Two viewers in Debian's Chromium, used by hand: its own, and pdf.js."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from core.form_spec import FormSpec
from core.placement import Placement
from forms_service.render.acroform import CHOICES_SEPARATOR
from forms_service.render.layout import lay_out
from tests.pdfjs_harness import CHROMIUM, FLAGS, PdfJs, open_pdfjs
from tests.render.typed.chromium_viewer import ChromiumViewer, open_chromium_viewer

CLEAR = ""
"""Typed into a box: nothing instead of what stood there."""


class Viewer(Protocol):
    """What a person does with a form on a screen."""

    def open(self, pdf: bytes) -> None: ...
    def click(self, place: Placement) -> None: ...
    def type_into(self, place: Placement, text: str) -> None: ...
    def clear(self, place: Placement) -> None: ...
    def save(self) -> bytes: ...


@dataclass
class PdfJsByHand:
    """pdf.js, its fields used with mouse and keyboard."""

    viewer: PdfJs
    spec: FormSpec
    _page: int = 0

    def open(self, pdf: bytes) -> None:
        self.viewer.open(pdf)
        self._page = 0

    def click(self, place: Placement) -> None:
        if place.page != self._page:
            self._page = place.page
            self.viewer.show(place.page)
        field = self.spec.field(place.field_id)
        if place.choice and field.kind == "choice":
            self.viewer.field(place.field_id, place.choice).click()
        else:
            suffix = f"{CHOICES_SEPARATOR}{place.choice}" if place.choice else ""
            self.viewer.field(place.field_id + suffix).click()

    def type_into(self, place: Placement, text: str) -> None:
        self.click(place)
        for number, line in enumerate(text.split("\n")):
            if number:
                self.viewer.page.keyboard.press("Enter")
            self.viewer.page.keyboard.type(line)

    def clear(self, place: Placement) -> None:
        self.click(place)
        self.viewer.page.keyboard.press("Control+A")
        self.viewer.page.keyboard.press("Delete")

    def save(self) -> bytes:
        return self.viewer.save()


OpenViewer = Callable[[str, FormSpec], Viewer]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("needs Debian's chromium (scripts/debian-packages.sh installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=60_000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pdfjs(browser: Browser) -> Iterator[PdfJs]:
    with open_pdfjs(browser) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[ChromiumViewer]:
    with open_chromium_viewer(browser) as viewer:
        yield viewer


@pytest.fixture(scope="module")
def viewer_of(chromium: ChromiumViewer, pdfjs: PdfJs) -> OpenViewer:
    """Either viewer by name, ready for a form."""
    return lambda name, spec: chromium if name == "chromium" else PdfJsByHand(pdfjs, spec)


def fill_by_hand(viewer: Viewer, spec: FormSpec, answers: dict[str, object]) -> None:
    """Type and tick answers box after box as they are laid out."""
    for place in lay_out(spec).layout.placements:
        answer = answers.get(place.field_id)
        if answer == CLEAR and not place.choice:
            viewer.clear(place)
        elif place.choice:
            if answer == place.choice or (isinstance(answer, list) and place.choice in answer):
                viewer.click(place)
        elif answer is True:
            viewer.click(place)
        elif answer is not None:
            viewer.type_into(place, str(answer))
