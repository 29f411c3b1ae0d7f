"""``forms-service specs preview``: a draft as its printer, its applicant and its author see it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import UnknownForm
from core.localized_text import Language, LocalizedText
from forms_service.commands.shared import configuration

if TYPE_CHECKING:
    from forms_service.previewing import PreviewWish

_LOOK_AGAIN_S = 0.5


@click.command("preview")
@click.argument("form_or_path")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder; preview-ID by default."
)
@click.option(
    "--lang", "language", type=click.Choice(["ar", "fr"]), help="Language shown first; both by default."
)
@click.option("--sample", is_flag=True, help="Also show the pages filled with invented answers.")
@click.option("--boxes", is_flag=True, help="Also show the pages with the id of every box.")
@click.option("--large", is_flag=True, help="Also show the large print.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other answers.")
@click.option("--watch", is_flag=True, help="Write the preview again whenever the file changes.")
def preview(
    form_or_path: str,
    output: Path | None,
    language: str | None,
    sample: bool,
    boxes: bool,
    large: bool,
    seed: int,
    watch: bool,
) -> int:
    """Write pictures of a form's pages and one HTML page about it.

    FORM_OR_PATH is the id of a published form or a YAML file, which may lie anywhere.
    """
    from forms_service.previewing import PreviewWish

    path = spec_path(form_or_path)
    folder = output or Path(f"preview-{path.parent.name if path.stem.startswith('v') else path.stem}")
    wish = PreviewWish(Language(language) if language else None, sample, boxes, large, seed)
    while True:
        seen = path.stat().st_mtime_ns
        code = _preview_once(path, folder, wish, language)
        if not watch:
            return code
        while not path.exists() or path.stat().st_mtime_ns == seen:
            time.sleep(_LOOK_AGAIN_S)


def spec_path(form_or_path: str) -> Path:
    """The file of a draft: given itself, by its folder, or by the id of a published form.

    Raises:
        UnknownForm: There is none.
    """
    path = Path(form_or_path)
    if path.is_file():
        return path
    folder = path if path.is_dir() else configuration().spec_folder / form_or_path
    versions = [one for one in folder.glob("v*.yaml") if one.stem[1:].isdigit()]
    if not versions:
        raise UnknownForm(
            LocalizedText(
                ar=f"لا يوجد ملف ولا استمارة بهذا الاسم: {form_or_path}.",
                fr=f"Il n'y a ni fichier ni formulaire de ce nom : {form_or_path}.",
            )
        )
    return max(versions, key=lambda one: int(one.stem[1:]))


def _preview_once(path: Path, folder: Path, wish: PreviewWish, language: str | None) -> int:
    from forms_service.previewing import write_preview

    made = write_preview(path, folder, configuration().spec_folder, wish)
    for one in made.linted.remarks:
        click.echo(one.line(language or "en"))
    for file in made.files:
        click.echo(str(file))
    return 1 if made.linted.errors else 0
