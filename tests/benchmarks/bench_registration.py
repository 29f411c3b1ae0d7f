"""Measures registration on damaged sheets: identity found, how far boxes truly are off, what is claimed.

    .venv/bin/python -m tests.benchmarks.bench_registration             # 8 copies of each damage
    COPIES=40 .venv/bin/python -m tests.benchmarks.bench_registration   # narrower margins
    SEEDS=tuning .venv/bin/python -m tests.benchmarks.bench_registration
    SEED=7 DAMAGE="no marks" .venv/bin/python -m tests.benchmarks.bench_registration   # unseen, some kinds
    PART=2/6 .venv/bin/python -m tests.benchmarks.bench_registration    # a sixth of the kinds, the second

Pages of both forms are filled in and spoilt by ``rehearsal.degradations.STRESS``; the seeds for tuning and
for measuring share nothing.  True offsets are taken on the outlines of the answer boxes that the
picture shows: the farthest corner of each, in millimetres of the page.
«Outside told» counts the answers' boxes that the picture cuts: how many of them are known to be cut.
Seconds are the median of finding out which page it is, the drawing of the blanks left out.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.placement import BoxMm, FormLayout
from forms_service.ocr.page_location import identify, lay
from forms_service.ocr.page_reader import USABLE_RESIDUAL_MM, is_cut
from forms_service.ocr.registration import TRUSTED_RESIDUAL_MM, Registration, corner_points
from forms_service.reading_forms import form_lookup, page_features, printed_papers, printed_words
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import (
    HARD,
    PRINTED,
    STANDARD,
    STRESS,
    Degradation,
    SpoiltPage,
    spoil,
)
from forms_service.rehearsal.material import MEASURING, TUNING, Material
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("311-1-14", "310-1-32")
COPIES = int(os.environ.get("COPIES", "8"))
SEED = int(os.environ.get("SEED", "0"))
WANTED = os.environ.get("DAMAGE", "")
PART, PARTS = (int(number) for number in os.environ.get("PART", "1/1").split("/"))
MATERIAL = TUNING if os.environ.get("SEEDS") == "tuning" else MEASURING
GOAL_MM = 0.3
_FILLED_PAGES = 3


@dataclass(frozen=True, slots=True)
class Laid:
    """One spoilt page: whether it was known, how far it was off, and what was said of it."""

    known: bool
    wrong: bool
    true_mm: float | None
    claimed_mm: float | None
    outside: int = 0
    outside_told: int = 0
    seconds: float = 0.0


class Known:
    """What the reader knows of the published forms; each blank is drawn once for the whole run."""

    def __init__(self, catalogue: SpecCatalogue) -> None:
        self.forms, self.papers = form_lookup(catalogue), printed_papers(catalogue)
        self.features, self.printed = page_features(catalogue), printed_words(catalogue)


def main() -> None:
    """Print one row for each kind of damage."""
    catalogue = SpecCatalogue.load()
    pages = [page for form in FORMS for page in filled_pages(catalogue, form, MATERIAL)]
    known = Known(catalogue)
    print(f"{COPIES} pages of each kind, seeds «{MATERIAL.name}»; lengths in millimetres")
    print(
        f"{'damage':<36}{'known':>7}{'wrong':>7}{'laid':>6}{'true median':>13}{'worst':>7}"
        f"{'≤ 0.3':>7}{'trusted':>9}{'of these > 0.3':>16}{'said to be off':>16}{'outside told':>14}{'s':>6}"
    )
    everything = []
    for number, how in damage_asked_for():
        group = [
            judged(known, *pages[copy % len(pages)], how, 1000 * number + copy) for copy in range(COPIES)
        ]
        print(row(how.name, group), flush=True)
        everything += group
    print(row("all", everything))


def damage_asked_for() -> Iterator[tuple[int, Degradation]]:
    """The kinds of damage that this run is to look at, with the number that seeds each."""
    for number, how in enumerate((*STANDARD, *HARD, *PRINTED, *STRESS)):
        if WANTED in how.name and number % PARTS == PART - 1:
            yield number, how


def filled_pages(
    catalogue: SpecCatalogue, form: str, material: Material
) -> list[tuple[np.ndarray, str, FormLayout]]:
    """First pages of a form, filled in differently."""
    spec = catalogue.get(form)
    layout, blank = lay_out(spec).layout, blank_pages(spec)[0]
    filled = []
    for copy in range(_FILLED_PAGES):
        rng = random.Random(material.seed_offset + copy)
        answers = invent_answers(spec, layout, material, rng)
        typewriter = Typewriter.in_turn(material, copy)
        filled.append((type_in(blank, 1, spec, layout, answers, typewriter, rng), form, layout))
    return filled


def judged(
    known: Known, page: np.ndarray, form: str, layout: FormLayout, how: Degradation, seed: int
) -> Laid:
    """Spoil one page, find it again and compare with where it truly lies."""
    spoilt = spoil(page, how, np.random.default_rng(MATERIAL.seed_offset + 100_000 * SEED + seed))
    start = time.perf_counter()
    sighting = identify(spoilt.pixels, known.papers, known.forms, known.features, known.printed)
    seconds = time.perf_counter() - start
    if sighting.identity is None:
        return Laid(False, False, None, None, seconds=seconds)
    if (sighting.identity.form_id, sighting.identity.page) != (form, 1) or sighting.identity.variant:
        return Laid(False, True, None, None)
    found = lay(spoilt.pixels, sighting, layout.on_page(1), known.features)
    if found is None or found.residual_mm > USABLE_RESIDUAL_MM:
        return Laid(True, False, None, None)
    cut = [place for place in layout.on_page(1) if not _is_whole(spoilt, place.box)]
    told = sum(is_cut(place.box, found, spoilt.pixels.shape) for place in cut)
    true_mm = true_offset_mm(spoilt, found, layout)
    return Laid(True, False, true_mm, found.residual_mm, len(cut), told, seconds)


def _is_whole(spoilt: SpoiltPage, box: BoxMm) -> bool:
    """Whether a box is in the picture, but for what nobody writes in."""
    height, width = spoilt.pixels.shape
    truly = spoilt.true_places(corner_points(box.inset(0.6)))
    return bool((truly >= -0.5).all() and (truly <= (width - 0.5, height - 0.5)).all())


def true_offset_mm(spoilt: SpoiltPage, found: Registration, layout: FormLayout) -> float:
    """How far the worst corner of an answer box is off, of those that the picture shows."""
    height, width = spoilt.pixels.shape
    worst = 0.0
    for place in layout.on_page(1):
        corners = corner_points(place.frame or place.box)
        truly = spoilt.true_places(corners)
        if (truly < 0).any() or (truly > (width, height)).any():
            continue
        worst = max(worst, float(np.linalg.norm(found.to_page(truly) - corners, axis=1).max()))
    return worst


def row(name: str, group: list[Laid]) -> str:
    """One line of the table."""
    laid = [one for one in group if one.true_mm is not None and one.claimed_mm is not None]
    true = np.array([one.true_mm for one in laid] or [np.nan])
    trusted = [one for one in laid if (one.claimed_mm or 0.0) <= TRUSTED_RESIDUAL_MM]
    cut, told = sum(one.outside for one in laid), sum(one.outside_told for one in laid)
    missed = sum((one.true_mm or 0.0) > GOAL_MM for one in trusted)
    return (
        f"{name:<36}{sum(one.known for one in group):>7}{sum(one.wrong for one in group):>7}{len(laid):>6}"
        f"{np.median(true):>13.2f}{true.max():>7.2f}{int((true <= GOAL_MM).sum()):>7}"
        f"{len(trusted):>9}{missed:>16}{len(laid) - len(trusted):>16}"
        f"{f'{told} of {cut}' if cut else '':>14}{np.median([one.seconds for one in group]):>6.2f}"
    )


if __name__ == "__main__":
    main()
