"""Draws Latin training lines as typewriters and printers set them, spoilt as copiers and scanners spoil pages."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr.latin_lines import normalised
from training.arabic_lines.lines import PX_PER_MM, Face, LineMaker
from training.latin_lines.words import LatinLines, label

COPIED_SHARE, UNEVEN_SHARE, STRUCK_SHARE = 0.3, 0.15, 0.06
COPIED_AT = (112, 210)
"""From a copier that leaves thin strokes out to one that fills small letters."""

SCREEN_MM = 0.45


class LatinLineMaker(LineMaker):
    """Makes one line after another."""

    EM_MM = (1.9, 4.8)
    WIDEST_PX = 1100
    EDGE_SHARE = 0.1
    EDGES = ("top", "bottom")
    """An upright edge looks like an I, or like the stem of a broken L: the service takes it out before."""

    def __init__(self, latin: list[Face], arabic: list[Face], texts: LatinLines, seed: int) -> None:
        super().__init__(latin, [], None, seed, stacked_share=0.0)
        self._foreign, self._texts = arabic, texts

    def make(self) -> tuple[np.ndarray, str, str]:
        """A line as the network is shown it, its label, and the font's path."""
        while True:
            text = self._texts.line(self._rng)
            if self._rng.random() < 0.3:
                text = text.replace("'", "’")
            face = self._face_for(text)
            shown = self.shown(text, face.path) if face else None
            if face and shown is not None:
                return shown, label(text), face.path

    def _face_for(self, text: str) -> Face | None:
        if any("\u0600" <= c <= "\u06ff" for c in text):
            face = self._rng.choice(self._foreign)
        else:
            face = self._rng.choices(self._arabic, self._weights)[0]
        return face if face.characters >= set(text) - {" "} else None

    def _normalised(self, tight: np.ndarray) -> np.ndarray | None:
        return normalised(tight)

    def _typeset(self, text: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
        rng = self._rng
        if any("\u0600" <= c <= "\u06ff" for c in text):
            word = set_in_one(text, font, {"direction": "rtl", "language": "ar"})
        elif rng.random() < 0.3:
            word = self._set_apart(text, font)
        else:
            word = set_in_one(text, font, {"features": ["-kern", "-liga"]} if rng.random() < 0.3 else {})
        return self._uneven(word) if rng.random() < UNEVEN_SHARE else word

    def _set_apart(self, text: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
        """Letter by letter: spaced wider or closer, and shaken as by a worn typewriter."""
        rng, em = self._rng, font.size
        spacing = rng.uniform(-0.02, 0.1) * em
        worn = rng.random() < 0.5
        shake = rng.uniform(0.005, 0.045) * em if worn else 0.0
        paling = rng.uniform(0, 110) if worn else 0.0
        advances = [max(font.getlength(c) + spacing * (2 if c == " " else 1), 1.0) for c in text]
        width, height = round(sum(advances) + 2 * em), round(2.6 * em)
        sheet = np.full((height, width), 255, np.uint8)
        x = em
        for character, advance in zip(text, advances, strict=True):
            stamped = Image.new("L", (round(3 * em), height), 255)
            at = (em + (x - int(x)) + rng.gauss(0, shake * 0.6), 1.7 * em + rng.gauss(0, shake))
            ImageDraw.Draw(stamped).text(
                at, character, font=font, fill=round(rng.random() * paling), anchor="ls"
            )
            left = int(x) - round(em)
            part = sheet[:, max(left, 0) : left + stamped.width]
            part[:] = np.minimum(part, np.asarray(stamped)[:, max(-left, 0) :][:, : part.shape[1]])
            x += advance
        return trimmed(sheet)

    def _uneven(self, word: np.ndarray) -> np.ndarray:
        """Ink that took better here than there, with pores."""
        rng = self._rng
        rows, columns = max(word.shape[0] // 40, 1) + 1, max(word.shape[1] // 60, 1) + 1
        pressure = self._noise.uniform(rng.uniform(0.3, 0.8), 1.0, (rows, columns)).astype(np.float32)
        pressure = cv2.resize(pressure, word.shape[::-1], interpolation=cv2.INTER_CUBIC).clip(0.25, 1)
        if rng.random() < 0.5:
            pores = self._noise.normal(0, 1, word.shape).astype(np.float32)
            pores = cv2.GaussianBlur(pores, (0, 0), rng.uniform(1.0, 2.5))
            pressure *= np.where(pores > rng.uniform(1.2, 2.6) * pores.std(), rng.uniform(0.1, 0.6), 1.0)
        return (255 - (255 - word.astype(np.float32)) * pressure).astype(np.uint8)

    def _spoilt(self, pixels: np.ndarray) -> np.ndarray:
        if self._rng.random() < COPIED_SHARE:
            pixels = self._copied(pixels)
        if self._rng.random() < STRUCK_SHARE:
            pixels = self._written_over(pixels)
        return super()._spoilt(pixels)

    def _written_over(self, pixels: np.ndarray) -> np.ndarray:
        """Parts of a stamp's rings or of a signature, through which the letters still show."""
        rng, (height, width) = self._rng, pixels.shape
        drawn = np.zeros(pixels.shape, np.uint8)
        thick = max(round(rng.uniform(0.35, 0.85) * PX_PER_MM), 1)
        if rng.random() < 0.5:
            radius = rng.uniform(9, 18) * PX_PER_MM
            along, from_edge = rng.uniform(0, 2 * np.pi), rng.uniform(0.85, 1.0)
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            centre = x + radius * from_edge * np.cos(along), y + radius * from_edge * np.sin(along)
            cv2.circle(drawn, tuple(map(round, centre)), round(radius), 255, thick, cv2.LINE_AA)
        else:
            t = np.linspace(0, 1, 80)
            x = rng.uniform(-0.3, 0.8) * width + 55 * PX_PER_MM * t + 40 * np.sin(23 * t + rng.uniform(0, 3))
            y = rng.uniform(0, height) + 90 * np.sin(17 * t + rng.uniform(0, 3)) * (1 - 0.6 * t)
            points = np.column_stack([x, y]).astype(np.int32)
            cv2.polylines(drawn, [points], False, 255, max(thick * 2 // 3, 1), cv2.LINE_AA)
        level = rng.uniform(10, 140)
        return (pixels * (1.0 - drawn / 255.0 * (1.0 - level / 255.0))).astype(np.uint8)

    def _copied(self, pixels: np.ndarray) -> np.ndarray:
        """A light or a dark copy, black and white; grays stand on a printer's screen."""
        rng = self._rng
        period = SCREEN_MM * PX_PER_MM * rng.uniform(0.8, 1.2)
        y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
        dots = np.cos(2 * np.pi * (x + y) / period / 2**0.5) + np.cos(2 * np.pi * (x - y) / period / 2**0.5)
        printed = np.where(pixels > 127.5 + 63 * dots, 255, 0).astype(np.uint8)
        seen = cv2.GaussianBlur(printed, (0, 0), rng.uniform(0.5, 1.2))
        return np.where(seen > rng.randint(*COPIED_AT), 255, 0).astype(np.uint8)


def set_in_one(text: str, font: ImageFont.FreeTypeFont, settings: dict) -> np.ndarray:
    """The text as the typeface itself sets it."""
    left, top, right, bottom = font.getbbox(text, anchor="ls", **settings)
    sheet = Image.new("L", (max(round(right - left), 1) + 8, max(round(bottom - top), 1) + 8), 255)
    ImageDraw.Draw(sheet).text((4 - left, 4 - top), text, font=font, fill=0, anchor="ls", **settings)
    return np.asarray(sheet)


def trimmed(sheet: np.ndarray) -> np.ndarray:
    """The sheet without its empty margins, but a little."""
    rows, columns = np.flatnonzero(sheet.min(axis=1) < 250), np.flatnonzero(sheet.min(axis=0) < 250)
    if not len(rows):
        return sheet[:8, :8]
    return sheet[max(rows[0] - 4, 0) : rows[-1] + 5, max(columns[0] - 4, 0) : columns[-1] + 5]
