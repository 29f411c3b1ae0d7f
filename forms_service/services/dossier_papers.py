"""Papers made of a dossier for the counter and the desk: cover sheet, reviewer's summary, personal blank."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.deposit import applicant_of
from core.dossier import DossierState, Origin
from core.extraction import Verdict
from core.field_kinds import Answer
from core.form_spec import FormSpec
from core.localized_text import Language
from core.placement import PAGE_WIDTH_MM
from core.receipt import new_reference
from core.scope import build_scope, is_blank
from forms_service.services.applicant import ApplicantWork
from forms_service.services.known_identity import known_identity
from forms_service.services.presenting import (
    current_answers,
    dossier_view,
    extraction_views,
    read_dossier,
    read_groups,
)
from forms_service.services.views import Actor, ExtractionView
from forms_service.storage import audit
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AccountRow, AnswerRow, DossierRow, GroupRow, PageRow

if TYPE_CHECKING:  # what sets pages is loaded with the first paper: most processes never print one
    from forms_service.render.reviewer_summary import Crop
    from forms_service.services.summary_facts import Change, Settled

CROP_DPI = 150
_CROP_QUALITY = 55
_MARGIN, _LEAST_MARGIN_MM, _TICK_SIDE_MM = 0.25, 0.8, 16.0
"""Paper shown around a box: a share of its height; beside a tick box, enough to see its words."""

_MOST_EARLIER = 10


class DossierPapers(ApplicantWork):
    """Printing what a dossier holds."""

    def cover_sheet(self, actor: Actor, dossier_id: str) -> bytes:
        """The sheet to lay on top of a dossier's papers, for everybody who may see the dossier."""
        from forms_service.render.cover_sheet import render_cover_sheet
        from forms_service.services.cover_facts import cover_facts

        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            dossier = read_dossier(session, row, spec).dossier
            completed = row.receipt.get("completed_at") if row.receipt else None
            applicant = applicant_of(spec, build_scope(spec, dossier, self.day_of_deposit(row)))
            sheet = cover_facts(
                spec,
                dossier,
                self.assess(session, row),
                reference=row.reference,
                printed_at=self.now().astimezone(self.zone),
                types=self.catalogue.document_types(),
                holder=self.holder_of(session, row, applicant, dossier),
                registration=row.registration,
                opened_at=row.opened_at,
                deposited_at=row.deposited_at.astimezone(self.zone) if row.deposited_at else None,
                completed_at=datetime.fromisoformat(completed) if completed else None,
                physical_check=row.state == DossierState.PHYSICAL_CHECK_PENDING,
            )
            language = Language(row.language)
        return render_cover_sheet(sheet, language)

    def reviewer_summary(
        self, actor: Actor, dossier_id: str, language: Language | str = Language.AR
    ) -> bytes:
        """Every answer beside its picture, every decision and finding, on paper; for reviewers only.

        Raises:
            DossierError: ``not_allowed``, ``not_yours``.
        """
        from forms_service.render.reviewer_summary import render_reviewer_summary
        from forms_service.services.summary_facts import SummarySource, summary_facts

        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            view = dossier_view(session, row, spec, self.catalogue, actor)
            readings = tuple(extraction_views(session, row, spec))
            pages = _pages_of(session, readings)
            day = self.day_of_deposit(row)
            source = SummarySource(
                view=view,
                report=self.assess(session, row),
                scope=build_scope(spec, view.dossier, day),
                readings=readings,
                answers=current_answers(session, row, spec),
                changes=tuple(self._changes(session, row, spec)),
                crops={},
                settled=dict(self._settled(session, row)),
                registration=row.registration,
            )
        crops = dict(self._crops(readings, pages))
        facts = summary_facts(replace(source, crops=crops), self.catalogue, self.now())
        return render_reviewer_summary(facts, Language(language))

    def personal_blank(
        self, actor: Actor, dossier_id: str, flatten: bool = False, large: bool = False
    ) -> bytes:
        """The form with nothing but the applicant's identity in it, and the dossier's reference.

        Scanned back, it files itself under the dossier.  What is known comes from the dossier, then
        from earlier dossiers of the same account, or of the same number where no account owns it.

        Args:
            flatten: To print and fill in by hand: the identity is drawn, no field is left to type in.
        """
        from forms_service.render.form_pdf import render_filled
        from forms_service.render.paper_grid import LARGE

        variant = LARGE if large else ""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            spec = self.spec_of(row)
            known = self._known_identity(session, actor, row, spec)
        return render_filled(spec, known, reference=row.reference, flatten=flatten, variant=variant)

    def blank_sheets(
        self,
        actor: Actor,
        form_id: str,
        copies: int,
        *,
        referenced: bool = True,
        large: bool = False,
        two_sided: bool = False,
    ) -> Iterator[bytes]:
        """Blanks to print, in one file that is made while it is sent; who had them printed is on record.

        Args:
            referenced: Every copy gets a reference of its own; a dossier begins when it comes back.

        Raises:
            UnknownForm: No form has this id.
        """
        from forms_service.render.blank_sheets import stream_blanks
        from forms_service.render.paper_grid import LARGE

        self.require_role(actor, "clerk")
        spec = self.catalogue.get(form_id)
        details = {"form": spec.id, "copies": copies, "referenced": referenced}
        with self.database.writing() as session:
            self.note(session, None, actor, "blanks_printed", details)
        references = (new_reference(self.adapters.pick) if referenced else "" for _ in range(copies))
        return stream_blanks(spec, references, variant=LARGE if large else "", two_sided=two_sided)

    # --- identity -------------------------------------------------------------------------------

    def _known_identity(
        self, session: Session, actor: Actor, row: DossierRow, spec: FormSpec
    ) -> dict[str, Answer]:
        account = session.get(AccountRow, row.owner_id) if row.owner_id else None
        holder = account.login if account is not None and "applicant" in account.roles else ""
        earlier = self._of_same_person(session, actor, row, owned=bool(holder))
        dossiers = [read_dossier(session, one, self.spec_of(one)).dossier for one in (row, *earlier)]
        return known_identity(spec, dossiers, holder or row.registration)

    def _of_same_person(
        self, session: Session, actor: Actor, row: DossierRow, *, owned: bool
    ) -> list[DossierRow]:
        """Other dossiers of the account that owns this one; for nobody's account, of the same number.

        Anybody may type somebody else's number into their own dossier: that must neither print that
        person's data on their blank nor theirs on that person's, not even when a clerk prints it.
        """
        if owned:
            same = DossierRow.owner_id == row.owner_id
            allowed = row.owner_id == actor.id or "clerk" in actor.roles
        else:
            holder = select(AccountRow.id).where(AccountRow.login == row.registration)
            same = and_(
                DossierRow.registration == row.registration,
                or_(DossierRow.owner_id.is_(None), DossierRow.owner_id.in_(holder)),
            )
            allowed = bool(row.registration) and "clerk" in actor.roles
        if not allowed:
            return []
        return DossierRepository(session).listed(same, DossierRow.id != row.id, limit=_MOST_EARLIER)

    # --- who changed what -----------------------------------------------------------------------

    def _changes(self, session: Session, row: DossierRow, spec: FormSpec) -> Iterator[Change]:
        """Answers that replaced others once the paper was read or the dossier deposited.

        What somebody typed and typed again before the deposit is no correction.
        """
        from forms_service.services.summary_facts import Change

        roles = _Roles(session)
        held: dict[str, AnswerRow] = {}
        query = select(AnswerRow).where(AnswerRow.dossier_id == row.id, AnswerRow.space == FIELD)
        for one in session.scalars(query.order_by(AnswerRow.id)):
            old = held.get(one.name)
            held[one.name] = one
            if old is None or _value(old) == _value(one) or is_blank(_value(old)):
                continue
            typed_again = old.origin == one.origin == Origin.SCREEN.value
            if not (typed_again and _before_deposit(one.given_at, row)):
                yield Change(one.name, _value(old), _value(one), roles.of(one.given_by), one.given_at)
        yield from _changes_in_rows(session, row, spec, roles)

    def _settled(self, session: Session, row: DossierRow) -> Iterator[tuple[str, Settled]]:
        from forms_service.services.summary_facts import Settled

        repository, roles = DossierRepository(session), _Roles(session)
        decided: Iterable[Any] = (*repository.extractions(row.id), *repository.attachments(row.id))
        for one in decided:
            if one.decided_by and one.decided_at:
                yield one.id, Settled(roles.of(one.decided_by), one.decided_at)

    # --- crops ----------------------------------------------------------------------------------

    def _crops(
        self, readings: Iterable[ExtractionView], pages: Mapping[tuple[str, int], str]
    ) -> Iterator[tuple[str, Crop]]:
        """The pictures of all readings; every page is opened once."""
        from PIL import Image

        by_page: dict[tuple[str, int], list[ExtractionView]] = {}
        for one in readings:
            if one.crop_available and one.verdict is not Verdict.EMPTY and (one.scan_id, one.page) in pages:
                by_page.setdefault((one.scan_id, one.page), []).append(one)
        for page, shown in by_page.items():
            with Image.open(io.BytesIO(self.objects.get(pages[page])), formats=("PNG",)) as image:
                gray = image.convert("L")
            for one in shown:
                yield one.id, _cut(gray, one.box)


class _Roles:
    """In which role somebody acted; each account is looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str | None, str] = {None: "system", audit.SYSTEM_ID: "system"}

    def of(self, account_id: str | None) -> str:
        if account_id not in self._known:
            account = self._session.get(AccountRow, account_id)
            roles = account.roles if account else []
            role = next((one for one in ("reviewer", "clerk", "applicant") if one in roles), "system")
            self._known[account_id] = role
        return self._known[account_id]


def _value(row: AnswerRow) -> Answer:
    value: Answer = row.value["value"] if row.value else None
    return value


def _before_deposit(at: datetime, row: DossierRow) -> bool:
    return row.deposited_at is None or at <= row.deposited_at


def _changes_in_rows(session: Session, row: DossierRow, spec: FormSpec, roles: _Roles) -> Iterator[Change]:
    from forms_service.services.summary_facts import Change

    query = select(GroupRow).where(GroupRow.dossier_id == row.id).order_by(GroupRow.id)
    held: dict[str, dict[str, Answer]] = {}
    for one in session.scalars(query):
        rows = read_groups(spec, {one.group_id: one})[0].get(one.group_id, ())
        new = {f"{one.group_id}.{n}.{name}": v for n, item in enumerate(rows, 1) for name, v in item.items()}
        old, held[one.group_id] = held.get(one.group_id, {}), new
        role = roles.of(one.given_by)
        if role == "applicant" and _before_deposit(one.given_at, row):
            continue
        for field_id, value in old.items():
            if not is_blank(value) and new.get(field_id) != value:
                yield Change(field_id, value, new.get(field_id), role, one.given_at)


def _pages_of(session: Session, readings: Iterable[ExtractionView]) -> dict[tuple[str, int], str]:
    """The picture of every page that something was read from, by (upload, page)."""
    ids = {one.scan_id for one in readings}
    rows = session.scalars(select(PageRow).where(PageRow.attachment_id.in_(ids)))
    return {(one.attachment_id, one.number): one.image_object for one in rows}


def _cut(page: Any, box: tuple[int, int, int, int]) -> Crop:
    """A gray JPEG of a box with a little paper around it, and its size on paper."""
    from PIL import Image

    from forms_service.render.reviewer_summary import Crop

    px_per_mm = page.width / PAGE_WIDTH_MM
    left, top, right, bottom = box
    margin = max(_LEAST_MARGIN_MM * px_per_mm, _MARGIN * (bottom - top))
    is_small = max(right - left, bottom - top) < _TICK_SIDE_MM * px_per_mm
    beside = _TICK_SIDE_MM * px_per_mm if is_small else margin
    area = (
        max(0, round(left - beside)),
        max(0, round(top - margin)),
        min(page.width, round(right + beside)),
        min(page.height, round(bottom + margin)),
    )
    piece = page.crop(area)
    width_mm, height_mm = piece.width / px_per_mm, piece.height / px_per_mm
    scale = min(1.0, CROP_DPI / (px_per_mm * 25.4))
    if scale < 1.0:
        size = (max(1, round(piece.width * scale)), max(1, round(piece.height * scale)))
        piece = piece.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    piece.save(out, "JPEG", quality=_CROP_QUALITY, optimize=True)
    return Crop(out.getvalue(), width_mm, height_mm)
