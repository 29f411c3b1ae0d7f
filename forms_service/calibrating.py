"""Calibrates what is said of readings: rehearses the published forms, and learns from what was right.

Every copy read is written to a journal at once; a run that is broken off goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import DossierError
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from forms_service.ocr.calibration import Calibration
from forms_service.ocr.evidence import Evidence, Group
from forms_service.rehearsal.calibration_report import coverage_table, reliability_plot
from forms_service.rehearsal.confidence_fitting import (
    LIMIT,
    TRUST,
    Outcome,
    accepted_in_all,
    fit,
    journal_line,
    outcomes_of,
)
from forms_service.rehearsal.degradations import HARD, PRINTED, STANDARD
from forms_service.rehearsal.material import CALIBRATING, MEASURING, Material
from forms_service.rehearsal.rehearse import rehearse_copy
from forms_service.rehearsal.typing_in import Typewriter

SCANS = (*STANDARD, *HARD, *PRINTED)
"""What is brought comes from telephones, faxes and copiers too: a score must mean the same on all of it."""

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
    """

    forms: tuple[FormSpec, ...]
    folder: Path
    copies: int
    checked: int
    seed: int

    @property
    def steps(self) -> int:
        """Copies to read in all."""
        return len(self.forms) * (self.copies + self.checked)

    def collect(self, watch: Callable[[int], None] | None = None) -> None:
        """Read every copy that the journals do not hold yet."""
        from forms_service.rehearsing import blank_pages_with_answers

        self.folder.mkdir(parents=True, exist_ok=True)
        blanks = {spec.id: blank_pages_with_answers(spec) for spec in self.forms}
        done = 0
        for material, copies in ((CALIBRATING, self.copies), (MEASURING, self.checked)):
            journal = self._journal(material)
            held = {(line["form"], line["copy"]) for line in _lines(journal)}
            for copy in range(copies):
                for spec in self.forms:
                    if (spec.id, copy) not in held:
                        seed = self._seed(material)
                        outcomes = _read_copy(spec, blanks[spec.id], copy, seed, material)
                        _append(journal, journal_line(spec.id, copy, outcomes))
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
        checked = self._outcomes(MEASURING, self.checked)
        if not learnt:
            line = f"{self.folder}: nothing was read to calibrate on"
            raise DossierError(LocalizedText(ar=line, fr=line), code="bad_input")
        data = {
            "made_by": command,
            "on": on.isoformat(),
            "material": CALIBRATING.name,
            "forms": [f"{spec.id} v{spec.version}" for spec in self.forms],
            "not_learnt_from": sorted(WORN_TYPEFACES),
            "copies_of_each": self.copies,
            "seed": self.seed,
            "readings": len(learnt),
            "of_these_judged_by_reviewers": len(real),
            "wrong_among_accepted_at_most": LIMIT,
            "trust": TRUST,
            "groups": fit(learnt),
        }
        calibration = Calibration.from_dict(data)
        data["accepted_in_all"] = accepted_in_all(learnt, calibration)
        tables = [coverage_table("Calibrated on", learnt, calibration)]
        worn = [one for one in read if _is_worn(one)]
        if worn:
            tables.append(coverage_table("Typed on a worn machine: not learnt from", worn, calibration))
        if checked:
            tables.append(coverage_table("Checked on material never calibrated on", checked, calibration))
        return [
            _write(self.folder / CONFIDENCE_FILE, json.dumps(data, indent=1) + "\n"),
            _write(self.folder / PLOT_FILE, reliability_plot(data["groups"], learnt, checked)),
            _write(self.folder / TABLE_FILE, f"# {command}\n\n" + "\n".join(tables)),
        ]

    def _seed(self, material: Material) -> int:
        return self.seed + (FRESH_SEED if material is MEASURING else 0)

    def _journal(self, material: Material) -> Path:
        return self.folder / f"readings-{material.name}-{self._seed(material)}.jsonl"

    def _outcomes(self, material: Material, copies: int) -> list[Outcome]:
        wanted = {spec.id for spec in self.forms}
        return [
            replace(one, typeface=Typewriter.in_turn(material, line["copy"]).latin.stem)
            for line in _lines(self._journal(material))
            if line["form"] in wanted and line["copy"] < copies
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


def _is_worn(one: Outcome) -> bool:
    return one.typeface in WORN_TYPEFACES and one.group in _TYPED_IN_LATIN


def _read_copy(
    spec: FormSpec, pages: Sequence[np.ndarray], copy: int, seed: int, material: Material
) -> list[Outcome]:
    from forms_service.render.layout import lay_out

    answers, _ = rehearse_copy(spec, lay_out(spec).layout, pages, copy, seed, SCANS, material)
    return [
        Outcome(Evidence.from_dict(one.read.evidence), one.exact, one.degradation)
        for one in answers
        if one.read is not None and one.read.evidence is not None
    ]


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; one that was being written when the run ended is left out."""
    if not journal.is_file():
        return
    for line in journal.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def _append(journal: Path, line: object) -> None:
    text = json.dumps(line, separators=(",", ":")) + "\n"
    held = journal.read_bytes() if journal.is_file() else b""
    if held and not held.endswith(b"\n"):  # cut short when an earlier run was broken off
        journal.write_bytes(held[: held.rfind(b"\n") + 1])
    with journal.open("a", encoding="utf-8") as file:
        file.write(text)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
