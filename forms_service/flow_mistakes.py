"""Mistakes in the course of a request, in French and Arabic; a part of ``forms_service.spec_mistakes``."""

from __future__ import annotations

from collections.abc import Mapping

FLOW_WORDS: Mapping[str, tuple[str, str]] = {
    "state": ("d'étape", "المرحلة"),
    "action": ("d'action", "العملية"),
    "timer": ("de minuterie", "المؤقت"),
    "value": ("de valeur", "القيمة"),
    "notice": ("de message", "الإشعار"),
    "paper": ("de document délivré", "الوثيقة المسلمة"),
}

FLOW_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "expressions cannot name <name>, expected letters, digits and underscores",
        "les expressions ne peuvent pas nommer <name>, attendu : lettres, chiffres et soulignés",
        "لا يمكن للعبارات أن تسمي <name>، والمنتظر حروف وأرقام وشرطات سفلية",
    ),
    (
        "the timer <id> leads back to its own state, leave out to",
        "la minuterie <id> ramène à sa propre étape, enlevez to",
        "المؤقت <id> يعيد إلى مرحلته نفسها، احذفوا to",
    ),
    (
        "the timer <id> does nothing, expected to, notify or issues",
        "la minuterie <id> ne fait rien, attendu : to, notify ou issues",
        "المؤقت <id> لا يفعل شيئا، والمنتظر to أو notify أو issues",
    ),
    (
        "the state <id> is never reached from <start>",
        "l'étape <id> n'est jamais atteinte depuis <start>",
        "لا يصل شيء إلى المرحلة <id> انطلاقا من <start>",
    ),
    (
        "the state <id> is a dead end, expected an action, a timer or a final stage",
        "l'étape <id> est une impasse, attendu : une action, une minuterie ou un stage final",
        "المرحلة <id> طريق مسدود، والمنتظر عملية أو مؤقت أو stage نهائي",
    ),
    (
        "from the state <id> no end is ever reached",
        "depuis l'étape <id> aucune fin n'est jamais atteinte",
        "لا تؤدي المرحلة <id> إلى أي نهاية",
    ),
    (
        "timers alone lead round and back to <id>",
        "les minuteries seules tournent en rond et ramènent à <id>",
        "المؤقتات وحدها تدور وتعيد إلى <id>",
    ),
    (
        "the first state has the stage <stage>, expected draft",
        "la première étape a le stage <stage>, attendu : draft",
        "للمرحلة الأولى stage هو <stage>، والمنتظر draft",
    ),
    (
        "does <event>: not in the stage <stage>, expected <expected>",
        "does <event> : pas dans le stage <stage>, attendu : <expected>",
        "does <event>: غير ممكن في stage <stage>، والمنتظر <expected>",
    ),
    (
        "does <event>: leads to <stage>, expected <expected>",
        "does <event> : mène à <stage>, attendu : <expected>",
        "does <event>: يؤدي إلى <stage>، والمنتظر <expected>",
    ),
    (
        "leads from the decided <here> back to <there>, expected a final stage",
        "ramène d'une étape décidée <here> à <there>, attendu : un stage final",
        "يعيد من مرحلة محسومة <here> إلى <there>، والمنتظر stage نهائي",
    ),
    (
        "leaves <here> without a receipt, expected does: deposit",
        "quitte <here> sans accusé de dépôt, attendu : does: deposit",
        "يغادر <here> دون وصل، والمنتظر does: deposit",
    ),
    (
        "leads back to the draft <there>, expected stage: correction_requested",
        "ramène au brouillon <there>, attendu : stage: correction_requested",
        "يعيد إلى المسودة <there>، والمنتظر stage: correction_requested",
    ),
    (
        "nobody may do <id>, expected a role under by",
        "personne ne peut faire <id>, attendu : un rôle sous by",
        "لا أحد يمكنه فعل <id>، والمنتظر دور تحت by",
    ),
    (
        "when needs an otherwise that says why not yet, expected both",
        "when demande un otherwise qui dit pourquoi pas encore, les deux sont attendus",
        "when يحتاج إلى otherwise يقول لماذا ليس بعد، والمنتظر الاثنان معا",
    ),
    (
        "opens_account: needs code: check, expected both",
        "opens_account : demande code: check, il faut les deux",
        "opens_account: يقتضي code: check، والمطلوب الاثنان",
    ),
    (
        "code_to: needs code: send, expected both",
        "code_to : demande code: send, les deux sont attendus",
        "code_to: يحتاج إلى code: send، والمنتظر الاثنان معا",
    ),
    (
        "code: nothing sends a code before <id>, expected an action with code: send",
        "code : rien n'envoie de code avant <id>, attendu : une action avec code: send",
        "code: لا شيء يرسل رمزا قبل <id>، والمنتظر عملية فيها code: send",
    ),
    (
        "the paper <id> is issued by nothing",
        "rien ne délivre le document <id>",
        "لا شيء يسلم الوثيقة <id>",
    ),
    (
        "the notice <id> is sent by nothing",
        "rien n'envoie le message <id>",
        "لا شيء يرسل الإشعار <id>",
    ),
    (
        "the notice <id> has no words, expected subject and text",
        "le message <id> n'a pas de texte, attendu : subject et text",
        "الإشعار <id> بلا نص، والمنتظر subject وtext",
    ),
    (
        "due: gives <value> <what>, expected a day or null",
        "due : donne <value> <what>, attendu : un jour ou null",
        "due: يعطي <value> <what>، والمنتظر يوم أو null",
    ),
)
