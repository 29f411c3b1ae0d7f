"""What lint advises the author of a form: each remark in English, French and Arabic.

An *error* would spoil the paper or an answer; a *warning* is something a designer would change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.localized_text import Language, LocalizedText, Script, dominant_script


class AdviceSeverity(StrEnum):
    """Whether the form can be printed as it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Advice:
    """One remark on a form's paper.

    Attributes:
        code: Stable name of the case.
        subject: Id of the field, section, text or key it is about.
        english: The message in the language of the spec language itself.
    """

    code: str
    severity: AdviceSeverity
    subject: str
    message: LocalizedText
    english: str

    def in_language(self, language: str) -> str:
        """The message in ``en``, ``fr`` or ``ar``."""
        return self.english if language == "en" else self.message.in_language(Language(language))


def advise(code: str, subject: str, **values: object) -> Advice:
    """Make the remark of that code; ``values`` fill its sentences."""
    severity, english, french, arabic = _SENTENCES[code]
    filled = {"subject": subject, **values}
    message = LocalizedText(
        ar=arabic.format(**{name: _isolated(value, Script.LATN) for name, value in filled.items()}),
        fr=french.format(**{name: _isolated(value, Script.ARAB) for name, value in filled.items()}),
    )
    return Advice(code, severity, subject, message, english.format(**filled))


def _isolated(value: object, foreign: Script) -> object:
    """A value in the other writing, kept from drawing the words around it into its own direction."""
    is_foreign = isinstance(value, str) and dominant_script(value) is foreign
    return f"\u2068{value}\u2069" if is_foreign else value


def in_large_print(advice: Advice) -> Advice:
    """What spoils the large print only: the usual paper can be used, so it is a warning."""
    message = LocalizedText(
        ar=f"في الطبعة بالحروف الكبيرة: {advice.message.ar}",
        fr=f"Dans l'édition en gros caractères : {advice.message.fr}",
    )
    english = f"in large print: {advice.english}"
    return replace(advice, severity=AdviceSeverity.WARNING, message=message, english=english)


_ERROR, _WARNING = AdviceSeverity.ERROR, AdviceSeverity.WARNING

_SENTENCES: Mapping[str, tuple[AdviceSeverity, str, str, str]] = {
    "text_over_text": (
        _ERROR,
        "the printed text «{text}» runs into «{other}» on page {page}: shorten one of them",
        "Le texte imprimé « {text} » empiète sur « {other} », page {page} : abrégez l'un des deux.",
        "النص المطبوع «{text}» يتداخل مع «{other}» في الصفحة {page}: اختصروا أحدهما.",
    ),
    "text_over_box": (
        _ERROR,
        "the printed text «{text}» runs into the box {box!r} on page {page}: shorten it or widen its box",
        "Le texte imprimé « {text} » empiète sur la case « {box} », page {page} : abrégez-le ou "
        "élargissez sa case.",
        "النص المطبوع «{text}» يتداخل مع الخانة «{box}» في الصفحة {page}: اختصروه أو وسّعوا خانته.",
    ),
    "text_off_page": (
        _ERROR,
        "the printed text «{text}» leaves the printed area of page {page}: shorten or split it",
        "Le texte imprimé « {text} » sort de la zone imprimée, page {page} : abrégez-le ou coupez-le en deux.",
        "النص المطبوع «{text}» يخرج عن منطقة الطباعة في الصفحة {page}: اختصروه أو قسموه إلى جزأين.",
    ),
    "box_off_page": (
        _ERROR,
        "the box {subject!r} is taller than what page {page} has room for: give it fewer lines",
        "La case « {subject} » est plus haute que la place disponible, page {page} : donnez-lui moins de lignes.",
        "الخانة «{subject}» أعلى من المكان المتاح في الصفحة {page}: قللوا عدد سطورها.",
    ),
    "label_at_floor": (
        _WARNING,
        "the text «{text}» had to be shrunk to {size} pt, the smallest size: shorten it or widen its box",
        "Le texte « {text} » a dû être réduit à {size} pt, la plus petite taille : abrégez-le ou "
        "élargissez sa case.",
        "اضطررنا إلى تصغير النص «{text}» إلى {size} نقطة، وهو أصغر حجم: اختصروه أو وسّعوا خانته.",
    ),
    "narrow_for_hand": (
        _WARNING,
        "{subject!r} leaves a hand {room} mm to write in, expected {need} mm or more for its kind: "
        "put fewer boxes in its row, or give it a greater width or more lines",
        "« {subject} » laisse {room} mm à l'écriture manuscrite ; il en faut au moins {need} pour ce genre de "
        "réponse : mettez moins de cases sur sa ligne, ou donnez-lui plus de largeur (width) ou de lignes (lines).",
        "تترك الخانة «{subject}» {room} مم للكتابة باليد، ويلزم {need} مم على الأقل لهذا النوع من الأجوبة: "
        "قللوا خانات السطر، أو زيدوا عرضها (width) أو سطورها (lines).",
    ),
    "squeezed": (
        _WARNING,
        "{subject!r} is squeezed to {room} mm while {other!r} beside it has {spare} mm to spare: "
        "raise the width of {subject!r} or lower that of {other!r}",
        "« {subject} » est serré à {room} mm alors que « {other} », à côté, a {spare} mm de trop : augmentez la "
        "largeur (width) du premier ou réduisez celle du second.",
        "الخانة «{subject}» مضغوطة في {room} مم، بينما لدى جارتها «{other}» {spare} مم زائدة: "
        "زيدوا عرض الأولى (width) أو أنقصوا عرض الثانية.",
    ),
    "narrow_cells": (
        _WARNING,
        "the cells of {subject!r} are {room} mm wide, a hand needs 5 mm: put fewer boxes in its row",
        "Les cases de « {subject} » ont {room} mm de large, une main a besoin de 5 mm : mettez moins de cases sur "
        "sa ligne.",
        "عرض مربعات «{subject}» {room} مم، واليد تحتاج إلى 5 مم: قللوا خانات السطر.",
    ),
    "low_lines": (
        _WARNING,
        "the lines of {subject!r} are {room} mm tall, a hand needs 7 mm: give it fewer lines",
        "Les lignes de « {subject} » ont {room} mm de haut, une main a besoin de 7 mm : donnez-lui moins de lignes.",
        "ارتفاع سطور «{subject}» {room} مم، واليد تحتاج إلى 7 مم: قللوا عدد سطورها.",
    ),
    "ticks_too_close": (
        _WARNING,
        "two tick boxes of {subject!r} stand {room} mm apart, a cross needs 1 mm: put fewer boxes in their row",
        "Deux cases à cocher de « {subject} » ne sont distantes que de {room} mm, une croix a besoin de 1 mm : "
        "mettez moins de cases sur la ligne.",
        "بين مربعين من مربعات «{subject}» {room} مم فقط، والعلامة تحتاج إلى 1 مم: قللوا خانات السطر.",
    ),
    "small_signature": (
        _WARNING,
        "the signature {subject!r} has {width} × {height} mm, expected {need_width} × {need_height} mm or more: "
        "put fewer boxes in its row",
        "La signature « {subject} » n'a que {width} × {height} mm ; il faut au moins "
        "{need_width} × {need_height} mm : mettez moins de cases sur sa ligne.",
        "مساحة التوقيع «{subject}» {width} × {height} مم، ويلزم {need_width} × {need_height} مم على الأقل: "
        "قللوا خانات السطر.",
    ),
    "idle_row": (
        _WARNING,
        "the row that begins with {subject!r} uses {share} % of the width: put it beside another row's boxes",
        "La ligne qui commence par « {subject} » n'occupe que {share} % de la largeur : joignez ses cases à une "
        "autre ligne.",
        "السطر الذي يبدأ بالخانة «{subject}» لا يشغل إلا {share} % من العرض: اجمعوا خاناته مع سطر آخر.",
    ),
    "unbalanced_text": (
        _WARNING,
        "this text takes {french} lines in French and {arabic} in Arabic: check that both say the same, "
        "or split it so that the columns keep step",
        "Ce texte prend {french} lignes en français et {arabic} en arabe : vérifiez que les deux disent la même "
        "chose, ou coupez-le pour que les colonnes restent de pair.",
        "عدد سطور هذا النص {french} بالفرنسية و{arabic} بالعربية: تأكدوا من أن النصين يقولان الشيء نفسه، "
        "أو قسموه حتى يتساير العمودان.",
    ),
    "arabic_forgotten": (
        _WARNING,
        "the Arabic text «{text}» is not written in Arabic letters: was the translation forgotten?",
        "Le texte arabe « {text} » n'est pas écrit en lettres arabes : la traduction a-t-elle été oubliée ?",
        "النص العربي «{text}» غير مكتوب بالحروف العربية: هل نُسيت ترجمته؟",
    ),
    "french_forgotten": (
        _WARNING,
        "the French text «{text}» is written in Arabic letters: was the translation forgotten?",
        "Le texte français « {text} » est écrit en lettres arabes : la traduction a-t-elle été oubliée ?",
        "النص الفرنسي «{text}» مكتوب بالحروف العربية: هل نُسيت ترجمته؟",
    ),
    "missing_twin": (
        _WARNING,
        "the name {subject!r} is asked in one script only: use kind name with scripts: both, so that it has its "
        "twin in the other",
        "Le nom « {subject} » n'est demandé que dans une écriture : mettez le genre name avec scripts: both pour "
        "lui donner son pendant dans l'autre.",
        "الاسم «{subject}» مطلوب بكتابة واحدة فقط: استعملوا النوع name مع scripts: both ليكون له مقابله "
        "بالكتابة الأخرى.",
    ),
    "lonely_heading": (
        _WARNING,
        "nothing follows this heading on paper: move it, or put something under it",
        "Rien ne suit ce titre sur le papier : déplacez-le ou mettez quelque chose dessous.",
        "لا شيء يتبع هذا العنوان على الورق: انقلوه أو ضعوا شيئا تحته.",
    ),
    "empty_page": (
        _WARNING,
        "page {page} is filled to {share} % only: shorten the pages before it, or leave out new_page",
        "La page {page} n'est remplie qu'à {share} % : abrégez ce qui précède, ou retirez new_page.",
        "الصفحة {page} مملوءة بنسبة {share} % فقط: اختصروا ما قبلها، أو احذفوا new_page.",
    ),
    "dense_page": (
        _WARNING,
        "page {page} is set at its tightest: nothing more fits; begin another page (new_page) or move something",
        "La page {page} est composée au plus serré : rien de plus n'y tient ; commencez une autre page (new_page) "
        "ou déplacez un bloc.",
        "الصفحة {page} مضغوطة إلى أقصى حد ولا تتسع لشيء آخر: ابدؤوا صفحة أخرى (new_page) أو انقلوا جزءا منها.",
    ),
    "header_not_printed": (
        _WARNING,
        "only the first two lines of header are printed",
        "Seules les deux premières lignes de header sont imprimées.",
        "لا يُطبع من header إلا السطران الأولان.",
    ),
    "office_box_in_body": (
        _WARNING,
        "the label of {subject!r} is too long for the office's box in the head: it takes a row of the page instead",
        "Le libellé de « {subject} » est trop long pour la case du service en tête de page : elle prend une ligne "
        "entière.",
        "تسمية «{subject}» أطول من أن تسعها خانة المصلحة في رأس الصفحة، فأخذت الخانة سطرا كاملا: اختصروها.",
    ),
    "unused_footnote": (
        _WARNING,
        "the footnote {mark!r} is declared but no label, title or text bears its mark",
        "La note « {mark} » est déclarée mais aucun libellé, titre ou texte ne porte son renvoi.",
        "الحاشية «{mark}» مُعرَّفة ولا تحمل إشارتَها أي تسمية ولا عنوان ولا نص.",
    ),
}
