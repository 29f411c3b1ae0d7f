"""Tells an author why a field will be read poorly, and what to do about it before anything is printed.

Some reasons are seen on the paper itself: cells too narrow, letters too small, a printed line too
near.  Others only the rehearsal shows: the characters that were taken for others, the scans on which
the field failed, why its readings would wait for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np

from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, Script
from core.placement import PAGE_WIDTH_MM, BoxMm, FormLayout, Placement, WidgetKind
from forms_service.ocr.doubts import DOUBT_SENTENCES, Doubt
from forms_service.rehearsal.doubts_in_english import ENGLISH_DOUBTS
from forms_service.rehearsal.reason_sentences import ALONE_IN_ITS_SCRIPT, SENTENCES, Reason, reason
from forms_service.rehearsal.rehearse import RehearsalReport, RehearsedAnswer
from forms_service.rehearsal.typing_in import UPRIGHT_SHARE

LEAST_CELL_MM = 4.0
LEAST_LATIN_MM = 1.4
LEAST_ARABIC_MM = 1.8
"""Height of an upright letter below which reading fails; an alef of 1.8 mm is read about half the time."""

LEAST_SHRUNK_MM = 1.0
"""Typewriters shrink what is too long for its box; smaller than this it is lost."""

LEAST_TICK_MM = 3.0
LEAST_GAP_MM = 0.8
"""Between two boxes, or a box and a printed line: nearer, a page laid 0.3 mm off mistakes one for the other."""

_LETTER_WIDTH = 0.74
_MARGIN_MM = 2.4
"""A typed letter's width in uprights, and what a typewriter leaves free in a box."""

_LINE_SHARE = 0.6
_DARK = 140
_OWN_OUTLINE_MM = 0.35
_SHOWN = 3


def reasons_of(
    spec: FormSpec, layout: FormLayout, blanks: Sequence[np.ndarray], report: RehearsalReport
) -> dict[str, tuple[Reason, ...]]:
    """The reasons by field, for every field that has any.

    Args:
        blanks: The blank pages in order, gray.
    """
    answers: dict[str, list[RehearsedAnswer]] = {}
    for one in report.answers:
        answers.setdefault(one.field_id, []).append(one)
    found = {}
    for field_id in dict.fromkeys(place.field_id for place in layout.placements):
        field = spec.field(field_id)
        rehearsed = answers.get(field_id, [])
        reasons = [*_of_paper(field, layout, blanks, rehearsed), *_of_readings(field, rehearsed)]
        if reasons:
            found[field_id] = tuple({one.code: one for one in reversed(reasons)}.values())[::-1]
    return found


# --- what the paper shows ----------------------------------------------------------------------------


def _of_paper(
    field: FieldSpec, layout: FormLayout, blanks: Sequence[np.ndarray], rehearsed: list[RehearsedAnswer]
) -> Iterator[Reason]:
    for place in layout.of_field(field.id):
        if place.widget is WidgetKind.TICK:
            if place.box.width < LEAST_TICK_MM:
                yield reason("tick_small", size=f"{place.box.width:.1f}", least=f"{LEAST_TICK_MM:g}")
        elif place.comb:
            cell = place.box.width / place.comb
            if cell < LEAST_CELL_MM:
                yield reason("cells_narrow", size=f"{cell:.1f}", least=f"{LEAST_CELL_MM:g}")
        elif place.widget is WidgetKind.TEXT:
            yield from _of_line(field, place, rehearsed)
        yield from _neighbours(place, layout)
        if place.page <= len(blanks) and _line_near(blanks[place.page - 1], place.frame or place.box):
            yield reason("line_near", least=f"{LEAST_GAP_MM:g}")


def _of_line(field: FieldSpec, place: Placement, rehearsed: list[RehearsedAnswer]) -> Iterator[Reason]:
    upright = place.box.height / place.lines * UPRIGHT_SHARE
    arabic = field.script is not Script.LATN
    least = LEAST_ARABIC_MM if arabic else LEAST_LATIN_MM
    if upright < least:
        need = least / UPRIGHT_SHARE
        code = "arabic_small" if arabic else "letters_small"
        yield reason(code, size=f"{upright:.1f}", least=f"{least:g}", need=f"{need:.1f}")
        return
    words = [one.truth for one in rehearsed if isinstance(one.truth, str)]
    longest = max([*map(len, words), field.max_length or 0], default=0)
    room = (place.box.width - _MARGIN_MM) / (_LETTER_WIDTH * upright)
    shrunk = upright * min(room / max(longest / place.lines, 1), 1.0)
    if shrunk < LEAST_SHRUNK_MM:
        fits = int(place.lines * (place.box.width - _MARGIN_MM) / (_LETTER_WIDTH * LEAST_LATIN_MM))
        yield reason("too_long", letters=longest, fits=fits, size=f"{max(shrunk, 0):.1f}")


def _neighbours(place: Placement, layout: FormLayout) -> Iterator[Reason]:
    own = place.frame or place.box
    for other in layout.on_page(place.page):
        frame = other.frame or other.box
        if other.field_id == place.field_id or frame == own:
            continue
        across = max(frame.x - own.right, own.x - frame.right)
        down = max(frame.y - own.bottom, own.y - frame.bottom)
        gap = max(across, down)
        if 0.01 < gap < LEAST_GAP_MM:
            yield reason("box_near", other=other.field_id, size=f"{gap:.1f}", least=f"{LEAST_GAP_MM:g}")


def _line_near(blank: np.ndarray, frame: BoxMm) -> bool:
    """Whether a line that is not the box's own runs along one of its sides, very near."""
    scale = blank.shape[1] / PAGE_WIDTH_MM
    near, far = _OWN_OUTLINE_MM, LEAST_GAP_MM
    inner_x = slice(round((frame.x + 1) * scale), round((frame.right - 1) * scale))
    inner_y = slice(round((frame.y + 1) * scale), round((frame.bottom - 1) * scale))

    def band(start: float, end: float) -> slice:
        return slice(max(round(start * scale), 0), max(round(end * scale), 1))

    sides = (
        blank[band(frame.y - far, frame.y - near), inner_x],
        blank[band(frame.bottom + near, frame.bottom + far), inner_x],
        blank[inner_y, band(frame.x - far, frame.x - near)].T,
        blank[inner_y, band(frame.right + near, frame.right + far)].T,
    )
    return any(side.size and (side < _DARK).mean(axis=1).max() > _LINE_SHARE for side in sides)


# --- what the rehearsal showed -----------------------------------------------------------------------


def _of_readings(field: FieldSpec, rehearsed: list[RehearsedAnswer]) -> Iterator[Reason]:
    wrong = [one for one in rehearsed if not one.exact]
    if wrong:
        yield from _confused(field, wrong)
        hows = Counter(one.degradation for one in wrong)
        tried = Counter(one.degradation for one in rehearsed)
        if len(hows) < len(tried):
            yield reason("fails_on", scans=_listed(f"{how} ({hows[how]}/{tried[how]})" for how in hows))
        else:
            yield reason("fails_everywhere", wrong=len(wrong), tried=len(rehearsed))
    yield from _waits(field, rehearsed)


def _confused(field: FieldSpec, wrong: Sequence[RehearsedAnswer]) -> Iterator[Reason]:
    pairs: Counter[tuple[str, str]] = Counter()
    for one in wrong:
        read = one.read.value if one.read else None
        if isinstance(one.truth, str) and isinstance(read, str):
            pairs.update(_differences(one.truth, read))
    said = [f"{true or '∅'} → {read or '∅'} ({count})" for (true, read), count in pairs.most_common(_SHOWN)]
    if said:
        yield reason("confused_in_cells" if field.comb else "confused", pairs=", ".join(said))


def _differences(truth: str, read: str) -> Iterator[tuple[str, str]]:
    for what, start, end, from_, to in SequenceMatcher(None, truth, read, autojunk=False).get_opcodes():
        if what != "equal" and max(end - start, to - from_) <= _SHOWN:
            yield truth[start:end], read[from_:to]


def _waits(field: FieldSpec, rehearsed: Sequence[RehearsedAnswer]) -> Iterator[Reason]:
    """Why most of its readings would wait for a person, if they would."""
    waiting = [one.read for one in rehearsed if one.read is not None and not one.accepted]
    if 2 * len(waiting) <= len(rehearsed):
        return
    code, count = Counter(one.reason or Doubt.LOW_CONFIDENCE.value for one in waiting).most_common(1)[0]
    english, french, arabic = SENTENCES["waits"]
    doubt = Doubt(code)
    why, told = ENGLISH_DOUBTS[doubt], DOUBT_SENTENCES[doubt]
    if doubt is Doubt.NOT_CORROBORATED and not field.twin:
        why, told = ALONE_IN_ITS_SCRIPT
    values = {"waiting": len(waiting), "tried": len(rehearsed), "count": count}
    yield Reason(
        "waits",
        english.format(why=why, **values),
        LocalizedText(ar=arabic.format(why=told.ar, **values), fr=french.format(why=told.fr, **values)),
        mendable=False,
    )


def _listed(names: Iterator[str]) -> str:
    shown = [*names]
    more = f", … (+{len(shown) - _SHOWN})" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def worst_first(report: RehearsalReport) -> list[str]:
    """The fields that were misread or have a reason to be, the worst first."""
    rates = report.by(lambda one: one.field_id)
    shown = [name for name, rate in rates.items() if rate.exact < rate.answers or report.reasons.get(name)]
    return sorted(
        shown, key=lambda name: (rates[name].exact_share, rates[name].accepted / rates[name].answers)
    )
