"""Names of persons on a document, in both scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.attachments.facts import FactReader, Found, reads
from forms_service.ocr.attachments.labels import Labelled, find_labelled
from forms_service.ocr.attachments.named_persons import MOST_SURE, NO_NAMES, arabic_after, latin_after
from forms_service.ocr.attachments.writing import PageWriting, Piece

_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][A-Za-zÀ-ÖØ-öø-ÿ'’.-]*")
_ARABIC_MARKS = "،,:؛.«»"
_COMMA_AS_HAMZA = re.compile(r"(?<=[^اوي])ء$|(?<=[^اوي]ي)ء$")
"""A comma at a name's end is often read as a hamza; names that do end in one have a long vowel before it."""

MIN_WORD_CONFIDENCE = 0.35
SHORTEST_NAME = 3

LAST_FR, LAST_AR = ("Nom de famille", "Nom"), ("الاسم العائلي", "النسب")
FIRST_FR, FIRST_AR = ("Prénom", "Prénoms"), ("الاسم الشخصي", "الاسم")
WHOLE_FR = (
    "Nom et prénom",
    "Nom et prénoms",
    "Prénom et nom",
    "Nom complet",
    "Titulaire du compte",
    "Titulaire",
    "Nom et prénom du défunt",
    "Nom du défunt",
    "Nom de la défunte",
)
WHOLE_AR = ("الاسم الكامل", "الاسم والنسب", "صاحب الحساب")
_REST_OF_LABEL = frozenset(
    map(fold_letters, ("العائلي", "الشخصي", "الكامل", "والنسب", "et", "prénom", "prénoms", "nom"))
)
_ALL_FR = ("Prénom", "Nom", "Date de naissance", "N° CNI", "Né le", "Née le")
_AR_STOPS = (
    "المزداد",
    "المزدادة",
    "الحامل",
    "الحاملة",
    "مزداد",
    "ازداد",
    "تاريخ",
    "الساكن",
    "الساكنة",
    "من",
    "بتاريخ",
    "بعد",
    "رقم",
    "الاسم",
    "ومن",
    "وأمه",
    "وأمها",
    "ووالدته",
    "ووالدتها",
)


def latin_words(found: Labelled) -> Found | None:
    """The name at the head of what stands behind a label; unsure words end it."""
    kept = []
    for word in found.words:
        text = word.text.strip(",;:")
        if not _LATIN_WORD.fullmatch(text) or word.confidence < MIN_WORD_CONFIDENCE or not text[0].isupper():
            break
        if kept and fold_letters(text) in NO_NAMES:
            break
        kept.append(word)
        if word.text.endswith((",", ";")):
            break
    if not kept or sum(len(word.text.strip(",;:.")) for word in kept) < SHORTEST_NAME:
        return None
    return Found(
        " ".join(word.text.strip(",;:.") for word in kept),
        min(MOST_SURE, *(word.confidence for word in kept)),
    )


def arabic_words(found: Labelled) -> Found | None:
    """The Arabic name at the head of what stands behind a label."""
    kept = []
    for word in found.words:
        text = _COMMA_AS_HAMZA.sub("", word.text.strip(_ARABIC_MARKS))
        if not text or (not kept and fold_letters(text) in _REST_OF_LABEL):
            break
        if not all(map(is_arabic_letter, text)) or _is_stop(text):
            break
        kept.append((text, word.confidence))
        if word.text[-1] in _ARABIC_MARKS:
            break
    if not kept or len(kept) > 6:
        return None
    return Found(" ".join(text for text, _ in kept), min(MOST_SURE, *(confidence for _, confidence in kept)))


def _is_stop(text: str) -> bool:
    folded = fold_letters(text)
    return any(fuzz.ratio(folded, fold_letters(stop)) >= 85 for stop in _AR_STOPS)


def _first_latin(page: PageWriting, labels: Sequence[str]) -> Found | None:
    for found in find_labelled(page.rows, labels, stop_at=_ALL_FR):
        if (name := latin_words(found)) is not None:
            return name
    return None


def _first_arabic(page: PageWriting, labels: Sequence[str]) -> Found | None:
    for found in find_labelled(page.arabic_rows, labels):
        if (name := arabic_words(found)) is not None:
            return name
    return None


def _latin(labels: Sequence[str]) -> FactReader:
    return lambda page, on: _first_latin(page, labels)


def _arabic(labels: Sequence[str]) -> FactReader:
    return lambda page, on: _first_arabic(page, labels)


reads("last")(_latin(LAST_FR))
reads("first")(_latin(FIRST_FR))
reads("last.ar")(_arabic(LAST_AR))
reads("first.ar")(_arabic((*FIRST_AR, "المسمى", "المسماة")))
reads("father")(_latin(("Fils de", "Fille de", "Nom du père", "Père")))
reads("mother")(_latin(("et de", "Nom de la mère", "Mère")))
reads("father.ar")(
    _arabic(
        (
            "اسم الأب",
            "اسم الوالد",
            "الأب",
            "ابن أو بنت",
            "ابن",
            "بنت",
            "أبوه",
            "أبوها",
            "والده",
            "والدها",
            "أبيه",
            "أبيها",
            "لأبيه",
            "لأبيها",
        )
    )
)
reads("mother.ar")(
    _arabic(
        (
            "اسم الأم",
            "اسم الوالدة",
            "الأم",
            "وأمه",
            "وأمها",
            "أمه",
            "أمها",
            "ووالدته",
            "ووالدتها",
            "والدته",
            "والدتها",
            "و",
        )
    )
)


def _person_ar(labels: Sequence[str], cues: Sequence[str], latin: Sequence[str] = ()) -> FactReader:
    """A person named in a sentence, else behind a label; their Latin name tells where the name ends."""

    def read(page: PageWriting, on: date) -> Found | None:
        spelled = _first_latin(page, latin) if latin else None
        named = arabic_after(page.arabic_rows, cues, spelled.raw if spelled else None)
        return named or _first_arabic(page, labels)

    return read


HUSBAND, WIFE = ("Époux", "L'époux"), ("Épouse", "L'épouse")
reads("husband.ar")(_person_ar(("الزوج", "المطلق"), ("السيد", "الزوج"), HUSBAND))
reads("wife.ar")(
    _person_ar(("الزوجة", "المطلقة"), ("السيدة", "بالسيدة", "والسيدة", "الآنسة", "زوجته", "والزوجة"), WIFE)
)
reads("child.ar")(
    _person_ar(
        ("الطفل", "الطفلة", "القاصر"),
        (
            *("الطفل", "الطفلة", "القاصر", "القاصرة", "المكفول", "المكفولة", "وصيا على", "وصية على"),
            *(
                "المقر به",
                "المقر بها",
                "وأقر بأن",
                "الولد",
                "البنت",
                "لابنها",
                "لابنه",
                "ابنها",
                "ابنه",
                "المحضون",
            ),
            *("المحضونة", "الابن", "الابنة", "ابنتها", "ابنته", "طفلها", "طفله", "بطفلها", "بطفله", "طفلتها"),
            *("بطفلتها", "ولدها", "ولده", "المولود", "المولودة", "الصبي"),
        ),
    )
)


def _spouse(labels: Sequence[str], cues: Sequence[str]) -> FactReader:
    return lambda page, on: _first_latin(page, labels) or latin_after(page.rows, cues)


reads("husband")(_spouse(HUSBAND, ("Monsieur", "Mr")))
reads("wife")(_spouse(WIFE, ("Mademoiselle", "Madame", "Mme", "Mlle")))


@reads("name")
def full_name(page: PageWriting, on: date) -> Found | None:
    """Read a person's full name: from its two labels, or from the sentence that names them."""
    whole = _first_latin(page, WHOLE_FR)
    if whole and " " in whole.raw:
        return whole
    first, last = _first_latin(page, FIRST_FR), _first_latin(page, LAST_FR)
    if first and last:
        return Found(f"{first.raw} {last.raw}", min(first.confidence, last.confidence))
    return latin_after(page.rows, PERSON_CUES) or whole


PERSON_CUES = (
    *("attestons que", "atteste que", "certifions que", "certifie que"),
    *(
        "l'élève",
        "l'étudiant",
        "l'étudiante",
        "stagiaire",
        "l'apprenti",
        "l'apprentie",
        "victime",
        "soussigné",
        "soussignée",
    ),
    *("soussigné(e)", "tuteur", "Monsieur", "Madame", "Mademoiselle", "Mme", "Mlle", "Mr", "M.", "M", "que"),
    *(
        "apprenti",
        "apprentie",
        "titulaire",
        "décédé(e)",
        "décédé",
        "décédée",
        *("nommé", "nommée", "défunt", "défunte", "feu", "feue"),
        "désigne",
        "dit que",
        "déclare",
    ),
)
"""Words that introduce a person in a sentence, the most telling first."""


@reads("name", of=("cheque_specimen",))
def cheque_holder(page: PageWriting, on: date) -> Found | None:
    """Read the holder of a cheque: the nearest line of names above the account's number."""
    at = next((at for at, row in enumerate(page.rows) if _digits_on(row) >= 16), len(page.rows))
    for row in reversed(page.rows[max(0, at - 4) : at]):
        words = row[0].words if row else ()
        name = latin_words(Labelled(words))
        is_label = any(
            fold_letters(words[0].text).startswith(cue) for cue in ("agence", "payable", "ordre", "a")
        )
        if name and " " in name.raw and not is_label and name.raw.count(" ") + 1 >= len(words) - 1:
            return Found(name.raw, name.confidence * 0.9)
    return None


def _digits_on(row: Sequence[Piece]) -> int:
    return sum(map(str.isdigit, "".join(piece.text for piece in row)))


@reads("name.ar")
def full_name_ar(page: PageWriting, on: date) -> Found | None:
    """Read a person's full Arabic name: from its two labels, or after «السيد»."""
    latin = full_name(page, on)
    whole = _first_arabic(page, WHOLE_AR)
    if whole and " " in whole.raw:
        return whole
    first, last = _first_arabic(page, FIRST_AR), _first_arabic(page, LAST_AR)
    if first and last and first.raw != last.raw:
        return Found(f"{first.raw} {last.raw}", min(first.confidence, last.confidence))
    return arabic_after(page.arabic_rows, PERSON_CUES_AR, latin.raw if latin else None)


PERSON_CUES_AR = (
    *("التلميذ", "التلميذة", "الطالب", "الطالبة", "المتدرب", "المتدربة", "الضحية", "الموقع أسفله"),
    *("الكافل|الكافلة", "الهالك|الهالكة", "المتوفى|المتوفاة", "المرحوم|المرحومة", "المقر|المقرة"),
    *("المشهود له|لها", "الوصي|الوصية|المقدم|المقدمة", "المصاب|المصابة", "المدعي|المدعية"),
    *("عين|عينت السيد|السيدة", "بأن|أن السيد|السيدة", "السيد|السيدة|للسيد|للسيدة|الآنسة"),
    *("المسمى|المسماة", "أسندت إلى"),
    *("التلميذ(ة)", "المسمى(ة)", "أنا", "توفي|توفيت", "أن"),
)
"""Words that introduce a person in an Arabic sentence, the most telling first."""
