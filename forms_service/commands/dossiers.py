"""``forms-service dossier``: completeness of a file, and the papers made of one."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from core.completeness import CompletenessReport, assess_completeness
from core.dossier_file import DossierFile, parse_dossier_file
from core.errors import DossierError
from core.field_kinds.calendar_date import parse_date
from core.localized_text import LocalizedText
from core.receipt import new_reference
from forms_service.commands.references import dossier_reference, shortened
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    configuration,
    describe_problems,
    print_json,
    read_text,
    write_output,
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


@dossier.command("cover")
@click.argument("file", type=INPUT_FILE)
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--reference", help="Reference of the dossier; a new one by default.")
@click.option("--on", "on_text", help="Day to judge on (YYYY-MM-DD); the file's own day, or today.")
def cover(file: Path, output: Path | None, reference: str | None, on_text: str | None) -> None:
    """Write the cover sheet to lay on top of a dossier's papers."""
    from forms_service.render.cover_sheet import render_cover_sheet
    from forms_service.services.cover_facts import cover_facts

    loaded = load_dossier(file)
    sheet = cover_facts(
        loaded.spec,
        loaded.parsed.dossier,
        judge(loaded, on_text),
        reference=_reference(reference),
        printed_at=datetime.now(configuration().zone()),
        types=catalogue().document_types(),
    )
    write_output(render_cover_sheet(sheet), output, f"cover-{sheet.reference}.pdf")


@dossier.command("summary")
@click.argument("file", type=INPUT_FILE)
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--reference", help="Reference of the dossier; a new one by default.")
@click.option("--on", "on_text", help="Day to judge on (YYYY-MM-DD); the file's own day, or today.")
def summary(file: Path, output: Path | None, reference: str | None, on_text: str | None) -> None:
    """Write the reviewer's summary: every answer, document and finding.  It holds personal data."""
    from forms_service.render.reviewer_summary import render_reviewer_summary
    from forms_service.services.summary_facts import summary_facts
    from forms_service.services.summary_of_file import summary_of_file

    loaded = load_dossier(file)
    if loaded.parsed.problems:
        raise DossierError(f"{file}: {describe_problems(loaded.parsed.problems)}", code="bad_input")
    now = datetime.now(configuration().zone())
    source = summary_of_file(
        loaded.spec, loaded.parsed.dossier, judge(loaded, on_text), _reference(reference), now
    )
    facts = summary_facts(source, catalogue(), now)
    write_output(render_reviewer_summary(facts), output, f"summary-{facts.reference}.pdf")


def _reference(given: str | None) -> str:
    """The reference asked for, in its printed form, or a new one.

    Raises:
        DossierError: ``bad_reference``.
    """
    return new_reference(secrets.randbelow) if given is None else dossier_reference(given)


def load_dossier(file: Path) -> DossierFile:
    """Read a dossier file under the spec it names."""
    types = catalogue().document_types()
    return parse_dossier_file(read_text(file), str(file), catalogue().get, {*types.types, *types.classes})


def judge(loaded: DossierFile, on_text: str | None = None) -> CompletenessReport:
    """The completeness of a loaded dossier on the day asked, the file's, or today."""
    on = parse_date(on_text) if on_text else loaded.on
    if on_text and on is None:
        raise DossierError(_NO_DAY.fill(given=shortened(on_text)), code="bad_input")
    unreadable = {name: problem.message for name, problem in loaded.parsed.problems.items()}
    day = on or datetime.now(configuration().zone()).date()
    report = assess_completeness(loaded.spec, loaded.parsed.dossier, day, unreadable)
    return replace(report, findings=(*report.findings, *loaded.remarks))


_NO_DAY = LocalizedText(
    ar="«{given}» ليس تاريخا موجودا. لم يُفحص الملف ولم يُكتب شيء. اكتبوا التاريخ هكذا: 2026-03-01.",
    fr="--on : « {given} » n'est pas un jour qui existe. Rien n'a été vérifié ni écrit. "
    "Écrivez-le ainsi : 2026-03-01.",
)


def _print_report(report: CompletenessReport) -> None:
    click.echo("complete" if report.complete else "incomplete")
    for requirement in report.required:
        mark = "x" if requirement.satisfied else " "
        click.echo(f"  [{mark}] {requirement.type} ×{requirement.count}  {requirement.label.fr}")
    for finding in report.findings:
        click.echo(f"  {finding.severity.value}: {finding.message.fr}  ({finding.rule})")
        click.echo(f"      {finding.message.ar}")
