"""Where a page that waits may go: what is known of it decides which dossiers are proposed or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.correction_slip import is_slip
from core.dossier import DossierState
from core.errors import DossierError
from core.localized_text import LocalizedText
from core.placement import PageIdentity
from forms_service.messages import say
from forms_service.services.sheets_by_print import NOTHING_SAID, PLACE, Said, dossiers_named, said_on
from forms_service.services.stack_parts import identity_of
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow, LeftPageRow, PageRow, StackFileRow, StackSheetRow


def sheet_of(session: Session, row: LeftPageRow) -> StackSheetRow | None:
    """The sheet of the stack that a waiting page is; None for a whole file."""
    query = (
        select(StackSheetRow, StackFileRow)
        .join(
            StackFileRow,
            (StackFileRow.intake_id == StackSheetRow.intake_id) & (StackFileRow.number == StackSheetRow.file),
        )
        .where(
            StackSheetRow.intake_id == row.intake_id,
            StackSheetRow.page == row.number,
            StackFileRow.object_key == row.original_object,
        )
    )
    found = session.execute(query.order_by(StackSheetRow.file))
    return next((sheet for sheet, file in found if file.name == row.file), None)


def known_identity_of(session: Session, row: LeftPageRow) -> PageIdentity | None:
    """The form and page that a waiting page is by its code, else by its print; whose it is, print cannot tell."""
    sheet = sheet_of(session, row)
    if sheet is None:
        return None
    printed = sheet.seen.get("by_print")
    return identity_of(sheet.seen) or (PageIdentity.decode(printed) if printed else None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a waiting page may go, to be checked by a clerk.

    Attributes:
        reference: Of the dossier proposed; None where nothing tells.
        why: What speaks for it: ``number``, ``name`` or ``place``.
        said: What the page itself says of its person, where only its print told what it is.
    """

    reference: str | None
    why: str = PLACE
    said: Said = NOTHING_SAID


def pages_in(session: Session, dossier_id: str) -> set[tuple[str, int]]:
    """(variant, page) of the form's pages that a dossier has, or was given and that wait to be read."""
    uploads = [one.id for one in DossierRepository(session).attachments(dossier_id)]
    read = session.scalars(select(PageRow).where(PageRow.attachment_id.in_(uploads)))
    held = {(one.variant, one.form_page) for one in read if one.form_page is not None}
    given = (StackSheetRow.dossier_id == dossier_id) & StackSheetRow.form_page.is_not(None)
    known = [identity_of(one.seen) for one in session.scalars(select(StackSheetRow).where(given))]
    by_hand = session.scalars(select(LeftPageRow).where(LeftPageRow.attachment_id.in_(uploads)))
    known += [known_identity_of(session, one) for one in by_hand]
    return held | {(one.variant, one.page) for one in known if one is not None}


def proposal_for(
    session: Session, row: LeftPageRow, catalogue: SpecCatalogue, takes_paper: frozenset[DossierState]
) -> Proposal:
    """Where a waiting page seems to belong, and why.

    A page that its code tells goes where it lay: to the dossier before it, of its own form and lacking
    the page; never to a later one.  One that only its print tells may have lain anywhere: its own words
    decide, or nothing is proposed.  A page of which nothing is known is proposed where it lay.
    """
    identity, sheet = known_identity_of(session, row), sheet_of(session, row)
    if identity is None or sheet is None:
        return Proposal(row.suggested)
    by_print = identity_of(sheet.seen) is None
    said = said_on(sheet.seen) if by_print else NOTHING_SAID
    if by_print and (identity.form_id, identity.version) in catalogue.specs:
        spec = catalogue.get(identity.form_id, identity.version)
        near = dossiers_named(session, row.intake_id, spec, said)
    else:
        near = ((one, PLACE) for one in _before(session, row) if not by_print)
    for dossier, why in near:
        same = (dossier.form_id, dossier.form_version) == (identity.form_id, identity.version)
        if not same or DossierState(dossier.state) not in takes_paper:
            continue
        if (identity.variant, identity.page) not in pages_in(session, dossier.id):
            return Proposal(dossier.reference, why, said)
    return Proposal(None, said=said)


def _before(session: Session, row: LeftPageRow) -> Iterator[DossierRow]:
    """The dossier of the form that a waiting page lay behind; what lies behind the page says nothing of it."""
    before = DossierRepository(session).find_by_reference(row.suggested) if row.suggested else None
    if before is not None:
        yield before


def refuse_other_form(identity: PageIdentity | None, form_id: str, title: LocalizedText) -> None:
    """Keep a page that is known to be of one form out of the dossiers of another.

    Raises:
        DossierError: ``page_of_other_form``.
    """
    if identity is not None and identity.form_id != form_id:
        told = say("page_of_other_form", page=identity.page, form=identity.form_id, title=title)
        raise DossierError(told, code="page_of_other_form")


def refuse_second_copy(session: Session, identity: PageIdentity | None, dossier: DossierRow) -> None:
    """Ask before a page joins a dossier that has it already; both would stand beside each other.

    Raises:
        DossierError: ``page_already_there``.
    """
    if identity is None or is_slip(identity.variant):
        return
    if (identity.variant, identity.page) in pages_in(session, dossier.id):
        told = say("page_already_there", page=identity.page, reference=dossier.reference)
        raise DossierError(told, code="page_already_there")
