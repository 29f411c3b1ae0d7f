"""Passkeys in a real browser with a virtual authenticator, and the application's picture read by a QR reader."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import zxingcpp
from conftest import PATIENCE_MS
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, expect
from werkzeug.serving import make_server

from forms_service.access_settings import STAFF, AccessSettings
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.web import create_app
from tests.browser.review_desk import every_form

PASSWORD = "une phrase bien longue"
TELEPHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 640}
PICTURES = os.environ.get("PICTURES_OF_TESTS")
"""Folder for pictures of what is tested, for whoever wants to look."""

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class NoJobs:
    def enqueue(self, session: Any, task: str, key: str, delay_seconds: float = 0.0) -> None:
        """Letters stay where they are."""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Application]]:
    """A service under a name, as passkeys ask for, whose staff must take a second step."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = Config(
        data_folder=tmp_path_factory.mktemp("named"),
        public_url=f"http://localhost:{port}",
        access=AccessSettings(second_step_roles=STAFF),
    )
    application = build(config, jobs=NoJobs(), first_look=NoLook(), catalogue=every_form())
    for login in ("hind", "salma"):
        application.services.add_account(login, PASSWORD, "هند برادة", {"clerk"})
    server = make_server("127.0.0.1", port, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield config.public_url, application
    server.shutdown()
    thread.join(timeout=30)
    application.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def shown(page: Page, name: str) -> None:
    """Nothing runs out of the page, at a telephone's width and at the smallest; a picture, if somebody asked."""
    for size in (SMALLEST, TELEPHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), name
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)


def sign_in(page: Page, address: str, login: str, language: str = "ar") -> None:
    page.goto(f"{address}/{language}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")


def authenticator(page: Page) -> tuple[CDPSession, str]:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return tools, made["authenticatorId"]


def test_a_passkey_is_added_used_and_refused_when_it_is_a_copy(
    page: Page, named: tuple[str, Application]
) -> None:
    address, application = named
    tools, key = authenticator(page)
    sign_in(page, address, "hind")
    page.wait_for_url(re.compile("/ar/account/second-step"))
    shown(page, "second-step-must-ar")
    page.click("a[href*='second-step/passkey']")
    page.fill("#name", "هاتفي")
    shown(page, "passkey-ar")
    page.click("main form button")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    shown(page, "recovery-codes-ar")
    page.click("main .actions a.button")
    page.wait_for_url("**/ar/agency/")

    page.goto(f"{address}/ar/account/second-step")
    shown(page, "second-step-ar")
    page.click("form[action$='sign-out'] button")
    sign_in(page, address, "hind")
    page.wait_for_url("**/ar/sign-in/second-step")
    shown(page, "second-step-asked-ar")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.click("#passkey button")
    expect(page.locator("[data-trouble]")).to_be_visible()
    assert page.url.endswith("/ar/sign-in/second-step"), "a key nobody unlocked lets nobody in"
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.click("#passkey button")
    page.wait_for_url("**/ar/agency/")

    (credential,) = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert credential["signCount"] >= 2
    tools.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    copy = {**credential, "signCount": 0}
    tools.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": copy})
    page.click("form[action$='sign-out'] button")
    sign_in(page, address, "hind")
    page.click("#passkey button")
    expect(page.locator("main .summary")).to_be_visible()
    hind = application.services.authenticate("hind", PASSWORD)
    assert hind is not None
    (doubted,) = application.services.second_steps(hind).passkeys
    assert doubted.doubted_at is not None
    assert page.locator("#passkey").count() == 0, "a key in doubt is not asked for any more"


def test_an_application_reads_the_picture_and_works_without_any_script(
    browser: Browser, named: tuple[str, Application], tmp_path: Path
) -> None:
    address, _ = named
    context = browser.new_context(viewport=TELEPHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, address, "salma", "fr")
    page.wait_for_url(re.compile("/fr/account/second-step"))
    page.click("a[href*='second-step/app']")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "app-fr-390.png", full_page=True)
    page.locator("svg.qr").screenshot(path=tmp_path / "code.png")
    (read,) = zxingcpp.read_barcodes(Image.open(tmp_path / "code.png"))
    asked = parse_qs(urlsplit(read.text).query)
    assert (read.text.startswith("otpauth://totp/"), asked["issuer"]) == (True, ["CNSS"])
    page.fill("#code", pyotp.TOTP(asked["secret"][0]).now())
    page.click("main form button")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    first = page.locator(".recovery-codes li").first.inner_text()
    page.click("main .actions a.button")
    page.wait_for_url("**/fr/agency/")
    page.click("form[action$='sign-out'] button")
    sign_in(page, address, "salma", "fr")
    page.wait_for_url("**/fr/sign-in/second-step")
    page.click("main details summary")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "asked-fr-390.png", full_page=True)
    page.fill("#recovery", first)
    page.click("main details button")
    page.wait_for_url("**/fr/agency/")
    context.close()
