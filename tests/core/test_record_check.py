"""Whatever is done to a record, the check names the first line it was done to."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.record_chain import BEGINNING, canonical, commitment, digest, line_of
from core.record_check import Checked, RecordCheck, as_records

SALT = "00112233445566778899aabbccddeeff"
MADE_AT = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
LAST = 7


def made(position: int, previous: str, **other: Any) -> dict[str, Any]:
    name = other.pop("name", "Agence")
    line = line_of(
        position=position,
        previous=previous,
        at=MADE_AT + timedelta(hours=position),
        actor="a" * 22,
        name=commitment(SALT, name),
        action=other.pop("action", "uploaded"),
        dossier="d" * 22,
        revision=position,
        details={"fields": ["b", "a"], "of": {"ن": None, "é": True}},
    )
    return {"line": line, "hash": digest(line), "name": {"salt": SALT, "name": name}}


def seal_of(number: int, first: int, last: int, head: str, previous: str) -> dict[str, Any]:
    content = {"number": number, "day": f"2026-03-0{number + 1}", "first": first, "last": last, "head": head}
    content |= {"lines": last - first + 1, "previous": previous, "sealed_at": "2026-03-09T00:10:00.000000Z"}
    return {"seal": {**content, "key": "K", "late": False, "whole": True}, "signature": "-"}


def a_record() -> list[dict[str, Any]]:
    """A header, seven lines, a seal behind the third and one behind the fifth."""
    rows, previous, seals = [], BEGINNING, BEGINNING
    for position in range(1, LAST + 1):
        rows.append(made(position, previous))
        previous = rows[-1]["hash"]
        if position in (3, 5):
            number, first = (1, 1) if position == 3 else (2, 4)
            rows.append(seal_of(number, first, position, previous, seals))
            seals = digest(rows[-1]["seal"])
    header = {"first": 1, "last": LAST, "lines": LAST, "seals": 2, "previous": BEGINNING, "head": previous}
    return [{"header": header}, *rows]


def check(rows: list[dict[str, Any]]) -> Checked:
    text = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    return RecordCheck().run(as_records(text))


def at(rows: list[dict[str, Any]], position: int) -> int:
    """Where a line stands among the rows."""
    return next(n for n, row in enumerate(rows) if "line" in row and row["line"]["position"] == position)


def told(rows: list[dict[str, Any]]) -> tuple[str, int]:
    found = check(rows)
    assert found.finding is not None, "nothing was found wrong"
    return found.finding.code, found.finding.position


def test_the_canonical_form_is_what_the_docs_say_byte_for_byte() -> None:
    line = {"b": [1, {"ن": "é"}], "a": None, "c": 'x/\\"'}
    assert canonical(line) == b'{"a":null,"b":[1,{"\\u0646":"\\u00e9"}],"c":"x/\\\\\\""}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_whole_record_is_whole_and_says_how_far_it_is_sealed() -> None:
    found = check(a_record())
    assert found.is_whole
    assert (found.first, found.last, found.lines, found.seals, found.sealed_to) == (1, LAST, LAST, 2, 5)
    assert found.sealed_day == "2026-03-03"


@pytest.mark.parametrize("position", range(1, LAST + 1))
@pytest.mark.parametrize("name", ["action", "actor", "at", "details", "dossier", "name", "revision"])
def test_a_line_that_was_altered_is_named(position: int, name: str) -> None:
    rows = a_record()
    line = rows[at(rows, position)]["line"]
    line[name] = {"fields": []} if name == "details" else "altered"
    assert told(rows) == ("altered", position)


@pytest.mark.parametrize("position", range(1, LAST))
def test_a_line_rewritten_with_its_hash_breaks_the_chain_or_its_seal(position: int) -> None:
    rows = a_record()
    place = at(rows, position)
    rows[place] = made(position, rows[place]["line"]["previous"], action="removed")
    broken = "seal_mismatch" if position in (3, 5) else "unlinked"
    assert told(rows) == (broken, position if position in (3, 5) else position + 1)


def test_rewriting_everything_after_a_line_is_told_by_the_next_seal() -> None:
    rows, previous = a_record(), BEGINNING
    for place, row in enumerate(rows):
        if "line" in row:
            position = row["line"]["position"]
            rows[place] = made(position, previous, action="removed" if position == 2 else "uploaded")
            previous = rows[place]["hash"]
    assert told(rows) == ("seal_mismatch", 3)


@pytest.mark.parametrize("position", range(1, LAST + 1))
def test_a_line_that_was_taken_out_is_named(position: int) -> None:
    rows = a_record()
    del rows[at(rows, position)]
    assert told(rows) == ("cut" if position == LAST else "missing", position)


def test_lines_taken_out_together_are_counted() -> None:
    rows = a_record()
    kept = [row for row in rows if "line" not in row or row["line"]["position"] not in (4, 5, 6)]
    finding = check([row for row in kept if "seal" not in row or row["seal"]["number"] == 1]).finding
    assert finding is not None
    assert (finding.code, finding.position, finding.until) == ("missing", 4, 6)


@pytest.mark.parametrize("position", range(1, LAST))
def test_lines_that_changed_places_are_told_as_moved(position: int) -> None:
    rows = a_record()
    one, other = at(rows, position), at(rows, position + 1)
    rows[one], rows[other] = rows[other], rows[one]
    assert told(rows) == ("moved", position)


@pytest.mark.parametrize("position", range(1, LAST + 1))
def test_a_line_put_in_is_told(position: int) -> None:
    rows = a_record()
    place = at(rows, position)
    rows.insert(place + 1, made(position, rows[place]["line"]["previous"], action="removed"))
    assert told(rows) == ("inserted", position)
    rows = a_record()
    rows.append(made(LAST + 1, rows[-1]["hash"]))
    assert told(rows) == ("inserted", LAST + 1)


def test_an_erased_name_is_no_alteration_and_another_name_is() -> None:
    rows = a_record()
    rows[at(rows, 2)]["name"] = {"erased_at": "2026-03-09T00:00:00.000000Z"}
    found = check(rows)
    assert (found.is_whole, found.erased) == (True, 1)
    rows[at(rows, 4)]["name"]["name"] = "Quelqu'un d'autre"
    assert told(rows) == ("name_altered", 4)


@pytest.mark.parametrize("field", ["day", "first", "lines", "sealed_at", "key"])
def test_a_seal_that_was_altered_is_told_by_the_next_one(field: str) -> None:
    rows = a_record()
    (first, _) = [row for row in rows if "seal" in row]
    first["seal"][field] = 9 if field in ("first", "lines") else "2026-03-09"
    assert told(rows)[0] == "seal_altered"


def test_a_seal_that_was_taken_out_is_missed() -> None:
    for number in (1, 2):
        rows = [row for row in a_record() if row.get("seal", {}).get("number") != number]
        assert told(rows)[0] == "seal_missing"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[1:],
        lambda text: text[: len(text) - 1] + b',"hash":"-"}',
        lambda text: b"[" * 100_000,
        lambda text: b'{"line":{"position":true}}',
        lambda text: b'{"line":[1]}',
        lambda text: b'{"seal":{"last":-1}}',
        lambda text: text.replace(b'"details":{', b'"details":{"x":NaN,'),
        lambda text: text.replace(b'"revision":2', b'"revision":2,"more":1'),
        lambda text: b"\xff\xfe",
    ],
)
def test_what_is_no_record_is_refused_and_never_falls_over(spoil: Callable[[bytes], bytes]) -> None:
    rows = a_record()
    text = [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows]
    text[2] = spoil(text[2])
    found = RecordCheck().run(as_records(text))
    assert not found.is_whole
    assert found.last == 1


def test_without_its_header_a_file_is_no_export() -> None:
    assert told(a_record()[1:])[0] == "no_header"
    assert told([])[0] == "no_header"
    rows = a_record()
    rows[0]["header"] = {**rows[0]["header"], "last": "7"}
    assert told(rows)[0] == "no_header"


def test_a_part_of_a_record_is_checked_from_where_it_begins() -> None:
    rows = a_record()
    part = copy.deepcopy([rows[0], *rows[at(rows, 4) :]])
    part[0]["header"] |= {"first": 4, "lines": 4, "seals": 1, "previous": rows[at(rows, 3)]["hash"]}
    found = check(part)
    assert (found.is_whole, found.first, found.last) == (True, 4, LAST)
