"""Finds the few texts that a line's scores nearly say, not only the likeliest.

Where a network hesitates between two letters, its second reading is often the right one.  Another
witness of the same ink – a second reader, the name's other spelling – can then decide between them.
"""

from __future__ import annotations

import math

import numpy as np

LEAST_CHANCE = 2e-3
"""A class less likely than this in a column is not followed there."""

NOTHING = float("-inf")


def likely_classes(scores: np.ndarray, count: int) -> list[tuple[tuple[int, ...], float]]:
    """The likeliest sequences of classes with their log-probabilities, the best first.

    Args:
        scores: Log-probabilities, one row a column of the line, class 0 being the blank.
        count: How many are followed at once, and the most that come back.
    """
    # Of every text so far: how likely it is ending on a blank, and ending on its last character.
    ends: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, NOTHING)}
    least = math.log(LEAST_CHANCE)
    for column in scores:
        followed = [(int(n), float(column[n])) for n in np.flatnonzero(column > least)]
        reached: dict[tuple[int, ...], tuple[float, float]] = {}
        for text, (blank, letter) in ends.items():
            either = _sum(blank, letter)
            for label, chance in followed:
                if label == 0:
                    _add(reached, text, either + chance, NOTHING)
                elif text and label == text[-1]:
                    _add(reached, text, NOTHING, letter + chance)
                    _add(reached, (*text, label), NOTHING, blank + chance)
                else:
                    _add(reached, (*text, label), NOTHING, either + chance)
        best = sorted(reached.items(), key=lambda one: -_sum(*one[1]))[:count]
        ends = dict(best)
    return [(text, _sum(*likely)) for text, likely in ends.items() if _sum(*likely) > NOTHING]


def _add(
    reached: dict[tuple[int, ...], tuple[float, float]], text: tuple[int, ...], blank: float, letter: float
) -> None:
    before = reached.get(text, (NOTHING, NOTHING))
    reached[text] = _sum(before[0], blank), _sum(before[1], letter)


def _sum(one: float, other: float) -> float:
    """The logarithm of the sum of two probabilities given by their logarithms."""
    if one == NOTHING:
        return other
    return max(one, other) + math.log1p(math.exp(-abs(one - other))) if other != NOTHING else one
