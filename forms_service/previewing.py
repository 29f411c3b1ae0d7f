"""Shows an author what a spec becomes: pictures of every page, and one page about all of it."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from core.errors import InvalidValue
from core.extraction import FieldAnswer
from core.field_kinds import kind_of
from core.form_spec import FormSpec
from core.localized_text import Language
from core.placement import Placement, WidgetKind
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.material import TUNING
from forms_service.render.answer_misfits import misfits
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import lay_out
from forms_service.render.lint_advice import AdviceSeverity
from forms_service.spec_linting import LintedSpec, document_types_for, lint_spec
from forms_service.web.spec_preview import PagePicture, ShownRemark, preview_page

_DPI = 150
_COLOURS = 32
_FONT = Path(__file__).parent / "render" / "fonts" / "FormsSans-Bold.ttf"
_BOX_COLOURS = {
    WidgetKind.TEXT: (13, 79, 71),
    WidgetKind.COMB: (36, 80, 122),
    WidgetKind.TICK: (163, 35, 31),
    WidgetKind.SIGNATURE: (122, 74, 0),
}


@dataclass(frozen=True, slots=True)
class PreviewWish:
    """What a preview shall show beside the blank pages.

    Attributes:
        language: Of the page; without one both stand side by side.
        sample: Also the pages filled with invented answers.
        boxes: Also the pages with the id of every box written into it.
        seed: Another seed, other answers.
    """

    language: Language | None = None
    sample: bool = False
    boxes: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Preview:
    """What lint said and what was written; nothing was when the file is not a spec yet."""

    linted: LintedSpec
    files: tuple[Path, ...] = ()


def write_preview(path: Path, folder: Path, specs_folder: Path, wish: PreviewWish) -> Preview:
    """Write ``index.html`` and a PNG of every page into ``folder``.

    Args:
        path: The spec; it need not lie among the published ones.
        specs_folder: Where ``document_types.yaml`` lies when the spec has none near it.
    """
    linted = lint_spec(path, specs_folder)
    if linted.spec is None:
        return Preview(linted)
    pictures = list(page_pictures(linted.spec, wish))
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for one in pictures:
        files.append(folder / one.file_name)
        files[-1].write_bytes(one.png)
    page = preview_page(
        linted.spec,
        [
            ShownRemark(one.place.line, one.severity is AdviceSeverity.ERROR, one.english, one.message)
            for one in linted.remarks
        ],
        path.read_text(encoding="utf-8"),
        pictures,
        document_types_for(path, specs_folder),
        wish.language,
    )
    index = folder / "index.html"
    index.write_text(page, encoding="utf-8")
    return Preview(linted, (index, *files))


def page_pictures(spec: FormSpec, wish: PreviewWish) -> Iterator[PagePicture]:
    """Every page as wished, blank ones first; pages that ask nothing are shown once."""
    layout = lay_out(spec).layout
    blank = dict(enumerate(_rasterise(render_blank(spec)), 1))
    shown = {"blank": blank}
    if wish.sample:
        filled = render_filled(spec, sample_answers(spec, wish.seed), flatten=True)
        shown["sample"] = dict(enumerate(_rasterise(filled), 1))
    if wish.boxes:
        shown["boxes"] = {page: _with_boxes(image, layout.on_page(page)) for page, image in blank.items()}
    for what, images in shown.items():
        for page, image in images.items():
            if what == "blank" or layout.on_page(page):
                yield PagePicture(page, len(images), what, small_png(image))


def sample_answers(spec: FormSpec, seed: int = 1) -> dict[str, FieldAnswer]:
    """Invented answers that are valid and fit their boxes; boxes too small for any stay blank."""
    layout = lay_out(spec).layout
    try:
        answers = invent_answers(spec, layout, TUNING, random.Random(seed))  # noqa: S311 - no secret
    except InvalidValue:
        answers = _samples_of_kinds(spec)
    unfit = misfits(spec, answers)
    return {field_id: value for field_id, value in answers.items() if field_id not in unfit}


def _samples_of_kinds(spec: FormSpec) -> dict[str, FieldAnswer]:
    """Each kind's own sample where the field's limits allow it."""
    answers: dict[str, FieldAnswer] = {}
    for one in spec.printed_fields():
        if one.kind in ("choice", "choices"):
            value: object = one.choices[0].value
            answers[one.id] = [str(value)] if one.kind == "choices" else str(value)
            continue
        try:
            answers[one.id] = kind_of(one).parse(kind_of(one).sample, one)
        except InvalidValue:
            continue
    return answers


def _rasterise(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=_DPI / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def small_png(image: Image.Image, colours: int = _COLOURS) -> bytes:
    """A picture of print as a small PNG: few colours are enough for ink on paper."""
    written = io.BytesIO()
    quantized = image.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    quantized.save(written, "PNG", optimize=True)
    return written.getvalue()


def _with_boxes(image: Image.Image, placements: Iterable[Placement]) -> Image.Image:
    """The page with every box tinted by its kind and named by its id."""
    shown = image.copy()
    draw = ImageDraw.Draw(shown, "RGBA")
    scale = _DPI / 25.4
    for one in placements:
        red, green, blue = _BOX_COLOURS[one.widget]
        corners = [one.box.x * scale, one.box.y * scale, one.box.right * scale, one.box.bottom * scale]
        draw.rectangle(corners, fill=(red, green, blue, 46), outline=(red, green, blue, 255), width=2)
        text = one.choice if one.choice is not None else one.field_id
        _write_id(draw, text, one, corners, (red, green, blue))
    return shown


def _write_id(
    draw: ImageDraw.ImageDraw,
    text: str,
    placement: Placement,
    corners: list[float],
    colour: tuple[int, int, int],
) -> None:
    is_tick = placement.widget is WidgetKind.TICK
    size = 15
    font = ImageFont.truetype(str(_FONT), size)
    room = corners[2] - corners[0] - 6
    while not is_tick and size > 8 and draw.textlength(text, font=font) > room:
        size -= 1
        font = ImageFont.truetype(str(_FONT), size)
    x = corners[0] if is_tick else corners[0] + 4
    y = corners[3] + 1 if is_tick else (corners[1] + corners[3]) / 2 - size * 0.7
    left, top, right, bottom = draw.textbbox((x, y), text, font=font)
    draw.rectangle([left - 1, top - 1, right + 1, bottom + 1], fill=(255, 255, 255, 225))
    draw.text((x, y), text, font=font, fill=colour)
