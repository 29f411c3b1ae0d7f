"""What a clerk does: find dossiers, and scan what people bring, a stack at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates_in_text import fold_digits
from core.deposit import numbers_an_employer
from core.dossier import DossierEvent, DossierState
from core.errors import DossierError, InvalidValue
from core.field_kinds import KINDS
from core.form_spec import FieldSpec
from core.localized_text import LocalizedText, Script
from core.receipt import normalize_reference
from forms_service.messages import say
from forms_service.services.account_answers import SHORTEST_REGISTRATION
from forms_service.services.accounts import REGISTRATION
from forms_service.services.presenting import summaries
from forms_service.services.stacks import Stacks
from forms_service.services.views import Actor, DossierSummary
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import STEM, AccountRow, AttachmentRow, DossierRow
from forms_service.storage.name_index import AccountNames

_MOST_FOUND = 100
AFFILIATION = FieldSpec(
    id="affiliation",
    kind="affiliation_number",
    label=LocalizedText("رقم الانخراط", "N° d'affiliation"),
    script=Script.LATN,
)
_MOST_ACCOUNTS, _MOST_DRAFTS, _LEAST_SEARCHED = 5, 5, 3


@dataclass(frozen=True, slots=True)
class AccountFound:
    """Somebody who has an account, as the desk names them."""

    registration: str
    name: str


def counter_number(text: str) -> str:
    """A registration number as it is given at the counter: as long as those of accounts.

    Raises:
        InvalidValue: ``registration_needed``, ``registration_too_short``, or it is no number at all.
    """
    number = KINDS["registration_number"].parse(text, REGISTRATION)
    if number is None:
        raise InvalidValue(say("registration_needed"), code="registration_needed")
    if len(str(number)) < SHORTEST_REGISTRATION:
        raise InvalidValue(say("registration_too_short"), code="registration_too_short")
    return str(number)


def affiliation(text: str) -> str:
    """An employer's affiliation number as it is given at the counter.

    Raises:
        InvalidValue: ``affiliation_needed``, or it is no number at all.
    """
    number = KINDS["affiliation_number"].parse(text, AFFILIATION)
    if number is None:
        raise InvalidValue(say("affiliation_needed"), code="affiliation_needed")
    return str(number)


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

    def counter_registration(self, actor: Actor, text: str, form_id: str) -> tuple[str, bool]:
        """The number of a person or an employer at the counter, and whether anything is known under it.

        For a form that asks no number, because whoever asks has none yet, none need be given.

        Raises:
            InvalidValue: Nothing was given, or it is not eight or nine digits; of an employer, up to seven.
            UnknownForm: No form has this id.
        """
        self.require_role(actor, "clerk")
        spec = self.catalogue.get(form_id)
        if not text.strip() and not spec.applicant_fields["registration"]:
            return "", True
        number = affiliation(text) if numbers_an_employer(spec) else counter_number(text)
        with self.database.reading() as session:
            account = select(AccountRow.id).where(AccountRow.login == number)
            dossier = select(DossierRow.id).where(DossierRow.registration == number)
            known = any(session.scalar(query.limit(1)) is not None for query in (account, dossier))
        return str(number), known

    def accounts_without_dossier(self, actor: Actor, query: str) -> list[AccountFound]:
        """People who have an account and no dossier yet, by registration number or name (at most 5).

        Who they are is told so that a clerk opens a dossier for the right person, and no number is retyped.
        """
        self.require_role(actor, "clerk")
        words = fold_digits(" ".join(query.split())).casefold()
        number = "".join(words.split())
        if len(number) < _LEAST_SEARCHED:
            return []
        with self.database.reading() as session:
            asked = select(AccountRow).where(AccountRow.login.not_in(select(DossierRow.registration)))
            if number.isdigit():
                asked = asked.where(AccountRow.login_stem == number[:STEM])
            else:
                asked = asked.where(AccountRow.id.in_(AccountNames(session).find(words, _MOST_FOUND)))
            rows = session.scalars(asked.order_by(AccountRow.id).limit(_MOST_FOUND))
            begins = number if number.isdigit() else ""
            people = [one for one in rows if "applicant" in one.roles and one.login.startswith(begins)]
            people.sort(key=lambda one: one.login)
            return [AccountFound(one.login, one.name) for one in people][:_MOST_ACCOUNTS]

    def drafts_of(self, actor: Actor, registration: str, form_id: str) -> list[DossierSummary]:
        """A person's dossiers of a form that are not deposited yet: to go on with, before another is opened."""
        self.require_role(actor, "clerk")
        if not registration:
            return []
        with self.database.reading() as session:
            query = (DossierRow.registration == registration) & (DossierRow.form_id == form_id)
            drafts = DossierRepository(session).listed(
                query & (DossierRow.state == DossierState.DRAFT.value), limit=_MOST_DRAFTS
            )
            return summaries(session, drafts, self.catalogue)

    def is_empty_draft(self, actor: Actor, dossier_id: str) -> bool:
        """Whether staff opened a draft and nothing was ever put into it but the number it was opened for.

        A draft that its person opened is theirs: they may be typing into it just now.
        """
        with self.database.reading() as session:
            return _is_empty(session, self.get_dossier(session, actor, dossier_id))

    def discard_empty_draft(self, actor: Actor, dossier_id: str) -> None:
        """Close a draft that was opened by mistake and holds nothing; the record keeps who did it.

        Raises:
            DossierError: ``draft_not_empty``: it is no draft any more, its person opened it, or something is in it.
        """
        self.require_role(actor, "clerk")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if not _is_empty(session, row):
                raise DossierError(say("draft_not_empty"), code="draft_not_empty")
            action, move = self.led_to(session, row, actor, DossierEvent.CLOSE)
            at = self.touch(session, row, actor, "draft_discarded")
            self.advance(session, row, actor, action, move, at=at)

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


def _is_empty(session: Session, row: DossierRow) -> bool:
    if row.opened_by == row.owner_id:
        return False
    repository = DossierRepository(session)
    answers = repository.answers(row.id).values()
    said = {one.raw or str((one.value or {}).get("value")) for one in answers}
    if row.state != DossierState.DRAFT or repository.groups(row.id) or said - {row.registration}:
        return False
    sent = select(AttachmentRow.id).where(AttachmentRow.dossier_id == row.id)
    return session.scalar(sent.limit(1)) is None
