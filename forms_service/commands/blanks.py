"""``forms-service pdf blank``: one blank to fill or print, or sheets of many, each with its own reference."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from core.errors import DossierError
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.receipt import LONGEST_SERIES, REFERENCE_ALPHABET, is_series, new_references
from forms_service.commands.references import printed_reference, shortened
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    progress,
    read_text,
    write_output,
)

_MOST_COPIES = 100_000


@click.command("blank")
@click.argument("form")
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--version", type=int, help="Version; the newest by default.")
@click.option("--reference", default="", help="Dossier reference printed in the page identity.")
@click.option(
    "--copies", type=click.IntRange(1, _MOST_COPIES), help="Sheets to print in one file, without fields."
)
@click.option("--references", type=INPUT_FILE, help="A copy for each reference of this file, one a line.")
@click.option("--new-references", "is_numbered", is_flag=True, help="A new reference on every copy.")
@click.option("--reference-prefix", help="The same, all beginning with these letters or digits, 3 at most.")
@click.option("--register", type=OUTPUT_FILE, help="File to write the references of the copies to.")
@click.option("--two-sided", is_flag=True, help="Every copy begins on a sheet of its own.")
@click.option("--large", is_flag=True, help="In large print, for those who see little.")
def blank(
    form: str,
    output: Path | None,
    version: int | None,
    reference: str,
    copies: int | None,
    references: Path | None,
    is_numbered: bool,
    reference_prefix: str | None,
    register: Path | None,
    two_sided: bool,
    large: bool,
) -> None:
    """Write a fillable, printable blank, or sheets of many to print.

    A file of references makes the same sheets again, as --register wrote it.
    """
    from forms_service.render.blank_sheets import stream_blanks
    from forms_service.render.form_pdf import render_blank
    from forms_service.render.paper_grid import LARGE

    spec = catalogue().get(form, version)
    variant = LARGE if large else ""
    name = f"{spec.id}-large.pdf" if large else f"{spec.id}-blank.pdf"
    series = reference_prefix.upper() if reference_prefix is not None else "" if is_numbered else None
    if sum((bool(reference), references is not None, series is not None)) > 1:
        raise _refused(_ONE_SOURCE)
    if references is None and series is None and (copies or 1) == 1 and not two_sided:
        write_output(
            render_blank(spec, reference=printed_reference(reference), variant=variant), output, name
        )
        return
    printed = _references_of_copies(printed_reference(reference), copies, references, series)
    if register is not None:
        register.write_text("".join(f"{one}\n" for one in printed), encoding="ascii")
    with progress(spec.id, len(printed)) as told:
        sheets = stream_blanks(spec, _counted(printed, told), variant=variant, two_sided=two_sided)
        _write_as_made(sheets, output, _sheets_name(spec, len(printed), large=large))


def _references_of_copies(
    reference: str, copies: int | None, file: Path | None, series: str | None
) -> list[str]:
    """The reference of every copy: of the file, new ones, or one and the same."""
    if file is not None:
        printed = [printed_reference(line.strip()) for line in read_text(file).splitlines() if line.strip()]
        if not printed or (copies is not None and copies != len(printed)):
            raise _refused(_WRONG_COUNT.fill(file=file.name, found=len(printed), copies=copies or 1))
        seen: set[str] = set()
        for one in printed:
            if one in seen:
                raise _refused(_TWICE.fill(file=file.name, reference=one))
            seen.add(one)
        return printed
    if series is None:
        return [reference] * (copies or 1)
    if not is_series(series):
        raise _refused(
            _BAD_PREFIX.fill(prefix=shortened(series), longest=LONGEST_SERIES, letters=REFERENCE_ALPHABET)
        )
    return list(new_references(secrets.randbelow, copies or 1, series))


def _counted(references: Iterable[str], told: Callable[[int], None]) -> Iterator[str]:
    for done, reference in enumerate(references, start=1):
        yield reference
        told(done)


def _write_as_made(parts: Iterable[bytes], path: Path | None, default_name: str) -> None:
    """Write a file part by part; one that breaks off leaves nothing that looks whole."""
    if path is not None and str(path) == "-":
        sys.stdout.buffer.writelines(parts)
        return
    target = path or Path(default_name)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(str(target))


def _sheets_name(spec: FormSpec, copies: int, *, large: bool) -> str:
    return f"{spec.id}-large-x{copies}.pdf" if large else f"{spec.id}-x{copies}.pdf"


def _refused(words: LocalizedText) -> DossierError:
    return DossierError(words, code="bad_input")


_ONE_SOURCE = LocalizedText(
    ar="اختاروا مرجعا واحدا لجميع النسخ أو ملف مراجع أو مراجع جديدة، لا أكثر من واحد منها. لم يُكتب شيء.",
    fr="Choisissez une seule source : un même numéro (--reference), un fichier (--references) "
    "ou de nouveaux numéros (--new-references, --reference-prefix). Rien n'a été écrit.",
)
_WRONG_COUNT = LocalizedText(
    ar="في الملف {file} مراجع عددها {found} والنسخ المطلوبة {copies}. لم يُكتب شيء: صحّحوا العدد أو احذفوه.",
    fr="Le fichier {file} contient {found} référence(s) pour {copies} exemplaire(s). "
    "Rien n'a été écrit : corrigez le nombre (--copies) ou laissez-le de côté.",
)
_TWICE = LocalizedText(
    ar="المرجع {reference} مكرر في الملف {file}: كل نسخة تحتاج إلى مرجع خاص بها. لم يُكتب شيء.",
    fr="La référence {reference} figure deux fois dans {file} : chaque exemplaire a la sienne. "
    "Rien n'a été écrit.",
)
_BAD_PREFIX = LocalizedText(
    ar="لا يمكن أن تبدأ المراجع بـ {prefix}: ثلاثة رموز على الأكثر من بين {letters}. لم يُكتب شيء.",
    fr="Les références ne peuvent pas commencer par {prefix} : {longest} signes au plus, parmi {letters}. "
    "Rien n'a été écrit.",
)
