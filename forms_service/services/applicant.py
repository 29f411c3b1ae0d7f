"""What an applicant does with a dossier before the deposit: open it, answer, see what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.completeness import CompletenessReport, assess_completeness
from core.deposit import NOBODY, AccountHolder, applicant_of, name_of_applicant
from core.dossier import Dossier, DossierState, Origin, fact_fields, printed_answers
from core.errors import DossierError, InvalidValue
from core.field_kinds import Answer, kind_of
from core.form_spec import Applicant, FieldSpec, FormSpec
from core.localized_text import Language, LocalizedText
from core.receipt import new_reference
from core.scope import build_scope
from forms_service.messages import say
from forms_service.services.answers_to_confirm import with_read_answers
from forms_service.services.base import may_edit
from forms_service.services.course_moves import CourseMoves
from forms_service.services.identity_doubts import identity_doubts
from forms_service.services.made_forms import at_deposit
from forms_service.services.parts_of_lists import Part, part_of
from forms_service.services.presenting import dossier_view, read_dossier, summaries
from forms_service.services.storing_answers import index_name
from forms_service.services.views import Actor, DossierSummary, DossierView
from forms_service.storage.dossiers import FACT, FIELD, DossierRepository
from forms_service.storage.models import AccountRow, AnswerRow, DossierRow
from forms_service.storage.name_index import OWNER, NameIndex

_Outcome = tuple[Answer, str | None, LocalizedText | None]
"""A canonical value; or the text as it was typed, and what is wrong with it."""

DOSSIERS_A_PAGE = 20
"""So that the list of whoever has many stays light on a telephone; as in «my data».  Source: ours."""


class ApplicantWork(CourseMoves):
    """Opening, answering, judging."""

    # --- open and look --------------------------------------------------------------------------

    def open_dossier(
        self, actor: Actor, form_id: str, language: Language | str, for_registration: str | None = None
    ) -> str:
        """Begin an application under the newest version of a form; gives its id.

        A clerk may open it for somebody: it then belongs to the account of that registration, if any.

        Raises:
            UnknownForm: No form has this id.
            DossierError: ``for_visitors``: the form is walked without an account and nothing of it is kept;
                ``too_many_open``: they began many and deposited none.
        """
        spec = self.catalogue.get(form_id)
        if spec.flow is not None and spec.flow.keeps_nothing:
            raise DossierError(say("for_visitors"), code="for_visitors")
        with self.database.writing() as session:
            owner = self._owner(session, actor, for_registration)
            self.refuse_more_open(session, owner.id if owner else "", actor)  # type: ignore[attr-defined]
            row = self.new_dossier(session, actor, spec, Language(language), owner)
            if for_registration:  # a person's, or an employer's
                self._prefill_registration(session, row, spec, for_registration, actor)
            return row.id

    def new_dossier(
        self,
        session: Session,
        actor: Actor,
        spec: FormSpec,
        language: Language,
        owner: AccountRow | None,
        reference: str | None = None,
    ) -> DossierRow:
        """Add an empty dossier in the caller's transaction."""
        now = self.now()
        row = DossierRow(
            id=self.new_id(),
            reference=reference or new_reference(self.adapters.pick),
            owner_id=owner.id if owner else None,
            opened_by=actor.id,
            form_id=spec.id,
            form_version=spec.version,
            language=language.value,
            state=DossierState.DRAFT.value,
            revision=0,
            on_file=[],
            declared=[],
            owner_name=owner.name if owner else "",
            registration=owner.login if owner and "applicant" in owner.roles else "",
            opened_at=now,
            changed_at=now,
        )
        session.add(row)
        session.flush()
        NameIndex(session).put(row.id, OWNER, row.owner_name)
        self.begin_course(session, row, spec)
        self.note(session, row, actor, "opened", {"form": spec.id, "version": spec.version}, now)
        return row

    def dossier(self, actor: Actor, dossier_id: str) -> DossierView:
        """Everything about one dossier.

        Raises:
            DossierError: ``not_yours``.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            view = dossier_view(session, row, spec, self.catalogue, actor)
            if not view.may_edit:
                return view
            made = at_deposit(session, row, spec, view.dossier, actor, self.day_of_deposit(row)).made
            return replace(view, made_at_deposit=frozenset(one.id for one in made))

    def dossiers(self, actor: Actor, page: int = 1) -> Part[DossierSummary]:
        """A page of the person's own dossiers, latest change first."""
        own = select(DossierRow).where(DossierRow.owner_id == actor.id)
        with self.database.reading() as session:
            cut, found = part_of(
                session,
                own.order_by(DossierRow.changed_at.desc(), DossierRow.id),
                page,
                DOSSIERS_A_PAGE,
            )
            return cut.of(summaries(session, [row for (row,) in found], self.catalogue))

    def completeness(self, actor: Actor, dossier_id: str, on: date | None = None) -> CompletenessReport:
        """What is missing: on the day of deposit once there is one, else today, or ``on``.

        What a deposit by this person would make (the form itself) is not missing.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return self.assess(session, row, on, actor if may_edit(actor, row) else None)

    def assess(
        self, session: Session, row: DossierRow, on: date | None = None, depositor: Actor | None = None
    ) -> CompletenessReport:
        """Judge a dossier within a transaction, as ``depositor`` would leave it when there is one."""
        spec = self.spec_of(row)
        read = read_dossier(session, row, spec)
        day = on or self.day_of_deposit(row)
        dossier = read.dossier
        if depositor is not None:
            dossier = at_deposit(session, row, spec, dossier, depositor, day).dossier
        report = assess_completeness(spec, dossier, day, read.unreadable())
        scope, types = build_scope(spec, dossier, day), self.catalogue.document_types()
        doubts = identity_doubts(spec, dossier, scope, self._account_number(session, row), types)
        readings = DossierRepository(session).extractions(row.id)
        found = with_read_answers(spec, report.findings, readings)
        return replace(report, findings=(*found, *doubts))

    def _account_number(self, session: Session, row: DossierRow) -> str:
        """The registration number of the applicant's account; empty when there is none."""
        account = session.get(AccountRow, row.owner_id) if row.owner_id else None
        return account.login if account is not None and "applicant" in account.roles else ""

    def day_of_deposit(self, row: DossierRow | DossierView) -> date:
        """The day a dossier is judged on: that of its first deposit, today before it."""
        return row.deposited_at.astimezone(self.zone).date() if row.deposited_at else self.today()

    # --- answer ---------------------------------------------------------------------------------

    def answer(
        self,
        actor: Actor,
        dossier_id: str,
        values: Mapping[str, object],
        facts: Mapping[str, object] | None = None,
        expected_revision: int | None = None,
        emptied: Collection[str] = (),
    ) -> dict[str, LocalizedText]:
        """Store answers; gives the problems by field.  What is not valid is kept as it was typed.

        Only what differs is stored, so that sending a whole page again changes nothing.

        Args:
            emptied: Fields whose proposed answer was cleared: that they are blank is an answer of its own.

        Raises:
            DossierError: ``changed_meanwhile`` when one of these answers was changed after
                ``expected_revision``; ``unknown_field``; ``wrong_state``.  Nothing is stored then.
        """
        with self.database.writing() as session:
            row = self.get_editable(session, actor, dossier_id)
            spec = self.spec_of(row)
            given = _known(spec, values, facts or {}, actor)
            current = DossierRepository(session).answers(row.id)
            parsed = {key: parsed_answer(spec_, raw) for key, (spec_, raw) in given.items()}
            parsed = _without_misfits(spec, read_dossier(session, row, spec).dossier, given, parsed)
            cleared = {(FIELD, name) for name in emptied} - current.keys()
            changed = {
                key: outcome
                for key, outcome in parsed.items()
                if key in cleared or _differs(current.get(key), outcome)
            }
            for key in changed:
                self._refuse_overwriting(current.get(key), expected_revision, given[key][0].label)
            if changed:
                self._store_answers(session, row, spec, actor, changed, current)
            return {name: problem for (_, name), (_, _, problem) in parsed.items() if problem}

    def set_on_file(
        self, actor: Actor, dossier_id: str, on_file: Iterable[str], declared: Iterable[str]
    ) -> None:
        """Note which documents and events the fund already knows, as the applicant says."""
        with self.database.writing() as session:
            row = self.get_editable(session, actor, dossier_id)
            new = (sorted(set(on_file)), sorted(set(declared)))
            if new != (row.on_file, row.declared):
                row.on_file, row.declared = new
                self.touch(session, row, actor, "exemptions_noted", {"on_file": new[0], "declared": new[1]})

    def refresh_applicant(self, session: Session, row: DossierRow, spec: FormSpec) -> None:
        """Take name and registration for lists and search from the answers, once they are given."""
        dossier = read_dossier(session, row, spec).dossier
        applicant = applicant_of(spec, build_scope(spec, dossier, self.today()))
        insured = dossier.answers().get(spec.applicant_fields["registration"])
        row.registration = str(insured or "")[:32] or row.registration
        holder = self.holder_of(session, row, applicant, dossier)
        name = name_of_applicant(applicant, dossier.answers(), holder).fr
        if name[:200] != row.owner_name:
            row.owner_name = name[:200]
            NameIndex(session).put(row.id, OWNER, row.owner_name)

    def account_name(self, session: Session, row: DossierRow) -> str:
        """The name of the account a dossier belongs to; empty when a clerk opened it for nobody known."""
        account = session.get(AccountRow, row.owner_id) if row.owner_id else None
        return account.name if account else ""

    def holder_of(
        self, session: Session, row: DossierRow, applicant: Applicant, dossier: Dossier
    ) -> AccountHolder:
        """Whose account a dossier belongs to; of nobody's dossier, that of the applicant's number.

        Only staff see a dossier that belongs to no account: whoever types another person's number into
        their own is shown no name for it.  A number that a machine alone read may be another person's.
        """
        if row.owner_id:
            return AccountHolder(self.account_name(session, row))
        number = dossier.values.get(applicant.registration)
        if number is None or not number.value:
            return NOBODY
        account = session.scalar(select(AccountRow).where(AccountRow.login == str(number.value)))
        if account is None or "applicant" not in account.roles:
            return NOBODY
        return AccountHolder(account.name, number.origin is not Origin.SCAN or number.by is not None)

    # --- details --------------------------------------------------------------------------------

    def _owner(self, session: Session, actor: Actor, for_registration: str | None) -> AccountRow | None:
        if "clerk" not in actor.roles:
            return session.get(AccountRow, actor.id)
        if not for_registration:
            return None
        return session.scalar(select(AccountRow).where(AccountRow.login == for_registration.strip()))

    def _prefill_registration(
        self, session: Session, row: DossierRow, spec: FormSpec, registration: str, actor: Actor
    ) -> None:
        field_id = spec.applicant_fields.get("registration", "")
        field = next((one for one in spec.fields() if one.id == field_id), None)
        if field is not None:
            key = (FIELD, field_id)
            self._store_answers(session, row, spec, actor, {key: parsed_answer(field, registration)}, {})

    def _store_answers(
        self,
        session: Session,
        row: DossierRow,
        spec: FormSpec,
        actor: Actor,
        changed: Mapping[tuple[str, str], tuple[Answer, str | None, LocalizedText | None]],
        current: Mapping[tuple[str, str], AnswerRow],
    ) -> None:
        at: datetime = self.touch(session, row, actor, "answered", {"fields": sorted(n for _, n in changed)})
        repository = DossierRepository(session)
        for (space, name), (value, raw, problem) in changed.items():
            repository.put_answer(
                row,
                space,
                name,
                value=value,
                raw=raw,
                problem=problem,
                origin=Origin.SCREEN,
                by=actor.id,
                at=at,
                replaces=current.get((space, name)),
            )
            if space == FIELD:
                index_name(session, row, spec, name, value)
        session.flush()
        self.refresh_applicant(session, row, spec)

    def _refuse_overwriting(
        self, current: AnswerRow | None, expected_revision: int | None, label: LocalizedText
    ) -> None:
        if current is not None and expected_revision is not None and current.revision > expected_revision:
            refuse_changed(label)


def refuse_changed(label: LocalizedText) -> None:
    """Refuse to write over what somebody else answered meanwhile."""
    raise DossierError(say("changed_meanwhile", what=label), code="changed_meanwhile")


def _known(
    spec: FormSpec, values: Mapping[str, object], facts: Mapping[str, object], actor: Actor
) -> dict[tuple[str, str], tuple[FieldSpec, object]]:
    """The answers with their declarations; every name the person may not answer is refused at once."""
    fields = {one.id: one for one in spec.fields() if actor.is_staff or not one.office}
    fact_specs = {one.id: one for one in fact_fields(spec)}
    unknown = [name for name in values if name not in fields]
    unknown += [name for name in facts if name not in fact_specs]
    if unknown:
        raise DossierError(say("unknown_field", fields=", ".join(sorted(unknown))), code="unknown_field")
    known: dict[tuple[str, str], tuple[FieldSpec, object]] = {
        (FIELD, name): (fields[name], raw) for name, raw in values.items()
    }
    return known | {(FACT, name): (fact_specs[name], raw) for name, raw in facts.items()}


def parsed_answer(field: FieldSpec, raw: object) -> _Outcome:
    """(value, raw text when it is not valid, problem)."""
    try:
        return kind_of(field).parse(raw, field), None, None
    except InvalidValue as problem:
        return None, str(raw), problem.message


def _without_misfits(
    spec: FormSpec,
    dossier: Dossier,
    given: Mapping[tuple[str, str], tuple[FieldSpec, object]],
    parsed: Mapping[tuple[str, str], _Outcome],
) -> dict[tuple[str, str], _Outcome]:
    """Refuse now what could not be printed later: an answer too long for its box on paper."""
    from forms_service.render.answer_misfits import misfits

    typed = {name: outcome[0] for (space, name), outcome in parsed.items() if space == FIELD}
    values = {**printed_answers(spec, dossier)[0], **typed}
    found = misfits(spec, {name: value for name, value in values.items() if value is not None})
    return {
        key: (None, str(given[key][1]), found[key[1]])
        if key[0] == FIELD and outcome[0] is not None and key[1] in found
        else outcome
        for key, outcome in parsed.items()
    }


def _differs(current: AnswerRow | None, outcome: _Outcome) -> bool:
    value, raw, _ = outcome
    if current is None:
        return value is not None or raw is not None
    held: Any = current.value["value"] if current.value else None
    return held != value or type(held) is not type(value) or current.raw != raw
