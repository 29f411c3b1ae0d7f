"""Cuts lines out of rehearsed pages exactly as the service does, to judge the recogniser on them.

python -m training.arabic_lines.measure cut tuning OUT.npz --copies 24 --seed 801
python -m training.arabic_lines.measure read OUT.npz [--tesseract]
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from core.field_kinds.base import western_digits
from core.localized_text import Script, dominant_script
from core.placement import Placement, WidgetKind
from forms_service.ocr.arabic_lines import ArabicLine, read_line
from forms_service.ocr.crops import Ink, cut, even_light, ink_of
from forms_service.ocr.field_reader import BOX_INSET_MM
from forms_service.ocr.registration import find_corner_marks, register_by_marks
from forms_service.ocr.twin_names import FRAME_INSET_MM, _paint_over_middle_ticks
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import HARD, STANDARD, spoil
from forms_service.rehearsal.material import MEASURING, TUNING, Material
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("311-1-14", "310-1-32")


@dataclass(frozen=True)
class CutLine:
    """One line as cut out, and what was typed there."""

    ink: Ink
    truth: str
    font: str
    degradation: str


def varied_tuning(seed: int) -> Material:
    """TUNING's fonts with names nobody has, so that thresholds are set on many different words."""
    from training.arabic_lines.words import GENERIC, random_word

    rng = random.Random(seed)
    words = [random_word(rng) for _ in range(400)]
    pairs = [("Xx", word) for word in words if len(word) > 2]
    addresses = [
        ("Yy", f"{rng.choice(sorted(GENERIC - {'ب'}))} {rng.choice(words)} رقم {rng.randint(1, 399)}")
        for _ in range(200)
    ]
    addresses += [
        ("Yy", f"{rng.randint(1, 399)} زنقة {rng.choice(words)} {rng.choice(words)}") for _ in range(200)
    ]
    return replace(
        TUNING,
        first_names=tuple(pairs[:200]),
        last_names=tuple((a, f"{b} {rng.choice(words)}") for a, b in pairs[200:]),
        places=tuple(pairs),
        quarters=tuple(pairs),
        addresses=tuple(addresses),
    )


def cut_lines(material: Material, copies: int, seed: int) -> Iterator[CutLine]:
    """Fill, spoil and cut ``copies`` of every form."""
    catalogue = SpecCatalogue.load()
    for form in FORMS:
        spec = catalogue.get(form)
        layout, blanks = lay_out(spec).layout, blank_pages(spec)
        for copy in range(copies):
            how = (*STANDARD, *HARD)[copy % len((*STANDARD, *HARD))]
            rng = random.Random(material.seed_offset + seed * 1000 + copy)
            noise = np.random.default_rng(material.seed_offset + seed * 1000 + copy)
            typewriter = Typewriter.chosen(material, rng)
            truth = invent_answers(spec, layout, material, rng)
            for number, blank in enumerate(blanks, start=1):
                wanted = [
                    (place, str(truth[place.field_id]))
                    for place in layout.on_page(number)
                    if place.widget is WidgetKind.TEXT
                    and not place.comb
                    and _has_arabic(truth.get(place.field_id))
                ]
                if not wanted:
                    continue
                filled = type_in(blank, number, spec, layout, truth, typewriter, rng)
                pixels = spoil(filled, how, noise).pixels
                registration = register_by_marks(find_corner_marks(pixels))
                if registration is None:
                    continue
                page = even_light(registration.rectify(pixels))
                for place, text in wanted:
                    ink = _ink(page, place)
                    if ink is not None:
                        yield CutLine(ink, text, typewriter.arabic.stem, how.name)


def _has_arabic(value: object) -> bool:
    return isinstance(value, str) and dominant_script(value) is Script.ARAB


def _ink(page: np.ndarray, place: Placement) -> Ink | None:
    if place.frame and place.frame.width > 1.5 * place.box.width:
        crop = cut(page, place.frame, FRAME_INSET_MM)
        _paint_over_middle_ticks(crop)
        ink = ink_of(crop)
        ink = ink.columns(crop.shape[1] // 2, crop.shape[1])
    else:
        ink = ink_of(cut(page, place.box, BOX_INSET_MM))
    return ink if ink.bounds else None


def ours(ink: Ink) -> ArabicLine:
    """What the recogniser of this package reads."""
    left, top, right, bottom = ink.bounds or (0, 0, 1, 1)
    return read_line(ink.pixels[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3])


def tesseracts(ink: Ink) -> ArabicLine:
    """What the voting of Tesseract's looks reads; the confidence is 0 without agreement."""
    from forms_service.ocr.arabic_reader import _number
    from forms_service.ocr.engine import text_engine
    from forms_service.ocr.house_numbers import mend_numbers
    from forms_service.ocr.look_alikes import mend_arabic
    from forms_service.ocr.looks import ARABIC_LOOKS, read_by_looks

    engine = text_engine()
    reading = read_by_looks(ink, engine, "ara", ARABIC_LOOKS, mend_arabic, None)
    text = mend_numbers(reading.text, ink, lambda part: _number(part, engine))
    return ArabicLine(text, reading.confidence if reading.agreed else 0.0)


def table(lines: list[CutLine], read: Callable[[Ink], ArabicLine]) -> list[tuple[CutLine, ArabicLine, bool]]:
    """Print exact shares by font and by damage, and how many are right above each confidence."""
    begun = time.process_time()
    results = []
    for line in lines:
        found = read(line.ink)
        results.append((line, found, western_digits(found.text) == western_digits(line.truth)))
    print(f"{len(lines)} lines, {(time.process_time() - begun) / len(lines) * 1000:.1f} ms each (CPU time)")
    for aspect in ("font", "degradation"):
        groups: dict[str, list[bool]] = defaultdict(list)
        for line, _, right in results:
            groups[getattr(line, aspect)].append(right)
        for name, group in sorted(groups.items()):
            print(f"  {name:<28} {len(group):>5} {100 * sum(group) / len(group):6.1f} %")
    print(
        f"  {'all':<28} {len(results):>5} {100 * sum(right for *_, right in results) / len(results):6.1f} %"
    )
    for least in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999):
        taken = [right for _, found, right in results if found.confidence >= least]
        if taken:
            share = len(taken) / len(results)
            print(f"  confidence >= {least}: {100 * share:5.1f} % of lines, {len(taken) - sum(taken)} wrong")
    return results


def main() -> None:
    """Cut or read."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("what", choices=("cut", "read"))
    wanted.add_argument("rest", nargs="+")
    wanted.add_argument("--copies", type=int, default=24)
    wanted.add_argument("--seed", type=int, default=801)
    wanted.add_argument("--tesseract", action="store_true")
    wanted.add_argument("--show", type=int, default=0)
    given = wanted.parse_args()
    cv2.setNumThreads(1)
    if given.what == "cut":
        materials = {
            "tuning": lambda: TUNING,
            "varied": lambda: varied_tuning(given.seed),
            "measuring": lambda: MEASURING,
        }
        lines = list(cut_lines(materials[given.rest[0]](), given.copies, given.seed))
        Path(given.rest[1]).write_bytes(pickle.dumps(lines))
        print(len(lines), "lines cut")
        return
    lines = pickle.loads(Path(given.rest[0]).read_bytes())
    results = table(lines, tesseracts if given.tesseract else ours)
    for line, found, _ in [one for one in results if not one[2]][: given.show]:
        print(f"    {line.font} {line.degradation}: «{line.truth}» «{found.text}» {found.confidence:.3f}")


if __name__ == "__main__":
    main()
