"""``forms-service scan`` and ``attachment``: reading what people bring."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from forms_service.commands.reading_limits import within_limits
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    configuration,
    print_json,
    progress,
    write_output,
)


@click.group()
def scan() -> None:
    """Scans and photos of form pages."""


@scan.command("read")
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--debug-images", type=click.Path(file_okay=False, path_type=Path), help="Folder for crops.")
def read_scans(files: tuple[Path, ...], as_json: bool, debug_images: Path | None) -> int:
    """Read pages in any order and rotation: JPEG, PNG, HEIC, multi-page TIFF and PDF.

    Exit code 1 when no page is one of our forms.
    """
    from forms_service.ocr.page_images import load_pages
    from forms_service.ocr.scan import read_scan
    from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words

    with within_limits(configuration().reading, len(files)):
        pages = [
            replace(page, file=str(file))
            for file in files
            for page in load_pages(file.read_bytes(), str(file))
        ]
        with progress("reading pages", len(pages)) as watch:
            done = iter(range(1, len(pages) + 1))
            reading = read_scan(
                pages,
                form_lookup(catalogue()),
                papers=printed_papers(catalogue()),
                printed=printed_words(catalogue()),
                features=page_features(catalogue()),
                debug_directory=debug_images,
                watch=lambda _page: watch(next(done)),
            )
    data = reading.as_dict()
    code = 0 if reading.anything_identified else 1
    if as_json:
        print_json(data)
        return code
    for page in data["pages"]:  # type: ignore[attr-defined]
        known = (
            f"{page['form']} v{page['version']} page {page['form_page']}" if page["form"] else "unknown page"
        )
        click.echo(f"{page['file']} [{page['page']}]: {known}")
    for name, field in data["fields"].items():  # type: ignore[attr-defined]
        click.echo(f"  {field['verdict']:<7} {field['confidence']:.2f}  {name}: {field['value']}")
    for problem in data["problems"]:  # type: ignore[attr-defined]
        click.echo(f"  ! {problem['message']['fr']}\n    {problem['message']['ar']}")
    return code


@scan.command("calibrate")
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the calibration, its tables and plot, and the journal of a run broken off.",
)
@click.option("--copies", type=click.IntRange(1, 5000), default=150, show_default=True, help="Of every form.")
@click.option(
    "--check",
    type=click.IntRange(0, 5000),
    default=45,
    show_default=True,
    help="Copies of every form in other fonts and names, to see what the calibration is worth.",
)
@click.option(
    "--seed", type=click.IntRange(0, 499), default=1, show_default=True, help="Another seed, other copies."
)
@click.option("--evidence", type=INPUT_FILE, help="What reviewers found: made by « scan evidence ».")
@click.option(
    "--check-on",
    type=click.Choice(["measuring", "proving"]),
    default="measuring",
    show_default=True,
    help="Material of the check; « proving » is for final figures alone.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    show_default="one a core",
    help="Copies read at once; they change nothing but the time it takes.",
)
def calibrate(
    folder: Path, copies: int, check: int, seed: int, evidence: Path | None, check_on: str, processes: int
) -> None:
    """Find out how far readings can be trusted, on rehearsed pages and on what reviewers found.

    Rehearses the published forms and a practice sheet of what they ask once only.  Writes
    confidence.json, coverage.md and reliability.svg.  The readers use confidence.json once it lies
    in forms_service/ocr/models.  A run broken off goes on where it stopped.
    """
    from forms_service.calibrating import CHECKED_ON, Calibrating, read_evidence
    from forms_service.rehearsal.practice_sheet import practice_sheet

    real = read_evidence(evidence) if evidence else []
    forms = (*catalogue().forms(), practice_sheet())
    run = Calibrating(forms, folder, copies, check, seed, CHECKED_ON[check_on], processes)
    with progress("filling, spoiling, reading", run.steps) as watch:
        run.collect(watch)
    given = f" --evidence {evidence.name}" if evidence else ""
    given += f" --check-on {check_on}" if check_on != "measuring" else ""
    command = f"forms-service scan calibrate --copies {copies} --check {check} --seed {seed}{given}"
    for path in run.conclude(command, date.today(), real):  # noqa: DTZ011  a note for people
        click.echo(str(path))


@scan.command("evidence")
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; « - » for stdout.")
def export_evidence(output: Path | None) -> None:
    """Export which readings reviewers found right or wrong, for « scan calibrate --evidence ».

    It holds the kind of each reading, what spoke for it and whether it was right: nothing of what was
    read, nor of whom.
    """
    from forms_service.bootstrap import build

    application = build(configuration())
    try:
        rows = application.services.reading_evidence()
    finally:
        application.close()
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    write_output(lines.encode(), output, "reading-evidence.jsonl")


@click.group()
def attachment() -> None:
    """Documents handed in beside the form."""


@attachment.command("read")
@click.argument("file", type=INPUT_FILE)
@click.option("--as", "as_type", help="Document type the applicant says it is.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def read_document(file: Path, as_type: str | None, as_json: bool) -> None:
    """Recognise a document and read its facts."""
    from forms_service.ocr.attachments import read_attachment
    from forms_service.ocr.page_images import load_pages

    types = catalogue().document_types()
    if as_type is not None and as_type not in {*types.types, *types.classes}:
        known = ", ".join(sorted(types.types))
        raise click.BadParameter(f"{as_type!r} is no document type; known: {known}", param_hint="--as")
    with within_limits(configuration().reading):
        reading = read_attachment(load_pages(file.read_bytes(), str(file)), types, as_type=as_type)
    data = reading.as_dict()
    if as_json:
        print_json(data)
        return
    click.echo(f"{data['type']}  ({data['confidence']:.2f})  valid until {data['valid_until'] or '-'}")
    for name, value in data["facts"].items():  # type: ignore[attr-defined]
        click.echo(f"  {name}: {value}")
    for warning in data["warnings"]:  # type: ignore[attr-defined]
        click.echo(f"  ! {warning}")
