"""What may be wrong with an attachment, one plain sentence a case, in both languages.

A warning never refuses anything: the applicant may deposit the page as it is and the reviewer
sees the warning.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.localized_text import LocalizedText
from forms_service.ocr.picture_quality import Flaw, what_to_do

SENTENCES = {
    "unread": LocalizedText(
        ar="تعذرت القراءة الآلية للصفحة {page}. الملف محفوظ وسيطلع عليه أحد الموظفين.",
        fr="La lecture automatique de la page {page} n'a pas abouti. "
        "Le fichier est conservé ; un agent le lira.",
    ),
    "half_read": LocalizedText(
        ar="الصفحة {page}: قُرئت كتابتها العربية فقط، وتعذرت قراءة ما كُتب بالحروف اللاتينية."
        " الملف محفوظ وسيطلع عليه أحد الموظفين.",
        fr="Page {page} : seul son texte arabe a été lu, la lecture du texte latin n'a pas abouti. "
        "Le fichier est conservé ; un agent le lira.",
    ),
    "too_many_to_read": LocalizedText(
        ar="لم تُقرأ آليا الصفحات التالية لأن الملف طويل: {pages}. الملف محفوظ كاملا وسيطلع عليها أحد الموظفين."
        " ولتُقرأ آليا أرسلوها في ملف آخر.",
        fr="Le fichier est long : ces pages n'ont pas été lues automatiquement : {pages}. Le fichier est conservé "
        "en entier ; un agent les lira. Pour qu'elles soient lues, envoyez-les dans un autre fichier.",
    ),
    "form_page": LocalizedText(
        ar="الصفحة {number} من الملف هي الصفحة {form_page} من {form_pages} من الاستمارة {form}:"
        " هي جزء من الاستمارة وليست مرفقا. تُقرأ بالأمر: forms-service scan read",
        fr="La page {number} du fichier est la page {form_page} sur {form_pages} du formulaire {form} : "
        "elle fait partie du formulaire, ce n'est pas une pièce jointe. Lisez-la avec : forms-service scan read",
    ),
    "looks_like_form": LocalizedText(
        ar="هذه الصفحة تشبه صفحة من «{form}»: هي جزء من الاستمارة وليست مرفقا."
        " تُقرأ بالأمر: forms-service scan read",
        fr="Cette page ressemble à une page de « {form} » : elle fait partie du formulaire, "
        "ce n'est pas une pièce jointe. Lisez-la avec : forms-service scan read",
    ),
    "unrecognised": LocalizedText(
        ar="لم يتم التعرف على نوع هذه الوثيقة. يمكنكم إيداعها وسيتحقق منها أحد الموظفين.",
        fr="Le type de ce document n'a pas été reconnu. Vous pouvez le déposer ; un agent le vérifiera.",
    ),
    "type_mismatch": LocalizedText(
        ar="هذه الوثيقة تشبه «{seen}» لا «{expected}». تحققوا من الملف الذي أرسلتموه.",
        fr="Ce document ressemble à « {seen} » et non à « {expected} ». Vérifiez le fichier envoyé.",
    ),
    "other_kind": LocalizedText(
        ar="هذه الوثيقة هي «{seen}» وليست «{expected}»، فلا تُحسب. أرسلوا «{expected}»،"
        " وإن كانت هي فعلا فأكدوا ذلك.",
        fr="Ce document est « {seen} » et non « {expected} » : il ne compte pas. Envoyez « {expected} » ; "
        "si c'est bien lui, confirmez-le.",
    ),
    "several_documents": LocalizedText(
        ar="يضم هذا الملف أكثر من وثيقة: {seen}. قُرئت كل وثيقة على حدة.",
        fr="Ce fichier contient plusieurs documents : {seen}. Chacun est lu à part.",
    ),
    "perhaps_several": LocalizedText(
        ar="الصفحات {pages}: عدة صفحات من نوع واحد («{seen}»). تحققوا مما إذا كانت وثيقة واحدة،"
        " وإلا فأرسلوا كل وثيقة في ملف على حدة.",
        fr="Pages {pages} : plusieurs pages d'un même type (« {seen} »). Vérifiez s'il s'agit d'un seul "
        "document ; sinon, envoyez chaque document dans un fichier à part.",
    ),
    "expired": LocalizedText(
        ar="انتهت صلاحية هذه الوثيقة بتاريخ {until}. أرفقوا وثيقة سارية المفعول.",
        fr="Ce document n'est plus valable depuis le {until}. Joignez un document en cours de validité.",
    ),
    "past_school_year": LocalizedText(
        ar="هذه الشهادة خاصة بسنة {year}، وقد بدأت بعدها سنة جديدة. أرفقوا شهادة السنة الجارية.",
        fr="Ce certificat est celui de l'année {year} ; une nouvelle année a commencé depuis. "
        "Joignez le certificat de l'année en cours.",
    ),
    "invalid_rib": LocalizedText(
        ar="لم يتم العثور على رقم حساب بنكي (24 رقما) مفتاحه صحيح. تحققوا من وضوح الرقم على الوثيقة.",
        fr="Aucun numéro de compte (24 chiffres) dont la clé est juste n'a été lu. "
        "Vérifiez que le numéro est bien lisible.",
    ),
}

WARNING_CODES = frozenset((*SENTENCES, *Flaw))
"""Every code a reading may carry; screens and tests use them, never the wording."""


@dataclass(frozen=True, slots=True)
class AttachmentWarning:
    """One thing to look at before or after depositing an attachment."""

    code: str
    message: LocalizedText
    page: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The JSON shape of a warning."""
        return {"code": self.code, "message": self.message.as_dict(), "page": self.page}


def warn(
    code: str, page: int | None = None, *, of_several: bool = False, **values: object
) -> AttachmentWarning:
    """Build the warning of that code.

    Args:
        code: One of ``WARNING_CODES``.
        page: Page it is about, from 1, or None when it is about the whole file.
        of_several: Whether the file has other pages, so that a flaw must name its page.
        values: What the sentence names; a ``LocalizedText`` is put in by language.
    """
    if code in _FLAWS:
        return AttachmentWarning(str(code), what_to_do(Flaw(code), page if of_several else None), page)
    return AttachmentWarning(code, SENTENCES[code].fill(page=page, **values), page)


_FLAWS = frozenset(Flaw)
