"""Write PDF objects, and append new versions of some to a finished file.

A filled form is its blank with a few objects replaced: appending them costs a tenth of rewriting the
file.  That needs the exact bytes and number of every object, which is why they are written here and
not by a library.  The tests put every file through qpdf.

Everything but streams is packed into object streams (ISO 32000-1, 7.5.7), which makes a tagged form a
third smaller; the table of places is a stream as well (7.5.8).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

FILE_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_PACKED_TOGETHER = 128
"""Objects in one object stream: viewers unpack a whole stream to reach one of them."""


_IDENTIFIER_DIGITS = 32


def text_string(text: str) -> str:
    """A text string in UTF-16 with its mark, in logical order, as form values must be."""
    return f"<feff{text.encode('utf-16-be').hex()}>"


def name(text: str) -> str:
    """A PDF name; characters with a meaning in PDF are escaped."""
    return "/" + "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 128) or chr(byte) in "-_." else f"#{byte:02X}"
        for byte in text.encode()
    )


def reference(number: int) -> str:
    """A reference to an object."""
    return f"{number} 0 R"


def array(items: Iterable[object]) -> str:
    """A PDF array of items that are written already."""
    return f"[{' '.join(map(str, items))}]"


def dictionary(entries: Mapping[str, object]) -> str:
    """A PDF dictionary; values are written already, None leaves its key out."""
    return f"<< {written_entries(entries)} >>"


def written_entries(entries: Mapping[str, object]) -> str:
    """What stands inside a dictionary."""
    return " ".join(f"/{key} {value}" for key, value in entries.items() if value is not None)


def stream(data: bytes, entries: Mapping[str, object] | None = None, *, level: int = 6) -> bytes:
    """A deflated stream object."""
    return deflated_stream(zlib.compress(data, level), entries)


def deflated_stream(compressed: bytes, entries: Mapping[str, object] | None = None) -> bytes:
    """A stream object whose data is deflated already."""
    return raw_stream(compressed, {**(entries or {}), "Filter": "/FlateDecode"})


def raw_stream(data: bytes, entries: Mapping[str, object]) -> bytes:
    """A stream object whose data is written as it is."""
    head = dictionary({**entries, "Length": len(data)})
    return head.encode("ascii") + b"\nstream\n" + data + b"\nendstream"


_FREE, _IN_FILE, _IN_STREAM = range(3)
_PLACE = struct.Struct(">BIH")
PLACE_BYTES = _PLACE.size
"""Where an object lies, as cross-reference streams say it, takes so much room."""
NO_OBJECT = _PLACE.pack(_FREE, 0, 0xFFFF)
"""The place of object 0, which never exists."""


def place_in_file(position: int) -> bytes:
    """The place of an object that begins so many bytes into the file."""
    return _PLACE.pack(_IN_FILE, position, 0)


def place_in_stream(number: int, index: int) -> bytes:
    """The place of an object inside the object stream of that number."""
    return _PLACE.pack(_IN_STREAM, number, index)


@dataclass(frozen=True)
class FinishedFile:
    """A whole PDF that additions are appended to.

    Attributes:
        start: Where its cross-reference stream begins.
        next_number: Its first free object number.
        identifier: Its permanent name, sixteen bytes in hexadecimal digits.
    """

    data: bytes
    start: int
    next_number: int
    root: int
    info: int
    identifier: str

    def addition(self) -> ObjectTable:
        """An empty addition to this file."""
        return ObjectTable(self.next_number)

    @cached_property
    def _digest(self) -> hashlib._Hash:
        return hashlib.sha256(self.data)

    def with_added(self, objects: ObjectTable) -> bytes:
        """This file with new objects, or new versions of its own, at its end."""
        if not objects.has_any():
            return self.data
        added = objects.packed(len(self.data), first_number=self.next_number)
        digest = self._digest.copy()
        digest.update(added.data)
        trailer = {
            "Root": reference(self.root),
            "Info": reference(self.info),
            "Prev": self.start,
            "ID": f"[<{self.identifier}> <{digest.hexdigest()[:_IDENTIFIER_DIGITS].upper()}>]",
        }
        return b"".join((self.data, added.data, added.closed(trailer)))


@dataclass(frozen=True, slots=True)
class _Packed:
    """The objects of a file or of an addition as bytes, without the cross-reference stream."""

    data: bytes
    end: int
    places: dict[int, bytes]
    next_number: int

    def closed(self, trailer: Mapping[str, object]) -> bytes:
        """The cross-reference stream and what follows it."""
        number = self.next_number
        ranges, rows = _rows({**self.places, number: place_in_file(self.end)})
        return cross_reference(number, self.end, rows, {"Index": array(ranges), **trailer})


def cross_reference(number: int, position: int, rows: bytes, trailer: Mapping[str, object]) -> bytes:
    """The cross-reference stream that ends a file, and where to find it."""
    body = stream(rows, {"Type": "/XRef", "Size": number + 1, "W": "[1 4 2]", **trailer})
    return b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, body, position)


def _rows(places: Mapping[int, bytes]) -> tuple[list[int], bytes]:
    """The numbered stretches of a cross-reference stream, and its rows of seven bytes."""
    numbers = sorted(places)
    ranges: list[int] = []
    following = -1
    for number in numbers:
        if number == following:
            ranges[-1] += 1
        else:
            ranges += [number, 1]
        following = number + 1
    return ranges, b"".join(map(places.__getitem__, numbers))


class ObjectTable:
    """The objects of a new file, or the new objects of an addition to one.

    Args:
        next_number: First free object number; more than 1 when a file is added to.
    """

    def __init__(self, next_number: int = 1) -> None:
        self.next_number = next_number
        self._streams: dict[int, bytes] = {}
        self._packable: dict[int, str] = {}

    def reserve(self) -> int:
        """Take a number for an object that is written later."""
        number = self.next_number
        self.next_number += 1
        return number

    def put(self, number: int, body: str | bytes) -> None:
        """Write, or replace, the object of that number: streams are bytes, all others text."""
        if isinstance(body, bytes):
            self._streams[number] = body
        else:
            self._packable[number] = body

    def add(self, body: str | bytes) -> int:
        """Write a new object and give its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def has_any(self) -> bool:
        """Whether anything was written."""
        return bool(self._streams or self._packable)

    def as_file(self, root: int, info: int) -> FinishedFile:
        """A whole PDF file made of these objects."""
        packed = self.packed(len(FILE_HEAD), first_number=1)
        identifier = hashlib.sha256(packed.data).hexdigest()[:_IDENTIFIER_DIGITS].upper()
        packed.places[0] = NO_OBJECT
        trailer = {
            "Root": reference(root),
            "Info": reference(info),
            "ID": f"[<{identifier}> <{identifier}>]",
        }
        data = b"".join((FILE_HEAD, packed.data, packed.closed(trailer)))
        return FinishedFile(data, packed.end, packed.next_number + 1, root, info, identifier)

    def packed(self, position: int, *, first_number: int) -> _Packed:
        """The objects as they follow ``position`` bytes of the file.

        Args:
            first_number: First number of this part of the file; only a whole file compresses hard.
        """
        level = 6 if first_number == 1 else 2
        next_number = self.next_number
        places: dict[int, bytes] = {}
        parts: list[bytes] = []

        def write(number: int, body: bytes) -> None:
            nonlocal position
            part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
            places[number] = place_in_file(position)
            parts.append(part)
            position += len(part)

        for number, body in sorted(self._streams.items()):
            write(number, body)
        for numbers in _chunks(sorted(self._packable)):
            for index, number in enumerate(numbers):
                places[number] = place_in_stream(next_number, index)
            packed = object_stream([(number, self._packable[number]) for number in numbers], level=level)
            write(next_number, packed)
            next_number += 1
        return _Packed(b"".join(parts), position, places, next_number)


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _PACKED_TOGETHER):
        yield numbers[start : start + _PACKED_TOGETHER]


def object_stream(objects: Sequence[tuple[int, str]], *, level: int = 6) -> bytes:
    """Objects packed together, each with its number."""
    offsets = []
    position = 0
    for number, body in objects:
        offsets.append(f"{number} {position}")
        position += len(body) + 1
    index = " ".join(offsets) + "\n"
    bodies = "\n".join(body for _, body in objects)
    entries = {"Type": "/ObjStm", "N": len(objects), "First": len(index)}
    return stream((index + bodies).encode("ascii"), entries, level=level)
