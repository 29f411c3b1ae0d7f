"""Viruses: refused at the door, put out of everybody's reach when they are found later.

A file is scanned before anything opens it.  While the scanner is away papers are taken in all the same –
they are opened by locked-in processes only – and staff see that they are not scanned; the worker asks again
until there is an answer.  What was clean on the day is asked about once more a month later: by then
scanners know most of what was new when it came.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import DossierError
from forms_service.messages import say
from forms_service.ocr.refusals import refusal
from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.views import Actor, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, StackFileRow
from forms_service.storage.object_references import referred_to
from forms_service.storage.objects import MissingObject
from forms_service.storage.outages import DATABASE, outage
from forms_service.storage.scan_models import VirusScanRow, expect_scan
from forms_service.virus_scan import Scan, ScanVerdict

_ASKED_AGAIN_AFTER = timedelta(minutes=2)
_TOO_LARGE_ASKED_AGAIN_AFTER = timedelta(days=1)
_ASKED_ONCE_MORE_AFTER = timedelta(days=30)
_UNREADABLE_ASKED_AGAIN_AFTER = timedelta(hours=1)
_AT_ONCE = 20
"""Files asked about in one round: what came while the scanner was away must not hold the rest up."""

log = structlog.get_logger(__name__)


class VirusScans(UseCases):
    """Asking the scanner, and keeping what it finds from everybody."""

    def scan_at_the_door(self, actor: Actor, dossier: DossierRow | None, filename: str, data: bytes) -> Scan:
        """What the scanner says of a file that just came.

        Raises:
            UnreadableDocument: ``infected_file``: it is not kept, only noted.
        """
        scan = self.adapters.scanner.scan(data)
        if scan.verdict is not ScanVerdict.INFECTED:
            return scan
        with self.database.writing() as session:
            self.note(session, dossier, actor, "infected_refused", {"virus": scan.told, "size": len(data)})
        log.warning("infected upload refused", virus=scan.told)
        raise refusal("infected_file", filename)

    def keep_scan(self, session: Session, key: str, scan: Scan) -> None:
        """Keep an answer in the caller's transaction; where there is none yet, the file comes due for it."""
        self.await_scan(session, key)
        row = session.get_one(VirusScanRow, key)
        if not self.adapters.scanner.is_configured or row.verdict == ScanVerdict.INFECTED:
            return
        was_clean = row.verdict == ScanVerdict.CLEAN
        row.due_at = self._due(scan, row.due_at, was_clean)
        if was_clean and scan.verdict is ScanVerdict.NOT_SCANNED:
            return  # no answer takes none back
        row.verdict, row.told, row.scanned_at = scan.verdict.value, scan.told, self.now()

    def await_scan(self, session: Session, key: str) -> None:
        """Let a file that nobody asked about come due at once, as soon as there is a scanner."""
        expect_scan(session, key, ScanVerdict.NOT_SCANNED.value, self.now())

    def may_be_opened(self, key: str) -> bool:
        """Ask about a file nobody has an answer for yet; False when it carries a virus.

        Called before a worker opens anything.  A scanner that is away does not keep a paper from being read.
        """
        with self.database.reading() as session:
            known = session.get(VirusScanRow, key)
        if known is not None and known.verdict != ScanVerdict.NOT_SCANNED:
            return known.verdict == ScanVerdict.CLEAN
        if not self.adapters.scanner.is_configured:
            return True
        scan = self._asked(key)
        self._keep_answer(key, scan)
        return not scan.is_infected

    def scan_again(self) -> None:
        """Ask about the files that are due; the worker does so from time to time."""
        if not self.adapters.scanner.is_configured:
            return
        with self.database.reading() as session:
            due = select(VirusScanRow.object_key).where(VirusScanRow.due_at <= self.now())
            first = (VirusScanRow.verdict == ScanVerdict.CLEAN.value, VirusScanRow.due_at)
            waiting = list(session.scalars(due.order_by(*first).limit(_AT_ONCE)))
        for key in waiting:
            try:
                scan = self._asked(key)
            except Exception as error:
                self._leave_for_later(key, error)
                continue
            self._keep_answer(key, scan)
            if scan.told == "unreachable":
                return  # the scanner is away: the others wait for the next round

    def refuse_infected(self, session: Session, key: str) -> None:
        """Let nobody have a file, or a picture of it, in which a virus was found.

        Raises:
            DossierError: ``infected_upload``.
        """
        known = session.get(VirusScanRow, key)
        if known is not None and known.verdict == ScanVerdict.INFECTED:
            raise DossierError(say("infected_upload"), code="infected_upload")

    # --- details --------------------------------------------------------------------------------

    def _due(self, scan: Scan, was_due: datetime | None, was_clean: bool) -> datetime | None:
        """When the scanner is asked again after that answer."""
        if scan.verdict is ScanVerdict.NOT_SCANNED:
            too_large = scan.told == "too_large"
            return self.now() + (_TOO_LARGE_ASKED_AGAIN_AFTER if too_large else _ASKED_AGAIN_AFTER)
        if scan.verdict is ScanVerdict.INFECTED:
            return None
        if not was_clean:
            return self.now() + _ASKED_ONCE_MORE_AFTER
        return was_due if was_due is not None and was_due > self.now() else None

    def _asked(self, key: str) -> Scan:
        return self.adapters.scanner.scan(self.objects.get(key))

    def _keep_answer(self, key: str, scan: Scan) -> None:
        """Keep it; nobody gets an infected file from then on, whatever becomes of telling so on its papers."""
        with self.database.writing() as session:
            self.keep_scan(session, key, scan)
            row = session.get_one(VirusScanRow, key)
            if row.verdict != ScanVerdict.INFECTED:
                return
            virus = row.told
            row.due_at = self.now() + _ASKED_AGAIN_AFTER  # again, unless its papers come to tell it now
        with self.database.writing() as session:
            self._put_out_of_reach(session, key, virus)
            session.get_one(VirusScanRow, key).due_at = None

    def _put_out_of_reach(self, session: Session, key: str, virus: str) -> None:
        """Refuse every paper that is this file, tell whoever sent it, and note it."""
        log.warning("virus found in a kept file", virus=virus)
        told = say("infected_upload").as_dict()
        for row in session.scalars(
            select(AttachmentRow).where(AttachmentRow.object_key == key, AttachmentRow.removed_at.is_(None))
        ):
            dossier = DossierRepository(session).find(row.dossier_id, to_change=True)
            if dossier is None:
                continue
            row.status, row.message, row.warnings = ReadingStatus.REFUSED.value, told, []
            details = {"attachment": row.id, "virus": virus}
            self.touch(session, dossier, SYSTEM, "infected_found", details)
        for file in session.scalars(select(StackFileRow).where(StackFileRow.object_key == key)):
            file.message, file.pages = told, file.pages or 0

    def _leave_for_later(self, key: str, error: Exception) -> None:
        """Set one file aside that cannot be read: the others must not wait for it, and it is not called clean.

        Raises:
            Exception: What is out of order for everybody: all come again with the next round.
        """
        if (away := outage(error)) == DATABASE:
            raise error
        if away is not None:
            self.objects.check()  # a bad place on the disk looks like a disk that is away
        is_missing = isinstance(error, MissingObject)
        with self.database.writing() as session:
            row = session.get(VirusScanRow, key)
            if row is None:
                return
            if row.verdict == ScanVerdict.INFECTED:  # that stands; its papers are still to tell it
                row.due_at = self.now() + _UNREADABLE_ASKED_AGAIN_AFTER
                return
            if is_missing and key not in referred_to(session, [key]):  # removed by right: nobody will have it
                row.due_at = None
                return
            row.verdict, row.told = ScanVerdict.NOT_SCANNED.value, "missing" if is_missing else "unreadable"
            row.due_at = self.now() + _UNREADABLE_ASKED_AGAIN_AFTER
        said = "a paper is not in the store" if is_missing else "a kept file cannot be scanned"
        log.error(said, object=key[:16], error=type(error).__name__)
