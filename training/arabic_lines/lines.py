"""Draws training lines and spoils them the way pages are, then cuts them out as the service does."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr.arabic_lines import LETTERS, normalised, visual_order
from forms_service.ocr.crops import PAPER, ink_of
from training.arabic_lines.stacking import draw_stacked
from training.arabic_lines.words import EASTERN, LATIN, Vocabulary, label, line

PX_PER_MM = 300 / 25.4
OVERSAMPLING = 2
FAXED_SHARE = 0.12
"""Brought to black and white, as a fax does."""

STACKABLE = frozenset(LETTERS + " ")
FEATURES = (
    ["-liga"],
    ["-dlig"],
    ["dlig"],
    ["-rlig"],
    ["ss01"],
    ["ss02"],
    ["salt"],
    ["-calt"],
    ["swsh"],
    ["-kern"],
)


@dataclass(frozen=True)
class Face:
    """A font to draw with."""

    path: str
    characters: frozenset[str]
    weight: float


def faces(listing: str, held_out: bool) -> list[Face]:
    """The fonts of a listing that are trained on, or those that are not."""
    fonts = json.loads(Path(listing).read_text())
    return [
        Face(font["path"], frozenset(font["characters"]), font["weight"])
        for font in fonts
        if font["held_out"] is held_out
    ]


@lru_cache(maxsize=1500)
def font_of(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A loaded font; sizes are few, so that most are found again."""
    return ImageFont.truetype(path, size)


class LineMaker:
    """Makes one line after another."""

    EM_MM = (2.2, 4.6)
    WIDEST_PX = 900
    EDGE_SHARE = 0.2
    EDGES: tuple[str, ...] = ("top", "bottom", "left", "right")

    def __init__(
        self,
        arabic: list[Face],
        latin: list[str],
        vocabulary: Vocabulary,
        seed: int,
        stacked_share: float = 0.5,
    ) -> None:
        self._rng, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._arabic, self._latin, self._vocabulary = arabic, latin, vocabulary
        self._stacked_share = stacked_share
        self._weights = [face.weight for face in arabic]

    def make(self) -> tuple[np.ndarray, str, str]:
        """A line as the network is shown it, its label from left to right, and the font's path."""
        while True:
            text = line(self._vocabulary, self._rng)
            path = self._font_for(text)
            if path is None:
                continue
            text, path = path
            shown = self.shown(text, path)
            if shown is not None:
                return shown, visual_order(label(text)), path

    def shown(self, text: str, path: str) -> np.ndarray | None:
        """The line drawn, spoilt, cut out and brought to the network's height."""
        crop = self._spoilt(self._drawn(text, path))
        ink = ink_of(crop)
        if ink.bounds is None:
            return None
        left, top, right, bottom = ink.bounds
        tight = ink.pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3]
        shown = self._normalised(tight)
        return shown if shown is not None and shown.shape[1] <= self.WIDEST_PX else None

    def _normalised(self, tight: np.ndarray) -> np.ndarray | None:
        return normalised(tight)

    def _font_for(self, text: str) -> tuple[str, str] | None:
        if any(c in LATIN for c in text):
            return text, self._rng.choice(self._latin)
        face = self._rng.choices(self._arabic, self._weights)[0]
        if not face.characters >= set(text):
            text = text.translate(EASTERN)
        return (text, face.path) if face.characters >= set(text) else None

    def _drawn(self, text: str, path: str) -> np.ndarray:
        rng, scale = self._rng, PX_PER_MM * OVERSAMPLING
        size = round(rng.uniform(*self.EM_MM) * scale / 4) * 4
        font = font_of(path, size)
        if set(text) <= STACKABLE and rng.random() < self._stacked_share:
            word = draw_stacked(text, path, size, rng)
        else:
            word = self._typeset(text, font)
        height = max(word.shape[0], round(3 * scale)) + round(rng.uniform(1.0, 4.0) * scale)
        width = word.shape[1] + round(rng.uniform(2.5, 8.0) * scale)
        left = round(rng.uniform(0.8, 1.6) * scale)
        top = round((height - word.shape[0]) * rng.uniform(0.25, 0.75))
        shade = rng.randint(0, 70)
        pixels = np.full((height, width), 255, np.uint8)
        inked = shade + (word.astype(np.uint16) * (255 - shade) // 255)
        pixels[top : top + word.shape[0], left : left + word.shape[1]] = inked[:, : width - left]
        sheet = Image.fromarray(pixels)
        draw = ImageDraw.Draw(sheet)
        if rng.random() < self.EDGE_SHARE:
            for edge in rng.sample(self.EDGES, k=rng.randint(1, min(3, len(self.EDGES)))):
                thick = rng.randint(2, 5)
                ends = {"top": (0, 0, width, 0), "bottom": (0, height - 1, width, height - 1)}
                ends |= {"left": (0, 0, 0, height), "right": (width - 1, 0, width - 1, height)}
                draw.line(ends[edge], fill=rng.randint(0, 120), width=thick)
        pixels = np.asarray(sheet)
        if rng.random() < 0.2:
            kernel = np.ones((2, 2), np.uint8) if rng.random() < 0.6 else np.ones((3, 3), np.uint8)
            pixels = cv2.erode(pixels, kernel) if rng.random() < 0.7 else cv2.dilate(pixels, kernel[:2, :2])
        return self._stretched(pixels)

    def _typeset(self, text: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
        settings: dict = {"direction": "ltr"} if text[0] in LATIN else {"direction": "rtl", "language": "ar"}
        if self._rng.random() < 0.2:
            settings["features"] = self._rng.choice(FEATURES)
        left, top, right, bottom = font.getbbox(text, anchor="ls", **settings)
        sheet = Image.new("L", (max(right - left, 1) + 8, max(bottom - top, 1) + 8), 255)
        ImageDraw.Draw(sheet).text((4 - left, 4 - top), text, font=font, fill=0, anchor="ls", **settings)
        return np.asarray(sheet)

    def _stretched(self, pixels: np.ndarray) -> np.ndarray:
        """At 300 dpi, sometimes slanted or stretched."""
        rng = self._rng
        across = rng.uniform(0.82, 1.25) if rng.random() < 0.4 else 1.0
        slant = rng.uniform(-0.15, 0.15) if rng.random() < 0.25 else 0.0
        height, width = pixels.shape
        size = max(round(width * across / OVERSAMPLING), 1), max(round(height / OVERSAMPLING), 1)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        if slant:
            shift = np.float32([[1, slant, -slant * size[1] / 2], [0, 1, 0]])
            pixels = cv2.warpAffine(pixels, shift, size, borderValue=255, flags=cv2.INTER_LINEAR)
        return pixels

    def _spoilt(self, pixels: np.ndarray) -> np.ndarray:
        """Blurred, turned, sampled, noisy and compressed, then straightened again at 300 dpi."""
        rng = self._rng
        if rng.random() < 0.55:
            pixels = cv2.GaussianBlur(pixels, (0, 0), rng.choice((0.4, 0.7, 1.0, 1.2, 1.45, 1.6, 1.8)))
        dpi = rng.choices((300, 250, 220, 200, 150), (4, 2, 2, 3.5, 2))[0]
        scale = dpi / 300
        if scale < 0.8:
            pixels = cv2.GaussianBlur(pixels, (0, 0), 0.45 / scale)
        height, width = pixels.shape
        angle = rng.uniform(-3, 3) if rng.random() < 0.6 else 0.0
        turn = np.deg2rad(angle)
        far = (abs(width * np.sin(turn)) + height * np.cos(turn)) * scale + 12
        wide = (width * np.cos(turn) + abs(height * np.sin(turn))) * scale + 12
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
        matrix[:, 2] += (
            wide / 2 - width / 2 + rng.uniform(-0.5, 0.5),
            far / 2 - height / 2 + rng.uniform(-0.5, 0.5),
        )
        image = cv2.warpAffine(
            pixels, matrix, (round(wide), round(far)), flags=cv2.INTER_LINEAR, borderValue=245
        )
        image = self._sensed(image)
        astray = np.deg2rad(rng.gauss(0, 0.12))
        back = cv2.invertAffineTransform(matrix)
        wobble = np.array([[1, astray, -astray * height / 2], [-astray * 0.3, 1, 0]])
        inverse = cv2.invertAffineTransform(
            (np.vstack([wobble, [0, 0, 1]]) @ np.vstack([back, [0, 0, 1]]))[:2]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        image = cv2.warpAffine(image, inverse, (width, height), flags=flags, borderValue=245)
        paper = max(float(np.percentile(image, 90)), 40.0)
        return np.clip(image.astype(np.float32) * (PAPER / paper), 0, 255).astype(np.uint8)

    def _sensed(self, image: np.ndarray) -> np.ndarray:
        rng = self._rng
        values = image.astype(np.float32)
        if rng.random() < 0.3:
            values *= rng.uniform(0.6, 1.0) + rng.uniform(-0.04, 0.04) * np.linspace(-1, 1, image.shape[1])
        if rng.random() < 0.45:
            values += self._noise.normal(0, rng.uniform(2, 20), image.shape)
        image = np.clip(values, 0, 255).astype(np.uint8)
        if rng.random() < FAXED_SHARE:
            _, image = cv2.threshold(image, rng.randint(115, 205), 255, cv2.THRESH_BINARY)
        if rng.random() < 0.75:
            quality = rng.choice((35, 40, 50, 60, 75, 80, 90))
            image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)
        return image
