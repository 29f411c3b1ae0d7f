"""What every use case stands on: the adapters, who may see what, and how a dossier becomes a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.dossier import EDITABLE_STATES, DossierState
from core.errors import DossierError
from core.form_spec import FormSpec
from forms_service.config import Config
from forms_service.first_look import FirstLook
from forms_service.jobs import Jobs
from forms_service.messages import say
from forms_service.reading_process import ReadingRequest
from forms_service.registers import Registers
from forms_service.sealing import Seal
from forms_service.sending import Carriers
from forms_service.services.expected_revisions import expect_next, refuse_other_revision
from forms_service.services.register_rows import with_registers
from forms_service.services.views import Actor
from forms_service.spec_catalogue import SpecCatalogue
from forms_service.storage import audit
from forms_service.storage.database import Database
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AttachmentRow, DossierRow
from forms_service.storage.objects import ObjectStore
from forms_service.virus_scan import NoScanner, VirusScanner

READ_UPLOAD = "read_upload"
"""Name of the task that reads an upload; its key is the attachment's id."""

SORT_STACK = "sort_stack"
"""Name of the other: sorting a stack of scans; its key is the stack's id."""

SEND_LETTER = "send_letter"
"""Name of the third: sending a message; its key is the letter's id and the number of the attempt."""

REHEARSE_FORM = "rehearse_form"
"""Name of the fourth: rehearsing a form for its author; its key is the run's id."""

ID_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"
"""What ids are drawn from, in the order in which databases sort them."""

SYSTEM = Actor(audit.SYSTEM_ID, audit.SYSTEM_NAME, frozenset())

CLOSED_STATES = frozenset({DossierState.ACCEPTED, DossierState.REFUSED, DossierState.CLOSED})
"""States in which nothing changes any more."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything outside the domain that use cases need, chosen once in ``bootstrap``.

    Attributes:
        clock: The present instant, aware of its time zone.
        pick: Draws a number below its argument, so that nobody can guess it.
        draw: Draws a number from 0 up to 1, for the physical check.
        first_look: Looks at an upload while its sender waits.
        signer: Gives the receipts' signer; called when the first one is needed.
        seal: Seals what a copy of the database must not tell.
        carriers: How messages leave, by channel.
        registers: What the fund knows of those who ask.
        scanner: Looks for viruses before a file is opened.
    """

    config: Config
    catalogue: SpecCatalogue
    database: Database
    objects: ObjectStore
    jobs: Jobs
    clock: Callable[[], datetime]
    pick: Callable[[int], int]
    draw: Callable[[], float]
    first_look: FirstLook
    signer: Callable[[], Any]
    seal: Seal
    carriers: Carriers
    registers: Registers
    scanner: VirusScanner = field(default_factory=NoScanner)


CLOCKS_APART = timedelta(minutes=5)
"""So far the clocks of two hosts may differ; what is dated later than that was dated before the clock went back."""


class UseCases:
    """Common ground of the use cases of every audience."""

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters
        self.catalogue = adapters.catalogue
        self.database = adapters.database
        self.objects = adapters.objects

    # --- time and identity ----------------------------------------------------------------------

    def now(self) -> datetime:
        """The present instant."""
        return self.adapters.clock()

    def today(self) -> date:
        """The day it is where the fund is."""
        return self.now().astimezone(self.zone).date()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin."""
        return self.adapters.config.zone()

    def new_id(self) -> str:
        """An id nobody can guess (110 bits)."""
        return "".join(ID_LETTERS[self.adapters.pick(len(ID_LETTERS))] for _ in range(22))

    def health(self) -> None:
        """Raise whatever keeps the service from reaching its data: the database, the folder of papers.

        Raises:
            OSError: The papers cannot be listed or added to.
            sqlalchemy.exc.SQLAlchemyError: The database does not answer.
        """
        with self.database.reading() as session:
            session.execute(text("select count(*) from account"))
        self.objects.check()

    # --- who may do what ------------------------------------------------------------------------

    def get_dossier(
        self, session: Session, actor: Actor, dossier_id: str, *, to_change: bool = False
    ) -> DossierRow:
        """The dossier, if the person may see it.

        Raises:
            DossierError: ``not_yours``, also when it does not exist: nobody learns which ids do.
        """
        row = DossierRepository(session).find(dossier_id, to_change=to_change)
        if row is None or not may_see(actor, row):
            raise DossierError(say("not_yours"), code="not_yours")
        if to_change:
            refuse_other_revision(row.id, row.revision)
        return row

    def get_editable(self, session: Session, actor: Actor, dossier_id: str) -> DossierRow:
        """The dossier, if the person may change its answers and papers now."""
        row = self.get_dossier(session, actor, dossier_id, to_change=True)
        if not may_edit(actor, row):
            raise DossierError(say("not_editable"), code="wrong_state")
        return row

    def get_attachment(
        self, session: Session, actor: Actor, dossier_id: str, attachment_id: str
    ) -> AttachmentRow:
        """One upload of a dossier the person may see."""
        self.get_dossier(session, actor, dossier_id)
        row = session.get(AttachmentRow, attachment_id)
        if row is None or row.dossier_id != dossier_id or row.removed_at is not None:
            raise DossierError(say("unknown_document"), code="unknown_document")
        return row

    def require_role(self, actor: Actor, *roles: str) -> None:
        """Refuse anybody who has none of the roles."""
        if not actor.roles & set(roles):
            raise DossierError(say("not_allowed"), code="not_allowed")

    # --- change ---------------------------------------------------------------------------------

    def touch(
        self,
        session: Session,
        dossier: DossierRow,
        actor: Actor,
        action: str,
        details: Mapping[str, object] | None = None,
    ) -> datetime:
        """Note a change: the next revision, the time, and a line in the audit log."""
        at = self.now()
        dossier.revision += 1
        dossier.changed_at = at
        expect_next(dossier.id, dossier.revision)
        self.note(session, dossier, actor, action, details, at)
        return at

    def note(
        self,
        session: Session,
        dossier: DossierRow | None,
        actor: Actor,
        action: str,
        details: Mapping[str, object] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Write one line in the audit log."""
        audit.record(
            session,
            at=at or self.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            dossier_id=dossier.id if dossier else None,
            details=details,
            revision=dossier.revision if dossier else None,
        )

    def reading_request(self, dossier: DossierRow, filename: str, as_type: str | None) -> ReadingRequest:
        """How a paper of that dossier is to be read."""
        return ReadingRequest(
            mode="read",
            filename=filename,
            spec_folder=str(self.adapters.config.spec_folder.resolve()),
            form_id=dossier.form_id,
            version=dossier.form_version,
            reference=dossier.reference,
            document_type=as_type,
            on=self.today().isoformat(),
        )

    def spec_of(self, dossier: DossierRow) -> FormSpec:
        """The version of the form the dossier was opened under, with what the registers say of it."""
        spec = self.catalogue.get(dossier.form_id, dossier.form_version)
        return with_registers(spec, dossier, self.adapters.registers)


def may_see(actor: Actor, dossier: DossierRow) -> bool:
    """Owners see their own, clerks all, reviewers what was deposited."""
    if dossier.owner_id == actor.id or "clerk" in actor.roles:
        return True
    return "reviewer" in actor.roles and dossier.state != DossierState.DRAFT


def may_edit(actor: Actor, dossier: DossierRow) -> bool:
    """Owners and clerks change answers and papers until the deposit, and when a correction is asked."""
    if DossierState(dossier.state) not in EDITABLE_STATES:
        return False
    return dossier.owner_id == actor.id or "clerk" in actor.roles
