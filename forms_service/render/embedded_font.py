"""The typeface as PDF fonts: for artwork and values, and for what a person types.

Glyph numbers are the cooked font's own (Identity-H), and every glyph maps to the letters it stands
for, so text is copied and searched in base letters.  Two further dictionaries share the same font
file:

- ``FormsV`` maps every glyph to a zero-width space.  pdf.js shows in a form's input the text it
  extracts from the appearance; with this font it falls back on the value, which is always right.
- ``FormsD`` is a Latin WinAnsi font, named as the default appearance.  It must not claim Arabic:
  viewers then shape typed Arabic with their own fonts instead of printing it unjoined.
"""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from forms_service.render.typography import BOLD, REGULAR

_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
    "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
)
_CMAP_TAIL = "endcmap CMapName currentdict /CMap defineresource pop end end\n"
_CMAP_CHUNK = 100
WINANSI_FIRST, WINANSI_LAST = 32, 255


@dataclass(frozen=True, slots=True)
class FontProgram:
    """What a PDF needs to know of one weight.

    Attributes:
        compressed: The font file, deflated.
        length: Length of the font file itself.
        widths: Advance of every glyph, in thousandths of an em.
        unicode: Text of every glyph.
        winansi_widths: Advances of the WinAnsi characters 32 to 255.
    """

    name: str
    compressed: bytes
    length: int
    widths: tuple[int, ...]
    unicode: tuple[str, ...]
    winansi_widths: tuple[int, ...]
    bounds: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    is_bold: bool

    @property
    def to_unicode(self) -> bytes:
        """The CMap that turns glyph numbers back into letters."""
        return _cmap({gid: text for gid, text in enumerate(self.unicode) if text})

    @property
    def to_silence(self) -> bytes:
        """The CMap that turns every glyph into a zero-width space."""
        body = f"1 beginbfrange <0000> <{len(self.widths) - 1:04X}> ["
        body += "<200B>" * len(self.widths) + "] endbfrange\n"
        return (_CMAP_HEAD + body + _CMAP_TAIL).encode("ascii")


@cache
def font_program(*, bold: bool = False) -> FontProgram:
    """Read one weight of the typeface; kept for the life of the process."""
    path = Path(BOLD if bold else REGULAR)
    data = path.read_bytes()
    font = TTFont(path)
    order = font.getGlyphOrder()
    scale = 1000 / font["head"].unitsPerEm
    metrics = font["hmtx"].metrics
    characters = font.getBestCmap()
    texts = _glyph_texts(font, characters)
    head = font["head"]
    return FontProgram(
        name="FormsSans-Bold" if bold else "FormsSans-Regular",
        compressed=zlib.compress(data, 9),
        length=len(data),
        widths=tuple(round(metrics[name][0] * scale) for name in order),
        unicode=tuple(texts.get(name, "") for name in order),
        winansi_widths=tuple(
            round(metrics[characters[point]][0] * scale) if (point := _winansi(code)) in characters else 0
            for code in range(WINANSI_FIRST, WINANSI_LAST + 1)
        ),
        bounds=tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=round(font["hhea"].ascent * scale),
        descent=round(font["hhea"].descent * scale),
        cap_height=round(font["OS/2"].sCapHeight * scale),
        is_bold=bold,
    )


def _winansi(code: int) -> int:
    try:
        return ord(bytes([code]).decode("cp1252"))
    except UnicodeDecodeError:
        return -1


def _glyph_texts(font: TTFont, characters: dict[int, str]) -> dict[str, str]:
    """The base letters each glyph stands for, through the font's own substitutions."""
    texts: dict[str, str] = {}
    for point, name in sorted(characters.items()):
        texts.setdefault(name, _base_letters(chr(point)))
    substitutions = list(_single_substitutions(font))
    is_growing = True
    while is_growing:
        is_growing = False
        for source, target in substitutions:
            if source in texts and target not in texts:
                texts[target] = texts[source]
                is_growing = True
    return texts


def _base_letters(character: str) -> str:
    is_presentation_form = "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc"
    return unicodedata.normalize("NFKC", character) if is_presentation_form else character


def _single_substitutions(font: TTFont) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            mapping = getattr(table, "mapping", None) or {}
            for source, target in mapping.items():
                if isinstance(target, str):
                    pairs.append((source, target))
            for source, targets in (getattr(table, "alternates", None) or {}).items():
                pairs += [(source, target) for target in targets]
    return pairs


def _cmap(texts: dict[int, str]) -> bytes:
    entries = [f"<{gid:04X}> <{text.encode('utf-16-be').hex().upper()}>" for gid, text in texts.items()]
    chunks = [entries[start : start + _CMAP_CHUNK] for start in range(0, len(entries), _CMAP_CHUNK)]
    body = "".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar\n" for chunk in chunks)
    return (_CMAP_HEAD + body + _CMAP_TAIL).encode("ascii")
