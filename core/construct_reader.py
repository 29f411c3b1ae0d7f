"""Reads YAML nodes as constructs of the spec language, collecting every problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from core.conditions import Condition, syntax_problem
from core.errors import SpecError
from core.localized_text import LocalizedText
from core.spec_language import CONSTRUCTS
from core.yaml_source import Node, Place

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*\Z")


@dataclass
class Construct:
    """One construct as read: typed values by key, and the place of each."""

    name: str
    place: Place
    values: dict[str, object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def place_of(self, key: str) -> Place:
        """Where a key stands; where the construct stands when it is absent."""
        return self.places.get(key, self.place)

    def get(self, key: str, default: object = None) -> object:
        """A value, or ``default`` when the key is absent or was wrong."""
        return self.values.get(key, default)

    def constructs(self, key: str) -> list[Construct]:
        """The constructs listed under a key."""
        found = self.values.get(key)
        return [one for one in found if isinstance(one, Construct)] if isinstance(found, list) else []

    def texts(self, key: str) -> tuple[str, ...]:
        """The words listed under a key."""
        found = self.values.get(key)
        return tuple(str(one) for one in found) if isinstance(found, list) else ()


class ConstructReader:
    """Turns nodes into constructs; wrong parts are left out and reported, the rest is read on."""

    def __init__(self, source: str, errors: list[SpecError]) -> None:
        self.source, self.errors = source, errors

    def report(self, place: Place, problem: str) -> None:
        """Note one problem."""
        self.errors.append(SpecError(place.source or self.source, place.line, place.column, problem))

    def construct(self, name: str, node: Node) -> Construct | None:
        """Read a mapping as the construct ``name``."""
        if not isinstance(node.value, dict):
            self.report(node.place, f"{_shown(node.value)} is not a {name}, expected a mapping")
            return None
        keys = CONSTRUCTS[name]
        result = Construct(name, node.place)
        for key, child in node.value.items():
            place = node.keys[key]
            if key not in keys:
                self.report(place, _unknown_key(name, key))
                continue
            result.places[key] = place
            value = self._value(keys[key].type, key, child)
            if value is not _WRONG:
                result.values[key] = value
        for key, declared in keys.items():
            if declared.required and key not in node.value:
                self.report(node.place, f"{name} lacks {key!r}, expected: {declared.help}")
            if declared.required and key not in result.values:
                result.values[key] = _stand_in(declared.type, result.place)
        return result

    def _value(self, type_name: str, key: str, node: Node) -> object:
        head, _, rest = type_name.partition(":")
        if head == "list":
            return self._list(rest, key, node)
        if head == "map":
            return self._map(rest, key, node)
        if head == "one_of":
            return self._one_of(rest.split(","), key, node)
        if head == "rows":
            return list(self._rows(node))
        if head in ("localized", "prose"):
            return self._localized(key, node, keep_lines=head == "prose")
        if head in CONSTRUCTS:
            return self.construct(head, node) or _WRONG
        return self._scalar(head, key, node)

    def _list(self, item_type: str, key: str, node: Node) -> object:
        if not isinstance(node.value, list):
            self.report(node.place, f"{key}: {_shown(node.value)} is not a list, expected one")
            return _WRONG
        items = [self._value(item_type, key, item) for item in node.value]
        return [item for item in items if item is not _WRONG]

    def _map(self, item_type: str, key: str, node: Node) -> object:
        if not isinstance(node.value, dict):
            self.report(node.place, f"{key}: {_shown(node.value)} is not a mapping, expected one")
            return _WRONG
        items = {name: self._value(item_type, f"{key} {name}", item) for name, item in node.value.items()}
        return {name: item for name, item in items.items() if item is not _WRONG}

    def _one_of(self, allowed: list[str], key: str, node: Node) -> object:
        if node.value not in allowed:
            near = get_close_matches(str(node.value), allowed, n=1)
            given, known = _shown(node.value), ", ".join(allowed)
            if near:
                self.report(
                    node.place,
                    f"{key}: {given} is unknown, did you mean {near[0]!r}? Expected one of: {known}",
                )
            else:
                self.report(node.place, f"{key}: {given} is unknown. Expected one of: {known}")
            return _WRONG
        return node.value

    def _rows(self, node: Node) -> Iterator[object]:
        if not isinstance(node.value, list):
            self.report(node.place, f"rows: {_shown(node.value)} is not a list, expected a list of rows")
            return
        for row in node.value:
            if isinstance(row.value, list):
                fields = [self.construct("field", item) for item in row.value]
                yield [one for one in fields if one is not None]
            else:
                text = self.construct("static_text", row)
                if text is not None:
                    yield text

    def _localized(self, key: str, node: Node, keep_lines: bool = False) -> object:
        if not isinstance(node.value, dict):
            self.report(
                node.place, f"{key}: {_shown(node.value)} has one language, expected {{ar: …, fr: …}}"
            )
            return _WRONG
        words: dict[str, str] = {}
        for language, name in (("ar", "Arabic"), ("fr", "French")):
            child = node.value.get(language)
            if child is None or not str(child.value or "").strip():
                self.report(node.place, f"{key}: the {name} text ({language}) is missing, expected both")
            else:
                lines = str(child.value).strip().split("\n") if keep_lines else [str(child.value)]
                words[language] = "\n".join(" ".join(line.split()) for line in lines)
        for extra in set(node.value) - {"ar", "fr"}:
            self.report(node.keys[extra], f"{key}: unknown language {extra!r}, expected ar and fr")
        return LocalizedText(words["ar"], words["fr"]) if len(words) == 2 else _WRONG

    def _scalar(self, type_name: str, key: str, node: Node) -> object:
        value = node.value
        if isinstance(value, (list, dict)):
            self.report(node.place, f"{key}: a list or mapping stands here, expected {_SCALARS[type_name]}")
            return _WRONG
        if type_name == "scalar":
            return value
        result = _read_scalar(type_name, value)
        if result is _WRONG:
            self.report(node.place, f"{key}: {_shown(value)} does not fit, expected {_SCALARS[type_name]}")
            return _WRONG
        if isinstance(result, Condition) and (problem := syntax_problem(result.expression)):
            self.report(node.place, f"{key}: the expression cannot be read: {problem}")
            return _WRONG
        return result


STAND_IN = "missing-at-"


def _stand_in(type_name: str, place: Place) -> object:
    """A harmless value in place of a wrong one, so that the rest is checked in the same run."""
    head, _, rest = type_name.partition(":")
    if head in CONSTRUCTS:
        keys = CONSTRUCTS[head].items()
        values = {key: _stand_in(declared.type, place) for key, declared in keys if declared.required}
        return Construct(head, place, values)
    name = f"{STAND_IN}{place.line}-{place.column}"
    stand_ins: dict[str, object] = {
        "localized": LocalizedText("…", "…"),
        "prose": LocalizedText("…", "…"),
        "expression": Condition("true"),
        "integer": 1,
        "number": 1.0,
        "list": [],
        "rows": [],
        "map": {},
        "scalar": None,
        "one_of": rest.split(",")[-1],
    }
    return stand_ins.get(head, name)


class _Wrong:
    """Marks a value that was reported and left out."""


_WRONG = _Wrong()

_SCALARS = {
    "id": "a name of letters, digits, dots, dashes and underscores",
    "text": "a text",
    "expression": "an expression in quotes",
    "bool": "true or false",
    "bool_or_expression": "true, false or an expression in quotes",
    "integer": "a whole number",
    "number": "a number",
    "day": "a day as YYYY-MM-DD",
    "scalar": "a text, a number or true/false",
}


def _read_scalar(type_name: str, value: object) -> object:
    """A scalar as its type, or ``_WRONG``."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match type_name:
        case "bool" | "bool_or_expression" if isinstance(value, bool):
            return value
        case "expression" | "bool_or_expression" if isinstance(value, str) and value.strip():
            return Condition(value.strip())
        case "integer" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "number" if is_number:
            return value
        case "text" if is_number or (isinstance(value, str) and value.strip()):
            return " ".join(str(value).split())
        case "id" if _ID.match(str(value)) and value is not None and not isinstance(value, bool):
            return str(value)
        case "day":
            try:
                return date.fromisoformat(str(value))
            except ValueError:
                return _WRONG
        case _:
            return _WRONG


def _shown(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _unknown_key(name: str, key: str) -> str:
    known = list(CONSTRUCTS[name])
    near = get_close_matches(key, known, n=1)
    hint = f", did you mean {near[0]!r}?" if near else f", expected one of: {', '.join(known)}"
    return f"{name} has no key {key!r}{hint}"
