"""A stack's sheets as the database keeps them, and the papers that are to be cut out of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.placement import COVER, PageIdentity
from forms_service.stack_grouping import SheetKind, SheetMark, SortedSheet, sort_sheets
from forms_service.storage.models import AttachmentRow, LeftPageRow, StackFileRow, StackSheetRow

FILED = "filed"


@dataclass(frozen=True, slots=True)
class StackPart:
    """Sheets of one file that go into one dossier as one upload.

    Attributes:
        places: Their places in the whole stack, in order.
        pages: Their pages in the file, from 1.
        known: Whether their form, version and print are published here.
    """

    file: int
    places: tuple[int, ...]
    pages: tuple[int, ...]
    sheet: SortedSheet
    identities: tuple[PageIdentity | None, ...]
    known: bool

    @property
    def is_form(self) -> bool:
        """Whether these are pages of a form, and not papers that go with one."""
        return self.sheet.kind is SheetKind.FORM


def sorted_rows(rows: Sequence[StackSheetRow], by_position: bool) -> list[SortedSheet]:
    """Where each sheet of a stack belongs, by what was seen on all of them."""
    return sort_sheets([_mark(row.seen) for row in rows], by_position)


def _mark(seen: dict[str, Any]) -> SheetMark:
    return SheetMark(
        identity=identity_of(seen),
        blank=bool(seen.get("blank")),
        marked=bool(seen.get("marked")),
        known=bool(seen.get("known", True)),
        readable=bool(seen.get("readable", True)),
        unclear=bool(seen.get("unclear")),
        blurred=bool(seen.get("blurred")),
    )


def identity_of(seen: dict[str, Any]) -> PageIdentity | None:
    """The page identity kept of a sheet."""
    return PageIdentity.decode(seen["code"]) if seen.get("code") else None


def printed_page_of(seen: dict[str, Any]) -> int | None:
    """Number of the form's page that a sheet without a code is by its print; whose it is, print cannot tell."""
    printed = PageIdentity.decode(seen["by_print"]) if seen.get("by_print") else None
    return printed.page if printed else None


def parts_of(rows: Sequence[StackSheetRow], sheets: Sequence[SortedSheet]) -> list[StackPart]:
    """The parts nobody filed yet: papers of a form first, each where its first page lies, then the rest."""
    together: dict[tuple[int, int, int], list[int]] = {}
    for place, (row, sheet) in enumerate(zip(rows, sheets, strict=True)):
        if row.fate is not None:
            continue
        if sheet.kind is SheetKind.FORM and sheet.paper is not None:
            together.setdefault((0, sheet.paper, row.file), []).append(place)
        elif sheet.kind is SheetKind.LOOSE:
            together.setdefault((1, place, row.file), []).append(place)
    return [_part(rows, sheets, places) for _, places in sorted(together.items())]


def _part(rows: Sequence[StackSheetRow], sheets: Sequence[SortedSheet], places: list[int]) -> StackPart:
    first = places[0]
    return StackPart(
        file=rows[first].file,
        places=tuple(places),
        pages=tuple(rows[place].page for place in places),
        sheet=sheets[first],
        identities=tuple(sheets[place].identity for place in places),
        known=bool(rows[first].seen.get("known", True)),
    )


def files_of(session: Session, stack_id: str) -> list[StackFileRow]:
    """The files of a stack, in the order in which they were sent."""
    query = select(StackFileRow).where(StackFileRow.intake_id == stack_id)
    return list(session.scalars(query.order_by(StackFileRow.number)))


def sheets_of(session: Session, stack_id: str, file: int | None = None) -> list[StackSheetRow]:
    """The sheets of a stack, or of one file of it, as far as they were looked at, in order."""
    query = select(StackSheetRow).where(StackSheetRow.intake_id == stack_id)
    if file is not None:
        query = query.where(StackSheetRow.file == file)
    return list(session.scalars(query.order_by(StackSheetRow.file, StackSheetRow.page)))


def filed_before(session: Session, object_key: str) -> dict[int, str]:
    """The dossier of each page (from 1) of a file that a stack, or a clerk, has filed already.

    Args:
        object_key: Of the file: the very same bytes, in whatever stack they came.
    """
    sorted_already = (
        select(StackSheetRow)
        .join(
            StackFileRow,
            (StackFileRow.intake_id == StackSheetRow.intake_id) & (StackFileRow.number == StackSheetRow.file),
        )
        .where(StackFileRow.object_key == object_key, StackSheetRow.fate == FILED)
    )
    by_hand = (
        select(LeftPageRow.number, AttachmentRow.dossier_id)
        .join(AttachmentRow, AttachmentRow.id == LeftPageRow.attachment_id)
        .where(LeftPageRow.original_object == object_key, LeftPageRow.outcome == FILED)
    )
    found = {page: dossier for page, dossier in session.execute(by_hand) if page}
    for row in session.scalars(sorted_already):
        identity = identity_of(row.seen)
        if row.dossier_id is not None and (identity is None or identity.variant != COVER):
            found[row.page] = row.dossier_id
    return found
