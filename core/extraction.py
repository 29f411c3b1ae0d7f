"""What a machine read from paper, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.form_spec import Scalar

FieldAnswer = Scalar | list[str]


class Verdict(StrEnum):
    """What to do with a reading."""

    ACCEPT = "accept"
    REVIEW = "review"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class BoxPx:
    """A rectangle on an uploaded page image, in its own pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel: what it stands for lies outside the picture."""
        return self.right <= self.left or self.bottom <= self.top

    def as_list(self) -> list[int]:
        """The JSON shape ``[left, top, right, bottom]``."""
        return [self.left, self.top, self.right, self.bottom]


@dataclass(frozen=True, slots=True)
class Extraction:
    """One answer as a machine read it.

    Attributes:
        raw: The characters seen, before any interpretation.
        value: The interpreted answer, or None when it cannot be one.
        confidence: Probability of the value being right, 0.0 to 1.0.
        page: Index (from 0) of the page image it was read on, in the order given.
        box: The box on that image, as far as the image shows it; empty where it shows none of it.
        reason: Code of the doubt when the verdict is ``review``.
        evidence: What speaks for the reading, without anything it says.
    """

    field_id: str
    raw: str
    value: FieldAnswer
    confidence: float
    page: int
    box: BoxPx
    verdict: Verdict
    engine: str
    reason: str | None = None
    evidence: Mapping[str, object] | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of the contract."""
        return {
            "value": self.value,
            "raw": self.raw,
            "confidence": round(self.confidence, 4),
            "page": self.page,
            "box_px": self.box.as_list(),
            "verdict": self.verdict.value,
            "reason": self.reason,
        }
