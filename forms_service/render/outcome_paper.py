"""Draw a paper a request ends in: an agreement, a certificate, a schedule, worded by the form's own course.

Its words and figures come ready in both languages; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.localized_text import Language, LocalizedText
from forms_service.render.artwork import Align, Element, Piece, Role
from forms_service.render.paper_blocks import facts, heading, pair, row, rule, space, title
from forms_service.render.paper_cells import (
    VALUE,
    Cell,
    Column,
    Paragraph,
    Style,
    Text,
    both,
    columns,
    stacked,
)
from forms_service.render.paper_sheets import ACCENT, INK, PALE_INK, WIDTH_MM, Block, foot, sheets_of
from forms_service.render.printable_text import typeset
from forms_service.render.structure import HEAD_ROW

REFERENCE = LocalizedText("مرجع الملف", "Référence du dossier")
MADE_ON = LocalizedText("حُرر بتاريخ", "Établi le")
_BODY = Style(9.4, INK)
_HEADS = Style(7.4, PALE_INK, True)
_CELL = Style(9.0, INK)
_TO_THE_RIGHT = "amount"
_GAP_MM = 4.0


def render_outcome(
    content: Mapping[str, Any], language: Language = Language.AR, created: datetime | None = None
) -> bytes:
    """Give the paper as a finished, tagged PDF.

    Args:
        content: What ``services.outcome_content`` kept of it on the day it was made.
    """
    from forms_service.render.paper import PaperProperties, write_paper

    name = _words(content["title"])
    reference = str(content["reference"])
    properties = PaperProperties(
        title=LocalizedText(f"{name.ar} {reference}", f"{name.fr} {reference}"),
        language=language,
        subject=f"{name.in_language(language)} {reference}",
        created=created or datetime.now(UTC),
    )
    return write_paper(outcome_pages(content), properties)


def outcome_pages(content: Mapping[str, Any]) -> list[list[Piece]]:
    """The pieces of each page."""
    made_on = _words(content["made_on"])
    footer = f"{content['reference']}  ·  {content['form']}  ·  {made_on.fr}"
    return sheets_of(list(_blocks(content)), foot(footer))


def _blocks(content: Mapping[str, Any]) -> Iterator[Block]:
    reference = (Paragraph.of_value(str(content["reference"]), VALUE),)
    yield space(3.0)
    yield title(_words(content["title"]))
    yield space(_GAP_MM)
    yield from facts([(REFERENCE, reference), (MADE_ON, both(_words(content["made_on"]), VALUE))], "paper")
    for number, one in enumerate(content["blocks"]):
        yield space(_GAP_MM)
        yield from _block(one, f"part-{number}")


def _block(one: Mapping[str, Any], key: str) -> Iterator[Block]:
    if "heading" in one:
        yield heading(_words(one["heading"]), f"{key}-heading")
    if "text" in one:
        yield from pair(_words(one["text"]), _BODY, f"{key}-text")
    if one.get("values"):
        stated: list[tuple[LocalizedText, Sequence[Text]]] = [
            (_words(label), both(_words(value), VALUE)) for label, value in one["values"]
        ]
        yield space(1.0)
        yield from facts(stated, f"{key}-values")
    if "table" in one:
        yield from _table(one["table"], f"{key}-table", named="heading" not in one)


def _table(table: Mapping[str, Any], key: str, *, named: bool) -> Iterator[Block]:
    """A table read from the right; its heads come again on every sheet it goes on to."""
    if named:
        yield heading(_words(table["label"]), f"{key}-label")
    kinds = list(table["kinds"])
    across = _across(len(kinds))
    heads = replace(
        row(
            [
                Cell(stacked(_words(one), _HEADS), _align(kind), Role.HEAD_CELL)
                for one, kind in zip(table["columns"], kinds, strict=True)
            ],
            across,
            (Element(Role.TABLE, key), Element(Role.ROW, HEAD_ROW)),
            above_mm=0.7,
        ),
        keep_with_next=True,
    )
    yield rule(0.5, ACCENT)
    yield heads
    for number, cells in enumerate(table["rows"]):
        path = (Element(Role.TABLE, key), Element(Role.ROW, str(number)))
        set_cells = [_cell(_words(one), kind) for one, kind in zip(cells, kinds, strict=True)]
        yield row(set_cells, across, path, above_mm=0.7, repeated=heads)
    yield rule(0.5, ACCENT)


def _cell(text: LocalizedText, kind: str) -> Cell:
    if kind == _TO_THE_RIGHT:  # amounts stand under one another, in one writing
        return Cell((Paragraph.of_value(text.fr, _CELL),), _align(kind))
    return Cell(both(text, _CELL), _align(kind))


def _align(kind: str) -> Align:
    return Align.RIGHT if kind == _TO_THE_RIGHT else Align.CENTRE


def _across(count: int) -> Sequence[Column]:
    """Columns of one width, the first on the right."""
    inner = 2.0
    return [
        Column(one.left_mm + inner, one.width_mm - 2 * inner)
        for one in reversed(columns(*[WIDTH_MM / count] * count))
    ]


def _words(said: Mapping[str, str]) -> LocalizedText:
    return typeset(LocalizedText(said["ar"], said["fr"]))
