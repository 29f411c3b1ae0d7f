"""Shows an author what a spec becomes: pictures of every page, and one page about all of it."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from core.completeness import assess_completeness
from core.dossier import Dossier, FieldValue, Origin
from core.errors import InvalidValue
from core.extraction import FieldAnswer
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec, StaticText
from core.localized_text import Language
from core.placement import Placement, WidgetKind
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.material import TUNING
from forms_service.render.answer_misfits import misfits
from forms_service.render.artwork import Piece, Words
from forms_service.render.form_pdf import render_blank, render_filled
from forms_service.render.layout import PrintedForm, lay_out
from forms_service.render.lint_advice import AdviceSeverity
from forms_service.render.paper_grid import LARGE, RIGHT
from forms_service.spec_linting import LintedSpec, document_types_for, lint_spec
from forms_service.web.spec_preview import PagePicture, ShownRemark, preview_page

_DPI = 150
_PX_PER_MM = _DPI / 25.4
_COLOURS = 32
_ID_PX, _LEAST_ID_PX = 15, 9
_FEWEST_LETTERS = 4
_ATTEMPTS, _NEXT_SEED = 16, 1000
_AFTER_EVERY_DATE = date(2025, 1, 1)
"""The day on which invented answers are judged: none of their dates is later."""
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
        large: Also the large print, for those who see little.
        seed: Another seed, other answers.
    """

    language: Language | None = None
    sample: bool = False
    boxes: bool = False
    large: bool = False
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
        shown["boxes"] = {page: _with_boxes(image, lay_out(spec), page) for page, image in blank.items()}
    if wish.large:
        shown["large"] = dict(enumerate(_rasterise(render_blank(spec, variant=LARGE)), 1))
    for what, images in shown.items():
        for page, image in images.items():
            if what in ("blank", "large") or layout.on_page(page):
                yield PagePicture(page, len(images), what, small_png(image))


def sample_answers(spec: FormSpec, seed: int = 1) -> dict[str, FieldAnswer]:
    """Invented answers that are valid, fit their boxes and break as few of the form's rules as may be.

    Boxes too small for any answer stay blank.
    """
    tried: list[tuple[int, dict[str, FieldAnswer]]] = []
    for attempt in range(_ATTEMPTS):
        answers = _fitting_answers(spec, seed + attempt * _NEXT_SEED)
        tried.append((_rules_broken(spec, answers), answers))
        if not tried[-1][0]:
            break
    return min(tried, key=lambda one: one[0])[1]


def _rules_broken(spec: FormSpec, answers: Mapping[str, FieldAnswer]) -> int:
    """How many rules about these answers they break; what it asks of rows or other papers is not theirs."""
    values = {name: FieldValue(value, Origin.SCREEN) for name, value in answers.items() if value is not None}
    report = assess_completeness(spec, Dossier(spec.id, spec.version, values), _AFTER_EVERY_DATE)
    of_rows = {
        one.subject for one in spec.rules if any(row.id in one.check.expression for row in spec.groups)
    }
    broken = (one.subject for one in report.findings if one.code == "rule_broken")
    return sum(subject in values and subject not in of_rows for subject in broken)


def _fitting_answers(spec: FormSpec, seed: int) -> dict[str, FieldAnswer]:
    layout, rng = lay_out(spec).layout, random.Random(seed)  # noqa: S311 - no secret
    invented = invent_answers(_without_limits(spec), layout, TUNING, rng)
    answers = {field_id: _within_limits(spec.field(field_id), value) for field_id, value in invented.items()}
    unfit = misfits(spec, answers)
    return {field_id: value for field_id, value in answers.items() if field_id not in unfit}


def _within_limits(field: FieldSpec, value: FieldAnswer) -> FieldAnswer:
    """The invented value where the field takes it, else the kind's own sample, else nothing."""
    kind = kind_of(field)
    if field.kind == "amount" and isinstance(value, str) and field.maximum is None:
        value = f"{Decimal(value) / 100:.2f}"  # a sum people know; what fills the box is for readers to try
    for candidate in (kind.sample if field.kind == "office_text" else value, kind.sample):
        try:
            return None if candidate is None else kind.parse(candidate, field)
        except InvalidValue:
            continue
    return None


def _without_limits(spec: FormSpec) -> FormSpec:
    """The form with room for every word: what is too long is replaced afterwards, field by field."""

    def free(fields: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
        return tuple(
            replace(one, max_length=None, maximum=one.maximum if one.kind == "integer" else None)
            for one in fields
        )

    sections = tuple(
        replace(
            section, rows=tuple(row if isinstance(row, StaticText) else free(row) for row in section.rows)
        )
        for section in spec.sections
    )
    groups = tuple(replace(group, fields=free(group.fields)) for group in spec.groups)
    return replace(spec, sections=sections, groups=groups)


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


def _with_boxes(image: Image.Image, form: PrintedForm, page: int) -> Image.Image:
    """The page with every box tinted by its kind and named by its id; ticks by their answer."""
    shown = image.copy()
    draw = ImageDraw.Draw(shown, "RGBA")
    placements = form.layout.on_page(page)
    for one in placements:
        red, green, blue = _BOX_COLOURS[one.widget]
        corners = [length * _PX_PER_MM for length in (one.box.x, one.box.y, one.box.right, one.box.bottom)]
        draw.rectangle(corners, fill=(red, green, blue, 46), outline=(red, green, blue, 255), width=2)
    for one in placements:
        if one.widget is WidgetKind.TICK:
            left, right = _beside_label(one, placements, form.artwork[page - 1])
        else:
            left, right = one.box.x + 0.6, one.box.right
        text = one.choice if one.choice is not None else one.field_id
        middle = one.box.y + one.box.height / 2
        _write_id(draw, text, (left, middle, right), _BOX_COLOURS[one.widget])
    return shown


def _beside_label(
    tick: Placement, placements: Iterable[Placement], artwork: Iterable[Piece]
) -> tuple[float, float]:
    """Where there is room for a word behind a tick's label: from its end to the next box or the margin."""
    frame = tick.frame or tick.box
    others = [one.frame or one.box for one in placements if one is not tick]
    ahead = [box.x for box in others if box.x > frame.x and box.y < frame.bottom and box.bottom > frame.y]
    right = min([*ahead, RIGHT])
    labels = [
        piece.box.right
        for piece in artwork
        if isinstance(piece, Words)
        and piece.box.y < frame.bottom
        and piece.box.bottom > frame.y
        and frame.right < piece.box.x
        and piece.box.right < right
    ]
    return max([*labels, frame.right]) + 0.8, right


def _write_id(
    draw: ImageDraw.ImageDraw, text: str, place: tuple[float, float, float], colour: tuple[int, int, int]
) -> None:
    """Write an id between two edges around a middle line, all in millimetres, as large as it fits."""
    left, middle, right = (length * _PX_PER_MM for length in place)
    size = _ID_PX
    font = ImageFont.truetype(str(_FONT), size)
    while size > _LEAST_ID_PX and draw.textlength(text, font=font) > right - left - 4:
        size -= 1
        font = ImageFont.truetype(str(_FONT), size)
    while len(text) > _FEWEST_LETTERS and draw.textlength(text, font=font) > right - left - 4:
        text = text.removesuffix("…")[:-1] + "…"
    box = draw.textbbox((left, middle), text, font=font, anchor="lm")
    draw.rectangle([box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1], fill=(255, 255, 255, 225))
    draw.text((left, middle), text, font=font, fill=colour, anchor="lm")
