"""Settings are wrong all at once, and a name that is none is told with the nearest that is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_service.config import Config
from forms_service.settings import InvalidSetting, known_names, unknown_settings


def test_everything_that_is_wrong_is_told_at_once_in_both_languages() -> None:
    wrong = {
        "FORMS_DEMO": "maybe",
        "FORMS_WORKER_SLOTS": "0",
        "FORMS_TRUSTED_PROXIES": "10.1.2.3/16",
        "FORMS_TIMEZONE": "Africa/Nowhere",
    }
    with pytest.raises(InvalidSetting) as caught:
        Config.from_environment(wrong)
    assert len(caught.value.problems) == len(wrong)
    for name in wrong:
        assert name in caught.value.message.fr
        assert name in caught.value.message.ar
    assert "Attendu : 0 / 1" in caught.value.message.fr
    assert "المنتظر" in caught.value.message.ar


def test_a_mistyped_name_is_told_with_the_nearest_one() -> None:
    near, far = unknown_settings(
        {"FORMS_WORKER_SLOT": "2", "FORMS_XYZZY": "1", "FORMS_DEMO": "1", "HOME": "/"}
    )
    assert "FORMS_WORKER_SLOTS ?" in near.fr
    assert "FORMS_WORKER_SLOTS؟" in near.ar
    assert "FORMS_XYZZY" in far.fr
    assert "Vouliez-vous" not in far.fr


def test_the_names_of_settings_are_those_the_code_reads() -> None:
    assert {
        "FORMS_DATA_DIR",
        "FORMS_TEXT_ENGINE",
        "FORMS_MAIL_PASSWORD_FILE",
        "FORMS_SMS_TOKEN",
    } <= known_names()


def test_the_settings_that_are_shipped_as_an_example_are_all_known() -> None:
    lines = (Path(__file__).parent.parent / "deploy" / "forms.env.example").read_text().splitlines()
    given = dict(one.split("=", 1) for one in lines if one.startswith("FORMS_"))
    assert "FORMS_SMS_TOKEN_FILE" in given
    assert unknown_settings(given) == []


def test_an_address_that_no_browser_opens_is_no_public_address() -> None:
    for wrong in ("foo", "ftp://forms.example.ma", "https://", "https://forms.example.ma/?a=1"):
        with pytest.raises(InvalidSetting, match="FORMS_PUBLIC_URL"):
            Config.from_environment({"FORMS_PUBLIC_URL": wrong})
    for given in ("https://a.ma/f/", "HTTPS://a.ma/f"):  # cookies are for https alone by it
        assert Config.from_environment({"FORMS_PUBLIC_URL": given}).public_url == "https://a.ma/f"
