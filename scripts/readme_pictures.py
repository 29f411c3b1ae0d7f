"""Makes the README's two pictures: a filled form, and the review screen.

    python scripts/readme_pictures.py

The form is the flattened sample of an invented person; the screen comes from scripts/screenshots.py.
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


def main() -> None:
    """Write docs/pictures/form.png and review.png."""
    PICTURES.mkdir(exist_ok=True)
    spec = SpecCatalogue.load().get("311-1-14")
    values = yaml.load(SAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    answers = dossier_from_answers(spec, values.get("values", values)).dossier.answers()
    page = pypdfium2.PdfDocument(render_filled(spec, answers, flatten=True))[0]
    save(page.render(scale=HEIGHT_PX / page.get_height()).to_pil(), "form.png")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "scripts" / "screenshots.py"), "-o", folder, "--only", "review"]
        subprocess.run(command, check=True, cwd=ROOT)
        screen = Image.open(Path(folder) / "review-ar-wide.png").convert("RGB")
        screen = screen.crop((0, 0, screen.width, min(screen.height, round(screen.width * 1.35))))
        save(screen.resize((round(screen.width * HEIGHT_PX / screen.height), HEIGHT_PX)), "review.png")


def save(picture: Image.Image, name: str) -> None:
    """Save small: sixty-four colours are enough for print and screen."""
    picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)
    print(PICTURES / name)


if __name__ == "__main__":
    main()
