"""A finished file taken apart for the checks: its structure, what its pages paint in which marks, its fonts.

Read with pikepdf alone: it knows nothing of how the file was written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

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
            for appearance in appearances(annotation):
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


def appearances(annotation: Dictionary) -> Iterator[pikepdf.Stream]:
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


def shown_text(stretch: Stretch) -> str:
    """The letters of a text operator, from the left."""
    mapping = to_unicode(stretch.font) if stretch.font is not None else {}
    codes = [int.from_bytes(stretch.codes[at : at + 2], "big") for at in range(0, len(stretch.codes), 2)]
    return "".join(mapping.get(code, "") for code in codes)


_mappings: dict[bytes, dict[int, str]] = {}


def to_unicode(font: Dictionary) -> dict[int, str]:
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
