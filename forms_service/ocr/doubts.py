"""Why a reading goes to a person: every reason's code, and its sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.localized_text import LocalizedText


class Doubt(StrEnum):
    """What speaks against a reading."""

    READINGS_DISAGREE = "readings_disagree"
    LOW_CONFIDENCE = "low_confidence"
    NOT_PROVEN = "not_proven"
    INVALID_VALUE = "invalid_value"
    LOOK_ALIKE = "look_alike"
    GAP_IN_CELLS = "gap_in_cells"
    SEVERAL_TICKS = "several_ticks"
    FAINT_TICK = "faint_tick"
    OTHER_SCRIPT = "other_script"
    NOT_CORROBORATED = "not_corroborated"
    SETTLED_BY_TWIN = "settled_by_twin"
    SETTLED_BY_LIST = "settled_by_list"
    UNCERTAIN_POSITION = "uncertain_position"
    PAGES_DISAGREE = "pages_disagree"
    UNREADABLE_INK = "unreadable_ink"
    OUTSIDE_PICTURE = "outside_picture"
    BOX_NOT_SEEN = "box_not_seen"
    UNEXPLAINED_MARK = "unexplained_mark"
    OWNER_UNCERTAIN = "owner_uncertain"
    CORRECTED_TICK = "corrected_tick"
    MARK_BESIDE_BOX = "mark_beside_box"
    STROKE_THROUGH_BOX = "stroke_through_box"
    STRUCK_OUT = "struck_out"
    UNCERTAIN_SIGNATURE = "uncertain_signature"


DOUBT_SENTENCES: Mapping[Doubt, LocalizedText] = {
    Doubt.READINGS_DISAGREE: LocalizedText(
        ar="قراءتان آليتان لهذا الجواب غير متطابقتين.",
        fr="Deux lectures automatiques de cette réponse ne concordent pas.",
    ),
    Doubt.LOW_CONFIDENCE: LocalizedText(
        ar="ترددت القراءة الآلية في حرف أو رقم على الأقل. قارنوا القيمة بالصورة حرفا حرفا.",
        fr="La lecture automatique a hésité sur au moins un caractère. Comparez signe par signe avec l'image.",
    ),
    Doubt.NOT_PROVEN: LocalizedText(
        ar="الأجوبة من هذا النوع ينظر فيها شخص دائما، ولو بدت قراءتها واضحة.",
        fr="Une réponse de ce genre est toujours vérifiée par une personne, même si la lecture paraît nette.",
    ),
    Doubt.INVALID_VALUE: LocalizedText(
        ar="ما قرئ لا يصلح جوابا لهذه الخانة.",
        fr="Ce qui a été lu ne convient pas à cette case.",
    ),
    Doubt.LOOK_ALIKE: LocalizedText(
        ar="يصعب التمييز بالشكل وحده بين حرف ورقم في الخانة الثانية (O و0، I و1).",
        fr="Dans la deuxième cellule, une lettre et un chiffre se confondent (O et 0, I et 1).",
    ),
    Doubt.GAP_IN_CELLS: LocalizedText(
        ar="توجد خانات فارغة بين الخانات المملوءة.",
        fr="Des cellules sont vides entre des cellules remplies.",
    ),
    Doubt.SEVERAL_TICKS: LocalizedText(
        ar="وضعت علامة في أكثر من مربع والمطلوب واحد فقط.",
        fr="Plusieurs cases sont cochées alors qu'une seule est attendue.",
    ),
    Doubt.FAINT_TICK: LocalizedText(
        ar="يصعب الحسم هل وضعت علامة في المربع أم لا.",
        fr="Il est difficile de dire si la case est cochée.",
    ),
    Doubt.OTHER_SCRIPT: LocalizedText(
        ar="كتب الاسم بحروف غير المنتظرة في هذا الجزء من الإطار.",
        fr="Le nom est écrit dans l'autre écriture que celle attendue à cet endroit du cadre.",
    ),
    Doubt.NOT_CORROBORATED: LocalizedText(
        ar="الكتابة بالعربية وحدها لا تكفي: لا تؤكدها كتابة بالحروف اللاتينية.",
        fr="La réponse en arabe n'est confirmée par aucune réponse en lettres latines.",
    ),
    Doubt.SETTLED_BY_TWIN: LocalizedText(
        ar="احتملت الكتابة العربية أكثر من قراءة، فاقترحت التي توافق الاسم بالحروف اللاتينية.",
        fr="Plusieurs lectures du nom arabe étaient possibles ; celle qui s'accorde avec le nom en lettres "
        "latines est proposée.",
    ),
    Doubt.SETTLED_BY_LIST: LocalizedText(
        ar="احتملت الكتابة أكثر من قراءة، فاقترحت التي كلماتها من الأسماء والأماكن المعروفة.",
        fr="Plusieurs lectures étaient possibles ; celle dont les mots sont des noms ou des lieux connus est "
        "proposée.",
    ),
    Doubt.UNCERTAIN_POSITION: LocalizedText(
        ar="لم يضبط موضع الصفحة بدقة كافية، فقد تكون القراءة من مكان غير صحيح.",
        fr="La page n'a pu être calée assez précisément ; la lecture peut être décalée.",
    ),
    Doubt.PAGES_DISAGREE: LocalizedText(
        ar="الصفحة نفسها وردت مرتين بجوابين مختلفين.",
        fr="La même page a été reçue deux fois avec des réponses différentes.",
    ),
    Doubt.UNREADABLE_INK: LocalizedText(
        ar="توجد كتابة في هذه الخانة لكن تعذرت قراءتها.",
        fr="Il y a une écriture dans cette case, mais elle n'a pu être lue.",
    ),
    Doubt.OUTSIDE_PICTURE: LocalizedText(
        ar="هذه الخانة خارج الصورة، كليا أو جزئيا، فلم تقرأ.",
        fr="Cette case est en dehors de l'image, en tout ou en partie ; elle n'a pas été lue.",
    ),
    Doubt.BOX_NOT_SEEN: LocalizedText(
        ar="لم يظهر إطار هذه الخانة في موضعه؛ قد تكون الورقة مطوية أو مغطاة هناك.",
        fr="Le cadre de cette case n'a pas été vu à sa place ; la feuille y est peut-être pliée ou couverte.",
    ),
    Doubt.UNEXPLAINED_MARK: LocalizedText(
        ar="تظهر في الكتابة علامة صغيرة (نبرة أو نقطة) لا توافق ما قرئ.",
        fr="L'écriture porte un petit signe (accent ou point) qui ne correspond pas à ce qui a été lu.",
    ),
    Doubt.OWNER_UNCERTAIN: LocalizedText(
        ar="هذه الصفحة بلا مرجع ووردت معها صفحات شخص آخر؛ نسبت إلى صاحبها حسب ترتيب الصفحات فقط.",
        fr="Cette page n'a pas de référence et des pages d'une autre personne l'accompagnent ; "
        "seul l'ordre des pages dit à qui elle est.",
    ),
    Doubt.CORRECTED_TICK: LocalizedText(
        ar="طُمس مربع بالحبر، والظاهر أن صاحب الطلب ألغاه. تحققوا من الاختيار المقصود.",
        fr="Une case est noircie, sans doute pour l'annuler. Vérifiez quel choix est voulu.",
    ),
    Doubt.MARK_BESIDE_BOX: LocalizedText(
        ar="توجد علامة بجانب مربع فارغ أو حوله، وقد يكون هو المقصود.",
        fr="Une marque se trouve à côté d'une case vide ou autour d'elle ; c'est peut-être elle qui est choisie.",
    ),
    Doubt.STROKE_THROUGH_BOX: LocalizedText(
        ar="يمر خط طويل (ختم أو توقيع أو تشطيب) بمربع، فلا يعرف هل وضعت فيه علامة.",
        fr="Un long trait (cachet, signature ou rature) traverse une case ; on ne sait pas si elle est cochée.",
    ),
    Doubt.STRUCK_OUT: LocalizedText(
        ar="يمر خط عبر هذا الجواب، فقد يكون مشطبا عليه كله أو بعضه. تحققوا من الجواب المقصود.",
        fr="Un trait traverse cette réponse : elle est peut-être barrée, en tout ou en partie. "
        "Vérifiez quelle réponse est voulue.",
    ),
    Doubt.UNCERTAIN_SIGNATURE: LocalizedText(
        ar="يوجد حبر في مكان الإمضاء، لكنه قد يكون خاتما أو بقعة أو ثقبا. تحققوا من وجود إمضاء.",
        fr="Il y a de l'encre à la place de la signature, mais c'est peut-être un cachet, une tache ou un trou. "
        "Vérifiez qu'il y a une signature.",
    ),
}
