"""Files that leave the store: noted with what let them go, removed afterwards, one at a time.

Nothing is removed while somebody waits for more than that one file, and one that cannot be removed keeps no
other from it: it is set aside for a while.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import select

from forms_service.keyring import Unopenable
from forms_service.services.base import UseCases
from forms_service.storage.object_references import note_unused, referred_to, remove_noted
from forms_service.storage.objects import MissingObject
from forms_service.storage.outages import DATABASE, outage
from forms_service.storage.privacy_models import RemovedObjectRow

UNNAMED_KEPT = timedelta(days=1)
"""How long a file may lie in the store before a row names it: longer than any upload or reading takes."""

log = structlog.get_logger(__name__)

OBJECTS_AT_ONCE = 200
"""Files that leave in one round; what is left comes next."""

SET_ASIDE = timedelta(hours=1)
"""How long what failed waits, so that the rest has its turn."""

_PARTS = 256
"""Parts of the store, by the first two digits of a key; a round each five minutes sees all in a day."""

_LOOKED_UP_AT_ONCE = 500
_MOST_UNNAMED = 20
"""From so many on it counts whether they are most: then it is the database that is not of this store."""

_MOST_ASIDE = 500
_FAILURES = 3
"""So many files that the store does not remove are enough for one round: each may have taken a minute."""


class Removals(UseCases):
    """Removing what nothing refers to any more."""

    def __init__(self, adapters: Any) -> None:
        super().__init__(adapters)
        self._part = secrets.randbelow(_PARTS)  # workers that start together look at different parts
        self._aside: dict[str, datetime] = {}

    def remove_what_left(self, most: int = OBJECTS_AT_ONCE) -> int:
        """Remove files that were noted to leave; gives how many went."""
        query = select(RemovedObjectRow.key).where(
            RemovedObjectRow.removed_at.is_(None), RemovedObjectRow.key.not_in(self.set_aside())
        )
        with self.database.reading() as session:
            waiting = list(session.scalars(query.order_by(RemovedObjectRow.key).limit(most)))
        return self.remove_objects(waiting)

    def note_unnamed(self) -> int:
        """Let go the files of one part of the store that no row names; gives how many were noted to leave.

        They were kept for what was refused, withdrawn or killed before its row was written.  Round by round
        the whole store is looked at within a day.  What is not sealed by this service is none of its files.
        """
        part, self._part = self._part, (self._part + 1) % _PARTS
        looked, found = 0, []
        for keys, unnamed in self._by_row(part):
            looked += keys
            found += unnamed
        if len(found) >= _MOST_UNNAMED and len(found) * 2 > looked:
            log.error("no row names most files of the store: nothing is removed", part=part, files=len(found))
            return 0
        ours = [key for key in found[:OBJECTS_AT_ONCE] if self._is_ours(key)]
        if not ours:
            return 0
        with self.database.writing() as session:
            return len(note_unused(session, ours))

    def count_unnamed(self) -> int:
        """How many files no row names that lie in the store for longer than a day."""
        return sum(len(unnamed) for part in range(_PARTS) for _, unnamed in self._by_row(part))

    def _by_row(self, part: int) -> Iterator[tuple[int, list[str]]]:
        """How many older files were looked at, and which of them no row names; some hundred at a time."""
        older = self.objects.kept_before(self.now() - UNNAMED_KEPT, f"{part:02x}")
        while keys := list(islice(older, _LOOKED_UP_AT_ONCE)):
            with self.database.reading() as session:
                yield len(keys), sorted(set(keys) - referred_to(session, keys))

    def _is_ours(self, key: str) -> bool:
        try:
            self.objects.beginning(key, 1)
        except (MissingObject, Unopenable):
            return False
        except OSError:
            self.objects.check()  # away for everybody, or one that cannot be read
            return False
        return True

    def remove_objects(self, keys: Iterable[str]) -> int:
        """Remove those of the noted files that nothing refers to; gives how many went.

        Raises:
            Exception: What is out of order for everybody, or for too many: the others would fail as well.
        """
        done = failed = 0
        for key in keys:
            try:
                with self.database.writing() as session:
                    done += remove_noted(session, self.objects, key, self.now())
            except Exception as error:
                self.leave_for_later(key, error)
                failed += 1
                if failed >= _FAILURES:
                    raise
        return done

    def leave_for_later(self, what: str, error: Exception | None = None) -> None:
        """Set aside what failed by itself, or cannot be done yet: the others must not wait for it.

        Raises:
            Exception: When it is no fault of what was tried: it comes again with the next round.
        """
        if error is not None:
            if (away := outage(error)) == DATABASE:
                raise error
            if away is not None:
                self.objects.check()  # a bad place on the disk looks like a disk that is away
            log.error("letting go failed", what=what[:16], error=type(error).__name__)
        while len(self._aside) >= _MOST_ASIDE:
            self._aside.pop(next(iter(self._aside)))
        self._aside[what] = self.now() + SET_ASIDE

    def set_aside(self) -> list[str]:
        """What failed a short while ago in this process."""
        now = self.now()
        self._aside = {what: until for what, until in self._aside.items() if now < until <= now + SET_ASIDE}
        return list(self._aside)
