"""Measures a picture of a page: light, sharpness, size of the writing, glare, what the edge cuts off.

Nothing is recognised here but the corner marks of our own forms.  Measures are taken on reduced copies,
so that a photo of twelve megapixels costs a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from core.placement import corner_mark_boxes
from forms_service.ocr.registration import (
    CornerMark,
    Registration,
    corner_points,
    find_every_mark,
    register_by_few_marks,
    register_by_marks,
)
from forms_service.ocr.sheets_in_picture import find_sheets

LOOK_SIDE_PX = 1800
"""Longest side of the copy that is looked at: an A4 page at 150 dpi shows its letters well enough."""

SMALL_SIDE_PX = 600
"""Longest side of the copy on which sheets, light and blown patches are looked for."""


FORM_LETTER_MM = 2.0
"""Height of the answers on our own forms."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one picture.

    Attributes:
        long_side_px: Of the whole picture.
        ink_share: Share of the sheet that is clearly darker than the paper around it.
        paper_level: Gray level of the lit paper, 0 to 255.
        contrast: Gray levels between paper and print.
        letters: How many marks of the size of letters were seen.
        letter_px: Their usual height in the picture as it was sent.
        edge_share: Blur of the print's edges as a share of that height.
        glare_share: Share of the sheet on which light has burnt away everything.
        cut_letters: Letters that the picture's edge runs through, on its worst side.
        marks: Corner marks of our forms that were seen.
        dpi_by_marks: Resolution of the paper in the picture, by those marks; 0 when they are too few.
        marks_outside: Corner marks of our form that lie beyond the picture's edge.
        sheet_cut: Whether a sheet on a darker ground runs out of the picture.
        sheets: Whole pages seen in the picture.
    """

    long_side_px: int
    ink_share: float = 0.0
    paper_level: float = 0.0
    contrast: float = 0.0
    letters: int = 0
    letter_px: float = 0.0
    edge_share: float = 0.0
    glare_share: float = 0.0
    cut_letters: int = 0
    marks: int = 0
    dpi_by_marks: float = 0.0
    marks_outside: int = 0
    sheet_cut: bool = False
    sheets: int = 1


def reduced(pixels: np.ndarray, long_side_px: int) -> np.ndarray:
    """The picture with at most that many pixels along its longer side."""
    scale = long_side_px / max(pixels.shape)
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def measure(pixels: np.ndarray) -> Figures:
    """Measure one gray picture; the figures alone decide what is told of it."""
    long_side = max(pixels.shape)
    view = reduced(pixels, LOOK_SIDE_PX)
    sheets = find_sheets(reduced(view, SMALL_SIDE_PX))
    sheet = sheets.main.cut_from(pixels)
    page = reduced(sheet, LOOK_SIDE_PX)
    small = reduced(page, SMALL_SIDE_PX)
    paper = paper_light(small)
    level = float(np.percentile(small, 90))
    darker = _darker_than_paper(page, paper)
    contrast = _contrast(darker)
    letters = find_letters(darker, contrast)
    shrunk = page.shape[0] / sheet.shape[0]
    marks = find_every_mark(view)
    lay = _lay(marks)
    dpi = dpi_by_marks(lay) * long_side / max(view.shape) if lay else 0.0
    usual = float(np.median(letters[:, 3])) if len(letters) else 0.0
    if dpi and usual:  # what is written in its boxes counts, not its own small print
        usual = FORM_LETTER_MM * dpi / 25.4 * shrunk
    return Figures(
        long_side_px=long_side,
        ink_share=_ink_share(darker),
        paper_level=level,
        contrast=contrast,
        letters=len(letters),
        letter_px=usual / shrunk,
        edge_share=blur_px(page, contrast) / usual if usual else 0.0,
        glare_share=glare_share(sheet, small, paper),
        cut_letters=0 if sheets.on_ground else letters_cut(letters, page.shape),
        marks=len(marks),
        dpi_by_marks=dpi,
        marks_outside=marks_outside(lay, marks, view.shape) if lay else 0,
        sheet_cut=sheets.cut,
        sheets=max(sheets.pages, most_alike(marks)),
    )


# --- light and print ------------------------------------------------------------------------------

INK_GRAY_LEVELS = 12
"""Print that is less darker than its paper is taken for the paper's own unevenness."""


def paper_light(small: np.ndarray) -> np.ndarray:
    """How light the bare paper is, place by place."""
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)
    return cv2.GaussianBlur(cv2.dilate(smooth, np.ones((11, 11), np.uint8)), (0, 0), 5)


def _darker_than_paper(page: np.ndarray, paper: np.ndarray) -> np.ndarray:
    whole = cv2.resize(paper, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.subtract(whole, cv2.GaussianBlur(page, (0, 0), 0.8))


def _inner(pixels: np.ndarray) -> np.ndarray:
    """Without the outer 4 %, where scanners leave shadows."""
    rows, columns = (int(side * 0.04) for side in pixels.shape)
    return pixels[rows : pixels.shape[0] - rows, columns : pixels.shape[1] - columns]


def _ink_share(darker: np.ndarray) -> float:
    return float(np.mean(cv2.GaussianBlur(_inner(darker), (0, 0), 1.0) > INK_GRAY_LEVELS))


def _contrast(darker: np.ndarray) -> float:
    """Gray levels between the paper and its darkest print."""
    return float(np.percentile(_inner(darker)[::2, ::2], 99.5))


def glare_share(sheet: np.ndarray, small: np.ndarray, paper: np.ndarray) -> float:
    """Share of the sheet where light has burnt away the paper's own gray and the print with it.

    A burnt patch is white to the last pixel, fades out softly, and has print around it but none inside.
    """
    usual = float(np.median(paper))
    if usual > GLARE_PAPER_LEVEL:
        return 0.0
    burnt = cv2.resize((sheet >= 252).astype(np.float32), small.shape[::-1], interpolation=cv2.INTER_AREA)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((paper >= 250).astype(np.uint8))
    ink = cv2.subtract(paper, small) > INK_GRAY_LEVELS
    lost = 0
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] < MIN_PATCH_SHARE * small.size:
            continue
        patch = (labels == number).astype(np.uint8)
        heart = cv2.erode(patch, np.ones((13, 13), np.uint8)) > 0
        if heart.mean() < MIN_PATCH_SHARE or burnt[heart].mean() < 0.97:
            continue  # print is to be seen on it
        close = cv2.dilate(patch, np.ones((3, 3), np.uint8))
        near = (cv2.dilate(patch, np.ones((9, 9), np.uint8)) > 0) & (close == 0)
        around = (cv2.dilate(patch, np.ones((61, 61), np.uint8)) > 0) & (patch == 0)
        if not near.any():
            continue
        fading = (float(np.percentile(small[near], 40)) - usual) / (255.0 - usual)
        if fading > 0.06 and ink[around].mean() > 0.01:
            lost += int(heart.sum())
    return lost / small.size


MIN_PATCH_SHARE = 0.003

GLARE_PAPER_LEVEL = 236
"""Paper as bright as this everywhere (a scan) hides what light might have burnt away."""


# --- writing --------------------------------------------------------------------------------------


def find_letters(darker: np.ndarray, contrast: float) -> np.ndarray:
    """Marks of the size and shape of letters: rows of (left, top, width, height) in pixels."""
    ink = (darker > max(INK_GRAY_LEVELS, 0.4 * contrast)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = stats[1:, :4]
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    like = (height >= 4) & (height <= 60) & (width >= 2) & (width <= 5 * height) & (area >= 8)
    return boxes[like]


def letters_cut(letters: np.ndarray, shape: tuple[int, ...]) -> int:
    """Letters that the picture's edge runs through, on the side where most are."""
    if not len(letters):
        return 0
    usual = float(np.median(letters[:, 3]))
    near = letters[letters[:, 3] >= 0.4 * usual]
    left, top = near[:, 0], near[:, 1]
    right, bottom = left + near[:, 2], top + near[:, 3]
    height, width = shape[:2]
    return max(int(np.sum(side)) for side in (left <= 0, top <= 0, right >= width, bottom >= height))


SHARPEST_EDGE_PX = 2.3
"""What the edge of a perfectly sharp letter takes by the reduction and smoothing done here."""


def blur_px(page: np.ndarray, contrast: float) -> float:
    """How many pixels the edges of print take beyond the sharpest, in the direction in which they take more.

    The whole step from paper to print is divided by its steepest part, so that neither pale print nor
    thin strokes count as blurred.
    """
    view = cv2.GaussianBlur(page, (0, 0), 0.7).astype(np.float32)
    width = max(_edge_width(view, contrast), _edge_width(np.ascontiguousarray(view.T), contrast))
    return float(max(width**2 - SHARPEST_EDGE_PX**2, 0.0) ** 0.5)


def _edge_width(view: np.ndarray, contrast: float) -> float:
    along = np.ones((1, 15), np.uint8)
    step = cv2.dilate(view, along) - cv2.erode(view, along)
    slope = np.zeros_like(view)
    slope[:, 1:-1] = np.abs(view[:, 2:] - view[:, :-2]) / 2
    crest = (slope >= cv2.dilate(slope, np.ones((1, 5), np.uint8))) & (step > 0.5 * contrast) & (slope > 1)
    if crest.sum() < 100:
        return 0.0
    return float(np.median(step[crest] / slope[crest]))


# --- corner marks of our forms --------------------------------------------------------------------


def _lay(marks: Sequence[CornerMark]) -> Registration | None:
    """Where our page lies, roughly; one mark alone may be a chance likeness."""
    seen = list({mark.number: mark for mark in marks}.values())
    if len(seen) < 2:
        return None
    return register_by_marks(seen) if len(seen) >= 3 else register_by_few_marks(seen)


def dpi_by_marks(lay: Registration) -> float:
    """Resolution of the paper in the picture it lies in."""
    middle = np.array([(105.0, 148.5), (115.0, 148.5), (105.0, 158.5)])
    centre, right, below = lay.to_image(middle)
    per_mm = min(np.linalg.norm(right - centre), np.linalg.norm(below - centre)) / 10.0
    return float(per_mm) * 25.4


def marks_outside(lay: Registration, marks: Sequence[CornerMark], shape: tuple[int, ...]) -> int:
    """Corner marks of our form that must lie beyond the picture's edge, told by those that are seen."""
    seen = {mark.number for mark in marks}
    height, width = shape[:2]
    outside = 0
    for number, box in enumerate(corner_mark_boxes()):
        if number not in seen:
            x, y = lay.to_image(corner_points(box)).mean(axis=0)
            outside += not (0 <= x < width and 0 <= y < height)
    return outside


def most_alike(marks: Sequence[CornerMark]) -> int:
    """How many pages of our forms are in the picture: how often one and the same mark is seen."""
    counts = [1]
    for number in {mark.number for mark in marks}:
        same = [mark.corners for mark in marks if mark.number == number]
        apart = [
            one
            for place, one in enumerate(same)
            if all(_distance(one, other) > 3 * _side(one) for other in same[:place])
        ]
        counts.append(len(apart))
    return max(counts)


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one.mean(axis=0) - other.mean(axis=0)))


def _side(corners: np.ndarray) -> float:
    return float(np.linalg.norm(corners[1] - corners[0]))
