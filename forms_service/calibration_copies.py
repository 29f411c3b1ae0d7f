"""Fills, spoils and reads the copies that a calibration or a measurement needs, on several cores at once.

What is read of a copy depends on its form, its number, the seed and the material alone, so it is the
same whichever process reads it and whatever was read before.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.form_spec import FormSpec
from core.placement import FormLayout
from forms_service.ocr.calibration import FILE as CONFIDENCE
from forms_service.ocr.evidence import Evidence
from forms_service.rehearsal.confidence_fitting import Outcome
from forms_service.rehearsal.degradations import HARD, PRINTED, STANDARD, Degradation
from forms_service.rehearsal.drawn_damage import drawn_degradation
from forms_service.rehearsal.material import PROVING, Material
from forms_service.rehearsal.rehearse import RehearsedAnswer, rehearse_copy

SCANS = (*STANDARD, *HARD, *PRINTED)
"""What is brought comes from telephones, faxes and copiers too: a score must mean the same on all of it."""


_PACKAGE = Path(__file__).parent
_DECIDING = ("core", "form_specs", "forms_service/ocr", "forms_service/rehearsal", "forms_service/render")


def what_reads(*, confidence: bool = True) -> str:
    """A digest of everything that decides what is read, so that older readings are never taken for new ones.

    Args:
        confidence: Whether the calibration in force counts too; it decides what is accepted, not what is read.
    """
    digest = hashlib.sha256()
    for folder in _DECIDING:
        for path in sorted((_PACKAGE.parent / folder).rglob("*")):
            if not path.is_file() or "__pycache__" in path.parts:
                continue
            if confidence or path != CONFIDENCE:
                digest.update(str(path.relative_to(_PACKAGE.parent)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of one form that is filled, spoilt and read.

    Attributes:
        by_chance: Whether its damage is drawn by chance; where final figures are made it always is.
    """

    form_id: str
    number: int
    seed: int
    material: Material
    by_chance: bool = False

    @property
    def how(self) -> Degradation:
        """How it is spoilt: by the list in turn, or by chance, and then in every material otherwise."""
        if self.by_chance or self.material.name == PROVING.name:
            return drawn_degradation(self.material.seed_offset + self.seed, self.number)
        return SCANS[self.number % len(SCANS)]


class CopyReader:
    """Reads copies of some forms, whose blanks it prints once."""

    def __init__(self, forms: Sequence[FormSpec]) -> None:
        from forms_service.rehearsing import blank_pages_with_answers
        from forms_service.render.layout import lay_out

        self._forms: dict[str, tuple[FormSpec, FormLayout, list[np.ndarray]]] = {
            spec.id: (spec, lay_out(spec).layout, blank_pages_with_answers(spec)) for spec in forms
        }

    def answers(self, copy: Copy) -> list[RehearsedAnswer]:
        """What was typed into one copy, and what was read of it."""
        spec, layout, blanks = self._forms[copy.form_id]
        answers, _ = rehearse_copy(spec, layout, blanks, copy.number, copy.seed, (copy.how,), copy.material)
        return answers


def outcomes(answers: Iterable[RehearsedAnswer]) -> list[Outcome]:
    """Every reading that left evidence, and whether it was right."""
    return [
        Outcome(Evidence.from_dict(one.read.evidence), one.exact, one.degradation)
        for one in answers
        if one.read is not None and one.read.evidence is not None
    ]


def read_copies(
    forms: Sequence[FormSpec], copies: Sequence[Copy], processes: int
) -> Iterator[tuple[Copy, list[RehearsedAnswer]]]:
    """Read the copies and give each as soon as it is read, in any order.

    Args:
        processes: How many read at once.
    """
    if not copies:
        return
    if processes == 1 or len(copies) == 1:
        reader = CopyReader(forms)
        for copy in copies:
            yield copy, reader.answers(copy)
        return
    # Fresh processes: the recognisers' libraries do not survive a fork of what has used them.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (tuple(forms),)) as pool:
        under_way = {pool.submit(_read, copy): copy for copy in copies}
        try:
            for done in as_completed(under_way):
                yield under_way[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_reader: CopyReader | None = None
"""This process's own, where several read at once."""


def _begin(forms: tuple[FormSpec, ...]) -> None:
    import cv2

    global _reader
    cv2.setNumThreads(1)
    _reader = CopyReader(forms)


def _read(copy: Copy) -> list[RehearsedAnswer]:
    if _reader is None:
        raise RuntimeError("the process was not begun")
    return _reader.answers(copy)
