"""Measures how attachments are recognised and read, on wordings, fonts, people and damage kept for measuring.

    make bench-attachments                   # every measuring wording once
    COPIES=3 SEED=9 make bench-attachments   # narrower margins, other lots
    SET=tuning make bench-attachments        # what the readers are adjusted on
    SET=proving make bench-attachments       # for the last proof only
    KEEP=FOLDER make bench-attachments       # keeps every page's reading there and goes on where it was stopped

A page counts as recognised when it is given its class, as unknown when it is left to a person, as wrong when
it is given another class.  A fact counts as exact when it is the written one but for accents, case, hamza and
the order of a person's names; «sure and wrong» are wrong facts that claim a confidence of at least 0.9.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import hashlib
import pickle
import resource
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.dates_in_text import fold_letters
from core.document_types import DocumentTypes
from forms_service.ocr.attachments import read_attachment
from forms_service.ocr.attachments.reader import AttachmentReading
from forms_service.ocr.page_images import PageImage
from forms_service.spec_catalogue import SpecCatalogue
from samples.drawing.varied_papers import (
    ATTACHMENT_SETS,
    VariedPaper,
    vary_papers,
)

ON = date(2026, 3, 1)
SURE = 0.9
NAMES = ("name", "last", "first", "husband", "wife", "father", "mother", "child")


@dataclass(slots=True)
class Count:
    """What became of the pages of one group, and of their facts."""

    recognised: int = 0
    unknown: int = 0
    wrong: int = 0
    exact: int = 0
    missing: int = 0
    misread: int = 0
    sure_and_wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """One line of the table."""
        pages, facts = self.recognised + self.unknown + self.wrong, self.exact + self.missing + self.misread
        share = f"{100 * self.exact / facts:5.1f} %" if facts else "      –"
        mean = sum(self.seconds) / len(self.seconds) if self.seconds else 0.0
        return (
            f"{name:<28}{pages:>6}{self.recognised:>12}{self.unknown:>9}{self.wrong:>7}{facts:>8}"
            f"{self.exact:>7} {share}{self.missing:>9}{self.misread:>7}{self.sure_and_wrong:>16}{mean:>8.2f}"
        )


HEAD = (
    f"{'':<28}{'pages':>6}{'recognised':>12}{'unknown':>9}{'wrong':>7}{'facts':>8}{'exact':>7}{'':>8}"
    f"{'missing':>9}{'wrong':>7}{'sure and wrong':>16}{'s/page':>8}"
)


def main() -> None:
    """Print the tables by class, by fact and by damage."""
    material = ATTACHMENT_SETS[os.environ.get("SET", "measuring")]
    copies, seed = int(os.environ.get("COPIES", "1")), int(os.environ.get("SEED", "2026"))
    verbose = "VERBOSE" in os.environ
    types = SpecCatalogue.load().types
    by_class, by_damage, by_hand = (defaultdict(Count) for _ in range(3))
    by_fact: dict[str, Count] = defaultdict(Count)
    whole = Count()
    for paper in vary_papers(material, copies, seed, os.environ.get("ONLY")):
        reading, seconds = read_or_recall(paper, types, f"{material.name} {seed}")
        name = paper.class_id if paper.facts else f"stranger: {paper.name}"
        written = "filled by hand" if paper.hand else "printed"
        groups = (by_class[name], by_damage[paper.damage], by_hand[written], whole)
        for group in groups:
            count_page(group, paper, reading, seconds)
        for fact, true in paper.facts.items():
            if fact in {one.id for one in types.classes[paper.class_id].facts}:
                fate = count_fact((*groups, by_fact[fact]), fact, true, reading)
                if verbose and fate != "exact":
                    read, sure = reading.facts.get(fact), reading.fact_confidences.get(fact)
                    print(f"  {name} [{paper.damage}] {fact}: {true!r} -> {read!r} ({sure})", flush=True)
        if verbose and reading.class_id != paper.class_id:
            print(f"  {name} [{paper.damage}] taken for {reading.class_id} ({reading.confidence:.2f})")
    print_tables(material.name, copies, seed, by_class, by_damage, by_hand, by_fact, whole)


def read_or_recall(paper: VariedPaper, types: DocumentTypes, run: str) -> tuple[AttachmentReading, float]:
    """Read a page, or give what an interrupted run had read from the very same picture; seconds of processor."""
    kept = None
    if "KEEP" in os.environ:
        seen = hashlib.sha256(run.encode() + paper.pixels.tobytes()).hexdigest()
        kept = Path(os.environ["KEEP"]) / f"{seen}.pickle"
        if kept.is_file():
            return pickle.loads(kept.read_bytes())
    start = processor_seconds()
    reading = read_attachment([PageImage("bench.png", 1, paper.pixels, None)], types, on=ON)
    read = reading, processor_seconds() - start
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(read))
    return read


def processor_seconds() -> float:
    """What this process and its finished children have used: the same on a busy machine as on an idle one."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def count_page(group: Count, paper: VariedPaper, reading: AttachmentReading, seconds: float) -> None:
    """Add one page; a stranger is recognised when it is called unknown."""
    group.seconds.append(seconds)
    if reading.class_id == paper.class_id:
        group.recognised += 1
    elif reading.class_id == "unknown":
        group.unknown += 1
    else:
        group.wrong += 1


def count_fact(groups: Iterable[Count], fact: str, true: object, reading: AttachmentReading) -> str:
    """Add one fact of a page that truly bears it; gives what became of it."""
    read = reading.facts.get(fact)
    fate = "missing"
    if read is not None:
        fate = "exact" if is_same(fact, str(read), str(true)) else "misread"
    sure = fate == "misread" and reading.fact_confidences.get(fact, 0.0) >= SURE
    for group in groups:
        setattr(group, fate, getattr(group, fate) + 1)
        group.sure_and_wrong += sure
    return fate


def is_same(fact: str, read: str, true: str) -> bool:
    """Whether a reading is what stands on the page."""
    if fact.removesuffix(".ar") in NAMES:
        return sorted(fold_letters(read).split()) == sorted(fold_letters(true).split())
    if fact == "income":
        return float(read) == float(true)
    return read.replace(" ", "") == true.replace(" ", "")


def print_tables(
    name: str,
    copies: int,
    seed: int,
    by_class: Mapping[str, Count],
    by_damage: Mapping[str, Count],
    by_hand: Mapping[str, Count],
    by_fact: Mapping[str, Count],
    whole: Count,
) -> None:
    """Print every table, then the line that checks read."""
    print(f"\nset «{name}», {copies} copies of each wording, seed {seed}\n{HEAD}")
    for groups in (by_class, by_damage, by_hand):
        for group in sorted(groups):
            print(groups[group].row(group))
        print()
    print(f"{'fact':<28}{'written':>8}{'exact':>7}{'missing':>9}{'wrong':>7}{'sure and wrong':>16}")
    for fact in sorted(by_fact):
        one = by_fact[fact]
        written = one.exact + one.missing + one.misread
        print(f"{fact:<28}{written:>8}{one.exact:>7}{one.missing:>9}{one.misread:>7}{one.sure_and_wrong:>16}")
    print(f"\n{HEAD}\n{whole.row('all')}")
    facts = max(1, whole.exact + whole.missing + whole.misread)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pages = max(1, len(whole.seconds))
    print(
        f"attachments: {100 * whole.recognised / pages:.1f} % right, {100 * whole.wrong / pages:.1f} % wrong, "
        f"facts {100 * whole.exact / facts:.1f} % exact, {100 * whole.misread / facts:.1f} % wrong, "
        f"{sum(whole.seconds) / pages:.2f} s/page, {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
