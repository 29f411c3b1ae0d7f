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
    if upload is not None and upload.removed_at is None:
        told_of_it = [*upload.warnings, *([upload.message] if upload.status == "refused" else [])]
        if told_of_it and _is_first(session, row):
            found += told_of_it
    told = (localized(one) for one in found)
    return tuple(dict.fromkeys(one for one in told if one is not None))


def _is_first(session: Session, row: StackSheetRow) -> bool:
    """Whether no sheet before it in its file went into the same upload, however far apart they lay."""
    before = (session.get(StackSheetRow, (row.intake_id, row.file, page)) for page in range(1, row.page))
    return all(one is None or one.seen.get("attachment") != row.seen["attachment"] for one in before)
