"""Mistakes of parameters, guidance and calculators in French and Arabic, as ``spec_mistakes`` has those of forms."""

from __future__ import annotations

KNOWLEDGE_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "<key>: no shared parameter is called <name>, did you mean <near>?",
        "<key> : aucun paramètre partagé ne s'appelle <name>, vouliez-vous <near> ?",
        "<key>: لا معلمة مشتركة باسم <name>، هل تقصدون <near>؟",
    ),
    (
        "<key>: no shared parameter is called <name>, expected an id of parameters.yaml",
        "<key> : aucun paramètre partagé ne s'appelle <name>, attendu : un identifiant de parameters.yaml",
        "<key>: لا معلمة مشتركة باسم <name>، والمنتظر معرّف من parameters.yaml",
    ),
    (
        "<key>: no shared parameter is called <name>",
        "<key> : aucun paramètre partagé ne s'appelle <name>",
        "<key>: لا معلمة مشتركة باسم <name>",
    ),
    (
        "unit: <given> is unknown, expected one of: <known>",
        "unit : <given> est inconnue, unités possibles : <known>",
        "unit: الوحدة <given> غير معروفة، والوحدات الممكنة: <known>",
    ),
    (
        "value: <given> is no figure such as 12.89 or 2/3",
        "value : <given> n'est pas un nombre comme 12.89 ou 2/3",
        "value: القيمة <given> ليست عددا مثل 12.89 أو 2/3",
    ),
    (
        "parameter <id>: a value has no date, expected age: how old the value is",
        "paramètre <id> : une valeur n'a pas de date, attendu : age, qui dit son âge",
        "المعلمة <id>: قيمة بلا تاريخ، والمنتظر age الذي يبين قدمها",
    ),
    (
        "<name> stands in an address, expected small letters, digits and dashes",
        "<name> entre dans une adresse, attendu : petites lettres, chiffres et tirets",
        "<name> جزء من عنوان، والمنتظر حروف لاتينية صغيرة وأرقام وشرطات",
    ),
    (
        "<name> reads as a number of the source, expected words",
        "<name> se lit comme un numéro de la source, attendu : des mots",
        "<name> يُقرأ كرقم في المصدر، والمنتظر كلمات",
    ),
    (
        "number is <given>, expected 1 to <most>",
        "number vaut <given>, attendu : 1 à <most>",
        "قيمة number هي <given>، والمنتظر من 1 إلى <most>",
    ),
    (
        "<key>: the two languages name different figures, expected the same",
        "<key> : les deux langues nomment des chiffres différents, attendus : les mêmes",
        "<key>: تذكر اللغتان أرقاما مختلفة، والمنتظر الأرقام نفسها",
    ),
    (
        "<key>: <name> has one value only, expected it without :first",
        "<key> : <name> n'a qu'une valeur, attendu : sans :first",
        "<key>: ليس للمعلمة <name> إلا قيمة واحدة، والمنتظر كتابتها دون :first",
    ),
    (
        "<mark> stands in <file> too, expected once",
        "<mark> se trouve aussi dans <file>, attendu une fois",
        "<mark> مذكور أيضا في <file>، والمنتظر مرة واحدة",
    ),
    (
        "<mark> stands here again, expected once",
        "<mark> revient ici, attendu une fois",
        "<mark> مكرر هنا، والمنتظر مرة واحدة",
    ),
    (
        "<key>: no form is called <name>",
        "<key> : aucun formulaire ne s'appelle <name>",
        "<key>: لا استمارة باسم <name>",
    ),
    (
        "<key>: no calculator is called <name>",
        "<key> : aucun calculateur ne s'appelle <name>",
        "<key>: لا حاسبة باسم <name>",
    ),
    (
        "<key>: no answer is called <name>",
        "<key> : aucune réponse ne s'appelle <name>",
        "<key>: لا جواب باسم <name>",
    ),
    (
        "inputs: nothing is asked, expected at least one field",
        "inputs : rien n'est demandé, attendu : un champ au moins",
        "inputs: لا يُسأل عن شيء، والمنتظر خانة واحدة على الأقل",
    ),
    (
        "results: nothing is reckoned, expected at least one calculation",
        "results : rien n'est calculé, attendu : un calcul au moins",
        "results: لا يُحسب شيء، والمنتظر حساب واحد على الأقل",
    ),
    (
        "<id>: kind <kind> cannot be reckoned with, expected one of: <known>",
        "<id> : on ne peut pas calculer avec le genre <kind>, genres possibles : <known>",
        "<id>: لا يمكن الحساب بالنوع <kind>، والأنواع الممكنة: <known>",
    ),
    (
        "subject: no field is called <name>",
        "subject : aucun champ ne s'appelle <name>",
        "subject: لا خانة باسم <name>",
    ),
    (
        "<role>: <what> cannot be reckoned exactly, expected what the docs list",
        "<role> : <what> ne peut pas se calculer exactement, voyez la liste dans la documentation",
        "<role>: لا يمكن حساب <what> بدقة، انظروا القائمة في الوثائق",
    ),
)
"""English, French, Arabic; ``<name>`` stands for a value."""
