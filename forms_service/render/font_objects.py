"""The typeface as objects of a PDF file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forms_service.render.embedded_font import WINANSI_FIRST, WINANSI_LAST, FontProgram, font_program
from forms_service.render.font_file import glyphs_shown, with_only
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    deflated_stream,
    dictionary,
    reference,
    stream,
)

_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5
_PART_OF_A_FONT = "CNFORM"
"""Six capitals before a font's name say that not all of its outlines are there (ISO 32000-1, 9.6.4)."""

PAGE_FONTS = ("FormsR", "FormsRA", "FormsB", "FormsBA")
"""What pages draw with: the typeface regular and bold, and either for what stands between Arabic words."""


class Typeface:
    """The typeface in a file: its fonts are named at once, its outlines written when it is known which are shown.

    Args:
        has_values: Values will be added in the regular weight, which then stays whole.
    """

    def __init__(self, objects: ObjectTable, *, has_values: bool) -> None:
        self._objects, self._has_values = objects, has_values
        self._files = {is_bold: objects.reserve() for is_bold in (False, True)}
        self._mappings = _Mappings(objects)

    def add_fonts(self) -> dict[str, int]:
        """Write what papers draw with."""
        fonts: dict[str, int] = {}
        for name, is_bold in (("FormsR", False), ("FormsB", True)):
            fonts |= self._add_pair(name, is_bold)
        return fonts

    def add_form_fonts(self) -> dict[str, int]:
        """The same, with the silent font (``FormsV``) and the default of fields (``FormsD``)."""
        regular, file = font_program(), self._files[False]
        descriptor = _add_descriptor(self._objects, regular, regular.name, file, _SYMBOLIC)
        cid_font = _add_cid_font(self._objects, regular, regular.name, descriptor)
        silence = self._mappings.of(regular.to_silence)
        plain = _add_descriptor(self._objects, regular, regular.name, file, _NONSYMBOLIC)
        return {
            **self.add_fonts(),
            "FormsV": _add_type0(self._objects, regular.name, cid_font, silence),
            "FormsD": _add_default_font(self._objects, regular, plain),
        }

    def write_files(self, operators: Iterable[str]) -> None:
        """Write the outlines that the pages' content shows."""
        content = list(operators)
        for name, is_bold in (("FormsR", False), ("FormsB", True)):
            program = font_program(bold=is_bold)
            if self._is_whole(is_bold):
                file = deflated_stream(program.compressed, {"Length1": len(program.file)})
            else:
                shown = {gid for page in content for gid in glyphs_shown(page, (name, f"{name}A"))}
                part = with_only(program.file, shown | program.latin)
                file = stream(part, {"Length1": len(part)}, level=9)
            self._objects.put(self._files[is_bold], file)

    def _is_whole(self, is_bold: bool) -> bool:
        return self._has_values and not is_bold

    def _add_pair(self, name: str, is_bold: bool) -> dict[str, int]:
        program = font_program(bold=is_bold)
        font_name = program.name if self._is_whole(is_bold) else f"{_PART_OF_A_FONT}+{program.name}"
        descriptor = _add_descriptor(self._objects, program, font_name, self._files[is_bold], _SYMBOLIC)
        cid_font = _add_cid_font(self._objects, program, font_name, descriptor)
        letters, in_arabic = map(self._mappings.of, (program.to_unicode, program.to_unicode_in_arabic))
        return {
            name: _add_type0(self._objects, font_name, cid_font, letters),
            f"{name}A": _add_type0(self._objects, font_name, cid_font, in_arabic),
        }


def font_resources(fonts: Mapping[str, int]) -> str:
    """The fonts that a page draws with."""
    return dictionary({name: reference(fonts[name]) for name in PAGE_FONTS})


class _Mappings:
    """From glyphs to letters; both weights number their glyphs alike and share what is equal."""

    def __init__(self, objects: ObjectTable) -> None:
        self._objects = objects
        self._numbers: dict[bytes, int] = {}

    def of(self, to_unicode: bytes) -> int:
        """Number of the mapping, which is written once."""
        if to_unicode not in self._numbers:
            self._numbers[to_unicode] = self._objects.add(stream(to_unicode))
        return self._numbers[to_unicode]


def _add_descriptor(objects: ObjectTable, program: FontProgram, name: str, file: int, flags: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{name}",
                "Flags": flags,
                "FontBBox": array(program.bounds),
                "ItalicAngle": 0,
                "Ascent": program.ascent,
                "Descent": program.descent,
                "CapHeight": program.cap_height,
                "StemV": 140 if program.is_bold else 80,
                "FontFile2": reference(file),
            }
        )
    )


def _add_cid_font(objects: ObjectTable, program: FontProgram, name: str, descriptor: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{name}",
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "FontDescriptor": reference(descriptor),
                "DW": 1000,
                "W": f"[0 {array(program.widths)}]",
                "CIDToGIDMap": "/Identity",
            }
        )
    )


def _add_type0(objects: ObjectTable, name: str, cid_font: int, mapping: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": array([reference(cid_font)]),
                "ToUnicode": reference(mapping),
            }
        )
    )


def _add_default_font(objects: ObjectTable, program: FontProgram, descriptor: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/TrueType",
                "BaseFont": f"/{program.name}",
                "Encoding": "/WinAnsiEncoding",
                "FirstChar": WINANSI_FIRST,
                "LastChar": WINANSI_LAST,
                "Widths": array(program.winansi_widths),
                "FontDescriptor": reference(descriptor),
            }
        )
    )
