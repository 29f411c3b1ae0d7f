"""A stack that no worker could sort to its end: what it did not file is listed for a clerk, sheet by sheet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from forms_service.messages import say
from forms_service.services.base import SORT_STACK, SYSTEM
from forms_service.services.stack_filing import LEFT_UNREADABLE, StackFiling
from forms_service.services.stack_intake import SHEETS_AT_ONCE
from forms_service.services.stack_parts import FILED, files_of, sheets_of, sorted_rows
from forms_service.stack_grouping import SheetKind
from forms_service.storage.dead_letters import FAILED, note_dead_letter
from forms_service.storage.models import IntakeRow, StackFileRow, StackSheetRow
from forms_service.storage.objects import MissingObject

_UNDER_WAY = ("waiting", "sorting")
_TOLD_BY_KIND = (SheetKind.BLANK, SheetKind.COVER, SheetKind.UNREADABLE, SheetKind.CODE_UNREADABLE)
"""Sheets of which it is plain why no worker filed them, whether or not the stack was given up."""


class StackGivenUp(StackFiling):
    """Giving stacks up without losing a sheet."""

    def give_up_stack(self, stack_id: str, cause: str = FAILED, attempts: int = 1) -> None:
        """List every sheet of a stack that was not filed, so that a clerk loses none.

        A file whose pages are known is listed page by page: its sheets may be several people's.  Doing so
        twice changes nothing.
        """
        with self.database.reading() as session:
            stack = session.get(IntakeRow, stack_id)
            if stack is None or stack.state not in _UNDER_WAY:
                return
            files = [one for one in files_of(session, stack_id) if one.earlier is None and one.object_key]
            unfiled = {one.number: _unfiled(session, one) for one in files}
        leaves = {one.number: self._leaves(one, unfiled[one.number]) for one in files}
        with self.database.writing() as session:
            stack = session.get_one(IntakeRow, stack_id, with_for_update=True)
            if stack.state not in _UNDER_WAY:
                return
            stack.state = "failed"
            for number in unfiled:
                file = session.get_one(StackFileRow, (stack_id, number))
                if file.pages:
                    self._tell_sheets(session, stack, file)
                    self._leave_sheets(session, stack, file, leaves[number])
                else:
                    file.message = file.message or say("stack_given_up").as_dict()
                    self.leave(session, stack, file, 0, None, LEFT_UNREADABLE, file.message)
            self.note(session, None, SYSTEM, "stack_given_up", {"intake": stack_id})
            note_dead_letter(
                session, at=self.now(), task=SORT_STACK, key=stack_id, cause=cause, attempts=attempts
            )

    def _leaves(self, file: StackFileRow, pages: Sequence[int]) -> dict[int, str]:
        """Pictures of the pages, some at a time: a page that ends the process costs few others theirs."""
        if not pages:
            return {}
        try:
            data, found = self.objects.get(file.object_key), dict[int, str]()
        except MissingObject:  # the sheets are listed all the same, or the stack would never end
            return {}
        for first in range(0, len(pages), SHEETS_AT_ONCE):
            found |= self.cut_leaves(file.name, data, pages[first : first + SHEETS_AT_ONCE])
        return found

    def _tell_sheets(self, session: Session, stack: IntakeRow, file: StackFileRow) -> None:
        """Say of every sheet that has no fate why nobody filed it, even if nobody looked at it."""
        rows = sheets_of(session, stack.id)
        for row, sheet in zip(rows, sorted_rows(rows, stack.by_position), strict=True):
            if row.file == file.number and row.fate is None and sheet.kind in _TOLD_BY_KIND:
                self.tell_unfiled(session, row, sheet)
        seen = {row.page: row for row in rows if row.file == file.number}
        for page in range(1, (file.pages or 0) + 1):
            row = seen.get(page) or StackSheetRow(
                intake_id=stack.id, file=file.number, page=page, seen={"page": page}, remarks=[], opened=False
            )
            if row.fate is None:
                row.fate, row.message = LEFT_UNREADABLE, say("stack_given_up").as_dict()
            session.add(row)
        session.flush()

    def _leave_sheets(
        self, session: Session, stack: IntakeRow, file: StackFileRow, leaves: dict[int, str]
    ) -> None:
        for row in sheets_of(session, stack.id, file.number):
            if row.fate is not None and row.message is not None and row.fate != FILED:
                leaf = leaves.get(row.page)
                self.leave(session, stack, file, row.page, leaf, row.fate, row.message, row.form_page)


def _unfiled(session: Session, file: StackFileRow) -> list[int]:
    """The pages of a file that no dossier has, nor are a blank back."""
    rows = sheets_of(session, file.intake_id, file.number)
    done = {row.page for row in rows if row.fate == FILED or row.seen.get("blank")}
    return [page for page in range(1, (file.pages or 0) + 1) if page not in done]
