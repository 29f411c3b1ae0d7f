"""What a person should know of a value that a viewer stored badly, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.localized_text import LocalizedText


class Remark(StrEnum):
    """Why somebody should look at a value that was typed on screen."""

    # The gravest first.
    LETTERS_LOST = "letters_lost"
    FILE_DAMAGED = "file_damaged"
    ORDER_DOUBTFUL = "order_doubtful"
    BOXES_DISAGREE = "boxes_disagree"
    ORDER_MENDED = "order_mended"
    ENCODING_MENDED = "encoding_mended"


REMARK_SENTENCES: Mapping[Remark, LocalizedText] = {
    Remark.ENCODING_MENDED: LocalizedText(
        ar="حفظ البرنامج هذه القيمة دون ذكر ترميز حروفها، فاستنتجناه. تحققوا منها.",
        fr="Le logiciel a enregistré cette valeur sans dire son codage : il a été déduit. Vérifiez-la.",
    ),
    Remark.ORDER_MENDED: LocalizedText(
        ar="حفظ البرنامج حروف هذه القيمة معكوسة، فأعدناها إلى ترتيبها. تحققوا منها.",
        fr="Le logiciel a enregistré les lettres arabes à l'envers : leur ordre a été rétabli. Vérifiez.",
    ),
    Remark.ORDER_DOUBTFUL: LocalizedText(
        ar="قد تكون كلمات هذه القيمة أو حروفها محفوظة بترتيب معكوس. تحققوا منها وصححوها عند الحاجة.",
        fr="Les lettres ou les mots arabes de cette valeur sont peut-être enregistrés à l'envers. "
        "Vérifiez-la et corrigez-la au besoin.",
    ),
    Remark.LETTERS_LOST: LocalizedText(
        ar="لم يحفظ البرنامج كل حروف هذه القيمة. اكتبوها من جديد.",
        fr="Le logiciel n'a pas conservé toutes les lettres de cette valeur. Saisissez-la à nouveau.",
    ),
    Remark.BOXES_DISAGREE: LocalizedText(
        ar="الخانة المؤشر عليها لا توافق القيمة المحفوظة في الملف. تحققوا من الجواب.",
        fr="La case cochée ne correspond pas à la valeur enregistrée dans le fichier. Vérifiez la réponse.",
    ),
    Remark.FILE_DAMAGED: LocalizedText(
        ar="الملف متضرر وأمكن إصلاح قراءته. تحققوا من القيم.",
        fr="Le fichier était endommagé et sa lecture a été réparée. Vérifiez les valeurs.",
    ),
}
