"""Sets the wordings of attachments on paper: sheets, slips, cards, cheques, a newspaper, and nothing.

Where things stand, how large, in which order and under which stamp is drawn by lot, as offices differ.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from core.localized_text import Script, dominant_script
from core.mrz import compose_td1
from samples.drawing.paper import DARK, FAINT, Paper, Typeface, can_write, has_character

MARGIN_MM = 20.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Whose office it is: its typeface, the lot, what is filled in, and the hand that fills in, if one does."""

    typeface: Typeface
    chance: random.Random
    slots: Mapping[str, str]
    hand: Typeface | None = None

    def filled(self, text: str) -> str:
        """The text with its slots filled in."""
        return text.format(**self.slots)

    def tokens(self, text: str) -> list[tuple[str, Typeface]]:
        """The words, each with the typeface it is written in."""
        tokens: list[tuple[str, Typeface]] = []
        for piece in re.split(r"({\w+}[,.;]?)", text):
            value = self.filled(self._writable(piece))
            by_hand = piece.startswith("{") and self.hand is not None and can_write(value, self.hand)
            typeface = self.hand if by_hand and self.hand else self.typeface
            tokens += [(word, typeface) for word in value.split()]
        return tokens

    def _writable(self, piece: str) -> str:
        """A date in Arabic-Indic digits, its month named where a font has no slash to part them."""
        faces = [one for one in (self.typeface, self.hand) if one]
        return (
            piece
            if all(has_character("/", one) for one in faces)
            else re.sub(r"(birth|issued|event)_ai}", r"\1_ai_named}", piece)
        )


def set_sheet(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """An A4 sheet: letterhead, title, body as sentences or a table, signature and stamp."""
    return _set_page(wording, setting, Paper(210, 297, setting.typeface, setting.chance, 200))


def set_slip(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """A small card of an office, copied on half a sheet."""
    return _set_page(wording, setting, Paper(148, 105, setting.typeface, setting.chance, 220), 0.72)


def _set_page(wording: Mapping[str, Any], setting: Setting, paper: Paper, scale: float = 1.0) -> Paper:
    chance, size = setting.chance, chance_size(setting.chance) * scale
    if chance.random() < 0.35:
        paper.guilloche(
            6, 30 * scale, paper.width_mm - 12, paper.height_mm * 0.75, tone=chance.randrange(205, 232)
        )
    y = _set_head(wording, setting, paper, 12 * scale + chance.uniform(0, 6), size)
    y = _set_title(wording, setting, paper, y + chance.uniform(6, 16) * scale, size)
    y += chance.uniform(6, 14) * scale
    for item in wording.get("body", []):
        y = (
            _set_item(item, setting, paper, y, size, bool(wording.get("table")))
            + chance.uniform(1, 5) * scale
        )
    stamp = wording.get("stamp")
    if stamp and any(stamp):
        french, arabic = (setting.filled(one) for one in stamp)
        x = chance.uniform(120, 165) if paper.width_mm > 200 else paper.width_mm * 0.75
        at = y + chance.uniform(-8, 14)
        if chance.random() < 0.6:
            paper.stamp(x, at, french[:22], arabic[:22], chance.uniform(14, 18))
        else:
            box_stamp(paper, x, at, french, arabic)
        paper.signature(x - chance.uniform(10, 40), at - 4)
    paper.soften(0.5)
    return paper


def chance_size(chance: random.Random) -> float:
    """The point size an office writes its running text in."""
    return chance.choice((10.5, 11, 12, 13))


def _set_head(wording: Mapping[str, Any], setting: Setting, paper: Paper, y: float, size: float) -> float:
    centred = setting.chance.random() < 0.35
    step = size * 0.46
    for french, arabic in wording.get("head", []):
        french, arabic = setting.filled(french), setting.filled(arabic)
        middle = paper.width_mm / 2
        if centred:
            if arabic:
                paper.text(middle, y, arabic, size, align="center")
                y += step
            if french:
                paper.text(middle, y, french, size * 0.85, align="center")
        else:
            if french:
                paper.text(12, y, french, min(size * 0.9, 240 / max(len(french), 20)))
            if arabic:
                paper.text(paper.width_mm - 12, y, arabic, size, align="right")
        y += step
    return y


def _set_title(wording: Mapping[str, Any], setting: Setting, paper: Paper, y: float, size: float) -> float:
    chance = setting.chance
    french, arabic = (setting.filled(one) for one in wording["title"])
    room = paper.width_mm - 30
    larger = size * chance.uniform(1.2, 1.6)
    both = [(arabic, larger * 1.1), (french, larger)]
    if chance.random() < 0.4:
        both.reverse()
    top = y
    for text, points in both:
        if not text:
            continue
        points = min(points, room / (0.26 * len(text)))
        paper.text(paper.width_mm / 2, y, text, points, align="center", bold=chance.random() < 0.7)
        y += points * 0.6
    if chance.random() < 0.25:
        paper.frame(20, top - 3, paper.width_mm - 40, y - top + 5)
        y += 4
    return y


def _set_item(
    item: Mapping[str, Any], setting: Setting, paper: Paper, y: float, size: float, ruled: bool
) -> float:
    ((kind, content),) = item.items()
    if kind in ("fr", "ar"):
        return flow(paper, y, setting.tokens(content), size + (1.5 if kind == "ar" else 0), rtl=kind == "ar")
    if kind in ("left", "right"):
        tokens = setting.tokens(content)
        return flow(paper, y, tokens, size, rtl=kind == "right" and _is_arabic(content), push=kind == "right")
    if kind == "cells":
        return _set_cells(content, setting, paper, y, size)
    return _set_row(content, setting, paper, y, size, ruled)


def _is_arabic(text: str) -> bool:
    return dominant_script(text) is Script.ARAB


def _set_row(content: list[str], setting: Setting, paper: Paper, y: float, size: float, ruled: bool) -> float:
    french, value, arabic, value_ar = content
    width, step = paper.width_mm, size * (0.85 if ruled else 0.72)
    edge = 12 if width > 200 else 6
    middle = width / 2
    if ruled:
        paper.frame(edge, y - 1.2, width - 2 * edge, step)
        inner = width - 2 * edge
        columns = (edge + 2, edge + inner * 0.24, width - edge - 2 - inner * 0.22, width - edge - 2)
        label = [(word, setting.typeface) for word in setting.filled(french).split()]
        needed = sum(paper.word_width(word, 10, face) + 1 for word, face in label)
        place(paper, columns[0], y, label, min(size * 0.85, 10 * inner * 0.21 / max(needed, 1.0)))
        place(paper, columns[1], y, setting.tokens(value), size * 0.95)
        place(paper, columns[2], y, setting.tokens(value_ar), size, rtl=True)
        place(
            paper, columns[3], y, [(word, setting.typeface) for word in arabic.split()], size * 0.95, rtl=True
        )
        for x in (columns[1] - 2, middle if value_ar else columns[2] + 2, columns[2] + 2):
            paper.line(x, y - 1.2, x, y - 1.2 + step)
        return y + step
    label = [(word, setting.typeface) for word in f"{setting.filled(french)} :".split()]
    used = place(paper, edge + 3, y, label, size)
    place(paper, edge + 5 + used, y, setting.tokens(value), size)
    if arabic:
        used = place(
            paper, width - edge - 3, y, [(w, setting.typeface) for w in f"{arabic} :".split()], size, rtl=True
        )
        if value_ar:
            place(paper, width - edge - 5 - used, y, setting.tokens(value_ar), size, rtl=True)
    return y + step


def _set_cells(content: list[list[str]], setting: Setting, paper: Paper, y: float, size: float) -> float:
    x, step = 18.0, size * 0.75
    for label, slot in content:
        value = setting.filled(slot)
        width = max(24.0, len(value) * size * 0.27 + 6)
        paper.frame(x, y, width, step)
        paper.frame(x, y + step, width, step)
        paper.text(x + width / 2, y + 1, label, size * 0.75, align="center")
        paper.text(x + width / 2, y + step + 1, value, size, align="center")
        x += width
    return y + 2.4 * step


def place(
    paper: Paper, x: float, y: float, tokens: list[tuple[str, Typeface]], size: float, *, rtl: bool = False
) -> float:
    """Write words in their typefaces from ``x`` on; gives the width used, in millimetres."""
    used = 0.0
    for word, typeface in tokens:
        at = x - used if rtl else x + used
        used += paper.word(at, y, word, size, typeface, align="right" if rtl else "left") + size * 0.1
    return used


def flow(
    paper: Paper,
    y: float,
    tokens: list[tuple[str, Typeface]],
    size: float,
    *,
    rtl: bool = False,
    push: bool = False,
) -> float:
    """Running text of words in their own typefaces, wrapped at the margin; gives where it ends."""
    left, right = MARGIN_MM, paper.width_mm - MARGIN_MM
    blank = size * 0.1
    lines: list[list[tuple[str, Typeface]]] = [[]]
    used = 0.0
    for token in tokens:
        width = paper.word_width(token[0], size, token[1])
        if lines[-1] and used + width > right - left:
            lines.append([])
            used = 0.0
        lines[-1].append(token)
        used += width + blank
    for line in lines:
        if push and not rtl:
            width = sum(paper.word_width(word, size, face) + blank for word, face in line)
            place(paper, right - width, y, line, size)
        else:
            place(paper, right if rtl else left, y, line, size, rtl=rtl)
        y += size * 0.58
    return y


def box_stamp(paper: Paper, x: float, y: float, french: str, arabic: str) -> None:
    """A rectangular stamp with the office's name and a date line, set down crooked."""
    texts = [one for one in (arabic, french) if one]
    width, height = 52.0, 8.0 + 6.0 * len(texts)
    image = Image.new("L", (paper.px(width + 8), paper.px(height + 20)), 0)
    part = Paper(width + 8, height + 20, paper.typeface, paper.chance, paper.dpi)
    part.image = Image.new("L", image.size, 255)
    part.draw = ImageDraw.Draw(part.image)
    part.frame(4, 10, width, height)
    for index, text in enumerate(texts):
        part.text(4 + width / 2, 12 + index * 6.2, text, 9, align="center", bold=True)
    part.line(8, 10 + height - 3, width, 10 + height - 3)
    turned = part.image.rotate(
        paper.chance.uniform(-14, 14), fillcolor=255, resample=Image.Resampling.BICUBIC
    )
    ink = (255 - np.asarray(turned, float)) / 255 * paper.chance.uniform(0.45, 0.75)
    paper.ink(x - width / 2, y - height / 2 - 10, ink)


CARD_MM = (124.0, 78.0)


def set_card(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """Both faces of a card with photograph and security background, copied on one sheet."""
    sheet = Paper(148, 210, setting.typeface, setting.chance, 220)
    for face, y_mm in ((_front(wording, setting), 14.0), (_back(wording, setting), 108.0)):
        angle = setting.chance.uniform(-2, 2)
        turned = face.image.rotate(angle, expand=True, fillcolor=252, resample=Image.Resampling.BICUBIC)
        sheet.image.paste(turned, (sheet.px(10), sheet.px(y_mm)))
    sheet.draw = ImageDraw.Draw(sheet.image)
    sheet.soften(0.6)
    return sheet


def _card(setting: Setting) -> Paper:
    card = Paper(*CARD_MM, setting.typeface, setting.chance, 220)
    for _ in range(2):
        card.guilloche(
            1, 1, CARD_MM[0] - 2, CARD_MM[1] - 2, tone=setting.chance.randrange(FAINT - 5, FAINT + 22)
        )
    card.frame(0.4, 0.4, CARD_MM[0] - 0.8, CARD_MM[1] - 0.8, radius=4)
    return card


def _front(wording: Mapping[str, Any], setting: Setting) -> Paper:
    card, chance = _card(setting), setting.chance
    photo_right = chance.random() < 0.3
    card.text(62, 2, wording["country"][1], 10, align="center", bold=True)
    card.text(62, 6.6, wording["country"][0], 8, align="center", bold=True)
    card.text(4, 11.5, wording["title"][0], 7.5, bold=True)
    card.text(120, 11, wording["title"][1], 9, align="right", bold=True)
    card.photo(92 if photo_right else 4, 20, 27, 35)
    left, right = (5.0, 89.0) if photo_right else (35.0, 119.0)
    y, step = 19.0, 8.4
    for line in wording["front"]:
        small, value = line.get("small", ""), setting.filled(line.get("value", ""))
        used = card.text(left, y + 1, small, 6.5, tone=DARK) if small else 0.0
        card.text(left + used + (2 if used else 0), y, value, 10, bold=True)
        if line.get("value_ar"):
            card.text(right, y, setting.filled(line["value_ar"]), 10.5, align="right", bold=True)
        elif line.get("small_ar"):
            card.text(right, y + 0.5, line["small_ar"], 7.5, align="right", tone=DARK)
        y += step
    return card


def _back(wording: Mapping[str, Any], setting: Setting) -> Paper:
    back, slots = _card(setting), setting.slots
    for index, line in enumerate(wording["back"]):
        back.text(5, 4 + index * 8, setting.filled(line)[:64], 8)
    back.draw.rectangle((back.px(1), back.px(45), back.image.width - back.px(1), back.px(75)), fill=238)
    zone = compose_td1(
        document_code=wording["code"], issuer="MAR", document_number=slots["card_number"], optional=slots["id_no"],
        birth=date.fromisoformat(slots["birth_iso"]), sex=slots["sex"],
        expiry=date.fromisoformat(slots["expires_iso"]), nationality="MAR" if wording["code"] == "ID" else "SEN",
        surname=slots["last"], given_names=slots["first"],
    )  # fmt: skip
    for index, line in enumerate(zone):
        back.mono(5.5, 48 + index * 8.6, line, 16.2)
    return back


def set_cheque(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """A cancelled cheque."""
    paper = Paper(178, 82, setting.typeface, setting.chance, 200)
    paper.guilloche(2, 2, 174, 78, tone=setting.chance.randrange(205, 225))
    paper.frame(2, 2, 174, 78)
    fill = setting.filled
    paper.text(8, 6, wording["bank"][0], 11, bold=True)
    paper.text(170, 6, wording["bank"][1], 12, align="right", bold=True)
    paper.text(8, 19, wording["lines"][0], 9)
    paper.text(170, 18, wording["lines"][1], 10, align="right")
    paper.line(8, 32, 170, 32)
    paper.text(8, 34, wording["order"][0], 9)
    paper.text(170, 34, wording["order"][1], 10, align="right")
    paper.text(8, 46, fill(wording["payable"]), 9)
    paper.text(8, 53, fill(wording["holder"]), 10, bold=True)
    paper.text(8, 61, fill(wording["rib"]), 11, bold=True)
    paper.text(8, 70, f"Chèque n° {setting.chance.randrange(10**6, 10**7)}", 9)
    layer = Image.new("L", paper.image.size, 255)
    pen = Paper(178, 82, setting.typeface, setting.chance, 200)
    pen.image, pen.draw = layer, ImageDraw.Draw(layer)
    pen.text(120, 40, wording["crossing"], 26, align="center", bold=True, tone=90)
    turned = layer.rotate(setting.chance.uniform(12, 30), fillcolor=255, resample=Image.Resampling.BICUBIC)
    paper.ink(0, 0, (255 - np.asarray(turned, float)) / 255 * 0.8)
    paper.soften(0.5)
    return paper


def set_newspaper(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """A page of a newspaper: a name across the top, text in small type."""
    paper = Paper(210, 297, setting.typeface, setting.chance, 200)
    paper.text(105, 12, wording["title"][0], 26, align="center", bold=True)
    paper.text(105, 28, wording["title"][1], 24, align="center", bold=True)
    y = 50.0
    for _ in range(3):
        for item in wording["body"]:
            ((kind, text),) = item.items()
            y = flow(paper, y, setting.tokens(text), 9.5 if kind == "fr" else 11, rtl=kind == "ar") + 4
        paper.photo(70, y, 60, 34)
        y += 38
    paper.soften(0.5)
    return paper


def set_nothing(wording: Mapping[str, Any], setting: Setting) -> Paper:
    """A photograph of a room: edges, shades and shapes, not a word."""
    del wording
    paper = Paper(210, 160, setting.typeface, setting.chance, 150)
    source = np.random.default_rng(setting.chance.getrandbits(32))
    rough = source.integers(60, 210, (9, 12), dtype=np.uint8)
    shades = cv2.resize(rough, paper.image.size, interpolation=cv2.INTER_CUBIC)
    for _ in range(14):
        start, end = (tuple(int(source.integers(0, side)) for side in paper.image.size) for _ in range(2))
        cv2.rectangle(shades, start, end, int(source.integers(30, 230)), int(source.integers(1, 9)))
    paper.paste_page(shades)
    paper.soften(1.5)
    return paper


LAYOUTS: Mapping[str, Callable[[Mapping[str, Any], Setting], Paper]] = {
    "sheet": set_sheet,
    "slip": set_slip,
    "card": set_card,
    "cheque": set_cheque,
    "newspaper": set_newspaper,
    "nothing": set_nothing,
}
