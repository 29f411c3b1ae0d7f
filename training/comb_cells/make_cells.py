"""Draws cells of combs as scans show them, printed and by hand, each with its class.

    python -m training.comb_cells.make_cells FONTS HANDWRITING OUT.npz --cells 200000 --seed 1

FONTS is a folder of typefaces, HANDWRITING one with ``digits-mnist-train.npz`` and ``capitals-az.npz``.
"""

from __future__ import annotations

import argparse
import random
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr.cell_reader import CHARACTERS, normalised
from forms_service.ocr.comb_reader import EDGE_PX, cell_is_filled
from forms_service.ocr.crops import PAPER, ink_of

MEASURED = (
    "liberation",
    "tinos",
    "cousine",
    "arimo",
    "dejavu",
    "notoserif",
    "notosans-regular",
    "nimbusmono",
)
"""Families that readers are judged or tuned on, and those drawn after them: never trained on."""

PX_PER_MM = 300 / 25.4
OTHER = len(CHARACTERS)
HANDWRITTEN_SHARE, OTHER_SHARE = 0.35, 0.06


def font_files(folder: Path) -> list[Path]:
    """The typefaces that hold every character and are not measured on."""
    found = []
    for path in sorted([*folder.rglob("*.ttf"), *folder.rglob("*.otf")]):
        name = path.name.lower().replace(" ", "")
        if name.startswith(MEASURED) or (
            "noto" in name and not name.startswith(("notosansmono", "notomono"))
        ):
            continue
        try:
            font = ImageFont.truetype(str(path), 40)
            shapes = {bytes(font.getmask(one)) for one in CHARACTERS}
        except (OSError, ValueError):
            continue
        if len(shapes) >= len(CHARACTERS) - 1:
            found.append(path)
    return found


@lru_cache(maxsize=4000)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


class Cells:
    """An endless supply of cells."""

    def __init__(
        self,
        fonts: list[Path],
        digits: np.ndarray,
        digit_labels: np.ndarray,
        capitals: np.ndarray,
        capital_labels: np.ndarray,
        seed: int,
    ) -> None:
        self.fonts, self.rng = fonts, random.Random(seed)
        self.noise = np.random.default_rng(seed)
        self.hands = {place: [] for place in range(len(CHARACTERS))}
        for picture, label in zip(digits, digit_labels, strict=True):
            self.hands[int(label)].append(picture)
        for picture, label in zip(capitals, capital_labels, strict=True):
            self.hands[int(label)].append(picture)

    def one(self) -> tuple[np.ndarray, int] | None:
        """A normalised cell and its class; None when nothing was left of it."""
        rng = self.rng
        label = rng.randrange(len(CHARACTERS)) if rng.random() < 0.5 else rng.randrange(10)
        scale = rng.uniform(1.5, 3.0)
        width, height = (
            round(mm * PX_PER_MM * scale) for mm in (rng.uniform(4.6, 8.5), rng.uniform(6.4, 8.6))
        )
        sheet = Image.new("L", (width, height), 255)
        kind = rng.random()
        if kind < OTHER_SHARE:
            label = OTHER
            self._scribble(sheet, scale)
        elif kind < OTHER_SHARE + HANDWRITTEN_SHARE and self.hands[label]:
            self._write(sheet, label)
        else:
            self._print(sheet, CHARACTERS[label])
        cell = self._scanned(np.asarray(sheet), scale)
        ink = ink_of(cell[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX])
        return (normalised(ink), label) if cell_is_filled(ink) else None

    def _print(self, sheet: Image.Image, character: str) -> None:
        rng = self.rng
        path = str(rng.choice(self.fonts))
        wanted = min(sheet.height * rng.uniform(0.3, 0.62), sheet.width * rng.uniform(0.5, 0.95))
        font = _font(path, max(4 * round(wanted * rng.uniform(0.95, 1.5) / 4), 12))
        box = font.getbbox(character)
        x = (sheet.width - box[2] - box[0]) / 2 + rng.uniform(-0.08, 0.08) * sheet.width
        y = (sheet.height - box[3] - box[1]) / 2 + rng.uniform(-0.08, 0.08) * sheet.height
        ImageDraw.Draw(sheet).text(
            (x, y), character, font=font, fill=rng.randint(0, 70), stroke_width=rng.choice((0, 0, 0, 1, 2))
        )

    def _write(self, sheet: Image.Image, label: int) -> None:
        rng = self.rng
        picture = Image.fromarray(255 - rng.choice(self.hands[label]))
        side = round(min(sheet.width * rng.uniform(0.8, 1.15), sheet.height * rng.uniform(0.7, 1.0)))
        picture = picture.resize((round(side * rng.uniform(0.75, 1.1)), side), Image.Resampling.BICUBIC)
        picture = picture.rotate(rng.uniform(-8, 8), fillcolor=255, resample=Image.Resampling.BICUBIC)
        levels = np.asarray(picture).astype(np.float32)
        paler = rng.uniform(0.6, 1.0)
        written = Image.fromarray((255 - (255 - levels) * paler).astype(np.uint8))
        x, y = (sheet.width - written.width) // 2, (sheet.height - written.height) // 2
        sheet.paste(written, (x + rng.randint(-6, 6), y + rng.randint(-8, 8)))

    def _scribble(self, sheet: Image.Image, scale: float) -> None:
        """What is no character: a strike over one, a scrawl, two characters, a blot, a bar."""
        rng, draw = self.rng, ImageDraw.Draw(sheet)
        style = rng.choice(("struck", "scrawl", "two", "blot", "bar", "check"))
        width = max(round(rng.uniform(0.3, 0.8) * PX_PER_MM * scale), 1)
        w, h = sheet.size

        def point() -> tuple[float, float]:
            return rng.uniform(0.12, 0.88) * w, rng.uniform(0.15, 0.85) * h

        if style in ("struck", "two"):
            for _ in range(2 if style == "two" else 1):
                character = rng.choice(CHARACTERS)
                self._print(sheet, character)
        if style == "struck":
            for _ in range(rng.randint(2, 4)):
                draw.line(
                    (
                        rng.uniform(0.05, 0.2) * w,
                        rng.uniform(0.2, 0.8) * h,
                        rng.uniform(0.8, 0.95) * w,
                        rng.uniform(0.2, 0.8) * h,
                    ),
                    fill=20,
                    width=width,
                )
        elif style == "scrawl":
            draw.line([point() for _ in range(rng.randint(7, 16))], fill=20, width=width, joint="curve")
        elif style == "blot":
            x, y = point()
            r = rng.uniform(0.15, 0.4) * w
            draw.ellipse((x - r, y - r, x + r, y + r * rng.uniform(0.6, 1.2)), fill=20)
        elif style == "bar":
            y = rng.uniform(0.35, 0.65) * h
            draw.line((0.05 * w, y, 0.95 * w, y + rng.uniform(-0.05, 0.05) * h), fill=20, width=2 * width)
        elif style == "check":
            draw.line((0.15 * w, 0.5 * h, 0.4 * w, 0.85 * h, 0.9 * w, 0.15 * h), fill=20, width=width)

    def _scanned(self, sheet: np.ndarray, scale: float) -> np.ndarray:
        """The cell at 300 dpi after a printer, a scanner or a telephone."""
        rng = self.rng
        matrix = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), rng.gauss(0, 1.6), 1.0)
        matrix[0, 1] += rng.gauss(0, 0.04)
        turned = cv2.warpAffine(sheet, matrix, sheet.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255)
        poor = rng.choice((1.0, 1.0, 1.0, 0.67, 0.5, 0.4))  # scans of 300 to 120 dpi
        small = cv2.resize(turned, None, fx=poor / scale, fy=poor / scale, interpolation=cv2.INTER_AREA)
        if rng.random() < 0.6:
            small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 1.5) * max(poor, 0.6))
        picture = small.astype(np.float32)
        if rng.random() < 0.6:
            picture += self.noise.normal(0, rng.uniform(2, 30), picture.shape)
        picture = np.clip(picture * rng.uniform(0.8, 1.0), 0, 255).astype(np.uint8)
        if rng.random() < 0.3:
            quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(25, 80)]
            picture = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_GRAYSCALE)
        if rng.random() < 0.15:
            limit = rng.uniform(100, 190)
            picture = np.where(picture < limit, 0, 255).astype(np.uint8)
        if poor != 1.0:
            picture = cv2.resize(picture, None, fx=1 / poor, fy=1 / poor, interpolation=cv2.INTER_LINEAR)
        lit = picture.astype(np.float32) * (PAPER / max(np.percentile(picture, 90), 100))
        return np.clip(lit, 0, 255).astype(np.uint8)


def main() -> None:
    """Draw and save."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("fonts", type=Path)
    wanted.add_argument("handwriting", type=Path)
    wanted.add_argument("out", type=Path)
    wanted.add_argument("--cells", type=int, default=200_000)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument(
        "--held-out", action="store_true", help="the part of fonts and hands kept for choosing"
    )
    given = wanted.parse_args()
    fonts = font_files(given.fonts)
    chosen = [path for place, path in enumerate(fonts) if (place % 11 == 3) == given.held_out]
    digits = np.load(given.handwriting / "digits-mnist-train.npz")
    capitals = np.load(given.handwriting / "capitals-az.npz")
    names = {key: digits[key].shape for key in digits}, {key: capitals[key].shape for key in capitals}
    print(len(chosen), "of", len(fonts), "fonts;", names)
    (d, dl), (c, cl) = _pair(digits), _pair(capitals)
    part = lambda size: (np.arange(size) % 10 == 3) == given.held_out  # noqa: E731
    supply = Cells(
        chosen, d[part(len(d))], dl[part(len(d))], c[part(len(c))], _as_class(cl)[part(len(c))], given.seed
    )
    cells, labels = [], []
    while len(cells) < given.cells:
        made = supply.one()
        if made is not None:
            cells.append(made[0])
            labels.append(made[1])
    np.savez(given.out, cells=np.stack(cells), labels=np.array(labels, np.uint8))


def _pair(data: np.lib.npyio.NpzFile) -> tuple[np.ndarray, np.ndarray]:
    pictures = next(data[key] for key in data if data[key].ndim >= 2)
    labels = next(data[key] for key in data if data[key].ndim == 1)
    return pictures.reshape(-1, 28, 28), labels


def _as_class(labels: np.ndarray) -> np.ndarray:
    """Capitals come as letters or as numbers from 0; both become classes after the digits."""
    if labels.dtype.kind in "US":
        return np.array([CHARACTERS.index(str(label)) for label in labels])
    return labels.astype(int) - int(labels.min()) + 10


if __name__ == "__main__":
    main()
