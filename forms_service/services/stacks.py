"""A clerk's stack from beginning to end, and how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from core.form_spec import FormSpec
from forms_service.messages import say
from forms_service.services.presenting import asked_by_page, missing_pages
from forms_service.services.stack_by_hand import PlacedSheet, placed_sheets, told_by_hand
from forms_service.services.stack_filing import LEFT_UNREADABLE
from forms_service.services.stack_given_up import StackGivenUp
from forms_service.services.stack_parts import FILED, files_of, identity_of, sheets_of
from forms_service.services.stack_remarks import remarks_of
from forms_service.services.stack_repeats import Place, place_of, repeated_sheets
from forms_service.services.views import (
    Actor,
    IntakeResult,
    PageFate,
    StackDossier,
    StackFile,
    StackSummary,
    StackView,
)
from forms_service.storage.dossiers import DossierRepository, localized
from forms_service.storage.models import (
    AttachmentRow,
    DossierRow,
    IntakeRow,
    LeftPageRow,
    PageRow,
    StackFileRow,
    StackSheetRow,
)

_MOST_LISTED = 10
_UNDER_WAY = ("waiting", "sorting")


class Stacks(StackGivenUp):
    """Sorting stacks and telling of them."""

    def intake_scan(
        self, actor: Actor, files: Iterable[tuple[str, bytes]], by_position: bool = False
    ) -> IntakeResult:
        """Take a stack in and sort it at once; ``receive_stack`` leaves that to a worker."""
        stack_id = self.receive_stack(actor, files, by_position, now=True)
        self.sort_stack(stack_id)
        view = self.stack(actor, stack_id)
        opened = tuple(one.id for one in view.dossiers if one.opened)
        found = tuple(one.id for one in view.dossiers if not one.opened and one.sheets)
        return IntakeResult(opened, found, view.sheets)

    def sort_stack(self, stack_id: str) -> None:
        """Do whatever is still to be done of a stack; a second time changes nothing."""
        with self.database.writing() as session:
            stack = session.get(IntakeRow, stack_id, with_for_update=True)
            if stack is None or stack.state not in ("waiting", "sorting"):
                return
            stack.state = "sorting"
        for number in self.openable_files(stack_id):
            self.look_through(stack_id, number)
        for forms in (True, False):  # what lies behind a form goes where the form went
            self.file_parts(stack_id, forms)
        self.leave_the_rest(stack_id)

    # --- how far it has come --------------------------------------------------------------------

    def stacks(self, actor: Actor) -> list[StackSummary]:
        """The latest stacks (at most ten), and every one that is still being sorted."""
        self.require_role(actor, "clerk")
        under_way = IntakeRow.state.in_(_UNDER_WAY)
        with self.database.reading() as session:
            latest = select(IntakeRow).order_by(IntakeRow.scanned_at.desc()).limit(_MOST_LISTED)
            rows = [*session.scalars(select(IntakeRow).where(under_way)), *session.scalars(latest)]
            rows = sorted(
                {one.id: one for one in rows}.values(), key=lambda one: one.scanned_at, reverse=True
            )
            return [_summary(session, one) for one in rows if files_of(session, one.id)]

    def stack(self, actor: Actor, stack_id: str) -> StackView:
        """How far a stack has come, and what became of each of its sheets.

        Raises:
            DossierError: ``unknown_stack``.
        """
        self.require_role(actor, "clerk")
        with self.database.reading() as session:
            stack = session.get(IntakeRow, stack_id)
            if stack is None:
                raise DossierError(say("unknown_stack"), code="unknown_stack")
            files, rows = files_of(session, stack_id), sheets_of(session, stack_id)
            placed = placed_sheets(session, stack_id, rows)
            repeats = repeated_sheets(session, placed)
            dossiers = self._dossiers(session, placed, repeats)
            references = {one.id: one.reference for one in dossiers}
            fates = [_fate(session, row, files, references) for row in rows if row.fate is not None]
            fates += [
                PageFate(one.name, 1, LEFT_UNREADABLE, told)
                for one in files
                if (told := localized(one.message)) is not None
            ]
            fates = told_by_hand(session, stack_id, fates)
            fates = _with_repeats(fates, repeats, files)
            fates.sort(key=lambda fate: (fate.file, fate.page))
            fates = _pictured(session, fates)
            return StackView(
                summary=_summary(session, stack),
                files=tuple(_file(one) for one in files),
                sheets=tuple(fates),
                dossiers=dossiers,
            )

    def _dossiers(
        self, session: Session, placed: Sequence[PlacedSheet], repeats: Mapping[Place, Place]
    ) -> tuple[StackDossier, ...]:
        """The dossiers a stack's sheets went to, each with the pages of its form that are still missing."""
        found, ids = [], list(dict.fromkeys(one.dossier_id for one in placed))
        unread = DossierRepository(session).unread(ids)
        for dossier_id in ids:
            dossier = session.get_one(DossierRow, dossier_id)
            theirs = [one for one in placed if one.dossier_id == dossier_id]
            papers = [one.row for one in theirs if not _is_cover(one.row)]
            spec, pages = self.spec_of(dossier), _pages_of(session, dossier, theirs)
            found.append(
                StackDossier(
                    id=dossier.id,
                    reference=dossier.reference,
                    person=dossier.owner_name,
                    title=spec.title,
                    opened=any(one.opened for one in theirs),
                    sheets=len(papers),
                    attachments=sum(row.form_page is None for row in papers),
                    missing=tuple(missing_pages(spec, pages)),
                    remarks=sum(
                        len(remarks_of(session, one.row)) + (place_of(one.row) in repeats) for one in theirs
                    ),
                    to_fill=_to_fill(spec, pages),
                    state=DossierState(dossier.state),
                    registration=dossier.registration,
                    unread=unread.get(dossier_id, 0),
                )
            )
        return tuple(found)


def _pages_of(session: Session, dossier: DossierRow, placed: Sequence[PlacedSheet]) -> list[PageRow]:
    """Pages of the form that this stack or an earlier upload brought, read or not."""
    uploads = [one.id for one in DossierRepository(session).attachments(dossier.id)]
    pages = list(session.scalars(select(PageRow).where(PageRow.attachment_id.in_(uploads))))
    for one in placed:
        if one.identity is not None and one.row.form_page is not None:
            pages.append(PageRow(form_page=one.identity.page, variant=one.identity.variant))
    return pages


def _to_fill(spec: FormSpec, pages: Sequence[PageRow]) -> int:
    """How many pages of the form ask anything, in the print of which most pages came; 0 when none came."""
    came = {(page.variant, page.form_page) for page in pages if page.form_page}
    prints = Counter(variant for variant, _ in came if asked_by_page(spec, variant))
    if not prints:
        return 0
    main = prints.most_common(1)[0][0]
    return sum(bool(asked) for asked in asked_by_page(spec, main).values())


def _with_repeats(
    fates: Iterable[PageFate], repeats: Mapping[Place, Place], files: Sequence[StackFileRow]
) -> list[PageFate]:
    """The fates with the sheet that each repeats; its file is named where the stack has several."""
    names = {one.number: one.name for one in files}
    told = {}
    for (number, page), (first_file, first_page) in repeats.items():
        where = str(first_page) if len(files) == 1 else f"{first_page} ({names[first_file]})"
        told[names[number], page] = say("same_page_as", sheet=where)
    return [
        replace(one, remarks=(*one.remarks, told[one.file, one.page]))
        if (one.file, one.page) in told
        else one
        for one in fates
    ]


def _is_cover(row: StackSheetRow) -> bool:
    return row.form_page is None and identity_of(row.seen) is not None


def _summary(session: Session, stack: IntakeRow) -> StackSummary:
    """How many sheets there are, were looked at, are settled, and still wait for a clerk."""
    files, rows = files_of(session, stack.id), sheets_of(session, stack.id)
    left = select(func.count()).where(LeftPageRow.intake_id == stack.id, LeftPageRow.outcome.is_(None))
    return StackSummary(
        id=stack.id,
        scanned_at=stack.scanned_at,
        state=stack.state,
        files=len(files),
        counted=all(one.pages is not None for one in files),
        total=sum(one.pages or 0 for one in files),
        seen=len(rows),
        settled=sum(row.fate is not None for row in rows),
        filed=sum(row.fate == FILED for row in rows),
        left=session.scalar(left) or 0,
        sheets_left=session.scalar(left.where(LeftPageRow.number > 0)) or 0,
        files_seen=sum(
            one.message is not None
            or (one.pages is not None and sum(row.file == one.number for row in rows) >= one.pages)
            for one in files
        ),
    )


def _pictured(session: Session, fates: Sequence[PageFate]) -> list[PageFate]:
    """The fates with the picture of each sheet in the upload it became, where there is one."""
    uploads = {one.attachment_id for one in fates if one.attachment_id}
    query = (
        select(PageRow.attachment_id, PageRow.number)
        .join(AttachmentRow, AttachmentRow.id == PageRow.attachment_id)
        .where(PageRow.attachment_id.in_(uploads), AttachmentRow.removed_at.is_(None))
    )
    shown = {(upload, number) for upload, number in session.execute(query)}
    met: Counter[str] = Counter()
    found = []
    for one in fates:
        place = met[one.attachment_id or ""]
        met[one.attachment_id or ""] += 1
        found.append(replace(one, picture=place) if (one.attachment_id, place) in shown else one)
    return found


def _file(row: StackFileRow) -> StackFile:
    return StackFile(row.name, row.pages, localized(row.message), row.earlier)


def _fate(
    session: Session, row: StackSheetRow, files: Sequence[StackFileRow], references: dict[str, str]
) -> PageFate:
    message = localized(row.message)
    assert row.fate is not None and message is not None  # noqa: S101 - told together
    return PageFate(
        file=next(one.name for one in files if one.number == row.file),
        page=row.page,
        fate=row.fate,
        message=message,
        dossier_id=row.dossier_id,
        reference=references.get(row.dossier_id or ""),
        form_page=row.form_page,
        remarks=remarks_of(session, row),
        attachment_id=row.seen.get("attachment"),
    )
