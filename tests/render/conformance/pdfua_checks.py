"""The machine-checkable failure conditions of the Matterhorn Protocol 1.02 that can befall our papers.

Each check is named by the condition it looks for and yields what it found, so that a test can say what
is wrong where.  It reads the finished file with pikepdf and fontTools and knows nothing of how the file
was written.  ``docs/accessible-pdf.md`` says of every condition whether it is checked here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf

STANDARD_TYPES = frozenset(
    [
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
        "P",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Figure",
        "Formula",
        "Form",
    ]
)
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
TABLE_PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
}
LIST_PARENTS = {"LI": {"L"}, "LBody": {"LI"}}
TABLE_KIDS = {"Table": {"TR", "THead", "TBody", "TFoot", "Caption"}, "TR": {"TH", "TD"}}
LIST_KIDS = {"L": {"LI", "L", "Caption"}, "LI": {"Lbl", "LBody"}}
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}
SHOWING = frozenset(("Tj", "TJ", "'", '"'))
PAINTING = (
    frozenset(("f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "Do", "sh", "BI", "INLINE IMAGE")) | SHOWING
)


@dataclass
class Element:
    """One element of the structure tree."""

    role: str
    entries: Dictionary
    parent: Element | None
    kids: list[Element] = field(default_factory=list)
    content: list[tuple[int, int]] = field(default_factory=list)
    objects: list[pikepdf.Object] = field(default_factory=list)

    @property
    def ancestors(self) -> Iterator[Element]:
        node: Element | None = self
        while node is not None:
            yield node
            node = node.parent

    @property
    def name(self) -> str:
        return "/".join(reversed([node.role for node in self.ancestors]))


@dataclass(frozen=True)
class Stretch:
    """A painting operator and the marks it stands in, outermost first: (tag, MCID or None, language)."""

    page: int
    operator: str
    marks: tuple[tuple[str, int | None, str | None], ...]
    font: Dictionary | None = None
    codes: bytes = b""


class Paper:
    """A file under examination."""

    def __init__(self, data: bytes) -> None:
        self.pdf = Pdf.open(io.BytesIO(data))
        self.root = self.pdf.Root
        self.page_of = {page.objgen: index for index, page in enumerate(self.pdf.pages)}

    @cached_property
    def elements(self) -> list[Element]:
        found: list[Element] = []
        tree = self.root.get("/StructTreeRoot")
        if tree is not None:
            for kid in _kids(tree):
                self._walk(kid, None, found)
        return found

    def _walk(self, entries: Dictionary, parent: Element | None, found: list[Element]) -> None:
        element = Element(str(entries.S)[1:], entries, parent)
        if parent is not None:
            parent.kids.append(element)
        found.append(element)
        for kid in _kids(entries):
            if isinstance(kid, int):
                element.content.append((self.page_of[entries.Pg.objgen], kid))
            elif kid.get("/Type") == Name.MCR:
                element.content.append((self.page_of[kid.Pg.objgen], int(kid.MCID)))
            elif kid.get("/Type") == Name.OBJR:
                element.objects.append(kid.Obj)
            else:
                self._walk(kid, element, found)

    @cached_property
    def stretches(self) -> list[Stretch]:
        found: list[Stretch] = []
        for index, page in enumerate(self.pdf.pages):
            found += _stretches(page.obj, index)
        return found

    @cached_property
    def annotations(self) -> list[tuple[int, Dictionary]]:
        return [
            (index, annotation)
            for index, page in enumerate(self.pdf.pages)
            for annotation in page.obj.get("/Annots", Array())
        ]

    @property
    def seen_annotations(self) -> list[tuple[int, Dictionary]]:
        """Annotations that are neither hidden nor off the page."""
        return [(page, one) for page, one in self.annotations if not int(one.get("/F", 0)) & 2]

    @cached_property
    def metadata(self) -> ElementTree.Element | None:
        stream = self.root.get("/Metadata")
        return None if stream is None else ElementTree.fromstring(stream.read_bytes())

    @cached_property
    def fonts(self) -> dict[tuple[int, int], Dictionary]:
        """Every font that pages, appearances and fields name."""
        found: dict[tuple[int, int], Dictionary] = {}
        holders = [page.obj.get("/Resources") for page in self.pdf.pages]
        if "/AcroForm" in self.root:
            holders.append(self.root.AcroForm.get("/DR"))
        for _, annotation in self.annotations:
            for appearance in _appearances(annotation):
                holders.append(appearance.get("/Resources"))
        for holder in holders:
            for font in dict((holder or {}).get("/Font", {})).values():
                found[font.objgen] = font
        return found

    def owner(self, page: int, mcid: int) -> Dictionary | None:
        """The element that a page's parent array gives for marked content."""
        parents = self.parent_tree.get(int(self.pdf.pages[page].obj.get("/StructParents", -1)))
        return parents[mcid] if isinstance(parents, Array) and mcid < len(parents) else None

    @cached_property
    def parent_tree(self) -> dict[int, pikepdf.Object]:
        tree = self.root.StructTreeRoot.ParentTree
        numbers = list(tree.Nums)
        return {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}


def _kids(entries: Dictionary) -> list:
    kids = entries.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _appearances(annotation: Dictionary) -> Iterator[pikepdf.Stream]:
    normal = annotation.get("/AP", Dictionary()).get("/N")
    if isinstance(normal, pikepdf.Stream):
        yield normal
    elif isinstance(normal, Dictionary):
        yield from normal.values()


def _stretches(page: Dictionary, index: int) -> Iterator[Stretch]:
    marks: list[tuple[str, int | None, str | None]] = []
    fonts = dict(page.get("/Resources", Dictionary()).get("/Font", {}))
    font = None
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            properties = operands[1] if name == "BDC" else Dictionary()
            language = str(properties.Lang) if "/Lang" in properties else None
            mcid = int(properties.MCID) if "/MCID" in properties else None
            marks.append((str(operands[0])[1:], mcid, language))
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = fonts.get(str(operands[0]))
        elif name in PAINTING:
            codes = b"".join(bytes(one) for one in _strings(operands)) if name in SHOWING else b""
            yield Stretch(index, name, tuple(marks), font, codes)
    if marks:
        yield Stretch(index, "unclosed mark", tuple(marks))


def _strings(operands: list) -> Iterator[pikepdf.String]:
    for operand in operands:
        if isinstance(operand, Array):
            yield from (one for one in operand if isinstance(one, pikepdf.String))
        elif isinstance(operand, pikepdf.String):
            yield operand


# --- the checks -----------------------------------------------------------------------------------

Check = Callable[[Paper], Iterator[str]]
CHECKS: dict[str, Check] = {}


def condition(*numbers: str) -> Callable[[Check], Check]:
    """Name a check by the failure conditions it looks for."""

    def note(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(numbers, check))
        return check

    return note


def failures(data: bytes) -> list[str]:
    """What is wrong with a file, each finding opened by the number of its condition."""
    paper = Paper(data)
    return [
        f"{'/'.join(number for number, other in CHECKS.items() if other is check)} {finding}"
        for check in dict.fromkeys(CHECKS.values())
        for finding in check(paper)
    ]


@condition("01-003")
def artifact_in_content(paper: Paper) -> Iterator[str]:
    """An artifact inside tagged content."""
    for one in paper.stretches:
        tags = [tag for tag, _, _ in one.marks]
        numbered = [number is not None for _, number, _ in one.marks]
        if "Artifact" in tags and any(numbered[: tags.index("Artifact")]):
            yield f"page {one.page + 1}: {one.marks}"


@condition("01-004")
def content_in_artifact(paper: Paper) -> Iterator[str]:
    """Tagged content inside an artifact."""
    for one in paper.stretches:
        tags = [tag for tag, _, _ in one.marks]
        if "Artifact" in tags and any(
            number is not None for _, number, _ in one.marks[tags.index("Artifact") :]
        ):
            yield f"page {one.page + 1}: {one.marks}"


@condition("01-005")
def unmarked_content(paper: Paper) -> Iterator[str]:
    """Content that is neither an artifact nor reached from the structure tree, and the reverse."""
    placed = {spot for element in paper.elements for spot in element.content}
    for one in paper.stretches:
        numbers = [number for _, number, _ in one.marks if number is not None]
        if not numbers and "Artifact" not in [tag for tag, _, _ in one.marks]:
            yield f"page {one.page + 1}: {one.operator} outside of any mark"
        for number in numbers:
            if (one.page, number) not in placed:
                yield f"page {one.page + 1}: content {number} has no place in the tree"
            elif paper.owner(one.page, number) is None:
                yield f"page {one.page + 1}: content {number} is not in the parent tree"
    for element in paper.elements:
        for page, number in element.content:
            owner = paper.owner(page, number)
            if owner is None or owner.objgen != element.entries.objgen:
                yield f"page {page + 1}: content {number} belongs to another element than {element.name}"


@condition("01-007")
def suspects(paper: Paper) -> Iterator[str]:
    """The file says that its own tags are doubtful, or does not say that it is tagged."""
    marks = paper.root.get("/MarkInfo", Dictionary())
    if marks.get("/Suspects", False):
        yield "Suspects is true"
    if not marks.get("/Marked", False):
        yield "Marked is not true"


@condition("02-001", "02-003", "02-004")
def role_mapping(paper: Paper) -> Iterator[str]:
    """A structure type that is not a standard one, or a standard one that is mapped."""
    mapped = {
        str(key)[1:]: str(value)[1:]
        for key, value in dict(paper.root.StructTreeRoot.get("/RoleMap", {})).items()
    }
    yield from (f"standard type {role} is mapped" for role in mapped if role in STANDARD_TYPES)
    for element in paper.elements:
        role, seen = element.role, set()
        while role in mapped and role not in seen:
            seen.add(role)
            role = mapped[role]
        if role not in STANDARD_TYPES:
            yield f"{element.name} is no standard type"


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


@condition("09-004")
def tables(paper: Paper) -> Iterator[str]:
    """Rows and cells outside of tables and rows, foreign kids, or rows of unequal length."""
    yield from _misplaced(paper, TABLE_PARENTS, TABLE_KIDS)
    for table in (element for element in paper.elements if element.role == "Table"):
        lengths = {len(row.kids) for row in table.kids if row.role == "TR"}
        if len(lengths) > 1:
            yield f"{table.name} has rows of {sorted(lengths)} cells"


@condition("09-005")
def lists(paper: Paper) -> Iterator[str]:
    """Items outside of lists, or foreign kids in lists and items."""
    yield from _misplaced(paper, LIST_PARENTS, LIST_KIDS)


def _misplaced(paper: Paper, parents: dict[str, set[str]], kids: dict[str, set[str]]) -> Iterator[str]:
    for element in paper.elements:
        if element.role in parents and (
            element.parent is None or element.parent.role not in parents[element.role]
        ):
            yield f"{element.name} stands outside of {sorted(parents[element.role])}"
        if element.role in kids:
            yield from (
                f"{kid.name} may not stand there"
                for kid in element.kids
                if kid.role not in kids[element.role]
            )
            if element.content:
                yield f"{element.name} holds content itself"


@condition("10-001", "31-027", "31-028", "31-029")
def unicode_mapping(paper: Paper) -> Iterator[str]:
    """Shown characters that map to no letter, to zero or to a mark of byte order."""
    for one in paper.stretches:
        if one.font is None or one.font.get("/Subtype") != Name.Type0:
            continue
        mapping = _to_unicode(one.font)
        for start in range(0, len(one.codes), 2):
            code = int.from_bytes(one.codes[start : start + 2], "big")
            letters = mapping.get(code)
            if letters is None or any(letter in "\0\ufeff\ufffe" for letter in letters):
                yield f"page {one.page + 1}: glyph {code} of {one.font.BaseFont} means {letters!r}"


def shown_text(stretch: Stretch) -> str:
    """The letters of a text operator, from the left."""
    mapping = _to_unicode(stretch.font) if stretch.font is not None else {}
    codes = [int.from_bytes(stretch.codes[at : at + 2], "big") for at in range(0, len(stretch.codes), 2)]
    return "".join(mapping.get(code, "") for code in codes)


_mappings: dict[bytes, dict[int, str]] = {}


def _to_unicode(font: Dictionary) -> dict[int, str]:
    data = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    if data not in _mappings:
        tokens = data.decode("latin-1").replace("><", "> <").split()
        mapping: dict[int, str] = {}
        for index, token in enumerate(tokens):
            if token == "beginbfchar":
                at = index + 1
                while tokens[at] != "endbfchar":
                    mapping[int(tokens[at][1:-1], 16)] = bytes.fromhex(tokens[at + 1][1:-1]).decode(
                        "utf-16-be"
                    )
                    at += 2
        _mappings[data] = mapping
    return _mappings[data]


@condition("11-001", "11-006")
def language_of_content(paper: Paper) -> Iterator[str]:
    """No language for the document, or one that is not well formed."""
    languages = [("document", str(paper.root.get("/Lang", "")))]
    languages += [(one.name, str(one.entries.Lang)) for one in paper.elements if "/Lang" in one.entries]
    languages += [
        (f"page {one.page + 1}", language)
        for one in paper.stretches
        for _, _, language in one.marks
        if language is not None
    ]
    yield from (
        f"{where}: language {language!r}"
        for where, language in languages
        if language not in ("ar-MA", "fr-MA")
    )


@condition("11-001 as shown")
def language_of_letters(paper: Paper) -> Iterator[str]:
    """Arabic letters in a stretch that is said to be French, or the reverse (stricter than the protocol)."""
    owners = {spot: element for element in paper.elements for spot in element.content}
    for one in paper.stretches:
        numbers = [number for _, number, _ in one.marks if number is not None]
        if not one.codes or not numbers or one.font is None or (one.page, numbers[-1]) not in owners:
            continue
        language = _language_of(paper, one, owners[(one.page, numbers[-1])])
        mapping = _to_unicode(one.font)
        text = "".join(
            mapping.get(int.from_bytes(one.codes[at : at + 2], "big"), "")
            for at in range(0, len(one.codes), 2)
        )
        letters = [letter for letter in text if letter.isalpha()]
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in letters)
        if letters and (language == "ar-MA") != (arabic * 2 > len(letters)):
            yield f"page {one.page + 1}: {text!r} is said to be {language}"


def _language_of(paper: Paper, stretch: Stretch, owner: Element) -> str:
    said = [language for _, _, language in stretch.marks if language is not None]
    if said:
        return said[-1]
    inherited = (str(node.entries.Lang) for node in owner.ancestors if "/Lang" in node.entries)
    return next(inherited, str(paper.root.Lang))


@condition("13-004")
def figures(paper: Paper) -> Iterator[str]:
    """A figure without words for those who do not see it."""
    for element in paper.elements:
        if element.role == "Figure" and not str(element.entries.get("/Alt", "")).strip():
            yield f"{element.name} has no alternative text"


@condition("14-002", "14-003", "14-006", "14-007")
def headings(paper: Paper) -> Iterator[str]:
    """Headings that do not begin at the first level or skip one; or both kinds of headings."""
    level = 0
    for element in paper.elements:
        if element.role == "H":
            yield f"{element.name}: unnumbered heading"
        if element.role[:1] == "H" and element.role[1:].isdigit():
            if int(element.role[1:]) > level + 1:
                yield f"{element.name} follows level {level}"
            level = int(element.role[1:])
    if not level:
        yield "no heading at all"


@condition("15-003")
def head_cells(paper: Paper) -> Iterator[str]:
    """A head cell that does not say what it heads, or a row of heads that do not head columns."""
    for element in paper.elements:
        scope = element.entries.get("/A", Dictionary()).get("/Scope")
        if element.role == "TH" and scope is None:
            yield f"{element.name} has no scope"
        is_head_row = (
            element.role == "TR" and len(element.kids) > 1 and {kid.role for kid in element.kids} == {"TH"}
        )
        for kid in element.kids if is_head_row else []:
            if kid.entries.get("/A", Dictionary()).get("/Scope") != Name.Column:
                yield f"{kid.name} heads a column and does not say so"


@condition("19-003", "19-004")
def notes(paper: Paper) -> Iterator[str]:
    """Notes without names of their own, or not found by them."""
    names = [str(one.entries.get("/ID", "")) for one in paper.elements if one.role == "Note"]
    yield from (f"a note without a name after {len(names)} notes" for name in names if not name)
    if len(set(names)) != len(names):
        yield "two notes share a name"
    tree = paper.root.StructTreeRoot.get("/IDTree", Dictionary())
    known = [str(one) for one in list(tree.get("/Names", Array()))[::2]]
    yield from (f"note {name} is not in the IDTree" for name in set(names) - set(known))


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


@condition("30-002")
def shared_marked_content(paper: Paper) -> Iterator[str]:
    """A form XObject with numbered content that is drawn more than once."""
    for page, one in paper.annotations:
        for appearance in _appearances(one):
            if b"/MCID" in appearance.read_bytes():
                yield f"page {page + 1}: appearance with numbered content"


@condition("31-001", "31-002", "31-003", "31-004", "31-005", "31-006", "31-007", "31-008")
def composite_fonts(paper: Paper) -> Iterator[str]:
    """Composite fonts whose codes do not lead to glyphs for sure."""
    for font in paper.fonts.values():
        if font.Subtype != Name.Type0:
            continue
        if font.Encoding != Name("/Identity-H"):
            yield f"{font.BaseFont}: encoding {font.Encoding}"
        if font.DescendantFonts[0].get("/CIDToGIDMap") != Name.Identity:
            yield f"{font.BaseFont}: no CIDToGIDMap"


@condition("31-009", "31-011", "31-016", "31-030")
def embedded_glyphs(paper: Paper) -> Iterator[str]:
    """Fonts that are not embedded, and shown glyphs that they lack or have in another width."""
    for font in paper.fonts.values():
        descriptor = _descriptor(font)
        if "/FontFile2" not in descriptor:
            yield f"{font.BaseFont} is not embedded"
    for one in paper.stretches:
        if one.font is None or one.font.Subtype != Name.Type0 or "/FontFile2" not in _descriptor(one.font):
            continue
        widths = _true_widths(_descriptor(one.font))
        stated = list(one.font.DescendantFonts[0].W[1])
        for start in range(0, len(one.codes), 2):
            code = int.from_bytes(one.codes[start : start + 2], "big")
            if code == 0 or code >= len(widths):
                yield f"page {one.page + 1}: glyph {code} is not in {one.font.BaseFont}"
            elif abs(float(stated[code]) - widths[code]) > 1:
                yield f"page {one.page + 1}: glyph {code} is {widths[code]} wide, not {stated[code]}"


def _descriptor(font: Dictionary) -> Dictionary:
    return font.DescendantFonts[0].FontDescriptor if font.Subtype == Name.Type0 else font.FontDescriptor


_widths: dict[bytes, list[float]] = {}


def _true_widths(descriptor: Dictionary) -> list[float]:
    data = descriptor.FontFile2.read_bytes()
    if data not in _widths:
        font = TTFont(io.BytesIO(data))
        scale = 1000 / font["head"].unitsPerEm
        _widths[data] = [font["hmtx"][name][0] * scale for name in font.getGlyphOrder()]
    return _widths[data]


@condition("31-017", "31-018", "31-019", "31-020", "31-021", "31-024", "31-025")
def simple_fonts(paper: Paper) -> Iterator[str]:
    """Simple TrueType fonts whose codes do not lead to glyphs for sure."""
    for font in paper.fonts.values():
        if font.Subtype != Name.TrueType:
            continue
        is_symbolic = bool(int(font.FontDescriptor.Flags) & 4)
        has_encoding = font.get("/Encoding") in (Name.WinAnsiEncoding, Name.MacRomanEncoding)
        if is_symbolic and "/Encoding" in font:
            yield f"{font.BaseFont} is symbolic and has an encoding"
        if not is_symbolic and not has_encoding:
            yield f"{font.BaseFont} has encoding {font.get('/Encoding')}"
        cmaps = TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes()))["cmap"].tables
        if not is_symbolic and not any((one.platformID, one.platEncID) in ((3, 1), (1, 0)) for one in cmaps):
            yield f"{font.BaseFont} has no table of characters"
