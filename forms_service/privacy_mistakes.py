"""Mistakes of what is said of people's data in French and Arabic, as ``spec_mistakes`` has those of forms."""

from __future__ import annotations

PRIVACY_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "privacy: no terms are called <name>, did you mean <near>?",
        "privacy : aucunes conditions ne s'appellent <name> ; vouliez-vous dire <near> ?",
        "privacy: لا شروط باسم <name>، هل تقصدون <near>؟",
    ),
    (
        "privacy: no terms are called <name>, expected an id of privacy.yaml",
        "privacy : aucunes conditions ne s'appellent <name>, attendu : un identifiant de privacy.yaml",
        "privacy: لا شروط باسم <name>، والمنتظر معرّف من privacy.yaml",
    ),
    (
        "<what>: <key> is missing, expected here or in the terms it names",
        "<what> : <key> manque, attendu ici ou dans les conditions nommées",
        "<what>: المفتاح <key> ناقص، والمنتظر ذكره هنا أو في الشروط المسماة",
    ),
    (
        "retention: <outcome> stands here twice, expected once",
        "retention : <outcome> est ici deux fois, attendu une fois",
        "retention: الحالة <outcome> مذكورة هنا مرتين، والمنتظر مرة واحدة",
    ),
    (
        "retention: nothing is said of <outcomes>, expected one for each outcome",
        "retention : rien n'est dit de <outcomes>, attendu : une durée pour chaque issue",
        "retention: لم يُذكر شيء عن <outcomes>، والمنتظر مدة لكل مآل",
    ),
    (
        "retention after <outcome>: no length of time, expected years, months or days",
        "retention après <outcome> : aucune durée, attendu : years, months ou days",
        "retention بعد <outcome>: لا توجد مدة، والمنتظر years أو months أو days",
    ),
    (
        "retention after draft: it cannot count from <event>, expected last_change",
        "retention après draft : la durée ne peut pas partir de <event>, attendu : last_change",
        "retention بعد draft: لا يمكن احتساب المدة من <event>، والمنتظر last_change",
    ),
    (
        "retention after <outcome>: figures count what was deposited, expected then: anonymise",
        "retention après <outcome> : les statistiques comptent ce qui a été déposé, attendu then: anonymise",
        "retention بعد <outcome>: تُحتسب الطلبات المودعة في الإحصاءات، والمنتظر then: anonymise",
    ),
    (
        "the procedure says nothing of people's data: its requests are kept for ever, expected privacy",
        "la procédure ne dit rien des données personnelles : ses demandes sont gardées sans fin, attendu privacy",
        "لا تذكر المسطرة شيئا عن المعطيات الشخصية: تُحفظ طلباتها بلا نهاية، والمنتظر privacy",
    ),
)
