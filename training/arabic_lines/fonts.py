"""Finds fonts fit for training: they hold the letters, join them, and tell look-alikes apart."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from forms_service.ocr.arabic_lines import DIGITS, LETTERS, PUNCTUATION

MEASURED = ("amiri", "scheherazade", "notokufi", "noto-kufi", "kacstoffice")
"""Families that readers are judged on: never trained on."""

HELD_OUT = ("notonaskharabic", "noto-naskh", "notosansarabic", "kacstbook")
"""Families that checkpoints and thresholds are chosen on: not trained on either."""

UNREADABLE = (
    "ae_metal",
    "ae_graph",
    "ae_granada",
    "ae_jet",
    "ae_sindbad",
    "ae_nice",
    "digital",
    "kacstposter",
    "shado",
    "japan",
    "electron",
    "unifont",
    "ajrak",
    "nastaliq",
    "kacstdecorative",
    "kacstart",
)
COMMON = set(LETTERS) - set("پچڤگڭ")
TEXT_FACES = (
    *(
        "lateef",
        "harmattan",
        "pak",
        "nazli",
        "kacstnaskh",
        "kacstqurn",
        "kacstletter",
        "kacstone",
        "freeserif",
    ),
    *(
        "thabit",
        "ae_arab",
        "ae_alarabiya",
        "ae_furat",
        "ae_salem",
        "ae_khalid",
        "ae_nada",
        "ae_hor",
        "ae_alhor",
    ),
    *("ae_haramain", "ae_almanzomah", "ae_sharjah", "dejavusans", "aref-ruqaa", "alkalami", "el-messiri"),
)
ALIKE = (
    "يى",
    "هة",
    "اأ",
    "أإ",
    "اآ",
    "وؤ",
    "بت",
    "تث",
    "بن",
    "نت",
    "جح",
    "حخ",
    "دذ",
    "رز",
    "سش",
    "فق",
    "كل",
    "عغ",
)


@dataclass(frozen=True)
class TrainingFont:
    """One font file, which characters it draws and how often it is taken."""

    path: str
    characters: str
    weight: float
    held_out: bool


def drawn(font: ImageFont.FreeTypeFont, text: str) -> np.ndarray:
    """The picture of a word on a fixed sheet."""
    sheet = Image.new("L", (400, 160), 255)
    ImageDraw.Draw(sheet).text(
        (380, 110), text, font=font, fill=0, anchor="rs", direction="rtl", language="ar"
    )
    return np.asarray(sheet)


def fit(path: Path) -> TrainingFont | None:
    """The font's description, or None when it cannot be used."""
    name = path.name.lower()
    if any(word in name for word in (*MEASURED, *UNREADABLE)):
        return None
    try:
        held = TTFont(path, lazy=True).getBestCmap() or {}
        font = ImageFont.truetype(str(path), 48)
        if COMMON - {chr(point) for point in held} - {"ء"}:
            return None
        if any((drawn(font, "م" + a) == drawn(font, "م" + b)).all() for a, b in ALIKE):
            return None
        joined, apart = font.getlength("سسس", direction="rtl"), 3 * font.getlength("س", direction="rtl")
        if joined > 0.97 * apart and "mono" not in name and "thabit" not in name:
            return None
        characters = [c for c in LETTERS + DIGITS + PUNCTUATION if ord(c) in held]
        for western, eastern in zip("0123456789", "٠١٢٣٤٥٦٧٨٩", strict=True):
            both = western in characters and eastern in characters
            if both and (drawn(font, western) == drawn(font, eastern)).all():
                characters.remove(western)  # drawn as an Eastern digit: its label would lie
    except (OSError, ValueError, KeyError, AssertionError):
        return None
    weight = 3.0 if any(word in name for word in TEXT_FACES) else 1.0
    held_out = any(word in name for word in HELD_OUT)
    return TrainingFont(str(path), "".join(characters), weight, held_out)


def usable(folders: list[str], fit: Callable[[Path], TrainingFont | None]) -> list[TrainingFont]:
    """The fonts found in the folders that ``fit`` lets through; tells how many there are."""
    files = [
        path
        for folder in folders
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix in (".ttf", ".otf")
    ]
    fonts = [font for font in map(fit, files) if font]
    print(f"{len(fonts)} of {len(files)} fonts; held out {sum(font.held_out for font in fonts)}")
    return fonts


def main(folders: list[str], target: str) -> None:
    """Write the list of usable fonts found in the folders."""
    fonts = usable(folders, fit)
    Path(target).write_text(json.dumps([asdict(font) for font in fonts], ensure_ascii=False, indent=0))


if __name__ == "__main__":
    main(sys.argv[2:], sys.argv[1])
