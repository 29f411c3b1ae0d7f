"""Which rows refer to an object of the store, and how one that nothing refers to goes without any loss.

The same bytes are one object, however many refer to it.  Whoever puts bytes that are there already gets their
key at once and writes its row later; between the two the object may be found unused and removed.  So every
transaction that refers to an object removed a short while ago looks, at its end, whether it is there again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.storage.models import (
    AttachmentRow,
    DossierRow,
    EarlierReceiptRow,
    LeftPageRow,
    PageRow,
    StackFileRow,
)
from forms_service.storage.objects import ObjectStore
from forms_service.storage.privacy_models import ERASED_TOO, RemovedObjectRow
from forms_service.storage.scan_models import VirusScanRow

REFERENCES: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    AttachmentRow.object_key,
    PageRow.image_object,
    DossierRow.receipt_object,
    EarlierReceiptRow.receipt_object,
    StackFileRow.object_key,
    LeftPageRow.original_object,
    LeftPageRow.page_object,
)
"""Every column that holds the key of an object; a test finds those that are missing."""

_KEY = "objects_referred_to"
_LOCK = 0x4F424A53
"""Key of PostgreSQL's advisory lock between those who refer to objects and who removes them («OBJS»)."""


class ObjectLeft(FormsError):
    """The file left the store while its row was on its way: nothing was kept, and it must be sent again."""

    code = "object_left"


def referred_to(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of the keys that some row refers to."""
    wanted, found = sorted(set(keys)), set()
    for column in REFERENCES:
        query = select(column).where(column.in_(wanted)).distinct()
        found |= {key for key in session.scalars(query, execution_options=ERASED_TOO) if key}
    return found


def remove_unused(session: Session, store: ObjectStore, keys: Iterable[str], at: datetime) -> set[str]:
    """Remove the objects that no row refers to, in a transaction that keeps others from referring to them.

    Returns:
        The keys that are gone.
    """
    wanted = set(keys)
    _wait(session, alone=True)
    gone = wanted - referred_to(session, wanted)
    for key in sorted(gone):
        store.remove(key)
        session.merge(RemovedObjectRow(key=key, removed_at=at))
    session.execute(delete(VirusScanRow).where(VirusScanRow.object_key.in_(gone)))
    return gone


@event.listens_for(Session, "before_flush")
def _note_references(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        for column in REFERENCES:
            if isinstance(row, column.class_) and (key := getattr(row, column.key)):
                session.info.setdefault(_KEY, set()).add(key)


def check_references(session: Session, store: ObjectStore) -> None:
    """Make sure, at the end of a transaction, that no file left that its rows refer to.

    Raises:
        ObjectLeft: One did.
    """
    session.flush()
    keys: set[str] = session.info.pop(_KEY, set())
    if not keys:
        return
    _wait(session, alone=False)
    left = session.scalars(select(RemovedObjectRow.key).where(RemovedObjectRow.key.in_(keys))).all()
    if any(not store.has(key) for key in left):
        raise ObjectLeft(_LEFT)


def _wait(session: Session, *, alone: bool) -> None:
    """SQLite has one writer at a time; on PostgreSQL who removes waits for who refers, and the other way."""
    if session.get_bind().dialect.name == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        session.execute(text(f"select {lock}(:key)"), {"key": _LOCK})


_LEFT = LocalizedText(
    ar="حُذف هذا الملف للتو لأن لا أحد كان يحتاج إليه. لم يُسجل شيء. المرجو إرساله من جديد.",
    fr="Ce fichier vient d'être supprimé parce que plus rien ne s'y rapportait. Rien n'a été enregistré. "
    "Envoyez-le de nouveau.",
)
