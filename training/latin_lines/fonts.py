"""Finds Latin typefaces fit for training: they draw every letter, and no two of them alike."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from forms_service.ocr.latin_lines import CHARACTERS
from training.arabic_lines.fonts import TrainingFont, usable

KEPT_OUT = (
    *("liberation", "arimo", "tinos", "cousine", "croscore", "dejavu", "noto", "clearsans", "courierprime"),
    *("courier-prime", "gnutypewriter", "ibm-plex", "ibmplex", "inter-", "ptsans", "ptserif", "cascadia"),
    *("mononoki", "hack", "vera", "paratype"),
)
"""Families that readers are tuned, calibrated or judged on, and those of the same outlines."""

HELD_OUT = ("opensans", "caladea", "anonymous", "gentium", "vollkorn")
"""Families that checkpoints are chosen on: not trained on either; Noto Sans was drawn after Open Sans."""

UNREADABLE = (
    *("bebas", "dancing", "lobster", "isabella", "ecolier", "radis", "breip", "smallcaps", "d050000"),
    *("standardsymbols", "z003", "chorus", "unifont", "hairline", "linbiolinum_k", "monof", "rbz", "_i_z"),
)
TYPEWRITTEN = re.compile(r"mono|cursor|inconsol|code|typewr", re.IGNORECASE)
SLANTED = re.compile(r"italic|oblique|slanted", re.IGNORECASE)
TYPEWRITTEN_WEIGHT, SLANTED_WEIGHT = 2.0, 0.5
"""Typewriters and terminals fill in forms more often than there are families of them, slanted cuts less."""

NEEDED = frozenset(CHARACTERS[:-1]) - set("ÆæŒœÑñ°")


def family_of(path: Path) -> str:
    """What all cuts of one typeface share in their names."""
    folder = path.parent.name
    if folder not in (
        "urw-base35",
        "tex-gyre",
        "freefont",
        "fonts-go",
        "tlwg",
        "b612",
        "crosextra",
        "fontsource",
    ):
        return folder
    return re.split(r"[-_]|Bold|Oblique|Mono(?=Bold)", path.stem)[0].lower()


def fit(path: Path) -> TrainingFont | None:
    """The font's description, or None when it cannot be used."""
    name = "/".join(path.parts[-2:]).lower().replace(" ", "")
    if any(word in name for word in (*KEPT_OUT, *UNREADABLE)):
        return None
    try:
        held = {chr(point) for point in TTFont(path, lazy=True).getBestCmap() or {}}
        font = ImageFont.truetype(str(path), 48)
        if not held >= NEEDED:
            return None
        shapes = Counter((bytes(font.getmask(c)), font.getbbox(c)) for c in sorted(NEEDED - {" "}))
    except (OSError, ValueError, KeyError, AssertionError):
        return None
    if shapes.most_common(1)[0][1] > 1:  # capitals for small letters, empty boxes, I and l as one
        return None
    characters = "".join(c for c in CHARACTERS[:-1] + "’" if c in held)
    return TrainingFont(str(path), characters, 1.0, any(word in name for word in HELD_OUT))


def weight_of(path: Path, cuts: int) -> float:
    """How often a cut of a family of so many is drawn."""
    typewritten = TYPEWRITTEN_WEIGHT if TYPEWRITTEN.search(path.stem) else 1.0
    return cuts**-0.6 * typewritten * (SLANTED_WEIGHT if SLANTED.search(path.stem) else 1.0)


def main(folders: list[str], target: str) -> None:
    """Write the list of usable fonts found in the folders; every family is drawn about equally often."""
    fonts = usable(folders, fit)
    cuts = Counter(family_of(Path(font.path)) for font in fonts)
    listed = [
        asdict(font) | {"weight": weight_of(Path(font.path), cuts[family_of(Path(font.path))])}
        for font in fonts
    ]
    Path(target).write_text(json.dumps(listed, ensure_ascii=False, indent=0))
    print(dict(cuts))


if __name__ == "__main__":
    main(sys.argv[2:], sys.argv[1])
