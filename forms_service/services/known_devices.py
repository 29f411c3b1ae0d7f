"""Browsers their owner signed in with: others' wrong passwords do not lock them out.

Whoever signed in is given a sealed text to show next time.  It opens nothing: with it wrong passwords
are counted apart from those of strangers, who else could keep a holder out by guessing on and on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_service.sealing import Unsealable
from forms_service.services.session_marks import SessionMarks, is_still_good
from forms_service.services.views import Actor
from forms_service.storage.account_models import HolderRow
from forms_service.storage.models import AccountRow

KNOWN_FOR = timedelta(days=365)


class KnownDevices(SessionMarks):
    """Telling a holder's browser from a stranger's."""

    def remember_device(self, actor: Actor) -> str:
        """What the browser of somebody who just signed in is to show next time."""
        told = {"device": self.new_id(), "account": actor.id, "since": self.now().isoformat()}
        told["mark"] = self.session_mark(actor)
        return self.adapters.seal.close(told)

    def known_device(self, session: Session, login: str, shown: str) -> str:
        """The id of a browser that is known for that login; empty for a stranger's.

        A password that was changed makes strangers of all browsers that signed in before.
        """
        try:
            record = self.adapters.seal.open(shown) if shown else {}
        except (Unsealable, ValueError):
            return ""
        if not record.keys() >= {"device", "account", "since"}:  # sealed by us for something else
            return ""
        account_id = session.scalar(select(AccountRow.id).where(AccountRow.login == login))
        if account_id is None or account_id != record["account"]:
            return ""
        since, holder = datetime.fromisoformat(record["since"]), session.get(HolderRow, account_id)
        known = self.now() - since <= KNOWN_FOR and is_still_good(holder, record.get("mark"), since)
        return str(record["device"]) if known else ""
