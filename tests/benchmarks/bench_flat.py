"""Measures whether reading stays as fast and as small from the tenth page to the ten-thousandth.

    make bench-flat                # up to 300 pages
    PAGES=10000 make bench-flat    # hours: about as many seconds as a page takes, times 10,000

One process, as a worker's, opens and reads scans of fifty pages one after the other.  The pages are a
few filled forms, in JPEG as scanners give them, over and over: what is measured is time and memory.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import multiprocessing
import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from core.form_spec import FormSpec
from core.placement import FormLayout
from forms_service.ocr.page_images import PageImage, load_pages
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import STANDARD, spoil
from forms_service.rehearsal.material import MEASURING
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages_with_answers
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue

FORMS = ("311-1-14", "310-1-32")
PAGES = int(os.environ.get("PAGES", "300"))
SCAN_PAGES = 50
COPIES = 4
TOLD_AT = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000)
GREATEST_MIB = 500
MIB = 2**20


def main() -> None:
    """Print time and memory at every mark, and last the line that says whether both stayed flat."""
    catalogue = SpecCatalogue.load()
    pages = [page for form in FORMS for page in filled_pages(catalogue.get(form))]
    context = multiprocessing.get_context("spawn")  # what drawing took must not count
    worker = context.Process(target=read_all, args=(pages, PAGES))
    worker.start()
    worker.join()
    sys.exit(worker.exitcode)


def filled_pages(spec: FormSpec) -> list[bytes]:
    """Filled pages of one form, as files."""
    layout, blanks = lay_out(spec).layout, blank_pages_with_answers(spec)
    files = []
    for copy in range(COPIES):
        seed = MEASURING.seed_offset + 700_000 + copy
        rng, noise = random.Random(seed), np.random.default_rng(seed)
        answers = invent_answers(spec, layout, MEASURING, rng)
        typewriter = Typewriter.in_turn(MEASURING, copy)
        for number, blank in enumerate(blanks, start=1):
            page = type_in(blank, number, spec, layout, answers, typewriter, rng)
            pixels = spoil(page, STANDARD[copy % len(STANDARD)], noise).pixels
            files.append(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())
    return files


def read_all(files: Sequence[bytes], wanted: int) -> None:
    """Read that many pages, and tell at every mark what it took."""
    catalogue = SpecCatalogue.load()
    known = {form: (catalogue.get(form), lay_out(catalogue.get(form)).layout) for form in FORMS}

    def forms(form: str, _version: int, _variant: str) -> tuple[FormSpec, FormLayout]:
        return known[form]

    marks = [mark for mark in TOLD_AT if mark < wanted] + [wanted]
    told: list[tuple[float, float]] = []
    endless = cycle(files)
    done, since, seconds = 0, 0, 0.0
    print(f"{'pages':>8}{'s/page since':>14}{'memory':>12}{'greatest':>12}")
    while done < wanted:
        count = min(SCAN_PAGES, marks[0] - done)
        start = time.perf_counter()
        read_scan(opened(islice(endless, count)), forms)
        seconds += time.perf_counter() - start
        done += count
        if done == marks[0]:
            told.append((seconds / (done - since), memory("VmHWM")))
            print(
                f"{done:>8}{told[-1][0]:>12.2f} s{memory('VmRSS'):>8.0f} MiB{told[-1][1]:>8.0f} MiB",
                flush=True,
            )
            since, seconds = done, 0.0
            marks.pop(0)
    slower, greatest = told[-1][0] / min(pace for pace, _ in told), told[-1][1]
    verdict = "under" if greatest < GREATEST_MIB else "NOT UNDER"
    print(f"flat: last pages {slower:.2f}x the fastest, {greatest:.0f} MiB at most, {verdict} {GREATEST_MIB}")


def opened(files: Iterator[bytes]) -> Iterator[PageImage]:
    """The pages of the files, one at a time."""
    for number, data in enumerate(files):
        yield from load_pages(data, f"{number}.jpg")


def memory(name: str) -> float:
    """What this process holds (VmRSS) or ever held (VmHWM), in mebibytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / MIB
    raise OSError(f"/proc/self/status has no {name}")


if __name__ == "__main__":
    main()
