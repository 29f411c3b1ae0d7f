"""Learns from readings whose truth is known how far later ones can be trusted, and which to accept.

Probabilities come from isotonic regression: they never fall as the score grows, and need no formula.
The promise, at most one wrong in a thousand, is made of everything accepted together, and must hold
with 95 % trust.  Within it a group is accepted from a score on for one of three reasons, which the file
names (``basis``; ``error_at_most`` is the bound):

- ``proven``: the group keeps the promise by itself.  That takes 3,000 readings without a mistake.
- ``bounded``: no more of the group were wrong than the promise allows, nor of the least sure tenth of what is
  accepted, three in a thousand can be ruled out, and all groups together keep the promise.
- ``faultless``: there are too few readings for either, and none was wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from forms_service.ocr.calibration import Calibration
from forms_service.ocr.evidence import Evidence, Group

LIMIT = 0.001
"""Share of the accepted values that may be wrong."""

GROUP_LIMIT = 0.003
"""Share of one group's that must be ruled out: the many sure readings of others must not hide a bad group."""

TRUST = 0.95
LEAST_FOR_PROOF = math.ceil(math.log(1 - TRUST) / math.log(1 - LIMIT))
LEAST_FOR_BOUND = math.ceil(math.log(1 - TRUST) / math.log(1 - GROUP_LIMIT))
LEAST_UNPROVEN = 300
"""Readings without a mistake from which a group is accepted though the limit is not proven: at most 1 % wrong."""

ONLY_PROVEN = frozenset({Group.ARABIC_NAME_ALONE, Group.ARABIC_TEXT})
"""Where a typeface's habit has deceived all looks and nothing else would notice: only proof will do.

E-mail addresses stood here while the looks at them were Tesseract's alone; two different readers must agree now.
"""

SEEN_AS_INK = frozenset({Group.BLANK, Group.TICK, Group.SIGNATURE})
"""Easy and many: they do not count where other groups make up for mistakes, for no form may lean on its blanks."""

MARGIN = 2
"""Shares given back where mistakes ended the search: the next one lies just below, seen or not."""

SHARES = tuple(number / 20 for number in range(1, 21))
"""How much of a group is tried for acceptance, the surest first; fixed beforehand, so that trying
several never finds a good one by luck: the first that fails ends the search."""

PROVEN, BOUNDED, FAULTLESS, NO_BASIS = "proven", "bounded", "faultless", ""

SURE = 0.9999
"""No reading is said to be surer than this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One reading and whether it was exactly right.

    Attributes:
        scan: How the page was spoilt; empty for a real one.
        typeface: What it was typed in; empty for a real page.
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
    accepted = _accepted_together({group: _clear(of_group) for group, of_group in groups.items()})
    return {group.value: _fitted(groups[group], accepted[group]) for group in Group if group in groups}


def _clear(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.evidence.clear]


def _fitted(outcomes: Sequence[Outcome], accepted: Acceptance) -> dict[str, object]:
    clear = _clear(outcomes)
    doubted = [one for one in outcomes if not one.evidence.clear]
    return {
        "readings": len(outcomes),
        "right": sum(one.right for one in outcomes),
        "faultless_share": round(faultless_share(clear), 3),
        "accept": accepted.as_dict(),
        "clear": steps(clear),
        "doubted": steps(doubted),
    }


def faultless_share(clear: Sequence[Outcome]) -> float:
    """Share of the clear readings, the surest first, before the first mistake: tells how far scores tell."""
    first_mistake = max((one.evidence.score for one in clear if not one.right), default=-1.0)
    return sum(one.evidence.score > first_mistake for one in clear) / len(clear) if clear else 0.0


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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """From which score on the clear readings of a group are accepted, why, and what is known of those."""

    from_score: float | None = None
    basis: str = NO_BASIS
    readings: int = 0
    wrong: int = 0

    @property
    def error_at_most(self) -> float:
        """The bound on its share of mistakes."""
        return error_at_most(self.wrong, self.readings)

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "from_score": self.from_score,
            "basis": self.basis,
            "proven": self.basis == PROVEN,
            "readings": self.readings,
            "wrong": self.wrong,
            "error_at_most": round(self.error_at_most, 5),
        }


def acceptance(clear: Sequence[Outcome], bounded: bool = True) -> Acceptance:
    """How much of one group is accepted.

    Args:
        bounded: Whether mistakes may be accepted that other groups make up for.
    """
    tails = list(_tails(clear))
    proven = _laxest(tails, LIMIT, LEAST_FOR_PROOF)
    if any(one.group in ONLY_PROVEN for one in clear):
        candidates = [(PROVEN, proven)]
    else:
        within = _laxest(tails, GROUP_LIMIT, LEAST_FOR_BOUND, MARGIN) if bounded else None
        candidates = [(PROVEN, proven), (BOUNDED, within), (FAULTLESS, _faultless(tails))]
    found = [(basis, tail) for basis, tail in candidates if tail is not None]
    if not found:
        return Acceptance()
    basis, (score, readings, wrong) = max(found, key=lambda one: one[1][1])
    return Acceptance(score, basis, readings, wrong)


def _accepted_together(clear: Mapping[Group, Sequence[Outcome]]) -> dict[Group, Acceptance]:
    """Every group's acceptance, so that all that is accepted of what is read keeps the promise.

    Where it does not, groups go back to what they are worth alone, the most mistaken first; where even
    faultless groups are too small together to keep it, none but the proven ones are left.
    """
    found = {group: acceptance(of_group) for group, of_group in clear.items()}
    read = [group for group in found if group not in SEEN_AS_INK]
    while error_at_most(*_sums(found[group] for group in read)) > LIMIT:
        leaning = [group for group in read if found[group].basis in (BOUNDED, FAULTLESS)]
        if not leaning:
            break
        worst = max(
            leaning,
            key=lambda group: (found[group].wrong / found[group].readings, found[group].error_at_most),
        )
        alone = acceptance(clear[worst], bounded=False)
        found[worst] = alone if found[worst].basis == BOUNDED else Acceptance()
    return found


def _sums(accepted: Iterable[Acceptance]) -> tuple[int, int]:
    everything = list(accepted)
    return sum(one.wrong for one in everything), sum(one.readings for one in everything)


_Tail = tuple[float, int, int]


def _laxest(tails: Sequence[_Tail], limit: float, least: int, margin: int = 0) -> _Tail | None:
    """The laxest tail that keeps a limit, and the promise in what was seen, as every surer one did.

    Args:
        margin: Shares given back where mistakes ended the search; and so many of the least sure shares
            must keep the promise by themselves, for in another typeface they may be far more.
    """
    large = [tail for tail in tails if tail[1] >= least]
    surer = {tail: tails[place - margin] for place, tail in enumerate(tails) if place >= margin}

    def keeps(tail: _Tail) -> bool:
        _, readings, wrong = surer.get(tail, (0.0, 0, 0)) if margin else (0.0, 0, 0)
        at_the_edge = tail[2] - wrong <= LIMIT * (tail[1] - readings)
        return at_the_edge and tail[2] <= LIMIT * tail[1] and error_at_most(tail[2], tail[1]) <= limit

    kept = list(takewhile(keeps, large))
    if len(kept) < len(large):
        kept = kept[: max(len(kept) - margin, 0)]
    return kept[-1] if kept else None


def _faultless(tails: Sequence[_Tail]) -> _Tail | None:
    """The laxest tail without a mistake, with a margin to the first one met; None when it is too small."""
    first = next((number for number, tail in enumerate(tails) if tail[2]), None)
    run = tails if first is None else tails[: max(first - MARGIN, 0)]
    return run[-1] if run and run[-1][1] >= LEAST_UNPROVEN else None


def _tails(clear: Sequence[Outcome]) -> Iterable[_Tail]:
    """(least score, readings, wrong ones) of the surest share of the readings, for every share tried."""
    ranked = sorted(((one.evidence.score, one.right) for one in clear), reverse=True)
    for share in SHARES if ranked else ():
        least = ranked[math.ceil(share * len(ranked)) - 1][0]
        tail = list(takewhile(lambda one, least=least: one[0] >= least, ranked))
        yield least, len(tail), sum(not right for _, right in tail)


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
