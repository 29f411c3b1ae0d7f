"""What a clerk made of the sheets that nobody could file by themselves, for the page of their stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.localized_text import LocalizedText
from core.placement import PageIdentity
from forms_service.messages import say
from forms_service.services.left_page_places import known_identity_of
from forms_service.services.left_pages import DISCARDED
from forms_service.services.left_pages import FILED as FILED_BY_HAND
from forms_service.services.stack_parts import files_of, identity_of
from forms_service.services.views import PageFate
from forms_service.storage.models import AccountRow, AttachmentRow, DossierRow, LeftPageRow, StackSheetRow


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """A sheet and the dossier it went to, by itself or by hand.

    Attributes:
        identity: The page of the form that it is, as far as its code, or the clerk's sheet by its print, tells.
        opened: Whether the dossier was opened for it.
        attachment_id: The upload that it became, or is part of.
    """

    row: StackSheetRow
    dossier_id: str
    identity: PageIdentity | None
    opened: bool
    attachment_id: str | None = None


def placed_sheets(session: Session, stack_id: str, rows: Sequence[StackSheetRow]) -> list[PlacedSheet]:
    """Every sheet of a stack that went to a dossier, in order; a file that could not be opened is one sheet."""
    by_hand = _settled_by_hand(session, stack_id)
    names = {one.number: one.name for one in files_of(session, stack_id)}
    found = []
    for row in rows:
        left = by_hand.pop((names[row.file], row.page), None)
        if row.dossier_id is not None:
            found.append(
                PlacedSheet(
                    row, row.dossier_id, identity_of(row.seen), row.opened, row.seen.get("attachment")
                )
            )
        elif left is not None:
            found += _placed(session, row, left)
    for (name, page), left in by_hand.items():
        number = next(number for number, one in names.items() if one == name)
        whole = StackSheetRow(intake_id=stack_id, file=number, page=page, seen={}, remarks=[])
        found += _placed(session, whole, left)
    return found


def _placed(session: Session, row: StackSheetRow, left: LeftPageRow) -> Iterator[PlacedSheet]:
    upload = session.get(AttachmentRow, left.attachment_id) if left.attachment_id else None
    if left.outcome != FILED_BY_HAND or upload is None:
        return
    dossier = session.get_one(DossierRow, upload.dossier_id)
    is_new = dossier.opened_by == left.settled_by and dossier.opened_at >= left.scanned_at
    identity = known_identity_of(session, left)
    yield PlacedSheet(row, dossier.id, identity, is_new and upload.position == 1, upload.id)


def _settled_by_hand(session: Session, stack_id: str) -> dict[tuple[str, int], LeftPageRow]:
    files = {(one.name, one.object_key) for one in files_of(session, stack_id)}
    query = select(LeftPageRow).where(LeftPageRow.intake_id == stack_id, LeftPageRow.outcome.is_not(None))
    settled = sorted(session.scalars(query), key=lambda one: (one.file, one.number))
    return {(one.file, one.number or 1): one for one in settled if (one.file, one.original_object) in files}


def told_by_hand(session: Session, stack_id: str, fates: Iterable[PageFate]) -> list[PageFate]:
    """The fates of a stack's sheets, those that a person settled as that person settled them."""
    by_place = _settled_by_hand(session, stack_id)
    return [
        _settled(session, fate, by_place[fate.file, fate.page])
        if fate.fate != "filed" and (fate.file, fate.page) in by_place
        else fate
        for fate in fates
    ]


def _settled(session: Session, fate: PageFate, row: LeftPageRow) -> PageFate:
    """Where, when and by whom a sheet was filed, or why it was put aside."""
    account = session.get(AccountRow, row.settled_by) if row.settled_by else None
    told = replace(fate, settled_by=account.name if account else "", settled_at=row.settled_at)
    if row.outcome == DISCARDED:
        reason = LocalizedText(row.reason or "", row.reason or "")
        return replace(told, fate=DISCARDED, message=say("put_aside", reason=reason))
    upload = session.get(AttachmentRow, row.attachment_id) if row.attachment_id else None
    dossier = session.get(DossierRow, upload.dossier_id) if upload else None
    if row.outcome != FILED_BY_HAND or dossier is None:
        return fate
    return replace(
        told,
        fate="filed",
        message=say("filed", reference=dossier.reference),
        dossier_id=dossier.id,
        reference=dossier.reference,
        attachment_id=upload.id if upload else None,
    )
