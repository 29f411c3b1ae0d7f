"""Draw a dossier's cover sheet: one page on top of its papers, for the counter and the scanner.

Its QR code is a page identity of its own kind (``COVER``): where such a sheet lies in a scanned stack,
a dossier begins, and what follows is filed under its reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.localized_text import Language, LocalizedText
from core.placement import COVER, BoxMm, PageIdentity
from forms_service.render.artwork import Align, Element, Piece, Role
from forms_service.render.paper_blocks import (
    LABEL,
    SMALL,
    VALUE,
    Cell,
    Column,
    Paragraph,
    Style,
    Text,
    both,
    boxes_to_fill,
    columns,
    facts,
    heading,
    pair,
    qr_code,
    row,
    set_lines,
    space,
    stacked,
    title,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    INK,
    LEFT_MM,
    PALE_INK,
    ROOM_MM,
    WARNING,
    WIDTH_MM,
    Block,
    foot,
    moroccan_day,
    moroccan_moment,
    sheets_of,
)
from forms_service.render.structure import HEAD_ROW

_T = LocalizedText
TITLE = _T("غلاف الملف", "Page de garde du dossier")
REFERENCE = _T("رقم الطلب", "Référence de la demande")
QR_ALT = _T("رمز الملف {reference}", "Code du dossier {reference}")
APPLICANT = _T("صاحب(ة) الطلب", "Demandeur")
REGISTRATION = _T("رقم التسجيل", "N° d’immatriculation")
REQUEST = _T("نوع الطلب", "Type de demande")
STATE = _T("حالة الملف", "État du dossier")
OPENED = _T("تاريخ فتح الملف", "Ouvert le")
DEPOSITED = _T("تاريخ الإيداع", "Déposé le")
COMPLETED = _T("تاريخ التكملة", "Complété le")
DEADLINE = _T("آخر أجل", "Date limite")
PHYSICAL_CHECK = _T("المراقبة المادية", "Contrôle physique")
CHECK_DRAWN = _T("يُطلب الملف الورقي", "dossier papier demandé")
NOT_GIVEN = _T("غير مذكور", "non indiqué")

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

TO_DO = _T("ما بقي القيام به", "Ce qui reste à faire")
NOTHING_TO_DO = _T("الملف مكتمل: لا ينقص شيء.", "Le dossier est complet : il ne manque rien.")
OFFICE = _T("خاص بالوكالة", "Réservé à l’agence")
OFFICE_BOXES = (
    _T("تسلمه (الاسم)", "Reçu par (nom)"),
    _T("تاريخ التسلم", "Date de réception"),
    _T("الخاتم والتوقيع", "Cachet et signature"),
)
FOR_THE_SCAN = _T(
    "ضعوا هذه الورقة فوق أوراق الملف قبل المسح الضوئي: الصفحات التي تليها تُضم إلى هذا الملف، "
    "إلى غاية غلاف الملف الموالي.",
    "Placez cette feuille au-dessus des papiers avant de les scanner : les pages qui suivent rejoignent ce "
    "dossier, jusqu’à la page de garde suivante.",
)
PRINTED = _T("طُبعت يوم", "imprimé le")

QR_MM = 33.0
_QUIET_MM = 4.5
_COUNT_MM = 14.5
_DOCUMENT_MM = (WIDTH_MM - 4 * _COUNT_MM) / 2
_OFFICE_MM = 19.0
_OFFICE_AIR_MM = 4.0
_NUMBER = Style(9.6, INK)
_AIR = (1.5, 1.0, 0.6, 0.2)
"""How much room stands around the rows; less is tried before a second sheet is begun."""


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


@dataclass(frozen=True, slots=True)
class CoverSheet:
    """What a cover sheet states.

    Attributes:
        deadline: The first day on which something runs out, if a day is set.
        to_do: What is left to do besides handing in what the table shows as missing.
    """

    form_id: str
    form_version: int
    reference: str
    form_title: LocalizedText
    request_type: LocalizedText
    applicant_name: LocalizedText
    registration: str
    state: LocalizedText
    printed_at: datetime
    opened_at: datetime | None = None
    deposited_at: datetime | None = None
    completed_at: datetime | None = None
    deadline: date | None = None
    physical_check: bool = False
    documents: tuple[CoverDocument, ...] = ()
    to_do: tuple[LocalizedText, ...] = ()

    @property
    def identity(self) -> PageIdentity:
        """What the sheet's QR code says."""
        return PageIdentity(self.form_id, self.form_version, 1, 1, self.reference, COVER)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing is left to do."""
        return not self.to_do and not any(one.missing for one in self.documents)


def numbers_in_words(numbers: Sequence[int]) -> LocalizedText:
    """Numbers of rows, those in sequence taken together: «1 إلى 3، 5» / « 1 à 3, 5 »."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])

    def written(to: str, comma: str) -> str:
        spelled = [f"{run[0]} {to} {run[-1]}" if len(run) > 2 else comma.join(map(str, run)) for run in runs]
        return comma.join(spelled)

    return LocalizedText(written("إلى", "، "), written("à", ", "))


def render_cover_sheet(sheet: CoverSheet, language: Language = Language.AR) -> bytes:
    """Give the cover sheet as a finished PDF."""
    from forms_service.render.paper import PaperProperties, write_paper

    heading_ = f"{TITLE.in_language(language)} {sheet.reference}"
    properties = PaperProperties(
        title=LocalizedText(f"{TITLE.ar} {sheet.reference}", f"{TITLE.fr} {sheet.reference}"),
        language=language,
        subject=heading_,
        created=sheet.printed_at,
    )
    return write_paper(cover_sheet_pages(sheet), properties)


def cover_sheet_pages(sheet: CoverSheet) -> list[list[Piece]]:
    """The pieces of the sheet: one page, unless an unusual number of documents needs more."""
    settings = [sheets_of(list(_blocks(sheet, air)), _foot(sheet)) for air in _AIR]
    return min(settings, key=len)


def _blocks(sheet: CoverSheet, air: float) -> Iterator[Block]:
    above = [
        space(2.0 * air),
        _banner(sheet),
        space(2.0 * air),
        *facts(_stated(sheet), "facts", 0.4 + 0.5 * air),
        space(3.0 * air),
        *_documents(sheet, air),
        space(3.0 * air),
        *_to_do(sheet),
    ]
    below = [
        heading(OFFICE, "office"),
        space(1.2),
        boxes_to_fill(OFFICE_BOXES, "office", _OFFICE_MM + _OFFICE_AIR_MM * air),
        *pair(FOR_THE_SCAN, SMALL, "scan", 1.5),
    ]
    yield from above
    # The boxes stand at the foot of the last sheet, where the hand and the stamp expect them.
    height = sum(one.height_mm for one in (*above, *below))
    yield space(max(3.0 * air, ROOM_MM - height) if height + 3.0 * air <= ROOM_MM else 3.0 * air)
    office = below[:3]
    yield from (replace(one, keep_with_next=True) for one in office)
    yield from below[3:]


def _banner(sheet: CoverSheet) -> Block:
    """The code on the left, beside it the paper's name, the form's and, large, the reference."""
    side = Column(LEFT_MM + QR_MM + _QUIET_MM, WIDTH_MM - QR_MM - _QUIET_MM)
    code = qr_code(
        sheet.identity.encode(),
        BoxMm(LEFT_MM, _QUIET_MM - 2.0, QR_MM, QR_MM),
        QR_ALT.fill(reference=sheet.reference),
        (Element(Role.FIGURE, "code"),),
    )
    name = title(TITLE, 17.0, side)
    pieces: list[Piece] = [piece.moved(1.0) for piece in name.pieces]
    y = name.height_mm + 1.0
    texts = (
        (sheet.form_title.ar, Style(11.5, INK, True), Language.AR, "form-title"),
        (sheet.form_title.fr, Style(10.0, INK, True), Language.FR, "form-title"),
        (sheet.reference, Style(22.0, ACCENT, True), Language.FR, "reference"),
        (f"{REFERENCE.ar}", Style(7.4, PALE_INK), Language.AR, "reference-name"),
        (f"{REFERENCE.fr}", Style(7.4, PALE_INK), Language.FR, "reference-name"),
    )
    *above, arabic, french = texts
    for text, style, language, key in above:
        lines = style.wrapped(text, side.width_mm)
        path = (Element(Role.PARAGRAPH, key),)
        pieces += set_lines(lines, side, y, style, language, Align.CENTRE, path)
        y += len(lines) * style.line_mm
    middle = side.left_mm + side.width_mm / 2
    for (text, style, language, key), align, column in (
        (arabic, Align.LEFT, Column(middle + 1.5, side.width_mm / 2)),
        (french, Align.RIGHT, Column(side.left_mm, side.width_mm / 2 - 1.5)),
    ):
        pieces += set_lines([text], column, y, style, language, align, (Element(Role.PARAGRAPH, key),))
    return Block(max(y + SMALL.line_mm, QR_MM + 2 * _QUIET_MM - 4.0), (*pieces, code))


def _stated(sheet: CoverSheet) -> Iterator[tuple[LocalizedText, Sequence[Text]]]:
    name = sheet.applicant_name if sheet.applicant_name.fr else NOT_GIVEN
    yield APPLICANT, both(name, VALUE)
    yield REGISTRATION, _plain(sheet.registration) if sheet.registration else both(NOT_GIVEN, LABEL)
    yield REQUEST, both(sheet.request_type, VALUE)
    yield STATE, both(sheet.state, VALUE)
    for label, moment in (
        (OPENED, sheet.opened_at),
        (DEPOSITED, sheet.deposited_at),
        (COMPLETED, sheet.completed_at),
    ):
        yield label, _plain(moroccan_moment(moment)) if moment else ()
    yield DEADLINE, _plain(moroccan_day(sheet.deadline)) if sheet.deadline else ()
    yield PHYSICAL_CHECK, both(CHECK_DRAWN, VALUE) if sheet.physical_check else ()


def _plain(text: str) -> tuple[Paragraph, ...]:
    return (Paragraph.of_value(text, VALUE),)


# --- documents ------------------------------------------------------------------------------------


def _across() -> tuple[Column, ...]:
    """Arabic name, required, received, missing, on file, French name: from the right, as they are read."""
    french, on_file, missing, received, required, arabic = columns(
        _DOCUMENT_MM, _COUNT_MM, _COUNT_MM, _COUNT_MM, _COUNT_MM, _DOCUMENT_MM
    )
    inner = 2.0
    return (
        Column(arabic.left_mm + inner, arabic.width_mm - 2 * inner),
        required,
        received,
        missing,
        on_file,
        Column(french.left_mm + inner, french.width_mm - 2 * inner),
    )


def _documents(sheet: CoverSheet, air: float) -> Iterator[Block]:
    yield heading(DOCUMENTS, "documents")
    if not sheet.documents:
        yield from pair(NO_DOCUMENTS, LABEL, "no-documents")
        return
    heads = _document_heads()
    yield heads
    for number, one in enumerate(sheet.documents):
        yield _document(one, number, heads, air)


def _document_heads() -> Block:
    style = Style(6.8, PALE_INK, True)
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
    return replace(row(cells, _across(), path, above_mm=0.6), keep_with_next=True)


def _document(one: CoverDocument, number: int, heads: Block, air: float) -> Block:
    def name(language: Language) -> tuple[Paragraph, ...]:
        notes = [one.rows] if one.rows else []
        if one.missing_rows:
            notes.append(MISSING_ROWS.fill(rows=one.missing_rows))
        if one.to_redo:
            notes.append(TO_REDO.fill(count=one.to_redo))
        inks = [PALE_INK if note is one.rows else WARNING for note in notes]
        return (
            Paragraph(one.label.in_language(language), Style(8.8, INK), language),
            *(
                Paragraph(note.in_language(language), Style(7.4, ink), language)
                for note, ink in zip(notes, inks, strict=True)
            ),
        )

    cells = (
        Cell(name(Language.AR), Align.RIGHT, Role.HEAD_CELL),
        _count(one.required),
        _count(one.received),
        _count(one.missing, Style(10.5, WARNING, True)),
        _count(one.on_file),
        Cell(name(Language.FR), Align.LEFT),
    )
    path = (Element(Role.TABLE, "documents"), Element(Role.ROW, str(number)))
    return row(cells, _across(), path, above_mm=0.5 + 0.5 * air, repeated=heads)


def _count(number: int, style: Style = _NUMBER) -> Cell:
    """A number; none is a dash, so that the eye finds the numbers."""
    shown = Paragraph(str(number), style, Language.FR) if number else Paragraph("–", LABEL, Language.FR)
    return Cell((shown,), Align.CENTRE)


# --- what is left ---------------------------------------------------------------------------------


def _to_do(sheet: CoverSheet) -> Iterator[Block]:
    if sheet.complete:
        yield heading(TO_DO, "to-do")
        yield from pair(NOTHING_TO_DO, Style(9.0, INK, True), "nothing")
        return
    if not sheet.to_do:
        return
    yield heading(TO_DO, "to-do", str(len(sheet.to_do)))
    for number, one in enumerate(sheet.to_do):
        bulleted = LocalizedText(f"•  {one.ar}", f"•  {one.fr}")
        yield from pair(bulleted, Style(8.4, INK), f"to-do-{number}", 0.6)


def _foot(sheet: CoverSheet) -> Callable[[int, int], list[Piece]]:
    return foot(f"{sheet.reference}  ·  {moroccan_moment(sheet.printed_at)}")
