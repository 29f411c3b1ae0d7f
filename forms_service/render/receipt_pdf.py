"""Draw the deposit receipt: «وصل الإيداع» / « Accusé de dépôt de demande (*) », one sheet of A4.

French stands on the left, Arabic on the right, what is stated in the middle.  The lists of documents
flow to further sheets when they are very long; the verification code closes the last one.  Signing is
not done here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.localized_text import Language, LocalizedText
from core.placement import PAGE_WIDTH_MM
from core.receipt import DepositReceipt, ReceiptDocument
from forms_service.render.fpdf_drawing import new_document
from forms_service.render.receipt_sheet import (
    ACCENT,
    BAND,
    BOTTOM_MM,
    HAIRLINE,
    HEAD_MM,
    LABEL_INK,
    MARGIN_MM,
    NOTICE_FILL,
    NOTICE_INK,
    PALE_INK,
    QR_MM,
    RIGHT_MM,
    TOP_MM,
    WIDTH_MM,
    Block,
    Color,
    Column,
    Sheet,
    Style,
    draw_qr,
    height_of,
    paginate,
    write_centred,
)
from forms_service.render.typography import wrap

TITLE = LocalizedText(ar="وصل الإيداع", fr="Accusé de dépôt de demande (*)")
FUND = LocalizedText(
    ar="الصندوق الوطني للضمان الاجتماعي",
    fr="Caisse Nationale de Sécurité Sociale",
)
PORTAL = LocalizedText(
    ar="بوابة التجريد المادي لتعويضات النظام العام للصندوق الوطني للضمان الاجتماعي",
    fr="Portail de dématérialisation des prestations du régime général de la CNSS",
)
NAME = LocalizedText(ar="السيد(ة)", fr="Madame / Monsieur")
REGISTRATION = LocalizedText(
    ar="المسجل(ة) بالصندوق الوطني للضمان الاجتماعي تحت رقم",
    fr="Immatriculé à la CNSS sous le numéro",
)
REQUEST_TYPE = LocalizedText(ar="نوع الطلب", fr="Type de demande")
REFERENCE = LocalizedText(ar="رقم الطلب", fr="Référence de la demande")
DATE = LocalizedText(ar="تاريخ الطلب", fr="Date de la demande")
COMPLETED = LocalizedText(ar="تاريخ التكملة", fr="Date du complément")
FOOTNOTE = LocalizedText(
    ar="(*) في حالة طلب مراقبة الطلب، يجب إرفاق هذا المستند بملفك الفعلي.",
    fr="(*) En cas de demande de contrôle physique des documents, "
    "ce document est à joindre à votre dossier physique.",
)
RECEIVED = LocalizedText(ar="الوثائق المودعة", fr="Documents reçus")
NONE_RECEIVED = LocalizedText(ar="لم تودع أي وثيقة.", fr="Aucun document n’a été déposé.")
MISSING = LocalizedText(ar="الوثائق الناقصة", fr="Documents manquants")
NONE_MISSING = LocalizedText(
    ar="لا تنقص أي وثيقة في تاريخ الإيداع.", fr="Aucun document ne manque à la date du dépôt."
)
CLAIMED = LocalizedText(ar="مصرح بإيداعها سابقا – للتحقق", fr="Déclarés déjà déposés – à vérifier")
NOT_COMPLETE = LocalizedText(
    ar="يثبت هذا الوصل إيداع الطلب ولا يعني اكتمال الملف. يرجى تقديم الوثائق الناقصة.",
    fr="Cet accusé prouve le dépôt ; il ne dit pas que le dossier est complet. "
    "Veuillez fournir les documents manquants.",
)
OF_CHILD = LocalizedText(ar="{label} – الطفل {child}", fr="{label} – enfant {child}")
NOTICE = LocalizedText(ar="تنبيه", fr="Avertissement")
PHYSICAL_CHECK = LocalizedText(
    ar="طلبكم خاضع للمراقبة المادية. يتعين عليكم وضع طلبكم الورقي مرفقا بهذا الوصل "
    "في وكالة من وكالات الصندوق الوطني للضمان الاجتماعي.",
    fr="Votre demande est soumise au contrôle physique. Vous devez déposer votre demande sur papier, "
    "accompagnée de cet accusé, dans une agence CNSS.",
)
VERIFY = LocalizedText(ar="التحقق من صحة الوصل", fr="Vérifier cet accusé")
VERIFY_HOW = LocalizedText(
    ar="امسحوا هذا الرمز، أو أدخلوا رقم الطلب ورمز المراقبة في البوابة. الوصل موقع إلكترونيا: "
    "كل تغيير في ملفه يظهر عند التحقق.",
    fr="Lisez ce code, ou saisissez sur le portail la référence et le code de contrôle. L’accusé est "
    "signé électroniquement : toute modification du fichier se voit à la vérification.",
)
CONTROL_CODE = LocalizedText(ar="رمز المراقبة", fr="Code de contrôle")
PAGE = LocalizedText(ar="الصفحة {page} من {pages}", fr="Page {page} sur {pages}")

LABEL_MM = 56.0
VALUE_MM = WIDTH_MM - 2 * LABEL_MM
INDENT_MM = 3.0
DOCUMENT_MM = 81.0
HALF_MM = 84.0

AIR = (1.0, 0.75, 0.5, 0.3)
"""How much room stands around the rows; less is tried before a second sheet is begun."""

_LABEL = Style(9.5, LABEL_INK)
_VALUE = Style(10.5, bold=True)
_REFERENCE = Style(13, ACCENT, bold=True)
_DOCUMENT = Style(9)
_MARK = Style(10, ACCENT)
_SMALL = Style(8, LABEL_INK)
_PALE = Style(9, PALE_INK)
_HEADING = Style(10.5, ACCENT, bold=True)


def render_receipt(
    receipt: DepositReceipt, code: str, *, keywords: str = "", language: Language = Language.AR
) -> bytes:
    """Give the receipt's sheet as PDF, its facts attached as ``receipt.json``.

    Args:
        code: Text of the QR code.
        keywords: Words for the PDF's own metadata, by which a copy is known again.
        language: The applicant's language; it decides the title of the window, not the contents.
    """
    title = TITLE.in_language(language).removesuffix(" (*)")
    document = new_document(f"{title} {receipt.reference}", language)
    document.set_author(FUND.in_language(language))
    document.set_subject(receipt.request_type.in_language(language))
    document.set_keywords(keywords)
    document.creation_date = receipt.issued_at
    document.embed_file(
        bytes=receipt.canonical_json(),
        basename="receipt.json",
        mime_type="application/json",
        modification_date=receipt.issued_at,
    )
    pages = _pages(receipt, code)
    for number, blocks in enumerate(pages, start=1):
        sheet = Sheet(document)
        _draw_head(sheet)
        y_mm = TOP_MM + HEAD_MM
        for block in blocks:
            block.draw(sheet, y_mm)
            y_mm += block.height_mm
        _draw_foot(sheet, receipt.reference, number, len(pages))
        sheet.finish()
    return bytes(document.output())


def _pages(receipt: DepositReceipt, code: str) -> list[list[Block]]:
    """The blocks of every sheet: as few sheets as can be, and on these as airy as can be."""
    settings = [paginate(list(_blocks(receipt, code, air))) for air in AIR]
    return min(settings, key=len)


def _blocks(receipt: DepositReceipt, code: str, air: float) -> Iterator[Block]:
    yield _title(air)
    yield from _facts(receipt, air)
    yield _space(6 * air)
    if receipt.physical_check:
        yield _physical_check(air)
        yield _space(6 * air)
    yield from _documents(RECEIVED, NONE_RECEIVED, "✓", receipt.received, air)
    yield _space(5 * air)
    yield from _documents(MISSING, NONE_MISSING, "☐", receipt.missing, air)
    if receipt.missing:
        yield _pair(NOT_COMPLETE, _SMALL, above_mm=2 * air)
    if receipt.claimed:
        yield _space(5 * air)
        yield from _documents(CLAIMED, NONE_RECEIVED, "?", receipt.claimed, air)
    yield _space(6 * air)
    yield _verification(receipt, code)
    yield _pair(FOOTNOTE, _SMALL, above_mm=2.5)


# --- blocks ---------------------------------------------------------------------------------------


def _space(height_mm: float) -> Block:
    return Block(height_mm, lambda sheet, top_mm: None)


def _title(air: float) -> Block:
    drop_mm = 7.5 + 3.0 * air
    lines = (
        (TITLE.ar, Style(25, ACCENT, bold=True), 0.0),
        (TITLE.fr, Style(16, ACCENT, bold=True), 10.0),
        (PORTAL.ar, Style(9, LABEL_INK), 17.5),
        (PORTAL.fr, Style(8.5, LABEL_INK), 22.3),
    )

    def draw(sheet: Sheet, top_mm: float) -> None:
        for text, style, baseline_mm in lines:
            sheet.write(Column.TITLE, text, top_mm + drop_mm + baseline_mm, style)

    return Block(drop_mm + 24.0 + 4.0 * air, draw)


def _facts(receipt: DepositReceipt, air: float) -> Iterator[Block]:
    yield _rule(0.5, ACCENT)
    yield _fact(NAME, _both(receipt.applicant_name), air)
    yield _fact(REGISTRATION, [receipt.registration], air)
    yield _fact(REQUEST_TYPE, _both(receipt.request_type), air)
    yield _fact(REFERENCE, [receipt.reference], air, _REFERENCE)
    yield _fact(DATE, [moroccan_moment(receipt.deposited_at)], air, last=receipt.completed_at is None)
    if receipt.completed_at is not None:
        yield _fact(COMPLETED, [moroccan_moment(receipt.completed_at)], air, last=True)
    yield _rule(0.5, ACCENT)


def _both(text: LocalizedText) -> list[str]:
    """Arabic over French; once where they are the same."""
    return list(dict.fromkeys(wording for wording in (text.ar, text.fr) if wording))


def _fact(
    label: LocalizedText, values: list[str], air: float, style: Style = _VALUE, *, last: bool = False
) -> Block:
    french = wrap(label.fr, LABEL_MM - 3, _LABEL.size_pt)
    arabic = wrap(label.ar, LABEL_MM - 3, _LABEL.size_pt)
    middle = [line for value in values for line in wrap(value, VALUE_MM - 2, style.size_pt, style.bold)]
    height_mm = max(height_of(french, _LABEL), height_of(arabic, _LABEL), height_of(middle, style), 6.0)
    height_mm += 4.0 * air

    def draw(sheet: Sheet, top_mm: float) -> None:
        write_centred(sheet, Column.FRENCH, french, top_mm, height_mm, _LABEL)
        write_centred(sheet, Column.VALUE, middle, top_mm, height_mm, style)
        write_centred(sheet, Column.ARABIC, arabic, top_mm, height_mm, _LABEL)
        if not last:
            sheet.rule(top_mm + height_mm, 0.15, HAIRLINE)

    return Block(height_mm, draw)


def _rule(thickness_mm: float, color: Color) -> Block:
    return Block(0.0, lambda sheet, top_mm: sheet.rule(top_mm, thickness_mm, color))


def _documents(
    heading: LocalizedText,
    none: LocalizedText,
    mark: str,
    documents: Sequence[ReceiptDocument],
    air: float,
) -> Iterator[Block]:
    yield _heading(heading, len(documents))
    if not documents:
        yield _pair(none, _PALE, above_mm=1.0)
    for number, document in enumerate(documents, start=1):
        yield _document(mark, document, air, last=number == len(documents))


def _heading(text: LocalizedText, count: int) -> Block:
    def draw(sheet: Sheet, top_mm: float) -> None:
        sheet.fill(MARGIN_MM, top_mm, WIDTH_MM, 7.0, BAND)
        sheet.write_pair(text, top_mm + 4.9, _HEADING, INDENT_MM)
        sheet.write(Column.VALUE, str(count), top_mm + 4.9, _HEADING)

    return Block(7.4, draw, keep_with_next=True)


def _document(mark: str, line: ReceiptDocument, air: float, *, last: bool) -> Block:
    label = OF_CHILD.fill(label=line.label, child=line.child) if line.child else line.label
    french = wrap(label.fr, DOCUMENT_MM - 3, _DOCUMENT.size_pt)
    arabic = wrap(label.ar, DOCUMENT_MM - 3, _DOCUMENT.size_pt)
    height_mm = max(height_of(french, _DOCUMENT), height_of(arabic, _DOCUMENT)) + 0.4 + 1.8 * air
    middle = [f"{mark} ×{line.count}" if line.count > 1 else mark]

    def draw(sheet: Sheet, top_mm: float) -> None:
        write_centred(sheet, Column.FRENCH, french, top_mm, height_mm, _DOCUMENT, INDENT_MM)
        write_centred(sheet, Column.VALUE, middle, top_mm, height_mm, _MARK)
        write_centred(sheet, Column.ARABIC, arabic, top_mm, height_mm, _DOCUMENT, INDENT_MM)
        if not last:
            sheet.rule(top_mm + height_mm, 0.12, HAIRLINE)

    return Block(height_mm, draw)


def _pair(text: LocalizedText, style: Style, *, above_mm: float) -> Block:
    """French on the left half, Arabic on the right half."""
    french, arabic = (wrap(wording, HALF_MM, style.size_pt) for wording in (text.fr, text.ar))

    def draw(sheet: Sheet, top_mm: float) -> None:
        sheet.write_lines(Column.FRENCH, french, top_mm + above_mm, style, INDENT_MM)
        sheet.write_lines(Column.ARABIC, arabic, top_mm + above_mm, style, INDENT_MM)

    return Block(max(height_of(french, style), height_of(arabic, style)) + above_mm, draw)


def _physical_check(air: float) -> Block:
    title = Style(10.5, NOTICE_INK, bold=True)
    body = _pair(PHYSICAL_CHECK, Style(9.5), above_mm=0)
    height_mm = body.height_mm + 9.0 + 2.0 * air

    def draw(sheet: Sheet, top_mm: float) -> None:
        sheet.fill(MARGIN_MM, top_mm, WIDTH_MM, height_mm, NOTICE_FILL)
        for x_mm in (MARGIN_MM, RIGHT_MM - 1.0):
            sheet.fill(x_mm, top_mm, 1.0, height_mm, NOTICE_INK)
        sheet.write_pair(NOTICE, top_mm + 5.0 + air, title, INDENT_MM)
        body.draw(sheet, top_mm + 7.0 + air)

    return Block(height_mm, draw)


def _verification(receipt: DepositReceipt, code: str) -> Block:
    """The QR code in the middle, what to do with it on both sides."""
    side_mm = (WIDTH_MM - QR_MM) / 2 - 6
    title, control = Style(10, ACCENT, bold=True), Style(11, bold=True)

    def draw(sheet: Sheet, top_mm: float) -> None:
        sheet.rule(top_mm, 0.15, HAIRLINE)
        draw_qr(sheet, code, (PAGE_WIDTH_MM - QR_MM) / 2, top_mm + 3)
        sheet.write_pair(VERIFY, top_mm + 6.5, title, INDENT_MM)
        for column, text in ((Column.FRENCH, VERIFY_HOW.fr), (Column.ARABIC, VERIFY_HOW.ar)):
            lines = wrap(text, side_mm, _SMALL.size_pt)
            sheet.write_lines(column, lines, top_mm + 8.5, _SMALL, INDENT_MM)
            sheet.write(column, receipt.control_code(), top_mm + 34, control, INDENT_MM)
        sheet.write_pair(CONTROL_CODE, top_mm + 29, _SMALL, INDENT_MM)

    return Block(QR_MM + 4.5, draw, keep_with_next=True)


# --- head and foot --------------------------------------------------------------------------------


def _draw_head(sheet: Sheet) -> None:
    sheet.write_pair(FUND, TOP_MM + 4, _HEADING)
    sheet.rule(TOP_MM + 7.0, 0.7, ACCENT)
    sheet.rule(TOP_MM + 8.2, 0.2, ACCENT)


def _draw_foot(sheet: Sheet, reference: str, page: int, pages: int) -> None:
    style = Style(7.5, PALE_INK)
    baseline_mm = BOTTOM_MM + 6.5
    sheet.rule(baseline_mm - 4.3, 0.15, HAIRLINE)
    sheet.write_pair(PAGE.fill(page=page, pages=pages), baseline_mm, style)
    sheet.write(Column.VALUE, reference, baseline_mm, style)


def moroccan_moment(moment: datetime) -> str:
    """Day and hour on the clocks of Morocco, as both languages write them there."""
    return moment.astimezone(_moroccan_zone()).strftime("%d/%m/%Y – %H:%M")


def _moroccan_zone() -> tzinfo:
    try:
        return ZoneInfo("Africa/Casablanca")
    except ZoneInfoNotFoundError:  # a machine without time zones: the legal time outside Ramadan
        return timezone(timedelta(hours=1))
