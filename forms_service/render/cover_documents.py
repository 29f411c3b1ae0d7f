"""The table of documents on a cover sheet: what is demanded, what came, what is missing, in few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.localized_text import Language, LocalizedText
from forms_service.render.artwork import Align, Element, Role
from forms_service.render.paper_blocks import (
    heading,
    pair,
    row,
)
from forms_service.render.paper_cells import (
    LABEL,
    Cell,
    Column,
    Paragraph,
    Style,
    columns,
    stacked,
)
from forms_service.render.paper_sheets import INK, PALE_INK, WARNING, WIDTH_MM, Block
from forms_service.render.structure import HEAD_ROW

_T = LocalizedText
DOCUMENTS = _T("الوثائق", "Documents")
NAME = _T("الوثيقة", "Document")
REQUIRED = _T("المطلوب", "Demandé")
RECEIVED = _T("المتوصل به", "Reçu")
MISSING = _T("الناقص", "Manque")
ON_FILE = _T("مودع سابقا", "Déjà déposé")
OF_ROWS = _T("{group}: {rows}", "{group} : {rows}")
MISSING_ROWS = _T("ناقصة للأرقام: {rows}", "manque pour les n° {rows}")
TO_REDO = _T("مرفوضة، تُقدم من جديد: {count}", "refusé, à refournir : {count}")
NO_DOCUMENTS = _T("لا تُطلب أي وثيقة.", "Aucun document n’est demandé.")


_NUMBER = Style(9.6, INK)


@dataclass(frozen=True, slots=True)
class Setting:
    """How closely a cover sheet is set.

    Attributes:
        air: How much room stands around the rows.
        name_pt: Size of the documents' names; what is noted under them is a little smaller.
        count_mm: Width of a column of numbers; the names have what is left.
        office_mm: Height of the boxes for the hand and the stamp.
        notes_joined: Whether what is noted under a name runs on in one line.
    """

    air: float
    name_pt: float = 8.8
    note_pt: float = 7.4
    count_mm: float = 14.5
    office_mm: float = 22.0
    notes_joined: bool = False


@dataclass(frozen=True, slots=True)
class CoverDocument:
    """One demand as the cover sheet counts it, the rows of a group (children) taken together.

    Attributes:
        rows: For which rows it is demanded: « Enfants à déclarer : 1 à 3, 5 »; None outside groups.
        missing_rows: The numbers of the rows it is missing for: « 2, 5 ».
        to_redo: Papers that were handed in and declined.
        on_file: How many are said to be with the fund already.
    """

    label: LocalizedText
    required: int
    received: int
    missing: int
    on_file: int = 0
    to_redo: int = 0
    rows: LocalizedText | None = None
    missing_rows: LocalizedText | None = None


def _across(count_mm: float) -> tuple[Column, ...]:
    """Arabic name, required, received, missing, on file, French name: from the right, as they are read."""
    name_mm = (WIDTH_MM - 4 * count_mm) / 2
    french, on_file, missing, received, required, arabic = columns(name_mm, *[count_mm] * 4, name_mm)
    inner = 2.0
    return (
        Column(arabic.left_mm + inner, arabic.width_mm - 2 * inner),
        required,
        received,
        missing,
        on_file,
        Column(french.left_mm + inner, french.width_mm - 2 * inner),
    )


def table_of(documents: Sequence[CoverDocument], setting: Setting) -> Iterator[Block]:
    """The heading and a line for every demand."""
    yield heading(DOCUMENTS, "documents")
    if not documents:
        yield from pair(NO_DOCUMENTS, LABEL, "no-documents")
        return
    heads = _document_heads(setting)
    yield heads
    for number, one in enumerate(documents):
        yield _document(one, number, heads, setting)


def _document_heads(setting: Setting) -> Block:
    style = Style(6.8 if setting.count_mm > 14.0 else 6.2, PALE_INK, True)
    counts = [
        Cell(stacked(name, style), Align.CENTRE, Role.HEAD_CELL)
        for name in (REQUIRED, RECEIVED, MISSING, ON_FILE)
    ]
    cells = (
        Cell((Paragraph(NAME.ar, style, Language.AR),), Align.RIGHT, Role.HEAD_CELL),
        *counts,
        Cell((Paragraph(NAME.fr, style, Language.FR),), Align.LEFT, Role.HEAD_CELL),
    )
    path = (Element(Role.TABLE, "documents"), Element(Role.ROW, HEAD_ROW))
    return replace(row(cells, _across(setting.count_mm), path, above_mm=0.6), keep_with_next=True)


def _document(one: CoverDocument, number: int, heads: Block, setting: Setting) -> Block:
    def name(language: Language) -> tuple[Paragraph, ...]:
        named = Paragraph(one.label.in_language(language), Style(setting.name_pt, INK), language)
        return (named, *_notes(one, language, setting))

    cells = (
        Cell(name(Language.AR), Align.RIGHT, Role.HEAD_CELL),
        _count(one.required),
        _count(one.received),
        _count(one.missing, Style(10.5, WARNING, True)),
        _count(one.on_file),
        Cell(name(Language.FR), Align.LEFT),
    )
    path = (Element(Role.TABLE, "documents"), Element(Role.ROW, str(number)))
    above_mm = 0.5 + 0.5 * setting.air
    return row(cells, _across(setting.count_mm), path, above_mm=above_mm, repeated=heads)


def _notes(one: CoverDocument, language: Language, setting: Setting) -> Iterator[Paragraph]:
    """For which rows a document is asked, and what is wrong with those that came."""
    wrong = []
    if one.missing_rows:
        wrong.append(MISSING_ROWS.fill(rows=one.missing_rows).in_language(language))
    if one.to_redo:
        wrong.append(TO_REDO.fill(count=one.to_redo).in_language(language))
    rows = [one.rows.in_language(language)] if one.rows else []
    if setting.notes_joined:
        lines = [(" – ".join((*rows, *wrong)), WARNING if wrong else PALE_INK)] if rows or wrong else []
    else:
        lines = [*((text, PALE_INK) for text in rows), *((text, WARNING) for text in wrong)]
    for text, ink in lines:
        yield Paragraph(text, Style(setting.note_pt, ink), language)


def _count(number: int, style: Style = _NUMBER) -> Cell:
    """A number; none is a dash, so that the eye finds the numbers."""
    shown = Paragraph(str(number), style, Language.FR) if number else Paragraph("–", LABEL, Language.FR)
    return Cell((shown,), Align.CENTRE)
