"""``forms-service record``: take the record out, check it anywhere, close its days."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.record_check import Checked, Finding, RecordCheck, as_records
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    configuration,
    print_json,
    started_installation,
    user_name,
)
from forms_service.record_in_words import finding_in_words, sentences

if TYPE_CHECKING:
    from forms_service.record_seals import SealCheck

DAY = click.DateTime(["%Y-%m-%d"])
_KEYS = click.Path(exists=True, path_type=Path)


@click.group()
def record() -> None:
    """The record of who did and saw what: export, verify, seal."""


@record.command("export")
@click.option("--since", type=DAY, help="First day; from the beginning without it.")
@click.option("--until", type=DAY, help="Last day; to the latest line without it.")
@click.option("-o", "--output", type=OUTPUT_FILE, required=True, help="File to write; - for stdout.")
def export_record(since: datetime | None, until: datetime | None, output: Path) -> None:
    """Write the record as JSON Lines that anybody can verify offline."""
    from forms_service.bootstrap import build
    from forms_service.services.receipt_checks import operator

    console = operator(user_name())
    config = started_installation(configuration().database_url)
    application = build(config)
    try:
        days = since.date() if since else None, until.date() if until else None
        rows = application.services.export_record(console, *days)
        if str(output) == "-":
            for row in rows:
                sys.stdout.buffer.write(row)
            return
        _write(rows, output)
    finally:
        application.close()
    click.echo(str(output))


def _write(rows: Iterable[bytes], output: Path) -> None:
    """The file appears whole: what was cut off half-way would look like a record that was cut."""
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("wb") as file:
            file.writelines(rows)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


@record.command("verify")
@click.argument("file", type=INPUT_FILE, required=False)
@click.option("--keys", type=_KEYS, help="The service's public keys: a folder of them, or one file.")
@click.option(
    "--authorities", type=INPUT_FILE, help="Certificates of the time-stamping authorities to trust (PEM)."
)
@click.option("--seals", type=_KEYS, help="Seals that left the service: a folder of them, or one file.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify_record(
    file: Path | None, keys: Path | None, authorities: Path | None, seals: Path | None, as_json: bool
) -> int:
    """Tell the first line that was altered, taken out, put in or moved; exit code 1 if there is one.

    FILE is what «record export» wrote: it is checked without database and network.  Without FILE the
    record in the database is checked.
    """
    from forms_service.record_seals import SealCheck

    if file is None and (keys or seals or authorities):
        raise click.UsageError("--keys, --authorities and --seals go with FILE")
    check = SealCheck()
    if file is None:
        found = _verified_database()
    else:
        check = SealCheck(_trusted(keys), authorities.read_bytes() if authorities else b"")
        found = _verified_file(file, check, seals)
    if as_json:
        print_json(_as_dict(found, check))
    else:
        _say(found, check)
    return 0 if found.is_whole else 1


def _verified_database() -> Checked:
    from forms_service.bootstrap import build

    application = build(started_installation(configuration().database_url))
    try:
        return application.services.verify_record()
    finally:
        application.close()


def _verified_file(file: Path, check: SealCheck, seals: Path | None) -> Checked:
    apart = _Kept(seals, check)
    with file.open("rb") as rows:
        found = RecordCheck(check).run(apart.compared(as_records(rows)))
    if found.is_whole and apart.finding is not None:
        found.finding = apart.finding
    return found


class _Kept:
    """Seals that left the service: what the record says at each of them must be what they say."""

    def __init__(self, place: Path | None, check: SealCheck) -> None:
        self.finding: Finding | None = None
        self._heads: dict[int, tuple[str, str]] = {}
        files = [] if place is None else sorted(place.glob("*.json")) if place.is_dir() else [place]
        for path in files:
            with path.open("rb") as rows:
                for row, one in as_records(rows):
                    seal = one.get("seal") if one else None
                    if one is None or not isinstance(seal, dict):
                        raise click.UsageError(f"{path.name} is no seal (row {row})")
                    day, verdict = str(seal.get("day")), check(one)
                    if verdict.problem and self.finding is None:
                        self.finding = Finding(verdict.problem, 0, day=day)
                    self._heads[int(seal.get("last", 0))] = (day, str(seal.get("head")))

    def compared(self, records: Iterable[Any]) -> Iterable[Any]:
        """Pass the records on, looking at those that a seal is of."""
        for row, one in records:
            line = one.get("line") if one else None
            if isinstance(line, dict) and (known := self._heads.get(line.get("position", -1))):
                day, head = known
                if one.get("hash") != head and self.finding is None:
                    self.finding = Finding("seal_mismatch", line["position"], row, day=day)
            yield row, one


def _trusted(keys: Path | None) -> list[Any]:
    from forms_service.receipt_keys import ReceiptKeys, find_keys

    if keys is None:
        return []
    return list(find_keys(keys)) if keys.is_dir() else [ReceiptKeys.from_pem(keys.read_bytes())]


# --- words ----------------------------------------------------------------------------------------


def _say(found: Checked, check: SealCheck) -> None:
    """What was found, in both languages."""
    told = list(sentences(found, check.signers))
    for one in told:
        click.echo(one.fr)
    for one in told:
        click.echo(one.ar)


def _as_dict(found: Checked, check: SealCheck) -> dict[str, Any]:
    finding = found.finding
    return {
        "whole": found.is_whole,
        "first": found.first,
        "last": found.last,
        "lines": found.lines,
        "head": found.head,
        "seals": found.seals,
        "sealed_to": found.sealed_to,
        "stamped_to": found.stamped_to,
        "erased": found.erased,
        "notes": sorted(found.notes),
        "signers": sorted(check.signers),
        "finding": None
        if finding is None
        else {
            "code": finding.code,
            "position": finding.position,
            "until": finding.until,
            "row": finding.row,
            "day": finding.day,
            "message": finding_in_words(finding).as_dict(),
        },
    }


@record.command("seal")
def seal_record() -> None:
    """Close every day that is over now, as a worker does on its rounds."""
    from forms_service.bootstrap import build

    application = build(started_installation(configuration().database_url))
    try:
        closed = application.services.close_days()
    finally:
        application.close()
    days = "day" if closed == 1 else "days"
    click.echo(f"{closed} {days} closed" + ("" if closed else ": a day closes after it is over, from 00:10"))
