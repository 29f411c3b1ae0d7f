"""How an applicant begins a request from the list of their own."""

from __future__ import annotations

from playwright.sync_api import Page


def begin(page: Page, title: str) -> None:
    """Unfold the topic a form stands under, and begin a request on it."""
    button = page.get_by_role("button", name=title, include_hidden=True)
    page.locator("details", has=button).locator("summary").click()
    button.click()
