"""Where a dossier's personal data lie, how they go, and how it is proved that they went.

Every table that leads to a dossier or to one of its papers is wiped: its rows are deleted, unless ``EMPTIED``
says which of their columns are emptied instead because figures count the rows.  A table that is added later
is thus wiped from its first day; a test compares the tables with docs/operations/privacy.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, case, delete, func, inspect, select, update
from sqlalchemy.orm import Session

from core.privacy import Ending
from forms_service.storage.dossiers import of_any_role
from forms_service.storage.models import (
    AccountRow,
    AttachmentRow,
    Base,
    DossierRow,
    EarlierReceiptRow,
    ExtractionRow,
    KeptTypingRow,
    LeftPageRow,
    PageRow,
    StackFileRow,
    StackSheetRow,
)
from forms_service.storage.object_references import REFERENCES
from forms_service.storage.privacy_models import LegalHoldRow

_SEEN_KEPT = ("page", "code", "by_print", "blank", "marked", "known", "readable", "unclear", "blurred")
"""What was seen on a sheet that tells of the form and of nobody; the reference in its code is the dossier's."""

NOBODY = "nobody"

EMPTIED: Mapping[str, Mapping[str, Any]] = {
    "attachment": {
        "filename": "",
        "object_key": "",
        "size": 0,
        "message": None,
        "facts": {},
        "fact_confidences": {},
        "warnings": [],
        "valid_until": None,
        "child": None,
        "declared_child": None,
        "decision_reason": None,
        "uploaded_by": "",
    },
    "extraction": {"raw": "", "value": None, "box": [], "evidence": None, "evidence_kept": None},
    "receipt_revocation": {"note": ""},
}
"""Columns that are emptied where the row stays, by table."""

DOSSIER_EMPTIED: Mapping[str, Any] = {
    "owner_id": None,
    "owner_name": "",
    "registration": "",
    "on_file": [],
    "declared": [],
    "receipt": None,
    "receipt_object": None,
    "decision_note": None,
    "held_by": None,
    "held_at": None,
}
"""What goes of the dossier itself; its form, reference, days and stage stay for the figures."""

_OWN_WAY = {"dossier", "page", "stack_sheet", "left_page", LegalHoldRow.__tablename__}


def objects_of(session: Session, dossier_id: str) -> set[str]:
    """The keys of all files of a dossier: papers, their pages, receipts, single pages of stacks."""
    papers = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier_id)
    asked = (
        select(AttachmentRow.object_key).where(AttachmentRow.dossier_id == dossier_id),
        select(PageRow.image_object).where(PageRow.attachment_id.in_(papers)),
        select(DossierRow.receipt_object).where(DossierRow.id == dossier_id),
        select(EarlierReceiptRow.receipt_object).where(EarlierReceiptRow.dossier_id == dossier_id),
        select(LeftPageRow.page_object).where(LeftPageRow.attachment_id.in_(papers)),
    )
    return {key for query in asked for key in session.scalars(query) if key}


def scans_of(session: Session, dossier_id: str) -> set[str]:
    """The keys of the scanned stacks a dossier's sheets lay in: they go with their stack and not before."""
    papers = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier_id)
    whole = (StackFileRow.intake_id == StackSheetRow.intake_id) & (StackFileRow.number == StackSheetRow.file)
    asked = (
        select(StackFileRow.object_key)
        .join(StackSheetRow, whole)
        .where(StackSheetRow.dossier_id == dossier_id),
        select(LeftPageRow.original_object).where(LeftPageRow.attachment_id.in_(papers)),
    )
    return {key for query in asked for key in session.scalars(query) if key}


def scans_kept(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of the keys that are scans of a stack that is still kept."""
    wanted = sorted(set(keys))
    columns = (StackFileRow.object_key, LeftPageRow.original_object)
    return {key for column in columns for key in session.scalars(select(column).where(column.in_(wanted)))}


def wipe(session: Session, dossier: DossierRow, ending: Ending, at: datetime) -> dict[str, int]:
    """Take away what a dossier tells of people, all or nothing with the caller's transaction.

    Returns:
        How many rows were deleted or emptied, by table.
    """
    session.flush()
    wiped: dict[str, int] = {}
    papers = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier.id).scalar_subquery()
    _wipe_stacks(session, dossier.id, wiped)
    counts = [(PageRow.__table__, PageRow.attachment_id.in_(papers))]
    counts += [(table, column == dossier.id) for table, column in _leading_to_dossiers()]
    counts.sort(
        key=lambda one: one[0].name == AttachmentRow.__tablename__
    )  # what refers to papers goes first
    for table, of_it in counts:
        emptied = EMPTIED.get(table.name) if ending is Ending.ANONYMISE else None
        done = session.execute(
            delete(table).where(of_it) if emptied is None else _emptying(table, emptied).where(of_it)
        )
        if done.rowcount:
            wiped[table.name] = wiped.get(table.name, 0) + done.rowcount
    typed = delete(KeptTypingRow).where(KeptTypingRow.place.contains(dossier.id, autoescape=True))
    if found := session.execute(typed).rowcount:
        wiped[KeptTypingRow.__tablename__] = found
    _wipe_dossier(session, dossier, ending, at)
    return wiped


def remains_of(session: Session, dossier_id: str) -> list[str]:
    """What is left of a dossier that was let go: one entry for each table that still tells of people."""
    left = []
    papers = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier_id).scalar_subquery()
    asked = [(PageRow.__table__, PageRow.attachment_id.in_(papers))]
    asked += [(table, column == dossier_id) for table, column in _leading_to_dossiers()]
    for table, of_it in asked:
        emptied = EMPTIED.get(table.name)
        if _tells_something(session, table, of_it, emptied) if emptied else _has_rows(session, table, of_it):
            left.append(table.name)
    dossiers = DossierRow.__table__
    still = (dossiers.c.id == dossier_id) & dossiers.c.erased_at.is_(None)
    itself = dossiers.c.id == dossier_id
    if _has_rows(session, dossiers, still) or _tells_something(session, dossiers, itself, DOSSIER_EMPTIED):
        left.append(dossiers.name)
    sheets = select(StackSheetRow.seen, StackSheetRow.remarks).where(StackSheetRow.dossier_id == dossier_id)
    if any(remarks or set(seen) - set(_SEEN_KEPT) for seen, remarks in session.execute(sheets)):
        left.append(StackSheetRow.__tablename__)
    return left


def account_tables() -> Iterator[tuple[Table, ColumnElement[Any]]]:
    """The tables whose rows belong to one account, with the column that says to which."""
    for table, column in _leading_to(AccountRow.__tablename__):
        if table.name not in (DossierRow.__tablename__, "intake"):
            yield table, column


def _leading_to_dossiers() -> Iterator[tuple[Table, ColumnElement[Any]]]:
    return ((table, column) for table, column in _leading_to("dossier") if table.name not in _OWN_WAY)


def _leading_to(target: str) -> Iterator[tuple[Table, ColumnElement[Any]]]:
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if any(one.column.table.name == target for one in column.foreign_keys):
                yield table, column


def _emptying(table: Table, emptied: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = dict(emptied)
    if table.name == ExtractionRow.__tablename__:
        # figures tell apart who settled a reading: a reviewer, somebody else, nobody
        reviewers = select(AccountRow.id).where(of_any_role(("reviewer",)))
        by = table.c.decided_by
        values["decided_by"] = case((by.is_(None), None), (by.in_(reviewers), by), else_="")
    return update(table).values(values)


def _wipe_stacks(session: Session, dossier_id: str, wiped: dict[str, int]) -> None:
    """Sheets and pages that came in a stack: where they went is told of nobody any more."""
    sheets = session.scalars(select(StackSheetRow).where(StackSheetRow.dossier_id == dossier_id)).all()
    for sheet in sheets:
        sheet.seen = {name: said for name, said in sheet.seen.items() if name in _SEEN_KEPT}
        sheet.message, sheet.remarks, sheet.dossier_id = None, [], None
    papers = select(AttachmentRow.id).where(AttachmentRow.dossier_id == dossier_id)
    pages = session.scalars(select(LeftPageRow).where(LeftPageRow.attachment_id.in_(papers))).all()
    for page in pages:
        session.delete(page)
    session.flush()
    for name, rows in ((StackSheetRow.__tablename__, sheets), (LeftPageRow.__tablename__, pages)):
        if rows:
            wiped[name] = len(rows)


def _wipe_dossier(session: Session, dossier: DossierRow, ending: Ending, at: datetime) -> None:
    if ending is Ending.ERASE:
        session.delete(dossier)
        session.flush()
        return
    for name, value in DOSSIER_EMPTIED.items():
        setattr(dossier, name, value)
    dossier.erased_at = at
    opener = session.get(AccountRow, dossier.opened_by) if dossier.opened_by else None
    if opener is not None and "applicant" in opener.roles:
        dossier.opened_by = _nobody(session, at)
    session.flush()


def _nobody(session: Session, at: datetime) -> str:
    """The account that stands where an applicant opened a dossier of which nothing is left; nobody comes in by it."""
    if session.get(AccountRow, NOBODY) is None:
        session.add(
            AccountRow(
                id=NOBODY,
                login=NOBODY,
                name="",
                roles=[],
                password_hash="",
                disabled_at=at,
                created_at=at,
            )
        )
        session.flush()
    return NOBODY


def _has_rows(session: Session, table: Table, which: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(func.count()).select_from(table).where(which)))


def _tells_something(
    session: Session, table: Table, which: ColumnElement[bool], emptied: Mapping[str, Any]
) -> bool:
    """Whether a row still holds anything in the columns that emptying empties; sealed ones are opened for it."""
    rows = session.execute(select(*(table.c[name] for name in emptied)).where(which))
    return any(tuple(row) != tuple(emptied.values()) for row in rows)


def all_tables() -> list[str]:
    """Every table of the service."""
    return [table.name for table in Base.metadata.sorted_tables]


def object_columns() -> set[str]:
    """The columns that hold keys of objects, as ``table.column``."""
    return {f"{inspect(one.class_).local_table.name}.{one.key}" for one in REFERENCES}
