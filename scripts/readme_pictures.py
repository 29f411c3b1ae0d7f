"""Makes the README's pictures: a filled form, the review screen, the catalogue, and a course.

    python scripts/readme_pictures.py

The form is the flattened sample of an invented person; the screens come from scripts/screenshots.py.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
import yaml
from PIL import Image

from core.dossier import dossier_from_answers
from forms_service.render.form_pdf import render_filled
from forms_service.spec_catalogue import SpecCatalogue

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "samples" / "311-1-14" / "youssef-bennani" / "values.yaml"
HEIGHT_PX = 1100
SCREENS = {"review.png": "review", "catalogue.png": "procedures", "course.png": "course"}
"""What scripts/screenshots.py calls each screen."""


def main() -> None:
    """Write the pictures of docs/pictures that the README shows."""
    PICTURES.mkdir(exist_ok=True)
    spec = SpecCatalogue.load().get("311-1-14")
    values = yaml.load(SAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    answers = dossier_from_answers(spec, values.get("values", values)).dossier.answers()
    page = pypdfium2.PdfDocument(render_filled(spec, answers, flatten=True))[0]
    save(page.render(scale=HEIGHT_PX / page.get_height()).to_pil(), "form.png")
    with tempfile.TemporaryDirectory() as folder:
        script = str(ROOT / "scripts" / "screenshots.py")
        command = [sys.executable, script, "-o", folder, "--look", "wide", "--lang", "ar"]
        for screen in SCREENS.values():
            command += ["--page", screen]
        subprocess.run(command, check=True, cwd=ROOT)
        for name, screen in SCREENS.items():
            save(upper_part(Path(folder) / f"{screen}-ar-wide.png"), name)


def upper_part(path: Path) -> Image.Image:
    """As much of a screen as a sheet of paper beside it shows."""
    screen = Image.open(path).convert("RGB")
    screen = screen.crop((0, 0, screen.width, min(screen.height, round(screen.width * 1.35))))
    return screen.resize((round(screen.width * HEIGHT_PX / screen.height), HEIGHT_PX))


def save(picture: Image.Image, name: str) -> None:
    """Save small: sixty-four colours are enough for print and screen."""
    picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)
    print(PICTURES / name)


if __name__ == "__main__":
    main()
