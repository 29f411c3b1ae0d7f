"""What a clerk should know of the sheets and dossiers of a stack, also when reading found it later."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.localized_text import LocalizedText
from forms_service.storage.dossiers import localized
from forms_service.storage.models import AttachmentRow, StackSheetRow


def remarks_of(session: Session, row: StackSheetRow) -> tuple[LocalizedText, ...]:
    """What was remarked on a sheet when it was looked at, and what reading it has found since.

    What reading found of several sheets filed together stands at the first of them.
    """
    upload = session.get(AttachmentRow, row.seen["attachment"]) if row.seen.get("attachment") else None
    found = list(row.remarks)
    if upload is not None and upload.removed_at is None and _is_first(session, row):
        found += [*upload.warnings, *([upload.message] if upload.status == "refused" else [])]
    told = (localized(one) for one in found)
    return tuple(dict.fromkeys(one for one in told if one is not None))


def _is_first(session: Session, row: StackSheetRow) -> bool:
    before = session.get(StackSheetRow, (row.intake_id, row.file, row.page - 1))
    return before is None or before.seen.get("attachment") != row.seen["attachment"]
