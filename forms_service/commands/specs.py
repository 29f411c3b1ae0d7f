"""``forms-service specs``: what a form author and other programs want to know of the specs."""

from __future__ import annotations

from pathlib import Path

import click

from core.spec_language import json_schema
from forms_service.commands.previewing import preview
from forms_service.commands.rehearsing import rehearse_form
from forms_service.commands.shared import catalogue, configuration, print_json
from forms_service.spec_catalogue import spec_files

LINT_LANGUAGE = click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "fr", "ar"]),
    default="en",
    show_default=True,
    help="Language of the remarks.",
)


@click.group()
def specs() -> None:
    """List, show, check, preview and rehearse the form specs."""


specs.add_command(preview)
specs.add_command(rehearse_form)


@specs.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_forms(as_json: bool) -> None:
    """List the forms, newest version each."""
    from forms_service.render.layout import lay_out

    rows = [
        {
            "id": spec.id,
            "version": spec.version,
            "title": spec.title.as_dict(),
            "pages": lay_out(spec).layout.pages,
            "fields": len(list(spec.printed_fields())),
        }
        for spec in catalogue().forms()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  v{row['version']}  {row['pages']} pages  {row['fields']} fields")
        click.echo(f"    {row['title']['fr']}\n    {row['title']['ar']}")


@specs.command("show")
@click.argument("form")
@click.option("--version", type=int, help="Version; the newest by default.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(form: str, version: int | None, as_json: bool) -> None:
    """Show one form: fields with their place on paper, documents, facts and rules."""
    from forms_service.render.layout import lay_out
    from forms_service.spec_json import spec_as_json

    spec = catalogue().get(form, version)
    data = spec_as_json(spec, lay_out(spec).layout, catalogue().document_types())
    if as_json:
        print_json(data)
        return
    click.echo(f"{spec.id} v{spec.version}  {spec.title.fr}  {spec.title.ar}")
    for one in data["fields"]:
        required = "required" if one["required"] is True else ""
        box = " ".join(f"{value:g}" for value in one["box_mm"])
        click.echo(f"  p{one['page']}  {one['id']:<28} {one['kind']:<20} {box:<26} {required}")
    for one in data["documents"]:
        click.echo(f"  document  {one['id']:<24} {one['rule']}")


@specs.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@LINT_LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def lint(paths: tuple[Path, ...], strict: bool, language: str, as_json: bool) -> int:
    """Check specs: language, names, conditions, translations, and how the form looks on paper.

    Errors must be mended; warnings are what a designer would change.  Without --strict, warnings
    alone are no failure.
    """
    from forms_service.spec_linting import lint_spec

    files = _lint_files(paths)
    linted = [lint_spec(path, configuration().spec_folder) for path in files]
    remarks = [one for each in linted for one in each.remarks]
    errors, warnings = (sum(getattr(one, what) for one in linted) for what in ("errors", "warnings"))
    if as_json:
        print_json([one.as_dict() for one in remarks])
    else:
        for one in remarks:
            click.echo(one.line(language))
        click.echo(_lint_summary(language, len(files), errors, warnings), err=bool(remarks))
    return 1 if errors or (strict and warnings) else 0


def _lint_summary(language: str, files: int, errors: int, warnings: int) -> str:
    clean, found = _LINT_SUMMARIES[language]
    return (found if errors or warnings else clean).format(files=files, errors=errors, warnings=warnings)


_LINT_SUMMARIES = {
    "en": (
        "{files} file(s) checked, nothing wrong",
        "{files} file(s) checked: {errors} error(s), {warnings} warning(s)",
    ),
    "fr": (
        "{files} fichier(s) vérifié(s), rien à redire",
        "{files} fichier(s) vérifié(s) : {errors} erreur(s), {warnings} avertissement(s)",
    ),
    "ar": (
        "عدد الملفات المفحوصة: {files}، ولا ملاحظة",
        "عدد الملفات المفحوصة: {files}، الأخطاء: {errors}، التنبيهات: {warnings}",
    ),
}


def _lint_files(paths: tuple[Path, ...]) -> list[Path]:
    from forms_service.knowledge_linting import knowledge_files

    files: list[Path] = []
    for path in paths or (configuration().spec_folder,):
        if path.is_dir():
            files += [*spec_files(path), *path.glob("v[0-9]*.yaml"), *path.glob("document_types.yaml")]
            files += [*knowledge_files(path), *_knowledge_in(path)]
        else:
            files.append(path)
    return files


def _knowledge_in(folder: Path) -> list[Path]:
    """The files of a folder of guidance or calculators given by itself."""
    from forms_service.knowledge_linting import PARAMETERS, is_knowledge

    return [one for one in sorted(folder.glob("*.yaml")) if one.name != PARAMETERS and is_knowledge(one)]


@specs.command("schema")
@click.option("--document-types", is_flag=True, help="The schema of document_types.yaml instead.")
@click.option(
    "--of",
    "root",
    type=click.Choice(["parameters", "guidance", "calculator", "shared_block", "privacy_terms"]),
    help="Of such a file instead.",
)
def schema(document_types: bool, root: str | None) -> None:
    """Print the JSON Schema of the spec language, for YAML editors."""
    print_json(json_schema(root or ("document_types" if document_types else "form")))


@specs.command("publish")
@click.argument("form")
@click.option("--version", type=int, help="Version; the newest by default.")
def publish(form: str, version: int | None) -> int:
    """Lock the places of a version that goes to print, in every print, so that its paper is read later."""
    from forms_service.published_places import lock_places

    spec = catalogue().get(form, version)
    locked = lock_places(spec, configuration().spec_folder)
    for path, agrees in locked:
        click.echo(
            str(path) if agrees else f"{path}: the places differ from those published; publish a new version"
        )
    return 0 if all(agrees for _, agrees in locked) else 1
