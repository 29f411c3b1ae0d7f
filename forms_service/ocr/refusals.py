"""Why an upload cannot be read, one plain sentence a case, in both languages."""

from __future__ import annotations

from core.errors import UnreadableDocument
from core.localized_text import LocalizedText

_SENTENCES = {
    "empty_file": LocalizedText(
        ar="الملف «{name}» فارغ. أعيدوا مسح الورقة أو اختاروا ملفا آخر.",
        fr="Le fichier « {name} » est vide. Numérisez de nouveau la feuille ou choisissez un autre fichier.",
    ),
    "file_too_large": LocalizedText(
        ar="حجم الملف «{name}» يتجاوز {limit} ميغابايت. قسموه أو امسحوا الورقة بدقة 300 نقطة في البوصة.",
        fr="Le fichier « {name} » dépasse {limit} Mo. Divisez-le ou numérisez-le à 300 points par pouce.",
    ),
    "unsupported_type": LocalizedText(
        ar="نوع الملف «{name}» غير مقبول. أرسلوا ملف PDF أو صورة JPEG أو PNG أو TIFF أو HEIC.",
        fr="Le type du fichier « {name} » n'est pas accepté. "
        "Envoyez un PDF ou une image JPEG, PNG, TIFF ou HEIC.",
    ),
    "encrypted_document": LocalizedText(
        ar="الملف «{name}» محمي بكلمة سر. أزيلوا كلمة السر ثم أرسلوه من جديد.",
        fr="Le fichier « {name} » est protégé par un mot de passe. Retirez-le, puis renvoyez le fichier.",
    ),
    "broken_document": LocalizedText(
        ar="تعذر فتح الملف «{name}» لأنه تالف أو غير مكتمل. أعيدوا المسح أو الإرسال.",
        fr="Le fichier « {name} » est abîmé ou incomplet et ne peut être ouvert. "
        "Numérisez-le ou envoyez-le de nouveau.",
    ),
    "infected_file": LocalizedText(
        ar="عُثر على فيروس في الملف «{name}»، لذلك لم يُفتح ولم يُحفظ. افحصوا جهازكم ببرنامج مضاد للفيروسات، "
        "ثم صوروا الوثيقة أو امسحوها من جديد.",
        fr="Le fichier « {name} » contient un virus : il n'a été ni ouvert ni conservé. Analysez votre appareil "
        "avec un antivirus, puis photographiez ou numérisez le document de nouveau.",
    ),
    "no_pages": LocalizedText(
        ar="الملف «{name}» لا يحتوي على أي صفحة. اختاروا ملفا آخر.",
        fr="Le fichier « {name} » ne contient aucune page. Choisissez un autre fichier.",
    ),
    "too_many_pages": LocalizedText(
        ar="عدد صفحات الملف «{name}» يتجاوز {limit}. قسموه إلى عدة ملفات.",
        fr="Le fichier « {name} » a plus de {limit} pages. Divisez-le en plusieurs fichiers.",
    ),
    "image_too_large": LocalizedText(
        ar="أبعاد الصورة «{name}» كبيرة جدا (أكثر من {limit} مليون بكسل). امسحوا بدقة 300 نقطة في البوصة.",
        fr="L'image « {name} » est trop grande (plus de {limit} millions de pixels). "
        "Numérisez à 300 points par pouce.",
    ),
    "image_too_small": LocalizedText(
        ar="الصورة «{name}» صغيرة جدا ولا يمكن قراءتها. امسحوا بدقة 300 نقطة في البوصة.",
        fr="L'image « {name} » est trop petite pour être lue. Numérisez à 300 points par pouce.",
    ),
}

REFUSAL_CODES = frozenset(_SENTENCES)
"""Every code that ``page_images`` may give; screens and tests use them, never the wording."""


def refusal(code: str, name: str, limit: int | None = None) -> UnreadableDocument:
    """Build the error that tells the sender of ``name`` what is wrong and what to do."""
    return UnreadableDocument(_SENTENCES[code].fill(name=name, limit=limit), code=code)
