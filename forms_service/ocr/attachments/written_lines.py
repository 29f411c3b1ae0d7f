"""Finds where lines of writing stand on a page nobody knows the layout of, in whatever script.

Letters are told from rings of stamps, photographs and rules by their size, joined to lines where they
stand close, and a line that bends with its paper is laid straight before it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

INK, PRINT_SHARE = 190, 0.5
"""What may be ink at all on a page whose light was made even; how far print reaches from its usual black
towards the paper.  Stamps are paler than the print they lie on."""
PAPER = 245.0

SMALLEST_MARK_PX = 6
LETTER_PX = (7, 90)
"""Heights of what is taken for letters when their usual height is looked for (A4 at 200 dpi)."""

USUAL_LETTER_PX = 20.0
TALLEST, WIDEST = 3.6, 30.0
"""What is taller or wider than this, in letters' heights, is no writing: a ring, a frame, a photograph."""

REACH_ALONG, REACH_ACROSS = 1.35, 0.28
"""How far apart letters of one line may stand, in letters' heights."""

SMALLEST_LINE = (0.9, 0.55)
"""Width and height below which a mark is no line, in letters' heights."""

TORN, INK_BETWEEN = 11.0, 0.5
"""How far apart, in letters' heights, two parts of one line may stand with ink across most of the gap."""

TWO_LINES = 2.6
OFF_THE_LINE = 1.25
"""A mark whose middle is further from the line's than this, in letters' heights, is none of it."""

BENT_PX = 3.0


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One stretch of writing: its box on the page, and its picture laid straight."""

    left: int
    top: int
    width: int
    height: int
    picture: np.ndarray


def find_lines(pixels: np.ndarray) -> list[WrittenLine]:
    """Give the stretches of writing of a straightened page, from the top."""
    ink = _print(pixels)
    _, labels, marks, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width, area = marks[:, 3], marks[:, 2], marks[:, 4]
    like_letters = (height >= LETTER_PX[0]) & (height <= LETTER_PX[1]) & (area > 2 * SMALLEST_MARK_PX)
    like_letters[0] = False
    usual = float(np.median(height[like_letters])) if like_letters.any() else USUAL_LETTER_PX
    written = (height <= TALLEST * usual) & (width <= WIDEST * usual) & (area >= SMALLEST_MARK_PX)
    written[0] = False
    reach = (2 * max(1, round(REACH_ACROSS * usual / 2)) + 1, 2 * max(2, round(REACH_ALONG * usual / 2)) + 1)
    smeared = cv2.dilate(written[labels].astype(np.uint8), np.ones(reach, np.uint8))
    _, regions, _, _ = cv2.connectedComponentsWithStats(smeared, connectivity=8)
    region_of = np.zeros(len(marks), int)
    middle = np.round(centres).astype(int)
    for mark in np.flatnonzero(written):
        x, y = marks[mark, 0], marks[mark, 1]
        first = np.flatnonzero(labels[y, x : x + width[mark]] == mark)
        region_of[mark] = (
            regions[y, x + int(first[0])] if len(first) else regions[middle[mark][1], middle[mark][0]]
        )
    parts = [
        (members, int(region))
        for region in np.unique(region_of[region_of > 0])
        for members in _apart(np.flatnonzero(region_of == region), marks, centres, usual)
    ]
    lines = []
    for members, own in _joined(parts, marks, ink, usual):
        line = _line(pixels, regions, own, marks[members], centres[members], usual)
        if line is not None:
            lines.append(line)
    return sorted(lines, key=lambda line: (line.top + line.height / 2, line.left))


def _print(pixels: np.ndarray) -> np.ndarray:
    """Where the page's own print is: what is nearly as dark as most of it."""
    dark = pixels[pixels < INK]
    black = float(np.percentile(dark, 20)) if dark.size else 0.0
    return (pixels < min(INK, black + PRINT_SHARE * (PAPER - black))).astype(np.uint8)


Part = tuple[np.ndarray, int]


def _joined(
    parts: list[Part], marks: np.ndarray, ink: np.ndarray, usual: float
) -> Iterator[tuple[np.ndarray, list[int]]]:
    """Parts of one line that a stamp or a signature across it tore apart, put together again."""
    boxes = [_box(marks[members]) for members, _ in parts]
    order = sorted(range(len(parts)), key=lambda at: boxes[at][0])
    groups: list[list[int]] = []
    for at in order:
        for group in groups:
            if _belongs(boxes[group[-1]], boxes[at], ink, usual):
                group.append(at)
                break
        else:
            groups.append([at])
    for group in groups:
        yield np.concatenate([parts[at][0] for at in group]), [parts[at][1] for at in group]


def _box(marks: np.ndarray) -> tuple[int, int, int, int]:
    return (
        int(marks[:, 0].min()),
        int(marks[:, 1].min()),
        int((marks[:, 0] + marks[:, 2]).max()),
        int((marks[:, 1] + marks[:, 3]).max()),
    )


def _belongs(one: tuple[int, ...], other: tuple[int, ...], ink: np.ndarray, usual: float) -> bool:
    """Whether the second part goes on where the first ends: at one level, with ink between them."""
    top, bottom = max(one[1], other[1]), min(one[3], other[3])
    if bottom - top < 0.5 * min(one[3] - one[1], other[3] - other[1]):
        return False
    if min(one[2] - one[0], other[2] - other[0]) < usual:
        return False
    gap = other[0] - one[2]
    if not -usual < gap <= TORN * usual:
        return False
    between = ink[top:bottom, one[2] : other[0]]
    return gap <= REACH_ALONG * usual or bool(between.any(axis=0).mean() >= INK_BETWEEN)


def _apart(members: np.ndarray, marks: np.ndarray, centres: np.ndarray, usual: float) -> Iterator[np.ndarray]:
    """A region's marks, parted where two lines touched: between them hardly a letter has its middle."""
    tall = members[marks[members, 3] >= 0.6 * usual]
    wide = np.ptp(marks[members, 0])
    if len(tall) < 6 or wide < 5 * usual:
        yield members
        return
    usual = max(usual, float(np.median(marks[tall, 3])))
    tilt = np.polyfit(centres[tall, 0], centres[tall, 1], 1)[0] if wide > 12 * usual else 0.0
    level = centres[members, 1] - tilt * centres[members, 0]
    order = np.sort(level[np.isin(members, tall)])
    if np.ptp(order) < (TWO_LINES - 1) * usual:
        yield members
        return
    gaps = np.diff(order)
    cuts = [float((order[at] + order[at + 1]) / 2) for at in np.flatnonzero(gaps >= 0.6 * usual)]
    for low, high in zip([-np.inf, *cuts], [*cuts, np.inf], strict=True):
        part = members[(level >= low) & (level < high)]
        if len(part):
            yield part


def _line(
    pixels: np.ndarray,
    regions: np.ndarray,
    own: list[int],
    marks: np.ndarray,
    centres: np.ndarray,
    usual: float,
) -> WrittenLine | None:
    on_line = _on_the_line(marks, centres, usual)
    marks, centres = marks[on_line], centres[on_line]
    left, top, right, bottom = _box(marks)
    if right - left < SMALLEST_LINE[0] * usual or bottom - top < SMALLEST_LINE[1] * usual:
        return None
    margin = 4
    x, y = max(0, left - margin), max(0, top - margin)
    picture = pixels[y : bottom + margin, x : right + margin].copy()
    others = regions[y : bottom + margin, x : right + margin]
    picture[(others != 0) & ~np.isin(others, own)] = PAPER
    return WrittenLine(
        left, top, right - left, bottom - top, _unbent(picture, centres - (x, y), marks, usual)
    )


def _on_the_line(marks: np.ndarray, centres: np.ndarray, usual: float) -> np.ndarray:
    """Which marks belong to a line and not to the stamp beside it: those near the height of most letters."""
    letters = marks[:, 3] >= 0.6 * usual
    if letters.sum() < 8:
        return np.ones(len(marks), bool)
    size = max(usual, float(np.quantile(marks[letters, 3], 0.75)))
    level = np.full(len(marks), np.median(centres[letters, 1]))
    for reach in (1.6, 1.1):
        near = letters & (np.abs(centres[:, 1] - level) < reach * size)
        if near.sum() < 8:
            break
        degree = 2 if np.ptp(centres[near, 0]) > 20 * size else 1
        level = np.polyval(np.polyfit(centres[near, 0], centres[near, 1], degree), centres[:, 0])
    return np.abs(centres[:, 1] - level) < OFF_THE_LINE * size


def _unbent(picture: np.ndarray, centres: np.ndarray, marks: np.ndarray, usual: float) -> np.ndarray:
    """The line with its bend taken out, where it is long enough to show one."""
    letters = marks[:, 3] >= 0.6 * usual
    if picture.shape[1] < 12 * usual or letters.sum() < 10:
        return picture
    bend = np.polyfit(centres[letters, 0], centres[letters, 1], 2)
    columns = np.arange(picture.shape[1], dtype=np.float32)
    rise = np.polyval(bend, columns)
    if np.ptp(rise) < BENT_PX or np.ptp(rise) > 3 * usual:
        return picture
    shift = (rise - rise.mean()).astype(np.float32)
    spread = int(np.ceil(np.abs(shift).max()))
    tall = cv2.copyMakeBorder(picture, spread, spread, 0, 0, cv2.BORDER_CONSTANT, value=PAPER)
    rows = np.arange(tall.shape[0], dtype=np.float32)[:, None] + shift[None, :]
    return cv2.remap(
        tall,
        np.broadcast_to(columns, rows.shape).astype(np.float32),
        rows,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=PAPER,
    )
