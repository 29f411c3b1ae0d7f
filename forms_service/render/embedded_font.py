"""The typeface as PDF fonts: for artwork and values, and for what a person types.

Glyph numbers are the cooked font's own (Identity-H), and every glyph maps to the letters it stands
for, so text is copied and searched in base letters.  Further dictionaries share the same font
file:

- ``FormsRA`` and ``FormsBA`` draw brackets and spaces of Arabic (see ``text_pieces``): a bracket
  maps to the one that was written, which is its mirror image, and carries a right-to-left
  mark as spaces do.
- ``FormsV`` maps every glyph to a zero-width space.  pdf.js shows in a form's input the text it
  extracts from the appearance; with this font it falls back on the value, which is always right.
- ``FormsD`` is a Latin WinAnsi font, named as the default appearance.  It must not claim Arabic:
  viewers then shape typed Arabic with their own fonts instead of printing it unjoined.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache

import uharfbuzz as hb

from forms_service.render.font_file import as_embedded
from forms_service.render.text_pieces import MIRRORED
from forms_service.render.typography import BOLD, REGULAR, advances, font_of

_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
    "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
)
_CMAP_TAIL = "endcmap CMapName currentdict /CMap defineresource pop end end\n"
_CMAP_CHUNK = 100
WINANSI_FIRST, WINANSI_LAST = 32, 255
_OF_ARABIC = {*MIRRORED, " ", "\u00a0"}

_SINGLE_SUBSTITUTION = 1
_ASCII_END = 128


@dataclass(frozen=True, slots=True)
class FontProgram:
    """What a PDF needs to know of one weight.

    Attributes:
        file: The font file, with what viewers use of it.
        latin: Glyphs of the ASCII characters, which references and numbers are written in.
        widths: Advance of every glyph, in thousandths of an em.
        unicode: Text of every glyph.
        winansi_widths: Advances of the WinAnsi characters 32 to 255.
    """

    name: str
    file: bytes
    latin: frozenset[int]
    widths: tuple[int, ...]
    unicode: tuple[str, ...]
    winansi_widths: tuple[int, ...]
    bounds: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    is_bold: bool

    @property
    def compressed(self) -> bytes:
        """The whole file deflated; asked only where no part of it will do."""
        return _deflated(self.is_bold)

    @property
    def to_unicode(self) -> bytes:
        """The CMap that turns glyph numbers back into letters."""
        return _cmap({gid: text for gid, text in enumerate(self.unicode) if text})

    @property
    def to_unicode_in_arabic(self) -> bytes:
        """The same, for what stands between the words of Arabic."""
        texts = dict(enumerate(self.unicode))
        own = {gid: f"\u200f{MIRRORED.get(text, text)}" for gid, text in texts.items() if text in _OF_ARABIC}
        return _cmap(own)

    @property
    def to_silence(self) -> bytes:
        """The CMap that turns every glyph into a zero-width space."""
        body = f"1 beginbfrange <0000> <{len(self.widths) - 1:04X}> ["
        body += "<200B>" * len(self.widths) + "] endbfrange\n"
        return (_CMAP_HEAD + body + _CMAP_TAIL).encode("ascii")


@cache
def font_program(*, bold: bool = False) -> FontProgram:
    """Read one weight of the typeface; kept for the life of the process."""
    face, widths = font_of(bold).face, advances(bold)
    data = as_embedded((BOLD if bold else REGULAR).read_bytes())
    head, hhea, os2 = (face.reference_table(table).data for table in ("head", "hhea", "OS/2"))
    ascent, descent = struct.unpack_from(">2h", hhea, 4)
    glyphs = _glyphs_of_characters(face)
    return FontProgram(
        name="FormsSans-Bold" if bold else "FormsSans-Regular",
        file=data,
        latin=frozenset(gid for point, gid in glyphs.items() if point < _ASCII_END),
        widths=widths,
        unicode=_letters(face, glyphs, font_program() if bold else None),
        winansi_widths=tuple(
            widths[glyphs[point]] if (point := _winansi(code)) in glyphs else 0
            for code in range(WINANSI_FIRST, WINANSI_LAST + 1)
        ),
        bounds=struct.unpack_from(">4h", head, 36),
        ascent=ascent,
        descent=descent,
        cap_height=struct.unpack_from(">h", os2, 88)[0],
        is_bold=bold,
    )


@cache
def _deflated(bold: bool) -> bytes:
    return zlib.compress(font_program(bold=bold).file, 9)


def _winansi(code: int) -> int:
    try:
        return ord(bytes([code]).decode("cp1252"))
    except UnicodeDecodeError:
        return -1


def _glyphs_of_characters(face: hb.Face) -> dict[int, int]:
    font = hb.Font(face)
    return {point: font.get_nominal_glyph(point) for point in sorted(face.unicodes)}


def _letters(face: hb.Face, glyphs: dict[int, int], alike: FontProgram | None) -> tuple[str, ...]:
    """The base letters each glyph stands for, through the font's own substitutions.

    Args:
        alike: Another weight, which is asked when it has the same glyphs under the same numbers.
    """
    tables = [face.reference_table(table).data for table in ("cmap", "GSUB")]
    if alike is not None:
        other = font_of(alike.is_bold).face
        if tables == [other.reference_table(table).data for table in ("cmap", "GSUB")]:
            return alike.unicode
    texts: dict[int, str] = {}
    for point, gid in glyphs.items():
        texts.setdefault(gid, _base_letters(chr(point)))
    substitutions = _single_substitutions(face)
    is_growing = True
    while is_growing:
        is_growing = False
        for source, target in substitutions:
            if source in texts and target not in texts:
                texts[target] = texts[source]
                is_growing = True
    return tuple(texts.get(gid, "") for gid in range(face.glyph_count))


def _base_letters(character: str) -> str:
    is_presentation_form = "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc"
    return unicodedata.normalize("NFKC", character) if is_presentation_form else character


def _single_substitutions(face: hb.Face) -> list[tuple[int, int]]:
    """Every replacement of one glyph by one, lookup by lookup."""
    substitutions = face.reference_table("GSUB").data
    (lookups_at,) = struct.unpack_from(">H", substitutions, 8)
    (lookups,) = struct.unpack_from(">H", substitutions, lookups_at)
    starts = struct.unpack_from(f">{lookups}H", substitutions, lookups_at + 2)
    kinds = [struct.unpack_from(">H", substitutions, lookups_at + start)[0] for start in starts]
    return [
        (source, target)
        for lookup, kind in enumerate(kinds)
        if kind == _SINGLE_SUBSTITUTION
        for source in range(face.glyph_count)
        for target in face.get_lookup_glyph_alternates(lookup, source)
    ]


def _cmap(texts: dict[int, str]) -> bytes:
    entries = [f"<{gid:04X}> <{text.encode('utf-16-be').hex().upper()}>" for gid, text in texts.items()]
    chunks = [entries[start : start + _CMAP_CHUNK] for start in range(0, len(entries), _CMAP_CHUNK)]
    body = "".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar\n" for chunk in chunks)
    return (_CMAP_HEAD + body + _CMAP_TAIL).encode("ascii")
