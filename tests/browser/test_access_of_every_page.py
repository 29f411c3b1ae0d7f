"""Every page in both languages: axe-core finds nothing, nothing is too wide, heavy or in the wrong language.

The pages come from the service's own table of addresses (scripts/every_page.py): none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from every_page import unvisited
from looking_at_every_page import AXE, RULES, Everything, everything_shown, found_by_visiting, violations
from playwright.sync_api import Browser
from typed_on_every_page import lost_typing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    with everything_shown(tmp_path_factory.mktemp("pages")) as shown:
        yield shown


def test_no_page_is_forgotten(everything: Everything) -> None:
    assert len(everything.pages) > 30
    assert unvisited(everything.demo, everything.pages) == []


def test_no_form_of_any_page_loses_what_was_typed_when_the_session_ends(everything: Everything) -> None:
    """Every box of every form is filled and sent too late; coming back, it is all there, secrets apart."""
    lost, filled = lost_typing(everything.demo, everything.pages)
    assert not lost, "\n".join(lost)
    assert len(filled) > 25, "most addresses that take forms are met on some page"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_page_is_within_reach_of_everybody(
    browser: Browser, everything: Everything, language: str
) -> None:
    """What is folded away is unfolded; on the narrowest phone, wide, by day and by night."""
    found = found_by_visiting(browser, everything, language)
    assert not found, "\n".join(found)


def test_axe_would_find_something(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='x'><input><p style='color:#ccc'>pale</p></body></html>")
    page.evaluate(AXE)
    found = " ".join(violations(page, RULES))
    page.close()
    for rule in ("image-alt", "label", "color-contrast", "html-has-lang"):
        assert rule in found
