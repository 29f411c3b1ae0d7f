"""Blocks that many forms share: written once, read as if each form had written them itself.

``{shared: insured}`` in a list of a form stands for the parts that the block of that name has for that
list.  What a block has for other lists (its rules, its documents) is added at their end, so that an
author writes the name once.  See ``docs/spec-language.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from core.catalogue_language import SHARED_LISTS
from core.construct_reader import ConstructReader
from core.errors import SpecErrors
from core.yaml_source import Node, Place, load_yaml

_FOOTNOTES = "footnotes"

_NAMES_BLOCK = re.compile(r"^\s*- *(?:\{ *)?shared *:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SharedBlock:
    """One block, still as written: it is checked again with every form that takes it in."""

    id: str
    root: Node
    text: str


@dataclass(slots=True)
class _Taken:
    """What one form takes in: the blocks by name, and for each the lists it stands in."""

    blocks: dict[str, SharedBlock] = field(default_factory=dict)
    placed: set[tuple[str, str]] = field(default_factory=set)


def parse_shared_block(text: str, source: str) -> SharedBlock:
    """Read one file of ``form_specs/shared``.

    Raises:
        SpecErrors: Everything that is wrong, each with file, line and column.
    """
    root, errors = load_yaml(text, source, shared=True)
    reader = ConstructReader(source, errors)
    found = reader.construct("shared_block", root) if root is not None else None
    if errors or found is None or root is None:
        raise SpecErrors(errors)
    return SharedBlock(str(found.values["id"]), root, text)


def take_in(
    root: Node, blocks: Mapping[str, SharedBlock], reader: ConstructReader
) -> tuple[Node, tuple[SharedBlock, ...]]:
    """The form with the parts of its shared blocks in place of their names; and those blocks."""
    if not isinstance(root.value, dict):
        return root, ()
    taken, values = _Taken(), dict(root.value)
    for name in SHARED_LISTS:
        listed = values.get(name)
        if listed is not None and isinstance(listed.value, list):
            parts = [part for one in listed.value for part in _parts(one, name, blocks, taken, reader)]
            if parts != listed.value:  # also where a name was unknown: that is told once, not for each key
                values[name] = replace(listed, value=parts)
    keys = dict(root.keys)
    for block in taken.blocks.values():
        _add_the_rest(block, taken, values, keys)
    return Node(values, root.place, keys), tuple(taken.blocks.values())


def digest(text: str, blocks: Iterable[SharedBlock]) -> str:
    """Tells two forms apart by all that they are made of."""
    whole = "\0".join([text, *(block.text for block in blocks)])
    return hashlib.sha256(whole.encode()).hexdigest()


def _parts(
    one: Node, name: str, blocks: Mapping[str, SharedBlock], taken: _Taken, reader: ConstructReader
) -> Iterable[Node]:
    if not isinstance(one.value, dict) or "shared" not in one.value:
        return [one]
    used = reader.construct("shared", one)
    wanted = str(used.values["shared"]) if used else ""
    block = blocks.get(wanted)
    if block is None:
        if isinstance(one.value["shared"].value, str):
            near = get_close_matches(wanted, blocks, n=1)
            place, known = one.value["shared"].place, ", ".join(sorted(blocks)) or "–"
            if near:
                reader.report(place, f"no shared block is called {wanted!r}, did you mean {near[0]!r}?")
            else:
                reader.report(place, f"no shared block is called {wanted!r}, known: {known}")
        return []
    if (wanted, name) in taken.placed:
        reader.report(one.place, f"the shared block {wanted!r} stands here twice, expected once")
        return []
    taken.blocks[wanted] = block
    taken.placed.add((wanted, name))
    return _list_of(block, name)


def _list_of(block: SharedBlock, name: str) -> list[Node]:
    found = block.root.value.get(name) if isinstance(block.root.value, dict) else None
    return list(found.value) if found is not None and isinstance(found.value, list) else []


def _add_the_rest(block: SharedBlock, taken: _Taken, values: dict[str, Node], keys: dict[str, Place]) -> None:
    for name in SHARED_LISTS:
        parts = _list_of(block, name)
        if not parts or (block.id, name) in taken.placed:
            continue
        own = values.get(name)
        if own is None:
            own = Node([], block.root.place, {})
            keys[name] = block.root.place
        if isinstance(own.value, list):
            values[name] = replace(own, value=[*own.value, *parts])
    notes = block.root.value.get(_FOOTNOTES) if isinstance(block.root.value, dict) else None
    if notes is not None and isinstance(notes.value, dict):
        own = values.get(_FOOTNOTES) or Node({}, notes.place, {})
        if isinstance(own.value, dict):
            values[_FOOTNOTES] = Node({**notes.value, **own.value}, own.place, {**notes.keys, **own.keys})
            keys.setdefault(_FOOTNOTES, notes.place)


def names_shared_block(text: str) -> bool:
    """Whether a spec's text names a shared block, told without reading it as YAML."""
    return _NAMES_BLOCK.search(text) is not None
