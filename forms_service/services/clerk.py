"""What a clerk does: find dossiers, and scan what people bring, a stack at a time."""

from __future__ import annotations

from sqlalchemy import select

from core.dates_in_text import fold_digits
from core.dossier import DossierState
from core.errors import InvalidValue
from core.field_kinds import KINDS
from core.receipt import normalize_reference
from forms_service.services.accounts import REGISTRATION
from forms_service.services.messages import say
from forms_service.services.presenting import summaries
from forms_service.services.stacks import Stacks
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, DossierRow

_MOST_FOUND = 100


class ClerkWork(Stacks):
    """Finding dossiers, beside everything done with stacks."""

    def find_dossiers(self, actor: Actor, query: str) -> list[DossierSummary]:
        """Dossiers by reference, registration number or name, in either script and however it is spelled.

        An empty query gives the latest ones.
        """
        self.require_role(actor, "clerk", "reviewer")
        words = fold_digits(" ".join(query.split()))
        with self.database.reading() as session:
            rows = self._found(DossierRepository(session), words)
            if "clerk" not in actor.roles:
                rows = [one for one in rows if one.state != DossierState.DRAFT]
            return summaries(session, rows, self.catalogue)

    def counter_registration(self, actor: Actor, text: str) -> tuple[str, bool]:
        """The registration number of a person at the counter, and whether anything is known under it.

        Raises:
            InvalidValue: Nothing was given, or it is not one to nine digits.
        """
        self.require_role(actor, "clerk")
        number = KINDS["registration_number"].parse(text, REGISTRATION)
        if number is None:
            raise InvalidValue(say("registration_needed"), code="registration_needed")
        with self.database.reading() as session:
            account = select(AccountRow.id).where(AccountRow.login == number)
            dossier = select(DossierRow.id).where(DossierRow.registration == number)
            known = any(session.scalar(query.limit(1)) is not None for query in (account, dossier))
        return str(number), known

    # --- details --------------------------------------------------------------------------------

    def _found(self, repository: DossierRepository, words: str) -> list[DossierRow]:
        if not words:
            return repository.listed(limit=_MOST_FOUND)
        if reference := normalize_reference(words):
            row = repository.find_by_reference(reference)
            return [row] if row else []
        number = "".join(words.split())
        if any(map(str.isdigit, number)):
            return repository.by_number(number, _MOST_FOUND)
        named = repository.by_name(words, _MOST_FOUND)
        return named or repository.by_number(number, _MOST_FOUND)
