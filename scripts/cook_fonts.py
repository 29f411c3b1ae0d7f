#!/usr/bin/env python3
"""Cook the one typeface of every paper: Latin and Arabic in a file, one glyph for one letter.

Takes Noto Sans, Noto Sans Arabic and a few ticks of Noto Sans Symbols 2 as Debian distributes
them (package ``fonts-noto-core``), and writes ``FormsSans-Regular.ttf`` and ``FormsSans-Bold.ttf``.

Why cook at all?  A PDF keeps glyphs, not letters.  Where a font sets lam and alef as *one* glyph,
readers copy, search and extract «السلام» as «السالم».  So each lam-alef ligature is cut into a lam
and an alef that touch exactly where the ligature's outline is cut: same look, same width, and the
text stays what was written.  Other ligatures of letters are dropped for the same reason.

    python scripts/cook_fonts.py [--sources FOLDER] [--into FOLDER]

The same sources always give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from fontTools.merge import Merger
from fontTools.misc.bezierTools import splitLine, splitQuadratic
from fontTools.otlLib import builder
from fontTools.pens.basePen import decomposeQuadraticSegment
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

SOURCES = Path("/usr/share/fonts/truetype/noto")
INTO = Path(__file__).parent.parent / "forms_service" / "render" / "fonts"
FAMILY = "Forms Sans"
SEAM_UNITS = 12
"""How far the two halves of a cut ligature reach over the cut, so that no hairline shows."""

Point = tuple[float, float]
Segment = tuple[Point, ...]


def _points(*ranges: tuple[int, int]) -> set[int]:
    return {point for low, high in ranges for point in range(low, high + 1)}


LATIN = _points((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2C6, 0x2C7), (0x2D8, 0x2DD)) | {
    ord(character)
    for character in "Ÿ–—―‘’‚“”„†‡•…‰‹›⁄€№™−≈≠≤≥×÷\u2009\u200a\u202f\u200b\u200c\u200d\u200e\u200f"
}
ARABIC = (
    _points((0x0600, 0x0604), (0x0606, 0x060F), (0x0610, 0x061C), (0x061E, 0x065F), (0x0660, 0x0671))
    | {0x0674, 0x0679, 0x067E, 0x0686, 0x0688, 0x0691, 0x0698, 0x06A2, 0x06A4, 0x06A5, 0x06A7, 0x06A8}
    | {0x06A9, 0x06AD, 0x06AF, 0x06BA, 0x06BE, 0x06C1, 0x06CC, 0x06D2, 0x06D4, 0x0763}
    | _points((0x06F0, 0x06F9), (0xFE70, 0xFEFC))
)
SYMBOLS = {ord(character) for character in "☐☑☒✓✔✗✘→←↑↓■□●○▲▼◆★☎✎✂"}

LATIN_FEATURES = ["kern", "mark", "mkmk", "ccmp"]
ARABIC_FEATURES = ["init", "medi", "fina", "isol", "rlig", "mark", "mkmk", "kern"]

LAM = {"init": "uniFEDF", "medi": "uniFEE0"}
ALEFS = {"uniFE8E": ("uniFEFB", "uniFEFC"), "uniFE84": ("uniFEF7", "uniFEF8")}
ALEFS |= {"uniFE88": ("uniFEF9", "uniFEFA"), "uniFE82": ("uniFEF5", "uniFEF6")}


def main() -> None:
    """Cook both weights and say how large they became."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sources", type=Path, default=SOURCES, help="folder of the Noto fonts")
    parser.add_argument("--into", type=Path, default=INTO, help="folder to write to")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Bold"):
        cooked = cook(arguments.sources, weight)
        target = arguments.into / f"FormsSans-{weight}.ttf"
        target.write_bytes(cooked)
        print(f"{target.name}: {len(cooked) / 1000:.0f} KB")


def cook(sources: Path, weight: str) -> bytes:
    """Give the finished font file of one weight."""
    latin = _subset(_open(sources / f"NotoSans-{weight}.ttf"), LATIN, LATIN_FEATURES)
    arabic = _open(sources / f"NotoSansArabic-{weight}.ttf")
    split_lam_alef(arabic)
    arabic = _subset(arabic, ARABIC - LATIN, ARABIC_FEATURES)
    symbols = _subset(_open(sources / "NotoSansSymbols2-Regular.ttf"), SYMBOLS - LATIN - ARABIC, [])
    merged = _merge([latin, arabic, symbols])
    for value in ("sCapHeight", "sxHeight", "usWeightClass"):  # merging takes the larger, or none
        setattr(merged["OS/2"], value, getattr(latin["OS/2"], value))
    _christen(merged, weight)
    return _bytes(merged)


def _open(path: Path) -> TTFont:
    return TTFont(path, recalcTimestamp=False)


def _subset(font: TTFont, unicodes: Iterable[int], features: list[str]) -> TTFont:
    options = Options()
    options.layout_features = features
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    return font


def _merge(fonts: Sequence[TTFont]) -> TTFont:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, font in enumerate(fonts):
            path = Path(folder) / f"{number}.ttf"
            font.save(path)
            paths.append(str(path))
        return Merger().merge(paths)


def _christen(font: TTFont, weight: str) -> None:
    """Name the font for what it is: a modified version, under the licence it came with."""
    names = font["name"]
    licence = {number: names.getDebugName(number) for number in (0, 7, 8, 9, 11, 13, 14)}
    names.names = []
    own = {
        1: FAMILY,
        2: weight,
        3: f"{FAMILY} {weight} 1.0",
        4: f"{FAMILY} {weight}",
        5: "Version 1.0",
        6: f"FormsSans-{weight}",
        10: "Noto Sans and Noto Sans Arabic merged, subset, their lam-alef ligatures cut in two letters.",
    }
    for number, words in sorted((licence | own).items()):
        if words:
            names.setName(words, number, 3, 1, 0x409)
    head = font["head"]
    head.created = head.modified = 3_692_217_600  # 2021-01-01, the year of the sources
    font.recalcTimestamp = False


def _bytes(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


# --- lam-alef -------------------------------------------------------------------------------------


def split_lam_alef(font: TTFont) -> None:
    """Replace each lam-alef ligature by two glyphs that look like it side by side.

    The rest of the required ligatures (Allah with its vowels, lam-yeh) are dropped.
    """
    pairs = [
        (lam, alef, ligatures[form])
        for alef, ligatures in ALEFS.items()
        for form, lam in enumerate(LAM.values())
    ]
    for _, _, ligature in pairs:
        _add_halves(font, ligature)
    _replace_required_ligatures(font["GSUB"].table, font, pairs)
    _move_anchors(font, [ligature for _, _, ligature in pairs])


def _add_halves(font: TTFont, ligature: str) -> None:
    """Add ``<ligature>.alef`` (left) and ``<ligature>.lam`` (right), cut at the ligature's middle."""
    contours = _contours(font, ligature)
    advance, _ = font["hmtx"][ligature]
    cut = _cut_x(font, ligature)
    left = _draw([_clip(contour, cut + SEAM_UNITS, keep_left=True) for contour in contours], 0)
    right = _draw([_clip(contour, cut - SEAM_UNITS, keep_left=False) for contour in contours], -cut)
    for suffix, glyph, width in (("alef", left, cut), ("lam", right, advance - cut)):
        name = f"{ligature}.{suffix}"
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        glyph.recalcBounds(font["glyf"])
        font["glyf"].glyphs[name] = glyph
        font["hmtx"][name] = (width, glyph.xMin)
        font["GDEF"].table.GlyphClassDef.classDefs[name] = 1


def _cut_x(font: TTFont, ligature: str) -> int:
    return round(font["hmtx"][ligature][0] * 0.5)


def _contours(font: TTFont, name: str) -> list[list[Segment]]:
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    contours: list[list[Segment]] = []
    here: Point = (0, 0)
    for operator, points in pen.value:
        if operator == "moveTo":
            here = points[0]
            contours.append([])
        elif operator == "lineTo":
            contours[-1].append((here, points[0]))
            here = points[0]
        elif operator == "qCurveTo":
            for control, end in decomposeQuadraticSegment(points):
                contours[-1].append((here, control, end))
                here = end
        elif operator == "closePath" and here != contours[-1][0][0]:
            contours[-1].append((here, contours[-1][0][0]))
    return contours


def _clip(contour: list[Segment], x: float, *, keep_left: bool) -> list[Segment]:
    """The part of a contour on one side of a vertical line; the ends are joined along the line.

    Joints that double back enclose no area, so the filled shape is exact whatever the contour.
    """
    kept = []
    for segment in contour:
        split = splitLine if len(segment) == 2 else splitQuadratic
        for piece in split(*segment, x, False):
            middle = (piece[0][0] + 2 * piece[len(piece) // 2][0] + piece[-1][0]) / 4
            if (middle <= x) == keep_left:
                kept.append(tuple((round(px), round(py)) for px, py in piece))
    return kept


def _draw(contours: Iterable[list[Segment]], shift: int) -> object:
    pen = TTGlyphPen(None)
    for contour in filter(None, contours):
        here = None
        for segment in contour:
            start, *rest = [(px + shift, py) for px, py in segment]
            if here is None:
                pen.moveTo(start)
            elif here != start:
                pen.lineTo(start)
            pen.lineTo(rest[0]) if len(rest) == 1 else pen.qCurveTo(*rest)
            here = rest[-1]
        pen.closePath()
    return pen.glyph()


def _replace_required_ligatures(
    gsub: otTables.GSUB, font: TTFont, pairs: Sequence[tuple[str, str, str]]
) -> None:
    """First turn a lam before an alef into its half, then the alef after that half into the other."""
    lookups = gsub.LookupList.Lookup
    required = next(
        record.Feature for record in gsub.FeatureList.FeatureRecord if record.FeatureTag == "rlig"
    )
    ignore_marks = 9
    lam_rules, alef_rules = [], []
    for lam, alef, ligature in pairs:
        lam_rules.append(([], [[lam]], [[alef]], {lam: f"{ligature}.lam"}))
        alef_rules.append(([[f"{ligature}.lam"]], [[alef]], [], {alef: f"{ligature}.alef"}))
    first = len(lookups)
    for rules in (lam_rules, alef_rules):
        chain = builder.ChainContextSubstBuilder(font, None)
        chain.lookupflag, chain.lookup_index = ignore_marks, len(lookups)
        singles = []
        for number, (prefix, glyphs, suffix, mapping) in enumerate(rules):
            single = builder.SingleSubstBuilder(font, None)
            single.lookupflag, single.lookup_index = ignore_marks, chain.lookup_index + 1 + number
            single.mapping = mapping
            singles.append(single)
            chain.rules.append(builder.ChainContextualRule(prefix, glyphs, suffix, [[single]]))
        lookups.append(chain.build())
        lookups.extend(single.build() for single in singles)
    gsub.LookupList.LookupCount = len(lookups)
    required.LookupListIndex = [first, first + 1 + len(lam_rules)]
    required.LookupCount = 2


def _move_anchors(font: TTFont, ligatures: Sequence[str]) -> None:
    """Give each half the vowel-mark anchors of its own letter."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            if lookup.LookupType != 5:
                continue
            coverage, attaches = subtable.LigatureCoverage.glyphs, subtable.LigatureArray.LigatureAttach
            known = dict(zip(coverage, attaches, strict=True))
            for ligature in ligatures:
                if ligature not in known:
                    continue
                lam, alef, *hamza = known.pop(ligature).ComponentRecord
                for record in hamza:  # a vowel stands above the hamza, where there is one
                    alef.LigatureAnchor = [
                        own or other
                        for own, other in zip(record.LigatureAnchor, alef.LigatureAnchor, strict=True)
                    ]
                _shift(lam, -_cut_x(font, ligature))
                known[f"{ligature}.alef"], known[f"{ligature}.lam"] = _attach(alef), _attach(lam)
            ordered = sorted(known, key=font.getGlyphID)
            subtable.LigatureCoverage.glyphs = ordered
            subtable.LigatureArray.LigatureAttach = [known[name] for name in ordered]
            subtable.LigatureArray.LigatureCount = len(ordered)


def _shift(component: otTables.ComponentRecord, units: int) -> None:
    for anchor in filter(None, component.LigatureAnchor):
        anchor.XCoordinate += units


def _attach(component: otTables.ComponentRecord) -> otTables.LigatureAttach:
    attach = otTables.LigatureAttach()
    attach.ComponentRecord = [component]
    attach.ComponentCount = 1
    return attach


if __name__ == "__main__":
    main()
