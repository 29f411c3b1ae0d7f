"""Calibrates what is said of readings: rehearses the published forms, and learns from what was right.

Every copy read is written to a journal at once; a run that is broken off goes on where it stopped.
What is concluded does not depend on how many processes read, nor on which of them was done first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import DossierError
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from forms_service.calibration_copies import Copy, outcomes, read_copies, what_reads
from forms_service.ocr.calibration import Calibration, recognisers
from forms_service.ocr.evidence import Evidence, Group
from forms_service.rehearsal.calibration_report import acceptance_table, coverage_table, reliability_plot
from forms_service.rehearsal.confidence_fitting import (
    GROUP_LIMIT,
    LIMIT,
    TRUST,
    Outcome,
    accepted_in_all,
    fit,
    journal_line,
    outcomes_of,
)
from forms_service.rehearsal.material import CALIBRATING, MEASURING, PROVING, Material
from forms_service.rehearsal.typing_in import Typewriter

CHECKED_ON = {material.name: material for material in (MEASURING, PROVING)}
"""Material to see on what a calibration is worth; final figures come from ``PROVING``."""

WORN_TYPEFACES = frozenset({"GNUTypewriter"})
"""Imitations of worn machines: read and shown apart, but not learnt from.

Few forms are typed on such machines; learnt from like any other typeface, a quarter of the pages here
would be, and they alone would decide what is accepted of all.
"""

_TYPED_IN_LATIN = frozenset(
    {
        *(Group.CHECKED_COMB, Group.DATE, Group.NUMBER, Group.IDENTITY_NUMBER),
        *(Group.LATIN, Group.AMOUNT, Group.EMAIL),
    }
)
_TYPED_IN_ARABIC = frozenset({Group.ARABIC_CONFIRMED, Group.ARABIC_NAME_ALONE, Group.ARABIC_TEXT})

FRESH_SEED = 500
"""Added for the check: authors rehearse with low seeds, and what they saw is not fresh any more."""

CONFIDENCE_FILE, PLOT_FILE, TABLE_FILE = "confidence.json", "reliability.svg", "coverage.md"


@dataclass(frozen=True, slots=True)
class Calibrating:
    """One calibration: which copies are read, and where its journal and results are kept.

    Attributes:
        copies: Copies of every form to calibrate on.
        checked: Copies of every form of material that is never calibrated on, to see what it is worth.
        seed: Another seed gives other answers, fonts and damage.
        check_on: That other material.
        processes: How many copies are read at once.
        readers: What reads, by digest: a journal of other readers is never gone on with.
    """

    forms: tuple[FormSpec, ...]
    folder: Path
    copies: int
    checked: int
    seed: int
    check_on: Material = MEASURING
    processes: int = 1
    readers: str = field(default_factory=lambda: what_reads(confidence=False))

    @property
    def steps(self) -> int:
        """Copies to read in all."""
        return len(self.forms) * (self.copies + self.checked)

    def collect(self, watch: Callable[[int], None] | None = None) -> None:
        """Read every copy that the journals do not hold yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = [
            Copy(spec.id, number, self._seed(material), material)
            for material, copies in ((CALIBRATING, self.copies), (self.check_on, self.checked))
            for number in range(copies)
            for spec in self.forms
        ]
        held = {
            (material.name, line["form"], line["copy"])
            for material in (CALIBRATING, self.check_on)
            for line in _lines(self._journal(material))
        }
        for material in (CALIBRATING, self.check_on):
            _mend(self._journal(material))
        missing = [one for one in wanted if (one.material.name, one.form_id, one.number) not in held]
        done = len(wanted) - len(missing)
        if watch and done:
            watch(done)
        for copy, answers in read_copies(self.forms, missing, self.processes):
            _append(self._journal(copy.material), journal_line(copy.form_id, copy.number, outcomes(answers)))
            done += 1
            if watch:
                watch(done)

    def conclude(self, command: str, on: date, real: Sequence[Outcome] = ()) -> list[Path]:
        """Write the calibration, its plot and its tables from what the journals hold.

        Args:
            real: Readings that reviewers judged.
        """
        read = self._outcomes(CALIBRATING, self.copies)
        learnt = [*(one for one in read if not _is_worn(one)), *real]
        checked = self._outcomes(self.check_on, self.checked)
        if not learnt:
            line = f"{self.folder}: nothing was read to calibrate on"
            raise DossierError(LocalizedText(ar=line, fr=line), code="bad_input")
        data = {
            "made_by": command,
            "on": on.isoformat(),
            "material": CALIBRATING.name,
            "forms": [f"{spec.id} v{spec.version}" for spec in self.forms],
            "recognisers": recognisers(),
            "not_learnt_from": sorted(WORN_TYPEFACES),
            "copies_of_each": self.copies,
            "seed": self.seed,
            "readings": len(learnt),
            "of_these_judged_by_reviewers": len(real),
            "wrong_among_accepted_at_most": LIMIT,
            "wrong_among_accepted_of_one_kind_at_most": GROUP_LIMIT,
            "trust": TRUST,
            "groups": fit(learnt),
        }
        calibration = Calibration.from_dict(data)
        data["accepted_in_all"] = accepted_in_all(learnt, calibration)
        tables = [acceptance_table(data["groups"]), coverage_table("Calibrated on", learnt, calibration)]
        worn = [one for one in read if _is_worn(one)]
        if worn:
            tables.append(coverage_table("Typed on a worn machine: not learnt from", worn, calibration))
        if checked:
            title = f"Checked on material never calibrated on ({self.check_on.name})"
            tables.append(coverage_table(title, checked, calibration))
        return [
            _write(self.folder / CONFIDENCE_FILE, json.dumps(data, indent=1) + "\n"),
            _write(self.folder / PLOT_FILE, reliability_plot(data["groups"], learnt, checked)),
            _write(self.folder / TABLE_FILE, f"# {command}\n\n" + "\n".join(tables)),
        ]

    def _seed(self, material: Material) -> int:
        return self.seed + (0 if material is CALIBRATING else FRESH_SEED)

    def _journal(self, material: Material) -> Path:
        return self.folder / f"readings-{material.name}-{self._seed(material)}-{self.readers}.jsonl"

    def _outcomes(self, material: Material, copies: int) -> list[Outcome]:
        wanted = {spec.id: place for place, spec in enumerate(self.forms)}
        lines = [
            line
            for line in _lines(self._journal(material))
            if line["form"] in wanted and line["copy"] < copies
        ]
        lines.sort(key=lambda line: (line["copy"], wanted[line["form"]]))
        return [
            replace(one, typeface=_typeface(one, Typewriter.in_turn(material, line["copy"])))
            for line in lines
            for one in outcomes_of(line)
        ]


def read_evidence(path: Path) -> list[Outcome]:
    """What ``scan evidence`` exported: readings that reviewers accepted or corrected.

    Raises:
        DossierError: The file is something else.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        return [Outcome(Evidence.from_dict(row["evidence"]), bool(row["right"])) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        message = LocalizedText(
            ar=f"{path}: ليس ملف شواهد. ينتجه الأمر «forms-service scan evidence».",
            fr=f"{path} : ce n'est pas un fichier d'indices. La commande « forms-service scan evidence » "
            "en produit.",
        )
        raise DossierError(message, code="bad_input") from None


def _typeface(one: Outcome, typewriter: Typewriter) -> str:
    if one.group in _TYPED_IN_ARABIC:
        return typewriter.arabic.stem
    return typewriter.latin.stem if one.group in _TYPED_IN_LATIN else "not typed"


def _is_worn(one: Outcome) -> bool:
    return one.typeface in WORN_TYPEFACES


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; one that was being written when the run ended is left out."""
    if not journal.is_file():
        return
    for line in journal.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def _append(journal: Path, line: object) -> None:
    with journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")


def _mend(journal: Path) -> None:
    """Take away the line that was being written when an earlier run was broken off."""
    held = journal.read_bytes() if journal.is_file() else b""
    if held and not held.endswith(b"\n"):
        journal.write_bytes(held[: held.rfind(b"\n") + 1])


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
