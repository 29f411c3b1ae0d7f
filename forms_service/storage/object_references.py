"""Which rows refer to an object of the store, and how one that nothing refers to goes without any loss.

The same bytes are one object, however many refer to it.  Whoever puts bytes that are there already gets their
key at once and writes its row later; between the two the object may be found unused and removed.  So what is
to leave is noted first, and the note is committed before anything leaves; and every transaction that refers to
an object of which there is a note looks, at its end, whether it is there.  The two keep each other out for one
object at a time: a store that answers slowly holds up nobody but who sends those very bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zlib import crc32

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
"""Key of PostgreSQL's advisory locks between those who refer to objects and who removes one («OBJS»)."""

_PLACES = 4096
"""How many such locks there are: a stack of many pages must not fill the server's table of locks."""


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


def note_unused(session: Session, keys: Iterable[str]) -> set[str]:
    """Note, with what the caller's transaction does, that those keys that no row refers to are to leave.

    Returns:
        The keys that were noted; ``remove_noted`` removes them once this is committed.
    """
    wanted = set(keys)
    unused = wanted - referred_to(session, wanted)
    if _is_postgresql(session):
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    for key in sorted(unused):  # always in the same order: two can never wait for each other
        noted = insert(RemovedObjectRow).values(key=key, removed_at=None)
        session.execute(noted.on_conflict_do_update(index_elements=["key"], set_={"removed_at": None}))
    return unused


def remove_noted(session: Session, store: ObjectStore, key: str, at: datetime) -> bool:
    """Remove one object that was noted, in a transaction of its own that keeps others from referring to it.

    Killed in the middle, the note is still there: whoever refers to the object finds out, and the next one goes on.

    Returns:
        False where it stays, because some row refers to it by now, or left already.
    """
    session.get(VirusScanRow, key, with_for_update=True)  # before the lock, as whoever keeps a file does
    _wait(session, [key], alone=True)
    note = session.get(RemovedObjectRow, key, with_for_update=True)
    if note is None or note.removed_at is not None:
        return False
    if referred_to(session, [key]):
        session.delete(note)
        return False
    store.remove(key)
    session.execute(delete(VirusScanRow).where(VirusScanRow.object_key == key))
    note.removed_at = at
    return True


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
    _wait(session, keys, alone=False)
    left = session.scalars(select(RemovedObjectRow.key).where(RemovedObjectRow.key.in_(keys))).all()
    if any(not store.has(key) for key in left):
        raise ObjectLeft(_LEFT)


def _wait(session: Session, keys: Iterable[str], *, alone: bool) -> None:
    """SQLite has one writer at a time; on PostgreSQL who removes waits for who refers, and the other way."""
    if _is_postgresql(session):
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        for place in sorted({crc32(key.encode()) % _PLACES for key in keys}):
            session.execute(text(f"select {lock}(:lock, :place)"), {"lock": _LOCK, "place": place})


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


_LEFT = LocalizedText(
    ar="حُذف هذا الملف للتو لأن لا أحد كان يحتاج إليه. لم يُسجل شيء. المرجو إرساله من جديد.",
    fr="Ce fichier vient d'être supprimé parce que plus rien ne s'y rapportait. Rien n'a été enregistré. "
    "Envoyez-le de nouveau.",
)
