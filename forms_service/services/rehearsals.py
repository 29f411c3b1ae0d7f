"""How well each version of a form was read back when it was rehearsed, kept for its author to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.form_spec import FormSpec
from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.views import Actor
from forms_service.storage.office_models import RehearsalRow


@dataclass(frozen=True, slots=True)
class KeptRehearsal:
    """One rehearsal; ``current`` when the form is still what was rehearsed."""

    at: datetime
    version: int
    variant: str
    copies: int
    figures: Mapping[str, Any]
    current: bool


class Rehearsals(UseCases):
    """Keeping rehearsals."""

    def keep_rehearsal(self, spec: FormSpec, figures: Mapping[str, Any], copies: int, variant: str) -> None:
        """Keep the figures of one rehearsal, as ``RehearsalReport.as_dict`` gives them."""
        with self.database.writing() as session:
            self.keep_figures(session, spec, figures, copies, variant)

    def keep_figures(
        self, session: Session, spec: FormSpec, figures: Mapping[str, Any], copies: int, variant: str
    ) -> None:
        """Keep the figures of one rehearsal in the caller's transaction."""
        session.add(
            RehearsalRow(
                form_id=spec.id,
                form_version=spec.version,
                variant=variant,
                digest=spec.digest,
                copies=copies,
                figures=dict(figures),
                rehearsed_at=self.now(),
            )
        )
        details = {"form": spec.id, "version": spec.version, "copies": copies}
        self.note(session, None, SYSTEM, "rehearsed", details)

    def rehearsals(self, actor: Actor, spec: FormSpec) -> list[KeptRehearsal]:
        """The rehearsals of one version, the latest first."""
        self.require_role(actor, "author", "operator")
        with self.database.reading() as session:
            rows = session.scalars(
                select(RehearsalRow)
                .where(RehearsalRow.form_id == spec.id, RehearsalRow.form_version == spec.version)
                .order_by(RehearsalRow.id.desc())
                .limit(10)
            )
            return [
                KeptRehearsal(
                    row.rehearsed_at,
                    row.form_version,
                    row.variant,
                    row.copies,
                    row.figures,
                    row.digest == spec.digest,
                )
                for row in rows
            ]
