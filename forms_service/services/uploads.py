"""Papers come in: the original is kept first, then row and job appear together or not at all.

Nothing is opened here: a first look is taken in a process of its own while the sender waits, and
reading happens in a worker, in another.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from sqlalchemy.orm import Session

from core.errors import DossierError
from core.localized_text import LocalizedText
from forms_service.first_look import LOOK_SECONDS, Looked
from forms_service.messages import say
from forms_service.ocr.refusals import refusal
from forms_service.reading_process import ReadingRequest
from forms_service.services.base import READ_UPLOAD
from forms_service.services.kept_answers import beside_the_attempt
from forms_service.services.presenting import FORM, attachment_view
from forms_service.services.views import Actor, AttachmentView, ReadingStatus
from forms_service.services.virus_scans import VirusScans
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow, PageRow

MAX_PREVIEW_PX = 2400
_UNKNOWN = "application/octet-stream"
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


class Uploads(VirusScans):
    """Receiving papers and showing them."""

    def upload(
        self,
        actor: Actor,
        dossier_id: str,
        filename: str,
        data: bytes,
        as_type: str | None = None,
        child: int | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> AttachmentView:
        """Take a paper in: an attachment, or pages of the form (``as_type="form"``, or recognised).

        A file that cannot be used comes back as ``refused`` with its reason; it is kept all the same.
        What a first look finds wrong with it stands in its warnings at once; the reading that follows
        puts its own in their place.

        Args:
            look_seconds: How long the sender may be kept waiting for the first look.

        Raises:
            DossierError: ``unknown_document_type``, ``too_many_uploads``, ``wrong_state``.
            UsedUp: The account sent as much as it may today.
            UnreadableDocument: ``file_too_large``, ``infected_file``: only these are not kept.
        """
        return self.receive(
            actor, dossier_id, filename, data, as_type, child, look_seconds, self.get_editable
        )

    def receive(
        self,
        actor: Actor,
        dossier_id: str,
        filename: str,
        data: bytes,
        as_type: str | None,
        child: int | None,
        look_seconds: float,
        admit: Callable[[Session, Actor, str], DossierRow],
    ) -> AttachmentView:
        """Take a paper in where ``admit`` gives the dossier; as ``upload`` otherwise."""
        filename = plain_filename(filename)
        self._refuse_unknown_type(as_type)
        limit = self.adapters.config.max_upload_bytes
        if len(data) > limit:
            raise refusal("file_too_large", filename, limit // 1024 // 1024)
        with self.database.reading() as session:  # before bytes are kept for somebody who may not
            dossier = admit(session, actor, dossier_id)
            asked = self.reading_request(dossier, filename, as_type)
            self.refuse_more_bytes(session, actor, len(data))  # type: ignore[attr-defined]
            self._refuse_too_many(session, dossier)
        scan = self.scan_at_the_door(actor, dossier, filename, data)
        key = self._put_and_count(actor, data)
        looked = self._first_look(asked, data, look_seconds)
        with self.database.writing() as session:
            row = admit(session, actor, dossier_id)
            self.keep_scan(session, key, scan)
            upload = self.take_in(session, row, actor, filename, data, key, as_type, child, looked)
        if looked.rest is not None and upload.status == ReadingStatus.WAITING.value:
            kept = upload.id
            looked.rest.add_done_callback(lambda rest: self._tell_later(kept, rest.result()))
        return replace(attachment_view(upload, 0), virus_scan=scan.verdict.value)

    def _tell_later(self, attachment_id: str, looked: Looked) -> None:
        """Keep what a look found after the sender had the answer, unless the reading was faster."""
        if not looked.warnings and looked.refusal is None:
            return
        with self.database.writing() as session:
            row = session.get(AttachmentRow, attachment_id, with_for_update=True)
            unread = (ReadingStatus.WAITING.value, ReadingStatus.READING.value)
            if row is None or row.removed_at is not None or row.status not in unread:
                return
            row.warnings = [one.as_dict() for one in looked.warnings]
            if looked.refusal is not None:
                row.status, row.message = ReadingStatus.REFUSED.value, looked.refusal.as_dict()

    def take_in(
        self,
        session: Session,
        dossier: DossierRow,
        actor: Actor,
        filename: str,
        data: bytes,
        object_key: str,
        as_type: str | None,
        child: int | None,
        looked: Looked | None = None,
    ) -> AttachmentRow:
        """Add an upload and its reading to the caller's transaction."""
        held = self._refuse_too_many(session, dossier)
        media_type = sniff(data)
        looked = looked or Looked()
        problem = _plain_refusal(data, media_type, filename) or looked.refusal
        row = AttachmentRow(
            id=self.new_id(),
            dossier_id=dossier.id,
            position=held + 1,
            filename=filename,
            media_type=media_type or _UNKNOWN,
            size=len(data),
            object_key=object_key,
            declared_type=as_type,
            child=child,
            declared_child=child,
            is_form=as_type == FORM,
            status=(ReadingStatus.REFUSED if problem else ReadingStatus.WAITING).value,
            message=problem.as_dict() if problem else None,
            facts={},
            warnings=[one.as_dict() for one in looked.warnings],
            uploaded_by=actor.id,
            uploaded_at=self.now(),
        )
        # before the file's own row: in that order whoever removes files takes both, too
        self.await_scan(session, object_key)
        session.add(row)
        session.flush()
        details = {"attachment": row.id, "type": as_type, "child": child, "digest": object_key}
        at = self.touch(session, dossier, actor, "uploaded", details)
        if problem is None:
            self.adapters.jobs.enqueue(session, READ_UPLOAD, row.id)
        else:
            DossierRepository(session).drop_refused_copies(row, at)
        return row

    def remove_attachment(self, actor: Actor, dossier_id: str, attachment_id: str) -> None:
        """Take an upload back; its original stays in the store, for the history."""
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            row.removed_at = self.touch(session, dossier, actor, "removed", {"attachment": row.id})

    def attachment_file(self, actor: Actor, dossier_id: str, attachment_id: str) -> tuple[bytes, str, str]:
        """The original: (bytes, media type, file name).  Serve it as a download, never inline."""
        with self.database.reading() as session:
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            self.refuse_infected(session, row.object_key)
        return self.objects.get(row.object_key), row.media_type, row.filename

    def attachment_page_image(
        self, actor: Actor, dossier_id: str, attachment_id: str, page: int, width_px: int
    ) -> bytes:
        """One page (from 0) as a PNG we made ourselves, at most ``width_px`` wide.

        Raises:
            DossierError: ``unknown_page``: there is none, or it was not read yet.
        """
        with self.database.reading() as session:
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            self.refuse_infected(session, row.object_key)
            found = session.get(PageRow, (row.id, page))
        if found is None:
            raise DossierError(say("unknown_page"), code="unknown_page")
        return narrowed(self.objects.get(found.image_object), width_px)

    def _put_and_count(self, actor: Actor, data: bytes) -> str:
        """Put the bytes and count them by a commit of their own: what is refused afterwards fills the disk too."""
        with beside_the_attempt(), self.database.writing() as session:
            self.count_upload(session, actor, len(data))  # type: ignore[attr-defined]
        try:
            return self.objects.put(data)
        except OSError:  # the store is away: whoever tries until it is back must not use up the day
            with beside_the_attempt(), self.database.writing() as session:
                self.uncount_upload(session, actor, len(data))  # type: ignore[attr-defined]
            raise

    def _refuse_too_many(self, session: Session, dossier: DossierRow) -> int:
        """Refuse a dossier that has all the papers it may have; gives how many it has."""
        held = len(DossierRepository(session).attachments(dossier.id))
        if held >= self.adapters.config.max_uploads:
            raise DossierError(say("too_many_uploads", maximum=held), code="too_many_uploads")
        return held

    def _first_look(self, asked: ReadingRequest, data: bytes, seconds: float) -> Looked:
        """What can be told while the sender waits; nothing of a file that is refused unopened."""
        if _plain_refusal(data, sniff(data), asked.filename) is not None:
            return Looked()
        return self.adapters.first_look.look(asked, data, seconds)

    def _refuse_unknown_type(self, as_type: str | None) -> None:
        if as_type is not None and as_type != FORM and as_type not in self.catalogue.document_types().types:
            raise DossierError(say("unknown_document_type", type=as_type), code="unknown_document_type")


def sniff(data: bytes) -> str | None:
    """The media type by the content alone; None when it is none that we take."""
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "image/tiff"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "image/heic"
    return None


def plain_filename(filename: str) -> str:
    """The name without folders and control characters, short enough for every file system."""
    name = PurePath(filename.replace("\\", "/")).name
    name = "".join(one for one in name if one.isprintable()).strip()
    name = name if name.strip(".") else "document"
    stem, dot, suffix = name.rpartition(".")
    return name if len(name) <= 120 else f"{(stem or name)[:100]}{dot}{suffix[:10]}"


def narrowed(png: bytes, width_px: int) -> bytes:
    """The same picture, not wider than ``width_px``; it is one of our own, so safe to open here."""
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        width = max(1, min(width_px, image.width, MAX_PREVIEW_PX))
        if width == image.width:
            return png
        height = max(1, round(image.height * width / image.width))
        smaller = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    smaller.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _plain_refusal(data: bytes, media_type: str | None, filename: str) -> LocalizedText | None:
    if not data:
        return refusal("empty_file", filename).message
    if media_type is None:
        return refusal("unsupported_type", filename).message
    return None
