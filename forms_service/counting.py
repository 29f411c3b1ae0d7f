"""Counts what was kept once its transaction has committed, and what database and store refused.

It listens where everything passes, the sessions and engines, so that no use case has to think of figures.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, cast

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from forms_service import metrics
from forms_service.storage.models import AttachmentRow, AuditRow, DossierRow, IntakeRow, PageRow
from forms_service.storage.objects import MissingObject, ObjectStore

_KEPT = "forms_service.counted"
_DEPOSITED = "deposited"
_OPERATIONS = frozenset(
    {"put", "get", "beginning", "has", "remove", "check", "keep_as", "held_as", "replace"}
)


@cache
def count_what_is_kept() -> None:
    """Count deposits, uploads and pages when they commit, and errors of the database, in this process."""
    event.listen(Session, "after_flush", _note)
    event.listen(Session, "after_commit", _count)
    event.listen(Session, "after_soft_rollback", lambda session, _before: session.info.pop(_KEPT, None))
    event.listen(Engine, "handle_error", _count_error)


def counted(store: ObjectStore) -> ObjectStore:
    """The same store, whose errors are counted; a paper that is not there is one."""
    return cast("ObjectStore", _CountedStore(store))


class _CountedStore:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._store, name)
        if name not in _OPERATIONS:
            return held

        def counting(*given: Any, **more: Any) -> Any:
            try:
                return held(*given, **more)
            except (OSError, MissingObject):
                metrics.STORE_ERRORS.labels(name).inc()
                raise

        return counting


def _note(session: Session, _context: object) -> None:
    kept: Counter[tuple[str, str]] = session.info.setdefault(_KEPT, Counter())
    for row in session.new:
        if isinstance(row, AttachmentRow) and row.origin in (None, "upload"):
            kept["upload", "paper"] += 1
            kept["bytes", ""] += row.size
        elif isinstance(row, IntakeRow):
            kept["upload", "stack"] += 1
        elif isinstance(row, PageRow):
            kept["page", ""] += 1
        elif isinstance(row, AuditRow) and row.action == _DEPOSITED:
            dossier = session.identity_map.get(identity_key(DossierRow, row.dossier_id))
            kept["deposit", dossier.form_id if dossier else ""] += 1


def _count(session: Session) -> None:
    kept: Counter[tuple[str, str]] = session.info.pop(_KEPT, Counter())
    for (what, which), number in kept.items():
        if what == "upload":
            metrics.UPLOADS.labels(which).inc(number)
        elif what == "bytes":
            metrics.UPLOADED_BYTES.inc(number)
        elif what == "page":
            metrics.PAGES_READ.inc(number)
        else:
            metrics.DEPOSITS.labels(which).inc(number)


def _count_error(context: Any) -> None:
    metrics.DATABASE_ERRORS.labels(type(context.original_exception).__name__).inc()
