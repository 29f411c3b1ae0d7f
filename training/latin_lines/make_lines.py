"""Writes shards of Latin training lines.

python -m training.latin_lines.make_lines LATIN_FONTS.json ARABIC_FONTS.json SHARDS --shards 40
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import cv2

from training.arabic_lines.lines import faces
from training.arabic_lines.make_lines import write_shard
from training.arabic_lines.words import random_word, sentences_of
from training.latin_lines.lines import LatinLineMaker
from training.latin_lines.words import LatinLines

FIRST_SEED = 9_000_000


def arabic(rng: random.Random) -> str:
    """A line in Arabic letters, now and then with a number."""
    words = [random_word(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.2:
        words.insert(rng.choice((0, len(words))), str(rng.randint(1, 999)))
    return " ".join(words)


def main() -> None:
    """Make shards until there are enough; those already there are kept."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("fonts", help="listing written by training.latin_lines.fonts")
    wanted.add_argument("arabic_fonts", help="listing written by training.arabic_lines.fonts")
    wanted.add_argument("target", type=Path)
    wanted.add_argument("--first", type=int, default=0)
    wanted.add_argument("--step", type=int, default=1)
    wanted.add_argument("--shards", type=int, default=10)
    wanted.add_argument("--lines", type=int, default=4096)
    wanted.add_argument("--held-out", action="store_true")
    given = wanted.parse_args()
    cv2.setNumThreads(1)
    root = Path(__file__).parents[2]
    texts = LatinLines(sentences_of([str(p) for p in sorted(root.glob("form_specs/**/*.yaml"))]), arabic)
    given.target.mkdir(parents=True, exist_ok=True)
    for number in range(given.first, given.shards, given.step):
        target = given.target / f"{number:03}.npz"
        if not target.exists():
            seed = FIRST_SEED + number + (100_000 if given.held_out else 0)
            latin, foreign = faces(given.fonts, given.held_out), faces(given.arabic_fonts, given.held_out)
            write_shard(target, LatinLineMaker(latin, foreign, texts, seed), given.lines)


if __name__ == "__main__":
    main()
