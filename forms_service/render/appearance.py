"""What a filled box shows: shaped and ordered text in a size that fits, drawn by us.

No viewer is trusted to draw Arabic.  Every value gets its own appearance: bidirectional algorithm,
HarfBuzz, glyph numbers of the embedded font.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import RenderError
from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import Direction, LocalizedText, Script, dominant_script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.artwork import POINT_MM
from forms_service.render.drawing import draw_text, number
from forms_service.render.typography import METRICS, missing_characters, shape, wrap

LARGEST_PT = 10.5
SMALLEST_PT = 6.0
COMB_PT = 12.0
_STEP_PT = 0.25
_SIDE_MM = 1.0
_LEADING_EM = 1.32
_TICK_STROKE_MM = 0.55
_TICK_INSET = 0.16


@dataclass(frozen=True, slots=True)
class DrawnValue:
    """A value as drawing operators in its own box, whose lower left corner is the origin.

    Attributes:
        is_plain: One line of one direction, which every viewer extracts rightly.
    """

    operators: str
    width_pt: float
    height_pt: float
    is_plain: bool


def base_direction(text: str, script: Script) -> Direction:
    """Which way a value runs: by the field's script, else by most of its letters."""
    if script is Script.ANY:
        script = dominant_script(text)
    return Direction.RTL if script is Script.ARAB else Direction.LTR


def draw_value(text: str, field: FieldSpec, placement: Placement, *, font: str = "") -> DrawnValue:
    """Draw what is written in a box.

    Args:
        font: Resource name to draw with; by default the plain font for what extracts rightly and
            the silent one for everything else.

    Raises:
        RenderError: The text does not fit at the smallest size, or has characters that the typeface lacks.
    """
    missing = missing_characters(text.replace("\n", " "))
    if missing:
        raise _problem("missing_characters", _MISSING, field, characters=" ".join(missing))
    width, height = placement.box.width / POINT_MM, placement.box.height / POINT_MM
    if placement.widget is WidgetKind.COMB:
        operators = _draw_comb(text, field, placement, width, height, font or "FormsV")
        return DrawnValue(operators, width, height, is_plain=False)
    direction = base_direction(text, placement.script)
    lines, size = _fitted(text, field, placement.box, placement.lines)
    is_block = placement.lines > 1
    is_plain = len(lines) == 1 and len(shape(lines[0], direction, size).runs) <= 1
    chosen = font or ("FormsR" if is_plain else "FormsV")
    operators = _draw_lines(lines, size, direction, (width, height), chosen, is_block=is_block)
    return DrawnValue(operators, width, height, is_plain)


def _fitted(text: str, field: FieldSpec, box: BoxMm, lines: int) -> tuple[list[str], float]:
    """The text broken into lines, at the largest size that fits."""
    room = (box.width - 2 * _SIDE_MM) / POINT_MM
    size = LARGEST_PT
    while size >= SMALLEST_PT - 1e-6:
        if lines > 1:
            broken = wrap(text, room * POINT_MM, size)
            if len(broken) * size * _LEADING_EM <= (box.height - _SIDE_MM) / POINT_MM:
                return broken, size
        elif "\n" not in text and shape(text, Direction.LTR, size).width_pt <= room:
            return [text], size
        size -= _STEP_PT
    raise _problem("value_too_long", _TOO_LONG, field, count=len(text))


def _draw_lines(
    lines: list[str],
    size: float,
    direction: Direction,
    box: tuple[float, float],
    font: str,
    *,
    is_block: bool,
) -> str:
    width, height = box
    side = _SIDE_MM / POINT_MM
    leading = size * _LEADING_EM
    first = (
        (height - METRICS.cap_height * size) / 2 if not is_block else height - side - METRICS.ascent * size
    )
    drawn = []
    for index, line in enumerate(lines):
        taken = shape(line, direction, size).width_pt
        x = side if direction is Direction.LTR else width - side - taken
        drawn.append(draw_text(line, x, first - index * leading, size, direction, font=font))
    return "\n".join(drawn)


def _draw_comb(
    text: str, field: FieldSpec, placement: Placement, width: float, height: float, font: str
) -> str:
    cells = placement.comb or 1
    if len(text) > cells:
        raise _problem("value_too_long", _TOO_MANY_CELLS, field, count=len(text), cells=cells)
    cell = width / cells
    size = min(COMB_PT, cell * 0.95, height * 0.62)
    baseline = height / 2 - METRICS.cap_height / 2 * size
    drawn = []
    for index, character in enumerate(text):
        if character.strip():
            taken = shape(character, Direction.LTR, size).width_pt
            x = (index + 0.5) * cell - taken / 2
            drawn.append(draw_text(character, x, baseline, size, Direction.LTR, font=font))
    return "\n".join(drawn)


def draw_tick(width: float, height: float) -> str:
    """A cross from corner to corner, as a hand makes it."""
    left, low = width * _TICK_INSET, height * _TICK_INSET
    right, high = width - left, height - low
    n = number
    return (
        f"q {n(_TICK_STROKE_MM / POINT_MM)} w 1 J 0 G {n(left)} {n(low)} m {n(right)} {n(high)} l S "
        f"{n(left)} {n(high)} m {n(right)} {n(low)} l S Q"
    )


def paper_text(value: object, field: FieldSpec) -> str:
    """What a canonical answer looks like in its box."""
    return kind_of(field).to_paper(value, field)


_TOO_LONG = LocalizedText(
    ar="جواب «{label}» أطول من خانته على الورق ({count} حرفا). لم يُحذف منه شيء: اختصره ثم أعد المحاولة.",
    fr="La réponse « {label} » est trop longue pour sa case ({count} caractères). "
    "Rien n'en a été coupé : abrégez-la puis recommencez.",
)
_TOO_MANY_CELLS = LocalizedText(
    ar="جواب «{label}» فيه {count} رمزا وخانته لا تسع إلا {cells}. لم يُحذف منه شيء: صحّحه ثم أعد المحاولة.",
    fr="La réponse « {label} » compte {count} caractères pour {cells} cases. "
    "Rien n'en a été coupé : corrigez-la puis recommencez.",
)
_MISSING = LocalizedText(
    ar="في جواب «{label}» رموز لا يمكن طبعها: {characters}. اكتبه بالحروف العربية أو اللاتينية.",
    fr="La réponse « {label} » contient des caractères qui ne peuvent pas être imprimés : {characters}. "
    "Écrivez-la en lettres arabes ou latines.",
)


def _problem(code: str, words: LocalizedText, field: FieldSpec, **values: object) -> RenderError:
    problem = RenderError(words.fill(label=field.label, **values), code=code)
    problem.add_note(f"field {field.id}")
    return problem
