"""The readings that a line's scores nearly say are found, with how likely they are."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from forms_service.ocr.likely_texts import likely_classes
from forms_service.ocr.line_network import probability


def _scores(rng: np.random.Generator, columns: int, classes: int) -> np.ndarray:
    return np.log(rng.dirichlet(np.full(classes, 0.6), size=columns))


def _by_every_path(scores: np.ndarray) -> dict[tuple[int, ...], float]:
    texts: dict[tuple[int, ...], float] = defaultdict(float)
    for path in product(range(scores.shape[1]), repeat=len(scores)):
        text = tuple(c for n, c in enumerate(path) if c and (n == 0 or path[n - 1] != c))
        texts[text] += math.exp(sum(scores[n, c] for n, c in enumerate(path)))
    return texts


@pytest.mark.parametrize("seed", range(4))
def test_the_likeliest_texts_are_those_of_all_paths_together(seed):
    scores = _scores(np.random.default_rng(seed), 6, 4)
    truth = sorted(_by_every_path(scores).items(), key=lambda one: -one[1])
    found = likely_classes(scores, 400)
    assert [text for text, _ in found[:3]] == [text for text, _ in truth[:3]]
    for (_, chance), (_, right) in zip(found[:3], truth[:3], strict=True):
        assert math.exp(chance) == pytest.approx(right, rel=0.03)


def test_a_narrow_search_gives_the_sequences_own_probability():
    scores = _scores(np.random.default_rng(9), 30, 3)
    scores[:, 0] += 2.0
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    found = likely_classes(scores, 60)
    assert found == sorted(found, key=lambda one: -one[1])
    text, chance = found[0]
    assert math.exp(chance) == pytest.approx(probability(scores, np.array(text)), rel=0.1)


def test_a_letter_twice_needs_a_blank_between():
    sure = np.log(np.array([[0.01, 0.98, 0.01], [0.98, 0.01, 0.01], [0.01, 0.98, 0.01]]))
    assert likely_classes(sure, 4)[0][0] == (1, 1)
    assert likely_classes(sure[[0, 2]], 4)[0][0] == (1,)
