"""Rehearsals that authors ask for on their page: a worker carries them out, the page tells how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update

from core.form_spec import FormSpec
from forms_service.services.base import REHEARSE_FORM
from forms_service.services.rehearsals import Rehearsals
from forms_service.services.views import Actor
from forms_service.storage.dead_letters import FAILED as FAILED_EACH_TIME
from forms_service.storage.dead_letters import note_dead_letter
from forms_service.storage.office_models import RehearsalRunRow

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
COPIES = 9
"""One of each standard degradation."""

_SEED = 1
"""The same answers and damage each time, so that two versions of a text can be compared."""


@dataclass(frozen=True, slots=True)
class RehearsalRun:
    """One rehearsal that was asked for, and how many of its copies are read."""

    id: str
    variant: str
    copies: int
    done: int
    state: str
    asked_at: datetime

    @property
    def under_way(self) -> bool:
        """Whether a screen should look again."""
        return self.state in (WAITING, RUNNING)


class RehearsalRuns(Rehearsals):
    """Asking for rehearsals and carrying them out."""

    def ask_rehearsal(self, actor: Actor, spec: FormSpec, large: bool = False) -> RehearsalRun:
        """Have a version of a form rehearsed; while that is under way, asking again gives the same run."""
        from forms_service.render.paper_grid import LARGE

        self.require_role(actor, "author", "operator")
        variant = LARGE if large else ""
        with self.database.writing() as session:
            query = _of(spec).where(
                RehearsalRunRow.variant == variant, RehearsalRunRow.state.in_((WAITING, RUNNING))
            )
            row = session.scalar(query.limit(1))
            if row is None:
                row = RehearsalRunRow(
                    id=self.new_id(),
                    form_id=spec.id,
                    form_version=spec.version,
                    variant=variant,
                    copies=COPIES,
                    done=0,
                    state=WAITING,
                    asked_by=actor.id,
                    asked_at=self.now(),
                )
                session.add(row)
                session.flush()
                details = {"form": spec.id, "version": spec.version, "copies": row.copies}
                self.note(session, None, actor, "rehearsal_asked", details)
                self.adapters.jobs.enqueue(session, REHEARSE_FORM, row.id)
            return _view(row)

    def latest_run(self, actor: Actor, spec: FormSpec) -> RehearsalRun | None:
        """The rehearsal of a version that was asked for last."""
        self.require_role(actor, "author", "operator")
        with self.database.reading() as session:
            row = session.scalar(_of(spec).limit(1))
            return _view(row) if row else None

    def run_rehearsal(self, key: str) -> None:
        """Carry a rehearsal out and keep its figures; one that is over is not begun again."""
        from forms_service.rehearsing import rehearse_spec

        with self.database.writing() as session:
            row = session.get(RehearsalRunRow, key, with_for_update=True)
            if row is None or row.state not in (WAITING, RUNNING):
                return
            row.state, row.done = RUNNING, 0
        spec = self.catalogue.get(row.form_id, row.form_version)

        def watch(done: int) -> None:
            with self.database.writing() as session:
                session.execute(update(RehearsalRunRow).where(RehearsalRunRow.id == key).values(done=done))

        report = rehearse_spec(spec, row.copies, _SEED, watch, row.variant)
        with self.database.writing() as session:
            row = session.get_one(RehearsalRunRow, key, with_for_update=True)
            if row.state == RUNNING:
                row.state, row.done = DONE, row.copies
                self.keep_figures(session, spec, report.as_dict(), row.copies, row.variant)

    def give_up_rehearsal(self, key: str, cause: str = FAILED_EACH_TIME, attempts: int = 1) -> None:
        """Say of a rehearsal that nobody will try again that it failed."""
        with self.database.writing() as session:
            row = session.get(RehearsalRunRow, key, with_for_update=True)
            if row is not None and row.state in (WAITING, RUNNING):
                row.state = FAILED
                note_dead_letter(
                    session, at=self.now(), task=REHEARSE_FORM, key=key, cause=cause, attempts=attempts
                )


def _of(spec: FormSpec) -> Select[tuple[RehearsalRunRow]]:
    return (
        select(RehearsalRunRow)
        .where(RehearsalRunRow.form_id == spec.id, RehearsalRunRow.form_version == spec.version)
        .order_by(RehearsalRunRow.asked_at.desc(), RehearsalRunRow.id)
    )


def _view(row: RehearsalRunRow) -> RehearsalRun:
    return RehearsalRun(row.id, row.variant, row.copies, row.done, row.state, row.asked_at)
