"""Measures the comparison of a page with its print: alterations noticed, and alarms on pages left as printed.

    .venv/bin/python -m tests.benchmarks.bench_altered_print             # 4 pages of each damage
    COPIES=20 SEED=5 .venv/bin/python -m tests.benchmarks.bench_altered_print   # more, from seeds of their own
    PART=1/6 .venv/bin/python -m tests.benchmarks.bench_altered_print   # a sixth of the kinds, the first

Filled pages of both forms are spoilt in every way that ``rehearsal.degradations`` knows; then the same is
done after altering one printed label, 8 to 30 mm of it.  An alteration counts as noticed only when a region
that was told overlaps it.
"""

from __future__ import annotations

import os
from collections import Counter

import numpy as np

from core.placement import BoxMm
from forms_service.ocr.crops import even_light
from forms_service.ocr.page_location import identify, lay
from forms_service.ocr.printed_words import PrintedWords
from forms_service.reading_forms import form_lookup
from forms_service.rehearsal.altered_print import ALTERATIONS
from forms_service.rehearsal.degradations import WHOLE_SHEET, Degradation, spoil
from forms_service.rehearsal.material import MEASURING
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from tests.benchmarks.bench_registration import FORMS, damage_asked_for, filled_pages

COPIES = int(os.environ.get("COPIES", "4"))
SEED = int(os.environ.get("SEED", "0"))


def main() -> None:
    """Print alarms and detections, damage by damage."""
    catalogue = SpecCatalogue.load()
    forms = [(filled_pages(catalogue, form, MEASURING), _words(catalogue, form)) for form in FORMS]
    print(f"{'damage':<36}{'pages':>7}{'alarms':>8}   noticed of {COPIES} each: {', '.join(ALTERATIONS)}")
    total: Counter[str] = Counter()
    for number, how in damage_asked_for():
        if how.shown != WHOLE_SHEET or "no marks" in how.name:
            continue  # found by their print: another bench
        found: Counter[str] = Counter()
        for copy in range(COPIES):
            pages, (words, labels) = forms[copy % len(forms)]
            page, _, layout = pages[copy % len(pages)]
            rng = np.random.default_rng(MEASURING.seed_offset + 100_000 * SEED + 500 * number + copy)
            told = regions(catalogue, page, words, layout, how, rng)
            found["pages"] += told is not None
            found["alarms"] += bool(told)
            for name, alter in ALTERATIONS.items():
                label = labels[int(rng.integers(len(labels)))]
                told = regions(catalogue, alter(page, label, rng), words, layout, how, rng)
                found[name] += any(region.overlaps(label) for region in told or [])
        print(row(how.name, found), flush=True)
        total += found
    print(row("all", total))


def _words(catalogue: SpecCatalogue, form: str) -> tuple[PrintedWords, list[BoxMm]]:
    """The printed words of the first page, and those of them that are altered."""
    spec = catalogue.get(form)
    words = PrintedWords.on(blank_pages(spec)[0], lay_out(spec).layout.on_page(1))
    labels = [one for one in words.places() if 8.0 <= one.width <= 30.0 and one.height < 6.0]
    return words, labels


def regions(catalogue, page, words, layout, how: Degradation, rng) -> list[BoxMm] | None:
    """What the comparison tells of one spoilt page; None when it was not laid well enough to compare."""
    spoilt = spoil(page, how, rng)
    sighting = identify(spoilt.pixels, (), form_lookup(catalogue))
    if sighting.identity is None:
        return None
    registration = lay(spoilt.pixels, sighting, layout.on_page(1))
    if registration is None or not registration.trusted:
        return None
    found = words.altered(even_light(registration.rectify(spoilt.pixels)))
    return [one for one in found if registration.share_inside(one.inset(-1.0), spoilt.pixels.shape) > 0.999]


def row(name: str, found: Counter[str]) -> str:
    """One line of the table."""
    noticed = "".join(f"{found[one]:>6}" for one in ALTERATIONS)
    return f"{name:<36}{found['pages']:>7}{found['alarms']:>8}   {noticed}"


if __name__ == "__main__":
    main()
