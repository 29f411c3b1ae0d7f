"""Plots drawn by the server as SVG, mirrored for readers of Arabic; the same numbers stand in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.localized_text import Language

WIDTH, HEIGHT = 760, 240
_LEFT, _TOP, _BOTTOM = 44, 14, 30
_GAP_SHARE = 0.25
_MOST_LABELS = 12
_EVERY_ON_A_PHONE = 3
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with the words below it, in the plot's own units.

    Attributes:
        dense: Whether its words are left out where the plot is drawn small, for want of room.
    """

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    said: str
    dense: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the grid and its number."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What a template needs to draw one plot."""

    bars: tuple[Bar, ...]
    grid: tuple[Line, ...]
    number_x: float
    from_x: float
    to_x: float
    anchor: str
    width: int = WIDTH
    height: int = HEIGHT


def bar_plot(values: Sequence[tuple[str, float]], language: Language, top: int = 0) -> Plot:
    """Bars in the order of reading: the first one at the left in French, at the right in Arabic.

    Of many bars some have their words below, the last one always.

    Args:
        top: The value at the upper edge; the least round number that holds all by default.
    """
    mirrored = language is Language.AR
    top = top or _round_up(max((one for _, one in values), default=0))
    room, floor = WIDTH - _LEFT - 8, HEIGHT - _BOTTOM
    slot = room / max(1, len(values))
    every = -(-len(values) // _MOST_LABELS)
    bars = []
    for place, (label, value) in enumerate(values):
        start = _LEFT + place * slot
        x = start + slot * _GAP_SHARE / 2
        if mirrored:
            x = WIDTH - x - slot * (1 - _GAP_SHARE)
        tall = (floor - _TOP) * value / top
        width = slot * (1 - _GAP_SHARE)
        from_last = len(values) - 1 - place
        shown = label if from_last % every == 0 else ""
        said = f"{label}: {value:g}"
        bars.append(
            Bar(
                round(x, 1),
                round(floor - tall, 1),
                round(width, 1),
                round(tall, 1),
                round(x + width / 2, 1),
                shown,
                said,
                dense=len(values) > _EVERY_ON_A_PHONE and from_last // every % _EVERY_ON_A_PHONE > 0,
            )
        )
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    grid = tuple(
        Line(round(floor - (floor - _TOP) * part / parts, 1), f"{top * part / parts:g}")
        for part in range(parts + 1)
    )
    edge = WIDTH - _LEFT if mirrored else _LEFT
    return Plot(
        tuple(bars),
        grid,
        number_x=edge + 8 if mirrored else edge - 8,
        from_x=8 if mirrored else _LEFT,
        to_x=edge if mirrored else WIDTH - 8,
        anchor="start" if mirrored else "end",
    )


def _round_up(value: float) -> int:
    """The least of the numbers 1, 2, 5, 10, 20, 50 and so on that is no less."""
    scale = 1
    while True:
        for step in _STEPS:
            if value <= step * scale:
                return step * scale
        scale *= 10
