"""What a correction slip is built of beside its boxes: whose it is, what to do, what to bring again.

Every block is as high as its room says, whatever is written in it: a reason or a name may be long,
short or missing, and no box moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.form_spec import RequiredDocument
from core.localized_text import Language, LocalizedText, Script, dominant_script
from core.placement import BoxMm
from forms_service.render.artwork import (
    POINT_MM,
    Align,
    Element,
    Ink,
    Panel,
    Piece,
    Role,
    Words,
)
from forms_service.render.page_blocks import Block, Setting
from forms_service.render.paper_grid import ARABIC_EM, CENTRE, CONTENT_WIDTH, LEFT, RIGHT
from forms_service.render.typography import METRICS, text_width_mm, wrap

STEPS = (
    LocalizedText(
        ar="اكتبوا الجواب الصحيح في الخانات أسفله، بخط واضح.",
        fr="Écrivez la bonne réponse dans les cases ci-dessous, lisiblement.",
    ),
    LocalizedText(ar="اكتبوا التاريخ ووقعوا في أسفل القسيمة.", fr="Datez et signez en bas du bulletin."),
    LocalizedText(
        ar="سلموا القسيمة لوكالتكم، أو أرسلوا صورتها من ملفكم على الخط.",
        fr="Remettez-le à votre agence, ou envoyez-en la photo depuis votre dossier en ligne.",
    ),
)
STEP_BRING = LocalizedText(
    ar="سلموا القسيمة مع الوثائق لوكالتكم، أو أرسلوا صورها على الخط.",
    fr="Remettez-le avec les pièces à votre agence, ou envoyez le tout depuis votre dossier en ligne.",
)
STEP_ONLY_BRING = LocalizedText(
    ar="أحضروا الوثائق المذكورة أسفله: لا يُطلب أي جواب آخر.",
    fr="Réunissez les pièces ci-dessous : aucune autre réponse n'est demandée.",
)
REST_IS_KEPT = LocalizedText(
    ar="باقي أجوبتكم ووثائقكم محفوظة ولا تحتاجون إلى إعادتها.",
    fr="Vos autres réponses et pièces sont conservées : ne les redonnez pas.",
)
MESSAGE = LocalizedText(ar="رسالة المصلحة", fr="Message du service")
DOCUMENTS = LocalizedText(ar="الوثائق المطلوبة من جديد", fr="Pièces à fournir de nouveau")
DOSSIER = LocalizedText(ar="الملف", fr="Dossier")
HOLDER = LocalizedText(ar="صاحب الطلب", fr="Demandeur")
ASKED_ON = LocalizedText(ar="تاريخ طلب التصحيح", fr="Demandé le")

PALE = 0.93
NOTE_INK: Ink = 0.2
_STRIP_HEIGHT = 12.4
_BADGE = 5.4
_MESSAGE_LINES = 3
_REASON_LINES = 2
_DOTS = "…"
_FACT_NAME_PT, _FACT_PT = 7.0, 9.6
_FACT_GAP, _FACT_SIDES = 2.2, 4.0


@dataclass(frozen=True, slots=True)
class SlipNotes:
    """What a slip says beside what its code says; all of it is for the reader alone.

    Attributes:
        holder: Name of the person who asks.
        asked_on: Day of the request, as it is printed.
        message: What the reviewer wrote, in the language they wrote it in.
        answers: Why an answer is asked again and what the dossier holds, by field id.
        documents: Why a document is asked again, by id of its demand.
    """

    holder: str = ""
    asked_on: str = ""
    message: str = ""
    answers: Mapping[str, LocalizedText] = field(default_factory=dict)
    documents: Mapping[str, LocalizedText] = field(default_factory=dict)


def dossier_strip(form_title: LocalizedText, reference: str, notes: SlipNotes) -> Block:
    """Whose slip it is: the form in both languages, then dossier, person and day."""
    place = Element(Role.SECTION, "dossier")
    pieces: list[Piece] = [Panel(BoxMm(LEFT, 0.0, CONTENT_WIDTH, _STRIP_HEIGHT), PALE)]
    for language, x, align in _sides(2.0):
        text = form_title.in_language(language)
        size = _size(9.0, language)
        size *= min(1.0, (CONTENT_WIDTH / 2 - 5.0) / max(1.0, text_width_mm(text, size, bold=True)))
        path = (place, Element(Role.PARAGRAPH, f"form.{language}"))
        pieces.append(Words(text, x, 4.6, size, language, align, bold=True, path=path))
    cells = ((DOSSIER, reference), (HOLDER, notes.holder), (ASKED_ON, notes.asked_on))
    stated = [(name, value) for name, value in cells if value]
    right = LEFT + CONTENT_WIDTH
    for (name, value), width in zip(stated, _shares(stated), strict=True):
        path = (place, Element(Role.PARAGRAPH, name.fr))
        pieces += _fact(name, value, right - width / 2, width - _FACT_SIDES, path)
        right -= width
    return Block(_STRIP_HEIGHT, tuple(pieces))


def _shares(stated: Sequence[tuple[LocalizedText, str]]) -> list[float]:
    """How wide each fact's cell is: as its words need, the rest shared; the longest gives way."""
    needed = [
        _names_width(name) + text_width_mm(value, _FACT_PT, bold=True) + _FACT_SIDES for name, value in stated
    ]
    excess = sum(needed) - CONTENT_WIDTH
    if excess > 0:
        longest = needed.index(max(needed))
        needed[longest] -= excess
        return needed
    return [width - excess / len(needed) for width in needed]


def _names_width(name: LocalizedText) -> float:
    """Room that a fact's French and Arabic name take beside its value."""
    arabic = text_width_mm(name.ar, _size(_FACT_NAME_PT, Language.AR))
    return text_width_mm(name.fr, _FACT_NAME_PT) + arabic + 2 * _FACT_GAP


def _fact(
    name: LocalizedText, value: str, middle: float, width: float, path: tuple[Element, ...]
) -> list[Piece]:
    """A value between its French and its Arabic name, on one line, the whole centred."""
    label, size, gap, baseline = _FACT_NAME_PT, _FACT_PT, _FACT_GAP, 10.0
    sides = _names_width(name)
    value = cut_to(value, width - sides, size, bold=True)
    said = text_width_mm(value, size, bold=True)
    left = middle - (sides + said) / 2
    language = Language.AR if dominant_script(value) is Script.ARAB else Language.FR
    value_left = left + text_width_mm(name.fr, label) + gap
    right, arabic = value_left + said + gap, _size(label, Language.AR)
    return [
        Words(name.ar, right, baseline, arabic, Language.AR, Align.LEFT, False, NOTE_INK, path),
        Words(name.fr, left, baseline, label, Language.FR, Align.LEFT, False, NOTE_INK, path),
        Words(value, value_left, baseline, size, language, Align.LEFT, bold=True, path=path),
    ]


def steps_block(steps: Sequence[LocalizedText], setting: Setting) -> Block:
    """What to do, numbered in the middle: French on the left, Arabic on the right."""
    size = setting.density.text_pt
    room = CENTRE - LEFT - _BADGE / 2 - 3.0
    leading = METRICS.line_height * size * POINT_MM
    pieces: list[Piece] = []
    top = 0.0
    for number, step in enumerate(steps, start=1):
        lines = {one: wrap(step.in_language(one), room, _size(size, one)) for one in Language}
        height = max(_BADGE, max(map(len, lines.values())) * leading) + 1.0
        item = (Element(Role.LIST, "steps"), Element(Role.ITEM, str(number)))
        badge = BoxMm(CENTRE - _BADGE / 2, top + (height - _BADGE) / 2, _BADGE, _BADGE)
        middle = top + height / 2 + METRICS.cap_height / 2 * 10.0 * POINT_MM
        pieces.append(Panel(badge, 0.12))
        label = (*item, Element(Role.LABEL, "number"))
        pieces.append(Words(str(number), CENTRE, middle, 10.0, Language.FR, Align.CENTRE, True, 1.0, label))
        for language, x, align in _sides(0.0):
            first = top + (height - len(lines[language]) * leading) / 2
            path = (*item, Element(Role.BODY, str(language)))
            pieces += _lines(lines[language], x, first, size, language, align, path)
        top += height
    return Block(top, tuple(pieces), gap_before=2.0)


def message_block(message: str, setting: Setting) -> Block:
    """What the reviewer wrote, in the script it is written in; room for three lines, filled or not."""
    size = setting.density.text_pt
    leading = METRICS.line_height * size * POINT_MM
    place = Element(Role.SECTION, "message")
    pieces: list[Piece] = []
    height = 4.4 + _MESSAGE_LINES * leading + 1.4
    if message.strip():
        language = Language.AR if dominant_script(message) is Script.ARAB else Language.FR
        set_in = _size(size, language)
        lines = fitted(" ".join(message.split()), CONTENT_WIDTH - 4.0, set_in, _MESSAGE_LINES)
        frame = BoxMm(LEFT, 0.0, CONTENT_WIDTH, 4.4 + len(lines) * leading + 1.4)
        pieces.append(Panel(frame, None, 0.45, 0.25))
        for side, x, align in _sides(2.0):
            path = (place, Element(Role.HEADING, f"caption.{side}"))
            words = MESSAGE.in_language(side)
            pieces.append(Words(words, x, 3.6, _size(7.4, side), side, align, True, NOTE_INK, path))
        x, align = (RIGHT - 2.0, Align.RIGHT) if language is Language.AR else (LEFT + 2.0, Align.LEFT)
        path = (place, Element(Role.PARAGRAPH, "message"))
        pieces += _lines(lines, x, 4.4, size, language, align, path)
    else:
        for language, x, align in _sides(0.0):
            path = (place, Element(Role.PARAGRAPH, f"kept.{language}"))
            words = REST_IS_KEPT.in_language(language)
            size_pt = _size(size, language)
            size_pt *= min(1.0, (CONTENT_WIDTH / 2 - 3.0) / text_width_mm(words, size_pt))
            pieces.append(Words(words, x, leading, size_pt, language, align, path=path))
    return Block(height, tuple(pieces), gap_before=2.0)


def document_block(document: RequiredDocument, reason: LocalizedText | None, setting: Setting) -> Block:
    """One document to bring again: a square to tick off for oneself, and room for why."""
    size, note = setting.density.text_pt, setting.density.text_pt - 0.7
    room = CENTRE - LEFT - _BADGE / 2 - 3.0
    leading = METRICS.line_height * size * POINT_MM
    lines = {
        one: wrap(document.label.in_language(one), room, _size(size, one), bold=True) for one in Language
    }
    why = METRICS.line_height * note * POINT_MM
    height = max(map(len, lines.values())) * leading + _REASON_LINES * why
    place = (Element(Role.LIST, "documents"), Element(Role.ITEM, document.id))
    side = 4.2
    pieces: list[Piece] = [Panel(BoxMm(CENTRE - side / 2, 0.3, side, side), 1.0, 0.15, 0.25)]
    for language, x, align in _sides(0.0):
        path = (*place, Element(Role.BODY, str(language)))
        pieces += _lines(lines[language], x, 0.0, size, language, align, path, bold=True)
        if reason is not None:
            words = fitted(reason.in_language(language), room, _size(note, language), _REASON_LINES)
            below = len(lines[language]) * leading
            pieces += _lines(words, x, below, note, language, align, path, ink=NOTE_INK)
    return Block(height, tuple(pieces), gap_before=1.0)


def note_pieces(
    note: LocalizedText, left: float, right: float, top: float, size: float, lines: int, subject: str
) -> list[Piece]:
    """Why an answer is asked again, under its box: French from the left, Arabic from the right."""
    room = (right - left) / 2 - 2.0
    pieces: list[Piece] = []
    for language, x, align in ((Language.AR, right, Align.RIGHT), (Language.FR, left, Align.LEFT)):
        words = fitted(note.in_language(language), room, _size(size, language), lines)
        path = (Element(Role.PARAGRAPH, f"note.{subject}.{language}"),)
        pieces += _lines(words, x, top, size, language, align, path, ink=NOTE_INK)
    return pieces


def fitted(text: str, width_mm: float, size_pt: float, lines: int) -> list[str]:
    """The text on so many lines; what does not fit is said by dots, the dossier holds it in full."""
    wrapped = wrap(text, width_mm, size_pt) if text.strip() else []
    if len(wrapped) <= lines:
        return wrapped
    rest = " ".join(wrapped[lines - 1 :])
    return [*wrapped[: lines - 1], cut_to(rest, width_mm, size_pt)]


def cut_to(text: str, width_mm: float, size_pt: float, bold: bool = False) -> str:
    """The text, ended by dots after a whole word where it is wider than its room: half a date says a wrong one."""
    if text_width_mm(text, size_pt, bold=bold) <= width_mm:
        return text
    words = text.split()
    while words and text_width_mm(" ".join(words) + _DOTS, size_pt, bold=bold) > width_mm:
        words.pop()
    return " ".join(words) + _DOTS


def _sides(inset: float) -> tuple[tuple[Language, float, Align], ...]:
    """Arabic from the right edge, read first, then French from the left."""
    return ((Language.AR, RIGHT - inset, Align.RIGHT), (Language.FR, LEFT + inset, Align.LEFT))


def _size(size_pt: float, language: Language) -> float:
    return size_pt * ARABIC_EM if language is Language.AR else size_pt


def _lines(
    lines: Sequence[str],
    x: float,
    top: float,
    size: float,
    language: Language,
    align: Align,
    path: tuple[Element, ...],
    *,
    bold: bool = False,
    ink: Ink = 0.0,
) -> list[Piece]:
    leading = METRICS.line_height * size * POINT_MM
    rise = METRICS.cap_height / 2 * size * POINT_MM
    return [
        Words(
            text,
            x,
            top + (number + 0.5) * leading + rise,
            _size(size, language),
            language,
            align,
            bold,
            ink,
            path,
        )
        for number, text in enumerate(lines)
    ]
