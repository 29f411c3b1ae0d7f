"""One stylesheet for both directions, for the night, for paper and for people whom motion makes ill."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "forms_service" / "web" / "static"
STYLE = (STATIC / "style.css").read_text(encoding="utf-8")
BARE = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL)


def test_nothing_is_placed_by_left_and_right() -> None:
    sides = re.findall(
        r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?(?:left|right)(?![\w-])",
        BARE,
    )
    assert sides == [], "use inline-start and inline-end: Arabic and French are mirror images"
    assert not re.search(r"(?<![\w-])(?:min-|max-)?(?:width|height)\s*:", re.sub(r"@media[^{]*\{", "", BARE))


def test_every_colour_of_the_day_has_one_for_the_night() -> None:
    roots = re.findall(r":root\s*\{(.*?)\}", BARE, flags=re.DOTALL)
    day, night = (dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{6})", root)) for root in roots[:2])
    same = {"--focus", "--focus-ink", "--link-on-white"}
    assert set(day) - same <= set(night)
    assert all(day[name] != night[name] for name in set(day) - same if name in night)


def test_motion_is_only_for_those_who_do_not_mind_it() -> None:
    calm = re.sub(
        r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", BARE
    )
    assert calm != BARE
    for moving in ("transition", "animation", "scroll-behavior", "@keyframes"):
        assert moving not in calm


def test_every_colour_has_a_name() -> None:
    """Outside the two palettes and the print's black on white only shades of the head's white and shadows."""
    rules = re.sub(r":root\s*\{.*?\}", "", BARE, flags=re.DOTALL).partition("@media print")[0]
    allowed = {"#fff", "#e4f0ea", "#d3e4dd", "#50605a", "#d9d5c8"}
    colours = {one for one in re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) if len(one) in (4, 7)}
    assert colours <= allowed
