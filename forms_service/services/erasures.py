"""Letting requests go: when their time is over, when somebody asks for it, and the proof that they went.

Every dossier is one transaction that also writes its record of erasure, so that work that is cut off goes on
where it ended and many workers never do it twice.  It notes the files that nothing else refers to; they leave
the store afterwards, and only once nothing is left anywhere is the erasure proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from core.form_spec import FormSpec
from core.privacy import Ending, KeptFrom, Retention
from core.receipt import normalize_reference
from forms_service.messages import say
from forms_service.services.base import SYSTEM
from forms_service.services.receipt_checks import receipt_from_payload
from forms_service.services.removals import Removals
from forms_service.services.views import Actor
from forms_service.storage import audit
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow
from forms_service.storage.object_references import note_unused, referred_to
from forms_service.storage.personal_data import objects_of, remains_of, scans_kept, scans_of, wipe
from forms_service.storage.privacy_models import ErasureRow, LegalHoldRow, RemovedObjectRow

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 50
"""Dossiers, and erasures to prove, of one round; what is left comes next."""

REMOVED_OBJECTS_KEPT = timedelta(days=1)
"""How long it is known that an object was removed: longer than any transaction or upload takes."""

BY_RULE, ASKED, OWN_DRAFT, AGAIN = "retention", "asked", "own_draft", "again"

_EVENTS = {
    KeptFrom.LAST_CHANGE: DossierRow.changed_at,
    KeptFrom.DEPOSIT: DossierRow.deposited_at,
    KeptFrom.DECISION: DossierRow.decided_at,
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """One dossier that was let go, and what speaks for it.

    Attributes:
        left: What is still there: tables by name, files by digest.  Empty once all is gone.
    """

    dossier_id: str
    reference: str
    form_id: str
    form_version: int
    occasion: str
    ending: str
    rule: Mapping[str, object] | None
    asked_by: str | None
    agreed_by: str | None
    reason: str | None
    erased_at: datetime
    removed: Mapping[str, int]
    objects: tuple[str, ...]
    shared_objects: int
    proved_at: datetime | None
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Why a dossier is let go: by a rule of its form, or because somebody asked.

    ``asked_by`` and ``agreed_by`` are set where two people stand for it, or stood for it before a backup.
    """

    occasion: str
    actor: Actor
    rule: Retention | None = None
    reason: str | None = None
    asked_by: str | None = None
    agreed_by: str | None = None


class Erasures(Removals):
    """Letting go, and proving it."""

    # --- when the time is over ------------------------------------------------------------------

    def erase_what_is_due(self, most: int = MOST_AT_ONCE) -> int:
        """Let go what is kept no longer, some at a time; gives how many dossiers went."""
        done = 0
        for rule, forms in self._retention_rules().items():
            if done >= most:
                break
            for dossier_id in self._let_go_now(rule, forms, most - done):
                try:
                    done += self._erase_by_rule(dossier_id, rule)
                except Exception as error:  # one dossier must not keep the others waiting
                    self.leave_for_later(dossier_id, error)
        return done

    def prove_erasures(self, most: int = MOST_AT_ONCE) -> int:
        """Make sure nothing is left of what was let go, and note it; gives how many are proved."""
        with self.database.reading() as session:
            query = select(ErasureRow.dossier_id).where(
                ErasureRow.proved_at.is_(None), ErasureRow.dossier_id.not_in(self.set_aside())
            )
            waiting = list(session.scalars(query.order_by(ErasureRow.erased_at).limit(most)))
        if not waiting or not self.database.overwrite_what_was_deleted():
            return 0
        done = 0
        for dossier_id in waiting:
            try:
                if self._note_proof(dossier_id):
                    done += 1
                else:
                    self.leave_for_later(dossier_id)  # something is there yet
            except Exception as error:
                self.leave_for_later(dossier_id, error)
        return done

    def due_for_erasure(self, actor: Actor, most: int = MOST_AT_ONCE) -> list[tuple[str, str, Retention]]:
        """What the next rounds will let go: reference, form and rule, without doing it."""
        self.require_role(actor, "operator")
        found: list[tuple[str, str, Retention]] = []
        for rule, forms in self._retention_rules().items():
            ids = self._let_go_now(rule, forms, most - len(found))
            with self.database.reading() as session:
                query = select(DossierRow.reference, DossierRow.form_id).where(DossierRow.id.in_(ids))
                found += [(reference, form_id, rule) for reference, form_id in session.execute(query)]
        return found

    # --- when somebody asks ---------------------------------------------------------------------

    def erase_own_draft(self, actor: Actor, dossier_id: str) -> None:
        """Erase a request that its person never deposited, at once and for good.

        Raises:
            DossierError: ``not_yours``; ``not_a_draft``; ``held_by_law``.
        """
        with self.database.writing() as session:
            row = self.get_dossier(session, actor, dossier_id, to_change=True)
            if row.owner_id != actor.id:
                raise DossierError(say("not_yours"), code="not_yours")
            if row.state != DossierState.DRAFT:
                raise DossierError(say("not_a_draft"), code="not_a_draft")
            self._erase(session, row, Ending.ERASE, Asking(OWN_DRAFT, actor))
        self._settle_erasure(dossier_id)

    # --- what must be kept ----------------------------------------------------------------------

    def place_hold(self, actor: Actor, reference: str, reason: str) -> None:
        """Keep a dossier whatever its form says, until the hold is lifted.

        Raises:
            DossierError: ``unknown_reference``; ``reason_needed``.
        """
        self.require_role(actor, "operator")
        if not reason.strip():
            raise DossierError(say("letter_needed"), code="reason_needed")
        with self.database.writing() as session:
            row = self._by_reference(session, reference)
            held = LegalHoldRow(
                dossier_id=row.id, reason=reason.strip()[:500], placed_by=actor.id, placed_at=self.now()
            )
            session.merge(held)
            self.note(session, row, actor, "hold_placed")

    def lift_hold(self, actor: Actor, reference: str) -> None:
        """Let the form's own rule hold again.

        Raises:
            DossierError: ``unknown_reference``; ``not_held``.
        """
        self.require_role(actor, "operator")
        with self.database.writing() as session:
            row = self._by_reference(session, reference)
            held = session.get(LegalHoldRow, row.id)
            if held is None:
                raise DossierError(say("not_held"), code="not_held")
            session.delete(held)
            self.note(session, row, actor, "hold_lifted")

    def holds(self, actor: Actor) -> list[tuple[str, str, datetime]]:
        """What is held: reference, reason and since when, the latest first."""
        self.require_role(actor, "operator")
        query = select(DossierRow.reference, LegalHoldRow.reason, LegalHoldRow.placed_at)
        query = query.join(DossierRow, DossierRow.id == LegalHoldRow.dossier_id)
        with self.database.reading() as session:
            return [tuple(one) for one in session.execute(query.order_by(LegalHoldRow.placed_at.desc()))]

    # --- the proof ------------------------------------------------------------------------------

    def erasures(self, actor: Actor, most: int = MOST_AT_ONCE, unproved: bool = False) -> list[Erasure]:
        """What was let go, the latest first."""
        self.require_role(actor, "operator")
        query = select(ErasureRow).order_by(ErasureRow.erased_at.desc()).limit(most)
        with self.database.reading() as session:
            rows = session.scalars(query.where(ErasureRow.proved_at.is_(None)) if unproved else query)
            return [told(row) for row in rows]

    def erasure_of(self, actor: Actor, reference: str) -> Erasure:
        """The record of one erasure, looked at anew: ``left`` says what is still there.

        Raises:
            DossierError: ``not_erased``.
        """
        self.require_role(actor, "operator")
        with self.database.reading() as session:
            known = normalize_reference(reference)
            row = session.scalar(select(ErasureRow).where(ErasureRow.reference == known))
            if row is None:
                raise DossierError(say("not_erased"), code="not_erased")
            return told(row, self._left_of(session, row))

    def unnamed_files(self, actor: Actor) -> int:
        """How many files lie in the store for longer than a day though nothing refers to them."""
        self.require_role(actor, "operator")
        return self.count_unnamed()

    def verify_erasures(self, actor: Actor) -> Iterable[Erasure]:
        """Every erasure, looked at anew: all tables that lead to the dossier, and the store.

        An erasure whose ``left`` is not empty is not done: its files wait for the next round, or a
        backup brought the dossier back.
        """
        self.require_role(actor, "operator")
        after = ""
        while True:
            query = select(ErasureRow).where(ErasureRow.dossier_id > after)
            with self.database.reading() as session:
                rows = session.scalars(query.order_by(ErasureRow.dossier_id).limit(MOST_AT_ONCE)).all()
                found = [told(row, self._left_of(session, row)) for row in rows]
            if not found:
                return
            yield from found
            after = found[-1].dossier_id

    # --- details --------------------------------------------------------------------------------

    def _retention_rules(self) -> dict[Retention, list[tuple[str, int]]]:
        """Every rule there is, with the forms and versions it holds for: few, since forms share their terms."""
        rules: dict[Retention, list[tuple[str, int]]] = {}
        for (form_id, version), spec in self.catalogue.specs.items():
            for rule in spec.privacy.retention if spec.privacy else ():
                rules.setdefault(rule, []).append((form_id, version))
        return rules

    def _let_go_now(self, rule: Retention, forms: list[tuple[str, int]], most: int) -> list[str]:
        query = (
            select(DossierRow.id)
            .where(
                DossierRow.state == rule.after,
                self._retention_is_over(rule),
                tuple_(DossierRow.form_id, DossierRow.form_version).in_(forms),
                DossierRow.id.not_in(select(LegalHoldRow.dossier_id)),
                DossierRow.id.not_in(self.set_aside()),
            )
            .limit(most)
        )
        with self.database.reading() as session:
            return list(session.scalars(query))

    def _retention_is_over(self, rule: Retention) -> ColumnElement[bool]:
        """Whether the event lies far enough back; what knows no such event counts from its last change."""
        latest = rule.latest_event(self.today()) + timedelta(days=1)
        before = datetime.combine(latest, time.min, self.zone)
        event = _EVENTS[rule.counts_from]
        return or_(event < before, and_(event.is_(None), DossierRow.changed_at < before))

    def _erase_by_rule(self, dossier_id: str, rule: Retention) -> bool:
        with self.database.writing() as session:
            query = select(DossierRow).where(
                DossierRow.id == dossier_id, DossierRow.state == rule.after, self._retention_is_over(rule)
            )
            row = session.scalar(query.with_for_update())
            if row is None or session.get(LegalHoldRow, dossier_id) is not None:
                return False  # another worker was faster, or somebody went on with it
            self._erase(session, row, rule.then, Asking(BY_RULE, SYSTEM, rule))
            return True

    def _erase(self, session: Session, row: DossierRow, ending: Ending, asking: Asking) -> None:
        if session.get(LegalHoldRow, row.id) is not None:
            raise DossierError(say("held_by_law"), code="held_by_law")
        at, keys, scans = self.now(), objects_of(session, row.id), scans_of(session, row.id)
        spec = self.catalogue.get(row.form_id, row.form_version)
        record = ErasureRow(
            dossier_id=row.id,
            reference=row.reference,
            form_id=row.form_id,
            form_version=row.form_version,
            spec_digest=spec.digest,
            occasion=asking.occasion,
            ending=ending.value,
            rule=_rule_of(spec, asking.rule),
            asked_by=asking.asked_by or (None if asking.actor is SYSTEM else asking.actor.id),
            agreed_by=asking.agreed_by,
            reason=asking.reason,
            erased_at=at,
            receipts=_receipts_of(session, row),
            removed={},
            objects=[],
        )
        details = {"occasion": asking.occasion, "ending": ending.value}
        if asking.agreed_by:
            details |= {"asked_by": asking.asked_by or "", "agreed_by": asking.agreed_by}
        audit.record(
            session,
            at=at,
            actor_id=asking.actor.id,
            actor_name=asking.actor.name,
            action="erased",
            dossier_id=row.id,
            details=details,
        )
        record.removed = wipe(session, row, ending, at)
        unused = note_unused(session, keys)
        record.objects, record.shared_objects = sorted(unused | scans), len(keys - unused - scans)
        session.add(record)

    def _settle_erasure(self, dossier_id: str) -> None:
        """Let files and proof follow at once where somebody waits; if they cannot, the next round does it."""
        try:
            with self.database.reading() as session:
                row = session.get(ErasureRow, dossier_id)
                keys = [] if row is None else row.objects
            self.remove_objects(keys)
            if self.database.overwrite_what_was_deleted():
                self._note_proof(dossier_id)
        except Exception as error:
            log.warning("erasure is proved later", dossier=dossier_id, error=type(error).__name__)

    def _note_proof(self, dossier_id: str) -> bool:
        with self.database.writing() as session:
            row = session.get(ErasureRow, dossier_id)
            if row is None or self._left_of(session, row):
                return False
            row.proved_at = self.now()
            return True

    def _left_of(self, session: Session, row: ErasureRow) -> list[str]:
        used = referred_to(session, row.objects) - scans_kept(session, row.objects)
        files = [key for key in row.objects if key not in used and self.objects.has(key)]
        return remains_of(session, row.dossier_id) + files

    def _forget_removed_objects(self, session: Session) -> None:
        before = self.now() - REMOVED_OBJECTS_KEPT
        session.execute(delete(RemovedObjectRow).where(RemovedObjectRow.removed_at < before))

    def _by_reference(self, session: Session, reference: str) -> DossierRow:
        known = normalize_reference(reference)
        row = DossierRepository(session).find_by_reference(known, to_change=True) if known else None
        if row is None:
            raise DossierError(say("no_such_dossier"), code="unknown_reference")
        return row


def _rule_of(spec: FormSpec, rule: Retention | None) -> dict[str, object] | None:
    """The rule as it was that day: the form may say something else tomorrow."""
    if rule is None or spec.privacy is None:
        return None
    return {**rule.as_dict(), "terms": spec.privacy.terms, "digest": spec.privacy.rules_digest()}


def _receipts_of(session: Session, row: DossierRow) -> list[dict[str, str]]:
    """What is kept of receipts, the oldest first: enough to tell one that somebody shows from a forged one."""
    if row.receipt is None:
        return []
    earlier = [one.receipt for one in DossierRepository(session).earlier_receipts(row.id)]
    issued = [receipt_from_payload(one) for one in (*earlier, row.receipt)]
    return [
        {"digest": one.digest(), "code": one.control_code(), "at": one.issued_at.isoformat()}
        for one in issued
    ]


def told(row: ErasureRow, left: Iterable[str] = ()) -> Erasure:
    """A record of an erasure as it is told."""
    return Erasure(
        dossier_id=row.dossier_id,
        reference=row.reference,
        form_id=row.form_id,
        form_version=row.form_version,
        occasion=row.occasion,
        ending=row.ending,
        rule=row.rule,
        asked_by=row.asked_by,
        agreed_by=row.agreed_by,
        reason=row.reason,
        erased_at=row.erased_at,
        removed=row.removed,
        objects=tuple(row.objects),
        shared_objects=row.shared_objects,
        proved_at=row.proved_at,
        left=tuple(left),
    )
