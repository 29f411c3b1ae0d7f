"""Checks a record line by line: the first line that was altered, taken out, put in or moved is named.

What is checked is a row of records as an export holds them, one mapping each: a ``header``, then ``line`` with
its ``hash`` and ``name``, and ``seal`` wherever a day was closed.  Nothing is kept but the last line: a record
of any length is checked in little memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.record_chain import BEGINNING, NAMES, canonical, digest, is_commitment

Record = Mapping[str, object]
SEAL_NAMES = frozenset(
    ("day", "first", "head", "key", "last", "late", "lines", "number", "previous", "sealed_at", "whole")
)
_HEADER_NUMBERS = ("first", "last", "lines", "seals")


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong.

    Attributes:
        code: ``altered``, ``missing``, ``cut``, ``moved``, ``inserted``, ``unlinked``, ``name_altered``, ``outside``,
            ``unreadable``, ``no_header``; of seals ``seal_altered``, ``seal_missing`` or what the check of
            signatures says.
        position: The line it is about; of ``missing`` the first that is.
        row: Where in the file, counted from 1; 0 for a database.
        until: The last one, where several are missing.
        day: The day of the seal it is about.
    """

    code: str
    position: int
    row: int = 0
    until: int = 0
    day: str = ""


@dataclass(slots=True)
class Checked:
    """How far a record was checked, and the first thing found wrong."""

    first: int = 0
    last: int = 0
    lines: int = 0
    erased: int = 0
    head: str = BEGINNING
    seals: int = 0
    sealed_to: int = 0
    sealed_day: str = ""
    stamped_to: int = 0
    since: str = ""
    until: str = ""
    finding: Finding | None = None
    notes: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found wrong."""
        return self.finding is None


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """What the check of a signature and its time-stamp says: a code when wrong, and what is to be known."""

    problem: str = ""
    stamped: bool = False
    notes: frozenset[str] = frozenset()


def as_records(rows: Iterable[bytes]) -> Iterator[tuple[int, Record | None]]:
    """The records of a file with their row; None for what is none."""
    for row, text in enumerate(rows, start=1):
        if text.strip():
            yield row, _record(text)


def _record(text: bytes) -> Record | None:
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name that stands twice would be read one way here and another way elsewhere."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


class RecordCheck:
    """Checks one record from its beginning to its end.

    Args:
        seal: Judges signature and time-stamp of a seal or a header; nothing is judged without it.
        previous: Hash of the line before the first, where it is known.
    """

    def __init__(
        self, seal: Callable[[Record], SealVerdict] | None = None, previous: tuple[int, str] | None = None
    ) -> None:
        self._judge = seal
        self._next = None if previous is None else previous[0] + 1
        self._hash = None if previous is None else previous[1]
        self._header: Mapping[str, object] = {}
        self._last_seal: Mapping[str, object] | None = None
        self.found = Checked()

    def run(self, records: Iterable[tuple[int, Record | None]], *, with_header: bool = True) -> Checked:
        """Read on until something is wrong, or to the end."""
        rows = iter(records)
        for row, record in rows:
            is_first = with_header and not self._header
            finding = self._header_of(row, record) if is_first else self._next_record(row, record)
            if finding is not None:
                self.found.finding = self._missing_or_moved(finding, rows)
                return self.found
        self.found.finding = self._at_the_end(with_header)
        return self.found

    # --- details --------------------------------------------------------------------------------

    def _header_of(self, row: int, record: Record | None) -> Finding | None:
        header = record.get("header") if record is not None else None
        if (
            record is None
            or not isinstance(header, dict)
            or not isinstance(header.get("previous"), str)
            or not all(_is_number(header.get(name)) for name in _HEADER_NUMBERS)
        ):
            return Finding("no_header", 0, row)
        self._header, self._next, self._hash = header, header["first"], header["previous"]
        if self._next == 1 and self._hash != BEGINNING:
            return Finding("unlinked", 1, row)
        return self._judged(record, Finding("", 0, row))

    def _next_record(self, row: int, record: Record | None) -> Finding | None:
        if record is not None and isinstance(record.get("line"), dict):
            return self._line(row, record)
        if record is not None and isinstance(record.get("seal"), dict):
            return self._seal(row, record)
        if record is not None and isinstance(record.get("missing"), dict):
            return Finding("missing", self._next or 0, row, until=_until(record["missing"]))
        return Finding("unreadable", self._next or 0, row)

    def _line(self, row: int, record: Record) -> Finding | None:
        line = record["line"]
        assert isinstance(line, dict)  # noqa: S101 - the caller looked
        position = line.get("position")
        if set(line) != set(NAMES) or not isinstance(position, int) or not _is_number(position):
            return Finding("altered", self._next or 0, row)
        try:
            hashed = digest(line)
        except (ValueError, TypeError, RecursionError):
            hashed = ""
        if hashed != record.get("hash"):
            return Finding("altered", position, row)
        if self._next is None:
            self._next, self._hash = position, str(line["previous"])
        if position > self._next:
            return Finding("missing", self._next, row, until=position - 1)
        if position < self._next:
            return Finding("inserted", position, row)
        if line["previous"] != self._hash:
            return Finding("unlinked", position, row)
        if not self._name_holds(record, line):
            return Finding("name_altered", position, row)
        self._accept(line, position, hashed)
        return None

    def _name_holds(self, record: Record, line: Mapping[str, object]) -> bool:
        name = record.get("name")
        if not isinstance(name, dict):
            return False
        if "salt" not in name and "name" not in name:
            self.found.erased += 1
            return True
        return is_commitment(line["name"], str(name.get("salt")), str(name.get("name")))

    def _accept(self, line: Mapping[str, object], position: int, hashed: str) -> None:
        found = self.found
        found.first = found.first or position
        found.last, found.head, found.lines = position, hashed, found.lines + 1
        found.since, found.until = found.since or str(line["at"]), str(line["at"])
        self._next, self._hash = position + 1, hashed

    def _seal(self, row: int, record: Record) -> Finding | None:
        seal = record["seal"]
        assert isinstance(seal, dict)  # noqa: S101 - the caller looked
        day, last = str(seal.get("day", ""))[:10], seal.get("last")
        position = last if isinstance(last, int) and _is_number(last) else 0
        if set(seal) != SEAL_NAMES or not _is_number(last) or not _is_number(seal["number"]):
            return Finding("seal_altered", position, row, day=day)
        before = self._last_seal
        if before is not None and seal["number"] != int(str(before["number"])) + 1:
            return Finding("seal_missing", position, row, day=day)
        if before is not None and seal["previous"] != digest(before):
            return Finding("seal_altered", position, row, day=day)
        if position > (self._next or 1) - 1:
            return Finding("missing", self._next or 1, row, until=position)
        if position != (self._next or 1) - 1 or seal["head"] != self._hash:
            return Finding("seal_mismatch", position, row, day=day)
        self._last_seal = seal
        self.found.seals += 1
        self.found.sealed_to, self.found.sealed_day = position, day
        if seal["late"]:
            self.found.notes.add("late")
        return self._judged(record, Finding("", position, row, day=day))

    def _judged(self, record: Record, place: Finding) -> Finding | None:
        if self._judge is None:
            return None
        verdict = self._judge(record)
        self.found.notes |= verdict.notes
        if verdict.stamped:
            self.found.stamped_to = place.position
        if verdict.problem:
            return Finding(verdict.problem, place.position, place.row, day=place.day)
        return None

    def _missing_or_moved(self, finding: Finding, rest: Iterator[tuple[int, Record | None]]) -> Finding:
        """A line that comes later was moved; one that never comes was taken out."""
        if finding.code != "missing":
            return finding
        for _, record in rest:
            line = record.get("line") if record is not None else None
            if isinstance(line, dict) and line.get("position") == finding.position:
                return Finding("moved", finding.position, finding.row)
        return finding

    def _at_the_end(self, with_header: bool) -> Finding | None:
        header = self._header
        if not header:
            return Finding("no_header", 0) if with_header else None
        reached = (self._next or 1) - 1
        last, seals = int(str(header["last"])), int(str(header["seals"]))
        if reached < last:
            return Finding("cut", reached + 1, until=last)
        if reached > last or header.get("head") != self._hash:
            return Finding("inserted", last + 1)
        if self.found.seals < seals:
            return Finding("seal_missing", self.found.sealed_to, day=self.found.sealed_day)
        return None


def signed_bytes(record: Record) -> bytes:
    """What the signature of a header or a seal covers."""
    content = record.get("seal", record.get("header"))
    if not isinstance(content, dict):
        raise ValueError("nothing is signed here")
    return canonical(content)


def _until(gap: object) -> int:
    """The last line of a gap that the database itself tells."""
    last = gap.get("last") if isinstance(gap, dict) else None
    return last if isinstance(last, int) and _is_number(last) else 0


def _is_number(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53
