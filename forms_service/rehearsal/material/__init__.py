"""What synthetic forms are filled with: fonts and invented answers, in four sets kept apart.

Readers are tuned on ``TUNING``, their confidence is calibrated on ``CALIBRATING``, and they are
watched on ``MEASURING`` while they are worked on.  ``PROVING`` is for final figures alone: nobody
reads with it to decide anything, nor looks at what was misread.  No two sets share a name, a place,
an address or a seed (``seed_offset``), nor a font family, so a measured figure never praises what
was learnt by heart; ``tests/ocr`` checks that they stay apart.

One exception is made on purpose: ``PROVING`` sets Arabic in Naskh, Amiri, Kacst and Scheherazade,
for the goal names these four.  Noto Naskh stands in ``TUNING`` too, the other three in ``MEASURING``.
Its Latin families stand nowhere else, and no recogniser was trained on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.errors import MissingTool
from core.localized_text import LocalizedText

FONT_FOLDERS = (Path("/usr/share/fonts/truetype"), Path("/usr/share/fonts/opentype"))
FOLDER = Path(__file__).parent

_PACKAGES = (
    "fonts-liberation fonts-dejavu fonts-noto-core fonts-hosny-amiri fonts-kacst fonts-sil-scheherazade"
    " fonts-unikurdweb fonts-courier-prime fonts-clear-sans fonts-gnutypewriter fonts-inter fonts-paratype"
    " fonts-mononoki fonts-crosextra-caladea fonts-sil-gentium-basic fonts-anonymous-pro"
)
_NO_FONT = LocalizedText(
    ar=f"لا يوجد أي خط من خطوط التجربة. تثبتها الحزم: {_PACKAGES}",
    fr=f"Aucune police d'essai n'est installée. Installez les paquets {_PACKAGES}",
)


@dataclass(frozen=True, slots=True)
class Material:
    """One set of fonts and invented answers.

    Attributes:
        first_names: Pairs of a Latin and an Arabic spelling; ``last_names`` likewise.
        places: Pairs of a Latin and an Arabic city.
        addresses: Addresses in either script; quarters and remarks likewise.
    """

    name: str
    seed_offset: int
    latin_fonts: tuple[str, ...]
    arabic_fonts: tuple[str, ...]
    first_names: tuple[tuple[str, str], ...]
    last_names: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    quarters: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]

    @staticmethod
    def load(name: str) -> Material:
        """The set written down in the file of that name."""
        data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))

        def pairs(pool: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
            return tuple(pool.items())

        return Material(
            name=data["name"],
            seed_offset=data["seed_offset"],
            latin_fonts=tuple(data["latin_fonts"]),
            arabic_fonts=tuple(data["arabic_fonts"]),
            first_names=pairs(data["first_names"]),
            last_names=pairs(data["last_names"]),
            places=pairs(data["places"]),
            quarters=pairs(data["quarters"]),
            addresses=pairs(data["addresses"]),
            remarks=pairs(data["remarks"]),
            domains=tuple(data["domains"]),
        )


TUNING = Material.load("tuning")
CALIBRATING = Material.load("calibrating")
MEASURING = Material.load("measuring")
PROVING = Material.load("proving")


def font_files(names: tuple[str, ...]) -> list[Path]:
    """The installed ones among the named fonts.

    Raises:
        MissingTool: None of them is installed; the message names the packages.
    """
    found = [folder / name for name in names for folder in FONT_FOLDERS if (folder / name).is_file()]
    if not found:
        raise MissingTool(_NO_FONT, code="missing_fonts")
    return found
