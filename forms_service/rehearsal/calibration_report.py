"""Shows what a calibration is worth: coverage and error by kind of reading and of damage, and a plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from forms_service.ocr.calibration import Calibration
from forms_service.ocr.evidence import Group
from forms_service.rehearsal.confidence_fitting import LIMIT, Outcome, error_at_most

GROUP_NAMES: Mapping[Group, str] = {
    Group.CHECKED_COMB: "combs with check digits (RIB)",
    Group.DATE: "dates",
    Group.NUMBER: "numbers in combs",
    Group.IDENTITY_NUMBER: "identity card numbers",
    Group.LATIN: "Latin text and names",
    Group.AMOUNT: "amounts",
    Group.EMAIL: "e-mail addresses",
    Group.ARABIC_CONFIRMED: "Arabic names the Latin ones confirm",
    Group.ARABIC_NAME_ALONE: "Arabic names nothing confirms",
    Group.ARABIC_TEXT: "other Arabic text",
    Group.TICK: "ticks",
    Group.SIGNATURE: "signatures",
    Group.BLANK: "blanks",
}


def coverage_table(title: str, outcomes: Sequence[Outcome], calibration: Calibration) -> str:
    """A table in Markdown: readings, accepted ones and the wrong among them, by group, damage and typeface."""
    lines = [
        f"## {title}",
        "",
        "| readings | number | exact | accepted | of these wrong | error at most (95 %) |",
        "|---|---|---|---|---|---|",
        _row("**all**", outcomes, calibration),
    ]
    lines += _rows(outcomes, calibration, lambda one: GROUP_NAMES[one.group])
    lines += ["", "| damage | number | exact | accepted | of these wrong | error at most (95 %) |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += _rows(outcomes, calibration, lambda one: one.scan or "real pages")
    lines += ["", "| typeface | number | exact | accepted | of these wrong | error at most (95 %) |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += _rows(outcomes, calibration, lambda one: one.typeface or "real pages")
    return "\n".join(lines) + "\n"


def acceptance_table(fitted: Mapping[str, Mapping[str, Any]]) -> str:
    """Why so much of each group is accepted and not more, in Markdown."""
    lines = [
        "## Why so much is accepted",
        "",
        "«Clear» readings are those that no rule doubts. «Without a mistake»: the surest share of them, down to "
        "the first mistake. A group is accepted because it keeps 1 ‰ by itself (proven), or 3 ‰ while "
        "everything accepted keeps 1 ‰ (bounded), or because its few readings hold no mistake (faultless).",
        "",
        "| readings | number | clear | of these wrong | without a mistake | accepted from | basis "
        "| error at most |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in fitted.items():
        clear = sum(row["readings"] for row in one["clear"])
        wrong = sum(row["wrong"] for row in one["clear"])
        accept = one["accept"]
        start = "–" if accept["from_score"] is None else f"{accept['from_score']:g}"
        bound = "–" if accept["from_score"] is None else f"{1000 * accept['error_at_most']:.1f} ‰"
        share = 100 * clear / one["readings"]
        lines.append(
            f"| {GROUP_NAMES[Group(name)]} | {one['readings']} | {share:.0f} % | {wrong} "
            f"| {100 * one['faultless_share']:.0f} % | {start} | {accept['basis'] or '–'} | {bound} |"
        )
    return "\n".join(lines) + "\n"


def _rows(
    outcomes: Sequence[Outcome], calibration: Calibration, aspect: Callable[[Outcome], str]
) -> list[str]:
    names = list(dict.fromkeys(aspect(one) for one in sorted(outcomes, key=lambda one: _order(one.group))))
    return [_row(name, [one for one in outcomes if aspect(one) == name], calibration) for name in names]


def _order(group: Group) -> int:
    return list(Group).index(group)


def _row(name: str, outcomes: Sequence[Outcome], calibration: Calibration) -> str:
    accepted = [one for one in outcomes if calibration.judge(one.evidence).doubt is None]
    wrong = sum(not one.right for one in accepted)
    exact = 100 * sum(one.right for one in outcomes) / len(outcomes)
    share = 100 * len(accepted) / len(outcomes)
    bound = f"{1000 * error_at_most(wrong, len(accepted)):.1f} ‰" if accepted else "–"
    return f"| {name} | {len(outcomes)} | {exact:.1f} % | {share:.0f} % | {wrong} | {bound} |"


# --- plot -------------------------------------------------------------------------------------------

_PANEL, _GAP, _LEFT, _TOP = 190, 90, 82, 84
_ROW = _PANEL + 62
_COLUMNS = 4
_DECADES = 4
"""Error is drawn on a logarithmic scale from 1 down to 1 in 10,000."""

_BINS = 8


def reliability_plot(
    fitted: Mapping[str, Mapping[str, Any]], learnt: Sequence[Outcome], checked: Sequence[Outcome]
) -> str:
    """A picture (SVG), one panel a group: share of mistakes by score, as said and as seen.

    Args:
        fitted: The groups of the calibration.
        learnt: The readings it was made from.
        checked: Readings of material it never saw; may be none.
    """
    groups = [Group(name) for name, one in fitted.items() if one["clear"]]
    rows = math.ceil(len(groups) / _COLUMNS)
    width = _LEFT + _COLUMNS * (_PANEL + _GAP)
    height = _TOP + rows * _ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="Noto Sans, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="26" font-size="16" font-weight="bold">Share of wrong readings by score</text>',
        _legend(_LEFT, 46),
    ]
    for number, group in enumerate(groups):
        x = _LEFT + (number % _COLUMNS) * (_PANEL + _GAP)
        y = _TOP + (number // _COLUMNS) * _ROW + 14
        parts.append(_panel(x, y, group, fitted[group.value], _clear(learnt, group), _clear(checked, group)))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _clear(outcomes: Iterable[Outcome], group: Group) -> list[Outcome]:
    return [one for one in outcomes if one.group is group and one.evidence.clear]


def _legend(x: float, y: float) -> str:
    items = (
        ("#1b6ca8", "said by the calibration"),
        ("#888", "seen while calibrating"),
        ("#c1440e", "seen on material never calibrated on"),
        ("#2e8b57", "accepted from here on"),
    )
    parts = []
    for colour, words in items:
        parts.append(f'<circle cx="{x + 5}" cy="{y - 4}" r="4.5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="{y}">{words}</text>')
        x += 36 + 6.1 * len(words)
    note = "Bars reach the 95 % bound; a hollow dot stands for no mistake at all. Dashes: 1 in 1,000."
    return "".join(parts) + f'<text x="{_LEFT}" y="{y + 18}" fill="#555">{note}</text>'


def _across(score: float) -> float:
    """How far to the right in its panel a score stands: the highest, where most readings are, spread out."""
    return _PANEL * (1.0 - math.sqrt(1.0 - score))


def _down(error: float) -> float:
    """How far down its panel a share of mistakes stands."""
    return _PANEL * min(-math.log10(max(error, 10.0**-_DECADES)), _DECADES) / _DECADES


def _panel(
    x: float,
    y: float,
    group: Group,
    fitted: Mapping[str, Any],
    learnt: Sequence[Outcome],
    checked: Sequence[Outcome],
) -> str:
    parts = [
        f'<text x="{x}" y="{y - 8}" font-weight="bold">{escape(GROUP_NAMES[group])}</text>',
        f'<rect x="{x}" y="{y}" width="{_PANEL}" height="{_PANEL}" fill="none" stroke="#999"/>',
    ]
    for decade in range(_DECADES + 1):
        label = "1" if decade == 0 else f"1 in {10**decade:,}"
        level = y + _PANEL * decade / _DECADES
        dash = ' stroke-dasharray="5 4"' if 10.0**-decade == LIMIT else ""
        parts.append(
            f'<line x1="{x}" y1="{level}" x2="{x + _PANEL}" y2="{level}" stroke="#ccc"{dash}/>'
            f'<text x="{x - 5}" y="{level + 4}" text-anchor="end" fill="#555">{label}</text>'
        )
    for score in (0.0, 0.5, 0.9, 1.0):
        parts.append(
            f'<text x="{x + _across(score):.1f}" y="{y + _PANEL + 15}" text-anchor="middle" '
            f'fill="#555">{score:g}</text>'
        )
    parts.append(_said(x, y, fitted["clear"]))
    parts.append(_seen(x - 2, y, learnt, "#888"))
    parts.append(_seen(x + 2, y, checked, "#c1440e"))
    start = fitted["accept"]["from_score"]
    if start is not None:
        place = x + _across(start)
        parts.append(
            f'<line x1="{place:.1f}" y1="{y}" x2="{place:.1f}" y2="{y + _PANEL}" stroke="#2e8b57" '
            'stroke-width="2"/>'
        )
    return "".join(parts)


def _said(x: float, y: float, rows: Sequence[Mapping[str, Any]]) -> str:
    points = []
    for number, row in enumerate(rows):
        end = rows[number + 1]["from_score"] if number + 1 < len(rows) else 1.0
        level = y + _down(1 - row["probability"])
        points += [f"{x + _across(one):.1f},{level:.1f}" for one in (row["from_score"], end)]
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="#1b6ca8" stroke-width="2"/>'


def _seen(x: float, y: float, outcomes: Sequence[Outcome], colour: str) -> str:
    """Equally many readings a dot, each with its bound."""
    ordered = sorted(outcomes, key=lambda one: one.evidence.score)
    parts = []
    for number in range(_BINS):
        part = ordered[number * len(ordered) // _BINS : (number + 1) * len(ordered) // _BINS]
        if len(part) < _BINS:
            continue
        wrong = sum(not one.right for one in part)
        place = x + _across(sum(one.evidence.score for one in part) / len(part))
        top = y + _down(error_at_most(wrong, len(part)))
        level = y + _down(wrong / len(part))
        fill = colour if wrong else "#fff"
        parts.append(
            f'<line x1="{place:.1f}" y1="{top:.1f}" x2="{place:.1f}" y2="{level:.1f}" stroke="{colour}"/>'
            f'<circle cx="{place:.1f}" cy="{level:.1f}" r="3" fill="{fill}" stroke="{colour}"/>'
        )
    return "".join(parts)
