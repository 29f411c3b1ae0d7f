"""The words of offices: those that name no person, and the Arabic ones around names and dates.

A coarse copy leaves the letters' bodies and blurs their dots: «بناريخ» can only be «بتاريخ».  Only an unsure
word is mended, only to a word of this list, and names never are.
"""

from __future__ import annotations

import re
from functools import cache

from core.dates_in_text import ARABIC_MONTHS, HIJRI_MONTHS, fold_letters

MENDED_BELOW = 0.93
"""A surer word is believed as it was read."""

MENDED = 0.75
"""What a mended word is worth."""

_BODIES = str.maketrans("بتثنيئىجحخدذرزسشصضطظعغفقةؤ", "ٮٮٮٮٮٮٮحححددررسسصصططععفقهو")

_WORDS = (
    "المملكة المغربية وزارة الداخلية العدل التربية الوطنية المحكمة الابتدائية محكمة الاستئناف قسم قضاء الأسرة قاضي"
    " القاضي التوثيق شؤون القاصرين العدلان العدول مكتب الحالة المدنية ضابط جماعة بلدية عمالة إقليم دائرة"
    " رسم عقد الزواج زواج الطلاق طلاق الولادة الازدياد ازدياد الوفاة وفاة شهادة عدلية نسخة موجزة كاملة كفالة الكفالة"
    " الوصاية التبني النسب حكم إقرار بثبوت لحوق مدرسية التسجيل التكوين التدرج المهني العمل الأجرة الدخل تصريح بالشرف"
    " السيد السيدة الآنسة والسيد والسيدة السادة الزوج الزوجة زوجته زوجها المطلق المطلقة المسمى المسماة الطفل الطفلة"
    " القاصر القاصرة المكفول المكفولة الكافل الوصي الوصية وصيا وصية التلميذ التلميذة الطالب الطالبة المتدرب المتدربة"
    " الضحية المصاب العامل الأجير المزداد المزدادة مزداد مزدادة المولود المولودة مولود ازداد ازدادت ولد ولدت توفي توفيت"
    " المتوفى الحامل الحاملة الساكن الساكنة للبطاقة البطاقة بطاقته بطاقتها رقم عدد بتاريخ وبتاريخ تاريخ موافق الموافق"
    " حرر وحرر حررت سلم وسلم صدر صدرت ضمن بموجب يشهد نشهد تشهد بأن أن عين عينت أسندت الاسم الشخصي"
    " العائلي الكامل والنسب الأب الأم اسم والده ووالدته لوالده ابن بنت السنة الدراسية الموسم الدراسي سنة سنوات أعوام"
    " نسبة نسبته العجز عجز البدني الدائم مستمر مدة باطن الأرض المناجم منجم صاحب الحساب البنك الوكالة صالحة غاية إلى من"
    " على في يناير طلقة واحدة أولى رجعية بائنة صداق الصداق قدره درهم الحمد لله وحده المهني الضرائب"
)


_OFFICES = re.compile(
    r"\b(directions?|directeur|directrice|general|generale|delegation|delegue|ministere|agence|service|services|division|"
    r"departement|bureau|guichet|secretaire|secretariat|chef|responsable|gerant|gerante|president|presidente|"
    r"proviseur|inspecteur|controleur|officier|signature|signe|cachet|visa|royaume|caisse|securite|sociale|nationale|"
    r"assure|assuree|immatriculation|carte|regime|prestations|allocations|cnss)\b"
)
_FUNCTIONS = re.compile(
    r"(?:\W|p/|pour |l[ae]s? |m(?:r|me|lle)?\.? |monsieur |madame |l')*"
    r"(directeur|directrice|chef|responsable|gerante?|presidente?|proviseur|doyen|recteur|principal|secretaire|"
    r"chargee? de|signature|signe|cachet|visa|tampon)\b"
    r"|\W*(المدير|المديره|مدير|مديره|الرييس|رييس|الرييسه|الناظر|العميد|المسوول|المسووله|الكاتب|توقيع|خاتم|طابع)(?!\w)"
)


def names_an_office(text: str) -> bool:
    """Whether a text bears a word that stands in no person's name: «DIRECTION GENERALE»."""
    return _OFFICES.search(fold_letters(text)) is not None


def begins_with_a_function(text: str) -> bool:
    """Whether a text says who signs rather than where they do: «Le Directeur du centre»."""
    return _FUNCTIONS.match(fold_letters(text)) is not None


@cache
def _by_body() -> dict[str, str | None]:
    """The one word of each body; None where two words share it."""
    words: dict[str, str | None] = {}
    names = [word for name in (*ARABIC_MONTHS, *HIJRI_MONTHS) for word in name.split()]
    for word in {*_WORDS.split(), *names}:
        body = _body(word)
        words[body] = None if body in words else word
    return words


@cache
def _folded() -> frozenset[str]:
    return frozenset(fold_letters(word) for word in _WORDS.split())


def is_office_word(word: str) -> bool:
    """Whether a word is one of the list: two pieces that make one together belong together."""
    return fold_letters(word) in _folded()


def mended(word: str, confidence: float) -> tuple[str, float]:
    """The word of the list that an unsure word must be, else the word as it was read."""
    if confidence >= MENDED_BELOW or len(word) < 3:
        return word, confidence
    marks = word[len(word.rstrip("،.:؛")) :]
    body = _body(word.rstrip("،.:؛"))
    meant = _by_body().get(body)
    if meant is None:
        return word, confidence
    if fold_letters(meant) == fold_letters(word):
        return meant + marks, max(confidence, MENDED)
    return meant + marks, MENDED


def _body(word: str) -> str:
    return fold_letters(word).translate(_BODIES)
