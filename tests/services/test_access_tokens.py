"""A token acts as its account within its scopes and its time, and is kept nowhere as it is."""

from __future__ import annotations

import pytest

from core.errors import InvalidValue
from forms_service.services.receipt_checks import operator
from tests.backends import everything_kept
from tests.services.conftest import Office
from tests.services.prepared_readings import refused


def test_a_token_acts_as_its_account_within_its_scopes(office: Office) -> None:
    token, view = office.services.make_token(office.clerk, "counting machine", ["agency", "dossiers:read"])
    grant = office.services.grant(token)
    assert grant is not None and grant.actor == office.clerk
    assert grant.scopes == {"agency", "dossiers:read"} and grant.token_id == view.id
    assert office.services.grant(token + "x") is None and office.services.grant("") is None


def test_the_database_holds_no_token(office: Office) -> None:
    token, _ = office.services.make_token(office.clerk, "machine", ["agency"])
    kept = everything_kept(office.application.config)
    assert token.encode() not in kept and token[5:].encode() not in kept


def test_a_token_ends_with_its_time_and_when_it_is_revoked(office: Office) -> None:
    short, _ = office.services.make_token(office.clerk, "short", ["agency"], days=1)
    long, view = office.services.make_token(office.clerk, "long", ["agency"], days=30)
    office.clock.move(hours=24)
    assert office.services.grant(short) is None and office.services.grant(long) is not None
    office.services.revoke_token(office.clerk, view.id)
    assert office.services.grant(long) is None
    valid = [one.is_valid(office.clock.now) for one in office.services.tokens(office.clerk)]
    assert valid == [False, False]


def test_the_last_use_is_noted(office: Office) -> None:
    token, _ = office.services.make_token(office.clerk, "machine", ["agency"])
    assert office.services.tokens(office.clerk)[0].used_at is None
    office.clock.move(hours=2)
    office.services.grant(token)
    assert office.services.tokens(office.clerk)[0].used_at == office.clock.now


@pytest.mark.parametrize(
    ("who", "scopes"),
    [("applicant", ["agency"]), ("clerk", ["review"]), ("reviewer", ["dossiers:write"]), ("clerk", ["all"])],
)
def test_nobody_gives_away_what_their_account_does_not_allow(
    office: Office, who: str, scopes: list[str]
) -> None:
    with pytest.raises(InvalidValue, check=lambda error: error.code == "token_scopes"):
        office.services.make_token(getattr(office, who), "machine", scopes)


def test_scopes_end_with_the_role_they_came_from(office: Office) -> None:
    from forms_service.storage.models import AccountRow

    token, _ = office.services.make_token(office.clerk, "machine", ["agency", "webhooks"])
    with office.services.database.writing() as session:
        session.get_one(AccountRow, office.clerk.id).roles = ["reviewer"]
    grant = office.services.grant(token)
    assert grant is not None and grant.scopes == {"webhooks"}


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [("", ["agency"], 5, "token_name"), ("x", [], 5, "token_scopes"), ("x", ["agency"], 0, "token_days")],
)
def test_a_token_needs_a_name_a_scope_and_an_end(
    office: Office, name: str, scopes: list[str], days: int, code: str
) -> None:
    with pytest.raises(InvalidValue, check=lambda error: error.code == code):
        office.services.make_token(office.clerk, name, scopes, days)


def test_operators_make_and_revoke_for_others_and_nobody_else_does(office: Office) -> None:
    someone = operator("root")
    token, view = office.services.make_token(someone, "machine", ["review"], login="CONTROLE")
    grant = office.services.grant(token)
    assert grant is not None and grant.actor == office.reviewer
    assert [one.login for one in office.services.tokens(someone)] == ["controle"]
    with refused("not_allowed"):
        office.services.make_token(office.clerk, "machine", ["review"], login="controle")
    with refused("unknown_token"):
        office.services.revoke_token(office.clerk, view.id)
    with refused("unknown_account"):
        office.services.make_token(someone, "machine", ["review"], login="nobody")
    office.services.revoke_token(someone, view.id)
    assert office.services.grant(token) is None


def test_a_closed_account_closes_its_tokens(office: Office) -> None:
    token, _ = office.services.make_token(office.clerk, "machine", ["agency"])
    office.services.close_account(operator("root"), office.clerk.id)
    assert office.services.grant(token) is None
    office.services.reopen_account(operator("root"), office.clerk.id)
    assert office.services.grant(token) is not None
