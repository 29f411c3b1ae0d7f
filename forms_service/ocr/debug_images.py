"""Draws what was read where, so that a developer or author can see it on the page itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.extraction import Verdict
from core.localized_text import Script, dominant_script
from forms_service.ocr.field_reader import FieldReading
from forms_service.ocr.registration import PX_PER_MM

_COLOURS = {Verdict.ACCEPT: (0, 130, 60), Verdict.REVIEW: (200, 40, 0), Verdict.EMPTY: (120, 120, 120)}
_FONT = "DejaVuSans.ttf"
_TEXT_PX = 26


def write_debug_image(directory: Path, name: str, page: np.ndarray, readings: Iterable[FieldReading]) -> Path:
    """Save the rectified page with every box, its reading and confidence; green, red or gray."""
    directory.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(page).convert("RGB")
    draw = ImageDraw.Draw(picture)
    font = _font()
    for reading in readings:
        colour = _COLOURS[reading.verdict]
        for box in reading.boxes:
            corners = [round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom)]
            draw.rectangle(corners, outline=colour, width=3)
        if reading.verdict is Verdict.EMPTY:
            continue
        x, y = round(reading.boxes[0].x * PX_PER_MM), round(reading.boxes[0].bottom * PX_PER_MM) - 4
        note = f"{reading.raw}  {reading.confidence:.2f}"
        note += f"  {reading.doubt.value}" if reading.doubt else ""
        _write(draw, (x, y), note, colour, font)
    path = directory / f"{name}.png"
    picture.save(path)
    return path


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.truetype(_FONT, _TEXT_PX)
    except OSError:
        return ImageFont.load_default(_TEXT_PX)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], note: str, colour, font) -> None:
    arabic = dominant_script(note) is Script.ARAB
    try:
        draw.text(place, note, fill=colour, font=font, direction="rtl" if arabic else "ltr")
    except (KeyError, ValueError, UnicodeEncodeError):  # no bidirectional engine in this Pillow
        draw.text(place, note.encode("ascii", "replace").decode(), fill=colour, font=font)
