"""Checks that a card's zone, printed in many typefaces and spoilt in many ways, is read right or doubted.

    python tests/benchmarks/bench_card_zone.py 200     # so many zones

A zone counts as right when number, birth, expiry and both names are the printed ones; as doubted when what
differs is not vouched for by a check digit; as wrong when a vouched part is not the printed one.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.mrz import CardZone, compose_td1, find_td1
from forms_service.ocr.attachments.card_zone import CHARSET
from forms_service.ocr.engine import LineMode, text_engine

FONTS = Path("/usr/share/fonts/truetype")
FACES = (
    "dejavu/DejaVuSansMono.ttf",
    "liberation/LiberationMono-Regular.ttf",
    "freefont/FreeMono.ttf",
    "freefont/FreeMonoBold.ttf",
    "mononoki/mononoki-Regular.ttf",
)
ON = date(2026, 3, 1)
NAMES = (
    ("EL IDRISSI", "FATIMA ZAHRA"),
    ("BENNANI", "OMAR"),
    ("AIT TALEB", "AICHA"),
    ("SKALLI", "KENZA LINA"),
)
Spoil = Callable[[np.ndarray, random.Random], np.ndarray]


def _aslant(picture: np.ndarray, chance: random.Random) -> np.ndarray:
    height, width = picture.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[chance.uniform(-9, 9) for _ in "xy"] for _ in range(4)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return cv2.warpPerspective(picture, matrix, (width, height), borderValue=235)


def _coarse(picture: np.ndarray, chance: random.Random) -> np.ndarray:
    small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, chance.randrange(35, 60)])[1]
    return cv2.resize(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), picture.shape[::-1])


def _noisy(picture: np.ndarray, chance: random.Random) -> np.ndarray:
    source = np.random.default_rng(chance.getrandbits(32))
    return np.clip(picture + source.normal(0, chance.uniform(8, 30), picture.shape), 0, 255).astype(np.uint8)


SPOILT: Mapping[str, Spoil] = {
    "clean": lambda picture, _: picture,
    "blurred": lambda picture, chance: cv2.GaussianBlur(picture, (0, 0), chance.uniform(1.0, 2.6)),
    "aslant": _aslant,
    "coarse": _coarse,
    "noisy": _noisy,
}


def draw_zone(lines: tuple[str, str, str], face: str) -> np.ndarray:
    """The three lines on a light card, as large as a scan at 300 dots an inch shows them."""
    font = ImageFont.truetype(str(FONTS / face), 34)
    sheet = Image.new("L", (round(font.getlength("W") * 30) + 60, 190), 235)
    for number, line in enumerate(lines):
        ImageDraw.Draw(sheet).text((30, 22 + 52 * number), line, font=font, fill=30)
    return np.asarray(sheet)


def fate_of(zone: CardZone | None, true: Mapping[str, object]) -> str:
    """Whether a zone was read right, doubted or wrong."""
    if zone is None:
        return "doubted"
    checked = {name: getattr(zone, name) for name in ("document_number", "birth", "expiry")}
    if any(name in zone.checked and value != true[name] for name, value in checked.items()):
        return "wrong"
    names = zone.surname == true["surname"] and zone.given_names == true["given_names"]
    if zone.is_certain and names and all(value == true[name] for name, value in checked.items()):
        return "right"
    return "doubted"


def main(count: int) -> None:
    """Print what became of every zone, by damage."""
    chance = random.Random(90210)
    fates: dict[str, Counter[str]] = {name: Counter() for name in SPOILT}
    for number in range(count):
        surname, given = chance.choice(NAMES)
        true = {
            "document_number": "".join(chance.choices("ABCDEFGHKLM", k=2))
            + f"{chance.randrange(10**6, 10**7)}",
            "birth": date(1950, 1, 1) + timedelta(days=chance.randrange(20000)),
            "expiry": date(2026, 6, 1) + timedelta(days=chance.randrange(3500)),
            "surname": surname,
            "given_names": given,
        }
        lines = compose_td1(
            document_code="ID", issuer="MAR", optional=f"BK{chance.randrange(10**5, 10**6)}", sex="F",
            nationality="MAR", **true,
        )  # fmt: skip
        name = list(SPOILT)[number % len(SPOILT)]
        face = FACES[number // len(SPOILT) % len(FACES)]
        picture = SPOILT[name](draw_zone(lines, face), chance)
        best: CardZone | None = None
        for smoothing in (0.6, 1.2):
            soft = cv2.GaussianBlur(picture, (0, 0), smoothing)
            zone = find_td1(text_engine().read(soft, "eng", LineMode.BLOCK, CHARSET).text, ON)
            if zone and (best is None or len(zone.checked) > len(best.checked)):
                best = zone
        fates[name][fate_of(best, true)] += 1
    print(f"{'':<12}{'right':>7}{'doubted':>9}{'wrong':>7}")
    for name, fate in [*fates.items(), ("all", sum(fates.values(), Counter()))]:
        print(f"{name:<12}{fate['right']:>7}{fate['doubted']:>9}{fate['wrong']:>7}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
