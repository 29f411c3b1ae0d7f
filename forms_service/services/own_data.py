"""What somebody may know of their own data: what for, until when, who looked; and a copy to take away."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.dossier import STATE_LABELS, DossierState
from core.errors import DossierError
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText
from core.privacy import ASKED_BY, KeptFrom, Privacy, Retention
from core.stages import FINAL_STATES
from forms_service.locales import both
from forms_service.messages import say
from forms_service.services.account_care import AccountCare, AccountView
from forms_service.services.course import Courses
from forms_service.services.looks import Looks, SeenBy
from forms_service.services.own_data_page import page_of
from forms_service.services.parts_of_lists import Part, cut_of
from forms_service.services.presenting import shown
from forms_service.services.throttle import Limit
from forms_service.services.views import Actor, DossierView
from forms_service.storage.account_models import HolderRow
from forms_service.storage.audit import WATCHED
from forms_service.storage.models import AccountRow, AuditRow, DossierRow, HonourDeclarationRow
from forms_service.storage.privacy_models import LegalHoldRow

FORMAT = "forms-service personal data 1"
EXPORT = Limit("own_data", 3, 24 * 60)
"""Copies of everything that one person may take away in a day: each reads all their papers."""

REQUESTS_A_PAGE = 20
"""An employer has hundreds of requests: a page of all would take a phone minutes over a slow line."""

_MEMORY_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LookTold:
    """Looks of one day by people of one role and agency; an agent's name stays in the fund's record."""

    day: date
    roles: tuple[str, ...]
    agency: str
    actions: tuple[str, ...]
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One request as its person's page of data tells it.

    Attributes:
        kept_until: The day it is let go; None while it waits for somebody, or where no rule says.
        rule: The rule that day comes from.
        held: The law keeps it longer.
        seen_at: When somebody of the fund last looked at it; None when nobody did.
        looks: Who looked, where it was asked for.
    """

    id: str
    reference: str
    title: LocalizedText
    form_id: str
    state: DossierState
    opened_at: datetime
    privacy: Privacy | None
    rule: Retention | None
    kept_until: date | None
    held: bool
    may_edit: bool
    seen_at: datetime | None = None
    looks: tuple[LookTold, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnRequests:
    """One page of somebody's requests.

    Attributes:
        waits: One of all their requests waits for the fund, so that the account cannot be closed.
        deposited: One of all was deposited, so that it is kept its time when the account is closed.
    """

    part: Part[OwnRequest]
    waits: bool
    deposited: bool


class OwnData(Courses, Looks, AccountCare):
    """Telling people what is kept of them."""

    def own_requests(self, actor: Actor, page: int = 1) -> OwnRequests:
        """A page of a person's requests, latest change first, each with its time and when it was last looked at."""
        own = DossierRow.owner_id == actor.id
        with self.database.reading() as session:
            counted = select(DossierRow.state, func.count()).where(own).group_by(DossierRow.state)
            states = {state: number for state, number in session.execute(counted)}
            cut = cut_of(sum(states.values()), page, REQUESTS_A_PAGE)
            query = _latest_first(actor).limit(cut.size).offset(cut.before)
            found = self._told_shortly(session, actor, session.scalars(query).all())
        deposited = set(states) - {DossierState.DRAFT.value}
        return OwnRequests(cut.of(found), bool(deposited - {*FINAL_STATES}), bool(deposited))

    def own_request(self, actor: Actor, dossier_id: str) -> OwnRequest:
        """One request of a person, with who looked at it.

        Raises:
            DossierError: ``not_yours``, also when it does not exist.
        """
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            if row.owner_id != actor.id:
                raise DossierError(say("not_yours"), code="not_yours")
            (found,) = self._told_shortly(session, actor, [row])
        return self._with_looks(actor, found)

    def export_own_data(self, actor: Actor) -> IO[bytes]:
        """Everything that is kept of whoever asks, as a ZIP to read and to give to programs.

        Raises:
            TooManyAttempts: It was taken away three times today.
        """
        with self.database.writing() as session:
            self.count_attempt(session, (EXPORT, actor.id))
            self.note(session, None, actor, "data_exported", {"account": actor.id})
        return self._packed(actor)

    def export_data_of(self, actor: Actor, login: str, reason: str) -> IO[bytes]:
        """The same for somebody who asked on paper and proved who they are; who asked is on record.

        Args:
            reason: One of ``ASKED_BY``.

        Raises:
            DossierError: ``unknown_account``; ``reason_needed``.
        """
        self.require_role(actor, "operator")
        if reason not in ASKED_BY:
            raise DossierError(say("reason_needed"), code="reason_needed")
        with self.database.writing() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.login == login.strip()))
            if row is None:
                raise DossierError(say("unknown_account"), code="unknown_account")
            person = Actor(row.id, row.name, frozenset({"applicant"}))
            self.note(session, None, actor, "data_exported", {"account": row.id, "reason": reason})
        return self._packed(person)

    # --- details --------------------------------------------------------------------------------

    def _told_shortly(self, session: Session, actor: Actor, rows: Sequence[DossierRow]) -> list[OwnRequest]:
        ids = [row.id for row in rows]
        held = set(session.scalars(select(LegalHoldRow.dossier_id).where(LegalHoldRow.dossier_id.in_(ids))))
        looks = select(AuditRow.dossier_id, func.max(AuditRow.at)).where(
            AuditRow.dossier_id.in_(ids), AuditRow.action.in_(WATCHED), AuditRow.actor_id != actor.id
        )
        last = session.execute(looks.group_by(AuditRow.dossier_id))
        seen = {dossier_id: at for dossier_id, at in last}
        return [self._own_request(row, row.id in held, seen.get(row.id)) for row in rows]

    def _with_looks(self, actor: Actor, request: OwnRequest) -> OwnRequest:
        return replace(request, looks=tuple(self._looks_told(self.who_looked(actor, request.id))))

    def _every_request(self, actor: Actor) -> list[OwnRequest]:
        """Every request of a person, however many."""
        with self.database.reading() as session:
            rows = session.scalars(_latest_first(actor)).all()
            held = set(session.scalars(select(LegalHoldRow.dossier_id)))
            return [self._own_request(row, row.id in held, None) for row in rows]

    def _own_request(self, row: DossierRow, held: bool, seen_at: datetime | None) -> OwnRequest:
        spec = self.catalogue.get(row.form_id, row.form_version)
        rule = spec.privacy.retention_after(row.state) if spec.privacy else None
        events = {
            KeptFrom.LAST_CHANGE: row.changed_at,
            KeptFrom.DEPOSIT: row.deposited_at,
            KeptFrom.DECISION: row.decided_at,
        }
        event = (events[rule.counts_from] or row.changed_at).astimezone(self.zone) if rule else None
        return OwnRequest(
            id=row.id,
            reference=row.reference,
            title=spec.title,
            form_id=row.form_id,
            state=DossierState(row.state),
            opened_at=row.opened_at,
            privacy=spec.privacy,
            rule=rule,
            kept_until=rule.ends_on(event.date()) if rule and event else None,
            held=held,
            may_edit=row.state in (DossierState.DRAFT, DossierState.CORRECTION_REQUESTED),
            seen_at=seen_at,
        )

    def _looks_told(self, looks: tuple[SeenBy, ...]) -> Iterator[LookTold]:
        """One line a day for each role and agency: when, as what and at what, but not which colleague."""
        lines: dict[tuple[date, tuple[str, ...], str], list[SeenBy]] = {}
        for one in looks:
            day = one.at.astimezone(self.zone).date()
            roles = tuple(sorted(one.roles - {"applicant", "author"}))
            lines.setdefault((day, roles, one.agency), []).append(one)
        for (day, roles, agency), seen in lines.items():
            actions = tuple(dict.fromkeys(one.action for one in reversed(seen)))
            yield LookTold(day, roles, agency, actions, max(one.at for one in seen))

    def _packed(self, person: Actor) -> IO[bytes]:
        """The ZIP; large ones are written to the service's own scratch folder, and gone when they are closed."""
        file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - whoever sends it closes it
            max_size=_MEMORY_BYTES, dir=self.adapters.config.scratch_folder
        )
        account, told = self.account(person), []
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for request in self._every_request(person):
                told.append(self._told_of(person, self._with_looks(person, request), archive))
            whole = {
                "format": FORMAT,
                "made_at": self.now().isoformat(timespec="seconds"),
                "account": self._holder_told(person, account),
                "requests": told,
            }
            archive.writestr("donnees.json", json.dumps(whole, ensure_ascii=False, indent=1))
            archive.writestr("mes-donnees.html", page_of(whole))
        file.seek(0)
        return file  # type: ignore[return-value]

    def _holder_told(self, person: Actor, account: AccountView) -> dict[str, object]:
        with self.database.reading() as session:
            holder = session.get(HolderRow, person.id)
            row = session.get_one(AccountRow, person.id)
            return {
                "login": account.login,
                "name": account.name,
                "first_name": holder.first_name if holder else "",
                "identity_number": holder.identity_number if holder else None,
                "birth": holder.birth if holder else None,
                "phone": account.phone,
                "email": account.email,
                "language": account.language.value,
                "notify_by": sorted(account.notify_by),
                "opened_at": row.created_at.isoformat(timespec="seconds"),
                "used_at": row.used_at.isoformat(timespec="seconds") if row.used_at else None,
            }

    def _told_of(self, person: Actor, request: OwnRequest, archive: zipfile.ZipFile) -> dict[str, object]:
        view, spec = self.dossier(person, request.id), self.catalogue.get(request.form_id)
        fields = {one.id: one for one in view.spec.fields()}
        privacy = request.privacy
        return {
            "reference": request.reference,
            "form": request.form_id,
            "title": spec.title.as_dict(),
            "state": {"code": request.state.value, **STATE_LABELS[request.state].as_dict()},
            "opened_at": view.opened_at.isoformat(timespec="seconds"),
            "deposited_at": view.deposited_at.isoformat(timespec="seconds") if view.deposited_at else None,
            "privacy": None
            if privacy is None
            else {
                "purpose": privacy.purpose.as_dict(),
                "legal_basis": privacy.legal_basis.as_dict(),
                "recipients": [one.as_dict() for one in privacy.recipients],
                "retention": [one.as_dict() for one in privacy.retention],
                "proposed": privacy.proposed is not None,
            },
            "kept_until": request.kept_until.isoformat() if request.kept_until else None,
            "answers": [_answer(fields.get(name), name, given, view) for name, given in _given(view)],
            "lists": [
                {"list": group.id, "label": group.label.as_dict(), "rows": _rows(view, group.id)}
                for group in view.spec.groups
                if view.dossier.groups.get(group.id)
            ],
            "papers": list(self._papers_told(person, view, archive)),
            "readings": [
                {"field": one.field_id, "read": one.raw, "verdict": one.verdict, "decision": one.decision}
                for one in self.extractions(person, request.id)  # type: ignore[attr-defined]
            ],
            "corrections": [view.correction.message] if view.correction else [],
            "decision_note": view.decision_note,
            "course": [
                {"at": one.at.isoformat(timespec="seconds"), "what": both(f"event.{one.action}").as_dict()}
                for one in view.events
            ],
            "messages": [
                {"at": one.written_at.isoformat(timespec="seconds"), **one.subject.as_dict()}
                for one in self.notices(person, request.id)
            ],
            "declarations": self._declarations(request.id),
            "looked_at": [_look(one) for one in request.looks],
        }

    def _papers_told(
        self, person: Actor, view: DossierView, archive: zipfile.ZipFile
    ) -> Iterator[dict[str, object]]:
        folder = f"demandes/{view.reference}"
        for number, one in enumerate(view.attachments, start=1):
            place: str | None = f"{folder}/{number:02}-{_plain(one.filename)}"
            try:
                content, _, _ = self.attachment_file(person, view.id, one.id)  # type: ignore[attr-defined]
                archive.writestr(str(place), content, zipfile.ZIP_STORED)
            except DossierError:
                place = None  # a virus was found in it: nobody gets it, not even its sender
            facts = {name: str(value) for name, value in one.facts.items()}
            yield {"file": place, "name": one.filename, "type": one.type or one.declared_type, "facts": facts}
        if view.receipt_available:
            place = f"{folder}/recepisse.pdf"
            archive.writestr(place, self.receipt_pdf(person, view.id), zipfile.ZIP_STORED)
            yield {"file": place, "name": "recepisse.pdf", "type": "receipt", "facts": {}}

    def _declarations(self, dossier_id: str) -> list[dict[str, object]]:
        query = select(HonourDeclarationRow).where(HonourDeclarationRow.dossier_id == dossier_id)
        with self.database.reading() as session:
            return [
                {"at": one.declared_at.isoformat(timespec="seconds"), **one.text}
                for one in _in_order(session, query)
            ]


def _latest_first(actor: Actor) -> Select[DossierRow]:
    own = select(DossierRow).where(DossierRow.owner_id == actor.id)
    return own.order_by(DossierRow.changed_at.desc(), DossierRow.id)


def _in_order(session: Session, query: Any) -> list[HonourDeclarationRow]:
    return list(session.scalars(query.order_by(HonourDeclarationRow.id)))


def _given(view: DossierView) -> list[tuple[str, Any]]:
    facts = {name: given for name, given in view.given.items() if name in view.dossier.facts}
    return sorted({**facts, **view.dossier.values}.items())


def _answer(field: FieldSpec | None, name: str, given: Any, view: DossierView) -> dict[str, object]:
    label = field.label if field else _fact_label(view.spec, name)
    raw = view.raw.get(name, "") if given.value is None else str(given.value)
    return {
        "field": name,
        "label": label.as_dict(),
        "value": shown(field, given.value, raw).as_dict(),
        "origin": given.origin.value,
        "given_at": given.at,
    }


def _fact_label(spec: FormSpec, name: str) -> LocalizedText:
    return next((one.label for one in spec.facts if one.id == name), LocalizedText(name, name))


def _rows(view: DossierView, group_id: str) -> list[list[dict[str, object]]]:
    fields = {one.id: one for one in view.spec.group(group_id).fields}
    return [
        [
            {
                "field": name,
                "label": fields[name].label.as_dict()
                if name in fields
                else LocalizedText(name, name).as_dict(),
                "value": shown(fields.get(name), value, str(value)).as_dict(),
            }
            for name, value in row.items()
            if value is not None
        ]
        for row in view.dossier.groups[group_id]
    ]


def _look(one: LookTold) -> Mapping[str, object]:
    return {
        "day": one.day.isoformat(),
        "roles": list(one.roles),
        "agency": one.agency,
        "what": [{"code": action, **both(f"event.{action}").as_dict()} for action in one.actions],
    }


def _plain(name: str) -> str:
    """A file name that can lie in any folder of any system."""
    kept = "".join(one if one.isalnum() or one in ".-_ " else "_" for one in name).strip(" .")
    return kept[-80:] or "document"
