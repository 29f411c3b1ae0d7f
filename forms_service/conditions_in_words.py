"""Says a spec's conditions in plain French and Arabic, for people who check a form without reading code.

Only what can be said faithfully is said: anything else gives None, and the expression is shown as
it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.conditions import Condition
from core.form_spec import FieldSpec, FormSpec, Group
from core.localized_text import LocalizedText

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],]))"""
)
_DEEPEST = 4


def in_words(
    condition: Condition,
    spec: FormSpec,
    group: Group | None = None,
    document_names: Mapping[str, LocalizedText] | None = None,
) -> LocalizedText | None:
    """The condition as a clause, such as «Qualité» est «Tuteur»; None when it cannot be said simply.

    Args:
        group: Whose row the condition may look at.
        document_names: What the types of document are called.
    """
    try:
        return _Speaker(spec, group, document_names or {}).clause(condition.expression)
    except _Unspeakable:
        return None


class _Unspeakable(Exception):
    """The expression uses something that has no plain wording here."""


@dataclass(frozen=True, slots=True)
class _Operand:
    """A thing compared: a question, or a literal."""

    name: str = ""
    literal: str | None = None
    clause: LocalizedText | None = None


class _Speaker:
    """A small parser of the expressions' common part that gives sentences instead of values."""

    def __init__(
        self,
        spec: FormSpec,
        group: Group | None,
        document_names: Mapping[str, LocalizedText],
        depth: int = 0,
    ) -> None:
        self.spec, self.group, self.depth = spec, group, depth
        self.document_names = {one.type: one.label for one in reversed(spec.documents)} | document_names
        self.compounds: set[str] = set()
        self.fields: dict[str, FieldSpec] = {one.id: one for one in spec.fields()}
        self.labels = {one.id: one.label for one in spec.fields()}
        self.labels |= {one.id: one.label for one in spec.facts}
        self.parameters = {f"param.{one.id}": str(one.values[-1].value) for one in spec.parameters}
        self.labels |= {f"calc.{one.id}": one.label for one in spec.calculations}
        self.derived: dict[str, Condition] = {}
        if group is not None:
            self.fields |= {f"{group.item}.{one.id}": one for one in group.fields}
            self.labels |= {f"{group.item}.{one.id}": one.label for one in group.fields}
            self.derived = {f"{group.item}.{name}": condition for name, condition in group.derived}
        self.tokens: list[tuple[str, str]] = []

    def clause(self, expression: str) -> LocalizedText:
        """The whole expression."""
        self.tokens = _tokens(expression)
        said = self._any()
        if self.tokens:
            raise _Unspeakable
        return said

    # --- grammar: any of all of not of comparisons ---

    def _any(self) -> LocalizedText:
        parts = [self._all()]
        while self._take("||"):
            parts.append(self._all())
        return self._together(parts, " ou ", " أو ")

    def _all(self) -> LocalizedText:
        parts = [self._not()]
        while self._take("&&"):
            parts.append(self._not())
        return self._together(parts, " et ", " و")

    def _together(self, parts: list[LocalizedText], french: str, arabic: str) -> LocalizedText:
        """Clauses joined; those that are themselves joined stand in brackets, so that nobody errs."""
        if len(parts) == 1:
            return parts[0]
        bracketed = [
            LocalizedText(f"({one.ar})", f"({one.fr})") if one.fr in self.compounds else one for one in parts
        ]
        said = _joined(bracketed, french, arabic)
        self.compounds.add(said.fr)
        return said

    def _not(self) -> LocalizedText:
        if not self._take("!"):
            return self._comparison()
        said = self._not()
        return _contrary(said) if said.fr in self.compounds else _negated(said)

    def _comparison(self) -> LocalizedText:
        if self._take("("):
            inside = self._any()
            self._expect(")")
            return inside
        left = self._operand()
        if self._take("in"):
            return self._one_of(left)
        for sign in _COMPARED:
            if self._take(sign):
                return self._compared(left, sign, self._operand())
        return self._alone(left)

    def _operand(self) -> _Operand:
        if not self.tokens:
            raise _Unspeakable
        kind, text = self.tokens.pop(0)
        if kind in ("text", "number"):
            return _Operand(literal=text.strip("\"'"))
        if kind != "name":
            raise _Unspeakable
        if text in ("null", "true", "false"):
            return _Operand(literal={"null": ""}.get(text, text))
        if self._take("("):
            return self._call(text)
        return _Operand(name=text)

    def _call(self, function: str) -> _Operand:
        arguments = []
        while not self._take(")"):
            arguments.append(self._operand())
            self._take(",")
        if function in ("double", "int", "string") and len(arguments) == 1:
            return arguments[0]
        if not arguments or function not in _CALLS:
            raise _Unspeakable
        first = arguments[0]
        subject = self._label(first.name) if first.name else self._called(function, str(first.literal))
        years = self._value(arguments[1], None) if len(arguments) > 1 else LocalizedText("", "")
        return _Operand(clause=_CALLS[function].fill(subject=subject, years=years))

    # --- sentences ---

    def _alone(self, operand: _Operand) -> LocalizedText:
        if operand.clause is not None:
            return operand.clause
        if operand.name in self.derived and self.depth < _DEEPEST:
            inner = _Speaker(self.spec, self.group, self.document_names, self.depth + 1)
            said = inner.clause(self.derived[operand.name].expression)
            self.compounds |= inner.compounds
            return said
        return _TICKED.fill(subject=self._label(operand.name))

    def _one_of(self, left: _Operand) -> LocalizedText:
        self._expect("[")
        values = []
        while not self._take("]"):
            values.append(self._value(self._operand(), left))
            self._take(",")
        if len(values) == 1:
            return _COMPARED["=="].fill(subject=self._label(left.name), value=values[0])
        return _ONE_OF.fill(subject=self._label(left.name), values=_joined(values, ", ", "، "))

    def _compared(self, left: _Operand, sign: str, right: _Operand) -> LocalizedText:
        if left.clause is not None or right.clause is not None:
            raise _Unspeakable
        subject = self._label(left.name)
        if right.literal == "" and sign in ("==", "!="):
            return (_BLANK if sign == "==" else _ANSWERED).fill(subject=subject)
        if right.literal in ("true", "false") and sign in ("==", "!="):
            ticked = _TICKED.fill(subject=subject)
            return ticked if (right.literal == "true") == (sign == "==") else _negated(ticked)
        return _COMPARED[sign].fill(subject=subject, value=self._value(right, left))

    def _value(self, operand: _Operand, asked: _Operand | None) -> LocalizedText:
        if operand.name in self.parameters:
            return LocalizedText(self.parameters[operand.name], self.parameters[operand.name])
        if operand.literal is None:
            return self._label(operand.name)
        field = self.fields.get(asked.name) if asked else None
        for choice in field.choices if field else ():
            if choice.value == operand.literal:
                return _QUOTED.fill(words=choice.label)
        return LocalizedText(operand.literal, operand.literal)

    def _label(self, name: str) -> LocalizedText:
        if name not in self.labels:
            raise _Unspeakable
        return _QUOTED.fill(words=_without_marks(self.labels[name], self.spec))

    def _called(self, function: str, name: str) -> LocalizedText:
        if function == "filled":
            titles = {section.id: section.title for section in self.spec.sections}
            title = titles.get(name)
            if title is None:
                raise _Unspeakable
            return _QUOTED.fill(words=title)
        return _QUOTED.fill(words=self.document_names.get(name, LocalizedText(name, name)))

    # --- tokens ---

    def _take(self, text: str) -> bool:
        if self.tokens and self.tokens[0][1] == text:
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise _Unspeakable


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None:
            raise _Unspeakable
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        position = match.end()
    return found


def _without_marks(label: LocalizedText, spec: FormSpec) -> LocalizedText:
    arabic, french = label.ar, label.fr
    for mark in spec.footnotes:
        sign = f"({mark.strip('()')})"
        arabic, french = (
            words.removesuffix(sign).rstrip() if words.endswith(sign) else words for words in (arabic, french)
        )
    return LocalizedText(arabic, french)


def _joined(parts: Sequence[LocalizedText], french: str, arabic: str) -> LocalizedText:
    return LocalizedText(ar=arabic.join(one.ar for one in parts), fr=french.join(one.fr for one in parts))


def _negated(clause: LocalizedText) -> LocalizedText:
    for said, opposite in _OPPOSITES:
        if said.fr in clause.fr and said.ar in clause.ar:
            return LocalizedText(
                ar=clause.ar.replace(said.ar, opposite.ar, 1), fr=clause.fr.replace(said.fr, opposite.fr, 1)
            )
    return _contrary(clause)


def _contrary(clause: LocalizedText) -> LocalizedText:
    return LocalizedText(f"ليس صحيحا أن ({clause.ar})", f"il n'est pas vrai que ({clause.fr})")


_QUOTED = LocalizedText("«{words}»", "« {words} »")
_TICKED = LocalizedText("وُضعت علامة على {subject}", "{subject} est coché")
_ANSWERED = LocalizedText("مُلئت خانة {subject}", "{subject} est rempli")
_BLANK = LocalizedText("لم تُملأ خانة {subject}", "{subject} n'est pas rempli")
_ONE_OF = LocalizedText("جواب {subject} أحد ما يلي: {values}", "{subject} est l'un de : {values}")
_COMPARED = {
    "==": LocalizedText("جواب {subject} هو {value}", "{subject} est {value}"),
    "!=": LocalizedText("جواب {subject} ليس {value}", "{subject} n'est pas {value}"),
    "<=": LocalizedText("{subject} لا يتجاوز {value}", "{subject} ne dépasse pas {value}"),
    ">=": LocalizedText("{subject} لا يقل عن {value}", "{subject} est au moins {value}"),
    "<": LocalizedText("{subject} أقل من {value}", "{subject} est inférieur à {value}"),
    ">": LocalizedText("{subject} أكثر من {value}", "{subject} est supérieur à {value}"),
}
_OPPOSITES = (
    (
        LocalizedText("» يتضمن جوابا", " contient une réponse"),
        LocalizedText("» لا يتضمن أي جواب", " ne contient aucune réponse"),
    ),
    (
        LocalizedText("» أحد ما يلي: ", " est l'un de : "),
        LocalizedText("» ليس أيا مما يلي: ", " n'est aucun de : "),
    ),
    (LocalizedText("» هو «", " » est « "), LocalizedText("» ليس «", " » n'est pas « ")),
    (LocalizedText("لم تُملأ خانة", " n'est pas rempli"), LocalizedText("مُلئت خانة", " est rempli")),
    (LocalizedText("مُلئت خانة", " est rempli"), LocalizedText("لم تُملأ خانة", " n'est pas rempli")),
    (LocalizedText("وُضعت علامة", " est coché"), LocalizedText("لم توضع علامة", " n'est pas coché")),
)
_CALLS = {
    "given": _ANSWERED,
    "filled": LocalizedText("{subject} يتضمن جوابا", "{subject} contient une réponse"),
    "has_document": LocalizedText("أُرفقت الوثيقة {subject}", "le document {subject} est joint"),
    "has_document_for_child": LocalizedText(
        "أُرفقت لهذا الصف الوثيقة {subject}", "le document {subject} est joint pour cette ligne"
    ),
    "on_file": LocalizedText(
        "سبق الإدلاء للصندوق بالوثيقة {subject}", "le document {subject} a déjà été déposé au fonds"
    ),
    "declared": LocalizedText("سبق التصريح بالحدث {subject}", "l'événement {subject} a déjà été déclaré"),
    "past_birthday": LocalizedText(
        "مرت على {subject} أكثر من {years} سنة", "{subject} remonte à plus de {years} ans"
    ),
    "reached_birthday": LocalizedText(
        "مرت على {subject} {years} سنة على الأقل", "{subject} remonte à {years} ans au moins"
    ),
}
