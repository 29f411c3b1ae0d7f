"""Tells what kind of document a page is, by the words only such a document bears.

Every class lists its anchors in both languages.  Each stretch of the page is explained by the one
anchor that fits it best, so that «acte de décès» is no hint of a birth.  An anchor counts by how well
it is met, how long it is, how few classes share it and whether it stands as a title; a title names a
document, a mention in a sentence or a label hardly does.  When two classes come close, or nothing
stands out, the answer is «unknown»: a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from core.document_types import DocumentClass
from core.localized_text import Script, dominant_script
from forms_service.ocr.attachments.writing import Line

UNKNOWN = "unknown"

MIN_STRENGTH = 0.55
MIN_MARGIN = 0.35
"""The best class must leave this much less doubt than the next one, as a share of it."""

SHARED = 0.8
"""What an anchor keeps of its worth for each further class that bears it."""

SHORT_ANCHOR = 7
"""Anchors shorter than this must be met as whole words."""

MIN_LIKENESS, MIN_WORD_LIKENESS = 84.0, 80.0
FULL_LENGTH, FULL_LENGTH_AR = 24, 16
"""An anchor of this many characters is as telling as any; Arabic says the same in fewer."""

TITLE_HEIGHT = 1.15
TITLE_ZONE = 0.4

MOST_OF_A_LINE = 0.55
"""An anchor this large a share of its line is the line, though a word («copie», «حكم») stands before it."""

TITLE_WEIGHT, ALONE_WEIGHT, BEGUN_WEIGHT, MENTION_WEIGHT = 0.93, 0.6, 0.45, 0.3
"""What a perfect, long anchor is worth as a title, alone on its line, as a title's beginning, and within
a sentence."""

ISSUER_WEIGHT, STATE_WEIGHT = 0.3, 0.1
"""Who issued a paper hardly tells what it is; the kingdom's own name stands on nearly all of them."""


@dataclass(frozen=True, slots=True)
class AnchorHit:
    """One anchor met on a line: where, how well (0 to 100), and what that is worth (0.0 to 1.0)."""

    anchor: str
    line: int
    start: int
    end: int
    likeness: float
    weight: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """The class of a page, or ``unknown``, and how sure that is.

    Attributes:
        margin: How much less doubt the class leaves than the next one (0.0 to 1.0).
        strengths: For every class that bears a hint, how much its hints alone would prove.
    """

    class_id: str
    confidence: float
    margin: float = 0.0
    strengths: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the page was recognised at all."""
        return self.class_id != UNKNOWN


def recognise(
    french: Sequence[Line], arabic: Sequence[Line], classes: Mapping[str, DocumentClass]
) -> Recognition:
    """Name the class whose anchors a page bears; ``unknown`` rather than wrong."""
    evidence = _evidence(
        [
            *_explained(french, _owners((one.id, one.anchors_fr) for one in classes.values())),
            *_explained(arabic, _owners((one.id, one.anchors_ar) for one in classes.values())),
        ]
    )
    ranked = sorted(evidence.items(), key=lambda item: item[1], reverse=True)
    if not ranked:
        return Recognition(UNKNOWN, 0.0)
    best, most = ranked[0]
    next_most = ranked[1][1] if len(ranked) > 1 else 0.0
    strength, margin = 1 - exp(-most), 1 - exp(next_most - most)
    strengths = {class_id: 1 - exp(-amount) for class_id, amount in ranked}
    if strength < MIN_STRENGTH or margin < MIN_MARGIN:
        return Recognition(UNKNOWN, round(strength * margin, 3), margin, strengths)
    return Recognition(best, round(strength * margin**0.5, 3), margin, strengths)


Owners = dict[str, set[str]]


def _owners(anchors: Iterable[tuple[str, tuple[str, ...]]]) -> Owners:
    """Which classes bear each anchor."""
    owners: Owners = {}
    for class_id, words in anchors:
        for word in words:
            owners.setdefault(fold_letters(word), set()).add(class_id)
    return owners


def _explained(lines: Sequence[Line], owners: Owners) -> list[tuple[str, float]]:
    """Hints of this language: a class and what each stretch of the page says for it."""
    hits = [hit for index, line in enumerate(lines) for hit in _hits_on(index, line, owners)]
    hits.sort(key=lambda hit: len(hit.anchor) * (hit.likeness - 60), reverse=True)
    kept: list[AnchorHit] = []
    for hit in hits:
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    best: dict[str, float] = {}
    for hit in kept:
        best[hit.anchor] = max(best.get(hit.anchor, 0.0), hit.weight)
    return [
        (owner, weight * SHARED ** (len(owners[anchor]) - 1))
        for anchor, weight in best.items()
        for owner in owners[anchor]
    ]


def _hits_on(index: int, line: Line, owners: Owners) -> Iterable[AnchorHit]:
    for anchor in owners:
        met = _met(anchor, line.folded)
        if met is not None:
            likeness, start, end = met
            yield AnchorHit(anchor, index, start, end, likeness, _weight(anchor, likeness, start, line))


def _overlap(one: AnchorHit, other: AnchorHit) -> bool:
    if one.line != other.line:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0.6 * min(one.end - one.start, other.end - other.start)


def _met(anchor: str, text: str) -> tuple[float, int, int] | None:
    """How well, and where, an anchor stands in a text; numbers and short words must stand exactly."""
    if len(anchor) < SHORT_ANCHOR or any(map(str.isdigit, anchor)):
        match = re.search(rf"(?<!\w){re.escape(anchor)}(?!\w)", text)
        return (100.0, match.start(), match.end()) if match else None
    if len(text) < len(anchor) * 0.85:
        return None
    aligned = fuzz.partial_ratio_alignment(anchor, text, score_cutoff=MIN_LIKENESS)
    if aligned is None or not _begins_a_word(text, aligned.dest_start):
        return None
    last_word_ends = text.find(" ", aligned.dest_end)
    stretch = text[aligned.dest_start : last_word_ends if last_word_ends >= 0 else None]
    if not _every_word_is_met(anchor, stretch):
        return None
    return aligned.score, aligned.dest_start, aligned.dest_end


def _every_word_is_met(anchor: str, seen: str) -> bool:
    """One word of another meaning («الإجازة» for «الأجرة») outweighs the likeness of the rest."""
    return all(
        fuzz.partial_ratio(word, seen) >= MIN_WORD_LIKENESS for word in anchor.split() if len(word) >= 4
    )


def _begins_a_word(text: str, at: int) -> bool:
    return at < 2 or " " in text[at - 2 : at + 2] or not text[at - 1].isalnum()


def _weight(anchor: str, likeness: float, start: int, line: Line) -> float:
    exactness = (likeness - 60) / 40
    full_length = FULL_LENGTH_AR if dominant_script(anchor) is Script.ARAB else FULL_LENGTH
    length = 1.0 if _is_reference(anchor) else min(1.0, 0.35 + len(anchor) / full_length * 0.65)
    worth = exactness * length * _prominence(anchor, start, line)
    if _STATE.match(anchor):
        return min(STATE_WEIGHT, worth)
    return min(ISSUER_WEIGHT if _names_an_issuer(anchor) else TITLE_WEIGHT, worth)


def _prominence(anchor: str, start: int, line: Line) -> float:
    fills_line = len(anchor) >= 0.4 * len(line.folded)
    if _is_reference(anchor):
        return ALONE_WEIGHT if fills_line else MENTION_WEIGHT
    if not fills_line or (start > 2 and len(anchor) < MOST_OF_A_LINE * len(line.folded)):
        return MENTION_WEIGHT
    first = line.folded[:start].count(" ")
    words = line.capitals[first : first + anchor.count(" ") + 1]
    stands_out = (
        _reads_as_title(anchor, line)
        or line.relative_height >= TITLE_HEIGHT
        or (len(words) > 1 and all(words))
    )
    if stands_out and not line.is_label and line.relative_top < TITLE_ZONE:
        return BEGUN_WEIGHT if _goes_on(anchor, start, line.folded) else TITLE_WEIGHT
    return MENTION_WEIGHT if line.is_label or _goes_on(anchor, start, line.folded) else ALONE_WEIGHT


_TITLE_NOUNS = re.compile(r"(رسم|عقد|شهاده|حكم|اقرار|نسخه|ملخص|موجز|كشف|تصريح|ورقه)(?!\w)")


def _reads_as_title(anchor: str, line: Line) -> bool:
    """Whether a short Arabic line says what paper it is: Arabic has no capitals, and sizes vary by font."""
    return _TITLE_NOUNS.match(anchor) is not None and len(anchor) >= MOST_OF_A_LINE * len(line.folded)


def _goes_on(anchor: str, start: int, text: str) -> bool:
    """Whether a title says more than the anchor: «certificat de travail au fond» is none of work."""
    rest = [word for word in text[start + len(anchor) :].split() if sum(map(str.isalpha, word)) >= 2]
    return len(rest) >= 2


_STATE = re.compile(r"royaume|المملكه")
_ISSUERS = re.compile(
    r"(juge|ministere|tribunal|caisse|cnss|direction|office|ofppt|section|societe|banque|agence)\b"
    r"|(قاضي|القاضي|وزاره|المحكمه|الصندوق|المديريه|المدير|مكتب|قسم|البنك|الوكاله|شركه)(?!\w)"
)


def _names_an_issuer(anchor: str) -> bool:
    """Whether an anchor names an office: its letterhead stands on papers of every kind."""
    return _ISSUERS.match(anchor) is not None


def _is_reference(anchor: str) -> bool:
    """Whether an anchor is a form's printed number, which stands on nothing else."""
    return sum(map(str.isdigit, anchor)) >= 5


def _evidence(hints: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Independent hints add up, each by the logarithm of the doubt it leaves."""
    evidence: dict[str, float] = {}
    for class_id, weight in hints:
        evidence[class_id] = evidence.get(class_id, 0.0) - log(1.0 - weight)
    return evidence
