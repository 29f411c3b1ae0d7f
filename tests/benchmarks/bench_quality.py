"""Measures the look at the door: how often each flaw of a picture is found, and told of good pictures.

    python tests/benchmarks/bench_quality.py           # the set MEASURING: no limit was chosen on it
    python tests/benchmarks/bench_quality.py tuning    # the set on which the limits were chosen
    ROWS=blur,desk python tests/benchmarks/bench_quality.py  # only the rows whose names say so

The two sets share no font, no seed and no invented person; each holds every page of both forms, filled
in, and one document of every drawable class.  Damage is synthetic in both.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from forms_service.ocr.page_images import load_pages
from forms_service.ocr.picture_quality import Flaw, judge_picture
from forms_service.rehearsal import bad_pictures as bad
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import HARD, PRINTED, STANDARD, Degradation, spoil
from forms_service.rehearsal.material import MEASURING, TUNING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.documents import DOCUMENTS, Case, draw_document
from samples.drawing.paper import SAMPLE_TYPEFACES, UNSEEN_TYPEFACES
from samples.drawing.people import invent
from samples.drawing.wear import SAMPLE_WEAR, UNSEEN_WEAR

Noise = np.random.Generator
Spoil = Callable[[np.ndarray, float, Noise], np.ndarray]
FORMS = ("311-1-14", "310-1-32")
BIG_PHOTO = (3024, 4032)
ROWS = [row for row in os.environ.get("ROWS", "").split(",") if row]


@dataclass(frozen=True)
class Way:
    """One way of taking a picture, and the flaw that must be told of it; None when it is good enough."""

    name: str
    flaw: Flaw | None
    spoil: Spoil


def _dull(page: np.ndarray, rng: Noise) -> np.ndarray:
    return np.clip(page * (200 / 250) + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8)


GOOD = (
    Way("as it is", None, lambda page, dpi, rng: page),
    Way("150 dpi", None, lambda page, dpi, rng: bad.from_afar(page, dpi, 150)),
    Way("600 dpi", None, lambda page, dpi, rng: bad.from_afar(page, dpi, 600)),
    Way("blur 0.12 mm", None, lambda page, dpi, rng: bad.out_of_focus(page, dpi, 0.12)),
    Way("blur 0.16 mm", None, lambda page, dpi, rng: bad.out_of_focus(page, dpi, 0.16)),
    Way("shaken 0.4 mm", None, lambda page, dpi, rng: bad.shaken(page, dpi, 0.4, rng.uniform(0, 180))),
    Way("half the light", None, lambda page, dpi, rng: bad.in_the_dark(page, 0.5, rng)),
    Way("print at 30 %", None, lambda page, dpi, rng: bad.pale(page, 0.3)),
    Way("dull paper", None, lambda page, dpi, rng: _dull(page, rng)),
    Way("on a desk", None, lambda page, dpi, rng: bad.on_a_desk(page, rng.uniform(0.04, 0.2))),
    Way("on a desk, aslant", None, lambda page, dpi, rng: bad.on_a_desk(page, 0.08, rng.uniform(0.02, 0.05))),
)
BAD = (
    Way("blur 0.30 mm", Flaw.BLURRED, lambda page, dpi, rng: bad.out_of_focus(page, dpi, 0.30)),
    Way("blur 0.40 mm", Flaw.BLURRED, lambda page, dpi, rng: bad.out_of_focus(page, dpi, 0.40)),
    Way("blur 0.60 mm", Flaw.BLURRED, lambda page, dpi, rng: bad.out_of_focus(page, dpi, 0.60)),
    Way(
        "shaken 1.0 mm", Flaw.BLURRED, lambda page, dpi, rng: bad.shaken(page, dpi, 1.0, rng.uniform(0, 180))
    ),
    Way(
        "shaken 1.4 mm", Flaw.BLURRED, lambda page, dpi, rng: bad.shaken(page, dpi, 1.4, rng.uniform(0, 180))
    ),
    Way("a quarter of the light", Flaw.DARK, lambda page, dpi, rng: bad.in_the_dark(page, 0.25, rng)),
    Way("a tenth of the light", Flaw.DARK, lambda page, dpi, rng: bad.in_the_dark(page, 0.1, rng)),
    Way("print at 8 %", Flaw.PALE, lambda page, dpi, rng: bad.pale(page, 0.08)),
    Way("a lamp burns away 2 %", Flaw.GLARE, lambda page, dpi, rng: bad.lamp_reflected(page, 0.02, rng)),
    Way("a lamp burns away 6 %", Flaw.GLARE, lambda page, dpi, rng: bad.lamp_reflected(page, 0.06, rng)),
    Way("cut on the right, 12 %", Flaw.CUT_OFF, lambda page, dpi, rng: bad.cut_off(page, 0.12, "right")),
    Way("cut on the left, 12 %", Flaw.CUT_OFF, lambda page, dpi, rng: bad.cut_off(page, 0.12, "left")),
    Way("cut below, 15 %", Flaw.CUT_OFF, lambda page, dpi, rng: bad.cut_off(page, 0.15, "bottom")),
    Way("photo without the right 20 %", Flaw.CUT_OFF, lambda page, dpi, rng: bad.on_a_desk(page, shift=0.2)),
    Way("60 dpi", Flaw.TOO_SMALL, lambda page, dpi, rng: bad.from_afar(page, dpi, 60)),
    Way("45 dpi", Flaw.TOO_SMALL, lambda page, dpi, rng: bad.from_afar(page, dpi, 45)),
    Way("two sheets in a photo", Flaw.SEVERAL_PAGES, lambda page, dpi, rng: bad.side_by_side(page, page)),
    Way("the empty back", Flaw.BLANK, lambda page, dpi, rng: bad.empty_sheet(page.shape, rng)),
)


def main() -> None:
    """Print the table, the samples' false alarms and what a large photo costs."""
    tuning = "tuning" in sys.argv[1:]
    pages = dict(material(tuning))
    print(f"material «{'tuning' if tuning else 'measuring'}», {len(pages)} pages")
    print(f"{'':<34}{'pictures':>9}{'its flaw told':>15}{'another told':>14}  which")
    for way in filter(asked, (*GOOD, *BAD)):
        show(way.name, way.flaw, [judge_way(way, name, *page, tuning) for name, page in pages.items()])
    forms = {name: page for name, page in pages.items() if name[0].isdigit()}
    for how in filter(asked, (*STANDARD, *HARD, *PRINTED)):
        show(
            f"forms: {how.name}",
            None,
            [told(spoil(page, how, noise(name, tuning)).pixels) for name, (page, _) in forms.items()],
        )
    for name, wear in (SAMPLE_WEAR if tuning else UNSEEN_WEAR).items():
        worn = [
            told(wear(page, random.Random(f"{name} {document}")))
            for document, (page, _) in pages.items()
            if document not in forms
        ]
        show(f"documents: {name}", None, worn)
    show_samples()
    show_speed(pages)


def asked(row: Way | Degradation) -> bool:
    """Whether a row is to be printed."""
    return not ROWS or any(words in row.name for words in ROWS)


def material(tuning: bool) -> Iterator[tuple[str, tuple[np.ndarray, float]]]:
    """Every page by its name, with its resolution."""
    chosen = TUNING if tuning else MEASURING
    catalogue = SpecCatalogue.load()
    for number, form in enumerate(FORMS):
        spec = catalogue.get(form)
        layout = lay_out(spec).layout
        rng = random.Random(chosen.seed_offset + number)
        answers, typewriter = invent_answers(spec, layout, chosen, rng), Typewriter.in_turn(chosen, number)
        for page, blank in enumerate(blank_pages(spec), start=1):
            yield f"{form}/{page}", (type_in(blank, page, spec, layout, answers, typewriter, rng), 300.0)
    draw_any(tuning, 0, "birth_extract")
    for number, name in enumerate(DOCUMENTS):
        yield name, (draw_any(tuning, number, name), 200.0)


def draw_any(tuning: bool, number: int, name: str) -> np.ndarray:
    """One document of a class, about nobody."""
    chance = random.Random(f"{'tune' if tuning else 'measure'} {name}")
    typefaces = SAMPLE_TYPEFACES if tuning else UNSEEN_TYPEFACES
    case = Case(invent(chance), typefaces[number % len(typefaces)], chance, invent(chance), dpi=200)
    return draw_document(name, case).paper.pixels()


def noise(name: str, tuning: bool) -> Noise:
    """A source of damage that belongs to one page of one set."""
    return np.random.default_rng([*name.encode(), int(tuning)])


def judge_way(way: Way, name: str, page: np.ndarray, dpi: float, tuning: bool) -> tuple[Flaw, ...]:
    """What is told of one page taken that way."""
    return told(way.spoil(page, dpi, noise(f"{way.name} {name}", tuning)))


def told(picture: np.ndarray) -> tuple[Flaw, ...]:
    """What is told of one picture."""
    return judge_picture(picture).flaws


def show(name: str, flaw: Flaw | None, results: list[tuple[Flaw, ...]]) -> None:
    """One row: how often the flaw was told, and how often another."""
    found = f"{100 * np.mean([flaw in one for one in results]):.0f} %" if flaw else "–"
    others = Counter(str(one) for flaws in results for one in flaws if one is not flaw)
    wrong = 100 * np.mean([any(one is not flaw for one in flaws) for flaws in results])
    which = ", ".join(f"{one} {count}" for one, count in others.most_common())
    print(f"{name:<34}{len(results):>9}{found:>15}{wrong:>12.0f} %  {which}", flush=True)


def show_samples() -> None:
    """The committed samples: none of them is taken badly."""
    files = sorted((ROOT / "samples").glob("3*/*/**/*.*"))
    pictures = [path for path in files if path.suffix in (".jpg", ".tif", ".pdf")]
    alarms = []
    count = 0
    for path in pictures:
        for page in load_pages(path.read_bytes(), path.name):
            count += 1
            alarms += [f"{path.relative_to(ROOT / 'samples')}: {flaw}" for flaw in told(page.pixels)]
    print(f"\nsamples: {count} pages, {len(alarms)} alarms", *alarms, sep="\n  ")


def show_speed(pages: Mapping[str, tuple[np.ndarray, float]]) -> None:
    """What a photo of twelve megapixels costs."""
    import cv2

    photo = cv2.resize(bad.on_a_desk(pages["311-1-14/1"][0]), BIG_PHOTO, interpolation=cv2.INTER_CUBIC)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        judge_picture(photo)
        took.append(time.perf_counter() - start)
    print(f"\nphoto of {photo.size / 1e6:.1f} megapixels: {min(took):.2f} s (best of {len(took)})")


if __name__ == "__main__":
    main()
