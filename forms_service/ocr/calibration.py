"""Tells from the evidence for a reading how probably it is right, and whether a person must look.

``models/confidence.json`` says which readings were right on pages read before: made by
``forms-service scan calibrate`` from material that neither the readers nor the figures in ``docs``
know, and readable by people.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forms_service.ocr.doubts import Doubt
from forms_service.ocr.evidence import Evidence, Group

FILE = Path(__file__).parent / "models" / "confidence.json"

WITHOUT_EVIDENCE = 0.5
"""Probability said of readings that were never calibrated."""

_UNCONFIRMED = frozenset({Group.ARABIC_NAME_ALONE, Group.ARABIC_TEXT})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the calibration makes of one reading.

    Attributes:
        probability: Of the value being exactly right.
        doubt: Why a person must look; None when the value may be accepted.
    """

    probability: float
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class _Steps:
    """Probability of being right by score: never falling as the score grows."""

    starts: tuple[float, ...]
    probabilities: tuple[float, ...]

    def at(self, score: float) -> float:
        return self.probabilities[max(bisect_right(self.starts, score) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What earlier readings teach about later ones.

    Attributes:
        clear: By group, the readings against which nothing but their score speaks.
        doubted: The others; they always go to a person.
        accept_from: By group, the least score at which a clear reading is accepted; a group that is
            not there is never accepted.
    """

    clear: Mapping[Group, _Steps]
    doubted: Mapping[Group, _Steps]
    accept_from: Mapping[Group, float]

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Calibration:
        """Read the JSON shape that ``scan calibrate`` writes."""
        groups = {Group(name): one for name, one in data["groups"].items()}
        return Calibration(
            {group: _steps(one["clear"]) for group, one in groups.items() if one["clear"]},
            {group: _steps(one["doubted"]) for group, one in groups.items() if one["doubted"]},
            {
                group: one["accept"]["from_score"]
                for group, one in groups.items()
                if one["accept"]["from_score"] is not None
            },
        )

    def judge(self, evidence: Evidence) -> Judgement:
        """Say how probably a reading with this evidence is right, and whether it may be accepted."""
        steps = (self.clear if evidence.clear else self.doubted).get(evidence.group)
        probability = steps.at(evidence.score) if steps else WITHOUT_EVIDENCE
        if evidence.doubt is not None:
            return Judgement(probability, Doubt(evidence.doubt))
        accept_from = self.accept_from.get(evidence.group)
        if accept_from is not None and evidence.score >= accept_from:
            return Judgement(probability, None)
        if evidence.group in _UNCONFIRMED:
            return Judgement(probability, Doubt.NOT_CORROBORATED)
        return Judgement(probability, Doubt.NOT_PROVEN if accept_from is None else Doubt.LOW_CONFIDENCE)


def _steps(rows: list[Mapping[str, Any]]) -> _Steps:
    return _Steps(
        tuple(float(one["from_score"]) for one in rows), tuple(float(one["probability"]) for one in rows)
    )


@cache
def calibration() -> Calibration:
    """The calibration in force."""
    return Calibration.from_dict(json.loads(FILE.read_text(encoding="utf-8")))


def recognisers() -> dict[str, str]:
    """The shipped recognisers by digest: a calibration made with others is out of date."""
    rows = (path.read_text(encoding="utf-8").split() for path in sorted(FILE.parent.glob("*.sha256")))
    return {name: digest for digest, name in rows}
