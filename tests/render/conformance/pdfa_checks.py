"""What ISO 19005-2 (PDF/A-2, level U) asks of files like ours, read from the finished file.

The checks are named by clause.  They cover what our writer could get wrong; what it never writes
(pictures with masks, layers, actions, encryption …) is only checked to be absent.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pikepdf
from examined_paper import Paper
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
_PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
_PREDEFINED = {
    "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/pdf/1.3/",
    "http://ns.adobe.com/xap/1.0/",
    "http://www.aiim.org/pdfa/ns/id/",
    "http://www.aiim.org/pdfa/ns/extension/",
    "http://www.aiim.org/pdfa/ns/schema#",
    "http://www.aiim.org/pdfa/ns/property#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "adobe:ns:meta/",
}
_FORBIDDEN_FILTERS = {"/LZWDecode", "/Crypt"}
_ALLOWED_COLOURS = {"/DeviceGray", "/DeviceRGB"}

Check = Callable[[Paper, bytes], Iterator[str]]
CHECKS: dict[str, Check] = {}


def clause(number: str) -> Callable[[Check], Check]:
    """Name a check by its clause."""

    def note(check: Check) -> Check:
        CHECKS[number] = check
        return check

    return note


def failures(data: bytes) -> list[str]:
    """What is wrong with a file, each finding opened by the number of its clause."""
    paper = Paper(data)
    return [f"{number} {finding}" for number, check in CHECKS.items() for finding in check(paper, data)]


def _dictionaries(paper: Paper) -> Iterator[Dictionary]:
    for one in paper.pdf.objects:
        if isinstance(one, pikepdf.Stream):
            yield one.stream_dict
        elif isinstance(one, Dictionary):
            yield one


@clause("6.1.2 header")
def header(paper: Paper, data: bytes) -> Iterator[str]:
    """The file opens with its version and a comment of four bytes that are no letters."""
    first, second = data.split(b"\n", 2)[:2]
    if not re.fullmatch(rb"%PDF-1\.[1-7]", first):
        yield f"header {first!r}"
    if not (second[:1] == b"%" and len(second) >= 5 and all(byte > 127 for byte in second[1:5])):
        yield f"comment {second!r}"


@clause("6.1.3 trailer")
def trailer(paper: Paper, data: bytes) -> Iterator[str]:
    """It has an identifier, no lock, and ends with its end mark."""
    if "/ID" not in paper.pdf.trailer:
        yield "no ID"
    if "/Encrypt" in paper.pdf.trailer:
        yield "encrypted"
    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "something follows the end mark"


@clause("6.1.7 streams")
def streams(paper: Paper, data: bytes) -> Iterator[str]:
    """Streams lie in the file and are packed in ways that last."""
    for one in _dictionaries(paper):
        if {"/F", "/FFilter", "/FDecodeParms"} & set(one.keys()) and "/Length" in one:
            yield "a stream lies in another file"
        filters = one.get("/Filter", Array())
        for name in filters if isinstance(filters, Array) else [filters]:
            if str(name) in _FORBIDDEN_FILTERS:
                yield f"filter {name}"


@clause("6.2.3 output intent")
def output_intent(paper: Paper, data: bytes) -> Iterator[str]:
    """One PDF/A output intent with a profile that can be used."""
    intents = [one for one in paper.root.get("/OutputIntents", Array()) if one.S == Name.GTS_PDFA1]
    if len(intents) != 1:
        yield f"{len(intents)} output intents"
        return
    profile = intents[0].DestOutputProfile
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile.read_bytes()))
    if opened.profile.xcolor_space.strip() != "RGB" or int(profile.N) != 3:
        yield f"profile of {opened.profile.xcolor_space}"


@clause("6.2.4 colours")
def colours(paper: Paper, data: bytes) -> Iterator[str]:
    """Only colours whose meaning the output intent gives."""
    for index, page in enumerate(paper.pdf.pages, start=1):
        for _, operator in pikepdf.parse_content_stream(page):
            if str(operator) in ("k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"):
                yield f"page {index}: operator {operator}"
    for one in _dictionaries(paper):
        if one.get("/Subtype") == Name.Image and str(one.get("/ColorSpace")) not in _ALLOWED_COLOURS:
            yield f"picture in {one.get('/ColorSpace')}"


@clause("6.2.10 transparency")
def transparency(paper: Paper, data: bytes) -> Iterator[str]:
    """Nothing is see-through."""
    for one in _dictionaries(paper):
        if "/SMask" in one or (one.get("/Type") == Name.Group and one.get("/S") == Name.Transparency):
            yield "soft mask or transparency group"


@clause("6.2.11 fonts")
def fonts(paper: Paper, data: bytes) -> Iterator[str]:
    """Every font is embedded and every glyph means letters."""
    for font in paper.fonts.values():
        descendant = font.DescendantFonts[0] if font.Subtype == Name.Type0 else font
        if "/FontFile2" not in descendant.FontDescriptor:
            yield f"{font.BaseFont} is not embedded"
        if font.Subtype == Name.Type0 and "/ToUnicode" not in font:
            yield f"{font.BaseFont} has no ToUnicode"


@clause("6.3 annotations")
def annotations(paper: Paper, data: bytes) -> Iterator[str]:
    """Only fields of signatures; each is printed and has an appearance or no area."""
    for page, one in paper.annotations:
        flags = int(one.get("/F", 0))
        is_empty = one.Rect[0] == one.Rect[2] and one.Rect[1] == one.Rect[3]
        if one.Subtype != Name.Widget or one.get("/FT") != Name.Sig:
            yield f"page {page + 1}: {one.Subtype} {one.get('/FT')}"
        if not flags & 4 or flags & (1 | 2 | 32):
            yield f"page {page + 1}: flags {flags}"
        if "/AP" not in one and not is_empty:
            yield f"page {page + 1}: no appearance"


@clause("6.4 forms and 6.5 actions")
def actions(paper: Paper, data: bytes) -> Iterator[str]:
    """No program runs, nothing is redrawn by the viewer."""
    if paper.root.get("/AcroForm", Dictionary()).get("/NeedAppearances", False):
        yield "NeedAppearances"
    for one in _dictionaries(paper):
        if "/AA" in one or "/OpenAction" in one or one.get("/S") in (Name.JavaScript, Name.Launch, Name.URI):
            yield "an action"


@clause("6.6 metadata")
def metadata(paper: Paper, data: bytes) -> Iterator[str]:
    """The claim to PDF/A-2u, unpacked, and equal to the document's properties."""
    stream = paper.root.get("/Metadata")
    if stream is None:
        yield "no XMP metadata"
        return
    if "/Filter" in stream.stream_dict:
        yield "packed metadata"
    tree = ElementTree.fromstring(stream.read_bytes())
    if (tree.findtext(f".//{_PDFA}part"), tree.findtext(f".//{_PDFA}conformance")) != ("2", "U"):
        yield "no claim to PDF/A-2u"
    info = paper.pdf.trailer.get("/Info", Dictionary())
    pairs = {
        "/Title": ".//{http://purl.org/dc/elements/1.1/}title/*/*",
        "/Author": ".//{http://purl.org/dc/elements/1.1/}creator/*/*",
        "/Subject": ".//{http://purl.org/dc/elements/1.1/}description/*/*",
        "/Keywords": ".//{http://ns.adobe.com/pdf/1.3/}Keywords",
        "/Producer": ".//{http://ns.adobe.com/pdf/1.3/}Producer",
    }
    for key, path in pairs.items():
        if str(info.get(key, "")) != (tree.findtext(path) or ""):
            yield f"{key} {str(info.get(key, ''))!r} is {tree.findtext(path)!r} in the metadata"


@clause("6.6.2.3 extension schemas")
def extension_schemas(paper: Paper, data: bytes) -> Iterator[str]:
    """Every property outside of the predefined schemas is declared."""
    if paper.metadata is None:
        return
    declared: set[tuple[str, str]] = set()
    for schema in paper.metadata.iter(f"{_RDF}li"):
        uri = schema.findtext(f"{_SCHEMA}namespaceURI")
        if uri:
            declared |= {(uri, name.text or "") for name in schema.iter(f"{_PROPERTY}name")}
    for one in paper.metadata.iter():
        uri, _, name = one.tag[1:].partition("}")
        if uri not in _PREDEFINED and (uri, name) not in declared:
            yield f"{name} of {uri} is not declared"


@clause("6.8 embedded files")
def embedded_files(paper: Paper, data: bytes) -> Iterator[str]:
    """PDF/A-2 takes no attachments but other PDF/A files; ours have none."""
    if any("/EF" in one for one in _dictionaries(paper)) or "/EmbeddedFiles" in paper.root.get(
        "/Names", Dictionary()
    ):
        yield "an attachment"
