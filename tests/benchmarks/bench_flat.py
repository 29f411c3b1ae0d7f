"""Measures whether reading stays as fast and as small from the tenth page to the ten-thousandth.

    make bench-flat                # up to 300 pages
    PAGES=10000 make bench-flat    # hours: about as many seconds as a page takes, times 10,000

One process, as a worker's, opens and reads scans of fifty pages one after the other.  The pages are a hundred
filled forms, in JPEG as scanners give them, in the same order over and over, so that from the hundredth on every
row tells of the same pages: what is measured is time and memory.  Time is the processor's, of this process
and of those it started, which a busy machine changes little; the clock's stands beside it.  Every row is
printed as soon as its pages are read, and an end before the last page (Ctrl-C, SIGTERM) still gives a verdict.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import multiprocessing
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

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
DIFFERENT_PAGES = 100
FIRST_MARKS = (10, 30, 100, 200, 300)
LATER_MARKS = 500
FIRST_COMPARABLE = 200  # before, the recognisers are loaded and the pages are not yet the whole hundred
GREATEST_MIB = 500
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """What the pages since the row before took, each, and what the process holds after them."""

    pages: int
    processor_s: float
    clock_s: float
    held_mib: float
    greatest_mib: float

    def __str__(self) -> str:
        return (
            f"{self.pages:>8}{self.processor_s:>16.3f} s{self.clock_s:>10.2f} s"
            f"{self.held_mib:>8.0f} MiB{self.greatest_mib:>8.0f} MiB"
        )


def main() -> None:
    """Print time and memory at every mark, and last the line that says whether both stayed flat."""
    with TemporaryDirectory() as folder:
        pages = drawn_pages(Path(folder))
        context = multiprocessing.get_context("spawn")  # what drawing took must not count
        worker = context.Process(target=read_all, args=(pages, PAGES))
        worker.start()
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, lambda *_: worker.terminate())
        worker.join()
    sys.exit(worker.exitcode)


def drawn_pages(folder: Path) -> list[Path]:
    """A hundred filled pages of both forms, in one mixed order, as files."""
    catalogue = SpecCatalogue.load()
    files: list[Path] = []
    copies = zip(*(filled_pages(catalogue.get(form)) for form in FORMS), strict=False)
    for data in islice((page for pair in copies for page in pair), DIFFERENT_PAGES):
        files.append(folder / f"{len(files)}.jpg")
        files[-1].write_bytes(data)
    random.Random(DIFFERENT_PAGES).shuffle(files)
    return files


def filled_pages(spec: FormSpec) -> Iterator[bytes]:
    """Filled pages of one form without end, every copy filled in and scanned in another way."""
    layout, blanks = lay_out(spec).layout, blank_pages_with_answers(spec)
    copy = 0
    while True:
        seed = MEASURING.seed_offset + 700_000 + copy
        rng, noise = random.Random(seed), np.random.default_rng(seed)
        answers = invent_answers(spec, layout, MEASURING, rng)
        typewriter = Typewriter.in_turn(MEASURING, copy)
        for number, blank in enumerate(blanks, start=1):
            page = type_in(blank, number, spec, layout, answers, typewriter, rng)
            pixels = spoil(page, STANDARD[copy % len(STANDARD)], noise).pixels
            yield cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        copy += 1


def read_all(files: Sequence[Path], wanted: int) -> None:
    """Read that many pages, and tell at every mark what it took."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows: list[Row] = []
    print(f"{'pages':>8}{'processor/page':>18}{'clock/page':>12}{'memory':>12}{'greatest':>12}", flush=True)
    try:
        for row in measured(files, wanted):
            print(row, flush=True)
            rows.append(row)
    except KeyboardInterrupt:
        print(f"ended after {rows[-1].pages if rows else 0} of {wanted} pages")
    print(verdict(rows))


def measured(files: Sequence[Path], wanted: int) -> Iterator[Row]:
    """One row for each mark, as soon as its pages are read."""
    catalogue = SpecCatalogue.load()
    known = {form: (catalogue.get(form), lay_out(catalogue.get(form)).layout) for form in FORMS}

    def forms(form: str, _version: int, _variant: str) -> tuple[FormSpec, FormLayout]:
        return known[form]

    marks = [mark for mark in (*FIRST_MARKS, *range(LATER_MARKS, wanted, LATER_MARKS)) if mark < wanted]
    endless = cycle(files)
    done = 0
    for mark in (*marks, wanted):
        since, processor, clock = done, processor_seconds(), time.perf_counter()
        while done < mark:
            count = min(SCAN_PAGES, mark - done)
            read_scan(opened(islice(endless, count)), forms)
            done += count
        pages = mark - since
        yield Row(
            mark,
            (processor_seconds() - processor) / pages,
            (time.perf_counter() - clock) / pages,
            memory("VmRSS"),
            memory("VmHWM"),
        )


def verdict(rows: Sequence[Row]) -> str:
    """Whether the last pages cost more than the first that can be compared with them."""
    compared = [row for row in rows if row.pages >= FIRST_COMPARABLE]
    if not compared:
        return f"too few pages to compare: {FIRST_COMPARABLE} are the least"
    first, last = compared[0], compared[-1]
    limit = "under" if last.greatest_mib < GREATEST_MIB else "NOT UNDER"
    return (
        f"page {last.pages} against page {first.pages}: {last.processor_s / first.processor_s:.2f} times the "
        f"processor's time, {last.held_mib - first.held_mib:+.0f} MiB; "
        f"{last.greatest_mib:.0f} MiB at most, {limit} {GREATEST_MIB}"
    )


def opened(files: Iterator[Path]) -> Iterator[PageImage]:
    """The pages of the files, one at a time."""
    for file in files:
        yield from load_pages(file.read_bytes(), file.name)


def processor_seconds() -> float:
    """What this process and those it started have had of the processor."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def memory(name: str) -> float:
    """What this process holds (VmRSS) or ever held (VmHWM), in mebibytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / MIB
    raise OSError(f"/proc/self/status has no {name}")


if __name__ == "__main__":
    main()
