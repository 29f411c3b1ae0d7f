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
from forms_service.render.artwork import ARTIFACT, Align, Element, Piece, Role
from forms_service.render.cover_documents import CoverDocument, Setting, table_of
from forms_service.render.paper_blocks import (
    boxes_to_fill,
    facts,
    heading,
    pair,
    qr_code,
    space,
    title,
)
from forms_service.render.paper_cells import (
    LABEL,
    SMALL,
    VALUE,
    Column,
    Paragraph,
    Style,
    Text,
    both,
    set_lines,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    HEAD_MM,
    INK,
    LEFT_MM,
    PALE_INK,
    ROOM_MM,
    TOP_MM,
    WIDTH_MM,
    Block,
    foot,
    moroccan_day,
    moroccan_moment,
    sheets_of,
)
from forms_service.render.printable_text import typeset

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
_CONTINUED_QR_MM = 22.0
_SETTINGS = (
    Setting(1.5, office_mm=25.0),
    Setting(1.0, office_mm=23.0),
    Setting(0.6, office_mm=21.4),
    Setting(0.2, office_mm=19.8),
    Setting(0.2, 8.0, 7.0, 12.5, 19.0),
    Setting(0.0, 7.4, 6.6, 11.5, 17.0, notes_joined=True),
    Setting(-0.6, 7.0, 6.4, 11.5, 15.0, notes_joined=True),
)
"""From generous to close: the first that needs one sheet is taken, or the closest of all."""


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
        return self.identity_of(1, 1)

    def identity_of(self, page: int, pages: int) -> PageIdentity:
        """What the code of one page says: each page of a cover that goes on says that it is cover."""
        return PageIdentity(self.form_id, self.form_version, page, pages, self.reference, COVER)

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
    """The pieces of the sheet: one page, unless there are dozens of documents."""
    sheet = _typeset(sheet)
    pages = _set(sheet, 1)
    return pages if len(pages) == 1 else _set(sheet, len(pages))


def _typeset(sheet: CoverSheet) -> CoverSheet:
    """The same sheet with one kind of apostrophe in what the specs word."""
    return replace(
        sheet,
        form_title=typeset(sheet.form_title),
        request_type=typeset(sheet.request_type),
        documents=tuple(
            replace(one, label=typeset(one.label), rows=typeset(one.rows) if one.rows else None)
            for one in sheet.documents
        ),
        to_do=tuple(map(typeset, sheet.to_do)),
    )


def _set(sheet: CoverSheet, count: int) -> list[list[Piece]]:
    pages: list[list[Piece]] = []
    for setting in _SETTINGS:
        blocks = list(_blocks(sheet, setting, count))
        pages = sheets_of(blocks, _furniture(sheet), later_head_mm=_CONTINUED_QR_MM + 2 * _QUIET_MM - 3.0)
        if len(pages) == 1:
            break
    return pages


def _blocks(sheet: CoverSheet, setting: Setting, pages: int) -> Iterator[Block]:
    air = max(0.0, setting.air)
    above = [
        space(2.0 * air),
        _banner(sheet, pages),
        space(2.0 * air),
        *facts(_stated(sheet), "facts", 0.4 + 0.5 * setting.air),
        space(0.6 + 2.7 * air),
        *table_of(sheet.documents, setting),
        space(0.6 + 2.7 * air),
        *_to_do(sheet),
    ]
    below = [
        heading(OFFICE, "office"),
        space(1.2),
        boxes_to_fill(OFFICE_BOXES, "office", setting.office_mm),
        *pair(FOR_THE_SCAN, SMALL, "scan", 1.5),
    ]
    yield from above
    # The boxes stand at the foot of the last sheet, where the hand and the stamp expect them.
    height, gap = sum(one.height_mm for one in (*above, *below)), max(0.8, 3.0 * air)
    yield space(max(gap, ROOM_MM - height) if height + gap <= ROOM_MM else gap)
    office = below[:3]
    yield from (replace(one, keep_with_next=True) for one in office)
    yield from below[3:]


def _banner(sheet: CoverSheet, pages: int) -> Block:
    """The code on the left, beside it the paper's name, the form's and, large, the reference."""
    side = Column(LEFT_MM + QR_MM + _QUIET_MM, WIDTH_MM - QR_MM - _QUIET_MM)
    code = qr_code(
        sheet.identity_of(1, pages).encode(),
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


def _furniture(sheet: CoverSheet) -> Callable[[int, int], list[Piece]]:
    """The foot of each page and, where the sheet goes on, its code again: a scanned stack passes it over."""
    foot_of = foot(f"{sheet.reference}  ·  {moroccan_moment(sheet.printed_at)}")

    def pieces(page: int, pages: int) -> list[Piece]:
        if page == 1:
            return foot_of(page, pages)
        box = BoxMm(LEFT_MM, TOP_MM + HEAD_MM + _QUIET_MM - 2.0, _CONTINUED_QR_MM, _CONTINUED_QR_MM)
        path = (Element(Role.FIGURE, f"code-{page}"),)
        alt = QR_ALT.fill(reference=sheet.reference)
        code = qr_code(sheet.identity_of(page, pages).encode(), box, alt, path)
        style, column = Style(13.0, ACCENT, True), Column(box.right + _QUIET_MM, box.width * 3)
        top = box.y + (box.height - style.line_mm) / 2
        named = set_lines([sheet.reference], column, top, style, Language.FR, Align.LEFT, ARTIFACT)
        return [code, *named, *foot_of(page, pages)]

    return pieces
