"""YAML as data with places: every value knows its line and column, duplicate keys are errors.

Plain scalars follow YAML 1.2: only ``true``, ``false``, ``null`` and numbers are not text, so
``no`` stays a word and ``2026-03-01`` stays the characters somebody typed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

import yaml

from core.errors import SpecError

_LONGEST_NUMBER = 300
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MOST_NODES = 200_000
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column of a file, both counted from 1.

    Attributes:
        source: The file, where it is another than the one being read: that of a shared block.
    """

    line: int
    column: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    Attributes:
        value: str, int, float, bool, None; or ``list[Node]``; or ``dict[str, Node]``.
        keys: For a mapping, the place of each key.
    """

    value: object
    place: Place
    keys: dict[str, Place]


def load_yaml(text: str, source: str, shared: bool = False) -> tuple[Node | None, list[SpecError]]:
    """Read YAML text; the root is None when the text is not YAML at all.

    Args:
        shared: Other files take it in: its places name their file.
    """
    try:
        root = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return None, [SpecError(source, line, column, f"not YAML: {error.problem or error.context}")]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, [SpecError(source, 1, 1, f"not YAML: {str(error).splitlines()[0]}")]
    if root is None:
        return None, [SpecError(source, 1, 1, "the file is empty, expected a mapping")]
    errors: list[SpecError] = []
    return _Converter(source, errors, source if shared else "").convert(root, 0), errors


def _composed(text: str) -> yaml.Node | None:
    """The nodes of a text: every process reads the specs as it starts, and the parser in C is ten times faster.

    It has neither a limit to its recursion nor plain words for mistakes, and takes tabs that editors of specs
    are told of: the other one takes over then.
    """
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None and "\t" not in text:
        with suppress(yaml.YAMLError):
            if _depth(text, fast) <= _DEEPEST:
                return yaml.compose(text, Loader=fast)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _depth(text: str, loader: type) -> int:
    deepest = depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


class _Converter:
    def __init__(self, source: str, errors: list[SpecError], place_source: str = "") -> None:
        self.source, self.errors, self.seen, self.place_source = source, errors, 0, place_source

    def convert(self, node: yaml.Node, depth: int) -> Node:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1, self.place_source)
        self.seen += 1
        if self.seen > _MOST_NODES or depth > _DEEPEST:
            if self.seen <= _MOST_NODES + 1 or depth == _DEEPEST + 1:
                self._error(place, "too large or too deeply nested")
            return Node(None, place, {})
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.convert(item, depth + 1) for item in node.value], place, {})
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - the only kind left
        return Node(_scalar(node), place, {})

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Node:
        values: dict[str, Node] = {}
        places: dict[str, Place] = {}
        for key_node, value_node in node.value:
            where = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1, self.place_source)
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in values:
                self._error(where, f"the key {key!r} stands here twice, expected once")
                continue
            values[key] = self.convert(value_node, depth + 1)
            places[key] = where
        return Node(values, place, places)

    def _error(self, place: Place, problem: str) -> None:
        self.errors.append(SpecError(self.source, place.line, place.column, problem))


def _scalar(node: yaml.ScalarNode) -> object:
    text = str(node.value)
    if node.style:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.match(text) and len(text) <= _LONGEST_NUMBER:  # more digits than Python turns into a number
        return int(text)
    if _NUMBER.match(text):
        return float(text)
    return text
