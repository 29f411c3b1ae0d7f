"""The typeface as objects of a PDF file."""

from __future__ import annotations

from collections.abc import Mapping

from forms_service.render.embedded_font import WINANSI_FIRST, WINANSI_LAST, FontProgram, font_program
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    deflated_stream,
    dictionary,
    reference,
    stream,
)

_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5


PAGE_FONTS = ("FormsR", "FormsRA", "FormsB", "FormsBA")
"""What pages draw with: the typeface regular and bold, and either for what stands between Arabic words."""


def add_fonts(objects: ObjectTable) -> dict[str, int]:
    """Write what papers draw with."""
    fonts: dict[str, int] = {}
    mappings = _Mappings(objects)
    for name, program in (("FormsR", font_program()), ("FormsB", font_program(bold=True))):
        descriptor = _add_descriptor(objects, program, _add_file(objects, program), _SYMBOLIC)
        fonts |= _add_pair(objects, name, program, _add_cid_font(objects, program, descriptor), mappings)
    return fonts


def add_form_fonts(objects: ObjectTable) -> dict[str, int]:
    """The same, with the silent font (``FormsV``) and the default of fields (``FormsD``)."""
    regular = font_program()
    file = _add_file(objects, regular)
    cid_font = _add_cid_font(objects, regular, _add_descriptor(objects, regular, file, _SYMBOLIC))
    default_descriptor = _add_descriptor(objects, regular, file, _NONSYMBOLIC)
    bold = font_program(bold=True)
    bold_descriptor = _add_descriptor(objects, bold, _add_file(objects, bold), _SYMBOLIC)
    mappings = _Mappings(objects)
    return {
        **_add_pair(objects, "FormsR", regular, cid_font, mappings),
        **_add_pair(objects, "FormsB", bold, _add_cid_font(objects, bold, bold_descriptor), mappings),
        "FormsV": _add_type0(objects, regular, cid_font, mappings.of(regular.to_silence)),
        "FormsD": _add_default_font(objects, regular, default_descriptor),
    }


def font_resources(fonts: Mapping[str, int]) -> str:
    """The fonts that a page draws with."""
    return dictionary({name: reference(fonts[name]) for name in PAGE_FONTS})


def _add_file(objects: ObjectTable, program: FontProgram) -> int:
    return objects.add(deflated_stream(program.compressed, {"Length1": program.length}))


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


def _add_pair(
    objects: ObjectTable, name: str, program: FontProgram, cid_font: int, mappings: _Mappings
) -> dict[str, int]:
    letters, in_arabic = (mappings.of(one) for one in (program.to_unicode, program.to_unicode_in_arabic))
    return {
        name: _add_type0(objects, program, cid_font, letters),
        f"{name}A": _add_type0(objects, program, cid_font, in_arabic),
    }


def _add_descriptor(objects: ObjectTable, program: FontProgram, file: int, flags: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{program.name}",
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


def _add_cid_font(objects: ObjectTable, program: FontProgram, descriptor: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{program.name}",
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "FontDescriptor": reference(descriptor),
                "DW": 1000,
                "W": f"[0 {array(program.widths)}]",
                "CIDToGIDMap": "/Identity",
            }
        )
    )


def _add_type0(objects: ObjectTable, program: FontProgram, cid_font: int, mapping: int) -> int:
    return objects.add(
        dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{program.name}",
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
