"""Everything that is told and reckoned outside the forms: guidance and calculators, read from their folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from core.calculator import Calculator
from core.calculator_parser import parse_calculator
from core.errors import SpecError, SpecErrors, UnknownForm
from core.guidance import Guidance, ordered
from core.guidance_parser import ParsedTheme, parse_theme, problems_between
from core.localized_text import LocalizedText
from core.shared_parameters import SharedParameters
from forms_service.spec_catalogue import default_directory, load_shared_parameters, shown_path

GUIDANCE, CALCULATORS = "guidance", "calculators"
_NUMBER = re.compile(r"(\d+)-")

Read = TypeVar("Read")


@dataclass(frozen=True)
class Knowledge:
    """Guidance, calculators and the figures they share."""

    guidance: Guidance = field(default_factory=Guidance)
    calculators: Mapping[str, Calculator] = field(default_factory=dict)
    parameters: SharedParameters = field(default_factory=SharedParameters)

    @staticmethod
    def load(directory: Path | None = None) -> Knowledge:
        """Read ``parameters.yaml``, ``guidance/*.yaml`` and ``calculators/*.yaml`` of a folder.

        Raises:
            SpecErrors: Every problem of every file.
        """
        directory = directory or default_directory()
        shared = load_shared_parameters(directory)
        errors: list[SpecError] = []
        themes = list(_each(guidance_files(directory), errors, lambda path: load_theme(path, shared)))
        calculators = list(
            _each(calculator_files(directory), errors, lambda path: load_calculator(path, shared))
        )
        errors += problems_between(themes)
        if errors:
            raise SpecErrors(errors)
        return Knowledge(
            Guidance(ordered(one.theme for one in themes), shared.by_id),
            {one.id: one for one in calculators},
            shared,
        )

    def calculator(self, calculator_id: str) -> Calculator:
        """The calculator of that name.

        Raises:
            UnknownForm: There is none.
        """
        found = self.calculators.get(calculator_id)
        if found is None:
            known = ", ".join(sorted(self.calculators))
            raise UnknownForm(
                LocalizedText(
                    ar=f"لا توجد حاسبة بهذا الاسم: {calculator_id}. الحاسبات المتوفرة: {known}.",
                    fr=f"Aucun calculateur ne s'appelle {calculator_id}. Calculateurs connus : {known}.",
                ),
                code="unknown_calculator",
            )
        return found


def guidance_files(directory: Path) -> list[Path]:
    """The theme files of a folder of specs, in order."""
    return sorted((directory / GUIDANCE).glob("*.yaml"))


def calculator_files(directory: Path) -> list[Path]:
    """The calculators' files of a folder of specs, in order."""
    return sorted((directory / CALCULATORS).glob("*.yaml"))


def load_theme(path: Path, shared: SharedParameters) -> ParsedTheme:
    """Read one theme; its file's name begins with its place among the themes."""
    match = _NUMBER.match(path.name)
    parsed = parse_theme(_text(path), shown_path(path), shared, int(match[1]) if match else 99)
    _require_name(path, path.stem.partition("-")[2] if match else path.stem, parsed.theme.id)
    return parsed


def load_calculator(path: Path, shared: SharedParameters) -> Calculator:
    """Read one calculator."""
    found = parse_calculator(_text(path), shown_path(path), shared)
    _require_name(path, path.stem, found.id)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecErrors(
            [SpecError(shown_path(path), 1, 1, f"not UTF-8 text (byte {error.start})")]
        ) from None


def _require_name(path: Path, expected: str, said: str) -> None:
    if said != expected:
        raise SpecErrors([SpecError(shown_path(path), 1, 1, f"the file says {said}, expected {expected}")])


def _each(paths: Iterable[Path], errors: list[SpecError], load: Callable[[Path], Read]) -> Iterator[Read]:
    for path in paths:
        try:
            yield load(path)
        except SpecErrors as problems:
            errors += problems.errors
