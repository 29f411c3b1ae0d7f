"""Walks every sample person the whole way: spec, paper, scans, documents, judgement, receipt.

What each step made is written beside the others, so that a newcomer can open it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from core.completeness import assess_completeness
from core.deposit import receipt_for
from core.dossier import answers_from_paper, printed_answers
from core.dossier_file import DossierFile, parse_dossier_file
from core.extraction import Verdict
from core.receipt import new_reference
from forms_service.config import Config
from forms_service.spec_catalogue import SpecCatalogue


@dataclass(frozen=True, slots=True)
class _Walk:
    """What every step needs: the specs, the signer, the person's folder and the folder for results."""

    config: Config
    catalogue: SpecCatalogue
    signer: Any
    person: Path
    results: Path

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.results / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path


def samples_folder() -> Path:
    """Where the sample people lie: in a checkout, beside the package."""
    return Path(__file__).resolve().parent.parent / "samples"


def walk_samples(output: Path) -> int:
    """Walk every sample person and print what happened and where the results lie.

    Returns:
        0 when every step of every person gave what it should, else 1.
    """
    from forms_service.receipt_identity import signer_for

    config = Config.from_environment()
    catalogue = SpecCatalogue.load(config.spec_folder)
    signer = signer_for(config.keys_folder, config.receipt_identity, config.receipt_passphrase)
    people = sorted(samples_folder().glob("*/*/dossier.yaml"))
    if not people:
        click.echo("There are no samples here; in a checkout make them with: make samples", err=True)
        return 1
    sound = True
    for number, file in enumerate(people, start=1):
        folder = output / file.parent.parent.name / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        click.echo(f"\n[{number}/{len(people)}] {file.parent.parent.name} · {file.parent.name}")
        sound &= _walk_person(_Walk(config, catalogue, signer, file.parent, folder))
    click.echo(f"\nEverything lies under {output}/")
    return 0 if sound else 1


def _walk_person(walk: _Walk) -> bool:
    text = (walk.person / "dossier.yaml").read_text(encoding="utf-8")
    loaded = parse_dossier_file(text, str(walk.person / "dossier.yaml"), walk.catalogue.get)
    steps = (_print_forms, _read_typed_pdf, _read_scans, _read_documents, _judge_and_acknowledge)
    return all([step(walk, loaded) for step in steps])


def _say(step: str, result: str, path: Path | None = None) -> None:
    click.echo(f"  {step:<18} {result}" + (f"\n{'':<21}→ {path}" if path else ""))


def _print_forms(walk: _Walk, loaded: DossierFile) -> bool:
    from forms_service.render.form_pdf import render_blank, render_filled

    answers = loaded.parsed.dossier.answers()
    reference = new_reference(secrets.randbelow)
    _say("blank", f"reference {reference}", walk.write("blank.pdf", render_blank(loaded.spec, reference)))
    printed, _ = printed_answers(loaded.spec, loaded.parsed.dossier)
    filled = render_filled(loaded.spec, printed, reference=reference)
    _say("filled", f"{len(answers)} answers", walk.write("filled.pdf", filled))
    return True


def _read_typed_pdf(walk: _Walk, loaded: DossierFile) -> bool:
    from forms_service.render.form_pdf import read_values

    read = read_values((walk.results / "filled.pdf").read_bytes())
    values, problems = answers_from_paper(loaded.spec, read.values)
    printed = {one.id for one in loaded.spec.printed_fields() if one.kind != "signature"}
    wanted = {name: value for name, value in loaded.parsed.dossier.answers().items() if name in printed}
    same = sum(values.get(name) == value for name, value in wanted.items())
    _say("typed PDF read", f"{same} of {len(wanted)} values exact")
    return same == len(wanted) and not problems


def _read_scans(walk: _Walk, loaded: DossierFile) -> bool:
    from forms_service.ocr.scan import read_scan
    from forms_service.reading_forms import form_lookup

    pages = list(_pages(sorted(walk.person.glob("scan-*"))))
    if not pages:
        _say("scans", "none")
        return True
    reading = read_scan(pages, form_lookup(walk.catalogue), debug_directory=walk.results / "readings")
    answers = loaded.parsed.dossier.answers()
    read = {name: one.value for name, one in reading.fields.items()}
    answered = [name for name in answers if name in read and loaded.spec.field(name).kind != "signature"]
    exact = sum(read[name] == answers[name] for name in answered)
    doubtful = sum(one.verdict is Verdict.REVIEW for one in reading.fields.values())
    path = walk.write("scan.json", json.dumps(reading.as_dict(), ensure_ascii=False, indent=2))
    _say(
        "scans read",
        f"{len(pages)} pages, {exact} of {len(answered)} answers exact, {doubtful} to review",
        path,
    )
    return any(page.registered for page in reading.pages)


def _pages(files: Iterable[Path]) -> Iterable[Any]:
    from forms_service.ocr.page_images import load_pages

    for file in files:
        yield from load_pages(file.read_bytes(), file.name)


def _read_documents(walk: _Walk, loaded: DossierFile) -> bool:
    from forms_service.ocr.attachments import read_attachment

    types = walk.catalogue.document_types()
    readings: dict[str, object] = {}
    recognised = 0
    files = [one for one in loaded.parsed.dossier.attachments if one.file and one.type != "form"]
    for attachment in files:
        pages = list(_pages([walk.person / str(attachment.file)]))
        reading = read_attachment(pages, types).as_dict()
        readings[str(attachment.file)] = reading
        recognised += reading["class"] in types.types[attachment.type].reads_as
    if not files:
        return True
    path = walk.write("documents.json", json.dumps(readings, ensure_ascii=False, indent=2))
    _say("documents read", f"{recognised} of {len(files)} recognised without being told what they are", path)
    return True


def _judge_and_acknowledge(walk: _Walk, loaded: DossierFile) -> bool:
    from forms_service.receipts import issue, verify

    now = datetime.now(walk.config.zone()).replace(microsecond=0)
    dossier, spec = loaded.parsed.dossier, loaded.spec
    report = assess_completeness(spec, dossier, loaded.on or now.date())
    path = walk.write("completeness.json", json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    _say("completeness", "complete" if report.complete else _missing(report.findings), path)
    proof = receipt_for(
        spec,
        dossier,
        report,
        reference=new_reference(secrets.randbelow),
        deposited_at=now,
        physical_check=False,
        types=walk.catalogue.document_types(),
    )
    pdf = issue(proof, walk.signer)
    path = walk.write("receipt.pdf", pdf)
    genuine = verify(pdf, walk.signer).verdict.value
    altered = verify(
        pdf.replace(proof.reference.encode(), b"2222-2222-2222") + b" ", walk.signer
    ).verdict.value
    _say("receipt", f"{proof.reference}: {genuine}; a changed copy: {altered}", path)
    return genuine == "genuine" and altered != "genuine"


def _missing(findings: Iterable[Any]) -> str:
    errors = [finding for finding in findings if finding.severity.value == "error"]
    return f"incomplete: {len(errors)} finding(s), the first: {errors[0].message.fr}"
