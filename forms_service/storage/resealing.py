"""Seals anew, little by little and while the service works, what an older key sealed or what still lies open.

A key may be forgotten only when nothing is sealed with it: that is counted here, in every sealed column and
every paper, never assumed.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Column, Table, Text, literal, select, tuple_, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms_service.keyring import REFRESH_SECONDS, STALE_SECONDS, Keyring, Unopenable, sealed_by
from forms_service.storage.data_keys import KeyChest
from forms_service.storage.database import Database
from forms_service.storage.key_models import ResealingRow
from forms_service.storage.models import Base
from forms_service.storage.objects import MissingObject
from forms_service.storage.sealed_columns import SealedColumn, opened, sealed
from forms_service.storage.sealed_objects import SealedStore

PAPERS = "papers"
ROUND_SECONDS = 1.0
"""What one round of a worker may take; the next one goes on where it ended."""

BATCH = 200
_CLAIM = timedelta(minutes=2)
_SETTLED = timedelta(seconds=2 * REFRESH_SECONDS)
"""Until then most processes may still seal with the key before; what they do later is counted, and sealed anew."""

_LONGEST_WRITE = timedelta(hours=12)
"""Far above any transaction (an idle one is ended after 5 minutes), the retries of a bucket and wrong clocks."""

RETIRED = timedelta(seconds=STALE_SECONDS) + _LONGEST_WRITE
"""How long a key only opens before it may be forgotten: until then something sealed with it may still land.

A process that cannot look for newer keys seals with the one it has for ``STALE_SECONDS``; what it sealed last
is written ``_LONGEST_WRITE`` later at the latest.
"""

OPEN = 0
"""Stands for «no key» where it is counted what lies open."""

log = structlog.get_logger(__name__)

Key = tuple[Any, ...]


class KeyNeeded(ValueError):
    """A data key cannot go now.

    Attributes:
        why: ``unknown``, ``newest`` or ``young``.
        until: From when a young one may go.
    """

    def __init__(self, number: int, why: str, until: datetime | None = None) -> None:
        super().__init__(number, why)
        self.why, self.until = why, until


class Resealing:
    """Goes through everything that is sealed, table by table and paper by paper."""

    def __init__(
        self,
        database: Database,
        papers: SealedStore,
        chest: KeyChest,
        ring: Keyring,
        clock: Callable[[], datetime],
        key_days: int = 0,
    ) -> None:
        """Prepare; ``key_days`` is the age at which a key is followed by a new one, 0 for never."""
        self.database = database
        self.papers = papers
        self.chest = chest
        self.ring = ring
        self.clock = clock
        self.key_days = key_days
        self._walk: Iterator[str] | None = None

    # --- keys -----------------------------------------------------------------------------------

    def renew(self) -> int:
        """Make a new data key; everything written from now on is sealed with it.  Gives its number."""
        with self.database.writing() as session:
            number = self.chest.add(session, self.clock())
        self.ring.look_again()
        return number

    def renew_when_old(self) -> bool:
        """Make a new data key if the newest is older than the settings allow; whether one was made."""
        made_at = self.chest.listed()[-1].made_at
        if not self.key_days or self.clock() - made_at < timedelta(days=self.key_days):
            return False
        try:
            self.renew()
        except IntegrityError:
            return False  # another worker was first
        log.info("made a new data key")
        return True

    # --- a round of a worker --------------------------------------------------------------------

    def round(self, seconds: float = ROUND_SECONDS) -> int:
        """Seal anew for about that long, if anything wants it; how many values and papers were."""
        self.renew_when_old()
        newest = self.chest.listed()[-1]
        if self.clock() - newest.made_at < _SETTLED and newest.number > 1:
            return 0
        done, places = 0, self._not_gone_through(newest.number)
        until = time.monotonic() + seconds
        for place in places:
            if self._claim(place, newest.number):
                done += self._go_on(place, newest.number, until)
            if time.monotonic() >= until:
                break
        if done:
            self._let_go_of_what_lay_open()
        return done

    def everything(self, tell: Callable[[str, int], None] = lambda *_: None) -> int:
        """Seal all that is not sealed with the newest key, whatever rounds have done; how much that was."""
        self.ring.look_again()
        number, total = self.ring.newest, 0
        for place in (*sealed_tables(), PAPERS):
            self._note(place, number, None, is_done=False)
            self._walk = None
            found = self._go_on(place, number, float("inf"))
            total += found
            tell(place, found)
        self._let_go_of_what_lay_open()
        return total

    def _let_go_of_what_lay_open(self) -> None:
        """Empty SQLite's log, where what was replaced would lie on; PostgreSQL sees to it when it vacuums."""
        if self.database.engine.dialect.name == "sqlite":
            with self.database.engine.connect().execution_options(reading_only=True) as connection:
                connection.rollback()
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _go_on(self, place: str, number: int, until: float) -> int:
        if place == PAPERS:
            return self._papers(number, until)
        return self._table(Base.metadata.tables[place], number, until)

    def _table(self, table: Table, number: int, until: float) -> int:
        total, columns = 0, sealed_columns(table)
        with self.database.reading() as session:
            held = session.get(ResealingRow, table.name)
            reached: Key | None = tuple(json.loads(held.reached)) if held and held.reached else None
        while True:
            with self.database.reading() as session:
                rows = session.execute(_after(table, columns, reached)).all()
            width = len(table.primary_key.columns)
            stale = [tuple(row[:width]) for row in rows if _is_stale(row[width:], number)]
            if rows:
                reached = tuple(rows[-1][:width])
            is_done = len(rows) < BATCH
            if stale:
                with self.database.writing() as session:
                    total += sum(self._row(session, table, columns, one, number) for one in stale)
            if is_done or stale or time.monotonic() >= until:
                self._note(table.name, number, reached, is_done=is_done)
            if is_done or time.monotonic() >= until:
                return total

    def _row(self, session: Session, table: Table, columns: Columns, key: Key, number: int) -> int:
        """Seal one row anew, as it is now."""
        found = session.execute(_stored(table, columns).where(_is(table, key)).with_for_update()).first()
        if found is None:
            return 0  # erased meanwhile
        changed: dict[str, Any] = {}
        for column, stored in zip(columns, found[len(table.primary_key.columns) :], strict=True):
            if stored is None or sealed_by(stored) == number:
                continue
            kind = column.type
            assert isinstance(kind, SealedColumn)  # noqa: S101 - chosen so
            try:
                text = sealed(self.ring, kind.place, opened(self.ring, kind, stored))
            except (Unopenable, ValueError):
                log.error("a sealed value does not open", table=table.name, column=column.name)
                continue
            changed[column.name] = literal(text, Text())
        if changed:
            session.execute(update(table).where(_is(table, key)).values(changed))
        return len(changed)

    def _papers(self, number: int, until: float) -> int:
        if self._walk is None:
            self._walk = self.papers.keys()
        total = 0
        for key in self._walk:
            total += self.papers.reseal(key)
            if time.monotonic() >= until:
                self._note(PAPERS, number, None, is_done=False)
                return total
        self._walk = None
        self._note(PAPERS, number, None, is_done=True)
        return total

    # --- how far ----------------------------------------------------------------------------------

    def _not_gone_through(self, number: int) -> list[str]:
        """The places where something may still want sealing."""
        with self.database.reading() as session:
            held = {one.place: one for one in session.scalars(select(ResealingRow))}
        done = {place for place, one in held.items() if one.number == number and one.done_at}
        return [place for place in (*sealed_tables(), PAPERS) if place not in done]

    def _claim(self, place: str, number: int) -> bool:
        """Take a place for a while; False when it is done, or another worker has it."""
        now = self.clock()
        with self.database.reading() as session:
            held = session.get(ResealingRow, place)
            if held and held.number == number and (held.done_at or _later(held.held_until, now)):
                return False
        try:
            with self.database.writing() as session:
                held = session.get(ResealingRow, place, with_for_update=True)
                if held is None:
                    session.add(ResealingRow(place=place, number=number, held_until=now + _CLAIM))
                    return True
                if held.number != number:
                    held.number, held.reached, held.done_at = number, None, None
                elif held.done_at or _later(held.held_until, now):
                    return False
                held.held_until = now + _CLAIM
        except IntegrityError:
            return False  # another worker was first
        return True

    def _note(self, place: str, number: int, reached: Key | None, *, is_done: bool) -> None:
        with self.database.writing() as session:
            held = session.get(ResealingRow, place, with_for_update=True)
            if held is None:
                session.add(held := ResealingRow(place=place, number=number))
            held.number, held.held_until = number, None
            held.reached = json.dumps(reached) if reached else None
            held.done_at = self.clock() if is_done else None

    # --- counting -------------------------------------------------------------------------------

    def counted(self) -> dict[str, Counter[int]]:
        """How many values and papers are sealed with which key, by place; under ``OPEN`` what lies open."""
        found: dict[str, Counter[int]] = {}
        for name in sealed_tables():
            table = Base.metadata.tables[name]
            for column in sealed_columns(table):
                counts: Counter[int] = Counter()
                with self.database.reading() as session:
                    stored = select(type_coerce(column, Text)).where(column.is_not(None))
                    for text in session.scalars(stored.execution_options(yield_per=1000)):
                        counts[sealed_by(text) or OPEN] += 1
                found[f"{name}.{column.name}"] = counts
        found[PAPERS] = self._counted_papers()
        return found

    def forget(self, number: int) -> Counter[str]:
        """Remove a data key for good; where something is sealed with it, it stays and that is given.

        It is counted again once the key is gone, and the key put back should something have landed meanwhile.

        Raises:
            KeyNeeded: There is none of that number, it is the newest, or it has not been followed by another
                for long enough (``RETIRED``): something sealed with it may still be on its way.
        """
        keys = self.chest.listed()
        after = [one for one in keys if one.number > number]
        if all(one.number != number for one in keys):
            raise KeyNeeded(number, "unknown")
        if not after:
            raise KeyNeeded(number, "newest")
        if self.clock() < (idle_from := after[0].made_at + RETIRED):
            raise KeyNeeded(number, "young", idle_from)
        in_use = self._in_use(number)
        if in_use:
            return in_use
        with self.database.writing() as session:
            gone = self.chest.forget(session, number)
        in_use = self._in_use(number)
        if in_use:
            with self.database.writing() as session:
                self.chest.put_back(session, gone)
            log.error("a key is needed again that was being forgotten", number=number, places=sorted(in_use))
        self.ring.look_again()
        return in_use

    def _in_use(self, number: int) -> Counter[str]:
        """Where something is sealed with that key."""
        return Counter({place: counts[number] for place, counts in self.counted().items() if counts[number]})

    def _counted_papers(self) -> Counter[int]:
        counts: Counter[int] = Counter()
        every = self.papers.keys()
        for key in every:
            try:
                counts[self.papers.sealed_with(key) or OPEN] += 1
            except MissingObject:
                continue  # removed meanwhile
        return counts


Columns = Sequence[Column[Any]]


def sealed_tables() -> tuple[str, ...]:
    """Names of the tables that have sealed columns."""
    return tuple(one.name for one in Base.metadata.sorted_tables if sealed_columns(one))


def sealed_columns(table: Table) -> Columns:
    """The sealed columns of a table."""
    return [one for one in table.columns if isinstance(one.type, SealedColumn)]


def _stored(table: Table, columns: Columns) -> Any:
    """Rows as they lie there: the primary key, then what is sealed, unopened."""
    return select(*table.primary_key.columns, *(type_coerce(one, Text).label(one.name) for one in columns))


def _after(table: Table, columns: Columns, reached: Key | None) -> Any:
    key = list(table.primary_key.columns)
    query = _stored(table, columns).order_by(*key).limit(BATCH)
    if reached is None:
        return query
    return query.where(
        tuple_(*key) > tuple_(*(literal(one) for one in reached)) if len(key) > 1 else key[0] > reached[0]
    )


def _is(table: Table, key: Key) -> Any:
    conditions = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
    found = conditions[0]
    for one in conditions[1:]:
        found = found & one
    return found


def _is_stale(stored: Sequence[str | None], number: int) -> bool:
    return any(one is not None and sealed_by(one) != number for one in stored)


def _later(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now
