"""What a clerk does: find dossiers, and scan what people bring, a stack at a time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates_in_text import fold_digits, fold_letters
from core.dossier import DossierState
from core.errors import InvalidValue
from core.field_kinds import KINDS
from core.receipt import normalize_reference
from forms_service.services.accounts import REGISTRATION
from forms_service.services.messages import say
from forms_service.services.presenting import summaries
from forms_service.services.stacks import Stacks
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AccountRow, AnswerRow, DossierRow

_MOST_FOUND = 100
_ONE_LETTER = str.maketrans("ةى", "هي")
"""Letters that hands and keyboards take for one another at the end of an Arabic name."""


class ClerkWork(Stacks):
    """Finding dossiers, beside everything done with stacks."""

    def find_dossiers(self, actor: Actor, query: str) -> list[DossierSummary]:
        """Dossiers by reference, registration number or name; the latest ones for an empty query."""
        self.require_role(actor, "clerk", "reviewer")
        words = " ".join(query.split())
        with self.database.reading() as session:
            repository = DossierRepository(session)
            words = fold_digits(words)
            reference = normalize_reference(words)
            rows = repository.search(reference or words) if words else repository.listed(limit=100)
            if words and not reference:
                known = {one.id for one in rows}
                rows += [one for one in self._named(session, words) if one.id not in known]
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

    def _named(self, session: Session, words: str) -> list[DossierRow]:
        """Dossiers in whose names, in either script, every word occurs, however it is spelled."""
        names = {
            one.id
            for spec in self.catalogue.forms()
            for one in spec.fields()
            if one.kind in ("latin_name", "arabic_name")
        }
        current = select(AnswerRow.dossier_id, AnswerRow.value).where(
            AnswerRow.space == FIELD, AnswerRow.name.in_(names), AnswerRow.superseded_at.is_(None)
        )
        spelled: dict[str, str] = {}
        for dossier_id, value in session.execute(current):
            if value:
                spelled[dossier_id] = f"{spelled.get(dossier_id, '')} {_spelling(str(value['value']))}"
        sought = _spelling(words).split()
        ids = [one for one, text in spelled.items() if all(word in text for word in sought)]
        return DossierRepository(session).listed(DossierRow.id.in_(ids[:_MOST_FOUND]), limit=_MOST_FOUND)


def _spelling(text: str) -> str:
    return fold_letters(text).translate(_ONE_LETTER)
