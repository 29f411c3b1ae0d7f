"""Measures the comparison of a page with its print: alterations noticed, and alarms on pages left as printed.

    .venv/bin/python -m tests.benchmarks.bench_altered_print             # 4 pages of each damage
    COPIES=20 SEED=5 .venv/bin/python -m tests.benchmarks.bench_altered_print   # more, from seeds of their own
    PART=1/6 .venv/bin/python -m tests.benchmarks.bench_altered_print   # a sixth of the kinds, the first

    DRAWN=60 SEED=5 .venv/bin/python -m tests.benchmarks.bench_altered_print    # damage drawn for every page

Filled pages of both forms are spoilt in every way that ``rehearsal.degradations`` knows; then the same is
done after altering one printed label, 8 to 30 mm of it.  An alteration counts as noticed only when a region
that was told overlaps it.  With ``DRAWN`` every page, also those beyond the first, suffers damage of its own
(``drawn_damage``); one alteration of each page is looked for.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator

import numpy as np

from core.form_spec import FormSpec
from core.placement import BoxMm
from forms_service.ocr.crops import even_light
from forms_service.ocr.page_location import identify, lay
from forms_service.ocr.printed_words import PrintedWords
from forms_service.reading_forms import form_lookup
from forms_service.rehearsal.altered_print import ALTERATIONS
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import WHOLE_SHEET, Degradation, spoil
from forms_service.rehearsal.drawn_damage import drawn_degradation
from forms_service.rehearsal.material import MEASURING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from tests.benchmarks.bench_registration import FORMS, damage_asked_for, filled_pages

COPIES = int(os.environ.get("COPIES", "4"))
SEED = int(os.environ.get("SEED", "0"))
DRAWN = int(os.environ.get("DRAWN", "0"))


def main() -> None:
    """Print alarms and detections, damage by damage."""
    catalogue = SpecCatalogue.load()
    if DRAWN:
        drawn_damage(catalogue)
        return
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


def drawn_damage(catalogue: SpecCatalogue) -> None:
    """Print alarms and detections on all pages of both forms, each under damage drawn for it."""
    pages = [
        (page, number, *_words(catalogue, form, number), lay_out(spec).layout)
        for form in FORMS
        for spec in [catalogue.get(form)]
        for number, page in typed_pages(spec)
    ]
    names = tuple(ALTERATIONS)
    found: Counter[str] = Counter()
    for copy in range(DRAWN):
        page, number, words, labels, layout = pages[copy % len(pages)]
        rng = np.random.default_rng(MEASURING.seed_offset + 100_000 * SEED + copy)
        how = drawn_degradation(MEASURING.seed_offset + SEED, copy)
        told = regions(catalogue, page, words, layout, how, rng, number)
        found["compared"] += told is not None
        found["alarms"] += bool(told)
        if told:
            print(f"alarm on page {number}: {how.name}", flush=True)
        name, label = names[copy % len(names)], labels[int(rng.integers(len(labels)))]
        altered = ALTERATIONS[name](page, label, rng)
        told = regions(catalogue, altered, words, layout, how, rng, number)
        if told is not None:
            found[f"{name}, looked for"] += 1
            found[name] += any(region.overlaps(label) for region in told)
    print(f"{found['alarms']} alarms on {found['compared']} pages compared of {DRAWN}")
    for name in names:
        print(f"{name:<26}{found[name]:>4} of {found[f'{name}, looked for']}")


def typed_pages(spec: FormSpec) -> Iterator[tuple[int, np.ndarray]]:
    """The pages of a form, those with answers filled in."""
    layout, rng = lay_out(spec).layout, random.Random(MEASURING.seed_offset + SEED)
    answers = invent_answers(spec, layout, MEASURING, rng)
    for number, blank in enumerate(blank_pages(spec), start=1):
        writer = Typewriter.in_turn(MEASURING, SEED + number)
        yield number, type_in(blank, number, spec, layout, answers, writer, rng)


def _words(catalogue: SpecCatalogue, form: str, number: int = 1) -> tuple[PrintedWords, list[BoxMm]]:
    """The printed words of a page, and those of them that are altered."""
    spec = catalogue.get(form)
    words = PrintedWords.on(blank_pages(spec)[number - 1], lay_out(spec).layout.on_page(number))
    labels = [one for one in words.places() if 8.0 <= one.width <= 30.0 and one.height < 6.0]
    return words, labels


def regions(catalogue, page, words, layout, how: Degradation, rng, number: int = 1) -> list[BoxMm] | None:
    """What the comparison tells of one spoilt page; None when it was not laid well enough to compare."""
    spoilt = spoil(page, how, rng)
    sighting = identify(spoilt.pixels, (), form_lookup(catalogue))
    if sighting.identity is None:
        return None
    registration = lay(spoilt.pixels, sighting, layout.on_page(number))
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
