"""What a rehearsal says of a field, in English, French and Arabic: why it is read poorly, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.localized_text import Language, LocalizedText

SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "cells_narrow": (
        "its cells are {size} mm wide; below {least} mm neighbouring characters touch: give the field more width "
        "or fewer cells",
        "ses cellules ont {size} mm de large ; au-dessous de {least} mm les caractères se touchent : donnez plus de "
        "largeur au champ ou moins de cellules",
        "عرض خاناته {size} ملم، ودون {least} ملم تتلامس الحروف: زيدوا عرض الحقل أو قللوا عدد الخانات",
    ),
    "letters_small": (
        "typed letters come out {size} mm tall; below {least} mm they are misread: make each line of the box at "
        "least {need} mm high",
        "les lettres tapées n'y ont que {size} mm de haut ; au-dessous de {least} mm elles sont mal lues : donnez au "
        "moins {need} mm de hauteur à chaque ligne de la case",
        "ارتفاع الحروف المطبوعة فيه {size} ملم، ودون {least} ملم تُقرأ خطأ: "
        "اجعلوا ارتفاع كل سطر في الإطار {need} ملم على الأقل",
    ),
    "arabic_small": (
        "an alef comes out {size} mm tall; below {least} mm Arabic is misread half the time: make each line of the "
        "box at least {need} mm high",
        "un alif n'y a que {size} mm de haut ; au-dessous de {least} mm l'arabe est mal lu une fois sur deux : donnez "
        "au moins {need} mm de hauteur à chaque ligne de la case",
        "ارتفاع الألف فيه {size} ملم، ودون {least} ملم تُقرأ العربية خطأ مرة من كل مرتين: "
        "اجعلوا ارتفاع كل سطر في الإطار {need} ملم على الأقل",
    ),
    "too_long": (
        "an answer of {letters} letters shrinks to {size} mm here; about {fits} letters stay legible: widen the box, "
        "add a line (lines), or lower max_length",
        "une réponse de {letters} lettres y rétrécit à {size} mm ; environ {fits} lettres restent lisibles : "
        "élargissez la case, ajoutez une ligne (lines) ou réduisez max_length",
        "جواب من {letters} حرفا يصغر فيه إلى {size} ملم، ونحو {fits} حرفا تبقى مقروءة: "
        "وسعوا الإطار أو أضيفوا سطرا (lines) أو خفضوا max_length",
    ),
    "tick_small": (
        "the tick box is {size} mm wide; below {least} mm marks run over: make it larger",
        "la case à cocher a {size} mm de côté ; au-dessous de {least} mm les marques débordent : agrandissez-la",
        "عرض مربع العلامة {size} ملم، ودون {least} ملم تتجاوزه العلامات: كبروه",
    ),
    "box_near": (
        "the box of {other} is only {size} mm away; leave {least} mm or let them share an edge",
        "la case de {other} n'est qu'à {size} mm ; laissez {least} mm ou donnez-leur un bord commun",
        "إطار {other} لا يبعد عنه إلا {size} ملم: اتركوا {least} ملم أو اجعلوا لهما حافة واحدة",
    ),
    "line_near": (
        "a printed line runs less than {least} mm beside its box and may be taken for its edge: move it away",
        "un trait imprimé passe à moins de {least} mm de sa case et peut être pris pour son bord : éloignez-le",
        "يمر خط مطبوع على أقل من {least} ملم من إطاره وقد يُحسب حافة له: أبعدوه",
    ),
    "confused": (
        "characters taken for others: {pairs}; if it is a number or a code, say so by its kind or ask it in a comb "
        "(comb:)",
        "caractères pris pour d'autres : {pairs} ; si c'est un numéro ou un code, dites-le par son genre (kind) ou "
        "demandez-le dans un peigne (comb:)",
        "حروف أُخذت على أنها غيرها: {pairs}؛ إذا كان رقما أو رمزا فبينوا ذلك بنوعه (kind) أو اطلبوه في خانات (comb:)",
    ),
    "confused_in_cells": (
        "characters taken for others: {pairs}; wider cells, or a kind with check digits, tell them apart",
        "caractères pris pour d'autres : {pairs} ; des cellules plus larges ou un genre à chiffres de contrôle les "
        "distinguent",
        "حروف أُخذت على أنها غيرها: {pairs}؛ تميز بينها خانات أوسع أو نوع ذو أرقام مراقبة",
    ),
    "fails_on": (
        "misread on: {scans}; ask for scans of 200 dpi or more, or give the field more room",
        "mal lu sur : {scans} ; demandez des numérisations d'au moins 200 dpi ou donnez plus de place au champ",
        "قُرئ خطأ في: {scans}؛ اطلبوا مسحا بدقة 200 نقطة على الأقل أو وسعوا الحقل",
    ),
    "fails_everywhere": (
        "misread on every kind of scan ({wrong} of {tried}): the field itself is at fault, see above or make it a comb",
        "mal lu sur toutes les numérisations ({wrong} sur {tried}) : c'est le champ lui-même, voyez ci-dessus ou "
        "faites-en un peigne",
        "قُرئ خطأ في كل أنواع المسح ({wrong} من {tried}): العيب في الحقل نفسه، انظروا ما سبق أو اجعلوه خانات منفصلة",
    ),
    "waits": (
        "{waiting} of {tried} readings would wait for a person, mostly because ({count}): {why}",
        "lectures qui attendraient un agent : {waiting} sur {tried}, le plus souvent ({count}) : {why}",
        "عدد القراءات التي تنتظر مراجعة موظف: {waiting} من {tried}، وغالبا ({count}) للسبب التالي: {why}",
    ),
}
"""Arabic and French use the words of the spec language for what is changed in the file."""

ALONE_IN_ITS_SCRIPT = (
    "the field is asked once, for either script, so that nothing confirms an answer in Arabic",
    LocalizedText(
        ar="يُطلب هذا الحقل مرة واحدة بأي من الكتابتين، فلا شيء يؤكد الجواب إذا كُتب بالعربية.",
        fr="Ce champ est demandé une seule fois, dans l'une ou l'autre écriture : rien ne confirme une réponse "
        "en arabe.",
    ),
)
"""Why a reading that nothing corroborates waits where the field has no twin that could."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field is read poorly, and what to do.

    Attributes:
        code: Stable name of the case.
        english: In the language of the spec language itself.
        mendable: Whether the form's author can do something about it.
    """

    code: str
    english: str
    message: LocalizedText
    mendable: bool = True

    def in_language(self, language: str) -> str:
        """The sentence in ``en``, ``fr`` or ``ar``."""
        return self.english if language == "en" else self.message.in_language(Language(language))

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        words = {"en": self.english, **self.message.as_dict()}
        return {"code": self.code, "mendable": self.mendable, "message": words}


def reason(code: str, **values: object) -> Reason:
    """The reason of that code; ``values`` fill its sentences."""
    english, french, arabic = SENTENCES[code]
    isolated = {name: f"\u2068{value}\u2069" for name, value in values.items()}
    return Reason(
        code,
        english.format(**values),
        LocalizedText(ar=arabic.format(**isolated), fr=french.format(**values)),
    )
