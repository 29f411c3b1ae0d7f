"""What the fund knows already is not asked as if it knew nothing: proposed on screen, to be checked and saved.

Nothing is an answer before its person saves it.  The record then says which answers were taken as proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.deposit import applicant_of
from core.errors import InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Script, dominant_script
from core.scope import build_scope, is_blank
from forms_service.services.base import may_edit
from forms_service.services.dossier_papers import DossierPapers
from forms_service.services.known_identity import identity_fields
from forms_service.services.presenting import read_dossier
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AccountRow, DossierRow

ACCOUNT, EARLIER = "account", "earlier"
_NAMES = frozenset({"latin_name", "arabic_name"})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer nobody gave here yet, and where it is known from: the account, or an earlier request."""

    value: Answer
    source: str


class KnownAnswers(DossierPapers):
    """Proposing what is known."""

    def known_answers(self, actor: Actor, dossier_id: str) -> dict[str, KnownAnswer]:
        """Identity answers to propose to whoever fills the dossier, by field; none that was ever given here.

        Nothing is proposed to somebody who asks in another person's stead: the account is not that person's.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            held = read_dossier(session, row, spec).dossier
            scope = build_scope(spec, held, self.day_of_deposit(row))
            if not may_edit(actor, row) or applicant_of(spec, scope).when is not None:
                return {}
            found = {
                name: KnownAnswer(value, EARLIER)
                for name, value in self._known_identity(session, actor, row, spec).items()
            }
            for field, value in self._of_account(session, actor, row, spec):
                if field.kind not in _NAMES or field.id not in found:
                    found[field.id] = KnownAnswer(value, ACCOUNT)
            given = DossierRepository(session).answers(row.id)
        return {name: one for name, one in found.items() if (FIELD, name) not in given}

    def note_reused(self, actor: Actor, dossier_id: str, fields: Iterable[str]) -> None:
        """Write in the record which answers were saved as they were proposed."""
        names = sorted(fields)
        if names:
            with self.database.writing() as session:
                row = self.get_editable(session, actor, dossier_id)
                self.note(session, row, actor, "answers_reused", {"fields": names})

    def _of_account(
        self, session: Session, actor: Actor, row: DossierRow, spec: FormSpec
    ) -> Iterator[tuple[FieldSpec, Answer]]:
        """What the person's own account says, as answers to the fields that ask it."""
        account = session.get(AccountRow, row.owner_id) if row.owner_id == actor.id else None
        if account is None or "applicant" not in account.roles:
            return
        holder = session.get(HolderRow, account.id)
        by_kind = {"registration_number": account.login}
        if holder is not None:
            by_kind |= {
                "identity_number": holder.identity_number or "",
                "date": holder.birth or "",
                "phone": holder.phone or "",
                "email": holder.email or "",
            }
        named = spec.applicant_fields["name"].split(",")
        block = named[0].rpartition(".")[0]
        for field in identity_fields(spec):
            if not field.id.startswith(f"{block}."):
                continue
            raw = by_kind.get(field.kind) or _name(field, named, account, holder)
            try:
                value = kind_of(field).parse(raw, field) if raw else None
            except InvalidValue:
                continue
            if not is_blank(value):
                yield field, value


def _name(field: FieldSpec, named: list[str], account: AccountRow, holder: HolderRow | None) -> str:
    """A part of the account's name, in the script of the field; nothing where it cannot be taken apart."""
    first = holder.first_name if holder is not None else ""
    part = field.id.removesuffix(".ar")
    if field.kind not in _NAMES or part not in named or not first or not account.name.startswith(f"{first} "):
        return ""
    words = first if part.endswith(".first") else account.name.removeprefix(first).strip()
    wanted = Script.ARAB if field.kind == "arabic_name" else Script.LATN
    return words if dominant_script(words) is wanted else ""
