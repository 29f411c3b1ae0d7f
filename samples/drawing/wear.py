"""What scanners, phones and pockets do to a page; seeded, so that a sample can be made again."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import cv2
import numpy as np

Wear = Callable[[np.ndarray, random.Random], np.ndarray]
DESK = 70


def scan(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A clean flatbed scan: a little crooked, a little noise."""
    return _noise(_turned(page, chance.uniform(-1.0, 1.0)), chance, 0.8)


def crooked_scan(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A sheet laid down carelessly."""
    angle = chance.choice((-1, 1)) * chance.uniform(1.5, 3.0)
    return _noise(_turned(page, angle), chance, 1)


def phone_photo(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A photograph from a slant, on a dark desk, with a shadow across."""
    height, width = page.shape
    margin = int(0.06 * width)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = (
        corners
        + margin
        + np.float32([[chance.uniform(0, 0.035) * width for _ in range(2)] for _ in range(4)])
    )
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    size = (width + 3 * margin, height + 3 * margin)
    photo = cv2.warpPerspective(page, matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=DESK)
    return _noise(_shadow(photo, chance), chance, 1.5)


def office_copy(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A photocopy of a photocopy: hard contrast, specks, a dark edge."""
    copy = np.clip((page.astype(float) - 60) * 1.35, 0, 255)
    source = np.random.default_rng(chance.getrandbits(32))
    copy[source.random(copy.shape) < 0.0002] = 40
    copy[:, : max(2, page.shape[1] // 200)] = 60
    return _turned(copy.astype(np.uint8), chance.uniform(-1.2, 1.2))


def soft_focus(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Slightly out of focus."""
    return _noise(cv2.GaussianBlur(page, (0, 0), 1.1), chance, 4)


def low_resolution(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Sent through a chat program that made it smaller."""
    small = cv2.resize(page, None, fx=0.72, fy=0.72, interpolation=cv2.INTER_AREA)
    return _compressed(small, chance.randrange(38, 50))


def lamp_light(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Photographed under a lamp: bright in one place, dim in the others, dull paper."""
    height, width = page.shape
    x, y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.2, 0.8) * height
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    distance = np.hypot(columns - x, rows - y) / max(width, height)
    lit = page.astype(float) * (0.55 + 0.4 * np.exp(-((distance / 0.45) ** 2))) + 14
    return _noise(np.clip(lit, 0, 255).astype(np.uint8), chance, 7)


def bleed_through(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Print of the other side shining through."""
    other = cv2.GaussianBlur(page[:, ::-1], (0, 0), 1.6)
    mixed = page.astype(float) - (255 - other.astype(float)) * chance.uniform(0.12, 0.2)
    return _turned(np.clip(mixed, 0, 255).astype(np.uint8), chance.uniform(-0.8, 0.8))


def shaken_photo(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A hand that moved a little, in one direction."""
    length = chance.choice((3, 5))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    matrix = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), chance.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, matrix, (length, length))
    return _compressed(cv2.filter2D(page, -1, kernel / max(kernel.sum(), 1e-6)), 60)


def wavy_paper(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Paper that does not lie flat."""
    height, width = page.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phase = chance.uniform(0, 6)
    rows += np.sin(columns / width * 7 + phase).astype(np.float32) * 0.004 * height
    return cv2.remap(page, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


SAMPLE_WEAR: Mapping[str, Wear] = {
    "scan": scan,
    "crooked_scan": crooked_scan,
    "phone_photo": phone_photo,
    "office_copy": office_copy,
    "low_resolution": low_resolution,
}
"""Wear of the committed samples; readers may have been adjusted on it."""

UNSEEN_WEAR: Mapping[str, Wear] = {
    "soft_focus": soft_focus,
    "lamp_light": lamp_light,
    "bleed_through": bleed_through,
    "shaken_photo": shaken_photo,
    "wavy_paper": wavy_paper,
}
"""Wear that only tests and measurements use."""


def _turned(page: np.ndarray, degrees: float) -> np.ndarray:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=248)


def _noise(page: np.ndarray, chance: random.Random, strength: float) -> np.ndarray:
    source = np.random.default_rng(chance.getrandbits(32))
    return np.clip(page + source.normal(0, strength, page.shape), 0, 255).astype(np.uint8)


def _shadow(page: np.ndarray, chance: random.Random) -> np.ndarray:
    height, width = page.shape
    angle, middle = chance.uniform(0.3, 1.2), chance.uniform(0.3, 0.7)
    columns, rows = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    side = 1 / (1 + np.exp(-(columns * angle + rows * (1 - angle * 0.5) - middle) * 14))
    return (page * (1 - 0.32 * side)).astype(np.uint8)


def _compressed(page: np.ndarray, quality: int) -> np.ndarray:
    done, packed = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the page cannot be compressed")
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
