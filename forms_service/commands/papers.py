"""``forms-service pdf``: blanks, filled copies, and reading filled files back."""

from __future__ import annotations

from pathlib import Path

import click

from core.dossier import answers_from_paper, printed_answers
from core.errors import DossierError, UnreadableDocument
from core.localized_text import LocalizedText
from forms_service.commands.blanks import blank
from forms_service.commands.references import dossier_reference, shortened
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    print_json,
    read_answers,
    write_output,
)


@click.group()
def pdf() -> None:
    """Blank, filled and flattened PDFs; reading typed ones back."""


pdf.add_command(blank)


@pdf.command("fill")
@click.argument("form")
@click.argument("values", type=INPUT_FILE)
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--version", type=int, help="Version; the newest by default.")
@click.option("--flatten", is_flag=True, help="Draw the answers as page content, no fields left.")
@click.option("--large", is_flag=True, help="In large print, for those who see little.")
def fill(
    form: str, values: Path, output: Path | None, version: int | None, flatten: bool, large: bool
) -> None:
    """Fill a form with the values of a YAML or JSON file (field id: value)."""
    from forms_service.render.form_pdf import render_filled
    from forms_service.render.paper_grid import LARGE

    spec = catalogue().get(form, version)
    parsed = read_answers(spec, values)
    answers, too_many = printed_answers(spec, parsed.dossier)
    if too_many:
        rows = ", ".join(f"{count} × {group}" for group, count in too_many.items())
        raise DossierError(_NO_ROOM.fill(file=values.name, rows=rows), code="bad_input")
    data = render_filled(spec, answers, flatten=flatten, variant=LARGE if large else "")
    write_output(data, output, f"{spec.id}-filled.pdf")


@pdf.command("slip")
@click.argument("form")
@click.argument("fields", nargs=-1)
@click.option("--documents", default="", help="Demands to ask again, with commas: id_assured,birth.2.")
@click.option("--message", default="", help="What to tell the applicant.")
@click.option("--name", "holder", default="", help="The applicant's name.")
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--version", type=int, help="Version; the newest by default.")
@click.option("--reference", required=True, help="Reference of the dossier that the slip belongs to.")
def slip(
    form: str,
    fields: tuple[str, ...],
    documents: str,
    message: str,
    holder: str,
    output: Path | None,
    version: int | None,
    reference: str,
) -> None:
    """Write a correction slip, which asks only FIELDS (ids, rows as children.2.birth) again.

    It is one page; where so many answers are asked that one page cannot hold them, more follow.
    """
    from core.correction_slip import requested
    from forms_service.render.correction_slip import SlipNotes, render_slip
    from forms_service.services.slip_notes import rows_concerned

    spec, owner = catalogue().get(form, version), dossier_reference(reference)
    demands = [one.strip() for one in documents.split(",") if one.strip()]
    request = requested(spec, fields, demands)
    if request.left_out or not (fields or demands):
        names = shortened(", ".join(request.left_out))
        refused = _NOT_ON_A_SLIP.fill(names=names, form=spec.id) if names else _EMPTY_SLIP.fill(form=spec.id)
        raise DossierError(refused, code="unknown_field")
    asked = [one for one in spec.documents if one.id in request.asked.documents]
    rows = {one.id: named for one in asked if (named := rows_concerned(spec, one, demands)) is not None}
    notes = SlipNotes(holder=holder, message=message, documents=rows)
    data = render_slip(spec, request.asked, owner, notes)
    write_output(data, output, f"{spec.id}-correction.pdf")


@pdf.command("read")
@click.argument("file", type=INPUT_FILE)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def read(file: Path, as_json: bool) -> None:
    """Read the values that were typed into one of our forms."""
    from forms_service.render.form_pdf import read_values
    from forms_service.render.typing_remarks import REMARK_SENTENCES

    data = file.read_bytes()
    try:
        filled = read_values(data)
    except UnreadableDocument as problem:
        foreign = problem.code == "not_our_form"
        raise (_printed_copy(data, file.name) if foreign else None) or problem from None
    spec = catalogue().get(filled.form_id, filled.version)
    values, problems = answers_from_paper(spec, filled.values)
    remarks = {
        name: [REMARK_SENTENCES[one] for one in filled.gravest_remarks(name)] for name in filled.remarks
    }
    if as_json:
        print_json(
            {
                "form": spec.id,
                "version": spec.version,
                "reference": filled.reference,
                "values": values,
                "problems": {name: problem.message.as_dict() for name, problem in problems.items()},
                "remarks": {name: [one.as_dict() for one in found] for name, found in remarks.items()},
            }
        )
        return
    for name, value in values.items():
        click.echo(f"{name}: {value}")
    for name, problem in problems.items():
        click.echo(f"{name}: {problem.message.fr}", err=True)
    for name, found in remarks.items():
        click.echo(f"{name}: {' '.join(one.fr for one in found)}", err=True)


def _printed_copy(data: bytes, name: str) -> UnreadableDocument | None:
    """Says what a paper of ours without fields is, and what to do with it; None for other files."""
    from core.correction_slip import is_slip
    from core.placement import COVER
    from forms_service.ocr.page_identity import find_identity
    from forms_service.ocr.page_images import iterate_pages

    try:
        page = next(iterate_pages(data, name), None)
    except UnreadableDocument:
        return None
    mark = None if page is None else find_identity(page.pixels)
    if mark is None:
        return None
    variant = mark.identity.variant
    if variant == COVER:
        return UnreadableDocument(_COVER, code="no_fields")
    return UnreadableDocument(_SLIP if is_slip(variant) else _PRINTED, code="no_fields")


_NO_ROOM = LocalizedText(
    ar="الملف {file}: لا تتسع الورقة لما يلي: {rows}. لم يُكتب شيء. املؤوا استمارة ثانية بما زاد.",
    fr="{file} : le papier n'a pas de place pour {rows}. Rien n'a été écrit. "
    "Remplissez un second formulaire pour le reste.",
)
_NOT_ON_A_SLIP = LocalizedText(
    ar="لا يمكن لقسيمة التصحيح أن تسأل عن {names}. لم يُكتب شيء. لعرض الأسماء: forms-service specs show {form}",
    fr="Un bulletin de correction ne peut pas demander {names}. Rien n'a été écrit. "
    "Les noms : forms-service specs show {form}",
)
_EMPTY_SLIP = LocalizedText(
    ar="اذكروا خانة أو وثيقة واحدة على الأقل. لم يُكتب شيء. لعرض الأسماء: forms-service specs show {form}",
    fr="Nommez au moins un champ ou un document à redemander. Rien n'a été écrit. "
    "Les noms : forms-service specs show {form}",
)
_COVER = LocalizedText(
    ar="هذه صفحة غلاف الملف لا استمارة: ليست فيها أجوبة تُقرأ. اطبعوها وضعوها فوق وثائق الملف قبل مسحها.",
    fr="Ce fichier est la page de garde d'un dossier, pas un formulaire : il n'y a aucune réponse à y lire. "
    "Imprimez-la et posez-la sur les pièces du dossier avant de les numériser.",
)
_SLIP = LocalizedText(
    ar="هذا الملف قسيمة تصحيح تُملأ بالقلم، وليست فيه خانات تُقرأ. امسحوا القسيمة بعد ملئها ثم اقرؤوها بالأمر "
    "forms-service scan read.",
    fr="Ce fichier est un bulletin de correction, à remplir au stylo : il n'a pas de champs. "
    "Numérisez-le une fois rempli, puis lisez-le avec « forms-service scan read ».",
)
_PRINTED = LocalizedText(
    ar="هذا الملف صورة لاستمارتنا (مطبوعة بصيغة PDF أو ممسوحة ضوئيا) ولم تبق فيها خانات تُقرأ. "
    "أرسلوا الملف الذي حفظتموه بعد ملئه، أو اقرؤوا هذه الصفحات بالأمر forms-service scan read.",
    fr="Ce fichier est une image de notre formulaire (imprimé en PDF ou numérisé) : il n'a plus de champs. "
    "Envoyez le fichier enregistré après l'avoir rempli, "
    "ou lisez ces pages avec « forms-service scan read ».",
)
