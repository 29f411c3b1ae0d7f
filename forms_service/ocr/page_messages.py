"""What became of each page of a scan, told in both languages under a stable code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from core.localized_text import LocalizedText


class PageCode(StrEnum):
    """What became of a page, or what a set of pages lacks."""

    READ = "read"
    KNOWN_BY_PRINT = "known_by_print"
    UNIDENTIFIED = "unidentified_page"
    CODE_UNREADABLE = "unreadable_page_code"
    UNKNOWN_FORM = "unknown_form"
    COVER_SHEET = "cover_sheet"
    WRONG_PAGE_COUNT = "page_not_in_form"
    NOT_REGISTERED = "page_not_registered"
    DUPLICATE = "duplicate_page"
    OTHER_FORM = "other_form"
    OTHER_VERSION = "other_version"
    OUTDATED_VERSION = "outdated_version"
    OTHER_REFERENCE = "other_reference"
    OTHER_VARIANT = "other_variant"
    OTHER_PERSON = "other_person"
    PARTLY_OUTSIDE = "partly_outside"
    MISSING_PAGE = "missing_page"
    ALTERED_PRINT = "altered_print"


PAGE_SENTENCES: Mapping[PageCode, LocalizedText] = {
    PageCode.READ: LocalizedText(
        ar="قرئت الصفحة {page} من الاستمارة {form}.", fr="La page {page} du formulaire {form} a été lue."
    ),
    PageCode.KNOWN_BY_PRINT: LocalizedText(
        ar="رمز الصفحة غير مقروء، فعُرفت من طباعتها: الصفحة {page} من الاستمارة {form}. تحققوا من أنها لهذا الملف.",
        fr="Le code de la page est illisible ; elle est reconnue à son impression : page {page} du formulaire "
        "{form}. Vérifiez qu'elle appartient à ce dossier.",
    ),
    PageCode.UNIDENTIFIED: LocalizedText(
        ar="هذه الصفحة ليست من استماراتنا أو رمزها غير ظاهر. إذا كانت وثيقة مرفقة فأضيفوها إلى الوثائق.",
        fr="Cette page n'est pas un de nos formulaires, ou son code n'est pas visible. "
        "S'il s'agit d'une pièce jointe, ajoutez-la aux documents.",
    ),
    PageCode.CODE_UNREADABLE: LocalizedText(
        ar="هذه صفحة من إحدى استماراتنا لكن رمزها المربع غير مقروء. أعيدوا مسحها بحيث يظهر الرمز كاملا وواضحا.",
        fr="Cette page est un de nos formulaires, mais son code carré est illisible. "
        "Numérisez-la de nouveau, le code entier et net.",
    ),
    PageCode.UNKNOWN_FORM: LocalizedText(
        ar="الاستمارة {form} في صيغتها {version} غير معروفة هنا. اطبعوا الصيغة المعمول بها حاليا.",
        fr="Le formulaire {form}, version {version}, n'est pas connu ici. Imprimez la version en vigueur.",
    ),
    PageCode.COVER_SHEET: LocalizedText(
        ar="هذه ورقة غلاف ملف يخص الاستمارة {form}، وليست من صفحاتها: لا شيء فيها يُقرأ.",
        fr="C'est la page de garde d'un dossier du formulaire {form}, pas une de ses pages : rien n'y est à lire.",
    ),
    PageCode.WRONG_PAGE_COUNT: LocalizedText(
        ar="لا وجود للصفحة {page} في الاستمارة {form}. تحققوا من الورقة ثم أعيدوا مسحها.",
        fr="Le formulaire {form} n'a pas de page {page}. Vérifiez la feuille, puis numérisez-la de nouveau.",
    ),
    PageCode.NOT_REGISTERED: LocalizedText(
        ar="عُرفت الصفحة {page} من الاستمارة {form} لكن تعذر ضبط موضعها. أعيدوا مسحها بحيث تظهر زواياها الأربع.",
        fr="La page {page} du formulaire {form} est reconnue mais n'a pu être calée. "
        "Numérisez-la de nouveau, les quatre coins visibles.",
    ),
    PageCode.DUPLICATE: LocalizedText(
        ar="وردت الصفحة {page} من الاستمارة {form} أكثر من مرة. احتُفظ بالأولى وقورنت بها الأخرى.",
        fr="La page {page} du formulaire {form} est arrivée plusieurs fois. "
        "La première est gardée, l'autre lui a été comparée.",
    ),
    PageCode.OTHER_FORM: LocalizedText(
        ar="هذه الصفحة من استمارة أخرى ({form}). قرئت على حدة ولم تُخلط بالباقي.",
        fr="Cette page est d'un autre formulaire ({form}). Elle a été lue à part, sans être mêlée au reste.",
    ),
    PageCode.OTHER_VERSION: LocalizedText(
        ar="هذه الصفحة من صيغة أخرى ({version}) للاستمارة {form}. قرئت على حدة ولم تُخلط بالباقي.",
        fr="Cette page est d'une autre version ({version}) du formulaire {form}. "
        "Elle a été lue à part, sans être mêlée au reste.",
    ),
    PageCode.OUTDATED_VERSION: LocalizedText(
        ar="الصفحة {page} مطبوعة على الصيغة {version} من الاستمارة {form}، وقد حلت محلها الصيغة {newest}."
        " قُرئت الأجوبة؛ تحققوا مما إذا كانت هذه الصيغة ما زالت مقبولة.",
        fr="La page {page} est imprimée dans la version {version} du formulaire {form}, remplacée depuis par la "
        "version {newest}. Les réponses sont lues ; vérifiez si cette version est encore admise.",
    ),
    PageCode.OTHER_REFERENCE: LocalizedText(
        ar="هذه الصفحة تحمل مرجعا آخر ({reference}) وقد تخص شخصا آخر. قرئت على حدة ولم تُخلط بالباقي.",
        fr="Cette page porte une autre référence ({reference}) et concerne peut-être une autre personne. "
        "Elle a été lue à part, sans être mêlée au reste.",
    ),
    PageCode.OTHER_VARIANT: LocalizedText(
        ar="هذه الصفحة من طبعة أخرى للاستمارة {form} (بحروف عادية أو مكبرة، أو قسيمة تصحيح)."
        " قرئت مع صفحات طبعتها.",
        fr="Cette page est d'un autre tirage du formulaire {form} "
        "(caractères ordinaires, grands caractères ou bulletin de correction). "
        "Elle a été lue avec les pages du même tirage.",
    ),
    PageCode.OTHER_PERSON: LocalizedText(
        ar="يبدو أن هذه الصفحة من الاستمارة {form} (الصفحة {page}) تخص شخصا آخر: معلومات الهوية فيها مختلفة."
        " قرئت على حدة ولم تُخلط بالباقي. تحققوا من صاحبها.",
        fr="Cette page du formulaire {form} (page {page}) semble concerner une autre personne : "
        "l'identité y est différente. Elle a été lue à part, sans être mêlée au reste. "
        "Vérifiez à qui elle est.",
    ),
    PageCode.PARTLY_OUTSIDE: LocalizedText(
        ar="لا تظهر الصفحة {page} من الاستمارة {form} كاملة: بعض الخانات خارج الصورة أو مغطاة."
        " ابسطوا الورقة وصوروا الصفحة كلها بزواياها الأربع.",
        fr="La page {page} du formulaire {form} n'est pas entière : des cases sont hors de l'image ou cachées. "
        "Dépliez la feuille et photographiez la page entière, les quatre coins visibles.",
    ),
    PageCode.MISSING_PAGE: LocalizedText(
        ar="الصفحة {page} من {pages} من الاستمارة {form} ناقصة. أضيفوا صورتها؛ ما قرئ محفوظ.",
        fr="La page {page} sur {pages} du formulaire {form} manque. Ajoutez-la ; ce qui est lu est gardé.",
    ),
    PageCode.ALTERED_PRINT: LocalizedText(
        ar="في الصفحة {page} من الاستمارة {form} كتابة أو تشطيب أو ختم أو لصاق فوق النص المطبوع ({where})."
        " الأجوبة مقروءة؛ تحققوا من هذا الموضع على الصورة.",
        fr="À la page {page} du formulaire {form}, le texte imprimé est barré, surchargé, tamponné ou couvert "
        "({where}). Les réponses sont lues ; vérifiez cet endroit sur l'image.",
    ),
}


WITHOUT_REFERENCE = LocalizedText(
    ar="لا تحمل هذه الصفحة أي مرجع، بخلاف باقي الصفحات، وقد تخص شخصا آخر. قرئت على حدة ولم تُخلط بالباقي.",
    fr="Cette page ne porte aucune référence, contrairement aux autres, et concerne peut-être une autre personne. "
    "Elle a été lue à part, sans être mêlée au reste.",
)
"""Of a page set apart as ``OTHER_REFERENCE`` that bears none."""


def page_sentence(code: PageCode, **values: object) -> LocalizedText:
    """The sentence of a code with its page, form, version and reference put in."""
    return PAGE_SENTENCES[code].fill(**values)


PLACES: Mapping[str, LocalizedText] = {
    "top": LocalizedText(ar="أعلى الصفحة", fr="en haut de la page"),
    "middle": LocalizedText(ar="وسط الصفحة", fr="au milieu de la page"),
    "bottom": LocalizedText(ar="أسفل الصفحة", fr="en bas de la page"),
}
"""Parts of a page, for sentences that say where to look."""


def places_named(heights: Iterable[float]) -> LocalizedText:
    """Name the thirds of a page in which something lies.

    Args:
        heights: How far down the page each of them lies, from 0.0 to 1.0.
    """
    names = [*dict.fromkeys(("top", "middle", "bottom")[min(int(one * 3), 2)] for one in sorted(heights))]
    return LocalizedText(
        ar="، ".join(PLACES[name].ar for name in names), fr=", ".join(PLACES[name].fr for name in names)
    )
