"""What happens to papers before and while they are photographed, in three sets that share no kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from samples.drawing.wear import bleed_through, lamp_light, low_resolution, phone_photo, scan

Damage = Callable[[np.ndarray, random.Random], np.ndarray]


def dark_edges(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A copier's open lid: black at two edges, a little crooked."""
    height, width = page.shape
    spoilt = scan(page, chance)
    side, top = int(width * chance.uniform(0.01, 0.03)), int(height * chance.uniform(0.005, 0.015))
    framed = cv2.copyMakeBorder(spoilt, top, 0, side, 0, cv2.BORDER_CONSTANT, value=25)
    return cv2.GaussianBlur(framed, (0, 0), 0.6)


def creased(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Folded in four in a pocket: creases that cross, each side a shade darker."""
    height, width = page.shape
    shaded = page.astype(np.float32)
    for axis, length in ((0, height), (1, width)):
        at = chance.uniform(0.42, 0.58) * length
        distance = np.abs(np.arange(length) - at)
        shade = 1 - 0.3 * np.exp(-((distance / 2.5) ** 2)) - 0.1 * np.exp(-distance / (0.05 * length))
        shaded *= shade[:, None] if axis == 0 else shade[None, :]
    return scan(np.clip(shaded, 0, 255).astype(np.uint8), chance)


def curled_sheet(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A sheet that rolls up at its edges: lines bend, the rim is in shadow, the desk shows."""
    height, width = page.shape
    bend = chance.uniform(0.006, 0.014) * height
    page = cv2.copyMakeBorder(page, *(int(bend) + 20,) * 2, 25, 25, cv2.BORDER_CONSTANT, value=90)
    height, width = page.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    across = columns / width * 2 - 1
    bent = cv2.remap(
        page,
        columns + across**3 * 6,
        rows + bend * across**2,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    shade = 1 - 0.4 * np.clip(np.abs(across) - 0.72, 0, 1) / 0.28
    return _grain(bent * shade, chance, 2.0)


def table_photo(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Photographed on a wooden table from a slant, turned a little."""
    height, width = page.shape
    margin = int(0.1 * width)
    size = (width + 2 * margin, height + 2 * margin)
    source = np.random.default_rng(chance.getrandbits(32))
    grain = cv2.GaussianBlur(source.normal(95, 40, (size[1] // 8, size[0])).astype(np.float32), (0, 0), 3)
    table = cv2.resize(np.clip(grain, 40, 130), size)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    reach = 0.045 * width
    moved = corners + margin + np.float32([[chance.uniform(-reach, reach) for _ in "xy"] for _ in range(4)])
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    sheet = cv2.warpPerspective(page, matrix, size)
    inside = cv2.warpPerspective(np.full_like(page, 255), matrix, size) > 127
    photo = np.where(inside, sheet.astype(np.float32), table)
    light = np.linspace(chance.uniform(0.7, 0.8), chance.uniform(0.9, 1.0), size[0])[None, :]
    return _packed(_grain(photo * light, chance, 3.0), 70)


def coarse_scan(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """About 110 dots an inch, packed small, as old office scanners send."""
    small = cv2.resize(page, None, fx=0.55, fy=0.55, interpolation=cv2.INTER_AREA)
    return _packed(_grain(small, chance, 2.0), chance.randrange(45, 60))


def thumb(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Held in the hand: a thumb over one edge, and a soft shadow of the phone."""
    height, width = page.shape
    held = page.astype(np.float32)
    right = chance.random() < 0.5
    centre = (width if right else 0, int(height * chance.uniform(0.55, 0.9)))
    mask = np.zeros_like(page)
    cv2.ellipse(mask, centre, (int(0.09 * width), int(0.05 * width)), 12, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 3).astype(np.float32) / 255
    held = held * (1 - soft) + 120 * soft
    rows = np.linspace(0, 1, height)[:, None]
    held *= 1 - 0.25 / (1 + np.exp(-(rows - chance.uniform(0.4, 0.7)) * 12))
    return _packed(_grain(held, chance, 3.0), 65)


def tired_copy(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A pale copy of a copy, with toner lines down the sheet."""
    pale = cv2.GaussianBlur(page, (0, 0), 0.8).astype(np.float32) * 0.62 + 92
    for _ in range(4):
        pale[:, chance.randrange(page.shape[1])] *= 0.75
    return _grain(pale, chance, 5.0)


def specked_copy(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """A hard copy from a worn drum: thick strokes, specks, laid on askew."""
    height, width = page.shape
    hard = np.clip((cv2.GaussianBlur(page, (0, 0), 0.9).astype(np.float32) - 70) * 1.5, 0, 255)
    source = np.random.default_rng(chance.getrandbits(32))
    for _ in range(160):
        x, y = (int(source.integers(0, side)) for side in (width, height))
        cv2.circle(hard, (x, y), int(source.integers(1, 3)), 60.0, -1)
    angle = chance.choice((-1, 1)) * chance.uniform(0.8, 2.2)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    return _grain(cv2.warpAffine(hard, matrix, (width, height), borderValue=250.0), chance, 2.0)


def letter_folds(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Folded in three for an envelope, then scanned: two creases, each third a little lifted."""
    height, width = page.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    shade, lift = np.ones_like(rows), np.zeros_like(rows)
    for third in (1 / 3, 2 / 3):
        at = (third + chance.uniform(-0.02, 0.02)) * height
        shade *= 1 - 0.35 * np.exp(-(((rows - at) / 3) ** 2))
        lift += np.exp(-(((rows - at) / (0.03 * height)) ** 2)) * chance.uniform(2, 5)
    columns, level = np.meshgrid(np.arange(width, dtype=np.float32), rows[:, 0])
    bent = cv2.remap(page, columns + lift, level, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _grain(bent * shade, chance, 2.5)


def sent_by_messenger(page: np.ndarray, chance: random.Random) -> np.ndarray:
    """Photographed by a hand that moved a little, made smaller and packed hard by a messenger."""
    steps = chance.choice((2, 3))
    moved = cv2.filter2D(page, -1, np.full((1, steps), 1 / steps, np.float32))
    small = cv2.resize(moved, None, fx=0.68, fy=0.68, interpolation=cv2.INTER_AREA)
    return _packed(_grain(small, chance, 3.0), chance.randrange(42, 55))


TUNING_DAMAGE: Mapping[str, Damage] = {
    "scan": scan,
    "phone photo": phone_photo,
    "low resolution": low_resolution,
    "dark edges": dark_edges,
    "creased": creased,
}
MEASURING_DAMAGE: Mapping[str, Damage] = {
    "as printed": lambda page, _: page,
    "curled sheet": curled_sheet,
    "table photo": table_photo,
    "coarse scan": coarse_scan,
    "thumb": thumb,
    "tired copy": tired_copy,
}
PROVING_DAMAGE: Mapping[str, Damage] = {
    "specked copy": specked_copy,
    "folds of a letter": letter_folds,
    "sent by messenger": sent_by_messenger,
    "lamp light": lamp_light,
    "print of the back": bleed_through,
    "flat and packed": lambda page, _: _packed(page, 80),
}


def _grain(page: np.ndarray, chance: random.Random, strength: float) -> np.ndarray:
    source = np.random.default_rng(chance.getrandbits(32))
    return np.clip(page + source.normal(0, strength, page.shape), 0, 255).astype(np.uint8)


def _packed(page: np.ndarray, quality: int) -> np.ndarray:
    done, packed = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the page cannot be compressed")
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
