"""Pack the typeface of the papers for screens, so that a page and its fonts stay small on a phone's connection.

    .venv/bin/python scripts/screen_fonts.py

Writes WOFF2 files of both weights beside the stylesheet.  What only paper needs (forms of letters that
stand alone in Unicode) is left out: on screens the font's own rules join letters.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1] / "forms_service"
PAPER = ROOT / "render" / "fonts"
SCREEN = ROOT / "web" / "static"
PRESENTATION_FORMS = range(0xFB50, 0xFEFF + 1)


def main() -> None:
    """Write both weights and say how large they became."""
    for weight in ("Regular", "Bold"):
        target = SCREEN / f"forms-{weight.lower()}.woff2"
        pack(PAPER / f"FormsSans-{weight}.ttf", target)
        print(f"{target.name}: {target.stat().st_size / 1000:.1f} KB")


def pack(source: Path, target: Path) -> None:
    """One weight, with every letter and every rule, as small as it gets."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = ["*"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(font.getBestCmap()) - set(PRESENTATION_FORMS))
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main()
