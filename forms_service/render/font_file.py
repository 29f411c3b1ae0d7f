"""Font files as PDF viewers need them: no tables that choose glyphs, no outlines that are never shown.

Glyphs keep their numbers: an outline that is left out becomes empty.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from itertools import pairwise

_TABLES_OF_VIEWERS = ("OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post")
"""What draws glyphs by number; the tables that choose and place them have done their work here."""
_CHECKSUM_OF_FONTS = 0xB1B0AFBA
_CHECKSUM_IN_HEAD = 8
_LOCA_FORMAT_IN_HEAD = 50

_MORE_COMPONENTS, _WIDE_ARGUMENTS = 1 << 5, 1 << 0
_SCALES = ((1 << 3, 2), (1 << 6, 4), (1 << 7, 8))
"""Flags of a component and the bytes of the scale that follow it (OpenType, « glyf »)."""


def as_embedded(font: bytes) -> bytes:
    """The font file with nothing but what viewers use, a sixth smaller."""
    return _written(font[:4], {tag: body for tag, body in _tables(font).items() if tag in _TABLES_OF_VIEWERS})


def with_only(font: bytes, glyphs: Iterable[int]) -> bytes:
    """The font file with the outlines of these glyphs, and of what they are made of."""
    tables = _tables(font)
    is_long = struct.unpack_from(">h", tables["head"], _LOCA_FORMAT_IN_HEAD)[0] == 1
    loca = _offsets(tables["loca"], is_long=is_long)
    outlines = [tables["glyf"][start:end] for start, end in pairwise(loca)]
    kept = _with_components(outlines, glyphs)
    bodies, places, position = [], [0], 0
    for gid, outline in enumerate(outlines):
        body = outline if gid in kept else b""
        bodies.append(body)
        position += len(body)
        places.append(position)
    tables["glyf"] = b"".join(bodies)
    tables["loca"] = struct.pack(
        f">{len(places)}{'I' if is_long else 'H'}", *(places if is_long else [place // 2 for place in places])
    )
    return _written(font[:4], tables)


def _tables(font: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4s3I", font, 12 + 16 * number)
        tables[tag.decode("ascii")] = font[offset : offset + length]
    return tables


def _offsets(loca: bytes, *, is_long: bool) -> list[int]:
    if is_long:
        return list(struct.unpack(f">{len(loca) // 4}I", loca))
    return [2 * place for place in struct.unpack(f">{len(loca) // 2}H", loca)]


def _with_components(outlines: list[bytes], glyphs: Iterable[int]) -> set[int]:
    kept, waiting = {0}, [gid for gid in glyphs if gid < len(outlines)]
    while waiting:
        gid = waiting.pop()
        if gid not in kept:
            kept.add(gid)
            waiting += _components(outlines[gid])
    return kept


def _components(outline: bytes) -> Iterator[int]:
    """The glyphs that a composite one puts together."""
    if not outline or struct.unpack_from(">h", outline)[0] >= 0:
        return
    position, flags = 10, _MORE_COMPONENTS
    while flags & _MORE_COMPONENTS:
        flags, gid = struct.unpack_from(">2H", outline, position)
        yield gid
        position += 8 if flags & _WIDE_ARGUMENTS else 6
        position += next((length for flag, length in _SCALES if flags & flag), 0)


def _written(version: bytes, tables: dict[str, bytes]) -> bytes:
    """A font file of these tables, its checksums right."""
    head = bytearray(tables["head"])
    struct.pack_into(">I", head, _CHECKSUM_IN_HEAD, 0)
    tables = {**tables, "head": bytes(head)}
    largest = 1 << (len(tables).bit_length() - 1)
    search = (largest * 16, largest.bit_length() - 1, (len(tables) - largest) * 16)
    directory = struct.pack(">4s4H", version, len(tables), *search)
    offset = len(directory) + 16 * len(tables)
    bodies = []
    for tag, body in sorted(tables.items()):
        directory += struct.pack(">4s3I", tag.encode("ascii"), _checksum(body), offset, len(body))
        bodies.append(body + bytes(-len(body) % 4))
        offset += len(bodies[-1])
    made = bytearray(directory + b"".join(bodies))
    at = 12 + 16 * sorted(tables).index("head")
    (head_offset,) = struct.unpack_from(">I", made, at + 8)
    adjustment = (_CHECKSUM_OF_FONTS - _checksum(bytes(made))) & 0xFFFFFFFF
    struct.pack_into(">I", made, head_offset + _CHECKSUM_IN_HEAD, adjustment)
    return bytes(made)


def _checksum(table: bytes) -> int:
    padded = table + bytes(-len(table) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


_FONT_OR_GLYPHS = re.compile(r"/(Forms\w+) [\d.]+ Tf|<([0-9A-F]{4,})>")


def glyphs_shown(operators: str, fonts: Iterable[str]) -> set[int]:
    """The glyphs that page content shows in any of these fonts, by the names it calls them."""
    wanted, is_wanted = set(fonts), False
    shown: set[int] = set()
    for match in _FONT_OR_GLYPHS.finditer(operators):
        if match[1]:
            is_wanted = match[1] in wanted
        elif is_wanted:
            shown.update(int(match[2][at : at + 4], 16) for at in range(0, len(match[2]), 4))
    return shown
