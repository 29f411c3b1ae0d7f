"""Reads every answer of one registered page and judges how far each reading can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.errors import InvalidValue
from core.extraction import FieldAnswer, Verdict
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Script, dominant_script
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr.arabic_reader import read_arabic
from forms_service.ocr.calibration import calibration
from forms_service.ocr.comb_reader import comb_doubt, identity_doubt, read_comb
from forms_service.ocr.crops import Ink, cut, ink_of
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import TextEngine
from forms_service.ocr.evidence import Evidence, Group, group_of
from forms_service.ocr.foreign_strokes import PALER_BY
from forms_service.ocr.known_words import settled_by_list
from forms_service.ocr.latin_reader import read_email, read_latin
from forms_service.ocr.line_reader import read_either, text_lines
from forms_service.ocr.look_alikes import IDENTITY_PLACES, mend_identity_number
from forms_service.ocr.looks import DoubtedLine, LineReading
from forms_service.ocr.name_scripts import is_same_name
from forms_service.ocr.signature_zones import Zone, read_signature
from forms_service.ocr.struck_answers import comb_is_struck, is_struck
from forms_service.ocr.struck_arabic import arabic_is_struck
from forms_service.ocr.tick_boxes import Mark, ink_level, read_tick
from forms_service.ocr.twin_names import read_twins

BOX_INSET_MM = 0.15
"""Kept clear inside an answer's box, beyond the distance the printer keeps from its outline."""


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One answer as it was read on one page.

    Attributes:
        boxes: Where it stands, in page millimetres: one box, or every tick box of a choice.
        confidence: Probability of being right, as ``calibration`` tells it from the evidence.
        doubt: Why a person must look, when the verdict is ``review``.
        evidence: What speaks for it; None where nothing was read that could be right.
    """

    field: FieldSpec
    boxes: tuple[BoxMm, ...]
    raw: str
    value: FieldAnswer
    confidence: float
    verdict: Verdict
    engine: str
    doubt: Doubt | None = None
    evidence: Evidence | None = None

    def doubted(self, doubt: Doubt) -> FieldReading:
        """The same reading, sent to a person; what is empty or doubtful already stays as it is."""
        evidence = self.evidence.doubted(doubt) if self.evidence else None
        if self.verdict is not Verdict.ACCEPT:
            return replace(self, evidence=evidence)
        confidence = min(self.confidence, 0.5)
        return replace(self, verdict=Verdict.REVIEW, doubt=doubt, confidence=confidence, evidence=evidence)

    def without_box(self) -> FieldReading:
        """The same place when its printed box was not seen: whatever is there may be no answer at all."""
        lost = replace(self, value=None, confidence=0.0, evidence=None)
        return replace(lost, verdict=Verdict.REVIEW, doubt=Doubt.BOX_NOT_SEEN)


def read_fields(
    page: np.ndarray,
    placements: Iterable[Placement],
    spec: FormSpec,
    engine: TextEngine,
    not_shown: Mapping[str, Doubt] | None = None,
) -> list[FieldReading]:
    """Read the answers of one evenly lit, rectified page, in the order of the layout.

    Args:
        not_shown: Fields that the picture does not show, with the reason; nothing is read there.
    """
    by_field: dict[str, list[Placement]] = {}
    for placement in placements:
        by_field.setdefault(placement.field_id, []).append(placement)
    readings = {
        field_id: _not_shown(spec.field(field_id), by_field[field_id], doubt, engine)
        for field_id, doubt in (not_shown or {}).items()
    }
    for field_id, places in by_field.items():
        if field_id in readings:
            continue
        field = spec.field(field_id)
        twin_places = by_field.get(field.twin or "")
        if twin_places and places[0].widget is WidgetKind.TEXT:
            twins = (field, places[0]), (spec.field(field.twin or ""), twin_places[0])
            readings.update({one.field.id: one for one in _twins(page, twins, engine)})
        else:
            readings[field_id] = _read_field(page, field, places, engine)
    return [_struck_doubted(page, by_field[field_id][0], readings[field_id]) for field_id in by_field]


def _struck_doubted(page: np.ndarray, place: Placement, reading: FieldReading) -> FieldReading:
    """The reading, for a person where a line runs through what was read: no reader can say what is meant."""
    read = reading.raw or reading.doubt is Doubt.UNREADABLE_INK
    if not read or place.widget not in (WidgetKind.TEXT, WidgetKind.COMB):
        return reading
    if place.comb:
        struck = comb_is_struck(cut(page, place.box, BOX_INSET_MM), place.comb)
    else:
        arabic = dominant_script(reading.raw) is Script.ARAB
        struck = (arabic_is_struck if arabic else is_struck)(cut(page, place.box, BOX_INSET_MM), place.lines)
    if not struck:
        return reading
    doubted, sure = reading.doubted(Doubt.STRUCK_OUT), min(reading.confidence, 0.5)
    return replace(doubted, verdict=Verdict.REVIEW, doubt=Doubt.STRUCK_OUT, confidence=sure)


def _read_field(
    page: np.ndarray, field: FieldSpec, places: list[Placement], engine: TextEngine
) -> FieldReading:
    place = places[0]
    if place.widget is WidgetKind.TICK:
        return _ticks(page, field, places)
    if place.widget is WidgetKind.SIGNATURE:
        zone = read_signature(page, place.box)
        doubt = Doubt.UNCERTAIN_SIGNATURE.value if zone is Zone.UNCERTAIN else None
        evidence = Evidence(Group.SIGNATURE, {"ink": 0.5 if doubt else 1.0}, doubt=doubt)
        anything = zone is not Zone.BLANK
        return _marked(field, (place.box,), "", anything, anything, evidence)
    if place.comb:
        return _comb(page, field, place, engine)
    return _text(page, field, place, engine)


def _comb(page: np.ndarray, field: FieldSpec, place: Placement, engine: TextEngine) -> FieldReading:
    crop = cut(page, place.box)
    mended: set[str] = set()

    def mend(text: str) -> str:
        settled = mend_identity_number(text) if field.kind == "identity_number" else text
        mended.update({settled} - {text})
        return settled

    expected = IDENTITY_PLACES if field.kind == "identity_number" else ()
    reading = read_comb(crop, place.comb or 1, engine, kind_of(field).charset, mend, expected)
    if not reading.text:
        return _blank(field, place, engine) if reading.agreed else _unread(field, place, engine)
    doubt = identity_doubt(reading) if field.kind == "identity_number" else comb_doubt(reading)
    evidence = Evidence(
        group_of(field, Script.LATN),
        {"packed_line": reading.confidence, "cells": reading.cell_confidence},
        agreed=reading.agreed,
        mended=reading.text in mended,
        doubt=doubt,
    )
    return _judged(field, place, reading.text, evidence, engine)


def _text(page: np.ndarray, field: FieldSpec, place: Placement, engine: TextEngine) -> FieldReading:
    ink = ink_of(cut(page, place.box, BOX_INSET_MM))
    if ink.bounds is None:
        return _blank(field, place, engine)
    readings = [_line(one, field, engine) for one in text_lines(ink, place.lines)]
    doubts = [reading.doubt for reading in readings if isinstance(reading, DoubtedLine)]
    raw = " ".join(reading.text for reading in readings if reading.text)
    if not raw:
        return _unread(field, place, engine)
    line = LineReading(
        raw,
        min(reading.confidence for reading in readings),
        all(reading.agreed for reading in readings),
        _strictest(readings),
        readers=_together([_readers(reading) for reading in readings]),
        mended=any(reading.mended for reading in readings),
    )
    doubt = doubts[0] if doubts else _line_doubt(line)
    return _judged(field, place, raw, _line_evidence(field, line, doubt), engine)


def _line(ink: Ink, field: FieldSpec, engine: TextEngine) -> LineReading:
    charset = kind_of(field).charset
    if field.kind == "email":
        return read_email(ink, engine, charset)
    if field.script is Script.ARAB:
        return settled_by_list(read_arabic(ink, engine), ink)
    if field.kind == "amount":
        return read_latin(ink, engine, charset)
    if field.script is Script.LATN:
        return read_latin(ink, engine)
    return settled_by_list(read_either(ink, engine), ink)


def _line_doubt(line: LineReading) -> Doubt | None:
    if isinstance(line, DoubtedLine):
        return line.doubt
    return None if line.agreed else Doubt.READINGS_DISAGREE


def _line_evidence(
    field: FieldSpec, line: LineReading, doubt: Doubt | None, corroborated: bool = False
) -> Evidence:
    return Evidence(
        group_of(field, line.script, corroborated),
        _readers(line),
        agreed=line.agreed,
        corroborated=corroborated,
        mended=line.mended,
        doubt=doubt,
    )


def _strictest(lines: list[LineReading]) -> Script:
    """The script an answer of several lines is judged by: Arabic, which needs most proof, if any line is."""
    scripts = [line.script for line in lines]
    return Script.ARAB if Script.ARAB in scripts else scripts[0]


def _readers(line: LineReading) -> Mapping[str, float]:
    """Who read a line, each as sure as it was."""
    alone = "arabic_lines" if line.script is Script.ARAB else "tesseract"
    return line.readers or {alone: line.confidence}


def _together(lines: list[Mapping[str, float]]) -> Mapping[str, float]:
    """Who read the lines of one answer, each as sure as of the line it was least sure of."""
    names = sorted({name for line in lines for name in line})
    return {name: min(line[name] for line in lines if name in line) for name in names}


def _twins(
    page: np.ndarray,
    twins: tuple[tuple[FieldSpec, Placement], tuple[FieldSpec, Placement]],
    engine: TextEngine,
) -> list[FieldReading]:
    if twins[0][0].script is Script.ARAB:
        twins = (twins[1], twins[0])
    (latin_field, latin_place), (arabic_field, arabic_place) = twins
    frame = latin_place.frame or _around(latin_place.box, arabic_place.box)
    seen = read_twins(page, frame, engine)
    corroborated = _corroborate(seen.latin, seen.arabic)
    return [
        _twin(latin_field, latin_place, seen.latin, seen.misplaced, corroborated, engine),
        _twin(arabic_field, arabic_place, seen.arabic, seen.misplaced, corroborated, engine),
    ]


_SETTLED = (Doubt.SETTLED_BY_TWIN, Doubt.SETTLED_BY_LIST)


def _corroborate(latin: LineReading | None, arabic: LineReading | None) -> bool:
    """Whether two spellings, each read without the other, are one name."""
    if latin is None or arabic is None or _line_doubt(arabic) in _SETTLED:
        return False
    return is_same_name(latin.text, arabic.text)


def _twin(
    field: FieldSpec,
    place: Placement,
    line: LineReading | None,
    misplaced: bool,
    corroborated: bool,
    engine: TextEngine,
) -> FieldReading:
    if line is None:
        return _blank(field, place, engine)
    if not line.text:
        return _unread(field, place, engine)
    doubt = Doubt.OTHER_SCRIPT if misplaced else _line_doubt(line)
    return _judged(field, place, line.text, _line_evidence(field, line, doubt, corroborated), engine)


def _around(one: BoxMm, other: BoxMm) -> BoxMm:
    x, y = min(one.x, other.x), min(one.y, other.y)
    return BoxMm(x, y, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)


def _judged(
    field: FieldSpec, place: Placement, raw: str, evidence: Evidence, engine: TextEngine
) -> FieldReading:
    boxes = (place.box,)
    try:
        value: FieldAnswer = kind_of(field).from_paper(raw, field)
    except InvalidValue:
        doubt = Doubt(evidence.doubt) if evidence.doubt else Doubt.INVALID_VALUE
        return FieldReading(field, boxes, raw, None, 0.0, Verdict.REVIEW, engine.name, doubt)
    judged = calibration().judge(evidence)
    verdict = Verdict.REVIEW if judged.doubt else Verdict.ACCEPT
    return FieldReading(
        field, boxes, raw, value, judged.probability, verdict, engine.name, judged.doubt, evidence
    )


def _blank(field: FieldSpec, place: Placement, engine: TextEngine) -> FieldReading:
    evidence = Evidence(Group.BLANK, {"ink": 1.0})
    sure = calibration().judge(evidence).probability
    return FieldReading(field, (place.box,), "", None, sure, Verdict.EMPTY, engine.name, evidence=evidence)


def _unread(field: FieldSpec, place: Placement, engine: TextEngine) -> FieldReading:
    return FieldReading(field, (place.box,), "", None, 0.0, Verdict.REVIEW, engine.name, Doubt.UNREADABLE_INK)


def _not_shown(field: FieldSpec, places: list[Placement], doubt: Doubt, engine: TextEngine) -> FieldReading:
    boxes = tuple(place.box for place in places)
    return FieldReading(field, boxes, "", None, 0.0, Verdict.REVIEW, engine.name, doubt)


def _ticks(page: np.ndarray, field: FieldSpec, places: list[Placement]) -> FieldReading:
    marks = {place: read_tick(page, place.box) for place in places}
    inked = [place for place, reading in marks.items() if reading.mark.holds_ink]
    ticked, doubt = _meant(field, inked, {place: reading.mark for place, reading in marks.items()})
    if doubt is Doubt.SEVERAL_TICKS:
        ticked = _of_darkest_ink(page, ticked)
    boxes = tuple(place.box for place in (ticked or places))
    chosen = [place.choice for place in ticked if place.choice is not None]
    raw, value = ",".join(chosen), _tick_value(field, ticked, chosen)
    if doubt is Doubt.SEVERAL_TICKS and len(chosen) > 1:
        return FieldReading(field, boxes, raw, None, 0.0, Verdict.REVIEW, "ink", doubt)
    sure = min(reading.confidence for reading in marks.values())
    evidence = Evidence(Group.TICK, {"ink": sure}, doubt=doubt.value if doubt else None)
    return _marked(field, boxes, raw or ("✓" if ticked else ""), value, bool(ticked), evidence)


def _marked(
    field: FieldSpec,
    boxes: tuple[BoxMm, ...],
    raw: str,
    value: FieldAnswer,
    anything: bool,
    evidence: Evidence,
) -> FieldReading:
    """A tick or a signature, which needs no recogniser; nothing there at all is an empty answer."""
    judged = calibration().judge(evidence)
    verdict = Verdict.ACCEPT if anything else Verdict.EMPTY
    doubt = judged.doubt if anything or evidence.doubt else None
    if doubt is not None:
        verdict = Verdict.REVIEW
    return FieldReading(field, boxes, raw, value, judged.probability, verdict, "ink", doubt, evidence)


def _meant(
    field: FieldSpec, inked: list[Placement], marks: Mapping[Placement, Mark]
) -> tuple[list[Placement], Doubt | None]:
    """The boxes that were meant, and what speaks against it.

    Who blackens one box and crosses another has changed their mind: the other is proposed, never taken.
    So is the one clean mark beside boxes that a long stroke runs through, and one pale mark without another.
    """
    blackened = [place for place in inked if marks[place] in (Mark.FILLED, Mark.SCRIBBLED)]
    clean = [place for place in inked if place not in blackened]
    if blackened and clean and (field.kind != "choice" or len(clean) == 1):
        return clean, Doubt.CORRECTED_TICK
    if field.kind == "choice" and len(inked) > 1:
        whole = [place for place in inked if marks[place] is not Mark.CROSSED_BY_STROKE]
        return (whole, Doubt.STROKE_THROUGH_BOX) if len(whole) == 1 else (inked, Doubt.SEVERAL_TICKS)
    pale = [place for place, mark in marks.items() if mark is Mark.PALE]
    if not inked and (field.kind != "choice" or len(pale) == 1):
        inked = pale
    seen = set(marks.values())
    for mark, doubt in _TICK_DOUBTS.items():
        if mark in seen:
            return inked, doubt
    return inked, None


def _of_darkest_ink(page: np.ndarray, ticked: list[Placement]) -> list[Placement]:
    """The one box marked with far darker ink than all others, which a stamp may have marked; else all of them."""
    levels = {place: ink_level(page, place.box) for place in ticked}
    darkest, *others = sorted(ticked, key=levels.__getitem__)
    return [darkest] if min(levels[one] for one in others) - levels[darkest] >= PALER_BY else ticked


_TICK_DOUBTS = {
    Mark.SCRIBBLED: Doubt.CORRECTED_TICK,
    Mark.CROSSED_BY_STROKE: Doubt.STROKE_THROUGH_BOX,
    Mark.FAINT: Doubt.FAINT_TICK,
    Mark.PALE: Doubt.FAINT_TICK,
    Mark.BESIDE: Doubt.MARK_BESIDE_BOX,
}


def _tick_value(field: FieldSpec, ticked: list[Placement], chosen: list[str]) -> FieldAnswer:
    if field.kind == "choice":
        return chosen[0] if len(chosen) == 1 else None
    if field.kind == "choices":
        order: Mapping[str, int] = {choice.value: n for n, choice in enumerate(field.choices)}
        return sorted(chosen, key=lambda value: order.get(value, len(order)))
    return bool(ticked)
