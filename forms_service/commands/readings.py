"""``forms-service scan`` and ``attachment``: reading what people bring."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import UnreadableDocument
from forms_service.commands.reading_in_words import print_attachment, print_scan
from forms_service.commands.reading_limits import within_limits
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    configuration,
    print_json,
    progress,
    started_installation,
    write_output,
)

if TYPE_CHECKING:
    from core.document_types import DocumentTypes
    from forms_service.ocr.attachments import AttachmentReading
    from forms_service.ocr.page_images import PageImage

_MOST_NAMED = 6
"""Kinds of documents named to whoever mistyped one."""


@click.group()
def scan() -> None:
    """Scans and photos of form pages."""


@scan.command("read")
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--debug-images", type=click.Path(file_okay=False, path_type=Path), help="Folder for crops.")
def read_scans(files: tuple[Path, ...], as_json: bool, debug_images: Path | None) -> int:
    """Read pages in any order and rotation: JPEG, PNG, HEIC, multi-page TIFF and PDF.

    A file that cannot be opened is told of on stderr; the others are read.  Exit code 1 when no page
    could be read or a file could not be opened, 2 when none could.
    """
    from forms_service.ocr.scan import read_scan
    from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words

    with within_limits(configuration().reading, len(files)):
        pages, unopened = _opened(files)
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
    data["problems"] += unopened  # type: ignore[operator]
    print_json(data) if as_json else print_scan(data)
    return 1 if unopened or not any(page.registered for page in reading.pages) else 0


def _opened(files: tuple[Path, ...]) -> tuple[list[PageImage], list[dict[str, object]]]:
    """The pages of every file that can be opened, and a problem for each that cannot.

    Raises:
        UnreadableDocument: None can, or it took too long.
    """
    from forms_service.ocr.page_images import load_pages

    pages: list[PageImage] = []
    problems: list[dict[str, object]] = []
    for number, file in enumerate(files, start=1):
        try:
            pages += [replace(page, file=str(file)) for page in load_pages(file.read_bytes(), str(file))]
        except UnreadableDocument as error:
            if error.code == "reading_timed_out" or (number == len(files) and not pages):
                raise
            click.echo(f"{file}: {' '.join(error.message.fr.split())}", err=True)
            problems.append(
                {"code": error.code, "message": error.message.as_dict(), "pages": [], "file": str(file)}
            )
    return pages, problems


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
    own_paper = [
        spec for spec in catalogue().forms() if not spec.shared_blocks
    ]  # the others ask the same kinds
    forms = (*own_paper, practice_sheet())
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
    read, nor of whom.  Where there is none, only a file asked for by --output is written.
    """
    from forms_service.bootstrap import build

    if output is not None and not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(output.parent)!r}", param_hint="--output")
    application = build(started_installation(configuration().database_url))
    try:
        rows = application.services.reading_evidence()
    finally:
        application.close()
    click.echo(f"{len(rows)} readings settled by reviewers", err=True)
    if not rows and output is None:
        return
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    write_output(lines.encode(), output, "reading-evidence.jsonl")


@click.group()
def attachment() -> None:
    """Documents handed in beside the form."""


@attachment.command("read")
@click.argument("file", type=INPUT_FILE)
@click.option("--as", "as_type", help="Document type the applicant says it is.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def read_document(file: Path, as_type: str | None, as_json: bool) -> int:
    """Recognise a document and read its facts.

    Exit code 1 when it is another document than --as says, a page of one of our forms (unless --as says
    so), or every page is blank; a document of no known type is no failure.
    """
    from forms_service.ocr.page_images import load_pages

    types = catalogue().document_types()
    if as_type is not None and as_type not in {*types.types, *types.classes}:
        near = ", ".join(get_close_matches(as_type, sorted(types.types), _MOST_NAMED, cutoff=0.0))
        told = f"{as_type!r} is no document type; the nearest: {near}; all: form_specs/document_types.yaml"
        raise click.BadParameter(told, param_hint="--as")
    with within_limits(configuration().reading):
        pages = load_pages(file.read_bytes(), str(file))
        reading = _read_paper(pages, types, as_type)
    data = reading.as_dict()
    print_json(data) if as_json else print_attachment(data, is_form=is_form_class(reading.class_id, types))
    codes = [warning.code for warning in reading.warnings]
    refused = {"type_mismatch", "other_kind", "form_page", "looks_like_form"}.intersection(codes)
    return 1 if refused or codes.count("blank") == len(pages) else 0


def _read_paper(pages: list[PageImage], types: DocumentTypes, as_type: str | None) -> AttachmentReading:
    """The file's paper; pages of our forms among it are told and not read as one."""
    from forms_service.ocr.attachments import read_attachment
    from forms_service.ocr.attachments.form_pages import (
        form_page_warnings,
        form_pages_among,
        reading_of_form,
    )
    from forms_service.ocr.attachments.warnings import warn

    forms = form_pages_among(pages)
    papers = [page for page in pages if page.page not in forms]
    if papers:
        reading = read_attachment(papers, types, as_type=as_type)
    else:
        reading = reading_of_form(next(iter(forms.values())), types)
    asked = as_type in types.types and reading.class_id in types.types[str(as_type)].reads_as
    if asked or as_type == reading.class_id:
        return replace(reading, type=str(as_type))
    told = form_page_warnings(forms)
    if papers and is_form_class(reading.class_id, types):
        told.append(warn("looks_like_form", form=types.label_of(reading.class_id)))
    return replace(reading, warnings=(*told, *reading.warnings))


def is_form_class(class_id: str, types: DocumentTypes) -> bool:
    """Whether a class is one of our own forms."""
    return "form" in types.types and class_id in types.types["form"].reads_as
