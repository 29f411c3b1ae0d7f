"""A clerk's stack comes in: every original kept at once, then looked at sheet by sheet by a worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.messages import say
from forms_service.ocr.refusals import refusal
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading
from forms_service.services.base import SORT_STACK
from forms_service.services.left_pages import LeftPages
from forms_service.services.stack_parts import FILED, filed_before, files_of, sheets_of
from forms_service.services.uploads import plain_filename, sniff
from forms_service.services.views import Actor
from forms_service.storage.models import (
    DossierRow,
    IntakeRow,
    LeftPageRow,
    StackFileRow,
    StackOriginalRow,
    StackSheetRow,
)

SHEETS_AT_ONCE = 8
"""Looked at by one process: starting one costs as much as looking at three sheets."""

_LOOK_SECONDS = 90.0
log = structlog.get_logger(__name__)


class StackIntake(LeftPages):
    """Taking stacks in and looking at their sheets."""

    def receive_stack(
        self, actor: Actor, files: Iterable[tuple[str, bytes]], by_position: bool = False, now: bool = False
    ) -> str:
        """Keep every file of a stack and hand it to a worker; gives the stack's id.

        When this returns nothing of the stack can be lost any more.  A file that came before, byte by
        byte, is not sorted again: whoever sends a stack twice for fear that it did not arrive does no harm.

        Args:
            by_position: Whether a sheet without a code belongs to the form that lies before it.
            now: Whether the caller sorts the stack itself.
        """
        self.require_role(actor, "clerk")
        kept = [self._keep(actor, plain_filename(name), data) for name, data in files]
        with self.database.writing() as session:
            _hold(session, {key for _, key, _ in kept if key})
            stack = IntakeRow(
                id=self.new_id(),
                scanned_by=actor.id,
                scanned_at=self.now(),
                state="waiting",
                by_position=by_position,
            )
            session.add(stack)
            session.flush()
            for number, (name, key, problem) in enumerate(kept):
                earlier = None if problem else _earlier_stack(session, key)
                message = problem.as_dict() if problem else None
                pages = 0 if problem or earlier else None
                session.add(
                    StackFileRow(
                        intake_id=stack.id,
                        number=number,
                        name=name,
                        object_key=key,
                        pages=pages,
                        message=message,
                        earlier=earlier,
                    )
                )
                session.flush()
            self.note(session, None, actor, "stack_scanned", {"intake": stack.id, "files": len(kept)})
            if not now:
                self.adapters.jobs.enqueue(session, SORT_STACK, stack.id)
            return stack.id

    # --- taking in ------------------------------------------------------------------------------

    def _keep(self, actor: Actor, name: str, data: bytes) -> tuple[str, str, LocalizedText | None]:
        """A file's name, its key in the store and why it is not opened, if so."""
        limit = self.adapters.config.max_upload_bytes
        if len(data) > limit:
            return name, "", refusal("file_too_large", name, limit // 1024 // 1024).message
        try:
            scan = self.scan_at_the_door(actor, None, name, data)
        except UnreadableDocument as infected:
            return name, "", infected.message
        key = self.objects.put(data)
        with self.database.writing() as session:
            self.keep_scan(session, key, scan)
        if not data:
            return name, key, refusal("empty_file", name).message
        return name, key, None if sniff(data) else refusal("unsupported_type", name).message

    # --- looking --------------------------------------------------------------------------------

    def openable_files(self, stack_id: str) -> list[int]:
        """The files whose sheets are to be looked at."""
        with self.database.reading() as session:
            return [one.number for one in files_of(session, stack_id) if one.pages is None or one.pages > 0]

    def look_through(self, stack_id: str, number: int) -> None:
        """Look at every sheet of a file that nobody looked at yet, some at a time."""
        with self.database.reading() as session:
            key = session.get_one(StackFileRow, (stack_id, number)).object_key
        if key and not self.may_be_opened(key):
            return
        while True:
            with self.database.reading() as session:
                file = session.get_one(StackFileRow, (stack_id, number))
                seen = {one.page for one in sheets_of(session, stack_id, number)}
            last = SHEETS_AT_ONCE if file.pages is None else file.pages
            wanted = [page for page in range(1, last + 1) if page not in seen][:SHEETS_AT_ONCE]
            if file.message is not None or not wanted:
                return
            self._keep_seen(stack_id, number, self._look(file, wanted))

    def _keep_seen(self, stack_id: str, number: int, told: dict[str, Any]) -> None:
        with self.database.writing() as session:
            file = session.get_one(StackFileRow, (stack_id, number), with_for_update=True)
            file.pages, file.message = told["count"], told["refused"]
            before = filed_before(session, file.object_key)
            for seen in told["sheets"]:
                if session.get(StackSheetRow, (stack_id, number, seen["page"])) is None:
                    row = _sheet(stack_id, number, seen)
                    if (dossier_id := before.get(row.page)) is not None:
                        reference = session.get_one(DossierRow, dossier_id).reference
                        row.fate, row.dossier_id = FILED, dossier_id
                        row.message = say("filed_before", reference=reference).as_dict()
                    session.add(row)

    def _look(self, file: StackFileRow, pages: list[int]) -> dict[str, Any]:
        """What is seen on some sheets.  One that ends the process costs itself a retry, alone."""
        try:
            return self._run_look(file, pages)
        except ReadingFailed as failure:
            log.warning("looking at sheets failed", stack=file.intake_id, reason=failure.reason)
        try:
            count = file.pages or int(self._run_look(file, [])["count"])
        except ReadingFailed:
            return {"refused": say("reading_failed").as_dict(), "count": 0, "sheets": []}
        sheets = [self._look_at_one(file, page) for page in pages if page <= count]
        return {"refused": None, "count": count, "sheets": sheets}

    def _look_at_one(self, file: StackFileRow, page: int) -> dict[str, Any]:
        try:
            (seen,) = self._run_look(file, [page])["sheets"]
        except (ReadingFailed, ValueError):
            return {"page": page, "readable": False, "told": say("sheet_unread").as_dict()}
        return dict(seen)

    def _run_look(self, file: StackFileRow, pages: list[int]) -> dict[str, Any]:
        request = self.stack_request("sheets", file, pages=tuple(pages))
        config = self.adapters.config
        limits = replace(config.reading, wall_seconds=min(config.reading.wall_seconds, _LOOK_SECONDS))
        original = self.objects.get(file.object_key)
        with run_reading(request, original, limits, config.scratch_folder) as outcome:
            return outcome.result

    def stack_request(self, mode: str, file: StackFileRow, **asked: Any) -> ReadingRequest:
        """What a process of its own is asked to do with a file."""
        folder = str(self.adapters.config.spec_folder.resolve())
        return ReadingRequest(mode, file.name, folder, **asked)


def _sheet(stack_id: str, file: int, seen: dict[str, Any]) -> StackSheetRow:
    return StackSheetRow(
        intake_id=stack_id, file=file, page=seen["page"], seen=seen, remarks=[], opened=False
    )


def _hold(session: Session, keys: set[str]) -> None:
    """Let whoever sends one of these files at the same time wait until this transaction ends.

    A primary key can be inserted once; the second one to try waits for the first, then sees its stack.
    """
    for key in sorted(keys):  # in one order, or two stacks could wait for each other
        try:
            with session.begin_nested():
                session.execute(insert(StackOriginalRow).values(object_key=key))
        except IntegrityError:
            session.get_one(StackOriginalRow, key, with_for_update=True)


def _earlier_stack(session: Session, key: str) -> str | None:
    """The stack the very same file came in before, unless it was given up or pages of it were put aside."""
    again = select(LeftPageRow.id).where(
        LeftPageRow.original_object == key, LeftPageRow.outcome == "discarded"
    )
    if session.scalar(again.limit(1)) is not None:
        return None
    query = (
        select(StackFileRow.intake_id)
        .join(IntakeRow, IntakeRow.id == StackFileRow.intake_id)
        .where(
            StackFileRow.object_key == key,
            StackFileRow.earlier.is_(None),
            StackFileRow.message.is_(None),
            IntakeRow.state != "failed",
        )
    )
    return session.scalar(query.order_by(IntakeRow.scanned_at).limit(1))
