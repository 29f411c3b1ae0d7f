"""``forms-service dossier``: completeness of a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from core.completeness import CompletenessReport, assess_completeness
from core.dossier_file import DossierFile, parse_dossier_file
from core.errors import DossierError
from core.field_kinds.calendar_date import parse_date
from core.localized_text import LocalizedText
from forms_service.commands.shared import (
    INPUT_FILE,
    catalogue,
    configuration,
    print_json,
    read_text,
)


@click.group()
def dossier() -> None:
    """Dossier files (YAML or JSON)."""


@dossier.command("check")
@click.argument("file", type=INPUT_FILE)
@click.option("--on", "on_text", help="Day to judge on (YYYY-MM-DD); the file's own day, or today.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def check(file: Path, on_text: str | None, as_json: bool) -> int:
    """Tell what is missing and why; exit code 1 when the dossier is incomplete."""
    loaded = load_dossier(file)
    report = judge(loaded, on_text)
    if as_json:
        print_json(report.as_dict())
    else:
        _print_report(report)
    return 0 if report.complete else 1


def load_dossier(file: Path) -> DossierFile:
    """Read a dossier file under the spec it names."""
    types = catalogue().document_types()
    return parse_dossier_file(read_text(file), str(file), catalogue().get, {*types.types, *types.classes})


def judge(loaded: DossierFile, on_text: str | None = None) -> CompletenessReport:
    """The completeness of a loaded dossier on the day asked, the file's, or today."""
    on = parse_date(on_text) if on_text else loaded.on
    if on_text and on is None:
        raise DossierError(
            LocalizedText(
                ar=f"{on_text}: ليس تاريخا", fr=f"--on: {on_text!r} is not a day, expected YYYY-MM-DD"
            ),
            code="bad_input",
        )
    unreadable = {name: problem.message for name, problem in loaded.parsed.problems.items()}
    day = on or datetime.now(configuration().zone()).date()
    report = assess_completeness(loaded.spec, loaded.parsed.dossier, day, unreadable)
    return replace(report, findings=(*report.findings, *loaded.remarks))


def _print_report(report: CompletenessReport) -> None:
    click.echo("complete" if report.complete else "incomplete")
    for requirement in report.required:
        mark = "x" if requirement.satisfied else " "
        click.echo(f"  [{mark}] {requirement.type} ×{requirement.count}  {requirement.label.fr}")
    for finding in report.findings:
        click.echo(f"  {finding.severity.value}: {finding.message.fr}  ({finding.rule})")
        click.echo(f"      {finding.message.ar}")
