"""Puts on record who of the staff came in, who tried to, and what program was started on which forms."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.services.base import SYSTEM, UseCases
from forms_service.services.receipt_checks import operator
from forms_service.services.views import Actor
from forms_service.storage.models import AccountRow

RESTORED = "restored.json"
"""File in the data folder: what a restore would have put on record, had it had the keys."""


class SignInRecord(UseCases):
    """Lines about coming in and starting up.

    Of applicants nothing is written: what they do with their requests is on record, not when they look in.
    """

    def note_attempt(self, session: Session, login: str) -> None:
        """A password is about to be tried on somebody of the staff.

        It is written before the password is looked at, with the count of attempts: whoever measures how long a
        refusal takes learns nothing of whether the account exists.  One that no ``signed_in`` follows failed.
        """
        row = session.scalar(select(AccountRow).where(AccountRow.login == login))
        if row is not None and set(row.roles) - {"applicant"}:
            self.note(session, None, SYSTEM, "sign_in_tried", {"account": row.id})

    def note_sign_in(self, actor: Actor, *, second_step: bool, by_provider: bool) -> None:
        """Somebody of the staff came in; before their session begins, so that none begins unrecorded."""
        if not actor.roles - {"applicant"}:
            return
        details = {"second_step": second_step, "by_provider": by_provider}
        with self.database.writing() as session:
            self.note(session, None, actor, "signed_in", details)

    def note_start(self, process: str, version: str, specs: str) -> None:
        """A process of the service started; ``specs`` is the hash of all forms it works with.

        Where this is the first one after a restore that could not write its own line, that line comes first.
        """
        details = {"process": process, "program": version, "specs": specs}
        restored = self.adapters.config.data_folder / RESTORED
        with self.database.writing() as session:
            if restored.exists():
                done = json.loads(restored.read_text())
                who = operator(by) if (by := done.pop("by", "")) else SYSTEM
                self.note(session, None, who, "backup_restored", done)
            self.note(session, None, SYSTEM, "service_started", details)
        restored.unlink(missing_ok=True)
