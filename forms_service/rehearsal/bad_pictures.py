"""Takes pictures of pages as badly as people do: what the look at the door must notice.

Each way says how far it goes, so that the limits between a good and a bad picture can be looked for.
"""

from __future__ import annotations

import cv2
import numpy as np

DESK_LEVEL = 70


def out_of_focus(page: np.ndarray, dpi: float, blur_mm: float) -> np.ndarray:
    """A lens that was not on the paper; ``blur_mm`` is the blur's standard deviation on it."""
    return cv2.GaussianBlur(page, (0, 0), max(blur_mm * dpi / 25.4, 0.01))


def shaken(page: np.ndarray, dpi: float, path_mm: float, degrees: float = 0.0) -> np.ndarray:
    """A hand that moved along a straight path while the picture was taken."""
    length = max(1, round(path_mm * dpi / 25.4)) | 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    middle = (length / 2 - 0.5, length / 2 - 0.5)
    kernel = cv2.warpAffine(kernel, cv2.getRotationMatrix2D(middle, degrees, 1), (length, length))
    return cv2.filter2D(page, -1, kernel / max(float(kernel.sum()), 1e-6))


def in_the_dark(page: np.ndarray, light: float, rng: np.random.Generator) -> np.ndarray:
    """Too little light: ``light`` is the share of it that is left; the sensor's noise shows."""
    dim = page.astype(np.float32) * light + rng.normal(0.0, 4.0, page.shape).astype(np.float32)
    return np.clip(dim, 0, 255).astype(np.uint8)


def pale(page: np.ndarray, ink: float) -> np.ndarray:
    """Print of which only the share ``ink`` of its blackness is left, as from an empty cartridge."""
    return (255 - (255 - page.astype(np.float32)) * ink).astype(np.uint8)


def lamp_reflected(
    page: np.ndarray, share: float, rng: np.random.Generator, paper_level: float = 205.0
) -> np.ndarray:
    """A photo of dull paper on which a lamp or flash is reflected, burning away ``share`` of it."""
    height, width = page.shape
    photo = page.astype(np.float32) * (paper_level / 250.0) + rng.normal(0, 2.0, page.shape).astype(
        np.float32
    )
    radius = np.sqrt(share * height * width / np.pi)
    x, y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.25, 0.75)
    rows, columns = np.ogrid[0:height, 0:width]
    distance = np.hypot(columns - x, rows - y).astype(np.float32) / radius
    light = 320.0 / (1.0 + np.exp(np.clip((distance - 1.12) * 14.0, -60, 60)))
    return np.clip(photo + light, 0, 255).astype(np.uint8)


def cut_off(page: np.ndarray, share: float, side: str) -> np.ndarray:
    """A picture that leaves out ``share`` of the page on its ``left``, ``right``, ``top`` or ``bottom``."""
    height, width = page.shape
    rows, columns = round(height * share), round(width * share)
    parts = {
        "left": page[:, columns:],
        "right": page[:, : width - columns],
        "top": page[rows:],
        "bottom": page[: height - rows],
    }
    return np.ascontiguousarray(parts[side])


def from_afar(page: np.ndarray, dpi: float, wanted_dpi: float) -> np.ndarray:
    """Taken from too far, or made smaller by a messenger: ``wanted_dpi`` is left on the paper."""
    factor = wanted_dpi / dpi
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(page, None, fx=factor, fy=factor, interpolation=how)


def on_a_desk(page: np.ndarray, margin: float = 0.08, slant: float = 0.0, shift: float = 0.0) -> np.ndarray:
    """A photo of a sheet that lies on a dark desk.

    Args:
        margin: Desk around the sheet, as a share of its width.
        slant: How far two of its corners are drawn in, as a share of its width.
        shift: Share of the sheet's width that runs out of the picture on the right.
    """
    height, width = page.shape
    edge = margin * width
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inward = np.array([[slant, 0], [-slant, slant / 2], [0, 0], [0, -slant / 2]], np.float32) * width
    matrix = cv2.getPerspectiveTransform(corners, corners + inward + np.float32(edge))
    size = (int(width * (1 - shift) + (edge if shift else 2 * edge)), int(height + 2 * edge))
    desk = cv2.warpPerspective(
        page, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=DESK_LEVEL
    )
    return desk


def side_by_side(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Two pages on one desk, in one photo."""
    height = max(first.shape[0], second.shape[0])
    gap = first.shape[1] // 12
    desk = np.full((height + 2 * gap, first.shape[1] + second.shape[1] + 3 * gap), DESK_LEVEL, np.uint8)
    desk[gap : gap + first.shape[0], gap : gap + first.shape[1]] = first
    left = 2 * gap + first.shape[1]
    desk[gap : gap + second.shape[0], left : left + second.shape[1]] = second
    return desk


def empty_sheet(shape: tuple[int, int], rng: np.random.Generator, shade: float = 40.0) -> np.ndarray:
    """The wrong side of a sheet: paper, noise and a soft shadow."""
    sheet = np.full(shape, 246.0, np.float32) - np.linspace(0, shade, shape[1], dtype=np.float32)
    return np.clip(sheet + rng.normal(0, 4, shape), 0, 255).astype(np.uint8)
