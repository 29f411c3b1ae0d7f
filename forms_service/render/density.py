"""How generously a part of a form is set: as airy as its number of pages allows."""

from __future__ import annotations

from collections.abc import Callable

from forms_service.render.page_blocks import LayoutProblem, PlacedBlock
from forms_service.render.paper_grid import BODY_BOTTOM

Attempt = tuple[list[PlacedBlock], list[LayoutProblem]]
"""A part set at some step: its blocks in their places, and what did not fit."""

DENSITY_STEPS = 24


def most_generous(
    attempt: Callable[[int], Attempt],
) -> Attempt:
    """The last step that costs no page more than the first.

    Setting a part takes milliseconds.  Most parts fit at the very last step; for the others the step is
    guessed from the room that is left and from how fast they grow.
    """
    best = attempt(0)
    if not best[0]:
        return best
    fewest_pages = _last_page(best)
    fits, too_long = 0, DENSITY_STEPS + 1
    step, growth = DENSITY_STEPS, 0.0
    while too_long - fits > 1:
        tried = attempt(step)
        if _last_page(tried) <= fewest_pages:
            fits, best = step, tried
        else:
            too_long = step
            growth = (_length(tried) - _length(best)) / (step - fits)
        guess = fits + int(_room_left(best) / growth) if growth > 0 else (fits + too_long) // 2
        step = min(max(guess, fits + 1), too_long - 1)
    return best


def _length(tried: Attempt) -> float:
    """How long a part is, its pages put under one another without the white at their ends."""
    first_of = {}
    last_of = {}
    for placed in tried[0]:
        first_of.setdefault(placed.page, placed.y)
        last_of[placed.page] = placed.y + placed.block.height
    return sum(last_of[page] - first for page, first in first_of.items())


def _room_left(tried: Attempt) -> float:
    """White at the end of a part's last page."""
    return BODY_BOTTOM - tried[0][-1].y - tried[0][-1].block.height


def _last_page(tried: Attempt) -> int:
    return tried[0][-1].page if tried[0] else 0
