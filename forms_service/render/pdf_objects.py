"""Write PDF objects, and append new versions of some to a finished file.

A filled form is its blank with a few objects replaced: appending them costs a tenth of rewriting the
file.  That needs the exact bytes and number of every object, which is why they are written here and
not by a library.  The tests put every file through qpdf.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping


def text_string(text: str) -> str:
    """A text string in UTF-16 with its mark, in logical order, as form values must be."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


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
    inner = " ".join(f"/{key} {value}" for key, value in entries.items() if value is not None)
    return f"<< {inner} >>"


def stream(data: bytes, entries: Mapping[str, object] | None = None, *, level: int = 6) -> bytes:
    """A deflated stream object."""
    return deflated_stream(zlib.compress(data, level), entries)


def deflated_stream(compressed: bytes, entries: Mapping[str, object] | None = None) -> bytes:
    """A stream object whose data is deflated already."""
    head = dictionary({**(entries or {}), "Filter": "/FlateDecode", "Length": len(compressed)})
    return head.encode("ascii") + b"\nstream\n" + compressed + b"\nendstream"


class ObjectTable:
    """The objects of a new file, or the new objects of an addition to one.

    Args:
        next_number: First free object number; more than 1 when a file is added to.
    """

    def __init__(self, next_number: int = 1) -> None:
        self.next_number = next_number
        self._bodies: dict[int, bytes] = {}

    def reserve(self) -> int:
        """Take a number for an object that is written later."""
        number = self.next_number
        self.next_number += 1
        return number

    def put(self, number: int, body: str | bytes) -> None:
        """Write, or replace, the object of that number."""
        self._bodies[number] = body.encode("ascii") if isinstance(body, str) else body

    def add(self, body: str | bytes) -> int:
        """Write a new object and give its number."""
        number = self.reserve()
        self.put(number, body)
        return number

    def as_file(self, root: int, info: int) -> bytes:
        """A whole PDF file made of these objects."""
        return self._written(
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {"Root": reference(root), "Info": reference(info)}
        )

    def appended_to(self, base: bytes, start: int, root: int, info: int) -> bytes:
        """``base`` with these objects added or replaced.

        Args:
            start: Where the cross-reference table of ``base`` begins.
        """
        if not self._bodies:
            return base
        return self._written(base, {"Root": reference(root), "Info": reference(info), "Prev": start})

    def _written(self, head: bytes, trailer: dict[str, object]) -> bytes:
        parts = [head]
        position = len(head)
        offsets: dict[int, int] = {}
        for number in sorted(self._bodies):
            part = b"%d 0 obj\n%b\nendobj\n" % (number, self._bodies[number])
            offsets[number] = position
            position += len(part)
            parts.append(part)
        digest = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest().upper()
        trailer = {"Size": self.next_number, **trailer, "ID": f"[<{digest}> <{digest}>]"}
        parts.append(_cross_reference(offsets, with_free_head="Prev" not in trailer))
        parts.append(f"trailer\n{dictionary(trailer)}\nstartxref\n{position}\n%%EOF\n".encode("ascii"))
        return b"".join(parts)


def _cross_reference(offsets: dict[int, int], *, with_free_head: bool) -> bytes:
    lines = ["xref"]
    entries = {number: f"{offset:010d} 00000 n " for number, offset in offsets.items()}
    if with_free_head:
        entries = {0: "0000000000 65535 f ", **entries}
    numbers = sorted(entries)
    start = 0
    while start < len(numbers):
        end = start + 1
        while end < len(numbers) and numbers[end] == numbers[end - 1] + 1:
            end += 1
        lines.append(f"{numbers[start]} {end - start}")
        lines += [entries[number] for number in numbers[start:end]]
        start = end
    return ("\n".join(lines) + "\n").encode("ascii")


def cross_reference_start(data: bytes) -> int:
    """Where the newest cross-reference table of a file begins."""
    return int(data[data.rindex(b"startxref") + 9 :].split()[0])
