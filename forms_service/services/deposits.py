"""The deposit: the judgement of the day, the draw, the receipt and the new state, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core.completeness import CompletenessReport, assess_completeness
from core.conditions import holds
from core.deposit import applicant_of, receipt_for
from core.dossier import Dossier, DossierEvent, Origin, printed_answers
from core.errors import DossierError, FormsError
from core.flow_engine import Asked, Move, take
from core.form_spec import FormSpec
from core.localized_text import Language
from core.receipt import DepositReceipt
from core.registers import Held
from core.scope import build_scope
from forms_service.messages import say
from forms_service.services.applicant import ApplicantWork
from forms_service.services.base import may_edit
from forms_service.services.course_moves import roles_towards
from forms_service.services.course_steps import course_of, step_of
from forms_service.services.made_forms import (
    MadeForm,
    at_deposit,
    attach,
    declared,
    made_beside_signature,
    made_types,
    make_form,
)
from forms_service.services.presenting import read_dossier
from forms_service.services.receipt_checks import receipt_from_payload
from forms_service.services.register_rows import keep_register_rows
from forms_service.services.storing_answers import put_field
from forms_service.services.views import Actor
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, EarlierReceiptRow, HonourDeclarationRow

log = structlog.get_logger(__name__)

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Taking:
    """By which action of a form's own course something is deposited; None for the one that is possible.

    Attributes:
        asked: What whoever does it brought along.
        code_id: The one-time code that was right, so that it serves no second time.
    """

    action: str | None = None
    asked: Asked = field(default_factory=lambda: Asked(frozenset()))
    code_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A deposit worked out on one revision of the dossier, before anything is written."""

    revision: int
    receipt: DepositReceipt
    pdf_object: str
    action: str
    move: Move
    code_id: str | None
    physical_check: bool
    report: CompletenessReport
    declared: tuple[str, ...]
    forms: tuple[MadeForm, ...]
    replaced: tuple[str, ...]
    held: Held


class Deposits(ApplicantWork):
    """Depositing, receipts, printed forms."""

    def deposit(
        self, actor: Actor, dossier_id: str, declaration_accepted: bool, taking: Taking | None = None
    ) -> DepositReceipt:
        """Deposit the dossier and give its receipt; depositing again gives the same receipt.

        An incomplete dossier may be deposited: the receipt says what is missing.  The PDFs are made
        before the transaction, so that nobody waits for them with the database locked; if somebody
        changed the dossier meanwhile, they are made again.  When no signed form was handed in, the
        form is made from the answers: this declaration stands for the signature.

        Args:
            taking: The action of the form's own course that deposits, with what it demands.

        Raises:
            DossierError: ``declaration_needed``, ``wrong_state``, ``not_yours``; what the course refuses.
        """
        for _ in range(_ATTEMPTS):
            done = self._deposited(actor, dossier_id)
            if done is not None:
                return done
            if not declaration_accepted:
                raise DossierError(say("declaration_needed"), code="declaration_needed")
            prepared = self._prepare(actor, dossier_id, taking or Taking())
            if prepared is not None and self._commit(actor, dossier_id, prepared):
                return prepared.receipt
        raise DossierError(say("changed_meanwhile", what=dossier_id), code="changed_meanwhile")

    def receipt_pdf(self, actor: Actor, dossier_id: str) -> bytes:
        """The latest receipt, exactly the bytes that were issued.

        Raises:
            DossierError: ``no_receipt``.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            key = row.receipt_object
        if key is None:
            raise DossierError(say("no_receipt"), code="no_receipt")
        return self.objects.get(key)

    # --- printed forms --------------------------------------------------------------------------

    def filled_pdf(self, actor: Actor, dossier_id: str, flatten: bool = False) -> bytes:
        """The form with the dossier's answers and its reference on every page."""
        from forms_service.render.form_pdf import render_filled

        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            dossier = read_dossier(session, row, spec).dossier
        return render_filled(
            spec, printed_answers(spec, dossier)[0], reference=row.reference, flatten=flatten
        )

    def blank_pdf(self, form_id: str, copies: int = 1, reference: str = "", large: bool = False) -> bytes:
        """An empty form to print or to fill on a computer."""
        from forms_service.render.form_pdf import render_blank
        from forms_service.render.paper_grid import LARGE

        spec = self.catalogue.get(form_id)
        return render_blank(spec, reference=reference, copies=copies, variant=LARGE if large else "")

    # --- details --------------------------------------------------------------------------------

    def _deposited(self, actor: Actor, dossier_id: str) -> DepositReceipt | None:
        """The receipt there is, unless the dossier is to be deposited (again)."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if may_edit(actor, row):
                return None
            if row.receipt is None:
                raise DossierError(say("not_editable"), code="wrong_state")
            return receipt_from_payload(row.receipt)

    def _prepare(self, actor: Actor, dossier_id: str, taking: Taking) -> _Prepared | None:
        """Work the deposit out; None when somebody else has just deposited."""
        from forms_service.receipts import issue

        now = self.now()
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if not may_edit(actor, row):
                return None
            spec = self.spec_of(row)
            first = row.deposited_at is None
            day = self.day_of_deposit(row)
            read = read_dossier(session, row, spec)
            after = at_deposit(session, row, spec, read.dossier, actor, day)
            dossier, ticked = declared(after.dossier, spec, day, actor, now)
            check = self._may_be_checked(row, spec) and (
                self._drawn(spec, dossier, day) if first else bool(row.physical_check)
            )
            event = DossierEvent.DEPOSIT_WITH_PHYSICAL_CHECK if first and check else DossierEvent.DEPOSIT
            report = assess_completeness(spec, dossier, day, read.unreadable())
            # Whoever deposits again was examined, and nobody is before the paper file has come.
            action, move = self._leading(session, row, actor, event, taking, report.complete)
            receipt = self._receipt(session, row, spec, dossier, report, now, first and check)
            revision, language = row.revision, Language(row.language)
        address = f"{self.adapters.config.public_url}/receipt/{receipt.reference}/"
        pdf = issue(receipt, self._signer(), language=language, verify_url=address)
        answers, _ = printed_answers(spec, dossier)
        forms = tuple(make_form(spec, one, answers, receipt.reference, self.objects) for one in after.made)
        return _Prepared(
            revision,
            receipt,
            self.objects.put(pdf),
            action,
            move,
            taking.code_id,
            check,
            report,
            tuple(ticked),
            forms,
            after.replaced,
            spec.held,
        )

    def _signer(self) -> Any:
        """Whoever signs; what keeps it from signing is the operator's affair, not the applicant's."""
        try:
            return self.adapters.signer()
        except FormsError as error:
            log.error("receipts_cannot_be_signed", code=error.code)
            raise DossierError(say("cannot_sign"), code="cannot_sign") from error

    def _commit(self, actor: Actor, dossier_id: str, prepared: _Prepared) -> bool:
        """Write the deposit; False when the dossier is no longer the one it was worked out on."""
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.revision != prepared.revision or not may_edit(actor, row):
                return False
            details = {
                "complete": prepared.report.complete,
                "physical_check": prepared.physical_check,
                "receipt": prepared.receipt.digest(),
                "file": prepared.pdf_object,
            }
            at = self.touch(session, row, actor, "deposited", details)
            if row.receipt is not None:
                session.add(
                    EarlierReceiptRow(
                        dossier_id=row.id,
                        receipt=row.receipt,
                        receipt_object=row.receipt_object,
                        replaced_at=at,
                    )
                )
            self._keep_what_was_signed(session, row, actor, prepared, at)
            row.deposited_at = row.deposited_at or prepared.receipt.deposited_at
            row.physical_check = prepared.physical_check
            row.receipt = prepared.receipt.payload()
            row.receipt_object = prepared.pdf_object
            self.refresh_applicant(session, row, self.spec_of(row))
            self._keep_declarations(session, row, actor, prepared)
            keep_register_rows(session, row, prepared.held, at)
            correction = DossierRepository(session).correction(row.id)
            if correction is not None and correction.answered_at is None:
                correction.answered_at = prepared.receipt.issued_at
            self._use_code(session, prepared.code_id)
            self.advance(session, row, actor, prepared.action, prepared.move, at=at)
            return True

    def _use_code(self, session: Session, code_id: str | None) -> None:
        if code_id is not None:
            self.use_step_code(session, code_id)  # type: ignore[attr-defined]

    def _keep_what_was_signed(
        self, session: Session, row: DossierRow, actor: Actor, prepared: _Prepared, at: datetime
    ) -> None:
        """The statements beside the signature, and the form they were made on in place of an earlier one."""
        spec = self.spec_of(row)
        for field_id in prepared.declared:
            put_field(session, row, spec, field_id, True, origin=Origin.SCREEN, by=actor.id, at=at)
        for one in prepared.replaced:
            session.get_one(AttachmentRow, one).removed_at = at
        attach(session, row, spec, prepared.forms, [self.new_id() for _ in prepared.forms], actor, at)

    def _keep_declarations(
        self, session: Session, row: DossierRow, actor: Actor, prepared: _Prepared
    ) -> None:
        """Record the declarations on honour: who, when, and the very words."""
        spec = self.spec_of(row)
        words = {one.id: one.text for one in spec.declarations}
        declared = {
            one.id: one.label
            for section in spec.sections
            for one in section.fields()
            if made_beside_signature(one, section)
        } or {"deposit": say("declaration_at_deposit")}
        apart = {one for _, action in course_of(spec).actions() for one in action.accepts}
        declared |= {name: words[name] for name in prepared.report.declarations if name not in apart}
        for name, text in declared.items():
            session.add(
                HonourDeclarationRow(
                    dossier_id=row.id,
                    declaration=name,
                    text=text.as_dict(),
                    declared_by=actor.id,
                    declared_at=prepared.receipt.issued_at,
                )
            )

    def complete_once_declared(self, session: Session, row: DossierRow, actor: Actor) -> bool:
        """Whether nothing will be missing once whoever deposits has declared: the form is made then, and signed so."""
        spec, day = self.spec_of(row), self.day_of_deposit(row)
        read = read_dossier(session, row, spec)
        after = at_deposit(session, row, spec, read.dossier, actor, day)
        dossier, _ = declared(after.dossier, spec, day, actor, self.now())
        return assess_completeness(spec, dossier, day, read.unreadable()).complete

    def _leading(
        self,
        session: Session,
        row: DossierRow,
        actor: Actor,
        event: DossierEvent,
        taking: Taking,
        is_complete: bool,
    ) -> tuple[str, Move]:
        """Where the deposit leads: by the action that was chosen, else by the one that is possible."""
        asked = replace(taking.asked, is_complete=is_complete)
        if taking.action is None:
            return self.led_to(session, row, actor, event, asked)
        here = self.standing(session, row)
        asked = replace(asked, roles=roles_towards(actor, row))
        return taking.action, take(here.spec, here.flow, here.position, taking.action, asked, here.scope)

    def _may_be_checked(self, row: DossierRow, spec: FormSpec) -> bool:
        """Whether the course has a place for requests whose papers are to be seen."""
        flow = course_of(spec)
        event = DossierEvent.DEPOSIT_WITH_PHYSICAL_CHECK
        return bool(row.physical_check) or bool(flow.doing(step_of(row, spec), event))

    def _drawn(self, spec: FormSpec, dossier: Dossier, day: date) -> bool:
        """Whether the papers of this deposit are to be seen: by the form's rule, else by lot."""
        always = spec.physical_check_always
        if always is not None and holds(always, build_scope(spec, dossier, day)):
            return True
        rate = self.adapters.config.physical_check_rate
        return self.adapters.draw() < (spec.physical_check_rate if rate is None else rate)

    def _receipt(
        self,
        session: Session,
        row: DossierRow,
        spec: FormSpec,
        dossier: Dossier,
        report: CompletenessReport,
        now: datetime,
        check: bool,
    ) -> DepositReceipt:
        moment = now.astimezone(self.zone).replace(microsecond=0)
        first = row.deposited_at
        deposited_at = first.astimezone(self.zone).replace(microsecond=0) if first else moment
        applicant = applicant_of(spec, build_scope(spec, dossier, deposited_at.date()))
        receipt = receipt_for(
            spec,
            dossier,
            report,
            reference=row.reference,
            deposited_at=deposited_at,
            completed_at=moment if first else None,
            physical_check=check,
            types=self.catalogue.document_types(),
            holder=self.holder_of(session, row, applicant, dossier),
            made_on_screen=made_types(session, row, dossier),
        )
        if receipt.affiliation:
            return receipt
        return replace(receipt, registration=receipt.registration or row.registration)
