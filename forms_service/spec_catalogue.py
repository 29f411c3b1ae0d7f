"""Finds and versions the form specs on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.document_types import DocumentTypes, parse_document_types
from core.errors import SpecError, SpecErrors, UnknownForm
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.spec_parser import ParsedSpec, parse_spec_with_places


def default_directory() -> Path:
    """Where the published specs lie: beside the package, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parent.parent / "form_specs"


@dataclass(frozen=True)
class SpecCatalogue:
    """Every published version of every form."""

    specs: Mapping[tuple[str, int], FormSpec] = field(default_factory=dict)
    types: DocumentTypes = field(default_factory=DocumentTypes)

    @staticmethod
    def load(directory: Path | None = None) -> SpecCatalogue:
        """Read ``<form_id>/v<N>.yaml`` and ``document_types.yaml`` of a folder.

        Raises:
            SpecErrors: Every problem of every file.
        """
        directory = directory or default_directory()
        errors: list[SpecError] = []
        types = DocumentTypes()
        try:
            types = load_document_types(directory)
        except SpecErrors as problems:
            errors += problems.errors
        specs: dict[tuple[str, int], FormSpec] = {}
        for path in spec_files(directory):
            try:
                spec = load_spec(path, types).spec
                specs[spec.id, spec.version] = spec
            except SpecErrors as problems:
                errors += problems.errors
        if errors:
            raise SpecErrors(errors)
        return SpecCatalogue(specs, types)

    def forms(self) -> list[FormSpec]:
        """The newest version of each form, by id."""
        newest: dict[str, FormSpec] = {}
        for spec in sorted(self.specs.values(), key=lambda one: one.version):
            newest[spec.id] = spec
        return [newest[form_id] for form_id in sorted(newest)]

    def get(self, form_id: str, version: int | None = None) -> FormSpec:
        """One version of a form, the newest by default.

        Raises:
            UnknownForm: There is none.
        """
        versions = [spec for (known, _), spec in self.specs.items() if known == form_id]
        if version is not None:
            versions = [spec for spec in versions if spec.version == version]
        if not versions:
            known = ", ".join(sorted({known for known, _ in self.specs}))
            wanted = form_id if version is None else f"{form_id} v{version}"
            raise UnknownForm(
                LocalizedText(
                    ar=f"لا توجد استمارة بهذا المرجع: {wanted}. الاستمارات المتوفرة: {known}.",
                    fr=f"Aucun formulaire ne porte la référence {wanted}. Formulaires connus : {known}.",
                )
            )
        return max(versions, key=lambda spec: spec.version)

    def document_types(self) -> DocumentTypes:
        """Every kind of attachment."""
        return self.types


def spec_files(directory: Path) -> list[Path]:
    """The spec files of a folder, in order."""
    return sorted(directory.glob("*/v*.yaml"))


def load_document_types(directory: Path) -> DocumentTypes:
    """Read ``document_types.yaml`` of a folder; none there means no types."""
    path = directory / "document_types.yaml"
    if not path.exists():
        return DocumentTypes()
    return parse_document_types(path.read_text(encoding="utf-8"), _shown(path))


def load_spec(path: Path, types: DocumentTypes | None = None) -> ParsedSpec:
    """Read one spec file and check that its place says the same as its text.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    source = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecErrors([SpecError(source, 1, 1, f"not UTF-8 text (byte {error.start})")]) from None
    parsed = parse_spec_with_places(text, source, types.types if types and types.types else None)
    expected = (path.parent.name, path.stem)
    if path.stem.startswith("v") and expected != (parsed.spec.id, f"v{parsed.spec.version}"):
        problem = (
            f"the file says {parsed.spec.id} v{parsed.spec.version}, expected {expected[0]} {expected[1]}"
        )
        raise SpecErrors([SpecError(source, 1, 1, problem)])
    return parsed


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
