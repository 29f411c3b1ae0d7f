"""The papers of a stack go into their dossiers, one transaction each; what nobody takes is listed.

What became of a sheet is noted in the very transaction that files it.  A worker that is killed leaves
the rest to the next one, which repeats nothing: no sheet is lost and none is filed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.correction_slip import is_slip
from core.dossier import DossierState
from core.errors import FormsError, UnknownForm
from core.localized_text import Language, LocalizedText
from core.placement import PageIdentity
from core.receipt import normalize_reference
from forms_service.messages import say
from forms_service.reading_process import ReadingFailed, run_reading
from forms_service.services.correction_slips import WITHOUT_DOSSIER, slip_refusal
from forms_service.services.left_pages import TAKES_PAPER
from forms_service.services.presenting import FORM
from forms_service.services.reading_sheets import SheetsByPrint
from forms_service.services.stack_parts import (
    FILED,
    StackPart,
    files_of,
    identity_of,
    parts_of,
    printed_page_of,
    sheets_of,
    sorted_rows,
)
from forms_service.services.uploads import plain_filename, sniff
from forms_service.services.views import Actor
from forms_service.stack_grouping import SheetKind, SortedSheet
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import (
    AccountRow,
    DossierRow,
    IntakeRow,
    LeftPageRow,
    PageRow,
    StackFileRow,
    StackSheetRow,
)

LEFT_UNREADABLE = "unreadable"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part goes: a dossier, just opened for it or not; or the code and sentence that say why nowhere."""

    dossier: DossierRow | None = None
    opened: bool = False
    refused: tuple[str, LocalizedText] | None = None


class StackFiling(SheetsByPrint):
    """Filing what was seen."""

    # --- filing ---------------------------------------------------------------------------------

    def file_parts(self, stack_id: str, forms: bool) -> None:
        """File the papers of forms, or what goes with them, that nobody filed yet."""
        with self.database.reading() as session:
            stack = session.get_one(IntakeRow, stack_id)
            files = {one.number: one for one in files_of(session, stack_id)}
            rows = sheets_of(session, stack_id)
            actor = _scanned_by(session, stack)
        sheets = sorted_rows(rows, stack.by_position)
        waiting = [
            one for one in parts_of(rows, sheets) if one.is_form == forms and rows[one.places[0]].fate is None
        ]
        for number in dict.fromkeys(one.file for one in waiting):
            parts = [one for one in waiting if one.file == number]
            for part, key in zip(parts, self._cut(files[number], parts), strict=True):
                self._file_part(actor, stack_id, files[number], part, key)

    def _cut(self, file: StackFileRow, parts: Sequence[StackPart]) -> list[str | None]:
        """Keys of the parts in the store; None for one that cannot be cut out."""
        try:
            return list(self._run_cut(file, parts))
        except ReadingFailed as failure:
            log.warning("cutting a stack failed", stack=file.intake_id, reason=failure.reason)
        if len(parts) == 1:
            return [None]
        return [key for part in parts for key in self._cut(file, [part])]

    def _run_cut(self, file: StackFileRow, parts: Sequence[StackPart]) -> list[str]:
        request = self.stack_request("papers", file, groups=tuple(one.pages for one in parts))
        config, original = self.adapters.config, self.objects.get(file.object_key)
        with run_reading(request, original, config.reading, config.scratch_folder) as outcome:
            return [
                file.object_key if name.endswith(".whole") else self.objects.put(outcome.image(name))
                for name in outcome.result["parts"]
            ]

    def _file_part(
        self, actor: Actor, stack_id: str, file: StackFileRow, part: StackPart, key: str | None
    ) -> None:
        """File a part and note it on its sheets, in one transaction; or note why not."""
        data = self.objects.get(key) if key else b""
        with self.database.writing() as session:
            rows = [
                session.get_one(StackSheetRow, (stack_id, part.file, page), with_for_update=True)
                for page in part.pages
            ]
            if any(row.fate is not None for row in rows):
                return
            for row, identity in zip(rows, part.identities, strict=True):
                row.form_page = identity.page if identity else None
            if key is None:
                _tell(rows, LEFT_UNREADABLE, say("sheet_unread"))
                return
            place = self._place_of(session, actor, stack_id, part)
            if place.dossier is None:
                _tell(rows, *(place.refused or (SheetKind.UNIDENTIFIED, say("unidentified"))))
                return
            held = _pages_held(session, stack_id, place.dossier.id)
            name, as_type = _part_name(file, part, sniff(data)), FORM if part.is_form else None
            try:
                upload = self.take_in(session, place.dossier, actor, name, data, key, as_type, None)
            except FormsError as problem:
                _tell(rows, "not_taken", problem.message)
                return
            for row in rows:
                _tell([row], FILED, filed_message(part, identity_of(row.seen), place.dossier.reference))
            for row, identity in zip(rows, part.identities, strict=True):
                row.dossier_id, row.opened = place.dossier.id, place.opened
                row.remarks = [*self._remarks(identity, held), *row.seen.get("warnings", ())]
                row.seen = {**row.seen, "attachment": upload.id}

    def _place_of(self, session: Session, actor: Actor, stack_id: str, part: StackPart) -> _Place:
        """The dossier a part goes to; one is opened for a reference, or a form, that nobody used yet."""
        identity = part.sheet.identity or part.sheet.cover
        if identity is None:
            return self._place_behind(session, stack_id, part)
        reference = normalize_reference(identity.reference) if identity.reference else None
        if identity.reference and reference is None:
            return _Place(refused=("invalid_reference", say("invalid_reference")))
        if not part.known or (identity.form_id, identity.version) not in self.catalogue.specs:
            return _Place(refused=("unknown_form", self._not_in_force(identity)))
        if reference is None and (opened := self._opened_by_paper(session, stack_id, part)) is not None:
            return _Place(opened)
        row = DossierRepository(session).find_by_reference(reference, to_change=True) if reference else None
        if row is not None and (problem := _refusal_of(row, identity)):
            return _Place(refused=("invalid_reference", problem))
        if part.is_form and is_slip(identity.variant):
            codes = [identity.variant]
            told = slip_refusal(session, row, self.spec_of(row), codes) if row else WITHOUT_DOSSIER
            if told:
                return _Place(refused=("slip_not_expected", told))
        if row is not None:
            return _Place(row)
        spec = self.catalogue.get(identity.form_id, identity.version)
        return _Place(self.new_dossier(session, actor, spec, Language.AR, None, reference), opened=True)

    def _place_behind(self, session: Session, stack_id: str, part: StackPart) -> _Place:
        """The dossier of the form's page that a sheet without a code lies behind."""
        before = sheets_of(session, stack_id)[part.sheet.behind or 0]
        if before.dossier_id is None:
            return _Place()
        row = DossierRepository(session).find(before.dossier_id, to_change=True)
        if row is not None and DossierState(row.state) not in TAKES_PAPER:
            return _Place(refused=("not_taken", say("dossier_closed", reference=row.reference)))
        return _Place(row)

    def _opened_by_paper(self, session: Session, stack_id: str, part: StackPart) -> DossierRow | None:
        """The dossier that another file's pages of the same paper, which has no reference, have opened."""
        stack = session.get_one(IntakeRow, stack_id)
        rows = sheets_of(session, stack_id)
        for row, sheet in zip(rows, sorted_rows(rows, stack.by_position), strict=True):
            if sheet.paper == part.sheet.paper and row.dossier_id is not None:
                return DossierRepository(session).find(row.dossier_id, to_change=True)
        return None

    def _not_in_force(self, identity: PageIdentity) -> LocalizedText:
        """Why a page of a form or version that is not published here is not taken."""
        try:
            current = self.catalogue.get(identity.form_id).version
        except UnknownForm:
            return say("unknown_form")
        return say("version_not_in_force", version=identity.version, current=current)

    def _remarks(self, identity: PageIdentity | None, held: set[tuple[str, int]]) -> list[dict[str, str]]:
        """What a clerk should know of a page that is filed; ``held`` gains the page."""
        if identity is None:
            return []
        remarks = []
        page = (identity.variant, identity.page)
        if page in held:
            remarks.append(say("page_twice", page=identity.page).as_dict())
        held.add(page)
        current = self.catalogue.get(identity.form_id).version
        if identity.version < current:
            told = say("version_outdated", version=identity.version, current=current)
            remarks.append(told.as_dict())
        return remarks

    # --- what is left ---------------------------------------------------------------------------

    def leave_the_rest(self, stack_id: str) -> None:
        """Cut pictures of what was not filed, then list it for a clerk and close the stack."""
        with self.database.reading() as session:
            stack = session.get_one(IntakeRow, stack_id)
            files = files_of(session, stack_id)
            rows = sheets_of(session, stack_id)
        sheets = sorted_rows(rows, stack.by_position)
        leaves: dict[tuple[int, int], str] = {}
        for file in files:
            left = [
                row.page
                for row, sheet in zip(rows, sheets, strict=True)
                if row.file == file.number and row.fate != FILED and _waits(sheet)
            ]
            if left:
                cut = self.cut_leaves(file.name, self.objects.get(file.object_key), left)
                leaves |= {(file.number, page): key for page, key in cut.items()}
        by_print = [row for row in rows if row.fate != FILED and row.seen.get("by_print")]
        says = {
            (row.file, row.page): self.read_whose(row, leaf)
            for row in by_print
            if (leaf := leaves.get((row.file, row.page))) is not None
        }
        with self.database.writing() as session:
            stack = session.get_one(IntakeRow, stack_id, with_for_update=True)
            if stack.state != "sorting":
                return
            stack.state = "done"
            rows = sheets_of(session, stack_id)
            for row, sheet in zip(rows, sheets, strict=True):
                if found := says.get((row.file, row.page)):
                    row.seen = {**row.seen, "says": found}
                self._settle_sheet(session, stack, files, row, sheet, rows, leaves.get((row.file, row.page)))
            for file in files:
                if file.message is not None and file.object_key:
                    self.leave(session, stack, file, 0, None, LEFT_UNREADABLE, file.message)

    def _settle_sheet(
        self,
        session: Session,
        stack: IntakeRow,
        files: Sequence[StackFileRow],
        row: StackSheetRow,
        sheet: SortedSheet,
        rows: Sequence[StackSheetRow],
        leaf: str | None,
    ) -> None:
        """Say what became of a sheet that no part took, and list it if a clerk has to look at it."""
        if row.fate is None:
            self.tell_unfiled(session, row, sheet)
        if row.fate == FILED:
            return
        suggested = None
        if sheet.behind is not None and rows[sheet.behind].dossier_id is not None:
            suggested = session.get_one(DossierRow, rows[sheet.behind].dossier_id).reference
        file = next(one for one in files if one.number == row.file)
        assert row.fate is not None and row.message is not None  # noqa: S101 - both were just told
        self.leave(session, stack, file, row.page, leaf, row.fate, row.message, row.form_page, suggested)

    def tell_unfiled(self, session: Session, row: StackSheetRow, sheet: SortedSheet) -> None:
        """Say what became of a sheet that no part took, by what it is."""
        if sheet.kind is SheetKind.BLANK:
            _tell([row], FILED, say("blank_page"))
        elif sheet.kind is SheetKind.COVER and sheet.identity is not None:
            reference = sheet.identity.reference
            known = normalize_reference(reference)
            dossier = DossierRepository(session).find_by_reference(known) if known else None
            _tell([row], FILED, say("cover_sheet", reference=reference))
            row.dossier_id = dossier.id if dossier else None
        elif sheet.kind is SheetKind.UNREADABLE:
            _tell([row], LEFT_UNREADABLE, say("sheet_unread"))
            row.message = row.seen.get("told") or row.message
        elif sheet.kind is SheetKind.CODE_UNREADABLE:
            _tell([row], sheet.kind, say("code_unreadable"))
            row.form_page = printed_page_of(row.seen)
        elif sheet.kind is SheetKind.UNCLEAR:
            told = [LocalizedText(one["ar"], one["fr"]) for one in row.seen.get("warnings", ())]
            _tell([row], sheet.kind, say("unclear_sheet", told=told[0]) if told else say("unidentified"))
            row.form_page = printed_page_of(row.seen)
        else:
            identity = identity_of(row.seen)
            what = {"page": identity.page, "form": identity.form_id} if identity else None
            why = say("without_reference", **what) if what else say("unidentified")
            _tell([row], SheetKind.UNIDENTIFIED, why)
            row.form_page = identity.page if identity else None

    def leave(
        self,
        session: Session,
        stack: IntakeRow,
        file: StackFileRow,
        page: int,
        leaf: str | None,
        fate: str,
        message: dict[str, Any],
        form_page: int | None = None,
        suggested: str | None = None,
    ) -> None:
        """Put a sheet, or a whole file (page 0), on the list of those a clerk has to look at."""
        session.add(
            LeftPageRow(
                id=self.new_id(),
                intake_id=stack.id,
                file=file.name,
                number=page,
                original_object=file.object_key,
                page_object=leaf,
                form_page=form_page,
                fate=fate,
                message=message,
                suggested=suggested,
                scanned_at=stack.scanned_at,
            )
        )


def _waits(sheet: SortedSheet) -> bool:
    """Whether a sheet that was not filed is to be looked at by a clerk."""
    return sheet.kind not in (SheetKind.BLANK, SheetKind.COVER, SheetKind.UNREADABLE)


def _scanned_by(session: Session, stack: IntakeRow) -> Actor:
    row = session.get_one(AccountRow, stack.scanned_by)
    return Actor(row.id, row.name, frozenset(row.roles))


def _pages_held(session: Session, stack_id: str, dossier_id: str) -> set[tuple[str, int]]:
    """(variant, page) of every form page that the dossier has, or that this stack brought it before."""
    uploads = [one.id for one in DossierRepository(session).attachments(dossier_id)]
    pages = session.scalars(select(PageRow).where(PageRow.attachment_id.in_(uploads)))
    held = {(one.variant, one.form_page) for one in pages if one.form_page is not None}
    for row in sheets_of(session, stack_id):
        identity = identity_of(row.seen) if row.dossier_id == dossier_id else None
        if identity is not None and row.form_page is not None:
            held.add((identity.variant, identity.page))
    return held


def _refusal_of(row: DossierRow, identity: PageIdentity) -> LocalizedText | None:
    if (row.form_id, row.form_version) != (identity.form_id, identity.version):
        return say("reference_of_other_form")
    if DossierState(row.state) not in TAKES_PAPER:
        return say("dossier_closed", reference=row.reference)
    return None


def filed_message(part: StackPart, seen: PageIdentity | None, reference: str) -> LocalizedText:
    """Where a sheet went, and whether only its place in the stack told so.

    Args:
        seen: What the sheet's own code says; without a reference it says what the sheet is, not whose.
    """
    if seen is not None and seen.reference:
        return say("filed", reference=reference)
    if part.sheet.cover is not None:
        return say("filed_below_cover", reference=reference)
    begins = seen is not None and seen.page == 1
    return say("filed" if begins else "filed_by_position", reference=reference)


def _tell(rows: Iterable[StackSheetRow], fate: str, message: LocalizedText) -> None:
    for row in rows:
        row.fate, row.message = str(fate), message.as_dict()


def _part_name(file: StackFileRow, part: StackPart, media_type: str | None) -> str:
    """The file's name with the pages it holds, when it is only some of them."""
    if len(part.pages) == file.pages:
        return file.name
    suffix = ".pdf" if media_type == "application/pdf" else ".tif"
    pages = "-".join(str(page) for page in part.pages[:6])
    return plain_filename(f"{file.name.rpartition('.')[0] or file.name} ({pages}){suffix}")
