"""Rehearses the reading of a form before it is printed: fill, spoil, read back, count.

The figures are strict: an answer counts as read only when its canonical value is the very one
that was typed in.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.extraction import Extraction, FieldAnswer, Verdict
from core.field_kinds.base import western_digits
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Script, dominant_script
from core.placement import FormLayout
from forms_service.ocr.page_images import PageImage
from forms_service.ocr.scan import read_scan
from forms_service.rehearsal.answers import invent_answers
from forms_service.rehearsal.degradations import STANDARD, Degradation, spoil
from forms_service.rehearsal.material import MEASURING, Material
from forms_service.rehearsal.reason_sentences import Reason
from forms_service.rehearsal.typing_in import Typewriter, type_in


@dataclass(frozen=True, slots=True)
class RehearsedAnswer:
    """One answer: what was typed in and what was read."""

    field_id: str
    kind: str
    script: str
    degradation: str
    font: str
    truth: FieldAnswer
    read: Extraction | None

    @property
    def exact(self) -> bool:
        """Whether the very value that was typed in came back; a blank must come back blank."""
        value = self.read.value if self.read else None
        return _canonical(value) == _canonical(self.truth) and self.read is not None

    @property
    def accepted(self) -> bool:
        """Whether it would be taken without a person looking."""
        return self.read is not None and self.read.verdict is not Verdict.REVIEW


def _canonical(value: FieldAnswer) -> FieldAnswer:
    if isinstance(value, str):
        value = western_digits(value)  # some Arabic fonts draw 1 as ١
    return None if value in (False, [], "") else value


@dataclass(frozen=True, slots=True)
class ReadRate:
    """How one group of answers fared."""

    answers: int
    exact: int
    accepted: int
    accepted_wrong: int

    @property
    def exact_share(self) -> float:
        """Share of answers read exactly."""
        return self.exact / self.answers if self.answers else 0.0

    def cells(self) -> tuple[tuple[str, int], ...]:
        """Answers, exact, accepted and of these wrong as a table shows them, with the columns' widths."""
        accepted = f"{100 * self.accepted / self.answers:.0f} %" if self.answers else "–"
        exact = f"{100 * self.exact_share:.1f} %"
        return (str(self.answers), 8), (exact, 9), (accepted, 10), (str(self.accepted_wrong), 16)

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "answers": self.answers,
            "exact": self.exact,
            "exact_share": round(self.exact_share, 4),
            "accepted": self.accepted,
            "accepted_wrong": self.accepted_wrong,
        }


@dataclass(frozen=True)
class RehearsalReport:
    """How well each field of a form is read back.

    Attributes:
        reasons: Why a field is read poorly and what to do, by field.
    """

    form_id: str
    version: int
    forms: int
    material: str
    degradations: tuple[str, ...]
    pages_lost: int
    answers: tuple[RehearsedAnswer, ...] = field(repr=False)
    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)

    @property
    def overall(self) -> ReadRate:
        """All answers together."""
        return _rate(self.answers)

    def by(self, aspect: Callable[[RehearsedAnswer], str]) -> dict[str, ReadRate]:
        """The answers grouped by any aspect, in the order met."""
        groups: dict[str, list[RehearsedAnswer]] = defaultdict(list)
        for answer in self.answers:
            groups[aspect(answer)].append(answer)
        return {name: _rate(group) for name, group in groups.items()}

    def table_rows(self) -> list[tuple[str, str, str, str, str]]:
        """Rows of (group, answers, exact, taken without review, of these wrong), worst fields last."""
        rows = [_row("all fields", self.overall)]
        rows += [_row(f"kind {name}", rate) for name, rate in sorted(self.by(_kind).items())]
        rows += [_row(f"scan {name}", rate) for name, rate in self.by(lambda one: one.degradation).items()]
        fields = self.by(lambda one: one.field_id)
        rows += [
            _row(name, rate) for name, rate in sorted(fields.items(), key=lambda item: -item[1].exact_share)
        ]
        return rows

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "form": self.form_id,
            "version": self.version,
            "forms": self.forms,
            "material": self.material,
            "degradations": list(self.degradations),
            "pages_lost": self.pages_lost,
            "overall": self.overall.as_dict(),
            "kinds": {name: rate.as_dict() for name, rate in self.by(_kind).items()},
            "scans": {name: rate.as_dict() for name, rate in self.by(lambda one: one.degradation).items()},
            "fields": {
                name: {
                    **rate.as_dict(),
                    "reasons": [one.as_dict() for one in self.reasons.get(name, ())],
                }
                for name, rate in self.by(lambda one: one.field_id).items()
            },
        }


def _kind(answer: RehearsedAnswer) -> str:
    if answer.kind in ("text", "address", "city", "country", "office_text") and answer.script != "any":
        return f"{answer.kind} ({answer.script})"
    return answer.kind


def _rate(answers: Iterable[RehearsedAnswer]) -> ReadRate:
    group = list(answers)
    return ReadRate(
        len(group),
        sum(one.exact for one in group),
        sum(one.accepted for one in group),
        sum(one.accepted and not one.exact for one in group),
    )


def _row(name: str, rate: ReadRate) -> tuple[str, str, str, str, str]:
    answers, exact, accepted, wrong = (cell for cell, _ in rate.cells())
    return name, answers, exact, accepted, wrong


def rehearse(
    spec: FormSpec,
    layout: FormLayout,
    page_images: Sequence[np.ndarray],
    forms: int = 9,
    seed: int = 1,
    degradations: Sequence[Degradation] = STANDARD,
    material: Material = MEASURING,
    watch: Callable[[int], None] | None = None,
) -> RehearsalReport:
    """Fill ``forms`` copies of a form with invented answers, spoil and read them.

    Args:
        spec: The form.
        layout: Where its answers sit.
        page_images: Its blank pages in order, gray, with corner marks and page code.
        forms: Copies; they take the degradations in turn.
        seed: Another seed gives other answers, fonts and damage.
        degradations: How the copies are spoilt.
        material: Fonts and answers; figures worth quoting come from ``MEASURING``.
        watch: Told the number of copies done.
    """
    answers: list[RehearsedAnswer] = []
    lost = 0
    for copy in range(forms):
        done = rehearse_copy(spec, layout, page_images, copy, seed, degradations, material)
        answers += done[0]
        lost += done[1]
        if watch:
            watch(copy + 1)
    names = tuple(one.name for one in degradations)
    return RehearsalReport(spec.id, spec.version, forms, material.name, names, lost, tuple(answers))


def rehearse_copy(
    spec: FormSpec,
    layout: FormLayout,
    page_images: Sequence[np.ndarray],
    copy: int,
    seed: int,
    degradations: Sequence[Degradation] = STANDARD,
    material: Material = MEASURING,
) -> tuple[list[RehearsedAnswer], int]:
    """The answers of one of ``rehearse``'s copies, whichever were done before, and its pages lost."""
    how = degradations[copy % len(degradations)]
    typewriter = Typewriter.in_turn(material, copy)
    return _one_copy(spec, layout, page_images, how, material, typewriter, seed * 1000 + copy)


def _one_copy(
    spec: FormSpec,
    layout: FormLayout,
    page_images: Sequence[np.ndarray],
    how: Degradation,
    material: Material,
    typewriter: Typewriter,
    seed: int,
) -> tuple[list[RehearsedAnswer], int]:
    rng = random.Random(material.seed_offset + seed)  # noqa: S311  repeatable, not secret
    noise = np.random.default_rng(material.seed_offset + seed)
    truth = invent_answers(spec, layout, material, rng)
    images = []
    for number, blank in enumerate(page_images, start=1):
        filled = type_in(blank, number, spec, layout, truth, typewriter, rng)
        images.append(PageImage("rehearsal", number, spoil(filled, how, noise).pixels, how.dpi))
    reading = read_scan(images, lambda _form, _version, _variant: (spec, layout))
    answers = [
        _answer(spec.field(field_id), value, reading.fields.get(field_id), how, typewriter)
        for field_id, value in truth.items()
    ]
    return answers, sum(not page.registered for page in reading.pages)


def _answer(
    spec: FieldSpec,
    truth: FieldAnswer,
    read: Extraction | None,
    how: Degradation,
    typewriter: Typewriter,
) -> RehearsedAnswer:
    script = dominant_script(truth) if isinstance(truth, str) else Script.ANY
    font = typewriter.arabic.stem if script is Script.ARAB else typewriter.latin.stem
    return RehearsedAnswer(spec.id, spec.kind, script.value, how.name, font, truth, read)
