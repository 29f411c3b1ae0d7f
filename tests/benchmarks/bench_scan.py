"""Measures reading: exact answers on fonts, seeds and damage the code was not tuned on, and speed.

    make bench-scan            # 18 copies of each form
    COPIES=90 make bench-scan  # narrower margins

The whole-page figure is pytesseract (ara+fra, one thread) on a sample of the very same pages in the
same run.  Everything is typed and synthetic: it says little about handwriting or real stamps.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import random
import time
from collections.abc import Iterable

import numpy as np
import pytesseract
from PIL import Image

from core.placement import WidgetKind
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import STANDARD, spoil
from forms_service.rehearsal.material import MEASURING
from forms_service.rehearsal.rehearse import RehearsalReport, RehearsedAnswer, rehearse
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("311-1-14", "310-1-32")
COPIES = int(os.environ.get("COPIES", "18"))
TIMED_COPIES = 3


def main() -> None:
    """Print the tables and, last, the line that checks read."""
    catalogue = SpecCatalogue.load()
    reports = []
    for form in FORMS:
        spec = catalogue.get(form)
        layout, blanks = lay_out(spec).layout, blank_pages(spec)
        reports.append(rehearse(spec, layout, blanks, forms=COPIES, seed=411))
        print_table(form, reports[-1])
    ours, theirs, pages = timings(catalogue)
    answers = [answer for report in reports for answer in report.answers]
    shares = {
        "latn": share(one for one in answers if widget_of(one) == "text" and one.script == "latn"),
        "arab": share(one for one in answers if widget_of(one) == "text" and one.script == "arab"),
        "comb": share(one for one in answers if widget_of(one) == "comb"),
        "tick": share(one for one in answers if widget_of(one) == "tick"),
    }
    print(f"\nfilled pages timed: {pages}; whole-page pytesseract: {theirs:.2f} s/page")
    rates = ", ".join(f"{name} {100 * value:.1f} %" for name, value in shares.items())
    print(f"scan: {ours:.2f} s/page, {theirs / ours:.1f}x pytesseract, {rates}")


def print_table(form: str, report: RehearsalReport) -> None:
    """Print one form's rates by kind and by damage."""
    print(f"\n{form}: {report.forms} copies, material «{report.material}», pages lost {report.pages_lost}")
    print(f"{'':<36}{'answers':>8}{'exact':>9}{'accepted':>10}{'of these wrong':>16}")
    for name, count, exact, accepted, wrong in report.table_rows():
        if name.startswith(("all ", "kind ", "scan ")):
            print(f"{name:<36}{count:>8}{exact:>9}{accepted:>10}{wrong:>16}")


def widget_of(answer: RehearsedAnswer) -> str:
    """Whether an answer stands in a box, in cells or as a tick."""
    from core.field_kinds import KINDS

    widget = KINDS[answer.kind].widget
    if widget is WidgetKind.COMB:
        return "comb"
    return "tick" if widget is WidgetKind.TICK else "text"


def share(answers: Iterable[RehearsedAnswer]) -> float:
    """Share of answers read exactly."""
    group = list(answers)
    return sum(one.exact for one in group) / len(group) if group else 0.0


def timings(catalogue: SpecCatalogue) -> tuple[float, float, int]:
    """Seconds a filled page for our reader and for whole-page pytesseract, and the pages timed."""
    spec = catalogue.get(FORMS[0])
    layout, blanks = lay_out(spec).layout, blank_pages(spec)
    filled = {placement.page for placement in layout.placements}
    pages: list[PageImage] = []
    for copy in range(TIMED_COPIES):
        rng, noise = random.Random(9000 + copy), np.random.default_rng(9000 + copy)
        answers = invent_answers(spec, layout, MEASURING, rng)
        typewriter = Typewriter.chosen(MEASURING, rng)
        how = STANDARD[copy % len(STANDARD)]
        for number in sorted(filled):
            page = type_in(blanks[number - 1], number, spec, layout, answers, typewriter, rng)
            pages.append(PageImage("bench", number, spoil(page, how, noise).pixels, how.dpi))
    read_scan(pages[:1], lambda _form, _version, _variant: (spec, layout))
    start = time.perf_counter()
    read_scan(pages, lambda _form, _version, _variant: (spec, layout))
    ours = (time.perf_counter() - start) / len(pages)
    start = time.perf_counter()
    for page in pages:
        pytesseract.image_to_string(Image.fromarray(page.pixels), lang="ara+fra")
    return ours, (time.perf_counter() - start) / len(pages), len(pages)


if __name__ == "__main__":
    main()
