"""Finds and versions the form specs on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.document_types import DocumentTypes, parse_document_types
from core.errors import SpecError, SpecErrors, UnknownForm
from core.form_spec import FormSpec
from core.localized_text import LocalizedText
from core.shared_blocks import SharedBlock, parse_shared_block
from core.shared_parameters import SharedParameters, parse_shared_parameters
from core.spec_parser import ParsedSpec, parse_spec_with_places


def default_directory() -> Path:
    """Where the published specs lie: beside the package, in a checkout as in an installed wheel."""
    return Path(__file__).resolve().parent.parent / "form_specs"


SHARED = "shared"
"""The folder of the blocks that forms share, beside the folders of the forms."""


@dataclass(frozen=True)
class SpecCatalogue:
    """Every published version of every form."""

    specs: Mapping[tuple[str, int], FormSpec] = field(default_factory=dict)
    types: DocumentTypes = field(default_factory=DocumentTypes)
    parameters: SharedParameters = field(default_factory=SharedParameters)

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
        shared = SharedParameters()
        try:
            shared = load_shared_parameters(directory)
        except SpecErrors as problems:
            errors += problems.errors
        blocks: Mapping[str, SharedBlock] = {}
        try:
            blocks = load_shared_blocks(directory)
        except SpecErrors as problems:
            errors += problems.errors
        specs: dict[tuple[str, int], FormSpec] = {}
        for path in spec_files(directory):
            try:
                spec = load_spec(path, types, blocks, shared).spec
                specs[spec.id, spec.version] = spec
            except SpecErrors as problems:
                errors += problems.errors
        if errors:
            raise SpecErrors(errors)
        return SpecCatalogue(specs, types, shared)

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
    return sorted(directory.glob("*/v[0-9]*.yaml"))


def load_document_types(directory: Path) -> DocumentTypes:
    """Read ``document_types.yaml`` of a folder; none there means no types."""
    path = directory / "document_types.yaml"
    if not path.exists():
        return DocumentTypes()
    return parse_document_types(path.read_text(encoding="utf-8"), shown_path(path))


def load_shared_parameters(directory: Path) -> SharedParameters:
    """Read ``parameters.yaml`` of a folder; none there means no shared parameters.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    path = directory / "parameters.yaml"
    if not path.exists():
        return SharedParameters()
    return parse_shared_parameters(path.read_text(encoding="utf-8"), shown_path(path))


def load_shared_blocks(directory: Path) -> dict[str, SharedBlock]:
    """Read the blocks that the forms of a folder share; none there means no blocks.

    Raises:
        SpecErrors: Every problem of every block.
    """
    blocks: dict[str, SharedBlock] = {}
    errors: list[SpecError] = []
    for path in sorted((directory / SHARED).glob("*.yaml")):
        source = shown_path(path)
        try:
            block = parse_shared_block(path.read_text(encoding="utf-8"), source)
        except SpecErrors as problems:
            errors += problems.errors
            continue
        if block.id != path.stem:
            problem = f"the file says {block.id}, expected {path.stem}"
            errors.append(SpecError(source, 1, 1, problem))
        blocks[path.stem] = block
    if errors:
        raise SpecErrors(errors)
    return blocks


def load_spec(
    path: Path,
    types: DocumentTypes | None = None,
    blocks: Mapping[str, SharedBlock] | None = None,
    shared: SharedParameters | None = None,
) -> ParsedSpec:
    """Read one spec file and check that its place says the same as its text.

    Args:
        blocks: The shared blocks it may name; those of the folder around it when not given.
        shared: The parameters it may use; likewise.

    Raises:
        SpecErrors: Everything that is wrong with it.
    """
    source = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SpecErrors([SpecError(source, 1, 1, f"not UTF-8 text (byte {error.start})")]) from None
    known = types.types if types and types.types else None
    blocks = load_shared_blocks(path.parent.parent) if blocks is None else blocks
    shared = load_shared_parameters(path.parent.parent) if shared is None else shared
    parsed = parse_spec_with_places(text, source, known, shared, blocks)
    expected = (path.parent.name, path.stem)
    if path.stem.startswith("v") and expected != (parsed.spec.id, f"v{parsed.spec.version}"):
        problem = (
            f"the file says {parsed.spec.id} v{parsed.spec.version}, expected {expected[0]} {expected[1]}"
        )
        raise SpecErrors([SpecError(source, 1, 1, problem)])
    return parsed


def shown_path(path: Path) -> str:
    """A file's name as problems show it: from the folder one stands in, where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
