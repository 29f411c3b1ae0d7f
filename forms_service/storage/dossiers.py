"""Dossiers in the database: find them, and let new values take over from old ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from core.dossier import FieldValue, Origin
from core.field_kinds import Answer
from core.localized_text import LocalizedText
from core.receipt import grouped
from forms_service.storage.beginnings import begins_with
from forms_service.storage.locking import holds_name, to_be_changed
from forms_service.storage.models import (
    STEM,
    AccountRow,
    AnswerRow,
    AttachmentRow,
    CorrectionRow,
    DossierRow,
    EarlierReceiptRow,
    ExtractionRow,
    GroupRow,
    PageRow,
    ReceiptRevocationRow,
)
from forms_service.storage.name_index import NameIndex
from forms_service.storage.row_origins import origins_after

_MOST_ALIKE = 2000
FIELD, FACT = "field", "fact"


def localized(stored: Mapping[str, Any] | None) -> LocalizedText | None:
    """A stored sentence in both languages."""
    return LocalizedText(stored["ar"], stored["fr"]) if stored else None


def of_any_role(roles: Iterable[str]) -> ColumnElement[bool]:
    """The condition that an account has one of the roles, which it keeps as a list."""
    return or_(*(cast(AccountRow.roles, String).like(f'%"{role}"%') for role in roles))


def in_review() -> ColumnElement[bool]:
    """Whether it was a reviewer who settled a reading, after the deposit; unknown while nobody did."""
    by_reviewer = exists().where(AccountRow.id == ExtractionRow.decided_by, of_any_role(("reviewer",)))
    # asked for each reading that somebody settled: a list of all reviewers would need every account
    settled = case((ExtractionRow.decided_by.is_not(None), by_reviewer.correlate(ExtractionRow)))
    return settled & (ExtractionRow.decided_at >= DossierRow.deposited_at)


def counted_doubts(*which: ColumnElement[bool]) -> Select[tuple[str, int]]:
    """How to count, by dossier, the readings that wait for a reviewer's eyes (``doubts``).

    Those that were kept or mended before the review are counted where something else may stand on the
    paper; whether it does, only the form tells.
    """
    return (
        select(ExtractionRow.dossier_id, func.count().label("doubts"))
        .join(AttachmentRow, AttachmentRow.id == ExtractionRow.attachment_id)
        .join(DossierRow, DossierRow.id == ExtractionRow.dossier_id)
        .where(
            *which,
            ExtractionRow.verdict == "review",
            ExtractionRow.decision.is_(None) | (~in_review() & ExtractionRow.value.is_not(None)),
            AttachmentRow.removed_at.is_(None),
        )
        .group_by(ExtractionRow.dossier_id)
    )


class DossierRepository:
    """One transaction's view of the dossiers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # --- find -----------------------------------------------------------------------------------

    def find(self, dossier_id: str, *, to_change: bool = False) -> DossierRow | None:
        """The dossier; ``to_change`` keeps other transactions from changing it at the same time."""
        query = select(DossierRow).where(DossierRow.id == dossier_id)
        return self.session.scalar(to_be_changed(self.session, query) if to_change else query)

    def find_by_reference(self, reference: str, *, to_change: bool = False) -> DossierRow | None:
        """The dossier of a printed reference; ``to_change`` also keeps others from opening it meanwhile."""
        query = select(DossierRow).where(DossierRow.reference == reference)
        if not to_change:
            return self.session.scalar(query)
        query = to_be_changed(self.session, query)
        found = self.session.scalar(query)
        if found is None and holds_name(self.session, f"reference {reference}"):
            found = self.session.scalar(query)
        return found

    def listed(self, *conditions: ColumnElement[bool], limit: int = 500) -> list[DossierRow]:
        """Dossiers that meet all conditions, latest change first."""
        query = select(DossierRow).where(*conditions).order_by(DossierRow.changed_at.desc()).limit(limit)
        return list(self.session.scalars(query))

    def queue(self, states: Sequence[str], limit: int = 500) -> list[DossierRow]:
        """Dossiers in those states, oldest deposit first."""
        query = select(DossierRow).where(DossierRow.state.in_(states))
        return list(self.session.scalars(query.order_by(DossierRow.deposited_at, DossierRow.id).limit(limit)))

    def by_number(self, digits: str, limit: int = 100) -> list[DossierRow]:
        """Dossiers whose registration number or reference begins with that; of a number, at least five digits."""
        printed = grouped(digits.upper().replace("-", ""))
        if not printed:
            return []  # nothing but dashes: every number begins with nothing
        whole = or_(begins_with(DossierRow.reference, printed), DossierRow.registration == digits)
        found = {one.id: one for one in self.listed(whole, limit=limit)}
        if len(digits) >= STEM:
            alike = self.listed(DossierRow.registration_stem == digits[:STEM], limit=_MOST_ALIKE)
            found |= {one.id: one for one in alike if one.registration.startswith(digits)}
        return sorted(found.values(), key=lambda one: one.changed_at, reverse=True)[:limit]

    def by_name(self, name: str, limit: int = 100) -> list[DossierRow]:
        """Dossiers of people of that name, in either script; the best likeness first."""
        ids = NameIndex(self.session).find(name, limit)
        rows = {one.id: one for one in self.session.scalars(select(DossierRow).where(DossierRow.id.in_(ids)))}
        return [rows[one] for one in ids if one in rows]

    # --- answers --------------------------------------------------------------------------------

    def answers(self, dossier_id: str) -> dict[tuple[str, str], AnswerRow]:
        """The answers in force, by space and name."""
        query = select(AnswerRow).where(AnswerRow.dossier_id == dossier_id, AnswerRow.superseded_at.is_(None))
        return {(row.space, row.name): row for row in self.session.scalars(query.order_by(AnswerRow.id))}

    def groups(self, dossier_id: str) -> dict[str, GroupRow]:
        """The group rows in force, by group."""
        query = select(GroupRow).where(GroupRow.dossier_id == dossier_id, GroupRow.superseded_at.is_(None))
        return {row.group_id: row for row in self.session.scalars(query.order_by(GroupRow.id))}

    def group_rows_at(self, dossier_id: str, group_id: str, revision: int) -> list[dict[str, Any]]:
        """The rows a group had when the dossier stood at that revision."""
        row = self.session.scalar(
            select(GroupRow)
            .where(
                GroupRow.dossier_id == dossier_id,
                GroupRow.group_id == group_id,
                GroupRow.revision <= revision,
            )
            .order_by(GroupRow.id.desc())
            .limit(1)
        )
        return list(row.rows) if row else []

    def put_answer(
        self,
        dossier: DossierRow,
        space: str,
        name: str,
        *,
        value: Answer,
        origin: Origin,
        by: str | None,
        at: datetime,
        raw: str | None = None,
        problem: LocalizedText | None = None,
        confidence: float | None = None,
        replaces: AnswerRow | None = None,
    ) -> None:
        """Let a new answer take over from the one in force, which stays in the history."""
        if replaces is not None:
            replaces.superseded_at = at
        self.session.add(
            AnswerRow(
                dossier_id=dossier.id,
                space=space,
                name=name,
                value=None if value is None else {"value": value},
                raw=raw,
                problem=problem.as_dict() if problem else None,
                origin=origin.value,
                confidence=confidence,
                given_by=by,
                given_at=at,
                revision=dossier.revision,
            )
        )

    def put_group(
        self,
        dossier: DossierRow,
        group_id: str,
        rows: list[dict[str, Any]],
        *,
        by: str | None,
        at: datetime,
        replaces: GroupRow | None,
        origin: Origin = Origin.SCREEN,
        confidence: float | None = None,
        kept: Mapping[int, int] | None = None,
        settled: tuple[int, str] | None = None,
    ) -> None:
        """Let new rows take over from those in force; what they say as before keeps its origin.

        Args:
            kept: Where rows of before (from 1) stand now, when any moved.
            settled: The row and field that were decided on, though they may say the same.
        """
        given = FieldValue(None, origin, confidence, by, at.isoformat())
        origins = origins_after(replaces, rows, given, kept, settled)
        if replaces is not None:
            replaces.superseded_at = at
        self.session.add(
            GroupRow(
                dossier_id=dossier.id,
                group_id=group_id,
                rows=rows,
                origins=origins,
                given_by=by,
                given_at=at,
                revision=dossier.revision,
            )
        )

    # --- papers ---------------------------------------------------------------------------------

    def attachments(self, dossier_id: str) -> list[AttachmentRow]:
        """The uploads that were not taken back, in order of arrival."""
        query = select(AttachmentRow).where(
            AttachmentRow.dossier_id == dossier_id, AttachmentRow.removed_at.is_(None)
        )
        return list(self.session.scalars(query.order_by(AttachmentRow.uploaded_at, AttachmentRow.position)))

    def drop_refused_copies(self, kept: AttachmentRow, at: datetime) -> None:
        """Show one file that was refused once, however often it was sent: the last time stands."""
        query = select(AttachmentRow).where(
            AttachmentRow.dossier_id == kept.dossier_id,
            AttachmentRow.object_key == kept.object_key,
            AttachmentRow.status == "refused",
            AttachmentRow.id != kept.id,
            AttachmentRow.removed_at.is_(None),
        )
        for copy in self.session.scalars(query):
            copy.removed_at = at

    def pages(self, attachment_ids: Sequence[str]) -> dict[str, list[PageRow]]:
        """Page images by upload, in order."""
        found: dict[str, list[PageRow]] = {one: [] for one in attachment_ids}
        query = select(PageRow).where(PageRow.attachment_id.in_(attachment_ids)).order_by(PageRow.number)
        for row in self.session.scalars(query):
            found[row.attachment_id].append(row)
        return found

    def extractions(self, dossier_id: str) -> list[ExtractionRow]:
        """What was read from the uploads that were not taken back, in the order of the form."""
        query = (
            select(ExtractionRow)
            .join(AttachmentRow, AttachmentRow.id == ExtractionRow.attachment_id)
            .where(ExtractionRow.dossier_id == dossier_id, AttachmentRow.removed_at.is_(None))
            .order_by(ExtractionRow.position, AttachmentRow.uploaded_at)
        )
        return list(self.session.scalars(query))

    def correction(self, dossier_id: str) -> CorrectionRow | None:
        """The latest request for a complement."""
        query = select(CorrectionRow).where(CorrectionRow.dossier_id == dossier_id)
        return self.session.scalar(query.order_by(CorrectionRow.id.desc()).limit(1))

    def earlier_receipts(self, dossier_id: str) -> list[EarlierReceiptRow]:
        """The receipts that a later one replaced, the oldest first."""
        query = select(EarlierReceiptRow).where(EarlierReceiptRow.dossier_id == dossier_id)
        return list(self.session.scalars(query.order_by(EarlierReceiptRow.id)))

    def revocations(self, dossier_id: str) -> dict[str, ReceiptRevocationRow]:
        """The receipts of a dossier that were revoked, by the digest of their facts."""
        query = select(ReceiptRevocationRow).where(ReceiptRevocationRow.dossier_id == dossier_id)
        return {row.digest: row for row in self.session.scalars(query)}

    def doubts(self, dossier_ids: Sequence[str]) -> dict[str, int]:
        """About how many readings still wait for a reviewer's eyes, by dossier; none is left out that has some."""
        query = counted_doubts(ExtractionRow.dossier_id.in_(dossier_ids))
        return {dossier_id: count for dossier_id, count in self.session.execute(query)}

    def open_readings(self, dossier_ids: Sequence[str], unseen: Iterable[str]) -> dict[str, int | None]:
        """How many readings wait for a reviewer's eyes, by dossier, as far as an index alone tells.

        None where it does not: a field was read twice, a person settled something, or a page did not show a box.

        Args:
            unseen: The reasons that say so of a box.
        """
        papers = select(AttachmentRow.id).where(
            AttachmentRow.dossier_id.in_(dossier_ids), AttachmentRow.removed_at.is_not(None)
        )
        compared = ExtractionRow.decided_by.is_not(None) | ExtractionRow.reason.in_(unseen)
        waits = (ExtractionRow.verdict == "review") & ExtractionRow.decision.is_(None)
        query = (
            select(
                ExtractionRow.dossier_id,
                func.count(),
                func.count(ExtractionRow.field_id.distinct()),
                func.sum(case((compared, 1), else_=0)),
                func.sum(case((waits, 1), else_=0)),
            )
            .where(ExtractionRow.dossier_id.in_(dossier_ids), ExtractionRow.attachment_id.not_in(papers))
            .group_by(ExtractionRow.dossier_id)
        )
        return {
            dossier_id: int(waiting) if readings == fields and not to_compare else None
            for dossier_id, readings, fields, to_compare, waiting in self.session.execute(query)
        }

    def unread(self, dossier_ids: Sequence[str]) -> dict[str, int]:
        """How many uploads still wait to be read, by dossier."""
        query = (
            select(AttachmentRow.dossier_id, func.count())
            .where(
                AttachmentRow.dossier_id.in_(dossier_ids),
                AttachmentRow.status.in_(("waiting", "reading")),
                AttachmentRow.removed_at.is_(None),
            )
            .group_by(AttachmentRow.dossier_id)
        )
        return {dossier_id: count for dossier_id, count in self.session.execute(query)}
