"""Papers added after an incomplete deposit: what the receipt lists as missing, without being asked again.

Nothing that was deposited changes: papers are only added, the answers stay, and the applicant gets a
receipt of the complement.  Whoever examines the dossier sees what came later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.completeness import Requirement, assess_completeness
from core.dossier import DossierState
from core.errors import DossierError
from core.localized_text import Language
from core.receipt import DepositReceipt
from forms_service.first_look import LOOK_SECONDS
from forms_service.messages import say
from forms_service.services.base import may_edit
from forms_service.services.deposits import Deposits
from forms_service.services.notices import Notices
from forms_service.services.presenting import BLANK_PAPER, attachment_view, read_dossier
from forms_service.services.receipt_checks import receipt_from_payload
from forms_service.services.uploads import Uploads
from forms_service.services.views import Actor, AttachmentView, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, AuditRow, DossierRow, EarlierReceiptRow

TAKES_COMPLEMENTS = frozenset(
    {DossierState.SUBMITTED, DossierState.PHYSICAL_CHECK_PENDING, DossierState.UNDER_REVIEW}
)
"""States of a deposited dossier that nobody has decided on or given back."""

_RECEIPT_ISSUED = ("deposited", "complemented")
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Complement:
    """What may still be added to a deposited dossier, and what was added since its latest receipt.

    Attributes:
        takes: What is missing, and after it what was since the latest receipt and came: until the next one
            further pages are taken, such as the back of a card.
    """

    missing: tuple[Requirement, ...]
    added: tuple[AttachmentView, ...]
    takes: tuple[Requirement, ...]

    @property
    def to_confirm(self) -> bool:
        """Whether something usable waits for its receipt."""
        return any(one.status != ReadingStatus.REFUSED for one in self.added)


class Complements(Uploads, Deposits, Notices):
    """Adding papers after the deposit."""

    def complement(self, actor: Actor, dossier_id: str) -> Complement | None:
        """What this person may add now; None when the dossier takes nothing, or lacks nothing."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if not takes_complement(actor, row):
                return None
            missing, supplied = self._demands(session, row)
            added = tuple(attachment_view(one, 0) for one in self._added(session, row))
        return Complement(missing, added, (*missing, *supplied)) if missing or added else None

    def add_paper(
        self,
        actor: Actor,
        dossier_id: str,
        filename: str,
        data: bytes,
        as_type: str,
        child: int | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> AttachmentView:
        """Take in a paper that the receipt lists as missing, or one more page of it; as ``upload`` for refusals.

        Raises:
            DossierError: ``wrong_state``; ``not_missing``: the dossier does not lack such a paper.
        """
        return self.receive(
            actor, dossier_id, filename, data, as_type, child, look_seconds, admit=self._lacking(as_type)
        )

    def withdraw_paper(self, actor: Actor, dossier_id: str, attachment_id: str) -> None:
        """Take an added paper back before its receipt, unless it was ruled on meanwhile."""
        with self.database.writing() as session:
            row = self._complementable(session, actor, dossier_id, to_change=True)
            paper = self.get_attachment(session, actor, dossier_id, attachment_id)
            if paper.id not in {one.id for one in self._added(session, row)} or paper.decision:
                raise DossierError(say("not_editable"), code="wrong_state")
            paper.removed_at = self.touch(session, row, actor, "removed", {"attachment": paper.id})

    def keep_as_sent(self, actor: Actor, dossier_id: str, attachment_id: str) -> None:
        """Count a paper as what it was sent as, though it looks like another: its sender says it is.

        The remark stays for whoever examines it.

        Raises:
            DossierError: ``wrong_state``; also for a blank page, which is no paper at all, and for one that a
                receipt already tells as missing.
        """
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            deposited = not may_edit(actor, row)
            if deposited:
                row = self._complementable(session, actor, dossier_id, to_change=True)
            paper = self.get_attachment(session, actor, dossier_id, attachment_id)
            on_a_receipt = deposited and paper.id not in {one.id for one in self._added(session, row)}
            if paper.seen_as == BLANK_PAPER:
                raise DossierError(say("blank_serves_nothing"), code="wrong_state")
            if on_a_receipt:
                raise DossierError(say("not_editable"), code="wrong_state")
            if paper.seen_as is not None:
                details = {"attachment": paper.id, "seen_as": paper.seen_as}
                paper.seen_as = None
                self.touch(session, row, actor, "kept_as_sent", details)

    def confirm_complement(self, actor: Actor, dossier_id: str) -> DepositReceipt:
        """Give the receipt of what was added; without anything new, the latest receipt again.

        Raises:
            DossierError: ``wrong_state``, ``cannot_sign``, ``changed_meanwhile``.
        """
        from forms_service.receipts import issue

        for _ in range(_ATTEMPTS):
            with self.database.reading() as session:
                row = self._complementable(session, actor, dossier_id)
                if not any(one.status != ReadingStatus.REFUSED for one in self._added(session, row)):
                    return receipt_from_payload(row.receipt or {})
                receipt, revision = self._complement_receipt(session, row), row.revision
                language = Language(row.language)
            address = f"{self.adapters.config.public_url}/receipt/{receipt.reference}/"
            pdf = issue(receipt, self._signer(), language=language, verify_url=address)
            if self._keep_receipt(actor, dossier_id, revision, receipt, self.objects.put(pdf)):
                return receipt
        raise DossierError(say("changed_meanwhile", what=dossier_id), code="changed_meanwhile")

    # --- details --------------------------------------------------------------------------------

    def _complementable(
        self, session: Session, actor: Actor, dossier_id: str, *, to_change: bool = False
    ) -> DossierRow:
        row = self.get_dossier(session, actor, dossier_id, to_change=to_change)
        if not takes_complement(actor, row):
            raise DossierError(say("takes_no_complement"), code="wrong_state")
        return row

    def _lacking(self, as_type: str) -> Callable[[Session, Actor, str], DossierRow]:
        def admit(session: Session, actor: Actor, dossier_id: str) -> DossierRow:
            row = self._complementable(session, actor, dossier_id, to_change=True)
            missing, supplied = self._demands(session, row)
            if not any(as_type in (one.type, *one.alternatives) for one in (*missing, *supplied)):
                raise DossierError(say("not_missing"), code="not_missing")
            return row

        return admit

    def _demands(
        self, session: Session, row: DossierRow
    ) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
        """What is missing now, and what only the papers added since the latest receipt supply."""
        report = self.assess(session, row)
        missing = tuple(one for one in report.required if not one.satisfied)
        added = {one.id for one in self._added(session, row)}
        if not added:
            return missing, ()
        spec = self.spec_of(row)
        read = read_dossier(session, row, spec)
        papers = tuple(one for one in read.dossier.attachments if one.id not in added)
        before = assess_completeness(
            spec, replace(read.dossier, attachments=papers), self.day_of_deposit(row), read.unreadable()
        )
        lacked = {(one.document_id, one.child) for one in before.required if not one.satisfied}
        supplied = (one for one in report.required if one.satisfied)
        return missing, tuple(one for one in supplied if (one.document_id, one.child) in lacked)

    def _added(self, session: Session, row: DossierRow) -> list[AttachmentRow]:
        """The papers that came after the latest receipt."""
        since = self._latest_receipt_at(session, row)
        return [
            one for one in DossierRepository(session).attachments(row.id) if since and one.uploaded_at > since
        ]

    def _latest_receipt_at(self, session: Session, row: DossierRow) -> datetime | None:
        query = select(AuditRow.at).where(AuditRow.dossier_id == row.id, AuditRow.action.in_(_RECEIPT_ISSUED))
        return session.scalar(query.order_by(AuditRow.id.desc()).limit(1))

    def _complement_receipt(self, session: Session, row: DossierRow) -> DepositReceipt:
        spec = self.spec_of(row)
        dossier = read_dossier(session, row, spec).dossier
        report = self.assess(session, row)
        awaited = row.state == DossierState.PHYSICAL_CHECK_PENDING
        return self._receipt(session, row, spec, dossier, report, self.now(), awaited)

    def _keep_receipt(
        self, actor: Actor, dossier_id: str, revision: int, receipt: DepositReceipt, pdf_object: str
    ) -> bool:
        """Put the receipt in place of the one before; False when the dossier changed meanwhile."""
        with self.database.writing() as session:
            row = self._complementable(session, actor, dossier_id, to_change=True)
            if row.revision != revision:
                return False
            details = {"receipt": receipt.digest(), "file": pdf_object, "missing": len(receipt.missing)}
            at = self.touch(session, row, actor, "complemented", details)
            session.add(
                EarlierReceiptRow(
                    dossier_id=row.id,
                    receipt=row.receipt,
                    receipt_object=row.receipt_object,
                    replaced_at=at,
                )
            )
            row.receipt, row.receipt_object = receipt.payload(), pdf_object
            self.tell_owner(session, row, "complemented")
            return True


def takes_complement(actor: Actor, row: DossierRow) -> bool:
    """Whether this person may add papers to a dossier that was deposited."""
    if DossierState(row.state) not in TAKES_COMPLEMENTS or row.receipt is None:
        return False
    return row.owner_id == actor.id or "clerk" in actor.roles
