"""Draws words the way bookish naskh does: letters climb over the next ones, tails reach under them.

Few free fonts stack letters, and readers fail on those that do.  Here the glyphs of any font are
shaped by HarfBuzz and then moved: a letter before ح or م climbs, and what follows a ر or a و comes
nearer.  The shapes are not those of a stacking font, but their order in space is.
"""

from __future__ import annotations

import random
from functools import lru_cache

import freetype
import numpy as np
import uharfbuzz

JOINING = frozenset("بتثجحخسشصضطظعغفقكلمنهيئپچڤگڭ")
"""Letters that join the letter after them."""

LETTER = JOINING | frozenset("اأإآدذرزوؤةى")
UNDER = frozenset("جحخم")
TAILS = frozenset("يىرزن")
TEETH = frozenset("بتثنيئپ")
"""Letters of one tooth: bookish hands all but swallow it before a tail, and narrow it beside another."""


@lru_cache(maxsize=300)
def _shaper(path: str) -> tuple[uharfbuzz.Font, int]:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path))
    return uharfbuzz.Font(face), face.upem


@lru_cache(maxsize=300)
def _drawer(path: str) -> freetype.Face:
    return freetype.Face(path)


def _joined(text: str, at: int) -> bool:
    return text[at] in JOINING and at + 1 < len(text) and text[at + 1] in LETTER


def _moves(text: str, rng: random.Random) -> tuple[list[float], list[float]]:
    """For every character how far it is raised and how far it comes nearer to the next, in ems."""
    climb, near = rng.uniform(0.05, 0.26), rng.uniform(0.08, 0.42)
    falling, tight = rng.uniform(0.3, 1.0), rng.uniform(-0.18, 0.16)
    swallowed, narrowed = rng.uniform(0.0, 0.17), rng.uniform(0.0, 0.06)
    between_words = rng.uniform(0.0, 0.3) if tight < -0.06 else rng.uniform(0.0, 0.12)
    raised, nearer = [0.0] * len(text), [0.0] * len(text)
    for at in range(len(text) - 2, -1, -1):
        following = text[at + 1]
        if text[at] == " ":
            nearer[at] = -between_words
            continue
        if not _joined(text, at):
            nearer[at] = tight if text[at] in "رزوؤدذ" and following in LETTER else 0.0
            continue
        raised[at] = raised[at + 1] * falling
        if following in UNDER and rng.random() < 0.85:
            raised[at] += climb * rng.uniform(0.7, 1.2)
            nearer[at] = near * rng.uniform(0.6, 1.2)
        elif following in TAILS and not _joined(text, at + 1) and rng.random() < 0.65:
            raised[at] += rng.uniform(0.15, 0.7) * climb
            nearer[at] = swallowed if text[at] in TEETH else 0.35 * near
        elif text[at] in TEETH and following in TEETH | {"س", "ش"}:
            raised[at] += rng.uniform(-0.02, 0.07)
            nearer[at] = narrowed
    return raised, nearer


def draw_stacked(text: str, path: str, size: int, rng: random.Random) -> np.ndarray:
    """The text as black on white, tightly cut; digits and Latin keep their own direction."""
    font, upem = _shaper(path)
    raised, nearer = _moves(text, rng)
    em = size / upem
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.direction, buffer.script, buffer.language = "rtl", "Arab", "ar"
    uharfbuzz.shape(font, buffer, {"liga": True, "dlig": rng.random() < 0.5})
    face = _drawer(path)
    face.set_pixel_sizes(0, size)
    placed, x = [], 0.0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        at = info.cluster
        face.load_glyph(info.codepoint, freetype.FT_LOAD_RENDER | freetype.FT_LOAD_NO_HINTING)
        bitmap = face.glyph.bitmap
        if place.x_advance:  # marks sit on their letter and must not be counted twice
            x -= nearer[at] * size if buffer.glyph_infos else 0.0
        left = x + place.x_offset * em + face.glyph.bitmap_left
        top = -(place.y_offset * em + raised[at] * size) - face.glyph.bitmap_top
        if bitmap.rows and bitmap.width:
            shape = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width]
            placed.append((round(left), round(top), shape))
        x += place.x_advance * em
    if not placed:
        return np.full((8, 8), 255, np.uint8)
    lefts, tops = min(left for left, _, _ in placed), min(top for _, top, _ in placed)
    width = max(left + shape.shape[1] for left, _, shape in placed) - lefts
    height = max(top + shape.shape[0] for _, top, shape in placed) - tops
    sheet = np.zeros((height, width), np.uint8)
    for left, top, shape in placed:
        part = sheet[top - tops : top - tops + shape.shape[0], left - lefts : left - lefts + shape.shape[1]]
        np.maximum(part, shape, out=part)
    return 255 - sheet
