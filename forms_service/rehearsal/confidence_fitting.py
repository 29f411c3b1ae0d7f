"""Learns from readings whose truth is known how far later ones can be trusted, and which to accept.

Probabilities come from isotonic regression: they never fall as the score grows, and need no formula.
A score is accepted from where, with 95 % trust, at most one reading in a thousand at or above it is
wrong.  That takes 3,000 readings without a mistake; where a group has fewer, the best that can be said
is that none was wrong, and the file says so (``proven`` is false, ``error_at_most`` is the bound).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms_service.ocr.calibration import Calibration
from forms_service.ocr.evidence import Evidence, Group

LIMIT = 0.001
"""Share of the accepted values that may be wrong."""

TRUST = 0.95
LEAST_FOR_PROOF = math.ceil(math.log(1 - TRUST) / math.log(1 - LIMIT))
LEAST_UNPROVEN = 300
"""Readings without a mistake from which a group is accepted though the limit is not proven: at most 1 % wrong."""

ONLY_PROVEN = frozenset({Group.ARABIC_NAME_ALONE, Group.ARABIC_TEXT, Group.EMAIL})
"""Where a typeface's habit has deceived all looks and nothing else would notice: only proof will do.

E-mail addresses came to it later: 624 of them faultless in the fonts calibrated on, 6 of 323 wrong in others.
"""

MARGIN = 2
"""Shares given back when a mistake ended a faultless run: the next one lies just below, seen or not."""

SHARES = tuple(number / 20 for number in range(1, 21))
"""How much of a group is tried for acceptance, the surest first; fixed beforehand, so that trying
several never finds a good one by luck: the first that fails ends the search."""

SURE = 0.9999
"""No reading is said to be surer than this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One reading and whether it was exactly right.

    Attributes:
        scan: How the page was spoilt; empty for a real one.
        typeface: What Latin letters and digits were typed in; empty for a real page.
    """

    evidence: Evidence
    right: bool
    scan: str = ""
    typeface: str = ""

    @property
    def group(self) -> Group:
        """The group it is calibrated with."""
        return self.evidence.group


def error_at_most(wrong: int, readings: int, trust: float = TRUST) -> float:
    """The greatest share of mistakes that still fits what was seen (Clopper and Pearson's upper bound)."""
    if readings == 0 or wrong >= readings:
        return 1.0
    low, high = wrong / readings, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(wrong, readings, middle) > 1 - trust:
            low = middle
        else:
            high = middle
    return high


def _at_most(wrong: int, readings: int, share: float) -> float:
    """Probability of so few mistakes at that true share."""
    if share >= 1.0:
        return 0.0
    odds = math.log(share) - math.log1p(-share) if share > 0 else -math.inf
    term = readings * math.log1p(-share)
    total = math.exp(term)
    for number in range(1, wrong + 1):
        term += math.log(readings - number + 1) - math.log(number) + odds
        total += math.exp(term)
    return total


def fit(outcomes: Iterable[Outcome]) -> dict[str, dict[str, object]]:
    """The calibration of every group, in the JSON shape that ``ocr.calibration`` reads."""
    groups: dict[Group, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(one.group, []).append(one)
    return {group.value: _fitted(groups[group]) for group in Group if group in groups}


def _fitted(outcomes: Sequence[Outcome]) -> dict[str, object]:
    clear = [one for one in outcomes if one.evidence.clear]
    doubted = [one for one in outcomes if not one.evidence.clear]
    return {
        "readings": len(outcomes),
        "right": sum(one.right for one in outcomes),
        "accept": acceptance(clear),
        "clear": steps(clear),
        "doubted": steps(doubted),
    }


def steps(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Isotonic regression by pooling neighbours: the probability of being right from each score on."""
    blocks: list[list[float]] = []  # first score, readings, right ones
    for one in sorted(outcomes, key=lambda one: one.evidence.score):
        score = one.evidence.score
        if blocks and blocks[-1][0] == score:
            blocks[-1][1] += 1
            blocks[-1][2] += one.right
        else:
            blocks.append([score, 1, float(one.right)])
    pooled: list[list[float]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            score, count, right = pooled.pop()
            pooled[-1][1] += count
            pooled[-1][2] += right
    rows: list[dict[str, object]] = []
    highest = 0.0
    for score, count, right in pooled:
        highest = max(highest, min((right + 0.5) / (count + 1), SURE))
        rows.append(
            {
                "from_score": score,
                "probability": round(highest, 4),
                "readings": int(count),
                "wrong": int(count - right),
            }
        )
    return rows


def _share(block: Sequence[float]) -> float:
    return block[2] / block[1]


def acceptance(clear: Sequence[Outcome]) -> dict[str, object]:
    """From which score on the clear readings of one group are accepted, and what is known of those."""
    tails = list(_tails(clear))
    proven = None
    for tail in (one for one in tails if one[1] >= LEAST_FOR_PROOF):
        if error_at_most(tail[2], tail[1]) > LIMIT:
            break
        proven = tail
    faultless = _faultless(tails)
    best = proven or (None if any(one.group in ONLY_PROVEN for one in clear) else faultless)
    if best is None:
        return {
            "from_score": None,
            "proven": False,
            "readings": 0,
            "wrong": 0,
            "error_at_most": 1.0,
        }
    score, readings, wrong = best
    return {
        "from_score": score,
        "proven": best is proven,
        "readings": readings,
        "wrong": wrong,
        "error_at_most": round(error_at_most(wrong, readings), 5),
    }


def _faultless(tails: Sequence[tuple[float, int, int]]) -> tuple[float, int, int] | None:
    """The laxest tail without a mistake, with a margin to the first one met; None when it is too small."""
    first = next((number for number, tail in enumerate(tails) if tail[2]), None)
    run = tails if first is None else tails[: max(first - MARGIN, 0)]
    return run[-1] if run and run[-1][1] >= LEAST_UNPROVEN else None


def _tails(clear: Sequence[Outcome]) -> Iterable[tuple[float, int, int]]:
    """(least score, readings, wrong ones) of the surest share of the readings, for every share tried."""
    scores = sorted((one.evidence.score for one in clear), reverse=True)
    for share in SHARES if scores else ():
        least = scores[math.ceil(share * len(scores)) - 1]
        tail = [one for one in clear if one.evidence.score >= least]
        yield least, len(tail), sum(not one.right for one in tail)


def accepted_in_all(outcomes: Iterable[Outcome], calibration: Calibration) -> dict[str, object]:
    """What is known of everything accepted, whatever its group: the promise is made of that."""
    accepted = [one for one in outcomes if calibration.judge(one.evidence).doubt is None]
    wrong = sum(not one.right for one in accepted)
    bound = round(error_at_most(wrong, len(accepted)), 5)
    return {"readings": len(accepted), "wrong": wrong, "error_at_most": bound}


def journal_line(form: str, copy: int, outcomes: Sequence[Outcome]) -> Mapping[str, object]:
    """One copy's outcomes, to be kept so that an interrupted run goes on where it stopped."""
    return {
        "form": form,
        "copy": copy,
        "scan": outcomes[0].scan if outcomes else "",
        "outcomes": [{"evidence": one.evidence.as_dict(), "right": one.right} for one in outcomes],
    }


def outcomes_of(line: Mapping[str, object]) -> list[Outcome]:
    """The inverse of ``journal_line``.

    Raises:
        ValueError: It is no line of a journal.
    """
    found = line.get("outcomes")
    if not isinstance(found, list):
        raise ValueError("no outcomes")
    scan = str(line.get("scan", ""))
    return [Outcome(Evidence.from_dict(one["evidence"]), one["right"] is True, scan) for one in found]
