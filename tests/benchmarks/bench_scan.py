"""Measures reading: exact answers on fonts, seeds and damage nobody worked with, and speed.

    make bench-scan                       # the set PROVING: final figures, 30 copies of each form
    MATERIAL=measuring make bench-scan    # while working on the readers; also MATERIAL=tuning
    MATERIAL=tuning DAMAGE=drawn SEED=7 make bench-scan    # with damage by chance, as PROVING has it
    COPIES=90 make bench-scan             # narrower margins
    FORMS_LEXICONS=on make bench-scan     # with the lists of known names and places

Copies are read on every core (PROCESSES), and each is noted at once under build/bench-scan: a run that
was broken off goes on where it stopped, as long as nothing that reads has changed.  Speed is measured
afterwards, in this process alone: every page is read by us, by whole-page pytesseract (ara+fra), and by
us again, one thread each.  Everything is typed and synthetic: it says little about handwriting.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"
os.environ.setdefault("FORMS_LEXICONS", "off")  # the goals are stated without lists of known words

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import cv2
import numpy as np
import pytesseract
from PIL import Image

from core.field_kinds import KINDS
from core.form_spec import FormSpec
from core.placement import FormLayout, WidgetKind
from forms_service.calibration_copies import Copy, read_copies, what_reads
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.confidence_fitting import error_at_most
from forms_service.rehearsal.degradations import spoil
from forms_service.rehearsal.drawn_damage import HANDLED, kinds_in
from forms_service.rehearsal.material import MEASURING, PROVING, TUNING, Material
from forms_service.rehearsal.rehearse import RehearsedAnswer
from forms_service.rehearsal.typing_in import Typewriter, type_in
from forms_service.rehearsing import blank_pages_with_answers
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import SpecCatalogue
from tests.benchmarks.reading_steps import watched

ROOT = Path(__file__).resolve().parents[2]
FORMS = ("311-1-14", "310-1-32")
MATERIALS = {material.name: material for material in (TUNING, MEASURING, PROVING)}
MATERIAL = MATERIALS[os.environ.get("MATERIAL", PROVING.name)]
COPIES = int(os.environ.get("COPIES", "30"))
PROCESSES = int(os.environ.get("PROCESSES", os.cpu_count() or 1))
TIMED_PAGES = int(os.environ.get("TIMED_PAGES", "12"))
LISTS = os.environ["FORMS_LEXICONS"]
SEED, TIMED_SEED = int(os.environ.get("SEED", "411")), 9000
BY_CHANCE = os.environ.get("DAMAGE") == "drawn"
PARTS = {
    "latn": "Latin text, names, e-mail",
    "arab": "Arabic text and names",
    "comb": "combs",
    "tick": "ticks",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, as it is noted."""

    form: str
    part: str
    kind: str
    damage: str
    font: str
    exact: bool
    accepted: bool

    @staticmethod
    def of(form: str, answer: RehearsedAnswer) -> Row:
        """What counts of an answer."""
        return Row(
            form, part_of(answer), answer.kind, answer.degradation, answer.font, answer.exact, answer.accepted
        )


def part_of(answer: RehearsedAnswer) -> str:
    """The figure an answer counts for: by where it stands, and by the script that was typed."""
    widget = KINDS[answer.kind].widget
    if widget is WidgetKind.COMB:
        return "comb"
    if widget is not WidgetKind.TEXT:
        return "tick"
    return "arab" if answer.script == "arab" else "latn"


def main() -> None:
    """Print the tables and, last, the line that checks read."""
    catalogue = SpecCatalogue.load()
    specs = [catalogue.get(form) for form in FORMS]
    rows = read_answers(specs, MATERIAL)
    print_tables(rows)
    ours, ratio = print_speed(specs[0], MATERIAL)
    rates = ", ".join(f"{part} {exact_share(one for one in rows if one.part == part)}" for part in PARTS)
    print(f"scan: {ours:.2f} s/page, {ratio:.1f}x pytesseract, {rates}")


# --- exactness --------------------------------------------------------------------------------------


def read_answers(specs: list[FormSpec], material: Material) -> list[Row]:
    """The answers of all copies; only those that are not noted yet are read."""
    damage = "-drawn" if BY_CHANCE else ""
    name = f"{material.name}-{SEED}{damage}-{what_reads()}-lists-{LISTS}.jsonl"
    journal = ROOT / "build" / "bench-scan" / name
    journal.parent.mkdir(parents=True, exist_ok=True)
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True) if journal.is_file() else []
    whole = [line for line in lines if line.endswith("\n")]
    journal.write_text("".join(whole), encoding="utf-8")
    read = {(one["form"], one["copy"]): one["rows"] for one in map(json.loads, whole)}
    wanted = [Copy(spec.id, number, SEED, material, BY_CHANCE) for number in range(COPIES) for spec in specs]
    missing = [one for one in wanted if (one.form_id, one.number) not in read]
    with journal.open("a", encoding="utf-8") as file:
        for copy, answers in read_copies(specs, missing, PROCESSES):
            noted = [astuple(Row.of(copy.form_id, one)) for one in answers]
            read[copy.form_id, copy.number] = noted
            file.write(json.dumps({"form": copy.form_id, "copy": copy.number, "rows": noted}) + "\n")
            file.flush()
            print(f"\r{len(read)} copies read", end="", file=sys.stderr)
    print(file=sys.stderr)
    return [Row(*row) for one in wanted for row in read[one.form_id, one.number]]


def print_tables(rows: list[Row]) -> None:
    """Print the rates by form, kind, damage and typeface."""
    print(
        f"material «{MATERIAL.name}», {COPIES} copies of each form, seed {SEED}, lists of known words {LISTS}"
    )
    table("form", rows, lambda one: [one.form], {"": "all answers"})
    whole = [one for one in rows if not set(kinds_in(one.damage)) & set(HANDLED)]
    for title, some in (("kind of answer", rows), ("kind of answer, the sheet itself undamaged", whole)):
        table(title, some, lambda one: [one.part], PARTS)
    table("kind of field", rows, lambda one: [f"{one.kind} ({one.part})"])
    table("damage (two at once count for both)", rows, lambda one: kinds_in(one.damage))
    table("one kind of damage or two", rows, lambda one: ["two" if len(kinds_in(one.damage)) > 1 else "one"])
    table("typeface of Arabic", [one for one in rows if one.part == "arab"], lambda one: [one.font])
    latin = [one for one in rows if one.part in ("latn", "comb")]
    table("typeface of Latin and combs", latin, lambda one: [one.font])


def table(
    title: str,
    rows: list[Row],
    groups_of: Callable[[Row], Iterable[str]],
    names: dict[str, str] | None = None,
) -> None:
    """Print one table: answers, exact, accepted unseen, the wrong among these and their bound."""
    print(f"\n{title:<44}{'answers':>8}{'exact':>9}{'accepted':>10}{'wrong':>7}{'at most':>10}")
    groups: dict[str, list[Row]] = {"": rows} if names and "" in names else {}
    for row in rows:
        for name in groups_of(row):
            groups.setdefault(name, []).append(row)
    for name, group in sorted(groups.items()):
        accepted = [one for one in group if one.accepted]
        wrong = sum(not one.exact for one in accepted)
        bound = f"{1000 * error_at_most(wrong, len(accepted)):.1f} ‰" if accepted else "–"
        share = f"{100 * len(accepted) / len(group):.0f} %"
        label = (names or {}).get(name, name)
        print(f"{label:<44}{len(group):>8}{exact_share(group):>9}{share:>10}{wrong:>7}{bound:>10}")


def exact_share(rows: Iterable[Row]) -> str:
    """Share of answers read exactly."""
    group = list(rows)
    return f"{100 * sum(one.exact for one in group) / len(group):.1f} %" if group else "–"


# --- speed ------------------------------------------------------------------------------------------


def print_speed(spec: FormSpec, material: Material) -> tuple[float, float]:
    """Print seconds by step; give our seconds a filled page and how many times faster that is, both medians."""
    cv2.setNumThreads(1)
    layout = lay_out(spec).layout
    pages = timed_pages(spec, layout, material)

    def read(page: PageImage) -> None:
        read_scan([page], lambda _form, _version, _variant: (spec, layout))

    def read_by_pytesseract(page: PageImage) -> None:
        pytesseract.image_to_string(Image.fromarray(page.pixels), lang="ara+fra")

    read(pages[0])
    ours, theirs, ratios = [], [], []
    with watched() as stopwatch:
        for page in pages:
            with stopwatch.running():
                before = seconds(read, page)
            whole = seconds(read_by_pytesseract, page)
            with stopwatch.running():
                after = seconds(read, page)
            ours.append((before + after) / 2)
            theirs.append(whole)
            ratios.append(whole / ours[-1])
            print(f"\r{len(ratios)} of {len(pages)} pages timed", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(f"\nfilled pages timed: {len(pages)}, each by us, by whole-page pytesseract, by us again")
    print(
        f"{'seconds a page, median (range)':<44}{spread(ours)} against {spread(theirs)}; ratio {spread(ratios)}"
    )
    for step, total in stopwatch.seconds.most_common():
        print(f"  {step:<42}{1000 * total / (2 * len(pages)):6.0f} ms")
    return statistics.median(ours), statistics.median(ratios)


def timed_pages(spec: FormSpec, layout: FormLayout, material: Material) -> list[PageImage]:
    """Filled pages across the damages."""
    blanks = blank_pages_with_answers(spec)
    filled = sorted({placement.page for placement in layout.placements})
    pages: list[PageImage] = []
    for number in range(-(-TIMED_PAGES // len(filled))):
        how = Copy(spec.id, number, TIMED_SEED, material, BY_CHANCE).how
        seed = material.seed_offset + TIMED_SEED + number
        rng, noise = random.Random(seed), np.random.default_rng(seed)
        answers = invent_answers(spec, layout, material, rng)
        typewriter = Typewriter.in_turn(material, number)
        for page in filled:
            written = type_in(blanks[page - 1], page, spec, layout, answers, typewriter, rng)
            pages.append(PageImage("bench", page, spoil(written, how, noise).pixels, how.dpi))
    return pages[:TIMED_PAGES]


def seconds(work: Callable[[PageImage], None], page: PageImage) -> float:
    """Wall time of one piece of work."""
    start = time.perf_counter()
    work(page)
    return time.perf_counter() - start


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
