"""Settings of the identity provider say at the start what is wrong with them, and never the secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_service.access_settings import WrongAccessSetting
from forms_service.provider_settings import ProviderSettings

SECRET = "not to be shown"


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    return {
        "FORMS_OIDC_ISSUER": "https://comptes.example.ma",
        "FORMS_OIDC_CLIENT_ID": "formulaires",
        "FORMS_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }


def test_without_an_issuer_there_is_no_provider() -> None:
    assert ProviderSettings.from_environment({"FORMS_OIDC_CLIENT_ID": "x"}) is None


def test_groups_and_roles_are_read_and_the_secret_stays_in_its_file(sound: dict[str, str]) -> None:
    groups = {"FORMS_OIDC_ROLES_CLAIM": "groups", "FORMS_OIDC_ROLES": "agents=clerk, chefs=reviewer"}
    settings = ProviderSettings.from_environment({**sound, **groups})
    assert settings is not None
    assert settings.roles == {"agents": "clerk", "chefs": "reviewer"}
    assert (settings.name, settings.second_step, settings.opens_accounts) == (
        "comptes.example.ma",
        "here",
        False,
    )
    assert settings.secret() == SECRET and SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_OIDC_ISSUER", "http://comptes.example.ma"),
        ("FORMS_OIDC_CLIENT_ID", ""),
        ("FORMS_OIDC_CLIENT_SECRET_FILE", "/nowhere"),
        ("FORMS_OIDC_ROLES", "agents=applicant"),
        ("FORMS_OIDC_SECOND_STEP", "never"),
        ("FORMS_OIDC_SCOPES", "profile"),
        ("FORMS_OIDC_OPENS_ACCOUNTS", "perhaps"),
    ],
)
def test_what_is_wrong_is_named(sound: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(WrongAccessSetting, match=name):
        ProviderSettings.from_environment({**sound, name: value})


def test_accounts_are_not_opened_without_groups_to_tell_their_roles(sound: dict[str, str]) -> None:
    with pytest.raises(WrongAccessSetting, match="FORMS_OIDC_ROLES_CLAIM"):
        ProviderSettings.from_environment({**sound, "FORMS_OIDC_OPENS_ACCOUNTS": "1"})
