"""Spoils clean page pictures the way scanners, copiers and phones do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from core.placement import PAGE_WIDTH_MM
from forms_service.ocr.registration import project
from forms_service.rehearsal.paper_damage import (
    Crease,
    PaperDamage,
    bleed_through,
    crease,
    cut_code,
    folded,
    highlighter,
    no_marks,
    signature,
    smudged_code,
    stamp,
    torn_corners,
)

WHOLE_SHEET = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Degradation:
    """One way a page is spoilt; the defaults leave it as it is.

    Attributes:
        dpi: Resolution it is scanned at.
        skew_deg: Greatest skew to either side.
        turns: Whether it may lie on any of its four sides.
        perspective: Greatest shift of a corner, as a share of the page's width.
        blur_mm: Standard deviation of the blur on paper.
        noise: Standard deviation of the sensor's noise, in gray levels.
        jpeg: JPEG quality, or None for no loss.
        shadow: Depth of a shadow across the page, 0 to 1.
        fax: Black and white only, as a fax or a bad copier gives.
        printed_share: Size it is printed at: 0.94 is what « fit to page » makes of a sheet.
        copied_at: Gray level at which a copier took the black and white print for black, or None:
            120 is a light copy, 205 a dark one.
        stretched: By what a copier made it wider and longer.
        shifted_mm: How far a copier moved it, rightwards and down; the far edges are lost.
        damage: What was done to the sheet itself, in this order.
        creased: Whether it was folded across: the two halves no longer lie in one plane.
        same_frame: Whether a page that lies askew is cut off at the edges of an upright one.
        shown: The part of the sheet that is left, or in the picture: left, top, right and bottom as shares.
    """

    name: str
    dpi: int = 300
    skew_deg: float = 0.0
    turns: bool = False
    perspective: float = 0.0
    blur_mm: float = 0.0
    noise: float = 0.0
    jpeg: int | None = None
    shadow: float = 0.0
    fax: bool = False
    printed_share: float = 1.0
    copied_at: int | None = None
    stretched: tuple[float, float] = (1.0, 1.0)
    shifted_mm: tuple[float, float] = (0.0, 0.0)
    damage: tuple[PaperDamage, ...] = ()
    creased: bool = False
    same_frame: bool = False
    shown: tuple[float, float, float, float] = WHOLE_SHEET


STANDARD: tuple[Degradation, ...] = (
    Degradation("clean 300 dpi", jpeg=90),
    Degradation("clean 200 dpi", dpi=200, jpeg=85),
    Degradation("skewed 3°", skew_deg=3.0, jpeg=80),
    Degradation("turned", skew_deg=2.0, turns=True, dpi=250, jpeg=75),
    Degradation("JPEG 40", jpeg=40, skew_deg=1.0),
    Degradation("blurred", blur_mm=0.12, skew_deg=1.0, jpeg=75),
    Degradation("noisy", noise=16.0, skew_deg=1.0, jpeg=75),
    Degradation("shadow", shadow=0.35, skew_deg=1.5, jpeg=80),
    Degradation("mixed", dpi=220, skew_deg=3.0, turns=True, blur_mm=0.08, noise=8.0, jpeg=60, shadow=0.15),
)
"""Clean to moderate: what an office scanner makes of a typed page."""

HARD: tuple[Degradation, ...] = (
    Degradation("phone photo", perspective=0.05, skew_deg=3.0, blur_mm=0.08, noise=6.0, jpeg=60, shadow=0.35),
    Degradation("150 dpi", dpi=150, skew_deg=1.0, jpeg=75),
    Degradation("fax", dpi=200, skew_deg=1.0, noise=12.0, fax=True),
)
"""Beyond what is asked of the first reader; measured to know where it ends."""

PRINTED: tuple[Degradation, ...] = (
    Degradation("fit to page", printed_share=0.94, skew_deg=1.0, jpeg=80),
    Degradation("light copy", copied_at=120, skew_deg=1.0),
    Degradation("dark copy", copied_at=205, skew_deg=1.0),
)
"""What printers and copiers at home and at the counter do to a blank before it is filled in."""

_TRIMMED = (12 / 210, 12 / 297, 1 - 12 / 210, 1 - 12 / 297)
_MIDDLE = (0.14, 0.15, 0.86, 0.85)

STRESS: tuple[Degradation, ...] = (
    Degradation("any rotation", skew_deg=180.0, jpeg=80),
    Degradation(
        "phone perspective", perspective=0.07, skew_deg=5.0, blur_mm=0.06, noise=5.0, jpeg=70, shadow=0.3
    ),
    Degradation("100 dpi", dpi=100, skew_deg=1.0, jpeg=85),
    Degradation("600 dpi", dpi=600, skew_deg=1.0, jpeg=85),
    Degradation("print at 94 %", printed_share=0.94, skew_deg=1.0, jpeg=80),
    Degradation(
        "copy stretched 1.5 %, shifted", stretched=(1.015, 1.0), shifted_mm=(2.5, -2.0), skew_deg=1.0, jpeg=80
    ),
    Degradation("askew 10°, edges cut off", skew_deg=10.0, same_frame=True, jpeg=80),
    Degradation("one corner torn", damage=(torn_corners(1),), skew_deg=2.0, jpeg=80),
    Degradation("two corners torn", damage=(torn_corners(2),), skew_deg=2.0, jpeg=80),
    Degradation("three corners torn", damage=(torn_corners(3),), skew_deg=2.0, jpeg=80),
    Degradation("four corners torn", damage=(torn_corners(4),), skew_deg=2.0, jpeg=80),
    Degradation("code smudged", damage=(smudged_code,), skew_deg=2.0, jpeg=80),
    Degradation("code cut", damage=(cut_code,), skew_deg=2.0, jpeg=80),
    Degradation("code cut, two corners torn", damage=(cut_code, torn_corners(2)), skew_deg=2.0, jpeg=80),
    Degradation("code cut, three corners torn", damage=(cut_code, torn_corners(3)), skew_deg=2.0, jpeg=80),
    Degradation("folded", creased=True, skew_deg=2.0, jpeg=80),
    Degradation("stamp over boxes", damage=(stamp, stamp), skew_deg=1.0, jpeg=80),
    Degradation("signature over boxes", damage=(signature, signature), skew_deg=1.0, jpeg=80),
    Degradation("highlighter", damage=(highlighter,), skew_deg=1.0, jpeg=80),
    Degradation("bleed-through", damage=(bleed_through,), skew_deg=1.0, jpeg=80),
    Degradation("no marks, no code", damage=(no_marks,), skew_deg=3.0, jpeg=80),
    Degradation("no marks, no code, any rotation", damage=(no_marks,), skew_deg=180.0, jpeg=80),
    Degradation(
        "no marks, no code, phone",
        damage=(no_marks,),
        perspective=0.06,
        skew_deg=5.0,
        turns=True,
        blur_mm=0.06,
        noise=5.0,
        jpeg=70,
        shadow=0.3,
    ),
    Degradation("no marks, no code, fax", damage=(no_marks,), dpi=200, skew_deg=1.0, noise=12.0, fax=True),
    Degradation("trimmed by 12 mm all round", shown=_TRIMMED, skew_deg=2.0, jpeg=80),
    Degradation("only its middle half in the photo", shown=_MIDDLE, skew_deg=6.0, turns=True, jpeg=75),
)
"""What sheets go through in hands, pockets and copiers; each one alone, to see what it costs."""

BY_NAME: Mapping[str, Degradation] = {one.name: one for one in (*STANDARD, *HARD, *PRINTED, *STRESS)}


_SCREEN_MM = 0.45
"""Period of a laser printer's screen: about 60 lines an inch."""

_COPIER_BLUR_MM = 0.07


@dataclass(frozen=True, slots=True)
class SpoiltPage:
    """A spoilt picture, and where the page truly lies in it (page millimetres to pixels)."""

    pixels: np.ndarray
    page_to_image: np.ndarray
    fold: Crease | None = None
    px_per_mm: float = 0.0

    def true_places(self, points_mm: np.ndarray) -> np.ndarray:
        """Where points of the page truly lie, on either side of a crease."""
        points = np.asarray(points_mm, np.float64).reshape(-1, 2)
        if self.fold is not None:
            points = (self.fold.moved(points * self.px_per_mm - 0.5) + 0.5) / self.px_per_mm
        return project(self.page_to_image, points)


def spoil(page: np.ndarray, how: Degradation, rng: np.random.Generator) -> SpoiltPage:
    """Give a spoilt picture of a clean one, with the true homography for judging registration."""
    px_per_mm = page.shape[1] / PAGE_WIDTH_MM
    placed = _printed_at(how, page.shape)
    if not np.allclose(placed, np.eye(3)):
        size = (page.shape[1], page.shape[0])
        page = cv2.warpPerspective(
            cv2.GaussianBlur(page, (0, 0), 0.4), placed, size, flags=cv2.INTER_LINEAR, borderValue=255
        )
    if how.copied_at is not None:
        page = photocopy(page, how.copied_at)
    for damage in how.damage:
        page = damage(page, rng)
    fold = crease(page.shape, rng) if how.creased else None
    if fold is not None:
        page = folded(page, fold, rng)
    page, cut = _left_of(page, how.shown)
    blurred = cv2.GaussianBlur(page, (0, 0), how.blur_mm * px_per_mm) if how.blur_mm else page
    matrix, size = _geometry(page.shape, how, rng, px_per_mm)
    scale = how.dpi / 25.4 / px_per_mm
    if scale < 0.8:  # what an area sensor does; sampling would alias the thin lines
        blurred = cv2.GaussianBlur(blurred, (0, 0), 0.45 / scale)
    image = cv2.warpPerspective(
        blurred, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=245
    )
    image = _lighting(image, how, rng)
    if how.fax:
        _, image = cv2.threshold(image, 150, 255, cv2.THRESH_BINARY)
    if how.jpeg is not None:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, how.jpeg])
        image = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    # A pixel's coordinates name its centre, so the paper's edge lies half a pixel before the first.
    mm_to_px = np.array([[px_per_mm, 0, -0.5], [0, px_per_mm, -0.5], [0, 0, 1]])
    return SpoiltPage(image, matrix @ cut @ placed @ mm_to_px, fold, px_per_mm)


def _left_of(page: np.ndarray, shown: tuple[float, float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The part of a page that is shown, and how its pixels are counted there."""
    height, width = page.shape
    left, top, right, bottom = (
        round(share * side) for share, side in zip(shown, (width, height) * 2, strict=True)
    )
    return page[top:bottom, left:right], np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])


def photocopy(page: np.ndarray, copied_at: int) -> np.ndarray:
    """A copy in black and white of what a black and white laser printer made of the page.

    Args:
        copied_at: Gray level up to which the copier sees black.
    """
    px_per_mm = page.shape[1] / PAGE_WIDTH_MM
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    period = _SCREEN_MM * px_per_mm
    dots = np.cos(2 * np.pi * (x + y) / period / np.sqrt(2)) + np.cos(
        2 * np.pi * (x - y) / period / np.sqrt(2)
    )
    screen = 127.5 + 63.0 * dots  # grays become dots, the darker the larger; black stays whole
    printed = np.where(page > screen, 255, 0).astype(np.uint8)
    seen = cv2.GaussianBlur(printed, (0, 0), _COPIER_BLUR_MM * px_per_mm)
    return np.where(seen > copied_at, 255, 0).astype(np.uint8)


def _printed_at(how: Degradation, shape: tuple[int, ...]) -> np.ndarray:
    """The page printed smaller around its middle, copied larger and shifted, in its own pixels."""
    height, width = shape
    wide, tall = (how.printed_share * stretch for stretch in how.stretched)
    right, down = (shift * width / PAGE_WIDTH_MM for shift in how.shifted_mm)
    return np.array(
        [
            [wide, 0, (1 - wide) * (width - 1) / 2 + right],
            [0, tall, (1 - tall) * (height - 1) / 2 + down],
            [0, 0, 1],
        ]
    )


def _geometry(
    shape: tuple[int, ...], how: Degradation, rng: np.random.Generator, px_per_mm: float
) -> tuple[np.ndarray, tuple[int, int]]:
    height, width = shape
    scale = how.dpi / 25.4 / px_per_mm
    angle = np.deg2rad(rng.uniform(-how.skew_deg, how.skew_deg)) + (np.pi / 2) * (
        int(rng.integers(0, 4)) if how.turns else 0
    )
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    matrix = np.diag([scale, scale, 1.0]) @ turn @ centre
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    placed = project(matrix, corners)
    if how.perspective:
        shift = rng.uniform(-how.perspective, how.perspective, (4, 2)) * width * scale
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), (placed + shift).astype(np.float32))
        placed = project(matrix, corners)
    origin, far = placed.min(axis=0), placed.max(axis=0)
    if how.same_frame:
        middle, upright = (origin + far) / 2, np.array([width, height]) * scale / 2
        origin, far = middle - upright, middle + upright
    matrix = np.array([[1, 0, -origin[0]], [0, 1, -origin[1]], [0, 0, 1]]) @ matrix
    size = np.ceil(far - origin).astype(int)
    return matrix, (int(size[0]), int(size[1]))


def _lighting(image: np.ndarray, how: Degradation, rng: np.random.Generator) -> np.ndarray:
    if not (how.shadow or how.noise):
        return image
    values = image.astype(np.float32)
    if how.shadow:
        height, width = image.shape
        direction = rng.uniform(0, 2 * np.pi)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        ramp = (x / width - 0.5) * np.cos(direction) + (y / height - 0.5) * np.sin(direction)
        values *= 1.0 - how.shadow / (1.0 + np.exp(-6.0 * ramp))
    if how.noise:
        values += rng.normal(0.0, how.noise, image.shape).astype(np.float32)
    return np.clip(values, 0, 255).astype(np.uint8)
