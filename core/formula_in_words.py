"""Shows a calculator's formula as people write it, once with names and once with the values put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.exact_formula import Part, Value, chosen_branch, reckon
from core.localized_text import LocalizedText
from core.measures import measured

Shown = Callable[[str], LocalizedText]
"""What stands for a name: its label, or its value with the unit."""

_SIGNS = {"*": "×", "/": "÷", "+": "+", "-": "\u2212"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_CALLS: Mapping[str, LocalizedText] = {
    "min": LocalizedText("أصغر قيمة من ({arguments})", "le plus petit de ({arguments})"),
    "max": LocalizedText("أكبر قيمة من ({arguments})", "le plus grand de ({arguments})"),
    "floor": LocalizedText("الجزء الصحيح من ({arguments})", "partie entière de ({arguments})"),
    "ceil": LocalizedText(
        "({arguments}) مقربا إلى العدد الصحيح الأعلى", "({arguments}) arrondi à l'entier supérieur"
    ),
    "days_between": LocalizedText("عدد الأيام بين ({arguments})", "nombre de jours entre ({arguments})"),
    "months_begun": LocalizedText(
        "عدد الأشهر، ويحتسب الشهر الذي بدأ كاملا، بين ({arguments})",
        "nombre de mois, tout mois commencé comptant en entier, entre ({arguments})",
    ),
}
_DAYS_ADDED = {"add_months": "months", "add_days": "days"}


def in_words(part: Part, values: Mapping[str, Value], shown: Shown) -> LocalizedText:
    """The formula with each name replaced by what ``shown`` says; of alternatives, the one that counts."""
    match part.kind:
        case "number":
            return measured(part.word, "share")
        case "name":
            return shown(part.word)
        case "choice":
            return in_words(chosen_branch(part, values), values, shown)
        case "call" if part.word in _DAYS_ADDED:
            return _later(part, values, shown)
        case "call" if part.word in _CALLS:
            arguments = [in_words(one, values, shown) for one in part.parts]
            return _CALLS[part.word].fill(arguments=_listed(arguments))
        case "sign" if part.word in _SIGNS and len(part.parts) == 2:
            return _operation(part, values, shown)
        case "sign" if part.word == "-":
            inside = in_words(part.parts[0], values, shown)
            return LocalizedText(f"\u2212{inside.ar}", f"\u2212{inside.fr}")
        case _:
            return LocalizedText(part.word, part.word)


def _operation(part: Part, values: Mapping[str, Value], shown: Shown) -> LocalizedText:
    strength = _STRENGTH[part.word]
    sides = []
    for index, one in enumerate(part.parts):
        while one.kind == "choice":
            one = chosen_branch(one, values)
        said = in_words(one, values, shown)
        inner = _STRENGTH.get(one.word, 9) if one.kind == "sign" and len(one.parts) == 2 else 9
        weaker = inner < strength or (index == 1 and inner == strength and part.word in "-/")
        sides.append(LocalizedText(f"({said.ar})", f"({said.fr})") if weaker else said)
    sign = _SIGNS[part.word]
    return LocalizedText(f"{sides[0].ar} {sign} {sides[1].ar}", f"{sides[0].fr} {sign} {sides[1].fr}")


def _later(part: Part, values: Mapping[str, Value], shown: Shown) -> LocalizedText:
    added = part.parts[1]
    if part.word == "add_months" and added.word == "*" and added.parts[0].word == "12":
        added = added.parts[1]  # a figure in years, whose unit says so
    start, count = (in_words(one, values, shown) for one in (part.parts[0], added))
    if part.parts[1].kind == "number":
        count = measured(reckon(part.parts[1], values), _DAYS_ADDED[part.word])
    return LocalizedText(f"{start.ar} + {count.ar}", f"{start.fr} + {count.fr}")


def _listed(words: list[LocalizedText]) -> LocalizedText:
    return LocalizedText(" ؛ ".join(one.ar for one in words), " ; ".join(one.fr for one in words))
