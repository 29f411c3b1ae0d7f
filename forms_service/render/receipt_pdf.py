"""Draw the deposit receipt: «وصل الإيداع» / « Accusé de dépôt de demande (*) », one sheet of A4.

French stands on the left, Arabic on the right, what is stated in the middle; Arabic is read first.
The lists of documents flow to further sheets when they are very long; the verification code closes
the last one.  The facts travel in the file's metadata, in the very spelling that is hashed.  Signing
is not done here, but the signature's field is: it has its place among what is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from core.localized_text import Language, LocalizedText
from core.placement import BoxMm
from core.receipt import DepositReceipt, ReceiptDocument
from forms_service.render.artwork import ARTIFACT, Align, Element, Panel, Path, Pattern, Piece, Role, Slot
from forms_service.render.metadata import PaperProperties
from forms_service.render.paper import write_paper
from forms_service.render.paper_blocks import (
    INSET_MM,
    heading,
    pair,
    row,
    rule,
    space,
)
from forms_service.render.paper_cells import (
    SMALL,
    Cell,
    Column,
    Paragraph,
    Style,
    columns,
    set_lines,
)
from forms_service.render.paper_sheets import (
    ACCENT,
    CENTRE_MM,
    FUND,
    INK,
    LABEL_INK,
    LEFT_MM,
    PALE_INK,
    RIGHT_MM,
    WARNING,
    WIDTH_MM,
    Block,
    foot,
    moroccan_moment,
    sheets_of,
)
from forms_service.render.qr_code import qr_rows
from forms_service.render.receipt_facts import carried

TITLE = LocalizedText(ar="وصل الإيداع", fr="Accusé de dépôt de demande (*)")
COMPLEMENT_TITLE = LocalizedText(ar="وصل إيداع تكميلي", fr="Accusé de dépôt complémentaire (*)")
PORTAL = LocalizedText(
    ar="بوابة التجريد المادي لتعويضات النظام العام للصندوق الوطني للضمان الاجتماعي",
    fr="Portail de dématérialisation des prestations du régime général de la CNSS",
)
NAME = LocalizedText(ar="السيد(ة)", fr="Madame / Monsieur")
REGISTRATION = LocalizedText(
    ar="المسجل(ة) بالصندوق الوطني للضمان الاجتماعي تحت رقم",
    fr="Immatriculé à la CNSS sous le numéro",
)
AFFILIATE = LocalizedText(ar="المنخرط(ة)", fr="Affilié")
AFFILIATION = LocalizedText(
    ar="المنخرط(ة) في الصندوق الوطني للضمان الاجتماعي تحت رقم",
    fr="Affilié à la CNSS sous le numéro",
)
REQUEST_TYPE = LocalizedText(ar="نوع الطلب", fr="Type de demande")
REFERENCE = LocalizedText(ar="رقم الطلب", fr="Référence de la demande")
DATE = LocalizedText(ar="تاريخ الطلب", fr="Date de la demande")
COMPLETED = LocalizedText(ar="تاريخ التكملة", fr="Date du complément")
FOOTNOTE = LocalizedText(
    ar="(*) في حالة طلب مراقبة الطلب، يجب إرفاق هذا المستند بملفكم الفعلي.",
    fr="(*) En cas de demande de contrôle physique des documents, "
    "ce document est à joindre à votre dossier physique.",
)
RECEIVED = LocalizedText(ar="الوثائق المودعة", fr="Documents reçus")
NONE_RECEIVED = LocalizedText(ar="لم تودع أي وثيقة.", fr="Aucun document n’a été déposé.")
MISSING = LocalizedText(ar="الوثائق الناقصة", fr="Documents manquants")
NONE_MISSING = LocalizedText(
    ar="لا تنقص أي وثيقة في تاريخ الإيداع.", fr="Aucun document ne manque à la date du dépôt."
)
NONE_MISSING_AFTER = LocalizedText(
    ar="لا تنقص أي وثيقة في تاريخ التكملة.", fr="Aucun document ne manque à la date du complément."
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
QR_ALT = LocalizedText(
    ar="رمز التحقق من الوصل {reference}", fr="Code de vérification de l’accusé {reference}"
)
SIGNATURE = LocalizedText(
    ar="التوقيع الإلكتروني للصندوق الوطني للضمان الاجتماعي",
    fr="Signature électronique de la Caisse Nationale de Sécurité Sociale",
)

LABEL_MM = 56.0
MARK_MM = 18.0
QR_MM = 36.0
HALF_MM = WIDTH_MM / 2 - 4.5
_NARROWEST_MM = 45.0
_SIDE_MM = (WIDTH_MM - QR_MM) / 2 - 5.0

AIR = (1.0, 0.75, 0.5, 0.3, 0.1)
"""How much room stands around the rows; less is tried before a second sheet is begun."""

_LABEL = Style(9.5, LABEL_INK)
_VALUE = Style(10.5, INK, bold=True)
_REFERENCE = Style(13, ACCENT, bold=True)
_DOCUMENT = Style(9, INK)
_MARK = Style(10, ACCENT)
_NOTE = Style(8, LABEL_INK)
_PALE = Style(9, PALE_INK)
_NOTICE_FILL = (0.992, 0.965, 0.906)
_READING = (Language.AR, Language.FR)


def render_receipt(
    receipt: DepositReceipt,
    code: str,
    *,
    keywords: str = "",
    language: Language = Language.AR,
    signature_field: str = "signature",
) -> bytes:
    """Give the receipt's sheets as PDF/A-2u and PDF/UA-1, their facts in the metadata.

    Args:
        code: Text of the QR code.
        keywords: Words for the PDF's own metadata, by which a copy is known again.
        language: The applicant's language; it decides the title of the window, not the contents.
        signature_field: Name of the field that waits for the signature.
    """
    properties = PaperProperties(
        title=LocalizedText(*(f"{_bare_title(receipt, one)} {receipt.reference}" for one in _READING)),
        language=language,
        subject=receipt.request_type.in_language(language),
        author=FUND.in_language(language),
        keywords=keywords,
        created=receipt.issued_at,
        own=carried(receipt, code),
    )
    pages = _pages(receipt, code)
    pages[-1].append(Slot(signature_field))
    return write_paper(pages, properties, signatures={signature_field: SIGNATURE})


def _title_of(receipt: DepositReceipt) -> LocalizedText:
    return TITLE if receipt.completed_at is None else COMPLEMENT_TITLE


def _bare_title(receipt: DepositReceipt, language: Language) -> str:
    return _title_of(receipt).in_language(language).removesuffix(" (*)")


def _pages(receipt: DepositReceipt, code: str) -> list[list[Piece]]:
    """The pieces of every sheet: as few sheets as can be, and on these as airy as can be."""
    best: list[list[Piece]] = []
    for air in AIR:
        pages = sheets_of(list(_blocks(receipt, code, air)), foot(receipt.reference))
        if len(pages) == 1:
            return pages
        if not best or len(pages) < len(best):
            best = pages
    return best


def _blocks(receipt: DepositReceipt, code: str, air: float) -> Iterator[Block]:
    yield _title(receipt, air)
    yield from _facts(receipt, air)
    yield space(6 * air)
    if receipt.physical_check:
        yield _physical_check(air)
        yield space(6 * air)
    yield from _documents("received", RECEIVED, NONE_RECEIVED, "✓", receipt.received, air)
    yield space(5 * air)
    none = NONE_MISSING if receipt.completed_at is None else NONE_MISSING_AFTER
    yield from _documents("missing", MISSING, none, "☐", receipt.missing, air)
    if receipt.missing:
        yield space(1.0 + air)
        yield _sides(NOT_COMPLETE, _NOTE, "not-complete")
    if receipt.claimed:
        yield space(5 * air)
        yield from _documents("claimed", CLAIMED, NONE_RECEIVED, "?", receipt.claimed, air)
    yield space(6 * air)
    yield _verification(receipt, code)
    yield _sides(FOOTNOTE, _NOTE, "footnote")


# --- blocks ---------------------------------------------------------------------------------------


def _title(receipt: DepositReceipt, air: float) -> Block:
    title = _title_of(receipt)
    drop_mm = 3.0 * air
    column = Column(LEFT_MM, WIDTH_MM)
    lines = (
        (title.ar, Style(25, ACCENT, bold=True), Language.AR, Role.TITLE, 0.0),
        (title.fr, Style(16, ACCENT, bold=True), Language.FR, Role.TITLE, 12.0),
        (PORTAL.ar, Style(9, LABEL_INK), Language.AR, Role.PARAGRAPH, 21.0),
        (PORTAL.fr, Style(8.5, LABEL_INK), Language.FR, Role.PARAGRAPH, 25.8),
    )
    pieces: list[Piece] = []
    for text, style, language, role, top_mm in lines:
        path = (Element(role, "title" if role is Role.TITLE else f"portal-{language}"),)
        pieces += set_lines([text], column, drop_mm + top_mm, style, language, Align.CENTRE, path)
    return Block(drop_mm + 31.0 + 3.5 * air, tuple(pieces))


def _facts(receipt: DepositReceipt, air: float) -> Iterator[Block]:
    stated = [
        (AFFILIATE if receipt.affiliation else NAME, _both(receipt.applicant_name)),
        (AFFILIATION if receipt.affiliation else REGISTRATION, _plain(receipt.registration)),
        (REQUEST_TYPE, _both(receipt.request_type)),
        (REFERENCE, _plain(receipt.reference, _REFERENCE)),
        (DATE, _plain(moroccan_moment(receipt.deposited_at))),
    ]
    if receipt.completed_at is not None:
        stated.append((COMPLETED, _plain(moroccan_moment(receipt.completed_at))))
    french, middle, arabic = columns(LABEL_MM, WIDTH_MM - 2 * LABEL_MM, LABEL_MM)
    across = (
        Column(arabic.left_mm + 1.0, LABEL_MM - 1.0 - INSET_MM),
        middle,
        Column(french.left_mm + INSET_MM, LABEL_MM - 1.0 - INSET_MM),
    )
    yield rule(0.5, ACCENT)
    for number, (name, texts) in enumerate(stated):
        cells = (
            Cell((Paragraph(name.ar, _LABEL, Language.AR),), Align.RIGHT, Role.HEAD_CELL),
            Cell(texts or _plain("–"), Align.CENTRE),
            Cell((Paragraph(name.fr, _LABEL, Language.FR),), Align.LEFT, Role.HEAD_CELL),
        )
        path = (Element(Role.TABLE, "facts"), Element(Role.ROW, str(number)))
        yield row(cells, across, path, above_mm=0.6 + 2.0 * air, closed=number < len(stated) - 1)
    yield rule(0.5, ACCENT)


def _plain(text: str, style: Style = _VALUE) -> tuple[Paragraph, ...]:
    return (Paragraph.of_value(text, style),) if text else ()


def _both(text: LocalizedText) -> tuple[Paragraph, ...]:
    """Arabic over French; once where they are the same."""
    return tuple(one for wording in dict.fromkeys((text.ar, text.fr)) for one in _plain(wording))


def _documents(
    key: str,
    name: LocalizedText,
    none: LocalizedText,
    mark: str,
    documents: Sequence[ReceiptDocument],
    air: float,
) -> Iterator[Block]:
    above = heading(name, key, str(sum(one.count for one in documents)))
    yield above
    if not documents:
        yield from pair(none, _PALE, f"{key}-none", 1.0)
    for number, document in enumerate(documents, start=1):
        path = (Element(Role.TABLE, f"{key}-documents"), Element(Role.ROW, str(number)))
        yield _document(mark, document, path, air, above, last=number == len(documents))


def _document(mark: str, line: ReceiptDocument, path: Path, air: float, above: Block, *, last: bool) -> Block:
    label = OF_CHILD.fill(label=line.label, child=line.child) if line.child else line.label
    french, middle, arabic = columns((WIDTH_MM - MARK_MM) / 2, MARK_MM, (WIDTH_MM - MARK_MM) / 2)
    across = (
        Column(arabic.left_mm, arabic.width_mm - INSET_MM),
        middle,
        Column(french.left_mm + INSET_MM, french.width_mm - INSET_MM),
    )
    named = {
        language: Paragraph(
            "\n".join(_evenly_wrapped(text, _DOCUMENT, across[0].width_mm)), _DOCUMENT, language
        )
        for language, text in ((Language.AR, label.ar), (Language.FR, label.fr))
    }
    cells = (
        Cell((named[Language.AR],), Align.RIGHT, Role.HEAD_CELL),
        Cell(
            (Paragraph(f"{mark} ×{line.count}" if line.count > 1 else mark, _MARK, Language.FR),),
            Align.CENTRE,
        ),
        Cell((named[Language.FR],), Align.LEFT, Role.HEAD_CELL),
    )
    return row(cells, across, path, above_mm=0.2 + 0.9 * air, closed=not last, repeated=above)


def _physical_check(air: float) -> Block:
    named = Style(10.5, WARNING, bold=True)
    pieces: list[Piece] = []
    height_mm = 1.5 + air
    for part in (
        _sides(NOTICE, named, "notice", Role.HEADING),
        space(0.8),
        _sides(PHYSICAL_CHECK, Style(9.5, INK), "physical-check"),
    ):
        pieces += [piece.moved(height_mm) for piece in part.pieces]
        height_mm += part.height_mm
    height_mm += 1.5 + air
    frame = [
        Panel(BoxMm(LEFT_MM, 0.0, WIDTH_MM, height_mm), _NOTICE_FILL),
        *(Panel(BoxMm(x_mm, 0.0, 1.0, height_mm), WARNING) for x_mm in (LEFT_MM, RIGHT_MM - 1.0)),
    ]
    return Block(height_mm, (*frame, *pieces))


def _sides(
    text: LocalizedText, style: Style, key: str, role: Role = Role.PARAGRAPH, width_mm: float = HALF_MM
) -> Block:
    """A text in both languages, each at its side of the sheet; a heading is one in both."""
    pieces: list[Piece] = []
    heights = []
    for language, align, left_mm in (
        (Language.AR, Align.RIGHT, RIGHT_MM - INSET_MM - width_mm),
        (Language.FR, Align.LEFT, LEFT_MM + INSET_MM),
    ):
        lines = _evenly_wrapped(text.in_language(language), style, width_mm)
        path = (Element(role, key if role is Role.HEADING else f"{key}-{language}"),)
        pieces += set_lines(lines, Column(left_mm, width_mm), 0.0, style, language, align, path)
        heights.append(len(lines) * style.line_mm)
    return Block(max(heights), tuple(pieces))


@lru_cache(maxsize=512)
def _evenly_wrapped(text: str, style: Style, width_mm: float) -> tuple[str, ...]:
    """As few lines as the width allows, but of like length: no last line of one word."""
    lines = style.wrapped(text, width_mm)
    while width_mm > _NARROWEST_MM:
        width_mm -= 1.5
        narrower = style.wrapped(text, width_mm)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return tuple(lines)


def _verification(receipt: DepositReceipt, code: str) -> Block:
    """The QR code in the middle, what to do with it on both sides."""
    titled = Style(10, ACCENT, bold=True)
    parts = (
        (3.0, _sides(VERIFY, titled, "verify", Role.HEADING, _SIDE_MM)),
        (1.0, _sides(VERIFY_HOW, _NOTE, "how", width_mm=_SIDE_MM)),
        (1.6, _sides(CONTROL_CODE, SMALL, "control", width_mm=_SIDE_MM)),
        (0.0, _control_code(receipt.control_code())),
    )
    pieces: list[Piece] = list(rule().pieces)
    y_mm = 0.0
    for above_mm, part in parts:
        pieces += [piece.moved(y_mm + above_mm) for piece in part.pieces]
        y_mm += above_mm + part.height_mm
    box = BoxMm(CENTRE_MM - QR_MM / 2, 3.0, QR_MM, QR_MM)
    alt = QR_ALT.fill(reference=receipt.reference)
    pieces.append(Pattern(box, qr_rows(code, "M"), alt, (Element(Role.FIGURE, "code"),)))
    return Block(max(y_mm, QR_MM + 5.5), tuple(pieces), keep_with_next=True)


def _control_code(code: str) -> Block:
    """The code on both sides, read once; it always runs from the left, whatever stands around it."""
    style, path = Style(11, INK, bold=True), (Element(Role.PARAGRAPH, "control-code"),)
    right, left = Column(RIGHT_MM - INSET_MM, 0.0), Column(LEFT_MM + INSET_MM, 0.0)
    pieces = set_lines([code], right, 0.0, style, Language.FR, Align.RIGHT, path)
    pieces += set_lines([code], left, 0.0, style, Language.FR, Align.LEFT, ARTIFACT)
    return Block(style.line_mm, tuple(pieces))
