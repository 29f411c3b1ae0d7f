"""Draw lines of Arabic and French into an fpdf2 document, as ``typography`` has shaped them.

Each run is written as a text object of its own, in reading order, because readers of PDFs get lines
that mix both directions wrong when these share one.
"""

from __future__ import annotations

from enum import StrEnum

from fpdf import FPDF
from fpdf.fonts import Glyph
from fpdf.prefs import ViewerPreferences

from core.localized_text import Direction, Language
from forms_service.render.typography import BOLD, MM_PER_PT, REGULAR, PlacedGlyph, ShapedRun, shape

FONT_FAMILY = "Forms"


class Align(StrEnum):
    """Where a line stands in its width; start and end follow the direction of the text."""

    START = "start"
    CENTER = "center"
    END = "end"
    LEFT = "left"
    RIGHT = "right"


def new_document(title: str, language: Language) -> FPDF:
    """Start an A4 document, in millimetres, with the typeface in both weights and no page yet."""
    document = FPDF(unit="mm", format="A4")
    document.set_auto_page_break(False)
    document.set_margin(0)
    document.c_margin = 0
    document.set_compression(True)
    document.add_font(FONT_FAMILY, "", REGULAR)
    document.add_font(FONT_FAMILY, "B", BOLD)
    document.set_font(FONT_FAMILY, "", 10)
    document.set_title(title)
    document.set_lang(f"{language}-MA")
    document.set_producer("forms-service")
    document.viewer_preferences = ViewerPreferences(display_doc_title=True, print_scaling="None")
    return document


def draw_text(
    document: FPDF,
    text: str,
    x_mm: float,
    baseline_y_mm: float,
    width_mm: float,
    size_pt: float,
    align: Align = Align.START,
    bold: bool = False,
    direction: Direction = Direction.LTR,
) -> float:
    """Draw one line into a width and give the width it took, in millimetres.

    The line is neither broken nor squeezed: measure first where it might not fit.  The colour is
    the document's text colour.
    """
    line = shape(text, direction, size_pt, bold)
    taken_mm = line.width_pt * MM_PER_PT
    left_mm = x_mm + (width_mm - taken_mm) * _share_on_the_left(align, direction)
    document.set_font(FONT_FAMILY, "B" if bold else "", size_pt)
    for run in line.runs:
        _draw_run(document, run, left_mm / MM_PER_PT, baseline_y_mm)
    return taken_mm


def _share_on_the_left(align: Align, direction: Direction) -> float:
    """How much of the free room stands on the left of the line, from 0 to 1."""
    if align is Align.CENTER:
        return 0.5
    if align in (Align.LEFT, Align.RIGHT):
        return float(align is Align.RIGHT)
    return float((align is Align.END) == (direction is Direction.LTR))


def _draw_run(document: FPDF, run: ShapedRun, left_pt: float, baseline_y_mm: float) -> None:
    font = document.current_font
    commands = [f"BT {left_pt + run.x_pt:.3f} {(document.h - baseline_y_mm) / MM_PER_PT:.3f} Td"]
    pen_pt, raised_pt = run.x_pt, 0.0
    pieces: list[str] = []
    for glyph in run.glyphs:
        if abs(glyph.y_pt - raised_pt) > 1e-6:
            commands.append(f"[{''.join(pieces)}] TJ {glyph.y_pt:.3f} Ts")
            pieces, raised_pt = [], glyph.y_pt
        gap = round((pen_pt - glyph.x_pt) / document.font_size_pt * 1000)
        pieces.append(f"{gap or ''}<{_character_id(font, glyph):04X}>")
        pen_pt = glyph.x_pt + glyph.advance_pt
    commands.append(f"[{''.join(pieces)}] TJ{' 0 Ts' if raised_pt else ''} ET")
    if not document.current_font_is_set_on_page:
        document._out(document._set_font_for_page(font, document.font_size_pt))
    drawn = " ".join(commands)
    document._out(f"q {document.text_color.serialize().lower()} {drawn} Q")


def _character_id(font: object, glyph: PlacedGlyph) -> int:
    """Number of the glyph in the subset that the document will embed, remembered with its text."""
    name = font.ttfont.getGlyphName(glyph.gid)
    width = round(font.scale * font.ttfont["hmtx"].metrics[name][0])
    return font.subset.pick_glyph(Glyph(glyph.gid, tuple(map(ord, glyph.text)), name, width))
