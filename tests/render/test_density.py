"""How generously a part of a form is set."""

from __future__ import annotations

import pytest

from forms_service.render.density import most_generous
from forms_service.render.page_blocks import Block, LayoutProblem, PlacedBlock


@pytest.mark.parametrize("capacity", [0, 1, 7, 8, 23, 24])
@pytest.mark.parametrize("uneven", [0.0, 3.0])
def test_a_part_is_set_at_the_last_step_that_costs_no_page(capacity: int, uneven: float) -> None:
    """Whatever the guesses, and in fewer attempts than trying every step; growth need not be even."""
    tried: list[int] = []

    def attempt(step: int) -> tuple[list[PlacedBlock], list[LayoutProblem]]:
        tried.append(step)
        height = 100.0 + 5.0 * step + uneven * (step % 3)
        if step <= capacity:
            return [PlacedBlock(Block(height), 1, 30.0)], []
        return [PlacedBlock(Block(height / 2), 1, 30.0), PlacedBlock(Block(height / 2), 2, 30.0)], []

    ((first, *rest), _) = most_generous(attempt)
    assert not rest
    assert first.block.height == 100.0 + 5.0 * capacity + uneven * (capacity % 3)
    assert len(tried) == len(set(tried)) <= 25


def test_nothing_to_set_is_set_at_once() -> None:
    assert most_generous(lambda _: ([], [])) == ([], [])
