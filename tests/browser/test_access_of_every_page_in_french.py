"""Every page in French: axe-core finds nothing, nothing is too wide, too heavy or in the wrong language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from looking_at_every_page import Everything, everything_shown, found_by_visiting
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def everything() -> Iterator[Everything]:
    with everything_shown() as shown:
        yield shown


def test_every_page_is_within_reach_of_everybody(browser: Browser, everything: Everything) -> None:
    """What is folded away is unfolded; on the narrowest phone, wide, by day and by night."""
    found = found_by_visiting(browser, everything, "fr")
    assert not found, "\n".join(found)
