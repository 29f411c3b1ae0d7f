"""Draw the reviewer's summary: every answer beside its picture, the documents, what is wrong, the decision.

It is for the fund's own people.  Its words come with the facts; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.localized_text import Language, LocalizedText
from forms_service.render.artwork import Align, Element, Piece, Role
from forms_service.render.paper_blocks import (
    facts,
    heading,
    of_one_element,
    pair,
    row,
    space,
    title,
)
from forms_service.render.paper_cells import (
    LABEL,
    SMALL,
    VALUE,
    Cell,
    Column,
    Illustration,
    Paragraph,
    Style,
    Text,
    both,
    columns,
    facing,
    stacked,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    INK,
    PALE_INK,
    WARNING,
    WIDTH_MM,
    Block,
    foot,
    moroccan_moment,
    sheets_of,
)
from forms_service.render.printable_text import typeset
from forms_service.render.structure import HEAD_ROW

_T = LocalizedText
TITLE = _T("ملخص دراسة الملف", "Fiche d’examen du dossier")
REFERENCE = _T("رقم الطلب", "Référence de la demande")
FINDINGS = _T("ملاحظات على اكتمال الملف", "Constats sur le dossier")
NO_FINDINGS = _T("لا ينقص شيء ولا توجد ملاحظات.", "Rien ne manque ; aucun constat.")
RULE = _T("القاعدة: {rule}", "règle : {rule}")
DOCUMENTS = _T("الوثائق", "Documents")
NO_DOCUMENTS = _T("لم تُقدم أي وثيقة.", "Aucun document n’a été remis.")
ANSWERS = _T("الأجوبة", "Réponses")
FIELD = _T("الخانة", "Champ")
PICTURE = _T("الصورة", "Image")
VALUE_HEAD = _T("القيمة ومصدرها", "Valeur et origine")
CROP_ALT = _T("صورة خانة «{label}»", "Image de la case « {label} »")
NO_ANSWER = _T("بدون جواب", "sans réponse")
DECISION = _T("القرار", "Décision")
REQUEST = _T("طلب التصحيح", "Demande de correction")
FOR_THE_OFFICE = _T(
    "وثيقة داخلية تتضمن معطيات شخصية: لا تسلم إلا للموظفين المكلفين بالملف.",
    "Document interne contenant des données personnelles : réservé aux agents chargés du dossier.",
)

LABEL_MM, WIDE_LABEL_MM = 35.0, 50.0
"""Width of a field's name beside pictures, and where there are none."""

MIDDLE_MM = WIDTH_MM - 2 * LABEL_MM
PICTURE_MM = 48.0
TALLEST_PICTURE_MM = 22.0

_NOTE = Style(6.9, PALE_INK)
_ALARM = Style(6.9, WARNING, True)
_CHANGE = Style(6.9, ACCENT)
_HEADS = Style(6.9, PALE_INK, True)


@dataclass(frozen=True, slots=True)
class Crop:
    """The piece of paper an answer was read from, and its size there."""

    image: bytes
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class SummaryValue:
    """One answer.

    Attributes:
        value: As a person reads it; None when there is no answer.
        notes: Where it comes from, how sure the reading is, what was decided.
        alarms: What speaks against it.
        changes: Its corrections: old and new value, by whom in which role, when.
    """

    label: LocalizedText
    value: LocalizedText | None
    notes: tuple[LocalizedText, ...] = ()
    alarms: tuple[LocalizedText, ...] = ()
    changes: tuple[LocalizedText, ...] = ()
    crop: Crop | None = None


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """The answers under one heading of the form, or of one row of a group."""

    key: str
    title: LocalizedText
    values: tuple[SummaryValue, ...]


@dataclass(frozen=True, slots=True)
class SummaryDocument:
    """One document handed in, what was read on it and what was decided."""

    name: LocalizedText
    file: str
    verdict: LocalizedText
    is_declined: bool = False
    notes: tuple[LocalizedText, ...] = ()
    alarms: tuple[LocalizedText, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryFinding:
    """One thing that is missing, wrong or to be known, and the rule that says so."""

    severity: LocalizedText
    message: LocalizedText
    rule: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ReviewerSummary:
    """What a reviewer's summary states; ``stated`` are the facts at its head, in order."""

    reference: str
    form_title: LocalizedText
    stated: tuple[tuple[LocalizedText, LocalizedText], ...]
    printed_at: datetime
    findings: tuple[SummaryFinding, ...] = ()
    documents: tuple[SummaryDocument, ...] = ()
    parts: tuple[SummaryPart, ...] = ()
    correction_request: str = ""
    decision: str = ""


def render_reviewer_summary(summary: ReviewerSummary, language: Language = Language.AR) -> bytes:
    """Give the summary as a finished PDF."""
    from forms_service.render.paper import PaperProperties, write_paper

    properties = PaperProperties(
        title=LocalizedText(f"{TITLE.ar} {summary.reference}", f"{TITLE.fr} {summary.reference}"),
        language=language,
        subject=summary.form_title.in_language(language),
        created=summary.printed_at,
    )
    return write_paper(reviewer_summary_pages(summary), properties)


def reviewer_summary_pages(summary: ReviewerSummary) -> list[list[Piece]]:
    """The pieces of every page."""
    summary, at = _typeset(summary), moroccan_moment(summary.printed_at)
    return sheets_of(list(_blocks(summary)), foot(f"{summary.reference}  ·  {at}"))


def _typeset(summary: ReviewerSummary) -> ReviewerSummary:
    """The same summary with one kind of apostrophe in what the specs word; values stay as they are."""

    def all_of(texts: Iterable[LocalizedText]) -> tuple[LocalizedText, ...]:
        return tuple(map(typeset, texts))

    return replace(
        summary,
        form_title=typeset(summary.form_title),
        stated=tuple((typeset(label), value) for label, value in summary.stated),
        findings=tuple(
            replace(one, severity=typeset(one.severity), message=typeset(one.message))
            for one in summary.findings
        ),
        documents=tuple(
            replace(one, name=typeset(one.name), notes=all_of(one.notes), alarms=all_of(one.alarms))
            for one in summary.documents
        ),
        parts=tuple(
            replace(
                part,
                title=typeset(part.title),
                values=tuple(
                    replace(one, label=typeset(one.label), notes=all_of(one.notes), alarms=all_of(one.alarms))
                    for one in part.values
                ),
            )
            for part in summary.parts
        ),
    )


def _blocks(summary: ReviewerSummary) -> Iterator[Block]:
    yield space(2.0)
    yield title(TITLE, size_pt=18.0)
    yield from _reference(summary)
    yield from facts(((label, both(value, VALUE)) for label, value in summary.stated), "facts")
    yield from pair(FOR_THE_OFFICE, SMALL, "office", 1.5)
    yield from _text_in_words(REQUEST, summary.correction_request, "request")
    yield from _text_in_words(DECISION, summary.decision, "decision")
    yield space(4.0)
    yield from _findings(summary.findings)
    yield space(4.0)
    yield from _documents(summary.documents)
    if summary.parts:
        yield space(4.0)
        yield from _answers(summary.parts)


def _reference(summary: ReviewerSummary) -> Iterator[Block]:
    (across,) = columns(WIDTH_MM)
    texts: tuple[Text, ...] = (
        *stacked(summary.form_title, Style(10.0, INK, True)),
        Paragraph(summary.reference, Style(15.0, ACCENT, True), Language.FR),
    )
    path = (Element(Role.PARAGRAPH, "subject"),)
    cell = row([Cell(texts, Align.CENTRE, Role.BODY)], [across], path, above_mm=0.4, closed=False)
    pieces = of_one_element(cell.pieces, path)
    yield Block(cell.height_mm + 1.5, pieces)


def _text_in_words(name: LocalizedText, text: str, key: str) -> Iterator[Block]:
    """What somebody wrote, in the language it was written in, over the whole width."""
    if not text.strip():
        return
    yield space(4.0)
    yield heading(name, key)
    (across,) = columns(WIDTH_MM)
    inner = Column(across.left_mm + 2.0, across.width_mm - 4.0)
    for number, line in enumerate(text.splitlines()):
        paragraph = Paragraph.of_value(line, Style(9.0, INK))
        align = Align.RIGHT if paragraph.language is Language.AR else Align.LEFT
        for place, part in enumerate(paragraph.style.wrapped(line, inner.width_mm)):
            words = row(
                [Cell((replace(paragraph, text=part),), align)],
                [inner],
                (),
                above_mm=0.5 if place == 0 else 0.0,
                closed=False,
            )
            path = (Element(Role.PARAGRAPH, f"{key}-{number}"),)
            pieces = of_one_element(words.pieces, path)
            yield replace(words, pieces=pieces)


# --- findings and documents -----------------------------------------------------------------------


def _sides(middle_mm: float) -> tuple[Column, Column, Column]:
    """Arabic, middle, French: from the right, as they are read."""
    side = (WIDTH_MM - middle_mm) / 2
    french, middle, arabic = columns(side, middle_mm, side)
    return (
        Column(arabic.left_mm + 1.0, side - 3.0),
        middle,
        Column(french.left_mm + 2.0, side - 3.0),
    )


def _findings(findings: Sequence[SummaryFinding]) -> Iterator[Block]:
    yield heading(FINDINGS, "findings", str(len(findings)))
    if not findings:
        yield from pair(NO_FINDINGS, LABEL, "no-findings")
    for number, one in enumerate(findings):
        style = replace(_ALARM if one.is_error else _HEADS, size_pt=7.6)

        def said(language: Language, finding: SummaryFinding = one) -> tuple[Text, ...]:
            rule = RULE.fill(rule=finding.rule).in_language(language) if finding.rule else ""
            words = Paragraph(finding.message.in_language(language), Style(8.2, INK), language)
            return (words, Paragraph(rule, _NOTE, language)) if rule else (words,)

        cells = (
            Cell(said(Language.AR), Align.RIGHT),
            Cell(stacked(one.severity, style), Align.CENTRE, Role.HEAD_CELL),
            Cell(said(Language.FR), Align.LEFT),
        )
        path = (Element(Role.TABLE, "findings"), Element(Role.ROW, str(number)))
        yield row(cells, _sides(20.0), path, above_mm=0.9)


def _documents(documents: Sequence[SummaryDocument]) -> Iterator[Block]:
    yield heading(DOCUMENTS, "documents", str(len(documents)))
    if not documents:
        yield from pair(NO_DOCUMENTS, LABEL, "no-documents")
    for number, one in enumerate(documents):

        def told(language: Language, document: SummaryDocument = one) -> tuple[Text, ...]:
            name = Paragraph(document.name.in_language(language), Style(8.6, INK, True), language)
            notes = [Paragraph(note.in_language(language), _NOTE, language) for note in document.notes]
            alarms = [Paragraph(alarm.in_language(language), _ALARM, language) for alarm in document.alarms]
            return (name, *notes, *alarms)

        verdict = Style(8.0, WARNING if one.is_declined else ACCENT, True)
        middle = (*stacked(one.verdict, verdict), Paragraph.of_value(one.file, _NOTE))
        cells = (
            Cell(told(Language.AR), Align.RIGHT, Role.HEAD_CELL),
            Cell(middle, Align.CENTRE),
            Cell(told(Language.FR), Align.LEFT),
        )
        path = (Element(Role.TABLE, "documents"), Element(Role.ROW, str(number)))
        yield row(cells, _sides(38.0), path, above_mm=0.9)


# --- answers --------------------------------------------------------------------------------------


def _answers(parts: Sequence[SummaryPart]) -> Iterator[Block]:
    yield heading(ANSWERS, "answers")
    for part in parts:
        beside = PICTURE_MM if any(one.crop for one in part.values) else 0.0
        yield space(2.0)
        yield heading(part.title, f"part-{part.key}", level=Role.SUBHEADING)
        heads = _heads(part.key, beside)
        yield heads
        for number, one in enumerate(part.values):
            path = (Element(Role.TABLE, part.key), Element(Role.ROW, str(number)))
            yield _value(one, path, heads, beside)


def _answer_columns(beside: float) -> tuple[Column, Column, Column]:
    label = LABEL_MM if beside else WIDE_LABEL_MM
    french, middle, arabic = columns(label, WIDTH_MM - 2 * label, label)
    return (
        Column(arabic.left_mm + 1.0, label - 3.0),
        middle,
        Column(french.left_mm + 2.0, label - 3.0),
    )


def _heads(key: str, beside: float) -> Block:
    words = facing(VALUE_HEAD, _HEADS)
    if beside:
        over = LocalizedText(f"{PICTURE.ar} – {VALUE_HEAD.ar}", f"{PICTURE.fr} – {VALUE_HEAD.fr}")
        words = facing(over, _HEADS)
    cells = (
        Cell((Paragraph(FIELD.ar, _HEADS, Language.AR),), Align.RIGHT, Role.HEAD_CELL),
        Cell((words,), Align.CENTRE, Role.HEAD_CELL),
        Cell((Paragraph(FIELD.fr, _HEADS, Language.FR),), Align.LEFT, Role.HEAD_CELL),
    )
    path = (Element(Role.TABLE, key), Element(Role.ROW, HEAD_ROW))
    return replace(row(cells, _answer_columns(beside), path, above_mm=0.4), keep_with_next=True)


def _value(one: SummaryValue, path: tuple[Element, ...], heads: Block, beside: float) -> Block:
    value = both(one.value, VALUE) if one.value else (facing(NO_ANSWER, replace(LABEL, ink=PALE_INK)),)
    texts = [
        *value,
        *(facing(note, _NOTE) for note in one.notes),
        *(facing(alarm, _ALARM) for alarm in one.alarms),
        *(facing(change, _CHANGE) for change in one.changes),
    ]
    cells = (
        Cell((Paragraph(one.label.ar, LABEL, Language.AR),), Align.RIGHT, Role.HEAD_CELL),
        Cell(tuple(texts), Align.CENTRE, Role.CELL, _illustration(one), beside),
        Cell((Paragraph(one.label.fr, LABEL, Language.FR),), Align.LEFT),
    )
    return row(cells, _answer_columns(beside), path, above_mm=0.9, repeated=heads)


def _illustration(one: SummaryValue) -> Illustration | None:
    """The crop at the size it has on paper, smaller where it would not fit; long lines over the value."""
    if one.crop is None:
        return None
    crop = one.crop
    # A line of writing shrunk under two thirds is hard to judge: rather over the value, in all the width.
    room = PICTURE_MM if crop.width_mm <= 1.5 * PICTURE_MM else MIDDLE_MM
    scale = min(1.0, room / crop.width_mm, TALLEST_PICTURE_MM / crop.height_mm)
    alt = CROP_ALT.fill(label=one.label)
    return Illustration(crop.image, crop.width_mm * scale, crop.height_mm * scale, alt)
