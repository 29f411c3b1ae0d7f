"""What papers for an office are built of: titles, headings, facts, tables, boxes to fill in by hand.

Arabic stands on the right and is read first, French on the left.  Nothing is ever squeezed or cut:
what does not fit a line is wrapped, what does not fit a sheet goes on the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.localized_text import Language, LocalizedText, Script, dominant_script
from core.placement import BoxMm
from forms_service.render.artwork import (
    ARTIFACT,
    Align,
    Element,
    Ink,
    Line,
    Panel,
    Path,
    Pattern,
    Picture,
    Piece,
    Role,
    Words,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    BAND,
    CENTRE_MM,
    HAIRLINE,
    INK,
    LABEL_INK,
    LEFT_MM,
    PALE_INK,
    RIGHT_MM,
    WIDTH_MM,
    Block,
)
from forms_service.render.printable_text import printable
from forms_service.render.qr_code import qr_rows
from forms_service.render.typography import METRICS, MM_PER_PT, wrap

CELL_PADDING_MM = 1.2
_FACING_GAP_MM = 2.0
_BESIDE_GAP_MM = 2.0
_UNDER_PICTURE_MM = 0.8
_INSET_MM = 2.0


@dataclass(frozen=True, slots=True)
class Style:
    """Size, colour and weight of a text, and how far apart its lines stand in parts of the size."""

    size_pt: float
    ink: Ink = INK
    bold: bool = False
    leading: float = METRICS.line_height

    @property
    def line_mm(self) -> float:
        """Distance of two baselines."""
        return self.size_pt * MM_PER_PT * self.leading

    def wrapped(self, text: str, width_mm: float) -> list[str]:
        """The lines of a text in this style; none for an empty one."""
        shown = printable(text)
        return wrap(shown, width_mm, self.size_pt, self.bold) if shown.strip() else []


LABEL = Style(8.6, LABEL_INK)
VALUE = Style(9.6, bold=True)
SMALL = Style(7.4, LABEL_INK)
HEADING = Style(10.5, ACCENT, bold=True)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of one language in a cell."""

    text: str
    style: Style
    language: Language

    @staticmethod
    def of_value(text: str, style: Style) -> Paragraph:
        """A value whose language is told by its letters; numbers and codes run from the left."""
        arabic = dominant_script(text) is Script.ARAB
        return Paragraph(text, style, Language.AR if arabic else Language.FR)


@dataclass(frozen=True, slots=True)
class Facing:
    """A text in both languages: on one line around the middle where both fit, else Arabic over French."""

    arabic: Paragraph
    french: Paragraph

    def fits(self, width_mm: float) -> bool:
        """Whether both stand on one line of that width."""
        half = width_mm / 2 - _FACING_GAP_MM
        return all(len(one.style.wrapped(one.text, half)) <= 1 for one in (self.arabic, self.french))


Text = Paragraph | Facing


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture in a cell, at the size it is shown."""

    image: bytes
    width_mm: float
    height_mm: float
    alt: LocalizedText


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: texts, and a picture beside or over them.

    Attributes:
        beside_mm: Room kept for pictures at the left of the texts; a wider one stands over them.
    """

    texts: tuple[Text, ...] = ()
    align: Align = Align.LEFT
    role: Role = Role.CELL
    illustration: Illustration | None = None
    beside_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """Where the cells of a column stand."""

    left_mm: float
    width_mm: float


def columns(*widths_mm: float) -> tuple[Column, ...]:
    """Columns side by side from the left margin."""
    found, left = [], LEFT_MM
    for width in widths_mm:
        found.append(Column(left, width))
        left += width
    return tuple(found)


def facing(text: LocalizedText, style: Style) -> Facing:
    """A text in both languages and one style."""
    return Facing(Paragraph(text.ar, style, Language.AR), Paragraph(text.fr, style, Language.FR))


def stacked(text: LocalizedText, style: Style) -> tuple[Paragraph, Paragraph]:
    """A text in both languages, Arabic over French."""
    return Paragraph(text.ar, style, Language.AR), Paragraph(text.fr, style, Language.FR)


def both(text: LocalizedText, style: Style) -> tuple[Text, ...]:
    """A text in both languages; once where they are the same, nothing where there is none."""
    if text.ar == text.fr:
        return (Paragraph.of_value(text.fr, style),) if text.fr else ()
    return (facing(text, style),)


# --- blocks ---------------------------------------------------------------------------------------


def space(height_mm: float) -> Block:
    """Nothing, that high."""
    return Block(height_mm)


def rule(thickness_mm: float = 0.15, ink: Ink = HAIRLINE) -> Block:
    """A rule over the width of the text."""
    return Block(0.0, (Line(LEFT_MM, 0.0, RIGHT_MM, 0.0, thickness_mm, ink),))


def title(text: LocalizedText, size_pt: float = 19.0, column: Column | None = None) -> Block:
    """The paper's name in the middle of the sheet, or of a column, Arabic over French."""
    path = (Element(Role.TITLE, "title"),)
    arabic, french = Style(size_pt, ACCENT, bold=True), Style(size_pt * 0.68, ACCENT, bold=True)
    column = column or Column(LEFT_MM, WIDTH_MM)
    lines = (Paragraph(text.ar, arabic, Language.AR), Paragraph(text.fr, french, Language.FR))
    pieces, height = _set_texts(lines, column, Align.CENTRE, path, 0.0)
    return Block(height + 1.0, tuple(pieces), keep_with_next=True)


def heading(text: LocalizedText, key: str, note: str = "", *, level: Role = Role.HEADING) -> Block:
    """A band that opens a part: French on the left, Arabic on the right, a count in the middle."""
    style = HEADING if level is Role.HEADING else replace(HEADING, size_pt=9.0)
    path = (Element(level, key),)
    height = style.line_mm + 1.8
    baseline = height / 2 + METRICS.cap_height / 2 * style.size_pt * MM_PER_PT
    ends = ((Language.AR, RIGHT_MM - _INSET_MM, Align.RIGHT), (Language.FR, LEFT_MM + _INSET_MM, Align.LEFT))
    lines = {one: style.wrapped(text.in_language(one), WIDTH_MM / 2 - 14.0) for one, _, _ in ends}
    extra = (max(map(len, lines.values())) - 1) * style.line_mm
    pieces: list[Piece] = [Panel(BoxMm(LEFT_MM, 0.0, WIDTH_MM, height + extra), BAND)]
    for language, x, align in ends:
        for number, line in enumerate(lines[language]):
            down = baseline + number * style.line_mm
            pieces.append(Words(line, x, down, style.size_pt, language, align, True, style.ink, path))
    if note:
        pieces.append(
            Words(
                note, CENTRE_MM, baseline, style.size_pt, Language.FR, Align.CENTRE, True, style.ink, ARTIFACT
            )
        )
    return Block(height + extra + 0.6, tuple(pieces), keep_with_next=True)


def pair(text: LocalizedText, style: Style, key: str, above_mm: float = 0.8) -> list[Block]:
    """Running text, French in the left half, Arabic in the right; long ones go on over the sheet's end."""
    half = WIDTH_MM / 2 - _INSET_MM - 3.0
    sides = (
        (Language.AR, Column(CENTRE_MM + 3.0, half), Align.RIGHT),
        (Language.FR, Column(LEFT_MM + _INSET_MM, half), Align.LEFT),
    )
    lines = {one: style.wrapped(text.in_language(one), half) for one, _, _ in sides}
    count = max(map(len, lines.values()))
    blocks = [space(above_mm)]
    for number in range(count):
        pieces: list[Piece] = []
        for language, column, align in sides:
            if number < len(lines[language]):
                path = (Element(Role.PARAGRAPH, f"{key}-{language.value}"),)
                pieces += set_lines([lines[language][number]], column, 0.0, style, language, align, path)
        blocks.append(Block(style.line_mm, tuple(pieces)))
    return blocks


def row(
    cells: Sequence[Cell],
    across: Sequence[Column],
    path: Path,
    *,
    above_mm: float = CELL_PADDING_MM,
    closed: bool = True,
    repeated: Block | None = None,
    keep_with_next: bool = False,
    fill: Ink | None = None,
) -> Block:
    """One row of a table, as high as its highest cell; the cells' contents stand in its middle.

    ``cells`` come in the order they are read, from the right; ``across`` says where each stands.
    """
    heights = [_height_of(cell, column) for cell, column in zip(cells, across, strict=True)]
    height = max(heights) + 2 * above_mm
    pieces: list[Piece] = []
    if fill is not None:
        pieces.append(Panel(BoxMm(LEFT_MM, 0.0, WIDTH_MM, height), fill))
    for number, (cell, column) in enumerate(zip(cells, across, strict=True)):
        pieces += _set_cell(cell, column, height, (*path, Element(cell.role, str(number))))
    if closed:
        pieces.append(Line(LEFT_MM, height, RIGHT_MM, height, 0.12, HAIRLINE))
    return Block(height, tuple(pieces), keep_with_next=keep_with_next, repeated=repeated)


def facts(
    lines: Iterable[tuple[LocalizedText, Sequence[Text]]], key: str, above_mm: float = CELL_PADDING_MM
) -> list[Block]:
    """A table of facts: what is stated in the middle, its name in Arabic and in French on the sides."""
    label_mm = 40.0
    french, middle, arabic = columns(label_mm, WIDTH_MM - 2 * label_mm, label_mm)
    french = Column(french.left_mm + _INSET_MM, french.width_mm - _INSET_MM)
    arabic = Column(arabic.left_mm, arabic.width_mm - _INSET_MM)
    stated = [(name, texts) for name, texts in lines if texts]
    blocks = [rule(0.5, ACCENT)]
    for number, (name, texts) in enumerate(stated):
        cells = (
            Cell((Paragraph(name.ar, LABEL, Language.AR),), Align.RIGHT, Role.HEAD_CELL),
            Cell(tuple(texts), Align.CENTRE),
            Cell((Paragraph(name.fr, LABEL, Language.FR),), Align.LEFT),
        )
        path = (Element(Role.TABLE, key), Element(Role.ROW, str(number)))
        closed = number < len(stated) - 1
        blocks.append(row(cells, (arabic, middle, french), path, above_mm=above_mm, closed=closed))
    return [*blocks, rule(0.5, ACCENT)]


def boxes_to_fill(labels: Sequence[LocalizedText], key: str, height_mm: float) -> Block:
    """Empty boxes side by side for the hand and the stamp, each with its name inside."""
    gap = 4.0
    width = (WIDTH_MM - gap * (len(labels) - 1)) / len(labels)
    pieces: list[Piece] = []
    for number, label in enumerate(labels):  # read from the right
        left = RIGHT_MM - (number + 1) * width - number * gap
        pieces.append(Panel(BoxMm(left, 0.0, width, height_mm), None, PALE_INK, 0.25))
        column, path = Column(left + 2.0, width - 4.0), (Element(Role.PARAGRAPH, f"{key}-{number}"),)
        for language, align in ((Language.AR, Align.RIGHT), (Language.FR, Align.LEFT)):
            pieces += set_lines([label.in_language(language)], column, 0.8, SMALL, language, align, path)
    return Block(height_mm, tuple(pieces))


def of_one_element(pieces: Iterable[Piece], path: Path) -> tuple[Piece, ...]:
    """The same pieces, their words as lines of one element."""
    return tuple(replace(one, path=path) if isinstance(one, Words) else one for one in pieces)


def qr_code(text: str, box: BoxMm, alt: LocalizedText, path: Path) -> Pattern:
    """A QR code that survives copies and stains; the white around it is the caller's affair."""
    return Pattern(box, qr_rows(text), alt, path)


# --- cells ----------------------------------------------------------------------------------------


def set_lines(
    lines: Sequence[str],
    column: Column,
    top_mm: float,
    style: Style,
    language: Language,
    align: Align,
    path: Path,
) -> list[Piece]:
    """Lines under one another in a column, from ``top_mm`` downwards."""
    x = {
        Align.LEFT: column.left_mm,
        Align.CENTRE: column.left_mm + column.width_mm / 2,
        Align.RIGHT: column.left_mm + column.width_mm,
    }[align]
    rise = (0.5 * style.line_mm) + METRICS.cap_height / 2 * style.size_pt * MM_PER_PT
    return [
        Words(
            line,
            x,
            top_mm + number * style.line_mm + rise,
            style.size_pt,
            language,
            align,
            style.bold,
            style.ink,
            path,
        )
        for number, line in enumerate(lines)
    ]


def _height_of(cell: Cell, column: Column) -> float:
    shown, text_column = cell.illustration, _text_column(cell, column)
    words = _set_texts(cell.texts, text_column, cell.align, (), 0.0)[1]
    if shown is None:
        return words
    if _stands_over(cell):
        return words + shown.height_mm + _UNDER_PICTURE_MM
    return max(words, shown.height_mm)


def _stands_over(cell: Cell) -> bool:
    return cell.illustration is not None and cell.illustration.width_mm > cell.beside_mm


def _text_column(cell: Cell, column: Column) -> Column:
    """Where the texts of a cell stand: in all its width, or right of the room for pictures."""
    if cell.beside_mm == 0.0 or _stands_over(cell):
        return column
    taken = cell.beside_mm + _BESIDE_GAP_MM
    return Column(column.left_mm + taken, column.width_mm - taken)


def _set_cell(cell: Cell, column: Column, height_mm: float, path: Path) -> list[Piece]:
    """The pieces of a cell in the middle of a row of that height."""
    top_mm = (height_mm - _height_of(cell, column)) / 2
    text_column = _text_column(cell, column)
    pieces: list[Piece] = []
    if (shown := cell.illustration) is not None:
        width = column.width_mm if _stands_over(cell) else cell.beside_mm
        picture_top = top_mm if _stands_over(cell) else (height_mm - shown.height_mm) / 2
        left = column.left_mm + (width - shown.width_mm) / 2
        box = BoxMm(left, picture_top, shown.width_mm, shown.height_mm)
        pieces.append(Picture(box, shown.image, shown.alt, (*path, Element(Role.FIGURE, "picture"))))
        pieces.append(Panel(box, None, HAIRLINE, 0.12))
    words_mm = _set_texts(cell.texts, text_column, cell.align, (), 0.0)[1]
    if _stands_over(cell) and shown is not None:
        top_mm += shown.height_mm + _UNDER_PICTURE_MM
    else:
        top_mm = (height_mm - words_mm) / 2
    return [*pieces, *_set_texts(cell.texts, text_column, cell.align, path, top_mm)[0]]


def _set_texts(
    texts: Sequence[Text], column: Column, align: Align, path: Path, top_mm: float
) -> tuple[list[Piece], float]:
    """Texts under one another, and where they end."""
    pieces: list[Piece] = []
    for one in texts:
        if isinstance(one, Facing) and one.fits(column.width_mm):
            middle = column.left_mm + column.width_mm / 2
            right, left = Column(middle + _FACING_GAP_MM, 0.0), Column(middle - _FACING_GAP_MM, 0.0)
            for half, edge, side in ((one.arabic, right, Align.LEFT), (one.french, left, Align.RIGHT)):
                lines = half.style.wrapped(half.text, column.width_mm)
                pieces += set_lines(lines, edge, top_mm, half.style, half.language, side, path)
            top_mm += max(one.arabic.style.line_mm, one.french.style.line_mm)
            continue
        for paragraph in (one.arabic, one.french) if isinstance(one, Facing) else (one,):
            lines = paragraph.style.wrapped(paragraph.text, column.width_mm)
            pieces += set_lines(lines, column, top_mm, paragraph.style, paragraph.language, align, path)
            top_mm += len(lines) * paragraph.style.line_mm
    return pieces, top_mm
