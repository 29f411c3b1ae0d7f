"""A sheet to draw on, in millimetres: bilingual lines, stamps, photographs, security backgrounds.

Everything is gray and comes from a seeded random source, so the same seed gives the same page.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from core.localized_text import Script, dominant_script

FONT_ROOT = Path("/usr/share/fonts")
Align = Literal["left", "right", "center"]

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
BLACK, DARK, MIDDLE, FAINT = 20, 60, 120, 205


@dataclass(frozen=True, slots=True)
class Typeface:
    """The fonts of one office's printer: Latin, Arabic and the fixed-width one of the card's zone."""

    name: str
    latin: str
    arabic: str
    mono: str = "truetype/dejavu/DejaVuSansMono.ttf"

    def path(self, script: Script, bold: bool) -> Path:
        """The file for a piece of text; bold where the family has it."""
        relative = self.arabic if script is Script.ARAB else self.latin
        if bold:
            heavy = FONT_ROOT / relative.replace("-Regular", "-Bold")
            if "/dejavu/" in relative and "-" not in relative:
                heavy = FONT_ROOT / relative.replace(".ttf", "-Bold.ttf")
            if heavy.is_file():
                return heavy
        return FONT_ROOT / relative


SAMPLE_TYPEFACES = (
    Typeface(
        "ministry",
        "truetype/liberation/LiberationSerif-Regular.ttf",
        "truetype/noto/NotoNaskhArabic-Regular.ttf",
    ),
    Typeface(
        "town hall",
        "truetype/liberation/LiberationSans-Regular.ttf",
        "truetype/noto/NotoSansArabic-Regular.ttf",
    ),
    Typeface(
        "typewriter",
        "truetype/liberation/LiberationMono-Regular.ttf",
        "truetype/noto/NotoKufiArabic-Regular.ttf",
    ),
)
"""Typefaces of the committed samples; the reader may have been adjusted on them."""

UNSEEN_TYPEFACES = (
    Typeface(
        "unseen serif",
        "truetype/dejavu/DejaVuSerif.ttf",
        "truetype/kacst/KacstOffice.ttf",
        "truetype/liberation/LiberationMono-Regular.ttf",
    ),
    Typeface(
        "unseen sans", "truetype/noto/NotoSans-Regular.ttf", "truetype/scheherazade/Scheherazade-Regular.ttf"
    ),
    Typeface("unseen book", "truetype/dejavu/DejaVuSans.ttf", "opentype/fonts-hosny-amiri/Amiri-Regular.ttf"),
)
"""Typefaces that only tests and measurements use."""


@cache
def _font(path: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.RAQM)


@cache
def _characters(path: str) -> frozenset[int]:
    return frozenset(TTFont(path, lazy=True).getBestCmap())


def _drawable(text: str, path: str) -> str:
    """The text as its font can write it.

    Many Arabic fonts have no hyphen, which is left out; some have only Arabic-Indic digits.

    Raises:
        ValueError: A letter or digit is missing: the page would show an empty box.
    """
    if ord("1") not in _characters(path):
        text = text.translate(ARABIC_INDIC)
    missing = {character for character in text if ord(character) not in _characters(path)}
    if any(character.isalnum() for character in missing):
        raise ValueError(f"{path} cannot write {sorted(missing)}")
    return "".join(" " if character in missing else character for character in text)


def script_of(text: str) -> Script:
    """The script a piece of text is set in; Arabic-Indic digits alone are Arabic too."""
    return Script.ARAB if set(text) & set("٠١٢٣٤٥٦٧٨٩") else dominant_script(text)


def can_write(text: str, typeface: Typeface) -> bool:
    """Whether a typeface is installed and has every letter and digit of a text."""
    path = FONT_ROOT / (typeface.arabic if script_of(text) is Script.ARAB else typeface.latin)
    if not path.is_file():
        return False
    try:
        _drawable(text, str(path))
    except ValueError:
        return False
    return True


def has_character(character: str, typeface: Typeface) -> bool:
    """Whether a typeface's Arabic font has a character."""
    return ord(character) in _characters(str(FONT_ROOT / typeface.arabic))


class Paper:
    """One gray page; positions and sizes in millimetres, type in points."""

    def __init__(
        self, width_mm: float, height_mm: float, typeface: Typeface, chance: random.Random, dpi: int = 200
    ) -> None:
        self.width_mm, self.height_mm, self.dpi = width_mm, height_mm, dpi
        self.typeface, self.chance = typeface, chance
        self.image = Image.new("L", (self.px(width_mm), self.px(height_mm)), 252)
        self.draw = ImageDraw.Draw(self.image)

    def px(self, length_mm: float) -> int:
        """Pixels of a length."""
        return round(length_mm * self.dpi / 25.4)

    def text(
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        size_pt: float = 11,
        *,
        align: Align = "left",
        bold: bool = False,
        tone: int = BLACK,
    ) -> float:
        """Write one line with its top at ``y_mm``; gives its width in millimetres."""
        script = script_of(text)
        path = str(self.typeface.path(script, bold))
        text = _drawable(text, path)
        font = _font(path, max(6, round(size_pt * self.dpi / 72)))
        direction = "rtl" if script is Script.ARAB else "ltr"
        width = self.draw.textlength(text, font=font, direction=direction)
        left = self.px(x_mm) - {"left": 0.0, "center": width / 2, "right": width}[align]
        baseline = self.px(y_mm) + round(size_pt * self.dpi / 72 * 0.95)
        self.draw.text((left, baseline), text, fill=tone, font=font, anchor="ls", direction=direction)
        return width / self.dpi * 25.4

    def word(
        self,
        x_mm: float,
        y_mm: float,
        word: str,
        size_pt: float,
        typeface: Typeface,
        *,
        align: Align = "left",
    ) -> float:
        """Write one word in a typeface of its own; gives its width in millimetres."""
        office, self.typeface = self.typeface, typeface
        try:
            return self.text(x_mm, y_mm, word, size_pt, align=align)
        finally:
            self.typeface = office

    def word_width(self, word: str, size_pt: float, typeface: Typeface) -> float:
        """How wide a word comes out in a typeface, in millimetres."""
        script = script_of(word)
        path = str(typeface.path(script, False))
        font = _font(path, max(6, round(size_pt * self.dpi / 72)))
        direction = "rtl" if script is Script.ARAB else "ltr"
        return self.draw.textlength(_drawable(word, path), font=font, direction=direction) / self.dpi * 25.4

    def mono(self, x_mm: float, y_mm: float, text: str, size_pt: float, tone: int = BLACK) -> None:
        """Write one fixed-width line, as a card's machine-readable zone."""
        font = _font(str(FONT_ROOT / self.typeface.mono), round(size_pt * self.dpi / 72))
        self.draw.text((self.px(x_mm), self.px(y_mm)), text, fill=tone, font=font, anchor="la")

    def heading(self, y_mm: float, french: str, arabic: str, size_pt: float = 16) -> None:
        """A title in both languages, Arabic above."""
        self.text(self.width_mm / 2, y_mm, arabic, size_pt + 2, align="center", bold=True)
        self.text(self.width_mm / 2, y_mm + size_pt * 0.55, french, size_pt, align="center", bold=True)

    def letterhead(self, y_mm: float, lines: list[tuple[str, str]], size_pt: float = 10) -> float:
        """French lines on the left, Arabic ones on the right; gives where they end."""
        for french, arabic in lines:
            self.text(15, y_mm, french, size_pt, bold=True)
            self.text(self.width_mm - 15, y_mm, arabic, size_pt + 1, align="right", bold=True)
            y_mm += size_pt * 0.52
        return y_mm

    def row(
        self,
        y_mm: float,
        french: str,
        value: str,
        arabic: str,
        *,
        arabic_value: str | None = None,
        size_pt: float = 11,
        margin_mm: float = 18,
    ) -> None:
        """One bilingual line: French label and value from the left, Arabic ones from the right."""
        used = self.text(margin_mm, y_mm, f"{french} : ", size_pt, tone=DARK)
        self.text(margin_mm + used + 1, y_mm, value, size_pt, bold=True)
        used = self.text(
            self.width_mm - margin_mm, y_mm, f"{arabic} :", size_pt + 1, align="right", tone=DARK
        )
        if arabic_value:
            right = self.width_mm - margin_mm - used - 2
            self.text(right, y_mm, arabic_value, size_pt + 1, align="right", bold=True)

    def paragraph(
        self, y_mm: float, text: str, size_pt: float = 12, *, margin_mm: float = 18, leading: float = 0.62
    ) -> float:
        """Running text in lines of full width; gives where it ends."""
        arabic = script_of(text) is Script.ARAB
        font = _font(str(self.typeface.path(script_of(text), False)), round(size_pt * self.dpi / 72))
        room = self.px(self.width_mm - 2 * margin_mm)
        line: list[str] = []
        for word in [*text.split(), ""]:
            trial = " ".join([*line, word])
            too_long = self.draw.textlength(trial, font=font, direction="rtl" if arabic else "ltr") > room
            if line and (too_long or not word):
                x_mm = self.width_mm - margin_mm if arabic else margin_mm
                self.text(x_mm, y_mm, " ".join(line), size_pt, align="right" if arabic else "left")
                y_mm += size_pt * leading
                line = []
            if word:
                line.append(word)
        return y_mm

    def line(
        self, x1: float, y1: float, x2: float, y2: float, width_mm: float = 0.2, tone: int = DARK
    ) -> None:
        """A straight rule."""
        points = [(self.px(x1), self.px(y1)), (self.px(x2), self.px(y2))]
        self.draw.line(points, fill=tone, width=max(1, self.px(width_mm)))

    def frame(
        self, x: float, y: float, width: float, height: float, tone: int = DARK, radius: float = 0
    ) -> None:
        """The outline of a box."""
        box = (self.px(x), self.px(y), self.px(x + width), self.px(y + height))
        self.draw.rounded_rectangle(box, radius=self.px(radius), outline=tone, width=max(1, self.px(0.25)))

    def guilloche(self, x: float, y: float, width: float, height: float, tone: int = FAINT) -> None:
        """The fine waves of security paper, under whatever is written later."""
        phase = self.chance.uniform(0, math.pi)
        steps = np.linspace(0, 1, 160)
        for index in range(max(6, int(height / 4.5))):
            shift = index * 0.35 + phase
            wave = np.sin(steps * 9 + shift) * 2.1 + np.sin(steps * 23 - shift * 2) * 1.1
            base = y + (index + 0.5) * height / max(6, int(height / 4.5))
            points = [
                (self.px(x + width * step), self.px(min(max(base + offset, y), y + height)))
                for step, offset in zip(steps, wave, strict=True)
            ]
            self.draw.line(points, fill=tone, width=1)

    def photo(self, x: float, y: float, width: float, height: float) -> None:
        """A photograph's place, with the outline of nobody in particular."""
        side_px, height_px = self.px(width), self.px(height)
        picture = Image.new("L", (side_px, height_px), 195)
        pen = ImageDraw.Draw(picture)
        middle, head, top = side_px / 2, side_px * 0.23, height_px * 0.2
        pen.ellipse((middle - head, top, middle + head, top + head * 2.5), fill=140)
        pen.chord((side_px * 0.08, height_px * 0.68, side_px * 0.92, height_px * 1.35), 180, 360, fill=110)
        pen.rectangle((0, 0, side_px - 1, height_px - 1), outline=MIDDLE)
        self.image.paste(picture, (self.px(x), self.px(y)))

    def stamp(self, x: float, y: float, french: str, arabic: str, radius: float = 16) -> None:
        """A round office stamp, inked unevenly and set down crooked over whatever is there."""
        side = self.px(radius * 2 + 4)
        stamp = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(stamp)
        for inset in (2, self.px(1.4), self.px(7)):
            pen.ellipse((inset, inset, side - inset, side - inset), outline=200, width=max(2, self.px(0.35)))
        small = round(6.5 * self.dpi / 72)
        latin = _font(str(self.typeface.path(Script.LATN, True)), small)
        arab = _font(str(self.typeface.path(Script.ARAB, True)), small + 2)
        pen.text((side / 2, side * 0.44), arabic, fill=200, font=arab, anchor="mm", direction="rtl")
        pen.text((side / 2, side * 0.56), french, fill=200, font=latin, anchor="mm")
        stamp = stamp.rotate(self.chance.uniform(-28, 28), resample=Image.Resampling.BICUBIC)
        blotches = self._blotches(side)
        ink = np.asarray(stamp, float) / 255 * (0.45 + blotches * 0.55)
        self.ink(x - radius - 2, y - radius - 2, ink)

    def _blotches(self, side_px: int) -> np.ndarray:
        """How well the ink took, place by place, 0 to 1."""
        source = np.random.default_rng(self.chance.getrandbits(32))
        coarse = source.integers(0, 256, (side_px // 10 + 1,) * 2, dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((side_px, side_px), Image.Resampling.BICUBIC)
        return np.asarray(smooth, float) / 255

    def ink(self, x_mm: float, y_mm: float, ink: np.ndarray) -> None:
        """Put ink (0 to 1, pixel by pixel) over what is there, its corner at the place given."""
        left, top = self.px(x_mm), self.px(y_mm)
        pixels = np.asarray(self.image, float).copy()
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + ink.shape[1], pixels.shape[1]), min(top + ink.shape[0], pixels.shape[0])
        if x1 > x0 and y1 > y0:
            part = ink[y0 - top : y1 - top, x0 - left : x1 - left]
            pixels[y0:y1, x0:x1] *= 1 - part
        self._replace(pixels)

    def signature(self, x: float, y: float, width: float = 32, height: float = 10) -> None:
        """A quick scribble that belongs to nobody."""
        steps = np.linspace(0, 1, 90)
        waves = [self.chance.uniform(0.4, 1.0) for _ in range(4)]
        points = [
            (
                self.px(x + width * (step + 0.06 * math.sin(step * 17 * waves[0]))),
                self.px(
                    y
                    + height
                    * (
                        0.5
                        + 0.4 * math.sin(step * 21 * waves[1] + waves[2] * 3) * math.cos(step * 5 * waves[3])
                    )
                ),
            )
            for step in steps
        ]
        self.draw.line(points, fill=45, width=max(2, self.px(0.4)), joint="curve")

    def specimen(self, size_pt: float = 40) -> None:
        """SPECIMEN and نموذج right across the page, light enough to read through."""
        layer = Image.new("L", self.image.size, 0)
        pen = ImageDraw.Draw(layer)
        px = round(size_pt * self.dpi / 72)
        latin = _font(str(self.typeface.path(Script.LATN, True)), px)
        arab = _font(str(self.typeface.path(Script.ARAB, True)), px)
        width, height = self.image.size
        pen.text((width * 0.5, height * 0.36), "SPECIMEN", fill=60, font=latin, anchor="mm")
        pen.text((width * 0.5, height * 0.66), "نموذج", fill=60, font=arab, anchor="mm", direction="rtl")
        layer = layer.rotate(28, resample=Image.Resampling.BICUBIC)
        self._replace(np.asarray(self.image, float) * (1 - np.asarray(layer, float) / 255 * 0.55))

    def notice(self, y_mm: float, size_pt: float = 8) -> None:
        """The line that says, on the page itself, that it is invented."""
        self.text(
            self.width_mm / 2,
            y_mm,
            "SPECIMEN - document inventé, sans valeur",
            size_pt,
            align="center",
            tone=DARK,
        )
        self.text(
            self.width_mm / 2,
            y_mm + size_pt * 0.42,
            "نموذج - وثيقة مختلقة لا قيمة لها",
            size_pt + 0.5,
            align="center",
            tone=DARK,
        )

    def fold(self, share: float = 0.5) -> None:
        """A fold across the sheet: a thin dark line and a soft shade beside it."""
        pixels = np.asarray(self.image, float)
        rows = np.arange(pixels.shape[0])[:, None]
        distance = (rows - share * pixels.shape[0]) / self.px(1)
        shade = 0.08 * np.exp(-np.abs(distance) / 9) + 0.22 * np.exp(-((distance / 0.35) ** 2))
        self._replace(pixels * (1 - shade))

    def corner_curl(self, size_mm: float = 22) -> None:
        """A folded corner at the bottom left, showing the paper's back."""
        side = self.px(size_mm)
        height = self.image.height
        self.draw.polygon([(0, height), (0, height - side), (side, height)], fill=170)
        self.draw.polygon(
            [(0, height - side), (side, height), (side * 0.75, height - side * 0.75)], fill=228, outline=150
        )

    def soften(self, radius: float = 0.5) -> None:
        """The slight blur of any real printing."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius))
        self.draw = ImageDraw.Draw(self.image)

    def _replace(self, pixels: np.ndarray) -> None:
        self.image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        self.draw = ImageDraw.Draw(self.image)

    def paste_page(self, pixels: np.ndarray) -> None:
        """Begin from a printed page instead of empty paper."""
        self._replace(pixels.astype(float))

    def pixels(self) -> np.ndarray:
        """The page as gray pixels, 0 is black."""
        return np.asarray(self.image).copy()
