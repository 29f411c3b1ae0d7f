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


def add_fonts(objects: ObjectTable) -> dict[str, int]:
    """Write what papers draw with: the typeface regular (``FormsR``) and bold (``FormsB``)."""
    return {
        "FormsR": _add_composite(objects, font_program()),
        "FormsB": _add_composite(objects, font_program(bold=True)),
    }


def add_form_fonts(objects: ObjectTable) -> dict[str, int]:
    """The same, with the silent font (``FormsV``) and the default of fields (``FormsD``)."""
    regular = font_program()
    file = _add_file(objects, regular)
    cid_font = _add_cid_font(objects, regular, _add_descriptor(objects, regular, file, _SYMBOLIC))
    default_descriptor = _add_descriptor(objects, regular, file, _NONSYMBOLIC)
    return {
        "FormsR": _add_type0(objects, regular, cid_font, regular.to_unicode),
        "FormsB": _add_composite(objects, font_program(bold=True)),
        "FormsV": _add_type0(objects, regular, cid_font, regular.to_silence),
        "FormsD": _add_default_font(objects, regular, default_descriptor),
    }


def font_resources(fonts: Mapping[str, int]) -> str:
    """The fonts that a page draws with."""
    return dictionary({name: reference(fonts[name]) for name in ("FormsR", "FormsB")})


def _add_file(objects: ObjectTable, program: FontProgram) -> int:
    return objects.add(deflated_stream(program.compressed, {"Length1": program.length}))


def _add_composite(objects: ObjectTable, program: FontProgram) -> int:
    descriptor = _add_descriptor(objects, program, _add_file(objects, program), _SYMBOLIC)
    return _add_type0(objects, program, _add_cid_font(objects, program, descriptor), program.to_unicode)


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


def _add_type0(objects: ObjectTable, program: FontProgram, cid_font: int, to_unicode: bytes) -> int:
    mapping = objects.add(stream(to_unicode))
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
