"""Mistakes of the spec language in French and Arabic: what the parser says in English, word for word.

The parser speaks English, as the keys of the language do.  Authors who chose another language get
the same sentence here; a test checks that no sentence of the parser is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from core.localized_text import Language, LocalizedText, Script, dominant_script
from forms_service.flow_mistakes import FLOW_SENTENCES, FLOW_WORDS
from forms_service.knowledge_mistakes import KNOWLEDGE_SENTENCES
from forms_service.privacy_mistakes import PRIVACY_SENTENCES


def translated(problem: str) -> LocalizedText | None:
    """What the parser said, in both languages; None when the sentence is unknown here."""
    for pattern, words in _patterns():
        match = pattern.fullmatch(problem)
        if match:
            values = {name: _word(value) for name, value in match.groupdict().items()}
            sides = (
                _filled(
                    words.in_language(one), {name: value.in_language(one) for name, value in values.items()}
                )
                for one in (Language.AR, Language.FR)
            )
            return LocalizedText(*sides)
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], LocalizedText], ...]:
    found = []
    for english, french, arabic in _SENTENCES:
        parts = re.split(r"<(\w+)>", english)
        pattern = "".join(
            re.escape(part) if index % 2 == 0 else f"(?P<{part}>.*?)" for index, part in enumerate(parts)
        )
        found.append((re.compile(pattern, re.DOTALL), LocalizedText(arabic, french)))
    return tuple(found)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda match: values[match[1]], sentence)


def _isolated(value: str) -> str:
    """A Latin name or list in an Arabic sentence, kept from turning the words around it."""
    return f"\u2068{value}\u2069" if dominant_script(value) is Script.LATN else value


def _word(value: str) -> LocalizedText:
    french, arabic = _WORDS.get(value, (value, _isolated(value)))
    return LocalizedText(arabic, french)


_WORDS: Mapping[str, tuple[str, str]] = {
    "a list": ("une liste", "قائمة"),
    "a mapping": ("un ensemble de clés", "مجموعة مفاتيح"),
    "nothing": ("un vide", "فراغ"),
    "Arabic": ("arabe", "العربي"),
    "French": ("français", "الفرنسي"),
    "when nothing is answered": ("quand rien n'est rempli", "عندما لا يُملأ شيء"),
    "on sample answers": ("sur des réponses d'exemple", "على أجوبة نموذجية"),
    "a name of letters, digits, dots, dashes and underscores": (
        "un nom fait de lettres, chiffres, points, tirets et soulignés",
        "اسم من حروف وأرقام ونقط وشرطات",
    ),
    "a text": ("un texte", "نص"),
    "an expression in quotes": ("une expression entre guillemets", "عبارة بين علامتي اقتباس"),
    "true or false": ("true ou false", "true أو false"),
    "true, false or an expression in quotes": (
        "true, false ou une expression entre guillemets",
        "true أو false أو عبارة بين علامتي اقتباس",
    ),
    "a whole number": ("un nombre entier", "عدد صحيح"),
    "a number": ("un nombre", "عدد"),
    "a day as YYYY-MM-DD": ("un jour AAAA-MM-JJ", "يوم على شكل YYYY-MM-DD"),
    "a text, a number or true/false": ("un texte, un nombre ou true/false", "نص أو عدد أو true/false"),
    "field or fact": ("de champ ou de fait", "الخانة أو المعطى"),
    "field": ("de champ", "الخانة"),
    "section or group": ("de partie ou de groupe", "الجزء أو المجموعة"),
    "document": ("de document", "الوثيقة"),
    "rule": ("de règle", "القاعدة"),
    "parameter": ("de paramètre", "المعلمة"),
    "calculation": ("de calcul", "الحساب"),
    "deadline": ("de délai", "الأجل"),
    **FLOW_WORDS,
}
"""Words of the parser that stand in for a value."""

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    *FLOW_SENTENCES,
    *PRIVACY_SENTENCES,
    # --- the file ---
    (
        "not YAML: found character '\\t' that cannot start any token",
        "ce n'est pas du YAML : une tabulation ; décalez les lignes avec des espaces",
        "ليس هذا نص YAML: علامة جدولة؛ استعملوا الفراغات لإزاحة الأسطر",
    ),
    (
        "not YAML: found character <given> that cannot start any token",
        "ce n'est pas du YAML : rien ne commence par <given> ; mettez le texte entre guillemets",
        "ليس هذا نص YAML: لا شيء يبدأ بـ <given>؛ ضعوا النص بين علامتي اقتباس",
    ),
    (
        "not YAML: mapping values are not allowed here",
        "ce n'est pas du YAML : deux-points en trop ici ; mettez le texte entre guillemets, ou alignez les clés",
        "ليس هذا نص YAML: نقطتان زائدتان هنا؛ ضعوا النص بين علامتي اقتباس أو سووا بداية المفاتيح",
    ),
    (
        "not YAML: expected <block end>, but found <given>",
        "ce n'est pas du YAML : cette ligne n'est pas alignée avec celles qui précèdent, ou il y a un texte en trop",
        "ليس هذا نص YAML: بداية هذا السطر لا توافق ما قبله، أو فيه نص زائد",
    ),
    (
        "not YAML: expected ',' or <end>, but got <given>",
        "ce n'est pas du YAML : attendu ',' ou <end>, trouvé <given>",
        "ليس هذا نص YAML: المنتظر ',' أو <end>، والموجود <given>",
    ),
    (
        "not YAML: found unexpected end of stream",
        "ce n'est pas du YAML : un guillemet n'est pas fermé",
        "ليس هذا نص YAML: علامة اقتباس لم تُغلق",
    ),
    ("not YAML: <problem>", "ce n'est pas du YAML : <problem>", "ليس هذا نص YAML: <problem>"),
    (
        "not UTF-8 text (byte <at>)",
        "ce n'est pas du texte UTF-8 (octet <at>)",
        "ليس هذا نصا بترميز UTF-8 (البايت <at>)",
    ),
    (
        "the file is empty, expected a mapping",
        "le fichier est vide, attendu : des clés",
        "الملف فارغ، والمنتظر مفاتيح",
    ),
    ("too large or too deeply nested", "trop grand ou trop imbriqué", "أكبر أو أعمق مما يُقبل"),
    (
        "the key <key> stands here twice, expected once",
        "la clé <key> est ici deux fois, attendue une fois",
        "المفتاح <key> مذكور هنا مرتين، والمنتظر مرة واحدة",
    ),
    (
        "language <given> is unknown, expected <known>",
        "language <given> est inconnu, attendu : <known>",
        "قيمة language وهي <given> غير معروفة، والمنتظر <known>",
    ),
    (
        "the file says <said>, expected <expected>",
        "le fichier dit <said>, attendu : <expected>",
        "يقول الملف <said>، والمنتظر <expected>",
    ),
    # --- keys and values ---
    (
        "<what> has no key <key>, did you mean <near>?",
        "<what> n'a pas de clé <key>, vouliez-vous <near> ?",
        "ليس لـ <what> مفتاح <key>، هل تقصدون <near>؟",
    ),
    (
        "<what> has no key <key>, expected one of: <known>",
        "<what> n'a pas de clé <key>, clés possibles : <known>",
        "ليس لـ <what> مفتاح <key>، والمفاتيح الممكنة: <known>",
    ),
    ("<what> lacks <key>, expected: <help>", "il manque <key> à <what>", "ينقص <key> في <what>"),
    (
        "rows: <given> is not a list, expected a list of rows",
        "rows : <given> n'est pas une liste, attendu : une liste de lignes",
        "rows: <given> ليس قائمة، والمنتظر قائمة سطور",
    ),
    (
        "<key>: <given> is not a list, expected one",
        "<key> : <given> n'est pas une liste",
        "<key>: <given> ليس قائمة",
    ),
    (
        "<key>: <given> is not a mapping, expected one",
        "<key> : <given> n'est pas un ensemble de clés",
        "<key>: <given> ليس مجموعة مفاتيح",
    ),
    (
        "<given> is not a <what>, expected a mapping",
        "<given> n'est pas un élément <what>, attendu : des clés",
        "<given> ليس عنصر <what>، والمنتظر مفاتيح",
    ),
    (
        "<key>: <given> is unknown, did you mean <near>? Expected one of: <known>",
        "<key> : <given> est inconnu, vouliez-vous <near> ? Valeurs possibles : <known>",
        "<key>: القيمة <given> غير معروفة، هل تقصدون <near>؟ القيم الممكنة: <known>",
    ),
    (
        "<key>: <given> is unknown. Expected one of: <known>",
        "<key> : <given> est inconnu. Valeurs possibles : <known>",
        "<key>: القيمة <given> غير معروفة. القيم الممكنة: <known>",
    ),
    (
        "<key>: <given> has one language, expected {ar: …, fr: …}",
        "<key> : <given> n'est que dans une langue, attendu : {ar: …, fr: …}",
        "<key>: <given> بلغة واحدة، والمنتظر {ar: …, fr: …}",
    ),
    (
        "<key>: unknown language <given>, expected ar and fr",
        "<key> : langue inconnue <given>, attendues : ar et fr",
        "<key>: لغة غير معروفة <given>، والمنتظر ar وfr",
    ),
    (
        "<key>: the <name> text (<language>) is missing, expected both",
        "<key> : le texte <name> (<language>) manque, les deux sont attendus",
        "<key>: النص <name> (<language>) ناقص، والمنتظر النصان معا",
    ),
    (
        "<key>: a list or mapping stands here, expected <expected>",
        "<key> : une liste ou des clés se trouvent ici, attendu : <expected>",
        "<key>: توجد هنا قائمة أو مفاتيح، والمنتظر: <expected>",
    ),
    (
        "<key>: <given> does not fit, expected <expected>",
        "<key> : <given> ne convient pas, attendu : <expected>",
        "<key>: <given> لا يصلح، والمنتظر: <expected>",
    ),
    (
        "<key>: the expression cannot be read: <problem>",
        "<key> : l'expression est illisible : <problem>",
        "<key>: تعذرت قراءة العبارة: <problem>",
    ),
    # --- shared blocks ---
    (
        "no shared block is called <name>, did you mean <near>?",
        "aucun bloc commun ne s'appelle <name> ; vouliez-vous <near> ?",
        "لا قسم مشترك باسم <name>؛ هل قصدتم <near>؟",
    ),
    (
        "no shared block is called <name>, known: <known>",
        "aucun bloc commun ne s'appelle <name>. Blocs du dossier shared : <known>",
        "لا قسم مشترك باسم <name>. الأقسام الموجودة في المجلد shared هي: <known>",
    ),
    (
        "the shared block <name> stands here twice, expected once",
        "le bloc commun <name> est ici deux fois, attendu une fois",
        "القسم المشترك <name> مكرر هنا، والمنتظر مرة واحدة",
    ),
    # --- document types ---
    (
        "the id <id> stands here again, expected once",
        "l'identifiant <id> revient ici, attendu une fois",
        "المعرّف <id> مكرر هنا، والمنتظر مرة واحدة",
    ),
    (
        "reads_as: no class is called <name>",
        "reads_as : aucune classe ne s'appelle <name>",
        "reads_as: لا صنف باسم <name>",
    ),
    # --- fields ---
    (
        "the <what> id <id> stands <count> times, expected once",
        "l'identifiant <what> <id> est là <count> fois, attendu une fois",
        "معرّف <what> <id> مذكور <count> مرات، والمنتظر مرة واحدة",
    ),
    (
        "<id>: the choice value <value> stands <count> times, expected once",
        "<id> : la valeur <value> est là <count> fois parmi les choix, attendue une fois",
        "<id>: القيمة <value> مذكورة <count> مرات بين الاختيارات، والمنتظر مرة واحدة",
    ),
    (
        "<id>: kind <kind> takes no choices, expected kind choice or choices",
        "<id> : le genre <kind> n'a pas de choix, attendu : choice ou choices",
        "<id>: النوع <kind> لا يقبل اختيارات، والمنتظر choice أو choices",
    ),
    (
        "<id>: a choice needs at least two choices",
        "<id> : il faut au moins deux choix",
        "<id>: يلزم اختياران على الأقل",
    ),
    (
        "section <id>: footnote <mark> is not declared",
        "partie <id> : la note <mark> n'est pas déclarée",
        "الجزء <id>: الحاشية <mark> غير معرّفة",
    ),
    (
        "<id>: footnote <mark> is not declared under footnotes",
        "<id> : la note <mark> n'est pas déclarée sous footnotes",
        "<id>: الحاشية <mark> غير معرّفة في footnotes",
    ),
    (
        "<id>: width and lines must be positive",
        "<id> : width et lines doivent être positifs",
        "<id>: يجب أن تكون width وlines أكبر من الصفر",
    ),
    (
        "<id>: comb is <given>, expected a number of cells, or 0 for a plain box",
        "<id> : comb vaut <given>, attendu : un nombre de cases, ou 0 pour une case simple",
        "<id>: قيمة comb هي <given>، والمنتظر عدد مربعات، أو 0 لخانة بسيطة",
    ),
    (
        "<id>: max_length is <given>, expected 1 or more",
        "<id> : max_length vaut <given>, attendu : 1 ou plus",
        "<id>: قيمة max_length هي <given>، والمنتظر 1 أو أكثر",
    ),
    (
        "<id>: minimum <low> is more than maximum <high>",
        "<id> : le minimum <low> dépasse le maximum <high>",
        "<id>: الحد الأدنى <low> أكبر من الحد الأقصى <high>",
    ),
    (
        "<id>: the default <given> is not valid: <problem>",
        "<id> : la valeur par défaut <given> n'est pas valable : <problem>",
        "<id>: القيمة المفترضة <given> غير صالحة: <problem>",
    ),
    # --- names that point to nothing ---
    ("parameter <id> has no value", "le paramètre <id> n'a pas de valeur", "المعلمة <id> بلا قيمة"),
    (
        "parameter <id>: values are not in order, expected the oldest first",
        "paramètre <id> : les valeurs ne sont pas en ordre, attendu : la plus ancienne d'abord",
        "المعلمة <id>: القيم غير مرتبة، والمنتظر الأقدم أولا",
    ),
    (
        "per: no group is called <name>",
        "per : aucun groupe ne s'appelle <name>",
        "per: لا مجموعة باسم <name>",
    ),
    (
        "no document type is called <name>, did you mean <near>?",
        "aucun type de document ne s'appelle <name> ; vouliez-vous <near> ?",
        "لا نوع وثيقة باسم <name>؛ هل قصدتم <near>؟",
    ),
    (
        "no document type is called <name>, declare it in document_types.yaml",
        "aucun type de document ne s'appelle <name> : déclarez-le dans document_types.yaml",
        "لا نوع وثيقة باسم <name>: أضيفوه إلى document_types.yaml",
    ),
    (
        "it has no length, expected months or days",
        "ce délai n'a pas de durée : months (mois) ou days (jours)",
        "هذا الأجل بدون مدة: حددوا months (أشهر) أو days (أيام)",
    ),
    (
        "accept_when needs an accept_message, expected both",
        "accept_when demande un accept_message, les deux sont attendus",
        "accept_when يحتاج إلى accept_message، والمنتظر الاثنان معا",
    ),
    (
        "count_field: no field is called <name>",
        "count_field : aucun champ ne s'appelle <name>",
        "count_field: لا خانة باسم <name>",
    ),
    (
        "after_section: no section is called <name>",
        "after_section : aucune partie ne s'appelle <name>",
        "after_section: لا جزء باسم <name>",
    ),
    (
        "applicant: no field is called <name>",
        "applicant : aucun champ ne s'appelle <name>",
        "applicant: لا خانة باسم <name>",
    ),
    (
        "<role>: no section is called <name>",
        "<role> : aucune partie ne s'appelle <name>",
        "<role>: لا جزء باسم <name>",
    ),
    (
        "<role>: no document type is called <name>",
        "<role> : aucun type de document ne s'appelle <name>",
        "<role>: لا نوع وثيقة باسم <name>",
    ),
    (
        "minimum <low> and maximum <high> bound no number of rows",
        "le minimum <low> et le maximum <high> ne laissent aucun nombre de lignes",
        "الحد الأدنى <low> والحد الأقصى <high> لا يتركان أي عدد من الصفوف",
    ),
    (
        "printed_rows is <given>, expected 0 to <most>",
        "printed_rows vaut <given>, attendu : 0 à <most>",
        "قيمة printed_rows هي <given>، والمنتظر من 0 إلى <most>",
    ),
    (
        "item_name: the row has no field <name>",
        "item_name : la ligne n'a pas de champ <name>",
        "item_name: لا خانة في الصف باسم <name>",
    ),
    (
        "<role>: <name> is unknown, did you mean <near>?",
        "<role> : <name> est inconnu, vouliez-vous <near> ?",
        "<role>: الاسم <name> غير معروف، هل تقصدون <near>؟",
    ),
    (
        "<role>: <name> is unknown, expected the id of a field, fact or parameter",
        "<role> : <name> est inconnu, attendu : l'identifiant d'un champ, d'un fait ou d'un paramètre",
        "<role>: الاسم <name> غير معروف، والمنتظر معرّف خانة أو معطى أو معلمة",
    ),
    (
        "<name> is filled by nothing, expected one of: <known>",
        "rien ne remplit <name>, possibles : <known>",
        "لا شيء يملأ <name>، والممكن: <known>",
    ),
    # --- conditions ---
    (
        "<role>: <name> is never <value>, expected one of: <known>",
        "<role> : <name> ne vaut jamais <value>, valeurs possibles : <known>",
        "<role>: لا يأخذ <name> أبدا القيمة <value>، والقيم الممكنة: <known>",
    ),
    (
        "section <id> can never apply: when never holds",
        "la partie <id> ne s'applique jamais : when n'est jamais vrai",
        "الجزء <id> لا ينطبق أبدا: شرط when لا يتحقق",
    ),
    (
        "field <id> can never be reached: when never holds",
        "le champ <id> n'est jamais demandé : when n'est jamais vrai",
        "لا تُطلب الخانة <id> أبدا: شرط when لا يتحقق",
    ),
    (
        "<what> <id> can never apply: when never holds",
        "<id> ne s'applique jamais : when n'est jamais vrai",
        "<id> لا ينطبق أبدا: شرط when لا يتحقق",
    ),
    (
        "a derived condition or fact fails <what>: <problem>",
        "une condition dérivée ou un fait échoue <what> : <problem>",
        "شرط مشتق أو معطى يفشل <what>: <problem>",
    ),
    (
        "<role>: fails <what>, guard it with given(…): <problem>",
        "<role> : échoue <what>, protégez-le par given(…) : <problem>",
        "<role>: يفشل <what>، احموه بـ given(…): <problem>",
    ),
    (
        "value: gives <value> <what>, expected a number",
        "value : donne <value> <what>, attendu : un nombre",
        "value: يعطي <value> <what>، والمنتظر عدد",
    ),
    (
        "<role>: gives <value> <what>, expected true or false",
        "<role> : donne <value> <what>, attendu : true ou false",
        "<role>: يعطي <value> <what>، والمنتظر true أو false",
    ),
    # --- registers and tables ---
    (
        "rows: gives <value>, expected a list of rows",
        "rows : donne <value>, attendu : une liste de lignes",
        "rows: يعطي <value>، والمنتظر قائمة أسطر",
    ),
    (
        "columns: the rows have no member <name>",
        "columns : les lignes n'ont pas de membre <name>",
        "columns: لا تتضمن الأسطر العنصر <name>",
    ),
    (
        "key: no field is called <name>, expected one, a member above, account or everybody",
        "key : aucun champ ne s'appelle <name>, attendu : un champ, un membre plus haut, account ou everybody",
        "key: لا توجد خانة اسمها <name>، والمنتظر خانة أو عنصر أعلاه أو account أو everybody",
    ),
    (
        "key: anybody may type <name>, expected a field with choices_from of records above",
        "key : n'importe qui peut saisir <name>, attendu : un champ avec choices_from de records plus haut",
        "key: يمكن لأي شخص كتابة <name>، والمنتظر خانة مع choices_from من records أعلاه",
    ),
    (
        "choices_from: no records are called <name>",
        "choices_from : aucun records ne s'appelle <name>",
        "choices_from: لا توجد records اسمها <name>",
    ),
    (
        "choices_from: <records> has no member <name>",
        "choices_from : <records> n'a pas de membre <name>",
        "choices_from: لا تتضمن <records> العنصر <name>",
    ),
    (
        "<field>: choices_from does not go with kind <kind>, expected <allowed>",
        "<field> : choices_from ne va pas avec kind: <kind>, attendu : <allowed>",
        "<field>: لا يصلح choices_from مع kind: <kind>، والمنتظر: <allowed>",
    ),
    (
        "<field>: a slider needs kind integer, minimum and maximum",
        "<field> : un slider demande kind: integer, minimum et maximum",
        "<field>: يقتضي slider وجود kind: integer و minimum و maximum",
    ),
    (
        "<field>: choices_from with kind choice needs printed: false",
        "<field> : choices_from avec kind: choice demande printed: false",
        "<field>: يقتضي choices_from مع kind: choice وجود printed: false",
    ),
    (
        "<field>: choices and choices_from exclude each other",
        "<field> : choices et choices_from s'excluent",
        "<field>: لا يجتمع choices و choices_from",
    ),
    *KNOWLEDGE_SENTENCES,
)
