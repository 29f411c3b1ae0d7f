"""Types answers into the boxes of a blank page's picture, independently of our own PDF filling."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import uharfbuzz
from PIL import Image, ImageDraw, ImageFont

from core.extraction import FieldAnswer
from core.field_kinds import kind_of
from core.form_spec import FormSpec
from core.localized_text import Script, dominant_script
from core.placement import PAGE_WIDTH_MM, BoxMm, FormLayout, Placement, WidgetKind
from forms_service.rehearsal.material import Material, font_files

OVERSAMPLING = 2
UPRIGHT_SHARE = 0.335
"""Height of an H or an alef as a share of its line's height: letters of every font look equally big.

Font sizes would not do: at one size Scheherazade's alef is two thirds of Noto's.
"""

SIZE_SPREAD = 0.12
LEAST_UPRIGHT_MM = 0.5


@dataclass(frozen=True, slots=True)
class Typewriter:
    """The two fonts one synthetic form is filled with."""

    latin: Path
    arabic: Path

    @staticmethod
    def chosen(material: Material, rng: random.Random) -> Typewriter:
        """Take one font of each script at random."""
        return Typewriter(
            rng.choice(font_files(material.latin_fonts)), rng.choice(font_files(material.arabic_fonts))
        )

    @staticmethod
    def in_turn(material: Material, number: int) -> Typewriter:
        """Take the fonts in turn, so that a few copies already show all of them."""
        latin, arabic = font_files(material.latin_fonts), font_files(material.arabic_fonts)
        return Typewriter(latin[number % len(latin)], arabic[number % len(arabic)])


def type_in(
    blank: np.ndarray,
    page: int,
    spec: FormSpec,
    layout: FormLayout,
    answers: Mapping[str, FieldAnswer],
    typewriter: Typewriter,
    rng: random.Random,
) -> np.ndarray:
    """Give the picture of ``page`` with the answers written in their boxes."""
    px_per_mm = blank.shape[1] / PAGE_WIDTH_MM
    writing = _Writing(blank.shape, px_per_mm, typewriter, rng)
    for placement in layout.on_page(page):
        field = spec.field(placement.field_id)
        value = answers.get(field.id)
        if value is None or value is False or value == []:
            continue
        if placement.widget is WidgetKind.TICK:
            chosen = value if isinstance(value, list) else [value]
            if value is True or placement.choice in chosen:
                writing.tick(placement.box)
        elif placement.widget is WidgetKind.SIGNATURE:
            writing.sign(placement.box)
        else:
            writing.write(placement, kind_of(field).to_paper(value, field))
    return np.minimum(blank, writing.ink())


@cache
def held_characters(font: Path) -> frozenset[str]:
    """The characters a font can draw; for any other it draws an empty box."""
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font)))
    return frozenset(map(chr, face.unicodes))


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a line that is typed in one font."""

    text: str
    font: ImageFont.FreeTypeFont
    right_to_left: bool

    @property
    def direction(self) -> str:
        return "rtl" if self.right_to_left else "ltr"

    @property
    def language(self) -> str | None:
        return "ar" if self.right_to_left else None

    @property
    def width(self) -> float:
        return self.font.getlength(self.text, direction=self.direction, language=self.language)

    def height(self) -> tuple[float, float]:
        """Its highest and its lowest point, from the baseline down."""
        box = self.font.getbbox(self.text, anchor="ls", direction=self.direction, language=self.language)
        return box[1], box[3]


class _Writing:
    """A transparent sheet of ink over one page."""

    def __init__(
        self, shape: tuple[int, ...], px_per_mm: float, typewriter: Typewriter, rng: random.Random
    ) -> None:
        self._scale = px_per_mm * OVERSAMPLING
        self._sheet = Image.new("L", (shape[1] * OVERSAMPLING, shape[0] * OVERSAMPLING), 255)
        self._draw = ImageDraw.Draw(self._sheet)
        self._typewriter = typewriter
        self._rng = rng
        self._ink = rng.randint(0, 60)

    def ink(self) -> np.ndarray:
        """The sheet at the page's own size."""
        return np.asarray(self._sheet.reduce(OVERSAMPLING))

    def write(self, placement: Placement, text: str) -> None:
        if placement.comb:
            cell = placement.box.width / placement.comb
            for number, character in enumerate(text[: placement.comb]):
                box = BoxMm(placement.box.x + number * cell, placement.box.y, cell, placement.box.height)
                self._character(character, box)
        else:
            self._line(text, placement)

    def _font(self, path: Path, size_mm: float) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(path), max(round(size_mm * self._scale), 8))

    def _upright_em(self, path: Path, arabic: bool) -> float:
        """Height of the font's upright letter, in ems."""
        font = self._font(path, 1000 / self._scale)
        return -font.getbbox("ا" if arabic else "H", anchor="ls")[1] / 1000

    def _pieces(self, text: str, arabic: bool) -> list[tuple[str, Path]]:
        """The text cut by font: what the line's font lacks is typed in the other.

        KACST's fonts hold no Western digits, so a house number in them would be empty boxes.
        """
        fonts = (self._typewriter.arabic, self._typewriter.latin)
        own, other = fonts if arabic else fonts[::-1]
        held, held_there = held_characters(own), held_characters(other)

        def font_of(character: str) -> Path:
            return other if character not in held and character in held_there else own

        return [("".join(run), font) for font, run in groupby(text, font_of)]

    def _character(self, character: str, cell: BoxMm) -> None:
        font = self._font(self._typewriter.latin, min(cell.height * 0.62, cell.width * 1.0))
        x = (cell.x + cell.width / 2 + self._rng.uniform(-0.3, 0.3)) * self._scale
        y = (cell.y + cell.height * 0.72 + self._rng.uniform(-0.2, 0.2)) * self._scale
        self._draw.text((x, y), character, font=font, fill=self._ink, anchor="ms")

    def _line(self, text: str, placement: Placement) -> None:
        box = placement.box
        row_height = box.height / placement.lines
        right_to_left = dominant_script(text) is Script.ARAB
        upright_mm = row_height * UPRIGHT_SHARE * self._rng.uniform(1 - SIZE_SPREAD, 1 + SIZE_SPREAD)
        room = (box.width - 2.4) * self._scale
        pieces = self._pieces(text, right_to_left)
        line = self._set(pieces, upright_mm, right_to_left)
        while sum(run.width for run in line) > room and upright_mm > LEAST_UPRIGHT_MM:
            upright_mm *= 0.94
            line = self._set(pieces, upright_mm, right_to_left)
        heights = [run.height() for run in line]
        middle = (box.y + row_height / 2 + self._rng.uniform(-0.25, 0.25)) * self._scale
        baseline = middle - (min(top for top, _ in heights) + max(bottom for _, bottom in heights)) / 2
        indent = (1.2 + self._rng.uniform(-0.3, 0.6)) * self._scale
        x = box.right * self._scale - indent if right_to_left else box.x * self._scale + indent
        for run in line:
            self._draw.text(
                (x, baseline),
                run.text,
                font=run.font,
                fill=self._ink,
                anchor="rs" if right_to_left else "ls",
                direction=run.direction,
                language=run.language,
            )
            x += -run.width if right_to_left else run.width

    def _set(self, pieces: list[tuple[str, Path]], upright_mm: float, right_to_left: bool) -> list[_Run]:
        """The pieces at one size: uprights of both fonts equally tall."""
        line = []
        for text, path in pieces:
            arabic = path == self._typewriter.arabic
            font = self._font(path, upright_mm / self._upright_em(path, arabic))
            line.append(_Run(text, font, right_to_left and arabic))
        return line

    def tick(self, box: BoxMm) -> None:
        """A cross, a check mark or a dot, as people and printers make them."""
        s, style = self._scale, self._rng.choice(("cross", "check", "disc"))
        width = max(round(self._rng.uniform(0.25, 0.6) * s), 1)
        left, top, right, bottom = (
            v * s for v in (box.x + 0.5, box.y + 0.5, box.right - 0.5, box.bottom - 0.5)
        )
        if style == "cross":
            self._draw.line((left, top, right, bottom), fill=self._ink, width=width)
            self._draw.line((left, bottom, right, top), fill=self._ink, width=width)
        elif style == "check":
            low = (left + (right - left) * 0.4, bottom)
            self._draw.line((left, (top + bottom) / 2, *low, right, top), fill=self._ink, width=width)
        else:
            inset = (right - left) * 0.2
            self._draw.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=self._ink)

    def sign(self, box: BoxMm) -> None:
        """A flourish through the zone."""
        s, points = self._scale, []
        phase = self._rng.uniform(0, 3)
        for step in range(120):
            t = step / 119
            x = box.x + box.width * (0.2 + 0.6 * t + 0.05 * np.sin(23 * t + phase))
            y = box.y + box.height * (0.5 + 0.25 * np.sin(17 * t + phase) * (1 - t * 0.6))
            points.append((x * s, y * s))
        self._draw.line(points, fill=self._ink, width=max(round(0.35 * s), 1), joint="curve")
