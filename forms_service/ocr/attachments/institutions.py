"""Who wrote a paper: the employer, the school, the bank, by label, by letterhead, or by the account's code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.attachments.facts import Found, reads
from forms_service.ocr.attachments.names import full_name
from forms_service.ocr.attachments.numbers import account
from forms_service.ocr.attachments.office_words import begins_with_a_function
from forms_service.ocr.attachments.writing import PageWriting, Piece
from forms_service.ocr.page_identity import find_identity

Rows = Sequence[Sequence[Piece]]

HEAD_ZONE = 0.35
"""A letterhead stands in this much of a page, above its title."""

LABELLED, IN_HEAD, BY_CODE, BY_BOTH, AT_ODDS = 0.85, 0.75, 0.85, 0.95, 0.6
"""What a name is worth by where it was found; nothing proves how a firm is spelled."""

MIN_WORD_CONFIDENCE, LABEL_LIKENESS = 0.4, 86.0
FEWEST_LETTERS, MOST_WORDS = 4, 9

BANK_CODES = {
    "007": "Attijariwafa Bank",
    "011": "Bank of Africa (BMCE)",
    "013": "BMCI",
    "021": "Crédit du Maroc",
    "022": "Société Générale Maroc",
    "225": "Crédit Agricole du Maroc",
    "230": "CIH Bank",
    "310": "Trésorerie Générale du Royaume",
    "350": "Al Barid Bank",
}
"""First digits of the accounts of the banks most people have; a code that is not here names nobody."""

POPULAR_BANKS, POPULAR_BANK = range(101, 191), "Banque Populaire"
"""Every regional bank of the group has a code of its own."""

_TITLE = re.compile(
    r"(certificat|attestation|releve|bulletin|contrat|carte|taxe|declaration)\b|(شهاده|ورقه|كشف|بيان|عقد)(?!\w)"
)
_NO_FIRM = re.compile(
    r"(royaume|ministere|academie|direction|delegation|province|prefecture|wilaya|service|agence|office|tel\b|fax|"
    r"rue|avenue|bd\b|boulevard|ice\b|rc\b|patente|caisse nationale|cnss|site|www|e-?mail|capital|siege)"
    r"|(المملكه|وزاره|الاكاديميه|اكاديميه|المديريه|مديريه|النيابه|عماله|اقليم|ولايه|مصلحه|وكاله|الهاتف|الصندوق)(?!\w)"
)
_AS_A_PERSON = re.compile(
    r"(?:(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle) )?[A-ZÀ-Ý][a-zà-ÿ'’-]+(?: [A-ZÀ-Ý][a-zà-ÿ'’-]+)?"
    r"(?: [A-ZÀ-Ý'’-]{2,}){1,3}"
)
"""«Karim TAZI»: as people write themselves, first name and then surname in capitals."""

_FIRM = re.compile(
    r"\b(sarl|sa|sas|snc|gie|ste|societe|ets|etablissements?|groupe|cabinet|clinique|cooperative|entreprise|pharmacie|"
    r"imprimerie|hotel|cafe|restaurant|garage|textiles?|transports?|travaux|conserverie|laboratoires?)\b"
)
_ADDRESS = re.compile(
    r"\W*(?:n ?° ?)?(?:\d+\W*(?:bis|ter)?\W*)?"
    r"(rue|avenue|av|bd|boulevard|hay|quartier|lot|lotissement|imm|immeuble|residence|douar|derb|appt)\b"
)
_SCHOOL = re.compile(
    r"(?:^|\W)(ecole|college|lycee|groupe scolaire|institut|institution|faculte|universite|centre|complexe|ista|"
    r"cfa|ensa|encg|etablissement scolaire)\b"
    r"|(?<!\w)(?:مدرسه|المدرسه|مدارس|ثانويه|الثانويه|اعداديه|الاعداديه|كليه|جامعه|معهد|مجموعه مدارس|مركز)(?!\w)"
)
_BANK = re.compile(
    r"(?:^|\W)(banque|bank|credit|cih|bmce|bmci|attijariwafa|tresorerie|societe generale)\b"
    r"|(?<!\w)(?:بنك|البنك|القرض|الخزينه|التجاري وفا)(?!\w)"
)


@reads("employer")
def employer(page: PageWriting, on: date) -> Found | None:
    """Read who employs somebody: behind a label, else the firm that heads the paper."""
    labels = ("Employeur", "Raison sociale", "Dénomination", "Nom de l'employeur", "Entreprise")
    labelled = _labelled(page.rows, labels) or _labelled(
        page.arabic_rows, ("المشغل", "اسم المشغل", "اسم المقاولة", "اسم الشركة")
    )
    if labelled is not None:
        return labelled
    for rows in (page.rows, page.arabic_rows):
        for piece in _head(rows, page):
            if _NO_FIRM.match(fold_letters(piece.text)) or begins_with_a_function(piece.text):
                continue
            if _is_an_addressee(piece, page, on):
                return None  # what follows is their address
            return _named(piece, IN_HEAD)
    return None


@reads("school")
def school(page: PageWriting, on: date) -> Found | None:
    """Read which school, or training centre, a pupil goes to."""
    labels = ("Nom de l'établissement", "Établissement", "Etablissement scolaire", "Centre de formation")
    labelled = _labelled(page.rows, labels) or _labelled(page.arabic_rows, ("اسم المؤسسة", "المؤسسة"))
    if labelled is not None:
        return labelled
    for rows in (page.rows, page.arabic_rows):
        # A university stands above its faculty, an academy above its school: the last one is the pupil's.
        schools = [
            piece
            for piece in _head(rows, page)
            if _SCHOOL.search(fold_letters(piece.text)) and not begins_with_a_function(piece.text)
        ]
        if schools:
            return _named(schools[-1], IN_HEAD)
    return None


@reads("bank")
def bank(page: PageWriting, on: date) -> Found | None:
    """Read which bank keeps an account: its letterhead, and the first digits of an account whose key holds."""
    rib = account(page, on)
    by_code = _bank_of(rib.raw) if rib else None
    named = _bank_named(page)
    if named is None:
        return Found(by_code, BY_CODE) if by_code else None
    if by_code is None:
        return named
    alike = fuzz.token_set_ratio(fold_letters(by_code), fold_letters(named.raw)) >= 80
    return Found(by_code, BY_BOTH) if alike else Found(named.raw, min(named.confidence, AT_ODDS))


def _bank_of(rib: str) -> str | None:
    code = rib[:3]
    return POPULAR_BANK if int(code) in POPULAR_BANKS else BANK_CODES.get(code)


def _bank_named(page: PageWriting) -> Found | None:
    for rows in (page.rows, page.arabic_rows):
        for piece in _head(rows, page):
            if _BANK.search(fold_letters(piece.text)):
                return _named(piece, IN_HEAD)
    return _labelled(page.rows, ("Banque", "Nom de la banque", "Établissement bancaire"))


@reads("reference")
def form_reference(page: PageWriting, on: date) -> Found | None:
    """Read the reference of a page of our own form, from its code."""
    mark = find_identity(page.pixels)
    return Found(mark.identity.reference, 0.99) if mark and mark.identity.reference else None


def _labelled(rows: Rows, labels: Sequence[str]) -> Found | None:
    """What stands behind a label that is a label: alone in its cell, or before a colon.

    The same words stand in sentences («dans l'établissement pendant…»), which name nobody.
    """
    wanted = [fold_letters(label) for label in labels]
    for row in rows:
        for piece, following in zip(row, (*row[1:], None), strict=True):
            said, _, value = piece.text.partition(":")
            if not any(fuzz.ratio(fold_letters(said).strip(), label) >= LABEL_LIKENESS for label in wanted):
                continue
            text = _tidy(value) or (_tidy(following.text) if following else "")
            if _is_a_name(text):
                return Found(text, min(LABELLED, (piece if _tidy(value) else following or piece).confidence))
    return None


def _head(rows: Rows, page: PageWriting) -> Iterator[Piece]:
    """The pieces above the title; of a page whose title was not read, those of its upper part."""
    limit = HEAD_ZONE * page.pixels.shape[0]
    for row in rows:
        if row[0].top > limit or any(_TITLE.match(fold_letters(piece.text)) for piece in row):
            return
        yield from (piece for piece in row if _is_a_name(_tidy(piece.text)))


def _is_an_addressee(piece: Piece, page: PageWriting, on: date) -> bool:
    """Whether a line in a paper's head names a person: whom it is about, or one above their own address."""
    person = full_name(page, on)
    if person and sorted(fold_letters(person.raw).split()) == sorted(fold_letters(_tidy(piece.text)).split()):
        return True
    if not _AS_A_PERSON.fullmatch(_tidy(piece.text)) or _FIRM.search(fold_letters(piece.text)):
        return False
    below = [one for row in page.rows for one in row if 0 < one.top - piece.top < 4 * piece.height]
    return any(_ADDRESS.match(fold_letters(one.text)) for one in below)


def _is_a_name(text: str) -> bool:
    letters = sum(one.isalpha() or is_arabic_letter(one) for one in text)
    return letters >= FEWEST_LETTERS and letters >= 0.7 * len(text.replace(" ", "")) and "?" not in text


def _named(piece: Piece, worth: float) -> Found | None:
    if min(word.confidence for word in piece.words) < MIN_WORD_CONFIDENCE or len(piece.words) > MOST_WORDS:
        return None
    return Found(_tidy(piece.text), min(worth, piece.confidence))


def _tidy(text: str) -> str:
    return text.strip(" .,:;،؛-–|'\"«»")
