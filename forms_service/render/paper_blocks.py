"""What papers for an office are built of: titles, headings, facts, tables, boxes to fill in by hand.

Arabic stands on the right and is read first, French on the left.  Nothing is ever squeezed or cut:
what does not fit a line is wrapped, what does not fit a sheet goes on the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.localized_text import Language, LocalizedText
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
    Piece,
    Role,
    Words,
)
from forms_service.render.paper_cells import (
    HEADING,
    LABEL,
    SMALL,
    Cell,
    Column,
    Paragraph,
    Style,
    Text,
    columns,
    height_of,
    set_cell,
    set_lines,
    set_texts,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    BAND,
    CENTRE_MM,
    HAIRLINE,
    LEFT_MM,
    PALE_INK,
    RIGHT_MM,
    WIDTH_MM,
    Block,
)
from forms_service.render.qr_code import qr_rows
from forms_service.render.typography import METRICS, MM_PER_PT

CELL_PADDING_MM = 1.2
INSET_MM = 2.0
"""From the edge of the text to the words of headings, facts and running text."""


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
    pieces, height = set_texts(lines, column, Align.CENTRE, path, 0.0)
    return Block(height + 1.0, tuple(pieces), keep_with_next=True)


def heading(text: LocalizedText, key: str, note: str = "", *, level: Role = Role.HEADING) -> Block:
    """A band that opens a part: French on the left, Arabic on the right, a count in the middle."""
    style = HEADING if level is Role.HEADING else replace(HEADING, size_pt=9.0)
    path = (Element(level, key),)
    height = style.line_mm + 1.8
    baseline = height / 2 + METRICS.cap_height / 2 * style.size_pt * MM_PER_PT
    ends = ((Language.AR, RIGHT_MM - INSET_MM, Align.RIGHT), (Language.FR, LEFT_MM + INSET_MM, Align.LEFT))
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
    half = WIDTH_MM / 2 - INSET_MM - 3.0
    sides = (
        (Language.AR, Column(CENTRE_MM + 3.0, half), Align.RIGHT),
        (Language.FR, Column(LEFT_MM + INSET_MM, half), Align.LEFT),
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
    heights = [height_of(cell, column) for cell, column in zip(cells, across, strict=True)]
    height = max(heights) + 2 * above_mm
    pieces: list[Piece] = []
    if fill is not None:
        pieces.append(Panel(BoxMm(LEFT_MM, 0.0, WIDTH_MM, height), fill))
    for number, (cell, column) in enumerate(zip(cells, across, strict=True)):
        pieces += set_cell(cell, column, height, (*path, Element(cell.role, str(number))))
    if closed:
        pieces.append(Line(LEFT_MM, height, RIGHT_MM, height, 0.12, HAIRLINE))
    return Block(height, tuple(pieces), keep_with_next=keep_with_next, repeated=repeated)


def facts(
    lines: Iterable[tuple[LocalizedText, Sequence[Text]]], key: str, above_mm: float = CELL_PADDING_MM
) -> list[Block]:
    """A table of facts: what is stated in the middle, its name in Arabic and in French on the sides."""
    label_mm = 40.0
    french, middle, arabic = columns(label_mm, WIDTH_MM - 2 * label_mm, label_mm)
    french = Column(french.left_mm + INSET_MM, french.width_mm - INSET_MM)
    arabic = Column(arabic.left_mm, arabic.width_mm - INSET_MM)
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
