"""What is wrong with parameters, guidance and calculators, file by file and between files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SpecError, SpecErrors
from core.guidance_parser import problems_between
from core.shared_parameters import SharedParameters
from core.yaml_source import Node, Place, load_yaml
from forms_service.knowledge import (
    CALCULATORS,
    GUIDANCE,
    calculator_files,
    guidance_files,
    load_calculator,
    load_theme,
)
from forms_service.spec_catalogue import load_shared_parameters, shown_path, spec_files

PARAMETERS = "parameters.yaml"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend; a warning where it points to what is not written yet."""

    source: str
    place: Place
    problem: str
    warning: bool = False


def is_knowledge(path: Path) -> bool:
    """Whether a file holds parameters, guidance or a calculator."""
    return path.name == PARAMETERS or path.parent.name in (GUIDANCE, CALCULATORS)


def knowledge_files(folder: Path) -> list[Path]:
    """The files of a folder of specs that hold parameters, guidance or a calculator."""
    return [*folder.glob(PARAMETERS), *guidance_files(folder), *calculator_files(folder)]


def lint_knowledge(path: Path, specs_folder: Path) -> list[Complaint]:
    """Read one such file and say everything that is wrong with it.

    Args:
        specs_folder: Where the shared parameters and the forms lie when the file has none beside it.
    """
    try:
        if path.name == PARAMETERS:
            load_shared_parameters(path.parent)
            return []
        beside = path.parent.parent
        folder = beside if (beside / PARAMETERS).exists() else specs_folder
        shared = load_shared_parameters(folder)
        if path.parent.name == CALCULATORS:
            load_calculator(path, shared)
        else:
            _load_theme_among_others(path, folder, shared)
    except SpecErrors as errors:
        return [Complaint(one.source, Place(one.line, one.column), one.problem) for one in errors.errors]
    return list(_unknown_names(path, folder))


def _load_theme_among_others(path: Path, folder: Path, shared: SharedParameters) -> None:
    own = load_theme(path, shared)
    others = []
    for other in guidance_files(folder):
        if other.resolve() != path.resolve():
            try:
                others.append(load_theme(other, shared))
            except SpecErrors:
                continue  # told when that file is read itself
    mine: list[SpecError] = [one for one in problems_between([*others, own]) if one.source == own.source]
    if mine:
        raise SpecErrors(mine)


def _unknown_names(path: Path, folder: Path) -> Iterator[Complaint]:
    """References to forms, calculators and answers that do not exist, or not yet."""
    root, _ = load_yaml(path.read_text(encoding="utf-8"), "")
    if root is None or not isinstance(root.value, dict):
        return
    forms = {one.parent.name for one in spec_files(folder)}
    calculators = {one.stem for one in calculator_files(folder)}
    if path.parent.name == CALCULATORS:
        yield from _missing(path, root, "answers", _answer_ids(folder), "answer", warning=True)
        return
    for one in _items(root.value.get("answers")):
        yield from _missing(path, one, "procedures", forms, "form", warning=True)
        yield from _missing(path, one, "calculators", calculators, "calculator", warning=False)


def _missing(
    path: Path, node: Node, key: str, known: set[str], what: str, *, warning: bool
) -> Iterator[Complaint]:
    for one in _items(node.value.get(key) if isinstance(node.value, dict) else None):
        if str(one.value) not in known:
            problem = f"{key}: no {what} is called {str(one.value)!r}"
            yield Complaint(shown_path(path), one.place, problem, warning)


def _answer_ids(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in guidance_files(folder):
        root, _ = load_yaml(path.read_text(encoding="utf-8"), "")
        for one in _items(root.value.get("answers") if root and isinstance(root.value, dict) else None):
            if isinstance(one.value, dict) and "id" in one.value:
                found.add(str(one.value["id"].value))
    return found


def _items(node: Node | None) -> Sequence[Node]:
    return node.value if node is not None and isinstance(node.value, list) else ()
