from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core.errors import DossierError, InvalidValue
from forms_service.services import accounts
from forms_service.storage.models import AccountRow

PASSWORD = "a long enough password"


def test_the_right_password_opens_the_account(office) -> None:
    actor = office.services.authenticate("123456782", PASSWORD)
    assert actor == office.applicant
    assert actor.roles == {"applicant"}
    assert office.services.actor(actor.id) == actor


def test_arabic_digits_are_the_same_number(office) -> None:
    assert office.services.authenticate("١٢٣٤٥٦٧٨٢", PASSWORD) == office.applicant


@pytest.mark.parametrize(
    ("login", "password"), [("123456782", "wrong"), ("000000000", PASSWORD), ("", ""), ("agence", "")]
)
def test_everything_else_does_not(office, login: str, password: str) -> None:
    assert office.services.authenticate(login, password) is None


def test_an_unknown_login_costs_a_verification_too(office, monkeypatch: pytest.MonkeyPatch) -> None:
    from forms_service.services import accounts

    verified: list[str] = []
    monkeypatch.setattr(accounts, "_verifies", lambda known, _password: bool(verified.append(known)))
    office.services.authenticate("000000000", "guess")
    assert verified
    assert verified[0].startswith("$argon2id$")


def test_passwords_are_kept_as_argon2_only(office) -> None:
    with office.application.database.reading() as session:
        hashes = session.scalars(select(AccountRow.password_hash)).all()
    assert hashes
    assert all(one.startswith("$argon2id$") for one in hashes)


def test_a_number_has_one_account(office) -> None:
    with pytest.raises(DossierError) as refused:
        office.services.register_applicant("123456782", PASSWORD, "Somebody Else")
    assert refused.value.code == "login_taken"
    assert office.services.actor(office.applicant.id).name == "Fatima Amrani"


@pytest.mark.parametrize(
    ("registration", "password", "name"),
    [
        ("12AB", PASSWORD, "A Name"),
        ("", PASSWORD, "A Name"),
        ("111222333", "short", "A Name"),
        ("111222333", PASSWORD, "  "),
    ],
)
def test_unusable_registrations_are_refused_in_both_languages(office, registration, password, name) -> None:
    with pytest.raises(InvalidValue) as refused:
        office.services.register_applicant(registration, password, name)
    assert refused.value.message.ar
    assert refused.value.message.fr
    assert office.services.authenticate(registration, password) is None


def test_a_password_is_hashed_anew_when_more_is_asked_of_hashes(
    office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        with office.application.database.reading() as session:
            return (
                session.scalar(select(AccountRow.password_hash).where(AccountRow.login == "123456782")) or ""
            )

    before = kept()
    assert office.services.sign_in("123456782", PASSWORD) and kept() == before
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert office.services.sign_in("123456782", "wrong wrong") is None and kept() == before
    assert office.services.sign_in("123456782", PASSWORD)
    assert "t=2" in kept()
    assert office.services.sign_in("123456782", PASSWORD)


def test_tokens_outlive_a_password_its_holder_changed_and_no_other_reset(office) -> None:
    services = office.services
    operator = services.add_account("omar", PASSWORD, "Omar", {"operator"})

    def token() -> str:
        return services.make_token(office.clerk, "a program", ["agency"])[0]

    first = token()
    services.change_password(office.clerk, PASSWORD, "another long password")
    assert services.grant(first) is not None
    services.reset_password(operator, office.clerk.id)
    assert services.grant(first) is None
    second = token()
    assert services.grant(second) is not None
    services.close_account(operator, office.clerk.id)
    assert services.grant(second) is None
