"""A signed zone is told from a blank one, and a stamp, a stain or a hole in it from a signature."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.extraction import Verdict
from core.form_spec import FormSpec
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.ocr.doubts import Doubt
from forms_service.ocr.engine import text_engine
from forms_service.ocr.field_reader import read_fields
from forms_service.ocr.registration import CANONICAL_SIZE_PX, PX_PER_MM
from forms_service.ocr.signature_zones import Zone, read_signature
from forms_service.spec_catalogue import SpecCatalogue

ZONE = BoxMm(100, 200, 74, 25)


def _page() -> np.ndarray:
    return np.full(CANONICAL_SIZE_PX[::-1], 245, np.uint8)


def _px(x_mm: float, y_mm: float) -> tuple[int, int]:
    return round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM)


def _width(mm: float) -> int:
    return max(round(mm * PX_PER_MM), 1)


def _sign(page: np.ndarray, width_mm: float = 0.4, level: int = 40) -> np.ndarray:
    t = np.linspace(0, 1, 200)
    x = 110 + 36 * t + 2 * np.sin(21 * t)
    y = 212 + 6 * np.sin(17 * t) * (1 - 0.5 * t)
    points = np.round(np.column_stack([x, y]) * PX_PER_MM).astype(np.int32)
    return cv2.polylines(page, [points], False, level, _width(width_mm), cv2.LINE_AA)


def _round_stamp(page: np.ndarray, x_mm: float, y_mm: float) -> np.ndarray:
    cv2.circle(page, _px(x_mm, y_mm), _width(16), 110, _width(0.8), cv2.LINE_AA)
    return cv2.circle(page, _px(x_mm, y_mm), _width(11), 110, _width(0.4), cv2.LINE_AA)


def _stamp_within(page: np.ndarray) -> np.ndarray:
    return _round_stamp(page, 140, 212)


def _stamp_over_the_edge(page: np.ndarray) -> np.ndarray:
    return _round_stamp(page, 104, 222)


def _date_stamp(page: np.ndarray) -> np.ndarray:
    cv2.rectangle(page, _px(110, 204), _px(150, 220), 100, _width(0.5))
    for line, text in enumerate(("ARRIVEE LE", "14 NOV 2026")):
        cv2.putText(page, text, _px(113, 210 + 6 * line), cv2.FONT_HERSHEY_DUPLEX, 1.0, 100, 2, cv2.LINE_AA)
    return page


def _holes(page: np.ndarray) -> np.ndarray:
    for x in (115, 150):
        cv2.circle(page, _px(x, 212), _width(2.8), 20, -1, cv2.LINE_AA)
    return page


def _felt_marker(page: np.ndarray) -> np.ndarray:
    return cv2.rectangle(page, _px(95, 208), _px(160, 214), 150, -1)


def _cup(page: np.ndarray) -> np.ndarray:
    return cv2.circle(page, _px(130, 240), _width(36), 120, _width(2.0), cv2.LINE_AA)


def _oval_stamp(page: np.ndarray) -> np.ndarray:
    for wide, tall in ((18, 9), (13, 6)):
        cv2.ellipse(
            page, _px(134, 212), (_width(wide), _width(tall)), 8, 0, 360, 90, _width(0.6), cv2.LINE_AA
        )
    return page


def _edge_of_a_stamp(page: np.ndarray) -> np.ndarray:
    return cv2.circle(page, _px(180, 226), _width(17), 90, _width(0.8), cv2.LINE_AA)


def _hair(page: np.ndarray) -> np.ndarray:
    t = np.linspace(0, 1.6, 60)
    points = np.column_stack([130 + 9 * np.cos(t), 206 + 9 * np.sin(t)])
    return cv2.polylines(page, [np.round(points * PX_PER_MM).astype(np.int32)], False, 80, 2, cv2.LINE_AA)


def _crossed_out(page: np.ndarray) -> np.ndarray:
    return cv2.line(page, _px(106, 214), _px(160, 211), 40, _width(0.5), cv2.LINE_AA)


def _cross(page: np.ndarray, width_mm: float) -> np.ndarray:
    for start, end in (((124, 206), (137, 218)), ((136, 205), (125, 219))):
        cv2.line(page, _px(*start), _px(*end), 40, _width(width_mm), cv2.LINE_AA)
    return page


def test_a_cross_is_a_signature_of_who_cannot_write() -> None:
    for width_mm in (0.3, 0.6):
        assert read_signature(_cross(_page(), width_mm), ZONE) is Zone.SIGNED, width_mm


def test_a_signature_beside_the_edge_of_a_stamp_is_still_one() -> None:
    assert read_signature(_edge_of_a_stamp(_sign(_page())), ZONE) is Zone.SIGNED


def test_a_signature_is_a_stroke_not_a_speck() -> None:
    assert read_signature(_page(), ZONE) is Zone.BLANK
    speck = cv2.rectangle(_page(), _px(120, 210), _px(121.5, 211.5), 20, -1)
    assert read_signature(speck, ZONE) is Zone.BLANK
    for width_mm in (0.25, 0.4, 0.8):
        assert read_signature(_sign(_page(), width_mm), ZONE) is Zone.SIGNED, width_mm


@pytest.mark.parametrize(
    "soiled",
    [
        _stamp_within,
        _stamp_over_the_edge,
        _date_stamp,
        _holes,
        _felt_marker,
        _cup,
        _oval_stamp,
        _edge_of_a_stamp,
        _hair,
        _crossed_out,
    ],
)
def test_what_is_no_pen_is_never_taken_for_a_signature(soiled) -> None:
    assert read_signature(soiled(_page()), ZONE) is Zone.UNCERTAIN


def test_a_signature_beside_holes_is_still_one() -> None:
    assert read_signature(_holes(_sign(_page())), ZONE) is Zone.SIGNED


def test_a_stamp_in_an_unsigned_zone_goes_to_a_person() -> None:
    spec: FormSpec = SpecCatalogue.load().get("311-1-14")
    place = Placement("sign", 1, ZONE, WidgetKind.SIGNATURE)
    (blank,) = read_fields(_page(), [place], spec, text_engine())
    (stamped,) = read_fields(_round_stamp(_page(), 140, 212), [place], spec, text_engine())
    (signed,) = read_fields(_sign(_page()), [place], spec, text_engine())
    assert (blank.verdict, blank.value) == (Verdict.EMPTY, False)
    assert (stamped.verdict, stamped.doubt) == (Verdict.REVIEW, Doubt.UNCERTAIN_SIGNATURE)
    assert (signed.verdict, signed.value) == (Verdict.ACCEPT, True)
