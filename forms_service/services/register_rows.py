"""What the registers say of one dossier: asked while it is prepared, kept from the deposit on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from core.dossier import EDITABLE_STATES, DossierState
from core.form_spec import FormSpec
from core.registers import Held, Lookup, look_up, with_records
from forms_service.registers import Registers
from forms_service.storage.dossiers import FIELD, DossierRepository
from forms_service.storage.models import AccountRow, DossierRow
from forms_service.storage.register_models import RegisterRowsRow

REQUESTS = "requests."
"""Registers of that name are the service's own: ``requests.<form>`` knows what was deposited on a form."""


ACCOUNTS = "accounts"
"""The register of those who have an account here; its rows say nothing of them but that they have one."""


def with_registers(spec: FormSpec, row: DossierRow, registers: Registers) -> FormSpec:
    """The spec with the registers' rows for this dossier, if it uses any.

    What was declared stays what was seen: after the deposit the rows of that day count, whatever
    the registers say since, until the dossier is opened for correction.
    """
    session = object_session(row)
    if not spec.records or session is None:
        return spec
    kept = session.get(RegisterRowsRow, row.id)
    if kept is not None and DossierState(row.state) not in EDITABLE_STATES:
        return with_records(spec, kept.held)
    return with_records(spec, _asked(session, row, spec, registers))


def keep_register_rows(session: Session, row: DossierRow, seen: Held, at: datetime) -> None:
    """Keep what a deposit was declared on."""
    if not seen:
        return
    held = {name: [dict(one) for one in rows] for name, rows in seen.items()}
    session.merge(RegisterRowsRow(dossier_id=row.id, held=held, held_at=at))


def _asked(session: Session, row: DossierRow, spec: FormSpec, registers: Registers) -> Held:
    answers = {
        name: one.value["value"]
        for (space, name), one in DossierRepository(session).answers(row.id).items()
        if space == FIELD and one.value is not None
    }
    owner = session.get(AccountRow, row.owner_id) if row.owner_id else None

    ask = register_asked(session, registers, row.id)
    return look_up(spec, answers, owner.login if owner else row.registration, ask, at_counter=owner is None)


def register_asked(session: Session, registers: Registers, but: str = "") -> Lookup:
    """How one register is asked: the service's own here, all others through the fund's door.

    Args:
        but: Id of a dossier that is no request of its own eyes.
    """

    def ask(register: str, key: str) -> Sequence[Mapping[str, Any]]:
        if register.startswith(REQUESTS):
            return _requests(session, register.removeprefix(REQUESTS), key, but)
        if register == ACCOUNTS:
            return _accounts(session, key)
        return registers.rows(register, key)

    return ask


def _accounts(session: Session, login: str) -> list[dict[str, Any]]:
    row = session.scalar(select(AccountRow).where(AccountRow.login == login))
    return [] if row is None else [{"open": row.disabled_at is None}]


def _requests(session: Session, form_id: str, registration: str, but: str) -> list[dict[str, Any]]:
    """The deposited requests on one form under one number, as a register of their own."""
    found = session.scalars(
        select(DossierRow)
        .where(
            DossierRow.form_id == form_id,
            DossierRow.registration == registration,
            DossierRow.deposited_at.is_not(None),
            DossierRow.id != but,
        )
        .order_by(DossierRow.deposited_at)
    )
    return [
        {
            "reference": one.reference,
            "state": one.state,
            "deposited": _moment(one.deposited_at),
            "decided": _moment(one.decided_at),
        }
        for one in found
    ]


def _moment(at: datetime | None) -> str:
    """A moment as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""
