"""A PDF written from front to back: what is written is forgotten, so that memory does not grow with it.

Only the place of every object is kept, seven bytes each, until the table of places ends the file.
Pages hang in a balanced tree, for viewers search a flat list of thousands of pages slowly.
"""

from __future__ import annotations

from array import array as machine_array
from collections.abc import Mapping, Sequence

from forms_service.render.pdf_objects import (
    FILE_HEAD,
    NO_OBJECT,
    PLACE_BYTES,
    ObjectTable,
    array,
    cross_reference,
    dictionary,
    object_stream,
    place_in_file,
    place_in_stream,
    reference,
)

_PACKED_TOGETHER = 128
_KIDS_OF_A_NODE = 64


class StreamedFile:
    """A file in the making; ``taken`` gives what has been written since it was last asked.

    Args:
        shared: The objects that all pages use.
    """

    def __init__(self, shared: ObjectTable) -> None:
        packed = shared.packed(len(FILE_HEAD), first_number=1)
        self._written = [FILE_HEAD, packed.data]
        self._position = packed.end
        self._next_number = packed.next_number
        self._places = bytearray(PLACE_BYTES * packed.next_number)
        self._note(0, NO_OBJECT)
        for number, place in packed.places.items():
            self._note(number, place)
        self._waiting: list[tuple[int, str]] = []
        self._leaves: list[tuple[int, machine_array[int]]] = []

    @property
    def waiting_bytes(self) -> int:
        """How much ``taken`` would give now."""
        return sum(map(len, self._written))

    def taken(self) -> bytes:
        """What has been written since this was last asked."""
        data = b"".join(self._written)
        self._written.clear()
        return data

    def add_stream(self, body: bytes) -> int:
        """Write a stream and give its number."""
        number = self._reserve()
        self._write(number, body)
        return number

    def add_page(self, entries: Mapping[str, object]) -> None:
        """Write a page after the others; its parent is added here."""
        if not self._leaves or len(self._leaves[-1][1]) == _KIDS_OF_A_NODE:
            self._leaves.append((self._reserve(), machine_array("L")))
        parent, kids = self._leaves[-1]
        kids.append(self._add({**entries, "Parent": reference(parent)}))

    def close(self, catalog: Mapping[str, object], info: str, identifier: str) -> None:
        """Write the tree of pages, the catalog and the table of places: the file is whole then.

        Args:
            catalog: Its entries but for the tree of pages.
            identifier: The file's permanent name, sixteen bytes in hexadecimal digits.
        """
        tree = self._close_tree()
        root = self._add({**catalog, "Pages": reference(tree)})
        properties = self._reserve()
        self._put(properties, info)
        self._pack()
        trailer = {
            "Root": reference(root),
            "Info": reference(properties),
            "ID": f"[<{identifier}> <{identifier}>]",
        }
        number, position = self._reserve(), self._position
        self._note(number, place_in_file(position))
        self._written.append(cross_reference(number, position, bytes(self._places), trailer))

    def _close_tree(self) -> int:
        """The root of the tree; nodes are gathered under nodes until one is left."""
        nodes: list[tuple[int, Sequence[int], int]]
        nodes = [(number, kids, len(kids)) for number, kids in self._leaves] or [(self._reserve(), [], 0)]
        while len(nodes) > 1:
            above = []
            for start in range(0, len(nodes), _KIDS_OF_A_NODE):
                below = nodes[start : start + _KIDS_OF_A_NODE]
                parent = self._reserve()
                for number, kids, count in below:
                    self._put(number, _node(kids, count, parent))
                numbers = [number for number, *_ in below]
                above.append((parent, numbers, sum(count for *_, count in below)))
            nodes = above
        ((root, kids, count),) = nodes
        self._put(root, _node(kids, count, None))
        return root

    def _reserve(self) -> int:
        number = self._next_number
        self._next_number += 1
        return number

    def _add(self, entries: Mapping[str, object]) -> int:
        number = self._reserve()
        self._put(number, dictionary(entries))
        return number

    def _put(self, number: int, body: str) -> None:
        self._waiting.append((number, body))
        if len(self._waiting) == _PACKED_TOGETHER:
            self._pack()

    def _pack(self) -> None:
        """Write the objects that wait to be packed together."""
        if not self._waiting:
            return
        number = self._reserve()
        for index, (one, _) in enumerate(self._waiting):
            self._note(one, place_in_stream(number, index))
        self._write(number, object_stream(self._waiting))
        self._waiting.clear()

    def _write(self, number: int, body: bytes) -> None:
        part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        self._note(number, place_in_file(self._position))
        self._position += len(part)
        self._written.append(part)

    def _note(self, number: int, place: bytes) -> None:
        start = number * PLACE_BYTES
        if len(self._places) < start + PLACE_BYTES:
            self._places.extend(bytes(start + PLACE_BYTES - len(self._places)))
        self._places[start : start + PLACE_BYTES] = place


def _node(kids: Sequence[int], count: int, parent: int | None) -> str:
    return dictionary(
        {
            "Type": "/Pages",
            "Parent": reference(parent) if parent else None,
            "Kids": array(map(reference, kids)),
            "Count": count,
        }
    )
