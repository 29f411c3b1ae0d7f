"""References: valid as printed however they are typed, and no slip of the hand makes another one."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.receipt import REFERENCE_ALPHABET, new_reference, new_references, normalize_reference

REFERENCES = st.integers(min_value=0, max_value=2**32).map(
    lambda seed: new_reference(random.Random(seed).randrange)
)


@given(REFERENCES)
def test_new_references_are_valid_however_they_are_typed(reference: str) -> None:
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){2}[2-9A-HJKMNP-Z]{4}", reference)
    assert normalize_reference(reference) == reference
    assert normalize_reference(f" {reference.lower().replace('-', ' ')} ") == reference


@given(st.integers(min_value=0, max_value=2**32), st.text(REFERENCE_ALPHABET, max_size=3))
def test_references_of_a_series_begin_alike_and_are_all_different(seed: int, series: str) -> None:
    references = list(new_references(random.Random(seed).randrange, 30, series))
    assert len(set(references)) == 30
    assert all(normalize_reference(one) == one and one.startswith(series) for one in references)


def test_chance_that_repeats_itself_gives_no_reference_twice() -> None:
    drawn = iter([0] * 11 + [0] * 11 + [1] * 11)
    first, second = new_references(lambda _: next(drawn), 2)
    assert first != second


@pytest.mark.parametrize("series", ["RABA", "O1", "rab", "É", "A-"])
def test_a_series_that_references_cannot_begin_with_is_refused(series: str) -> None:
    with pytest.raises(ValueError, match="cannot begin"):
        new_reference(random.Random(1).randrange, series)


@given(REFERENCES, st.integers(0, 11), st.sampled_from(REFERENCE_ALPHABET))
def test_one_wrong_character_is_noticed(reference: str, place: int, other: str) -> None:
    bare = reference.replace("-", "")
    wrong = bare[:place] + other + bare[place + 1 :]
    assert (normalize_reference(wrong) is None) == (wrong != bare)


@given(REFERENCES, st.integers(0, 10))
def test_two_swapped_neighbours_are_noticed(reference: str, place: int) -> None:
    bare = reference.replace("-", "")
    swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    assert (normalize_reference(swapped) is None) == (swapped != bare)


@pytest.mark.parametrize("text", ["", "7K3Q", "0000-0000-0000", "7K3Q-9XMB-2FT\u0661", "É" * 12, "A" * 500])
def test_what_is_no_reference_is_refused(text: str) -> None:
    assert normalize_reference(text) is None
