"""Pages of a stack that no dossier could be found for: a clerk looks at each and says whose it is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.dossier import EDITABLE_STATES, DossierState
from core.errors import DossierError, InvalidValue
from core.field_kinds import KINDS
from core.localized_text import Language
from core.receipt import normalize_reference
from forms_service.messages import say
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading
from forms_service.services.account_answers import SHORTEST_REGISTRATION
from forms_service.services.accounts import REGISTRATION
from forms_service.services.applicant import ApplicantWork
from forms_service.services.clean_copies import CleanCopies
from forms_service.services.left_page_places import (
    Proposal,
    known_identity_of,
    proposal_for,
    refuse_other_form,
    refuse_second_copy,
)
from forms_service.services.stack_parts import filed_before
from forms_service.services.uploads import narrowed, plain_filename, sniff
from forms_service.services.views import Actor, LeftPage
from forms_service.storage.dossiers import DossierRepository, localized
from forms_service.storage.models import DossierRow, LeftPageRow

TAKES_PAPER = EDITABLE_STATES | {
    DossierState.SUBMITTED,
    DossierState.PHYSICAL_CHECK_PENDING,
    DossierState.UNDER_REVIEW,
}
"""A clerk may add paper that people bring until the dossier is decided."""

FILED, DISCARDED = "filed", "discarded"
_MACHINE_FAILED = (say("reading_failed"), say("stack_given_up"))
"""Why a whole file waits that may well open: the machine gave up, and not because of the file."""
_MOST_SHOWN = 50


class LeftPages(CleanCopies, ApplicantWork):
    """Identifying pages by hand."""

    def left_pages(self, actor: Actor) -> tuple[list[LeftPage], int]:
        """The pages that wait, oldest stack first (at most 50), and how many wait in all."""
        self.require_role(actor, "clerk")
        waiting = LeftPageRow.outcome.is_(None)
        order = (LeftPageRow.scanned_at, LeftPageRow.original_object, LeftPageRow.number)
        with self.database.reading() as session:
            rows = session.scalars(select(LeftPageRow).where(waiting).order_by(*order).limit(_MOST_SHOWN))
            named = sorted(rows, key=lambda one: (one.scanned_at, one.file, one.number))
            found = [_view(one, proposal_for(session, one, self.catalogue, TAKES_PAPER)) for one in named]
            return found, session.scalar(select(func.count()).where(waiting)) or 0

    def left_page_image(self, actor: Actor, page_id: str, width_px: int) -> bytes:
        """The page as a PNG of ours, at most ``width_px`` wide.

        Raises:
            DossierError: ``unknown_page``: there is no such page, or no picture of it.
        """
        row = self._left_page(actor, page_id)
        if row.page_object is None:
            raise DossierError(say("unknown_page"), code="unknown_page")
        with self.database.reading() as session:
            self.refuse_infected(session, row.original_object)
        return narrowed(self.objects.get(row.page_object), width_px)

    def left_page_original(self, actor: Actor, page_id: str) -> tuple[bytes, str, str]:
        """The whole file the page came in: (bytes, media type, file name)."""
        row = self._left_page(actor, page_id)
        with self.database.reading() as session:
            self.refuse_infected(session, row.original_object)
        data = self.objects.get(row.original_object)
        return data, sniff(data) or "application/octet-stream", row.file

    def left_page_copy(self, actor: Actor, page_id: str) -> tuple[bytes, str, str]:
        """That file as a copy that can do no harm: (bytes, media type, file name).

        Raises:
            DossierError: ``no_clean_copy``; ``infected_upload``.
        """
        data, _, name = self.left_page_original(actor, page_id)
        return self.clean_copy(data, name)

    def file_left_page(
        self,
        actor: Actor,
        page_id: str,
        *,
        reference: str = "",
        registration: str = "",
        form_id: str = "",
        as_type: str | None = None,
        child: int | None = None,
        second_copy: bool = False,
    ) -> str:
        """Put a page into the dossier of a reference, or into a new one; gives the dossier's id.

        A reference printed beforehand that nobody used yet opens its dossier on ``form_id``; so does a
        registration number when no reference is given.

        Args:
            child: Row of the group (a child) that the paper belongs to, from 1.
            second_copy: Whether the page may join another copy of itself.

        Raises:
            DossierError: ``already_settled``, ``no_picture`` (the page cannot be told from its file), ``cannot_open``,
                ``unknown_reference``, ``dossier_closed``, ``unknown_document_type``, ``too_many_uploads``,
                ``page_of_other_form``, ``page_already_there`` (unless ``second_copy``).
            InvalidValue: Neither a reference nor a registration number with a form was given, or it is
                no number.
            UnknownForm: A dossier is to be opened on a form that does not exist.
        """
        self._refuse_unknown_type(as_type)
        self._left_page(actor, page_id)
        with self.database.writing() as session:
            row = self._waiting(session, page_id)
            if not row.number and not _usable(row):
                raise DossierError(say("cannot_open"), code="cannot_open")
            if row.page_object is None and (row.number or filed_before(session, row.original_object)):
                # the whole file may be other people's
                raise DossierError(say("no_picture"), code="no_picture")
            identity = known_identity_of(session, row)
            dossier = self._dossier_for(session, actor, reference.strip(), registration.strip(), form_id)
            refuse_other_form(identity, dossier.form_id, self.spec_of(dossier).title)
            if not second_copy:
                refuse_second_copy(session, identity, dossier)
            key = row.page_object or row.original_object
            name = row.file if row.page_object is None else _page_name(row)
            upload = self.take_in(session, dossier, actor, name, self.objects.get(key), key, as_type, child)
            row.outcome, row.attachment_id = FILED, upload.id
            row.settled_by, row.settled_at = actor.id, self.now()
            self.note(session, dossier, actor, "page_identified", {"page": row.id, "attachment": upload.id})
            return dossier.id

    def refile_attachment(
        self,
        actor: Actor,
        dossier_id: str,
        attachment_id: str,
        *,
        reference: str = "",
        as_type: str | None = None,
        child: int | None = None,
    ) -> tuple[str, str]:
        """Put an upload where it belongs without sending it again; gives its dossier and its new id.

        The paper is taken in anew, as what the person now says it is, and read again; the first
        filing stays in the history.

        Args:
            reference: Of another dossier, for clerks; empty for the same one.
            child: Row of the group (a child) that the paper belongs to, from 1.

        Raises:
            DossierError: ``wrong_state``, ``unknown_document``, ``not_allowed``, ``unknown_reference``,
                ``dossier_closed``, ``unknown_document_type``, ``too_many_uploads``.
        """
        self._refuse_unknown_type(as_type)
        if reference.strip():
            self.require_role(actor, "clerk")
        with self.database.reading() as session:
            kept = self.get_attachment(session, actor, dossier_id, attachment_id)
        data = self.objects.get(kept.object_key)
        with self.database.writing() as session:
            dossier = self.get_editable(session, actor, dossier_id)
            row = self.get_attachment(session, actor, dossier_id, attachment_id)
            if row.origin != "upload":
                raise DossierError(say("unknown_document"), code="unknown_document")
            target = dossier
            if reference.strip():
                target = self._dossier_for(session, actor, reference.strip(), "", "")
            row.removed_at = self.touch(session, dossier, actor, "removed", {"attachment": row.id})
            session.flush()
            key, name = row.object_key, row.filename
            upload = self.take_in(session, target, actor, name, data, key, as_type, child)
            self.note(session, target, actor, "refiled", {"from": row.id, "attachment": upload.id})
            return target.id, upload.id

    def discard_left_page(self, actor: Actor, page_id: str, reason: str) -> None:
        """Take a page off the list and say why; its original stays in the store.

        Raises:
            DossierError: ``already_settled``, ``reason_needed``.
        """
        if not reason.strip():
            raise DossierError(say("reason_needed"), code="reason_needed")
        self._left_page(actor, page_id)
        with self.database.writing() as session:
            row = self._waiting(session, page_id)
            row.outcome, row.reason = DISCARDED, reason.strip()[:500]
            row.settled_by, row.settled_at = actor.id, self.now()
            self.note(session, None, actor, "page_discarded", {"page": row.id})

    def cut_leaves(self, name: str, data: bytes, pages: Iterable[int]) -> dict[int, str]:
        """Pictures of single pages (from 1) of a file, kept in the store; none when it does not open."""
        config = self.adapters.config
        wanted = tuple(sorted(set(pages)))
        request = ReadingRequest("leaves", name, str(config.spec_folder.resolve()), pages=wanted)
        try:
            with run_reading(request, data, config.reading, config.scratch_folder) as outcome:
                found = outcome.result["leaves"]
                return {page: self.objects.put(outcome.image(file)) for page, file in found}
        except ReadingFailed:
            return {}

    # --- details --------------------------------------------------------------------------------

    def _left_page(self, actor: Actor, page_id: str) -> LeftPageRow:
        self.require_role(actor, "clerk")
        with self.database.reading() as session:
            row = session.get(LeftPageRow, page_id)
        if row is None:
            raise DossierError(say("unknown_page"), code="unknown_page")
        return row

    def _waiting(self, session: Session, page_id: str) -> LeftPageRow:
        """The page, if nobody has settled it; two clerks may press at the same time."""
        row = session.get_one(LeftPageRow, page_id, with_for_update=True)
        if row.outcome is not None:
            raise DossierError(say("already_settled"), code="already_settled")
        return row

    def _dossier_for(
        self, session: Session, actor: Actor, reference: str, registration: str, form_id: str
    ) -> DossierRow:
        if not reference:
            return self._opened_for(session, actor, registration, form_id)
        known = normalize_reference(reference)
        row = DossierRepository(session).find_by_reference(known, to_change=True) if known else None
        if row is not None and DossierState(row.state) not in TAKES_PAPER:
            raise DossierError(say("dossier_closed", reference=row.reference), code="dossier_closed")
        if row is None and (known is None or not form_id):
            raise DossierError(say("unknown_reference"), code="unknown_reference")
        if row is None:
            spec = self.catalogue.get(form_id)
            row = self.new_dossier(session, actor, spec, Language.AR, None, known)
        return row

    def _opened_for(self, session: Session, actor: Actor, registration: str, form_id: str) -> DossierRow:
        number = KINDS["registration_number"].parse(registration, REGISTRATION)
        if number is None or not form_id:
            raise InvalidValue(say("whose_page"), code="whose_page")
        if len(str(number)) < SHORTEST_REGISTRATION:
            raise InvalidValue(say("registration_too_short"), code="registration_too_short")
        spec = self.catalogue.get(form_id)
        owner = self._owner(session, actor, str(number))
        row = self.new_dossier(session, actor, spec, Language.AR, owner)
        self._prefill_registration(session, row, spec, str(number), actor)
        return row


def _page_name(row: LeftPageRow) -> str:
    return plain_filename(f"{row.file.rpartition('.')[0] or row.file} ({row.number}).png")


def _usable(row: LeftPageRow) -> bool:
    """Whether a dossier gains anything by it: a locked or broken file would be refused there, unseen."""
    return row.page_object is not None or (not row.number and localized(row.message) in _MACHINE_FAILED)


def _view(row: LeftPageRow, proposed: Proposal) -> LeftPage:
    message = localized(row.message)
    assert message is not None  # noqa: S101 - the column is never empty
    return LeftPage(
        row.id,
        row.file,
        row.number,
        row.fate,
        message,
        row.form_page,
        row.page_object is not None,
        row.scanned_at,
        proposed.reference,
        proposed.why,
        proposed.said.number,
        proposed.said.name,
        _usable(row),
    )
