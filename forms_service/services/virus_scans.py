"""Viruses: refused at the door, put out of everybody's reach when they are found later.

A file is scanned before anything opens it.  While the scanner is away papers are taken in all the same –
they are opened by locked-in processes only – and staff see that they are not scanned; the worker asks again
until there is an answer.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.errors import DossierError
from forms_service.messages import say
from forms_service.ocr.refusals import refusal
from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.made_forms import MADE_ON_SCREEN
from forms_service.services.views import Actor, ReadingStatus
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, StackFileRow
from forms_service.storage.scan_models import VirusScanRow
from forms_service.virus_scan import Scan, ScanVerdict

_ASKED_AGAIN_AFTER = timedelta(minutes=2)
_TOO_LARGE_ASKED_AGAIN_AFTER = timedelta(days=1)
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
        """Keep an answer in the caller's transaction; where there is no scanner there is none to keep."""
        if not self.adapters.scanner.is_configured:
            return
        row = session.get(VirusScanRow, key)
        if row is None:
            row = VirusScanRow(object_key=key)
            session.add(row)
        elif row.verdict == ScanVerdict.INFECTED:
            return
        row.verdict, row.told, row.scanned_at = scan.verdict.value, scan.told, self.now()

    def may_be_opened(self, key: str) -> bool:
        """Ask about a file nobody has an answer for yet; False when it carries a virus.

        Called before a worker opens anything.  A scanner that is away does not keep a paper from being read.
        """
        with self.database.reading() as session:
            known = session.get(VirusScanRow, key)
        if known is not None and known.verdict != ScanVerdict.NOT_SCANNED:
            return known.verdict == ScanVerdict.CLEAN
        return not self.adapters.scanner.is_configured or self._asked_again(key) is not ScanVerdict.INFECTED

    def scan_again(self) -> None:
        """Ask about files without an answer; the worker does so from time to time."""
        if not self.adapters.scanner.is_configured:
            return
        with self.database.reading() as session:
            waiting = self._unanswered(session)
        for key in waiting:
            if self._asked_again(key) is ScanVerdict.NOT_SCANNED:
                with self.database.reading() as session:
                    if session.get_one(VirusScanRow, key).told == "unreachable":
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

    def _asked_again(self, key: str) -> ScanVerdict:
        scan = self.adapters.scanner.scan(self.objects.get(key))
        with self.database.writing() as session:
            self.keep_scan(session, key, scan)
            if scan.verdict is ScanVerdict.INFECTED:
                self._put_out_of_reach(session, key, scan)
        return scan.verdict

    def _put_out_of_reach(self, session: Session, key: str, scan: Scan) -> None:
        """Refuse every paper that is this file, tell whoever sent it, and note it."""
        log.warning("virus found in a kept file", virus=scan.told)
        told = say("infected_upload").as_dict()
        for row in session.scalars(
            select(AttachmentRow).where(AttachmentRow.object_key == key, AttachmentRow.removed_at.is_(None))
        ):
            dossier = DossierRepository(session).find(row.dossier_id, to_change=True)
            if dossier is None:
                continue
            row.status, row.message, row.warnings = ReadingStatus.REFUSED.value, told, []
            details = {"attachment": row.id, "virus": scan.told}
            self.touch(session, dossier, SYSTEM, "infected_found", details)
        for file in session.scalars(select(StackFileRow).where(StackFileRow.object_key == key)):
            file.message, file.pages = told, file.pages or 0

    def _unanswered(self, session: Session) -> list[str]:
        """Files whose answer is due, those never asked about first."""
        now = self.now()
        due = or_(
            VirusScanRow.object_key.is_(None),
            _not_scanned(
                VirusScanRow.told != "too_large", VirusScanRow.scanned_at < now - _ASKED_AGAIN_AFTER
            ),
            _not_scanned(
                VirusScanRow.told == "too_large", VirusScanRow.scanned_at < now - _TOO_LARGE_ASKED_AGAIN_AFTER
            ),
        )
        found: dict[str, None] = {}
        for column, is_upload in (
            (
                AttachmentRow.object_key,
                and_(AttachmentRow.removed_at.is_(None), AttachmentRow.origin != MADE_ON_SCREEN),
            ),
            (StackFileRow.object_key, StackFileRow.object_key != ""),
        ):
            query = (
                select(column)
                .outerjoin(VirusScanRow, VirusScanRow.object_key == column)
                .where(due, is_upload)
                .order_by(VirusScanRow.scanned_at.nulls_first())
                .group_by(column, VirusScanRow.scanned_at)
                .limit(_AT_ONCE)
            )
            found |= dict.fromkeys(session.scalars(query))
        return list(found)[:_AT_ONCE]


def _not_scanned(*further: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(VirusScanRow.verdict == ScanVerdict.NOT_SCANNED.value, *further)
