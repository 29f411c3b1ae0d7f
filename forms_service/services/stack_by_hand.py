"""What a clerk made of the sheets that nobody could file by themselves, for the page of their stack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.localized_text import LocalizedText
from forms_service.services.left_pages import DISCARDED
from forms_service.services.left_pages import FILED as FILED_BY_HAND
from forms_service.services.messages import say
from forms_service.services.stack_parts import files_of
from forms_service.services.views import PageFate
from forms_service.storage.models import AccountRow, AttachmentRow, DossierRow, LeftPageRow


def told_by_hand(session: Session, stack_id: str, fates: Iterable[PageFate]) -> list[PageFate]:
    """The fates of a stack's sheets, those that a person settled as that person settled them."""
    files = {(one.name, one.object_key) for one in files_of(session, stack_id)}
    settled = session.scalars(
        select(LeftPageRow).where(LeftPageRow.intake_id == stack_id, LeftPageRow.outcome.is_not(None))
    )
    by_place = {
        (one.file, one.number or 1): one for one in settled if (one.file, one.original_object) in files
    }
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
    )
