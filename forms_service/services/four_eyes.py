"""Who works on a dossier, what others changed meanwhile, and decisions that a second reviewer confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from forms_service.messages import say
from forms_service.services.base import UseCases
from forms_service.services.presenting import event_view
from forms_service.services.views import Actor, EventView
from forms_service.storage import audit
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import AccountRow, AuditRow, DossierRow
from forms_service.storage.office_models import DecisionProposalRow

CONFIRMED, RETURNED, WITHDRAWN = "confirmed", "returned", "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that waits for another reviewer; ``outdated`` when the dossier changed since."""

    outcome: str
    note: str
    by: str
    by_name: str
    at: datetime
    outdated: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """A proposal that a second reviewer sent back, and why."""

    by_name: str
    note: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a dossier in hand, since when, and whether a second reviewer must confirm its decision."""

    by: str | None
    name: str
    since: datetime | None
    needs_second: bool
    proposal: Proposal | None
    returned: Returned | None


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who gave answers of a dossier: its own person, or one of the staff."""

    name: str
    is_owner: bool


class FourEyes(UseCases):
    """Sharing dossiers among reviewers."""

    def writers(self, actor: Actor, dossier_id: str) -> dict[str, Writer]:
        """Who gave the answers in force, by account."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            repository = DossierRepository(session)
            ids = {one.given_by for one in repository.answers(row.id).values()}
            for group in repository.groups(row.id).values():
                ids |= {group.given_by} | {told["by"] for one in group.origins for told in one.values()}
            found = session.scalars(select(AccountRow).where(AccountRow.id.in_(ids - {None})))
            return {one.id: Writer(one.name, one.id == row.owner_id) for one in found}

    def holding(self, actor: Actor, dossier_id: str) -> Holding:
        """Who works on a dossier, and what waits for whom."""
        self.require_role(actor, "reviewer")
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            waiting = open_proposal(session, row.id)
            return Holding(
                by=row.held_by,
                name=name_of(session, row.held_by),
                since=row.held_at,
                needs_second=self.needs_second(row),
                proposal=_shown(session, row, waiting) if waiting else None,
                returned=None if waiting else _last_return(session, row),
            )

    def take_over(self, actor: Actor, dossier_id: str) -> None:
        """Take a dossier that another reviewer has in hand, or that nobody has any more."""
        self.require_role(actor, "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.state != DossierState.UNDER_REVIEW:
                raise DossierError(say("not_under_review"), code="wrong_state")
            if row.held_by != actor.id:
                self.hold(row, actor)
                self.touch(session, row, actor, "taken_over")

    def put_back(self, actor: Actor, dossier_id: str) -> None:
        """Leave a dossier to the others, as it is; only whoever has it in hand can."""
        self.require_role(actor, "reviewer")
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.held_by == actor.id:
                row.held_by = row.held_at = None
                self.touch(session, row, actor, "put_back")

    def changes_since(
        self, actor: Actor, dossier_id: str, revision: int, own: bool = False
    ) -> tuple[EventView, ...]:
        """What others did to a dossier after somebody looked at it, oldest first; ``own``: they themselves too."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            return tuple(map(event_view, _changes(session, row.id, revision, None if own else actor)))

    # --- for the use cases of reviewers ---------------------------------------------------------

    def hold(self, row: DossierRow, actor: Actor) -> None:
        """Note in the caller's transaction who has the dossier in hand."""
        row.held_by, row.held_at = actor.id, self.now()

    def needs_second(self, row: DossierRow) -> bool:
        """Whether decisions on that form take a second reviewer."""
        forms = self.adapters.config.four_eyes
        return "all" in forms or row.form_id in forms

    def refuse_changed(
        self,
        session: Session,
        actor: Actor,
        row: DossierRow,
        expected_revision: int | None,
        touches: tuple[str, str] | None = None,
    ) -> None:
        """Refuse what was decided on a dossier that another person changed meanwhile.

        Args:
            expected_revision: What the person looked at; None when they did not say.
            touches: Name and value of the detail that makes a change matter; any change does without.

        Raises:
            DossierError: ``changed_by_another``.
        """
        if expected_revision is None:
            return
        changes = _changes(session, row.id, expected_revision, actor)
        if touches is not None:
            changes = [one for one in changes if _concerns(one, *touches)]
        if changes:
            last = changes[-1]
            if last.actor_id == audit.SYSTEM_ID:
                raise DossierError(say("changed_by_reading"), code="changed_by_another")
            raise DossierError(say("changed_by_another", name=last.actor_name), code="changed_by_another")

    def refuse_while_proposed(self, session: Session, row: DossierRow) -> None:
        """Refuse to change a dossier whose decision waits for a second reviewer."""
        waiting = open_proposal(session, row.id)
        if waiting is not None:
            name = name_of(session, waiting.proposed_by)
            raise DossierError(say("decision_waits", name=name), code="decision_waits")


def open_proposal(session: Session, dossier_id: str) -> DecisionProposalRow | None:
    """The decision that waits for a second reviewer, if there is one."""
    return session.scalar(
        select(DecisionProposalRow)
        .where(DecisionProposalRow.dossier_id == dossier_id, DecisionProposalRow.settled.is_(None))
        .order_by(DecisionProposalRow.id.desc())
        .limit(1)
    )


def name_of(session: Session, account_id: str | None) -> str:
    """The name of a colleague; nothing for nobody."""
    if account_id is None:
        return ""
    row = session.get(AccountRow, account_id)
    return row.name if row else audit.SYSTEM_NAME


def _shown(session: Session, row: DossierRow, waiting: DecisionProposalRow) -> Proposal:
    return Proposal(
        waiting.outcome,
        waiting.note,
        waiting.proposed_by,
        name_of(session, waiting.proposed_by),
        waiting.proposed_at,
        row.revision != waiting.revision,
    )


def _last_return(session: Session, row: DossierRow) -> Returned | None:
    """Why the latest proposal was sent back, while the dossier is still under review."""
    latest = session.scalar(
        select(DecisionProposalRow)
        .where(DecisionProposalRow.dossier_id == row.id)
        .order_by(DecisionProposalRow.id.desc())
        .limit(1)
    )
    if latest is None or latest.settled != RETURNED or row.state != DossierState.UNDER_REVIEW:
        return None
    return Returned(name_of(session, latest.settled_by), latest.settled_note or "")


def _changes(session: Session, dossier_id: str, revision: int, actor: Actor | None) -> list[AuditRow]:
    return list(
        session.scalars(
            select(AuditRow)
            .where(
                AuditRow.dossier_id == dossier_id,
                AuditRow.revision > revision,
                *([] if actor is None else [AuditRow.actor_id != actor.id]),
            )
            .order_by(AuditRow.id)
        )
    )


def _concerns(change: AuditRow, detail: str, value: str) -> bool:
    said = change.details.get(detail)
    listed = change.details.get(f"{detail}s")
    return said == value or (isinstance(listed, list) and value in listed)
