"""What reviewers teach the next calibration: which readings were right, without what they said.

Only the kind of reading, what spoke for it, the confidence it was given and whether it was right are
kept: no value, no name, no field, no dossier, no time and no reviewer.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.field_kinds import Answer
from forms_service.services.base import UseCases
from forms_service.storage.models import ExtractionRow, ReadingEvidenceRow


class ReadingEvidence(UseCases):
    """Evidence gathered while readings are reviewed."""

    def reading_evidence(self) -> list[dict[str, object]]:
        """Everything gathered so far, in no order that means anything; for the commands, not for the web."""
        with self.database.reading() as session:
            rows = session.scalars(select(ReadingEvidenceRow).order_by(ReadingEvidenceRow.id))
            return [
                {"evidence": row.evidence, "confidence": row.confidence, "right": row.right} for row in rows
            ]


def keep_outcome(session: Session, read: ExtractionRow, settled: Answer, new_id: Callable[[], str]) -> None:
    """Note whether a reading was right, now that a reviewer settled it; settling again replaces the note."""
    if read.evidence is None or read.value is None:
        return
    right = read.value["value"] == settled
    kept = session.get(ReadingEvidenceRow, read.evidence_kept) if read.evidence_kept else None
    if kept is not None:
        kept.right = right
        return
    read.evidence_kept = new_id()
    session.add(
        ReadingEvidenceRow(
            id=read.evidence_kept, evidence=read.evidence, confidence=read.confidence, right=right
        )
    )
