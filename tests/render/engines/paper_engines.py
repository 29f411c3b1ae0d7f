"""The programs people see our papers with, and a drawing made without HarfBuzz or our own code to compare.

Each engine turns a PDF into grey pages of ``DPI``, its fields drawn.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from functools import lru_cache

import arabic_reshaper
import numpy as np
import pymupdf
import pypdfium2
from bidi import get_display
from pdfjs_harness import PdfJs
from PIL import Image, ImageDraw, ImageFont

from core.placement import BoxMm
from forms_service.render.typography import REGULAR

DPI = 150
PX_PER_MM = DPI / 25.4
INK = 150
LETTERS_PT = 300
_RESHAPER = arabic_reshaper.ArabicReshaper({"delete_harakat": False})

Pages = list[np.ndarray]


def pdfium(pdf: bytes) -> Pages:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    return [
        np.asarray(page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")) for page in document
    ]


def mupdf(pdf: bytes) -> Pages:
    document = pymupdf.open(stream=pdf, filetype="pdf")
    pixmaps = [page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY) for page in document]
    return [
        np.frombuffer(one.samples, np.uint8).reshape(one.height, one.stride)[:, : one.width]
        for one in pixmaps
    ]


def poppler(pdf: bytes) -> Pages:
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-"]
    rest = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    pages = []
    while rest:
        magic, size, depth, body = rest.split(b"\n", 3)
        assert (magic, depth) == (b"P5", b"255")
        width, height = map(int, size.split())
        pages.append(np.frombuffer(body[: width * height], np.uint8).reshape(height, width))
        rest = body[width * height :]
    return pages


def pdfjs_print(viewer: PdfJs, pdf: bytes) -> Pages:
    viewer.open(pdf)
    return [grey(viewer.printed(page, DPI)) for page in range(1, viewer.pages + 1)]


def grey(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).convert("L"))


def engines(viewer: PdfJs) -> Mapping[str, Callable[[bytes], Pages]]:
    return {
        "PDFium": pdfium,
        "pdf.js": lambda pdf: pdfjs_print(viewer, pdf),
        "MuPDF": mupdf,
        "poppler": poppler,
    }


# --- comparing ------------------------------------------------------------------------------------


def cut(page: np.ndarray, box: BoxMm) -> np.ndarray:
    """Where a box has ink."""
    rows = slice(round(box.y * PX_PER_MM), round(box.bottom * PX_PER_MM))
    return page[rows, round(box.x * PX_PER_MM) : round(box.right * PX_PER_MM)] < INK


def trimmed(ink: np.ndarray) -> np.ndarray:
    """The part with ink; empty when there is none."""
    rows, columns = np.nonzero(ink)
    if not rows.size:
        return ink[:0, :0]
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@lru_cache(maxsize=512)
def reference(text: str, *, joined: bool = True, right_to_left: bool | None = None) -> np.ndarray:
    """The same words set large, letter by letter: joined by arabic-reshaper, ordered by python-bidi."""
    if right_to_left is None:
        right_to_left = any("\u0600" <= character <= "\u06ff" for character in text)
    shaped = _RESHAPER.reshape(text) if joined else text
    line = get_display(shaped, base_dir="R" if right_to_left else "L")
    font = ImageFont.truetype(REGULAR, LETTERS_PT, layout_engine=ImageFont.Layout.BASIC)
    canvas = Image.new("L", (round(font.getlength(line)) + 2 * LETTERS_PT, 3 * LETTERS_PT), 255)
    ImageDraw.Draw(canvas).text((LETTERS_PT, LETTERS_PT // 2), line, font=font, fill=0)
    return trimmed(np.asarray(canvas) < 128)


def likeness(ink: np.ndarray, wanted: np.ndarray) -> float:
    """How far two drawings cover each other, each one pixel wider: 1 is alike, 0 has nothing in common.

    Sizes do not matter, proportions do.
    """
    ink = trimmed(ink)
    if min(ink.shape) < 2:
        return 0.0
    height, width = ink.shape
    stretched = wanted.shape[1] / wanted.shape[0] * height / width
    if abs(stretched - 1) > 0.04 + 1.6 / height + 1.6 / width:
        return 0.0
    drawn = Image.fromarray(np.where(wanted, 0, 255).astype(np.uint8))
    other = np.asarray(drawn.resize((width, height), Image.Resampling.BOX)) < INK
    return min((ink & _wider(other)).sum() / ink.sum(), (other & _wider(ink)).sum() / max(1, other.sum()))


def _wider(ink: np.ndarray) -> np.ndarray:
    padded = np.pad(ink, 1)
    shifts = [(row, column) for row in range(3) for column in range(3)]
    return np.any([padded[r : r + ink.shape[0], c : c + ink.shape[1]] for r, c in shifts], axis=0)


def lines_of(ink: np.ndarray, count: int) -> list[np.ndarray]:
    """Lines of equal height, cut where there is least ink."""
    ink = trimmed(ink)
    leading = ink.shape[0] / count
    by_row = ink.sum(axis=1)
    cuts = [0]
    for number in range(1, count):
        low, high = round((number - 0.3) * leading), round((number + 0.3) * leading)
        cuts.append(low + int(np.argmin(by_row[low:high])))
    return [ink[top:bottom] for top, bottom in zip(cuts, [*cuts[1:], ink.shape[0]], strict=True)]
