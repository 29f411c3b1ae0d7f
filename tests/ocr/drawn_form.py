"""A small two-page form, drawn here with Pillow, so that reading is tested without our printer."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFont

from core.form_spec import Choice, FieldSpec, FormSpec, Section
from core.localized_text import LocalizedText, Script
from core.placement import (
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    BoxMm,
    FormLayout,
    PageIdentity,
    Placement,
    WidgetKind,
    corner_mark_boxes,
    qr_box,
)

FORM_ID = "900-1-01"
PX_PER_MM = 300 / 25.4
DRAWN_AT = 2
INSET_MM = 0.3
LABEL_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def _text(words: str) -> LocalizedText:
    return LocalizedText(ar=words, fr=words)


class _Builder:
    def __init__(self) -> None:
        self.fields: list[FieldSpec] = []
        self.placements: list[Placement] = []
        self.page, self.y = 1, 40.0

    def add(self, field_id, kind, x, width, *, widget=WidgetKind.TEXT, script=Script.LATN, comb=None, **more):
        frame = BoxMm(x, self.y, width, 8.0)
        self.fields.append(FieldSpec(field_id, kind, _text(field_id), script, comb=comb, **more))
        self.placements.append(
            Placement(field_id, self.page, frame.inset(INSET_MM), widget, script, comb, frame=frame)
        )

    def name(self, field_id, x, width):
        frame, half = BoxMm(x, self.y, width, 8.0), width / 2
        for suffix, kind, script, left, twin in (
            ("", "latin_name", Script.LATN, x, ".ar"),
            (".ar", "arabic_name", Script.ARAB, x + half, ""),
        ):
            one = field_id + suffix
            self.fields.append(FieldSpec(one, kind, _text(one), script, twin=field_id + twin))
            box = BoxMm(left, self.y, half, 8.0).inset(INSET_MM)
            self.placements.append(Placement(one, self.page, box, WidgetKind.TEXT, script, frame=frame))

    def choice(self, field_id, kind, values):
        choices = tuple(Choice(value, _text(value)) for value in values)
        self.fields.append(FieldSpec(field_id, kind, _text(field_id), Script.ANY, choices=choices))
        for number, value in enumerate(values or (None,)):
            frame = BoxMm(15 + 36 * number, self.y, 4.5, 4.5)
            self.placements.append(
                Placement(
                    field_id, self.page, frame.inset(INSET_MM), WidgetKind.TICK, choice=value, frame=frame
                )
            )


@cache
def form() -> tuple[FormSpec, FormLayout]:
    """The form and where everything sits on it."""
    b = _Builder()
    for who in ("assured", "spouse"):
        b.add(f"{who}.birth", "date", 12, 50, widget=WidgetKind.COMB, script=Script.ANY, comb=8)
        b.add(f"{who}.id_no", "identity_number", 68, 62, widget=WidgetKind.COMB, comb=10)
        b.add(f"{who}.registration", "registration_number", 138, 56, widget=WidgetKind.COMB, comb=9)
        b.y += 14
        b.name(f"{who}.first", 12, 90)
        b.name(f"{who}.last", 108, 90)
        b.y += 14
        b.add(f"{who}.address", "address", 12, 120, script=Script.ANY)
        b.add(f"{who}.city", "city", 138, 60, script=Script.ANY)
        b.y += 14
        b.add(f"{who}.mobile", "phone", 12, 62, widget=WidgetKind.COMB, comb=10)
        b.add(f"{who}.email", "email", 80, 80)
        b.add(f"{who}.postcode", "postal_code", 166, 32, widget=WidgetKind.COMB, comb=5)
        b.y += 14
    b.choice("nature", "choice", ("transfer", "initial", "other"))
    b.y += 10
    b.choice("papers", "choices", ("birth", "marriage", "school", "rib"))
    b.page, b.y = 2, 40.0
    b.add("rib", "rib", 12, 150, widget=WidgetKind.COMB, comb=24)
    b.y += 14
    b.add("children", "integer", 12, 14, widget=WidgetKind.COMB, comb=2, maximum=20)
    b.add("amount", "amount", 60, 50)
    b.y += 14
    b.choice("honour", "declaration", ())
    b.y += 14
    frame = BoxMm(110, b.y, 80, 25)
    b.fields.append(FieldSpec("sign", "signature", _text("sign"), Script.ANY))
    b.placements.append(Placement("sign", 2, frame.inset(INSET_MM), WidgetKind.SIGNATURE, frame=frame))
    spec = FormSpec(
        FORM_ID,
        1,
        _text("Essai"),
        (),
        _text("Essai"),
        (Section("all", None, (tuple(b.fields),)),),
        _text("Réf."),
    )
    return spec, FormLayout(FORM_ID, 1, 2, tuple(b.placements))


def lookup(form_id: str, version: int, variant: str) -> tuple[FormSpec, FormLayout] | None:
    """A catalogue that knows this form only, in a usual and a large print with the same places."""
    return form() if (form_id, version) == (FORM_ID, 1) and variant in ("", "L") else None


@cache
def blank_page(page: int, reference: str = "", form_id: str = FORM_ID, version: int = 1) -> np.ndarray:
    """The printed page at 300 dpi."""
    scale = PX_PER_MM * DRAWN_AT
    sheet = Image.new("L", (round(PAGE_WIDTH_MM * scale), round(PAGE_HEIGHT_MM * scale)), 255)
    draw = ImageDraw.Draw(sheet)
    for number, box in enumerate(corner_mark_boxes()):
        dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
        _stamp(sheet, cv2.aruco.generateImageMarker(dictionary, number, 600), box, scale)
    text = PageIdentity(form_id, version, page, 2, reference).encode()
    matrix = np.array([list(row) for row in segno.make(text, error="m").matrix], np.uint8)
    _stamp(sheet, np.kron((1 - matrix) * 255, np.ones((12, 12), np.uint8)), qr_box(), scale)
    font = ImageFont.truetype(LABEL_FONT, round(2.6 * scale))
    for place in form()[1].on_page(page):
        frame = place.frame
        draw.rectangle(
            [v * scale for v in (frame.x, frame.y, frame.right, frame.bottom)],
            outline=38,
            width=round(0.2 * scale),
        )
        for cell in range(1, place.comb or 1):
            x = (frame.x + cell * frame.width / place.comb) * scale
            draw.line((x, frame.y * scale, x, frame.bottom * scale), fill=90, width=round(0.15 * scale))
        draw.text(
            (frame.x * scale, (frame.y - 3.6) * scale), place.choice or place.field_id, font=font, fill=0
        )
    return np.asarray(sheet.reduce(DRAWN_AT))[:3508, :2480]


def _stamp(sheet: Image.Image, pattern: np.ndarray, box: BoxMm, scale: float) -> None:
    size = round(box.width * scale)
    sheet.paste(
        Image.fromarray(pattern).resize((size, size), Image.NEAREST),
        (round(box.x * scale), round(box.y * scale)),
    )
