"""Conditions on the file as a whole and on what lies above its pages: metadata, security, annotations."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from examined_paper import Element, Paper
from matterhorn import condition
from pikepdf import Dictionary, Name

ANNOTATION_TYPES = frozenset(
    [
        "Text",
        "Link",
        "FreeText",
        "Line",
        "Square",
        "Circle",
        "Polygon",
        "PolyLine",
        "Highlight",
        "Underline",
        "Squiggly",
        "StrikeOut",
        "Stamp",
        "Caret",
        "Ink",
        "Popup",
        "FileAttachment",
        "Sound",
        "Movie",
        "Widget",
        "Screen",
        "PrinterMark",
        "TrapNet",
        "Watermark",
        "3D",
        "Redact",
    ]
)
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}


@condition("06-001", "06-002", "06-003")
def metadata(paper: Paper) -> Iterator[str]:
    """No metadata, no claim to PDF/UA in it, or no title."""
    if paper.metadata is None:
        yield "no XMP metadata"
        return
    if paper.metadata.findtext(".//pdfuaid:part", namespaces=NAMESPACES) != "1":
        yield "no PDF/UA identification"
    title = paper.metadata.findtext(".//dc:title/rdf:Alt/rdf:li", namespaces=NAMESPACES)
    if not (title or "").strip():
        yield "no dc:title"


@condition("07-001", "07-002")
def window_title(paper: Paper) -> Iterator[str]:
    """The window would show the file's name in place of its title."""
    if not paper.root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield "DisplayDocTitle is not true"


@condition("20-001", "20-002", "20-003", "25-001", "28-014", "28-015", "30-001")
def foreign_features(paper: Paper) -> Iterator[str]:
    """Layers, dynamic forms, media and references to other files, which our papers never have."""
    if "/OCProperties" in paper.root:
        yield "optional content"
    if "/XFA" in paper.root.get("/AcroForm", Dictionary()):
        yield "XFA form"
    for one in paper.pdf.objects:
        if isinstance(one, pikepdf.Stream) and "/Ref" in one.stream_dict:
            yield "reference XObject"
        if isinstance(one, Dictionary) and one.get("/S") == Name.Rendition:
            yield "media clip"


@condition("21-001")
def embedded_files(paper: Paper) -> Iterator[str]:
    """An embedded file without its name."""
    for one in paper.pdf.objects:
        if isinstance(one, Dictionary) and "/EF" in one and not ("/F" in one and "/UF" in one):
            yield "file specification without F or UF"


@condition("26-001", "26-002")
def encryption(paper: Paper) -> Iterator[str]:
    """A lock that keeps screen readers out."""
    if paper.pdf.is_encrypted:
        yield "the file is encrypted"


@condition("28-002", "28-004", "28-006", "28-007", "28-011", "28-012", "28-016", "28-017", "28-018")
def annotation_types(paper: Paper) -> Iterator[str]:
    """Annotations other than widgets, which our papers never have."""
    for page, one in paper.annotations:
        if one.Subtype != Name.Widget:
            yield f"page {page + 1}: annotation {one.Subtype}"


@condition("28-005", "11-005")
def spoken_names(paper: Paper) -> Iterator[str]:
    """A field that a voice cannot name in both languages."""
    for page, one in paper.seen_annotations:
        spoken = str(one.get("/TU", ""))
        has_arabic = any("\u0600" <= letter <= "\u06ff" for letter in spoken)
        has_latin = any(letter.isascii() and letter.isalpha() for letter in spoken)
        if not (has_arabic and has_latin):
            yield f"page {page + 1}: field {one.get('/T', '')} is named {spoken!r}"


@condition("28-008", "28-009")
def tab_order(paper: Paper) -> Iterator[str]:
    """A page with fields whose tab order is not that of the structure."""
    for page in sorted({page for page, _ in paper.annotations}):
        if paper.pdf.pages[page].obj.get("/Tabs") != Name.S:
            yield f"page {page + 1}: Tabs is {paper.pdf.pages[page].obj.get('/Tabs')}"


@condition("28-010")
def widgets_in_forms(paper: Paper) -> Iterator[str]:
    """A field that stands in no Form element, in two, or whose parent index leads elsewhere."""
    holders: dict[tuple[int, int], list[Element]] = {}
    for element in paper.elements:
        for one in element.objects:
            holders.setdefault(one.objgen, []).append(element)
    for page, one in paper.seen_annotations:
        holding = holders.get(one.objgen, [])
        if [element.role for element in holding] != ["Form"]:
            yield f"page {page + 1}: field {one.get('/T', '')} stands in {[element.name for element in holding]}"
            continue
        indexed = paper.parent_tree.get(int(one.get("/StructParent", -1)))
        if indexed is None or indexed.objgen != holding[0].entries.objgen:
            yield f"page {page + 1}: field {one.get('/T', '')} is not in the parent tree"
