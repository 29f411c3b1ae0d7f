"""Accounts for a demonstration (``FORMS_DEMO=1``): the samples' invented people and employers, a clerk, a reviewer.

Their passwords are public, so these accounts must never exist where real people's papers are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import DossierError
from forms_service.storage.models import AccountRow

if TYPE_CHECKING:
    from forms_service.services import Services


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account that the command line prints."""

    login: str
    password: str
    name: str
    roles: frozenset[str]


def _applicant(registration: str, name: str) -> DemoAccount:
    return DemoAccount(registration, "demo-demande", name, frozenset({"applicant"}))


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    _applicant("149364188", "Youssef Bennani"),
    _applicant("920291031", "Naima Fassi"),
    _applicant("565144055", "Rachid Ouazzani"),
    _applicant("727302002", "Khadija Amrani"),
    _applicant("220019563", "Hamid Tazi"),
    _applicant("692370947", "Samira Lahlou"),
    _applicant("706826628", "Brahim Ait Taleb"),
    _applicant("751131028", "Amadou Diallo"),
    DemoAccount("1000001", "demo-employeur", "SOMATEX SARL", frozenset({"applicant"})),
    DemoAccount("2000000", "demo-employeur", "Groupe ATLAS", frozenset({"applicant"})),
    DemoAccount("3000001", "demo-employeur", "RIAD AL YASMINE", frozenset({"applicant"})),
    DemoAccount("agence", "demo-agence", "Agence de démonstration", frozenset({"clerk"})),
    DemoAccount("controle", "demo-controle", "Contrôle de démonstration", frozenset({"reviewer"})),
    DemoAccount("pilotage", "demo-pilotage", "Pilotage de démonstration", frozenset({"operator", "author"})),
)


def open_demo_accounts(services: Services) -> None:
    """Open the accounts that do not exist yet.

    Each process of the service does this as it starts: only a missing account may cost a password's hash.
    """
    with services.database.reading() as session:
        known = set(session.scalars(select(AccountRow.login)))
    for account in DEMO_ACCOUNTS:
        if account.login in known:
            continue
        try:
            services.add_account(account.login, account.password, account.name, account.roles)
        except DossierError as known:
            if known.code != "login_taken":
                raise
