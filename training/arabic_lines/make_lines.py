"""Writes shards of training lines: pictures side by side, their widths and their labels."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from training.arabic_lines.lines import LineMaker, faces
from training.arabic_lines.words import Vocabulary, sentences_of

LATIN_FONTS = (
    "DejaVuSerif.ttf",
    "FreeSerif.ttf",
    "FreeMono.ttf",
    "DejaVuSansCondensed.ttf",
    "LiberationSans-Regular.ttf",
)


def main() -> None:
    """Make shards until there are enough; those already there are kept."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("fonts", help="listing written by fonts.py")
    wanted.add_argument("target", type=Path)
    wanted.add_argument("--latin", help="folder to look for Latin fonts in", required=True)
    wanted.add_argument("--first", type=int, default=0)
    wanted.add_argument("--step", type=int, default=1)
    wanted.add_argument("--shards", type=int, default=10)
    wanted.add_argument("--lines", type=int, default=4096)
    wanted.add_argument("--held-out", action="store_true")
    wanted.add_argument("--stacked", type=float, default=0.5, help="share of plain words drawn stacked")
    given = wanted.parse_args()
    cv2.setNumThreads(1)
    root = Path(__file__).parents[2]
    sentences = sentences_of([str(p) for p in sorted(root.glob("form_specs/**/*.yaml"))])
    vocabulary = Vocabulary(sentences)
    latin = [str(path) for path in sorted(Path(given.latin).rglob("*.ttf")) if path.name in LATIN_FONTS]
    given.target.mkdir(parents=True, exist_ok=True)
    for number in range(given.first, given.shards, given.step):
        target = given.target / f"{number:03}.npz"
        if target.exists():
            continue
        maker = LineMaker(
            faces(given.fonts, given.held_out), latin, vocabulary, 7_000_000 + number, given.stacked
        )
        write_shard(target, maker, given.lines)


def write_shard(target: Path, maker: LineMaker, count: int) -> None:
    """Make that many lines; the shard appears only when it is whole."""
    lines = [maker.make() for _ in range(count)]
    packed = np.concatenate([picture for picture, _, _ in lines], axis=1)
    widths = np.array([picture.shape[1] for picture, _, _ in lines], np.int32)
    partial = target.with_suffix(".part.npz")
    np.savez(partial, pixels=packed, widths=widths, labels=np.array([text for _, text, _ in lines]))
    partial.rename(target)
    print(target, packed.shape, flush=True)


if __name__ == "__main__":
    main()
