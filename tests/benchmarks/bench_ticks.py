"""Measures tick boxes: every way people mark, miss and correct them, as exact, for review, or wrong.

    .venv/bin/python -m tests.benchmarks.bench_ticks               # 200 choices of each kind
    COPIES=1000 .venv/bin/python -m tests.benchmarks.bench_ticks
    SEEDS=tuning .venv/bin/python -m tests.benchmarks.bench_ticks
    SEED=7 .venv/bin/python -m tests.benchmarks.bench_ticks        # marks nobody has looked at
    PART=2/4 .venv/bin/python -m tests.benchmarks.bench_ticks      # a quarter of the kinds, the second

Marks are drawn on the printed choices of form 311-1-14, its own labels around them, then laid up to
0.3 mm off, blurred, sprinkled with noise and packed as JPEG.  «Wrong» is what would be taken unseen
although it is not what was meant.
"""

from __future__ import annotations

import os
from collections import Counter

import cv2
import numpy as np

from core.extraction import Verdict
from forms_service.ocr.crops import even_light
from forms_service.ocr.engine import text_engine
from forms_service.ocr.field_reader import FieldReading, read_fields
from forms_service.ocr.registration import CANONICAL_SIZE_PX
from forms_service.rehearsal.material import MEASURING, TUNING
from forms_service.rehearsal.tick_marks import KINDS, MarkedChoice, mark_choice
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORM = "311-1-14"
COPIES = int(os.environ.get("COPIES", "200"))
SEED = int(os.environ.get("SEED", "0"))
PART, PARTS = (int(number) for number in os.environ.get("PART", "1/1").split("/"))
MATERIAL = TUNING if os.environ.get("SEEDS") == "tuning" else MEASURING


def main() -> None:
    """Print one row for each kind of mark."""
    spec = SpecCatalogue.load().get(FORM)
    layout = lay_out(spec).layout
    blank = cv2.resize(blank_pages(spec)[0], CANONICAL_SIZE_PX, interpolation=cv2.INTER_AREA)
    choices = [spec.field(name) for name in ("nature", "quality", "spouse.work")]
    places = {one.id: [*layout.of_field(one.id)] for one in choices}
    engine = text_engine()
    print(f"{COPIES} choices of each kind, seeds «{MATERIAL.name}», {SEED}")
    print(f"{'kind of mark':<34}{'boxes':>8}{'exact':>8}{'review':>8}{'right proposed':>16}{'wrong':>7}")
    total: Counter[str] = Counter()
    first_seed = MATERIAL.seed_offset + 1_000_000 * SEED
    for number, kind in enumerate(KINDS):
        if number % PARTS != PART - 1:
            continue
        found: Counter[str] = Counter()
        for copy in range(COPIES):
            field = choices[copy % len(choices)]
            rng = np.random.default_rng(first_seed + 10_000 * number + copy)
            marked = mark_choice(blank, places[field.id], kind, rng)
            reading = read_fields(even_light(marked.pixels), marked.places, spec, engine)[0]
            found[result(reading, marked)] += 1
            found["boxes"] += len(marked.places)
        print(row(kind, found))
        total += found
    print(row("all", total))


def result(reading: FieldReading, marked: MarkedChoice) -> str:
    """Exact, wrong, or for a person: with the right proposal or without."""
    right = reading.value == marked.meant
    if reading.verdict is Verdict.REVIEW:
        return "proposed" if right else "review"
    return "exact" if right else "wrong"


def row(name: str, found: Counter[str]) -> str:
    """One line of the table."""
    review = found["review"] + found["proposed"]
    return f"{name:<34}{found['boxes']:>8}{found['exact']:>8}{review:>8}{found['proposed']:>16}{found['wrong']:>7}"


if __name__ == "__main__":
    main()
