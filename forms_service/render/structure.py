"""The tree that screen readers follow: what each piece of a paper is, in reading order, and in which language.

Pieces name the elements they lie in (``artwork.Path``); this module gives every one of them its mark
in the page's content and writes the tree (ISO 32000-1, 14.7 and 14.8; ISO 14289-1).  The boxes of a
form stand in it between the labels before and after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.localized_text import Direction, Language, LocalizedText
from forms_service.render.artwork import ARTIFACT, Element, Path, Pattern, Picture, Piece, Role, Slot, Words
from forms_service.render.pdf_objects import ObjectTable, array, dictionary, reference, text_string
from forms_service.render.text_pieces import is_told_otherwise

SlotKey = tuple[str, str | None]
"""An answer's id and, for a tick box of a choice, the value it stands for."""

LOCALE = {Language.AR: "ar-MA", Language.FR: "fr-MA"}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a stretch of page content is marked; without a number it is an artifact."""

    role: Role
    number: int | None = None
    language: Language | None = None

    def opened(self) -> str:
        """The operator that opens the stretch; ``EMC`` closes it."""
        if self.number is None:
            return "/Artifact BMC"
        language = f" /Lang ({LOCALE[self.language]})" if self.language else ""
        return f"/{self.role} <</MCID {self.number}{language}>> BDC"


ARTIFACT_MARK = Mark(Role.ARTIFACT)


@dataclass(frozen=True, slots=True)
class _Content:
    """Marked content of one page."""

    page: int
    number: int


@dataclass(slots=True)
class _Node:
    """One element of the tree."""

    role: Role
    key: str = ""
    parent: _Node | None = None
    kids: list[_Node | _Content] = field(default_factory=list)
    languages: set[Language] = field(default_factory=set)
    lines: list[Words] = field(default_factory=list)
    alt: LocalizedText | None = None
    page: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class WrittenSlot:
    """What stands for an answer's box in the tree.

    Attributes:
        widget: Number of its field's object; None on papers without fields.
        attributes: Its print-field attributes there (ISO 32000-1, 14.8.5.6).
    """

    widget: int | None = None
    attributes: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenElement:
    """An element of the tree as an object of the file."""

    number: int
    entries: Mapping[str, object]


class StructureTree:
    """Grows page by page as their pieces are marked, and is written once.

    Args:
        language: The document's own; elements in the other one say so.
    """

    def __init__(self, language: Language = Language.AR) -> None:
        self.language = language
        self._root = _Node(Role.DOCUMENT)
        self._nodes: dict[Path, _Node] = {(): self._root}
        self._by_page: list[list[_Node]] = []
        self._slots: dict[SlotKey, _Node] = {}
        self._written: dict[SlotKey, WrittenElement] = {}
        self._loose = 0

    # --- marking ----------------------------------------------------------------------------------

    def add_page(self) -> int:
        """Begin the next page and give its index, from 0."""
        self._by_page.append([])
        return len(self._by_page) - 1

    def mark(self, pieces: Iterable[Piece]) -> list[Mark | None]:
        """One mark for every piece of the newest page; None for what draws nothing."""
        return [self._mark(piece) for piece in pieces]

    def mark_as_one(self, path: Path, alt: LocalizedText, language: Language | None = None) -> Mark:
        """One mark for a whole stretch of the newest page, such as the page's identity."""
        node = self._node(path)
        node.alt = alt
        return self._content(node, language)

    def mark_value(self, key: SlotKey) -> Mark:
        """The mark of what an answer's value will be, on papers without fields."""
        return self._content(self._slots[key], None)

    def _mark(self, piece: Piece) -> Mark | None:
        match piece:
            case Slot():
                self._add_slot(piece)
                return None
            case Words():
                if piece.path == ARTIFACT or not piece.text.strip():
                    return ARTIFACT_MARK
                node = self._node(piece.path or self._own_paragraph())
                node.lines.append(piece)
                return self._content(node, piece.language)
            case Picture():
                return self._figure(piece.path, piece.alt)
            case Pattern() if piece.alt is not None and piece.path != ARTIFACT:
                return self._figure(piece.path, piece.alt)
        return ARTIFACT_MARK

    def _own_paragraph(self) -> Path:
        self._loose += 1
        return (Element(Role.PARAGRAPH, f"#{self._loose}"),)

    def _figure(self, path: Path, alt: LocalizedText) -> Mark:
        self._loose += 1
        if not path or path[-1].role is not Role.FIGURE:
            path = (*path, Element(Role.FIGURE, f"#{self._loose}"))
        return self.mark_as_one(path, alt)

    def _add_slot(self, slot: Slot) -> None:
        key = (slot.field_id, slot.choice)
        node = self._node((*slot.path, Element(Role.FORM, f"{slot.field_id}={slot.choice}")))
        node.page = len(self._by_page) - 1
        self._slots[key] = node

    def _node(self, path: Path) -> _Node:
        if path not in self._nodes:
            parent = self._node(path[:-1])
            self._nodes[path] = _Node(path[-1].role, path[-1].key, parent)
            parent.kids.append(self._nodes[path])
        return self._nodes[path]

    def _content(self, node: _Node, language: Language | None) -> Mark:
        page = len(self._by_page) - 1
        number = len(self._by_page[page])
        self._by_page[page].append(node)
        node.kids.append(_Content(page, number))
        if node.page is None:
            node.page = page
        if language is not None:
            node.languages.add(language)
        return Mark(node.role, number, None if language is self.language else language)

    # --- writing ----------------------------------------------------------------------------------

    @property
    def slots(self) -> tuple[SlotKey, ...]:
        """The boxes of answers in reading order, which is the order of the tab key."""
        return tuple(self._slots)

    def slots_of(self, page: int) -> tuple[SlotKey, ...]:
        """The boxes of one page, counted from 0, in reading order."""
        return tuple(key for key, node in self._slots.items() if node.page == page)

    def parent_indexes(self) -> dict[SlotKey, int]:
        """The place of every box's widget in the parent tree (its ``StructParent``)."""
        return {key: len(self._by_page) + index for index, key in enumerate(self._slots)}

    def write(
        self, objects: ObjectTable, page_numbers: Sequence[int], slots: Mapping[SlotKey, WrittenSlot]
    ) -> int:
        """Write the tree and give the number of its root.

        Args:
            page_numbers: Object numbers of the pages.
            slots: What stands for each answer's box.
        """
        writer = _Writer(objects, page_numbers, slots, self)
        return writer.written_root(self._root)

    def element_of(self, key: SlotKey) -> WrittenElement:
        """A box's element, once written, so that a filled copy can say what was ticked."""
        return self._written[key]


class _Writer:
    def __init__(
        self,
        objects: ObjectTable,
        page_numbers: Sequence[int],
        slots: Mapping[SlotKey, WrittenSlot],
        tree: StructureTree,
    ) -> None:
        self._objects, self._pages, self._slots, self._tree = objects, page_numbers, slots, tree
        self._keys = {id(node): key for key, node in tree._slots.items()}
        self._identified: list[tuple[str, int]] = []

    def written_root(self, document: _Node) -> int:
        number = self._objects.reserve()
        self._number(document)
        self._write(document, number)
        parents = self._objects.add(self._parent_tree())
        self._objects.put(
            number,
            dictionary(
                {
                    "Type": "/StructTreeRoot",
                    "K": array([reference(document.number)]),
                    "ParentTree": reference(parents),
                    "ParentTreeNextKey": len(self._pages) + len(self._tree.slots),
                    "IDTree": self._id_tree(),
                }
            ),
        )
        return number

    def _number(self, node: _Node) -> None:
        node.number = self._objects.reserve()
        for kid in node.kids:
            if isinstance(kid, _Node):
                self._number(kid)

    def _write(self, node: _Node, parent: int) -> None:
        entries = self.entries(node, parent)
        self._objects.put(node.number, dictionary(entries))
        key = self._keys.get(id(node))
        if key is not None:
            self._tree._written[key] = WrittenElement(node.number, entries)
        for kid in node.kids:
            if isinstance(kid, _Node):
                self._write(kid, node.number)

    def entries(self, node: _Node, parent: int) -> dict[str, object]:
        key = self._keys.get(id(node))
        slot = self._slots.get(key, WrittenSlot()) if key else WrittenSlot()
        kids = [self._kid(node, kid) for kid in node.kids]
        if slot.widget is not None and node.page is not None:
            page = reference(self._pages[node.page])
            kids.append(f"<< /Type /OBJR /Obj {reference(slot.widget)} /Pg {page} >>")
        language = next(iter(node.languages)) if len(node.languages) == 1 else None
        return {
            "Type": "/StructElem",
            "S": f"/{node.role}",
            "P": reference(parent),
            "Pg": reference(self._pages[node.page]) if node.page is not None else None,
            "Lang": f"({LOCALE[language]})" if language and language is not self._tree.language else None,
            "Alt": text_string(f"{node.alt.ar} – {node.alt.fr}") if node.alt else None,
            "ActualText": _actual_text(node),
            "ID": self._identifier(node),
            "A": slot.attributes or _table_attributes(node),
            "K": array(kids),
        }

    def _kid(self, node: _Node, kid: _Node | _Content) -> str:
        if isinstance(kid, _Node):
            return reference(kid.number)
        if kid.page == node.page:
            return str(kid.number)
        page = reference(self._pages[kid.page])
        return f"<< /Type /MCR /Pg {page} /MCID {kid.number} >>"

    def _identifier(self, node: _Node) -> str | None:
        """Notes are found by their names (ISO 14289-1, 7.9)."""
        if node.role is not Role.NOTE:
            return None
        name = f"note-{len(self._identified) + 1:04d}"
        self._identified.append((name, node.number))
        return f"({name})"

    def _id_tree(self) -> str | None:
        if not self._identified:
            return None
        return dictionary(
            {"Names": array(f"({name}) {reference(number)}" for name, number in self._identified)}
        )

    def _parent_tree(self) -> str:
        entries = [
            f"{index} {array(reference(node.number) for node in nodes)}"
            for index, nodes in enumerate(self._tree._by_page)
        ]
        places = self._tree.parent_indexes()
        entries += [
            f"{places[key]} {reference(node.number)}"
            for key, node in self._tree._slots.items()
            if self._slots.get(key, WrittenSlot()).widget is not None
        ]
        return dictionary({"Nums": array(entries)})


def _actual_text(node: _Node) -> str | None:
    """How an element reads where marks inside it tell a reader of its letters otherwise (``text_pieces``).

    One in both languages has none: its stretches say their own language, which words for the whole would hide.
    """
    is_told = (
        len(node.languages) == 1
        and any(line.direction is Direction.RTL and is_told_otherwise(line.text) for line in node.lines)
        and not any(isinstance(kid, _Node) for kid in node.kids)
    )
    return text_string(" ".join(line.text for line in node.lines)) if is_told else None


def _table_attributes(node: _Node) -> str | None:
    """A head cell says what it heads: its column in the first row, its row in the others."""
    if node.role is not Role.HEAD_CELL or node.parent is None:
        return None
    return f"<< /O /Table /Scope /{'Column' if node.parent.key == HEAD_ROW else 'Row'} >>"


HEAD_ROW = "head"
"""Key of a table's row of column heads."""
